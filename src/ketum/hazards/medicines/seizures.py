"""Added risk of a fit.

The rule
--------
- A medicine that lowers the seizure threshold is a caution where a source was seen, else a note; two or more are a
  caution.
- With a seizure disorder of the person, one that was seen is a danger; one that is only quoted, such as a label's list
  of what may happen, or remembered, a caution.
- Modafinil, diphenhydramine and Datura are a caution: fits with kratom and each are on file or remembered.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import ACCESS, Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import Carrier, carriers
from ketum.hazards.medicines.names import ids, lower, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.writing.texts import NOTHING, say, say_plural, sentences

FITS = Grounds(
    "interaction.seizure",
    ("CC016", "CC017", "CC018", "CC019", "CC021", "DD048", "VF1629"),
    fields=("seizure_threshold",),
)
FACTS = (FITS,)

REPORTED = {"diphenhydramine": "CC019", "datura": "CC021", "methamphetamine": "CC019", "modafinil": "DD048"}
EPILEPSY = ("seizure",)


def seizures(situation: Situation) -> Iterator[Finding]:
    """Yield what medicines that favour fits mean beside kratom."""
    found = carriers(situation, "seizure", _weigh)
    if not found:
        return
    medicines = [carrier.taken for carrier in found]
    names = shown(medicines)
    grounds = [carrier.ground for carrier in found]
    reports = [REPORTED[carrier.taken.generic] for carrier in found if carrier.taken.generic in REPORTED]
    yield Finding(
        code=FITS.code,
        severity=_severity(situation, found),
        title=say("May favour a fit together: {names}", names=names),
        because=sentences(
            say_plural(
                "{names:capital} makes a fit (seizure) more likely, and fits have happened after kratom alone too.",
                "{names:capital} make a fit (seizure) more likely, and fits have happened after kratom alone too.",
                len(medicines),
                names=names,
            ),
            say("Several such medicines add up.") if len(found) > 1 else NOTHING,
            stopped(medicines),
            not_verified((carrier.taken, carrier.ground) for carrier in found),
        ),
        clinical=say(
            "Lowered seizure threshold; seizures in {CC016:.0f} to {CC018:.0f} % of kratom-only poison-centre calls (no incidence, doses unknown). "
            "CYP2D6 and CYP3A inhibition may raise tramadol, bupropion's metabolites or tricyclics."
        ),
        numbers=(Number.of_fact(say("fits among poison-centre calls about kratom alone"), "CC016"),),
        evidence=tuple(dict.fromkeys(("CC016", "CC017", "CC018", "CC019", *reports, *ids(grounds)))),
        certainty=lower("low", not any(ground.verified for ground in grounds)),
        watch=say("Jerking, staring, passing out, biting the tongue: emergency number."),
        ask=say("The prescriber or a pharmacist."),
    )


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    row = medicine.entry.fact("seizure_threshold")
    if row is None and medicine.generic in REPORTED:
        row = medicine.entry.fact("drug_class") or medicine.entry.fact("stimulant")
    return None if row is None else (row, 2 if row.verified else 1)


def _severity(situation: Situation, found: tuple[Carrier, ...]) -> Severity:
    seen = any(carrier.weight == 2 for carrier in found)
    if situation.said.has(*EPILEPSY):
        return "danger" if any(carrier.ground.rank > ACCESS["secondary"] for carrier in found) else "caution"
    reported = any(carrier.taken.generic in REPORTED for carrier in found)
    return "caution" if seen or reported or len(found) > 1 else "note"
