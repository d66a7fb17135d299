"""Whether more is taken than human studies gave.

The rule
--------
- Each kind of product is compared with the studies of that kind only. Loose leaf powder counts as leaf in capsules, the
  same stuff swallowed; no study gave it loose. For a 7-OH or pseudoindoxyl product, a shot or a mixture there is no
  study, and that is said.
- A single dose, the doses in any 24 hours and the days of repetition are compared apart, each with the largest in any
  study on file that shows results or, for days, its design. Amounts are compared as the median mg of mitragynine; where
  that cannot be told of any, as mg of leaf. A dose of which nothing is known is left out, and that is said.
- Above the largest single or daily dose is a caution; so is a kind that no study gave. More days alone is a note. So is
  an amount that cannot be compared.
- Products of one kind that overlap in time add up within a day, and their days are counted once.
- A study that gave up to 12 g of leaf once sets no limit, because its results were not in what was seen; it is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from ketum.evidence import Fact, facts_in
from ketum.hazards.finding import Certainty, Finding, Number, Severity
from ketum.sizes import DoseSize, Interval

_COUNTS_AS = {"leaf-powder": "leaf-capsule"}
_IN_WORDS = {
    "leaf-capsule": "leaf in capsules",
    "tea": "kratom tea",
    "extract": "kratom extract",
    "liquid-shot": "liquid shots",
    "7oh-product": "7-OH products",
    "pseudoindoxyl-product": "pseudoindoxyl products",
    "mixed": "mixed products",
}
_BASES = ("mitragynine", "leaf")
_SAME = 1e-9
_DOSE = "One dose holds about {} of BASIS. The largest dose in a study that was found is {}."
_DAY = "One day's doses hold about {} of BASIS. The most in one day of a study that was found is {}."
_DAYS = "It is used for {}. The longest use in a study that was found is {}."
_UNSEEN = "single_dose_given_results_unseen_mg_leaf"


@dataclass(frozen=True, slots=True)
class Intake:
    """One product as it is taken.

    Parameters
    ----------
    product
        Kind of product, as in a case.
    dose
        What one dose holds.
    every_h
        Hours between doses, None for one single dose.
    days
        For how many days.
    start_h
        When it starts, in hours.
    """

    product: str
    dose: DoseSize
    every_h: float | None = None
    days: float = 1.0
    start_h: float = 0.0

    @property
    def end_h(self) -> float:
        """When it ends, in hours: a single dose fills its day."""
        return self.start_h + 24.0 * (1.0 if self.every_h is None else self.days)

    @property
    def doses_a_day(self) -> int:
        """The most doses that fall in any 24 hours."""
        if self.every_h is None:
            return 1
        return max(1, math.ceil(24.0 / self.every_h - _SAME))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What is taken beside the most that was studied."""

    label: str
    words: str
    unit: str
    taken: Interval
    studied: Fact

    @property
    def above(self) -> bool:
        """Whether more is taken than was studied."""
        return self.taken.median > self.studied.number() * (1.0 + _SAME)

    def sentence(self) -> str:
        """Say both in words."""
        return self.words.format(f"{self.taken.median:.3g} {self.unit}", f"{self.studied.number():g} {self.unit}")

    def numbers(self) -> tuple[Number, Number]:
        """Show both."""
        here = Number.of_case(self.label, self.taken, self.unit)
        return here, Number.of_fact(f"the most studied: {self.label}", self.studied.fact_id)


def above_studied(intakes: Sequence[Intake]) -> tuple[Finding, ...]:
    """Return where more is taken than human studies gave.

    Parameters
    ----------
    intakes
        The kratom products of a case.
    """
    kinds = dict.fromkeys(_COUNTS_AS.get(one.product, one.product) for one in intakes)
    return tuple(found for kind in kinds for found in _findings(kind, _of_kind(intakes, kind)))


def _of_kind(intakes: Sequence[Intake], kind: str) -> tuple[Intake, ...]:
    return tuple(one for one in intakes if _COUNTS_AS.get(one.product, one.product) == kind)


def _findings(kind: str, intakes: Sequence[Intake]) -> Iterator[Finding]:
    studied = _studied(kind)
    if "human_studies" in studied:
        yield _never_studied(kind, studied["human_studies"], intakes)
        return
    amounts = _amounts(studied, intakes)
    repeated = _Comparison("days of use", _DAYS, "days", _exactly(_days(intakes)), studied["days"])
    over = [one for one in (*amounts, repeated) if one.above]
    if over:
        severity: Severity = "caution" if any(one.above for one in amounts) else "note"
        yield _above(kind, severity, over, (*amounts, repeated), studied.get(_UNSEEN))
    if not any(one.above for one in amounts) and any(_untold(one, studied) for one in intakes):
        yield _not_comparable(kind, studied)


def _studied(kind: str) -> Mapping[str, Fact]:
    """Return the largest amount of each quantity that studies of a kind gave."""
    rows = [one for one in facts_in("studied_amounts") if one.details["product_kind"] == kind]
    # The largest stands last and stays.
    return {one.details["quantity"]: one for one in sorted(rows, key=Fact.number)}


def _amounts(studied: Mapping[str, Fact], intakes: Sequence[Intake]) -> tuple[_Comparison, ...]:
    """Compare the doses that are known, in the first basis that knows any."""
    for basis in _BASES:
        known = _known(intakes, basis)
        if known and f"single_dose_mg_{basis}" in studied:
            single = max((dose for _, dose in known), key=_median)
            per_dose, per_day = studied[f"single_dose_mg_{basis}"], studied[f"daily_dose_mg_{basis}"]
            return (
                _Comparison(f"{basis} in one dose", _DOSE.replace("BASIS", basis), "mg", single, per_dose),
                _Comparison(f"{basis} in one day", _DAY.replace("BASIS", basis), "mg", _most_in_a_day(known), per_day),
            )
    return ()


def _untold(one: Intake, studied: Mapping[str, Fact]) -> bool:
    """Whether nothing of a dose is known that studies of its kind tell too."""
    return not any(f"single_dose_mg_{basis}" in studied and _known([one], basis) for basis in _BASES)


def _known(intakes: Sequence[Intake], basis: str) -> list[tuple[Intake, Interval]]:
    doses = ((one, one.dose.mitragynine_mg if basis == "mitragynine" else one.dose.product_mg) for one in intakes)
    return [(one, dose) for one, dose in doses if dose is not None]


def _median(amount: Interval) -> float:
    return amount.median


def _most_in_a_day(known: Sequence[tuple[Intake, Interval]]) -> Interval:
    # A sum can only grow where a product starts, so these are the instants to look at.
    instants = (at.start_h for at, _ in known)
    sums = (
        reduce(add, (dose * one.doses_a_day for one, dose in known if one.start_h <= instant < one.end_h))
        for instant in instants
    )
    return max(sums, key=_median)


def _days(intakes: Sequence[Intake]) -> float:
    total, reached = 0.0, -math.inf
    for one in sorted(intakes, key=lambda intake: intake.start_h):
        total += max(0.0, one.end_h - max(one.start_h, reached))
        reached = max(reached, one.end_h)
    return total / 24.0


def _exactly(value: float) -> Interval:
    return Interval(value, value, value)


def _above(
    kind: str, severity: Severity, over: Sequence[_Comparison], every: Sequence[_Comparison], unseen: Fact | None
) -> Finding:
    told = " ".join(one.sentence() for one in over)
    more = unseen if unseen and severity == "caution" else None
    beyond = (
        f" Another study gave up to {more.number() / 1000:g} g of leaf once, but its results were not in what was seen."
        if more
        else ""
    )
    weakest = min((one.studied for one in every), key=lambda one: one.rank)
    certainty: Certainty = "moderate" if weakest.rank > 1 else "low"
    return Finding(
        code="dose.above-studied",
        severity=severity,
        title=f"More {'days' if severity == 'note' else 'of it'} than studies of {_IN_WORDS[kind]} gave",
        because=f"{told} Beyond that nobody has measured what happens.{beyond}",
        clinical=(
            f"Outside the range of controlled human data for {_IN_WORDS[kind]}: predictions here extrapolate. "
            "Enzyme inhibition builds up on repetition and was measured after one low dose only."
        ),
        numbers=tuple(number for one in every for number in one.numbers()),
        evidence=tuple(one.studied.fact_id for one in every) + ((more.fact_id,) if more else ()),
        certainty=certainty,
        watch="Sleepiness, feeling sick, fast heartbeat, a fit, yellow skin, feeling ill when a dose is late.",
        ask="A doctor or pharmacist, with the true amount taken.",
    )


def _never_studied(kind: str, absence: Fact, intakes: Sequence[Intake]) -> Finding:
    held = "seven_oh_mg" if kind in ("7oh-product", "pseudoindoxyl-product") else "mitragynine_mg"
    label = "7-OH in one dose" if held == "seven_oh_mg" else "mitragynine in one dose"
    doses = [dose for one in intakes if (dose := getattr(one.dose, held)) is not None]
    largest = max(doses, key=_median, default=None)
    here = () if largest is None else (Number.of_case(label, largest, "mg"),)
    return Finding(
        code="dose.above-studied",
        severity="caution",
        title=f"No human study gave {_IN_WORDS[kind]}",
        because=(
            "No human study gave this kind of product, as far as was found. So any amount of it, and any time of using "
            "it, is more than was ever studied."
        ),
        clinical=f"No controlled human exposure to {_IN_WORDS[kind]} was found: any prediction extrapolates from leaf.",
        numbers=(*here, Number.of_fact("human studies found of this kind of product", absence.fact_id)),
        evidence=(absence.fact_id,),
        certainty="moderate",
        watch="Sleep that is hard to wake from, slow breathing, feeling sick, a fit, feeling ill when a dose is late.",
        ask="A doctor, a pharmacist or a poison centre.",
    )


def _not_comparable(kind: str, studied: Mapping[str, Fact]) -> Finding:
    limits = [one for name, one in studied.items() if name.startswith(("single_dose_mg", "daily_dose_mg"))]
    return Finding(
        code="dose.above-studied",
        severity="note",
        title="The dose could not be compared with studies",
        because=(
            f"How much mitragynine one dose holds could not be told, so it is not known whether it is above studies "
            f"of {_IN_WORDS[kind]}. Unknown does not mean small."
        ),
        clinical="Neither mitragynine nor product mass per dose is known; no comparison with trial doses was possible.",
        numbers=tuple(Number.of_fact(f"the most studied: {one.what}", one.fact_id) for one in limits),
        evidence=tuple(one.fact_id for one in limits),
        certainty="moderate",
        watch="Stronger effects than expected.",
        ask="The seller, for the content; a pharmacist.",
    )
