"""Added fall of blood pressure.

The rule
--------
- An alpha-2 agonist (clonidine, tizanidine, lofexidine ...) is a caution: it makes sleepy as well, is given against
  opioid withdrawal, and stopping it suddenly lets the pressure shoot up.
- Other medicines that lower blood pressure are a note; a caution beside a systolic pressure below 100 mmHg today, or
  three and more from 65 years of age. Kratom's own effect on pressure is poorly known.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import carriers
from ketum.hazards.medicines.names import OLD, ids, lower, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken, is_any
from ketum.medicine.classes import code_of
from ketum.writing.texts import NOTHING, say, say_plural, sentences

HYPOTENSIVE = Grounds("interaction.hypotensive", ("CC007", "OT008", "OT011"), fields=("atc", "hypotensive"))
FACTS = (HYPOTENSIVE,)

LOW = 100.0


def hypotensive(situation: Situation) -> Iterator[Finding]:
    """Yield what medicines that lower blood pressure mean beside kratom."""
    found = carriers(situation, "pressure", _weigh)
    if not found:
        return
    medicines = [carrier.taken for carrier in found]
    names = shown(medicines)
    low = situation.vitals.get("systolic", LOW) < LOW
    frail = len(found) > 2 and (situation.person.age_years or 0) >= OLD
    severity: Severity = "caution" if any(carrier.weight == 2 for carrier in found) or low or frail else "note"
    sudden = (
        say("Do not stop it suddenly: blood pressure can shoot up.")
        if any(carrier.weight == 2 for carrier in found)
        else NOTHING
    )
    yield Finding(
        code=HYPOTENSIVE.code,
        severity=severity,
        title=say_plural(
            "Lowers blood pressure beside kratom: {names}",
            "Lower blood pressure beside kratom: {names}",
            len(medicines),
            names=names,
        ),
        because=sentences(
            say_plural(
                "{names:capital} lowers blood pressure, and kratom can make dizzy.",
                "{names:capital} lower blood pressure, and kratom can make dizzy.",
                len(medicines),
                names=names,
            ),
            say("Standing up may bring a fall."),
            sudden,
            stopped(medicines),
            not_verified((carrier.taken, carrier.ground) for carrier in found),
        ),
        clinical=say(
            "Additive hypotension or sedation is plausible. "
            "Mitragynine binds alpha-2 adrenoceptors weakly in vitro and did not activate them; regular users show faster heart rates. "
            "No interaction study."
        ),
        numbers=(Number.of_fact(say("blood pressure of regular users"), "CC007"),),
        evidence=tuple(dict.fromkeys((*HYPOTENSIVE.facts, *ids(carrier.ground for carrier in found)))),
        certainty=lower("very low", not any(carrier.ground.verified for carrier in found)),
        watch=say("Dizziness on standing, falls, fainting."),
        ask=say("The prescriber or a pharmacist; measure blood pressure lying and standing."),
    )


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    if row := code_of(medicine.entry, "alpha-2 agonist"):
        return row, 2
    row = code_of(medicine.entry, "blood pressure medicine") or medicine.entry.fact("hypotensive")
    return None if row is None or is_any(medicine.entry, "antipsychotic") else (row, 1)
