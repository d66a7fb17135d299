"""Added serotonin.

The rule
--------
Strength is that of a published list (strong, moderate, weak; `mhc2013ss`); what is only remembered counts as weak.

- An MAO inhibitor, by its ATC code, is a danger, and for as long as it outlasts its last dose: nobody measured kratom
  with one, and kratom slows enzymes that clear other serotonergic drugs. One that only binds MAO-B, or that binds MAO
  beside its own purpose (linezolid, methylene blue), is a caution, and a danger beside another serotonergic medicine
  where a source was seen.
- Two or more strong or moderate ones, or three of any strength, are a caution; with an MAO inhibitor, part of the
  danger.
- One strong one is a note, a caution where a report with kratom is on file (venlafaxine, DD031); weak ones are a
  note.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import Carrier, carriers
from ketum.hazards.medicines.names import ids, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken, is_any
from ketum.medicine.classes import code_of
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, say, say_plural, sentences

SEROTONERGIC = Grounds(
    "interaction.serotonergic", ("DD031", "OT023", "OT024"), fields=("atc", "mao_inhibitor", "serotonergic")
)
FACTS = (SEROTONERGIC,)

REPORTED = ("venlafaxine",)


def serotonergic(situation: Situation) -> Iterator[Finding]:
    """Yield what serotonergic medicines beside kratom mean."""
    found = carriers(situation, "serotonin", _weigh)
    mao = tuple(medicine for medicine in situation.medicines if _mao(medicine) and medicine.acts("mao"))
    several = tuple(dict.fromkeys((*mao, *(carrier.taken for carrier in found))))
    if several:
        yield _finding(_severity(found, mao), several, mao, found)


def _mao(medicine: Taken) -> Fact | None:
    return code_of(medicine.entry, "MAO inhibitor", "MAO-B inhibitor") or medicine.entry.fact("mao_inhibitor")


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    row = medicine.entry.fact("serotonergic")
    if row is None or _mao(medicine):
        return None
    return row, 2 if row.verified and row.value in ("strong", "moderate") else 1


def _severity(found: tuple[Carrier, ...], mao: tuple[Taken, ...]) -> Severity:
    if any(is_any(medicine.entry, "MAO inhibitor") for medicine in mao):
        return "danger"
    if found and any(ground.verified for medicine in mao if (ground := _mao(medicine))):
        return "danger"
    strong = sum(carrier.weight == 2 for carrier in found)
    reported = any(carrier.taken.generic in REPORTED for carrier in found)
    return "caution" if mao or reported or strong > 1 or len(found) > 2 else "note"


def _finding(
    severity: Severity, several: tuple[Taken, ...], mao: tuple[Taken, ...], found: tuple[Carrier, ...]
) -> Finding:
    names = shown(several)
    grounds = [
        *((medicine, _mao(medicine)) for medicine in mao),
        *((carrier.taken, carrier.ground) for carrier in found),
    ]
    with_mao = (
        say(
            "{names} blocks an enzyme (MAO) for days to weeks after the last dose.",
            names=listed(medicine.generic for medicine in mao),
        )
        if mao
        else NOTHING
    )
    return Finding(
        code=SEROTONERGIC.code,
        severity=severity,
        title=say("May raise serotonin together: {names}", names=names),
        because=sentences(
            say_plural(
                "{names:capital} raises serotonin, and kratom can slow down how such medicines are cleared; some of its own substances touch serotonin receptors.",
                "{names:capital} raise serotonin, and kratom can slow down how such medicines are cleared; some of its own substances touch serotonin receptors.",
                len(several),
                names=names,
            ),
            with_mao,
            say(
                "One report tells of serotonin poisoning with kratom and two such medicines. "
                "How often it happens is not known."
            ),
            stopped(several),
            not_verified(grounds),
        ),
        clinical=sentences(
            say(
                "Possible serotonin toxicity: one case with venlafaxine and quetiapine, known from a lay summary. "
                "Kratom alkaloids bind 5-HT1A and 5-HT2B in vitro; CYP2D6 and CYP3A inhibition may raise the partner."
            ),
            say("MAO inhibition outlasts the drug: count the wash-out.")
            if mao
            else say("Judge by the number of agents."),
        ),
        numbers=(Number.of_fact(say("report of serotonin poisoning with kratom"), "DD031"),),
        evidence=tuple(dict.fromkeys((*SEROTONERGIC.facts, *ids(ground for _, ground in grounds)))),
        certainty="very low" if not mao else "low",
        watch=say(
            "Shaking, jerking muscles, sweating, fever, racing heart, agitation, diarrhoea: same day, or emergency."
        ),
        ask=say("A pharmacist or the prescriber, before a dose is raised or another one is added."),
    )
