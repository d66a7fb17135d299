"""Medicines that may change kratom, through CYP3A.

The rule
--------
- Strength is the regulators' class (strong, moderate, weak) from a list that was seen (PC rows), else what is
  remembered (not verified). Inhibitors of CYP2D6 are not named: no route of mitragynine through it is known to
  matter.
- A strong or moderate inhibitor is a caution, a weak one a note. It may raise or lower the effect: in rats
  mitragynine and 7-hydroxymitragynine both doubled and the effect grew 4- to 10-fold, in mice it fell; no human study
  was found.
- A strong or moderate inducer is a caution, a weak one a note: kratom may leave sooner, and withdrawal may follow;
  when the inducer is stopped, the same amount of kratom acts more strongly.
- Where the dynamic model gives a size, a median change of fivefold or more either way is a danger only for a rise.
- Where two or more act on kratom, the size of all together is given too, and counts.
- Both outlast their last dose (`ketum.medicine.wash_out`). One that was stopped and has washed out says nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from ketum.evidence import Fact, facts_in
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.medicines.beside import Beside, ids, not_verified, shown
from ketum.hazards.medicines.ratio import numbers
from ketum.hazards.medicines.victims import STRONG
from ketum.medicine import Taken
from ketum.sizes import TOGETHER, InteractionSize
from ketum.writing.lists import listed

Role = Literal["inhibitor", "inducer"]
ALKALOIDS = ("AUC of mitragynine", "AUC of 7-hydroxymitragynine")
STRENGTHS = ("strong", "moderate", "weak")


def inhibitors(case: Beside) -> tuple[Finding, ...]:
    """Return the medicines that may hold up the loss of kratom."""
    return _changers(case, "inhibitor")


def inducers(case: Beside) -> tuple[Finding, ...]:
    """Return the medicines that may hasten the loss of kratom."""
    return _changers(case, "inducer")


@cache
def _listed_classes() -> dict[tuple[str, str], Fact]:
    rows = facts_in("perpetrator_classes")
    return {
        (one.details["perpetrator"].casefold(), one.details["role"]): one
        for one in rows
        if one.details["enzyme"] == "CYP3A"
    }


def strength(generic: str, remembered: Fact | None, role: Role) -> tuple[str, Fact] | None:
    """Return how strongly a medicine changes CYP3A, and the fact that says so; None where it does not."""
    seen = _listed_classes().get((generic, role))
    if seen:
        return seen.value, seen
    if remembered is None:
        return None
    for part in remembered.value.casefold().split(";"):
        clauses = part.split(",")
        for place, clause in enumerate(clauses):
            # "CYP3A strong, CYP2D6 weak inhibitor": a clause without a role has that of the next.
            with_role = next((later for later in clauses[place:] if "inhib" in later or "induc" in later), "")
            if "cyp3a" in clause and "in vitro" not in clause and role[:5] in with_role:
                return next((one for one in STRENGTHS if one in clause), "weak"), remembered
    return None


def _changers(case: Beside, role: Role) -> tuple[Finding, ...]:
    found = []
    for one in case.taken:
        strong = strength(one.generic, one.entry.fact("perpetrator_role"), role)
        if strong and one.acts(role):
            found.append((one, *strong))
    return (_finding(case, role, found),) if found else ()


def _finding(case: Beside, role: Role, found: list[tuple[Taken, str, Fact]]) -> Finding:
    names = shown(one for one, _, _ in found)
    named = [one.generic for one, _, _ in found] + [TOGETHER]
    sizes = [size for name in named for size in case.size(name, "perpetrator", "CYP3A")]
    strongest = min((STRENGTHS.index(how) if how in STRENGTHS else 1 for _, how, _ in found))
    severity: Severity = "caution" if strongest < 2 else "note"
    if role == "inhibitor" and any(size.ratio.median >= STRONG for size in sizes):
        severity = "danger"
    text = _inhibits if role == "inhibitor" else _induces
    several = [one for one, _, _ in found]
    because, clinical, watch = text(names, len(several) > 1)
    studied = ("DD026", "DD027", "DD028", "DD029") if role == "inhibitor" else ()
    rats = {"DD026": "mitragynine", "DD027": "7-hydroxymitragynine"} if studied else {}
    wash = dict.fromkeys(name for one in several if one.was_stopped for name in one.outlasts(role).fact_ids)
    grounds = [ground for _, _, ground in found]
    return Finding(
        code=f"interaction.cyp3a-{role}",
        severity=severity,
        title=f"May change how kratom acts: {names}",
        because=because + _expected(sizes) + _stopped(role, several) + not_verified((one, g) for one, _, g in found),
        clinical=f"{clinical} {listed(f'{one.generic}: {how} {role}' for one, how, _ in found).capitalize()}.",
        numbers=(
            *numbers(sizes),
            *(Number.of_fact(f"{what} in rats with ketoconazole", name) for name, what in rats.items()),
            *(Number.of_fact("midazolam after the other medicine was stopped", name) for name in wash),
        ),
        evidence=tuple(
            dict.fromkeys((*studied, *wash, *(name for size in sizes for name in size.fact_ids), *ids(grounds)))
        ),
        certainty="low" if studied else "very low",
        watch=watch,
        ask="A pharmacist or the prescriber, before the medicine is started or stopped.",
    )


def _inhibits(names: str, many: bool) -> tuple[str, str, str]:
    return (
        f"{names} {'slow' if many else 'slows'} an enzyme (CYP3A) that breaks kratom down and also makes its "
        "stronger product, 7-OH. So the same "
        "amount may act more strongly and longer, or in part less. Rats and mice disagree; nobody measured it in "
        "people.",
        "CYP3A inhibition may raise mitragynine; 7-hydroxymitragynine is both formed and cleared by CYP3A, so its sign "
        "is not settled (rat x2.3, mouse no change). No human data.",
        "Stronger or longer effect than usual: sleepiness, slow breathing, feeling sick, fast heartbeat.",
    )


def _induces(names: str, many: bool) -> tuple[str, str, str]:
    return (
        f"{names} {'speed' if many else 'speeds'} up an enzyme (CYP3A) that breaks kratom down. The same amount "
        "may act less and shorter, and "
        "someone used to kratom may feel withdrawal. When this is stopped, the same amount acts more strongly "
        "again over "
        "two to three weeks. Nobody measured it in people.",
        "CYP3A induction: faster loss of mitragynine, sign of the 7-hydroxymitragynine change unknown; no kratom data. "
        "De-induction after stopping takes two to three weeks and raises exposure at an unchanged dose.",
        "Withdrawal on starting it; sleepiness or stronger effect after stopping it.",
    )


def _expected(sizes: list[InteractionSize]) -> str:
    """Say how much of kratom's main substance there will be: with all together where there are several."""
    found = [size for size in sizes if size.quantity == ALKALOIDS[0]]
    found = [size for size in found if size.medicine == TOGETHER] or found
    if not found:
        return ""
    said = (
        f"about {size.ratio.median:.2g} times as much ({size.ratio.low:.2g} to {size.ratio.high:.2g})"
        + (f" with {size.medicine}" if len(sizes) > len(ALKALOIDS) else "")
        for size in found
    )
    return f" Of mitragynine in the blood the model expects {listed(said)}."


def _stopped(role: Role, several: list[Taken]) -> str:
    past = [one for one in several if one.stopped_days_ago is not None]
    if not past:
        return ""
    names = listed(f"{one.generic} (stopped {one.stopped_days_ago:g} days ago)" for one in past)
    change = "act more strongly day by day" if role == "inducer" else "act less day by day"
    return f" {names} still counts, and is fading: the same amount of kratom may {change}."
