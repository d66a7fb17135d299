"""Medicines that kratom may let more of into the blood, through P-glycoprotein.

The rule
--------
A basic static model passes the regulators' cut-off (ddi22), nothing was measured in people. A swallowed medicine
whose class or clearance on file names P-gp is a note; where a little more of it already harms (`narrow`), a caution.
One finding names them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines import static
from ketum.hazards.medicines.names import ids, worst
from ketum.hazards.medicines.narrow import narrow
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, say, sentences

PGP = Grounds(
    "interaction.pgp-victim", ("ddi22", "DD021"), fields=("atc", "narrow_ti", "fda_substrate_class", "clearance")
)
FACTS = (PGP,)


def pgp_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through P-glycoprotein."""
    found = [
        (medicine, ground)
        for medicine in situation.medicines
        if not medicine.was_stopped and medicine.route in static.GUT_ROUTES and (ground := _pgp(medicine))
    ]
    if not found:
        return
    names = listed(medicine.shown for medicine, _ in found)
    severity = worst("caution" if narrow(medicine) else "note" for medicine, _ in found)
    unsure = not all(ground.verified for _, ground in found)
    yield Finding(
        code=PGP.code,
        severity=severity,
        title=say("Kratom may let more into the blood: {names}", names=names),
        because=sentences(
            say(
                "A pump in the gut wall (P-glycoprotein) keeps part of {names} out of the blood. "
                "In the laboratory kratom blocks this pump. "
                "Nobody measured it in people. "
                "When kratom is stopped, the level may fall.",
                names=names,
            ),
            say("That the pump matters here is remembered, not verified.") if unsure else NOTHING,
        ),
        clinical=say(
            "Intestinal P-gp: mitragynine IC50 {DD021} uM in vitro, basic static model {ddi22} against a cut-off of 11; no clinical study. "
            "Monitor level or anticoagulant effect on starting and stopping."
        ),
        numbers=(Number.of_fact(say("gut P-gp inhibition by a basic static model; 11 calls for a study"), "ddi22"),),
        evidence=(
            "ddi22",
            "DD021",
            *ids(ground for _, ground in found),
            *ids(narrow(medicine) for medicine, _ in found),
        ),
        certainty="very low",
        watch=say("Bleeding or bruises with a blood thinner; nausea, yellow vision or slow pulse with digoxin."),
        ask=say("A pharmacist or the prescriber."),
    )


def _pgp(medicine: Taken) -> Fact | None:
    for name in ("fda_substrate_class", "clearance"):
        found = medicine.entry.fact(name)
        if found and "P-gp" in found.value:
            return found
    return None
