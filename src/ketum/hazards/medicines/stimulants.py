"""A stimulant beside kratom.

The rule
--------
- A stimulant, by its ATC code or a flag, is a caution: heart rate and blood pressure may rise together, and one
  effect hides the other, so that more is taken of both. Caffeine, a decongestant, bupropion and what opens the
  airways are a note alone.
- Two or more, or one with heart disease or high blood pressure of the person, are a caution in stronger words;
  illicit ones (cocaine, methamphetamine, MDMA, cathinones) with heart disease a danger where the ATC code says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import carriers
from ketum.hazards.medicines.names import ids, lower, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.medicine.classes import code_of
from ketum.writing.texts import NOTHING, say, say_plural, sentences

STIMULANT = Grounds("interaction.stimulant", ("CC002",), fields=("atc", "stimulant"))
FACTS = (STIMULANT,)

MILD = ("caffeine", "energy drink", "pseudoephedrine", "phenylephrine", "bupropion", "theophylline", "terbutaline")
HEART = ("rhythm", "heart", "pressure")


def stimulants(situation: Situation) -> Iterator[Finding]:
    """Yield what stimulants beside kratom mean."""
    found = carriers(situation, "stimulant", _weigh)
    if not found:
        return
    medicines = [carrier.taken for carrier in found]
    names = shown(medicines)
    heart = situation.said.has(*HEART)
    strong = [carrier for carrier in found if carrier.weight == 2]
    by_code = any(
        code_of(carrier.taken.entry, "amphetamine or like") or carrier.taken.generic == "cocaine" for carrier in strong
    )
    severity: Severity = "note"
    if strong or heart or len(found) > 1:
        severity = "danger" if heart and by_code else "caution"
    yield Finding(
        code=STIMULANT.code,
        severity=severity,
        title=say_plural(
            "Speeds up the heart beside kratom: {names}",
            "Speed up the heart beside kratom: {names}",
            len(medicines),
            names=names,
        ),
        because=sentences(
            say(
                "{names:capital} and kratom can both make the heart beat faster and raise blood pressure. "
                "One keeps awake while the other makes sleepy: each hides the other, and what is left when one fades may be too much.",
                names=names,
            ),
            say("This person has a heart or blood pressure problem.") if heart else NOTHING,
            stopped(medicines),
            not_verified((carrier.taken, carrier.ground) for carrier in found),
        ),
        clinical=say(
            "Additive sympathetic effect; sinus tachycardia was more frequent in regular kratom users than in controls (wide interval). "
            "Masked sedation, anxiety, seizures."
        ),
        numbers=(Number.of_fact(say("odds of a fast heartbeat in regular users"), "CC002"),),
        evidence=tuple(dict.fromkeys(("CC002", *ids(carrier.ground for carrier in found)))),
        certainty=lower("low", not any(carrier.ground.verified for carrier in found)),
        watch=say("Racing heart, chest pain, severe headache, agitation; chest pain: emergency number."),
        ask=say("A pharmacist or the prescriber."),
    )


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    by_code = code_of(medicine.entry, "amphetamine or like")
    row = by_code or medicine.entry.fact("stimulant")
    return None if row is None else (row, 1 if medicine.generic in MILD else 2)
