"""Whether more is taken than human studies gave.

The rule
--------
- Each kind of product is compared with the studies of that kind only. Loose leaf powder counts as leaf in capsules, the
  same stuff swallowed; no study gave it loose. For a 7-OH or pseudoindoxyl product, a shot or a mixture there is no
  study, and that is said.
- A single dose, the doses in any 24 hours and the days of repetition are compared apart, each with the largest in any
  study on file that shows results or, for days, its design. Amounts are compared as the median mg of mitragynine; where
  that cannot be told of any, as mg of leaf. A dose of which nothing is known is left out, and that is said.
- Where there is a study of a kind but what it gave was not in what was seen, it sets no limit, and that is said.
- Above the largest single or daily dose is a caution; so is a kind that no study gave. More days alone is a note. So is
  an amount that cannot be compared.
- Products of one kind that overlap in time add up within a day, and their days are counted once.
- A study that gave up to 12 g of leaf once sets no limit, because its results were not in what was seen; it is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from ketum.evidence import Fact, facts_in
from ketum.hazards.finding import Certainty, Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.portion import Portion
from ketum.hazards.situation import Situation
from ketum.kinds import in_group, kinds
from ketum.sizes import DoseSize, Interval
from ketum.writing.texts import NOTHING, Text, say, sentences, term

ABOVE_STUDIED = Grounds("dose.above-studied", tables=("studied_amounts",))
FACTS = (ABOVE_STUDIED,)

_IN_WORDS = {
    "leaf-capsule": say("leaf in capsules"),
    "tea": say("kratom tea"),
    "extract": say("kratom extract"),
    "liquid-shot": say("liquid shots"),
    "7oh-product": say("7-OH products"),
    "pseudoindoxyl-product": say("pseudoindoxyl products"),
    "mixed": say("mixed products"),
}
_BASES = ("mitragynine", "leaf")
_SAME = 1e-9
_UNSEEN = "single_dose_given_results_unseen_mg_leaf"


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What is taken beside the most that was studied."""

    label: Text
    told: Text
    unit: str
    taken: Interval
    studied: Fact

    @property
    def above(self) -> bool:
        """Whether more is taken than was studied."""
        return self.taken.median > self.studied.number() * (1.0 + _SAME)

    def numbers(self) -> tuple[Number, Number]:
        """Show both."""
        here = Number.of_case(self.label, self.taken, self.unit)
        return here, Number.of_fact(say("the most studied: {label}", label=self.label), self.studied.fact_id)


def _single(basis: str, dose: Interval, studied: Fact) -> _Comparison:
    told = say(
        "One dose holds about {here:.3g} mg of {basis}. The largest dose in a study that was found is {there:g} mg.",
        here=dose.median,
        there=studied.number(),
        basis=basis,
    )
    return _Comparison(say("{basis} in one dose", basis=basis), told, "mg", dose, studied)


def _daily(basis: str, doses: Interval, studied: Fact) -> _Comparison:
    told = say(
        "One day's doses hold about {here:.3g} mg of {basis}. The most in one day of a study that was found is {there:g} mg.",
        here=doses.median,
        there=studied.number(),
        basis=basis,
    )
    return _Comparison(say("{basis} in one day", basis=basis), told, "mg", doses, studied)


def _repeated(days: float, studied: Fact) -> _Comparison:
    told = say(
        "It is used for {here:.3g} days. The longest use in a study that was found is {there:g} days.",
        here=days,
        there=studied.number(),
    )
    return _Comparison(say("days of use"), told, "days", Interval(days, days, days), studied)


def above_studied(situation: Situation) -> Iterator[Finding]:
    """Yield where more is taken than human studies gave."""
    # What is assumed of an unknown amount must not look like an amount that was compared.
    portions = [
        portion if portion.amount_known else replace(portion, dose=DoseSize())
        for portion in situation.portions
        if portion.product != "unknown"
    ]
    for kind in dict.fromkeys(kinds()[portion.product].studied_as for portion in portions):
        yield from _findings(kind, _of_kind(portions, kind))


def _of_kind(portions: Sequence[Portion], kind: str) -> tuple[Portion, ...]:
    return tuple(portion for portion in portions if kinds()[portion.product].studied_as == kind)


def _findings(kind: str, portions: Sequence[Portion]) -> Iterator[Finding]:
    studied = _studied(kind)
    if "human_studies" in studied:
        yield _never_studied(kind, studied["human_studies"], portions)
        return
    amounts = _amounts(studied, portions)
    repeated = _repeated(_days(portions), studied["days"])
    over = [amount for amount in (*amounts, repeated) if amount.above]
    if over:
        severity: Severity = "caution" if any(amount.above for amount in amounts) else "note"
        yield _above(kind, severity, over, (*amounts, repeated), studied.get(_UNSEEN))
    if not any(amount.above for amount in amounts) and any(_untold(portion, studied) for portion in portions):
        yield _not_comparable(kind, studied)


def _studied(kind: str) -> Mapping[str, Fact]:
    """Return the largest amount of each quantity that studies of a kind gave."""
    rows = [row for row in facts_in("studied_amounts") if row.details["product_kind"] == kind]
    # The largest stands last and stays.
    return {row.details["quantity"]: row for row in sorted(rows, key=Fact.number)}


def _amounts(studied: Mapping[str, Fact], portions: Sequence[Portion]) -> tuple[_Comparison, ...]:
    """Compare the doses that are known, in the first basis that knows any."""
    for basis in _BASES:
        known = _known(portions, basis)
        if known and f"single_dose_mg_{basis}" in studied:
            single = max((dose for _, dose in known), key=_median)
            per_dose, per_day = studied[f"single_dose_mg_{basis}"], studied[f"daily_dose_mg_{basis}"]
            return _single(basis, single, per_dose), _daily(basis, _most_in_a_day(known), per_day)
    return ()


def _untold(portion: Portion, studied: Mapping[str, Fact]) -> bool:
    """Whether nothing of a dose is known that studies of its kind tell too."""
    return not any(f"single_dose_mg_{basis}" in studied and _known([portion], basis) for basis in _BASES)


def _known(portions: Sequence[Portion], basis: str) -> list[tuple[Portion, Interval]]:
    doses = (
        (portion, portion.dose.mitragynine_mg if basis == "mitragynine" else portion.dose.product_mg)
        for portion in portions
    )
    return [(portion, dose) for portion, dose in doses if dose is not None]


def _median(amount: Interval) -> float:
    return amount.median


def _most_in_a_day(known: Sequence[tuple[Portion, Interval]]) -> Interval:
    # A sum can only grow where a product starts, so these are the instants to look at.
    instants = (at.start_h for at, _ in known)
    sums = (
        reduce(
            add, (dose * portion.doses_a_day for portion, dose in known if portion.start_h <= instant < portion.end_h)
        )
        for instant in instants
    )
    return max(sums, key=_median)


def _days(portions: Sequence[Portion]) -> float:
    total, reached = 0.0, -math.inf
    for portion in sorted(portions, key=lambda intake: intake.start_h):
        total += max(0.0, portion.end_h - max(portion.start_h, reached))
        reached = max(reached, portion.end_h)
    return total / 24.0


def _above(
    kind: str, severity: Severity, over: Sequence[_Comparison], every: Sequence[_Comparison], unseen: Fact | None
) -> Finding:
    more = unseen if unseen and severity == "caution" else None
    beyond = (
        say(
            "Another study gave up to {grams:g} g of leaf once, but its results were not in what was seen.",
            grams=more.number() / 1000,
        )
        if more
        else NOTHING
    )
    kind_in_words = term(kinds()[kind].plural)
    weakest = min((amount.studied for amount in every), key=lambda amount: amount.rank)
    certainty: Certainty = "moderate" if weakest.rank > 1 else "low"
    return Finding(
        code=ABOVE_STUDIED.code,
        severity=severity,
        title=say("More days than studies of {kind} gave", kind=kind_in_words)
        if severity == "note"
        else say("More of it than studies of {kind} gave", kind=kind_in_words),
        because=sentences(
            *(amount.told for amount in over), say("Beyond that nobody has measured what happens."), beyond
        ),
        clinical=say(
            "Outside the range of controlled human data for {kind}: predictions here extrapolate. "
            "Enzyme inhibition builds up on repetition and was measured after one low dose only.",
            kind=kind_in_words,
        ),
        numbers=tuple(number for amount in every for number in amount.numbers()),
        evidence=tuple(amount.studied.fact_id for amount in every) + ((more.fact_id,) if more else ()),
        certainty=certainty,
        watch=say("Sleepiness, feeling sick, fast heartbeat, a fit, yellow skin, feeling ill when a dose is late."),
        ask=say("A doctor or pharmacist, with the true amount taken."),
    )


def _never_studied(kind: str, absence: Fact, portions: Sequence[Portion]) -> Finding:
    held = "seven_oh_mg" if in_group(kind, "concentrate") else "mitragynine_mg"
    label = say("7-OH in one dose") if held == "seven_oh_mg" else say("mitragynine in one dose")
    doses = [dose for portion in portions if (dose := getattr(portion.dose, held)) is not None]
    largest = max(doses, key=_median, default=None)
    here = () if largest is None else (Number.of_case(label, largest, "mg"),)
    return Finding(
        code=ABOVE_STUDIED.code,
        severity="caution",
        title=say("No human study says how much of {kind} it gave", kind=term(kinds()[kind].plural))
        if absence.number()
        else say("No human study gave {kind}", kind=term(kinds()[kind].plural)),
        because=say(
            "One study gave a drink of leaf and kava for six days, but how much it gave was not in what was seen; no study of "
            "any other such product was found. So any amount of it may be more than was ever studied."
        )
        if absence.number()
        else say(
            "No human study gave this kind of product, as far as was found. "
            "So any amount of it, and any time of using it, is more than was ever studied."
        ),
        clinical=say(
            "No controlled human exposure to a known amount of {kind} was found: any prediction extrapolates from leaf.",
            kind=term(kinds()[kind].plural),
        ),
        numbers=(*here, Number.of_fact(say("human studies found of this kind of product"), absence.fact_id)),
        evidence=(absence.fact_id,),
        certainty="moderate",
        watch=say(
            "Sleep that is hard to wake from, slow breathing, feeling sick, a fit, feeling ill when a dose is late."
        ),
        ask=say("A doctor, a pharmacist or a poison centre."),
    )


def _not_comparable(kind: str, studied: Mapping[str, Fact]) -> Finding:
    limits = [row for name, row in studied.items() if name.startswith(("single_dose_mg", "daily_dose_mg"))]
    return Finding(
        code=ABOVE_STUDIED.code,
        severity="note",
        title=say("The dose could not be compared with studies"),
        because=say(
            "How much mitragynine one dose holds could not be told, so it is not known whether it is above studies of {kind}. "
            "Unknown does not mean small.",
            kind=term(kinds()[kind].plural),
        ),
        clinical=say(
            "Neither mitragynine nor product mass per dose is known; no comparison with trial doses was possible."
        ),
        numbers=tuple(Number.of_fact(say("the most studied: {what}", what=row.what), row.fact_id) for row in limits),
        evidence=tuple(row.fact_id for row in limits),
        certainty="moderate",
        watch=say("Stronger effects than expected."),
        ask=say("The seller, for the content; a pharmacist."),
    )
