"""Medicines that may change kratom, through CYP3A.

The rule
--------
- Strength is the regulators' class (strong, moderate, weak) from lists that were seen, the highest where they differ,
  else what is remembered (not verified). Inhibitors of CYP2D6 are not named: no route of mitragynine through it is known to
  matter.
- A strong or moderate inhibitor is a caution, a weak one a note. Whether it raises or lowers the effect is not known: in
  rats mitragynine and 7-hydroxymitragynine both doubled and the effect grew 4- to 10-fold, in mice it fell. In one study
  in people itraconazole about halved 7-hydroxymitragynine; of mitragynine, relief and harm nothing was seen.
- A strong or moderate inducer is a caution, a weak one a note: kratom may leave sooner, and withdrawal may follow;
  when the inducer is stopped, this turns back, and the same amount of kratom may act more strongly than before.
- Where the dynamic model gives a size, a median change of fivefold or more either way is a danger only for a rise.
- Where two or more act on kratom, the size of all together is given too, and counts.
- Both outlast their last dose (`ketum.medicine.wash_out`). One that was stopped and has washed out says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from ketum.enzymes.known import IN_PEOPLE, direction, induced, inhibited
from ketum.evidence import Fact, fact, facts_in
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.names import ids, not_verified, shown
from ketum.hazards.medicines.ratio import numbers
from ketum.hazards.medicines.victims import STRONG
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.sizes import TOGETHER, InteractionSize
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, say, say_plural, sentences, term

INHIBITOR = Grounds(
    "interaction.cyp3a-inhibitor",
    ("DD026", "DD027", "DD028", "DD029", *IN_PEOPLE),
    fields=("perpetrator_role",),
    tables=("perpetrator_classes",),
)
INDUCER = Grounds("interaction.cyp3a-inducer", fields=("perpetrator_role",), tables=("perpetrator_classes",))
FACTS = (INHIBITOR, INDUCER)

Role = Literal["inhibitor", "inducer"]
ALKALOIDS = {"AUC of mitragynine": say("mitragynine"), "AUC of 7-hydroxymitragynine": say("7-OH")}
STRENGTHS = ("strong", "moderate", "weak")


def inhibitors(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that may hold up the loss of kratom."""
    return _changers(situation, "inhibitor")


def inducers(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that may hasten the loss of kratom."""
    return _changers(situation, "inducer")


@cache
def _listed_classes() -> dict[tuple[str, str], list[Fact]]:
    found: dict[tuple[str, str], list[Fact]] = {}
    for row in facts_in("perpetrator_classes"):
        if row.details["enzyme"] == "CYP3A":
            found.setdefault((row.details["perpetrator"].casefold(), row.details["role"]), []).append(row)
    return found


def strength(generic: str, roles: Iterable[Fact], role: Role) -> tuple[str, Fact] | None:
    """Return how strongly a medicine changes CYP3A, and the fact that says so; None where it does not.

    Where sources differ the strongest counts; what is remembered counts where nothing was seen.
    """
    found = [(row.value, row) for row in _listed_classes().get((generic, role), ())]
    found += [(how, row) for row in roles if (how := _told(row, role))]
    seen = [pair for pair in found if pair[1].verified]
    return min(seen or found, key=lambda pair: _place(pair[0]), default=None)


def _place(how: str) -> int:
    return STRENGTHS.index(how) if how in STRENGTHS else 1


def _told(row: Fact, role: Role) -> str | None:
    """Read a role off words such as "CYP3A strong, CYP2D6 weak inhibitor"."""
    for part in row.value.casefold().split(";"):
        clauses = part.split(",")
        for place, clause in enumerate(clauses):
            # "CYP3A strong, CYP2D6 weak inhibitor": a clause without a role has that of the next.
            with_role = next((later for later in clauses[place:] if "inhib" in later or "induc" in later), "")
            if "cyp3a" in clause and "in vitro" not in clause and role[:5] in with_role:
                return next((name for name in STRENGTHS if name in clause), "weak")
    return None


def _changers(situation: Situation, role: Role) -> Iterator[Finding]:
    found = []
    for medicine in situation.medicines:
        strong = strength(medicine.generic, medicine.entry.facts.get("perpetrator_role", ()), role)
        if strong and medicine.acts(role):
            found.append((medicine, *strong))
    if found:
        yield _finding(situation, role, found)


def _finding(situation: Situation, role: Role, found: list[tuple[Taken, str, Fact]]) -> Finding:
    names = shown(medicine for medicine, _, _ in found)
    named = [medicine.generic for medicine, _, _ in found] + [TOGETHER]
    sizes = [size for name in named for size in situation.size(name, "perpetrator", "CYP3A")]
    strongest = min(_place(how) for _, how, _ in found)
    severity: Severity = "caution" if strongest < 2 else "note"
    if role == "inhibitor" and any(size.ratio.median >= STRONG for size in sizes):
        severity = "danger"
    several = [medicine for medicine, _, _ in found]
    because, clinical, watch = (_inhibits if role == "inhibitor" else _induces)(names, len(several))
    strengths = (
        say("{name}: {strength} {role}", name=term(medicine.generic), strength=term(how), role=term(role))
        for medicine, how, _ in found
    )
    studied = INHIBITOR.facts if role == "inhibitor" else ()
    rats = {"DD026": "mitragynine", "DD027": "7-hydroxymitragynine"} if studied else {}
    wash = dict.fromkeys(
        name for medicine in several if medicine.was_stopped for name in medicine.outlasts(role).fact_ids
    )
    grounds = [ground for _, _, ground in found]
    return Finding(
        code=(INHIBITOR if role == "inhibitor" else INDUCER).code,
        severity=severity,
        title=say("May change how kratom acts: {names}", names=names),
        because=sentences(
            because,
            _expected(sizes),
            _stopped(several),
            not_verified((medicine, ground) for medicine, _, ground in found),
        ),
        clinical=sentences(clinical, say("{strengths:capital}.", strengths=listed(strengths))),
        numbers=(
            *numbers(sizes),
            *(
                Number.of_fact(say("{what} in rats with ketoconazole", what=term(what)), name)
                for name, what in rats.items()
            ),
            *(Number.of_fact(say("7-OH in people with itraconazole"), name) for name in IN_PEOPLE if studied),
            *(Number.of_fact(say("midazolam after the other medicine was stopped"), name) for name in wash),
        ),
        evidence=tuple(
            dict.fromkeys((*studied, *wash, *(name for size in sizes for name in size.fact_ids), *ids(grounds)))
        ),
        certainty="low" if studied else "very low",
        watch=watch,
        ask=say("A pharmacist or the prescriber, before the medicine is started or stopped."),
    )


def _inhibits(names: Text, count: int) -> tuple[Text, Text, Text]:
    return (
        sentences(
            say_plural(
                "{names:capital} slows an enzyme (CYP3A) that breaks kratom down and also makes its stronger product, 7-OH.",
                "{names:capital} slow an enzyme (CYP3A) that breaks kratom down and also makes its stronger product, 7-OH.",
                count,
                names=names,
            ),
            say("Whether the same amount then acts more or less is not known. Rats and mice disagree."),
            inhibited(),
        ),
        say(
            "CYP3A inhibition may raise mitragynine; 7-hydroxymitragynine is both formed and cleared by CYP3A, so its sign is not settled (rat x{DD027}, mouse no change). "
            "In healthy people itraconazole lowered 7-hydroxymitragynine after tea: Cmax ratio {ddi31}, AUC ratio {ddi32} (n={ddi31:n}; {seen}); mitragynine, relief and harm not in what was seen.",
            seen=term(fact(IN_PEOPLE[0]).seen),
        ),
        say(
            "A change either way. A stronger or longer effect: sleepiness, slow breathing, feeling sick, fast heartbeat. A shorter one: withdrawal."
        ),
    )


def _induces(names: Text, count: int) -> tuple[Text, Text, Text]:
    return (
        sentences(
            say_plural(
                "{names:capital} speeds up an enzyme (CYP3A) that breaks kratom down and also makes its stronger product, 7-OH.",
                "{names:capital} speed up an enzyme (CYP3A) that breaks kratom down and also makes its stronger product, 7-OH.",
                count,
                names=names,
            ),
            say(
                "Whether the same amount then acts more or less is not known. Someone used to kratom may feel withdrawal. "
                "When this is stopped, the change turns back over two to three weeks, and the same amount may act more strongly than before."
            ),
            induced(),
        ),
        say(
            "CYP3A induction: faster loss of mitragynine, sign of the 7-hydroxymitragynine change unknown; the human study of rifampicin was not seen. "
            "De-induction after stopping takes two to three weeks and raises mitragynine at an unchanged dose."
        ),
        say("Withdrawal on starting it; sleepiness or stronger effect after stopping it."),
    )


def _expected(sizes: list[InteractionSize]) -> Text:
    """Say how much of kratom's two main substances there will be: with all together where there are several."""
    named = len(sizes) > len(ALKALOIDS)
    return sentences(*(_changed(sizes, quantity, called, named) for quantity, called in ALKALOIDS.items()))


def _changed(sizes: list[InteractionSize], quantity: str, called: Text, named: bool) -> Text:
    found = [size for size in sizes if size.quantity == quantity]
    found = [size for size in found if size.medicine == TOGETHER] or found
    if not found:
        return NOTHING
    changes = listed(_times(size, named) for size in found)
    told = say("Of {what} in the blood the model expects {changes}.", what=called, changes=changes)
    if all(direction(size.ratio) != "not known" for size in found):
        return told
    return sentences(told, say("So whether {what} rises or falls is not known.", what=called))


def _times(size: InteractionSize, named: bool) -> Text:
    middle, low, high = size.ratio.median, size.ratio.low, size.ratio.high
    if direction(size.ratio) == "not known":
        much = say("anything from {low:.2g} to {high:.2g} times as much", low=low, high=high)
    else:
        much = say("about {middle:.2g} times as much ({low:.2g} to {high:.2g})", middle=middle, low=low, high=high)
    return say("{much} with {medicine}", much=much, medicine=size.medicine) if named else much


def _stopped(several: list[Taken]) -> Text:
    past = [
        say("{name} (stopped {days:g} days ago)", name=medicine.generic, days=medicine.stopped_days_ago)
        for medicine in several
        if medicine.stopped_days_ago is not None
    ]
    if not past:
        return NOTHING
    return say(
        "{names} still counts, and is fading: what the same amount of kratom does may change from day to day, and which way is not known.",
        names=listed(past),
    )
