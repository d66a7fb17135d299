"""Everything that is found of medicines beside kratom: one file a hazard, joined here."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from ketum.hazards.finding import Finding
from ketum.hazards.medicines.antagonists import antagonists
from ketum.hazards.medicines.beside import Beside
from ketum.hazards.medicines.blood_pressure import hypotensive
from ketum.hazards.medicines.changers import inducers, inhibitors
from ketum.hazards.medicines.heart_rhythm import qt
from ketum.hazards.medicines.liver_load import hepatotoxic
from ketum.hazards.medicines.opioids import opioids
from ketum.hazards.medicines.sedatives import sedatives
from ketum.hazards.medicines.seizures import seizures
from ketum.hazards.medicines.serotonin import serotonergic
from ketum.hazards.medicines.stimulants import stimulants
from ketum.hazards.medicines.unknown import unknown
from ketum.hazards.medicines.victims import cyp2d6_victims, cyp3a_victims, pgp_victims

HAZARDS = (
    opioids, sedatives, antagonists, cyp3a_victims, cyp2d6_victims, pgp_victims, inhibitors, inducers, serotonergic, qt,
    seizures, hepatotoxic, stimulants, hypotensive, unknown,
)  # fmt: skip


def medicine(case: Beside) -> tuple[Finding, ...]:
    """Return what medicines beside kratom mean."""
    found = chain.from_iterable(hazard(case) for hazard in HAZARDS)
    # A generic name may begin a sentence.
    return tuple(replace(one, because=one.because[0].upper() + one.because[1:]) for one in found)
