"""Everything that is found of medicines beside kratom: one file a hazard, joined here."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from ketum.screen.antagonists import antagonists
from ketum.screen.beside import Beside
from ketum.screen.blood_pressure import hypotensive
from ketum.screen.changers import inducers, inhibitors
from ketum.screen.finding import Finding
from ketum.screen.heart_rhythm import qt
from ketum.screen.liver_load import hepatotoxic
from ketum.screen.opioids import opioids
from ketum.screen.sedatives import sedatives
from ketum.screen.seizures import seizures
from ketum.screen.serotonin import serotonergic
from ketum.screen.stimulants import stimulants
from ketum.screen.unknown import unknown
from ketum.screen.victims import cyp2d6_victims, cyp3a_victims, pgp_victims

HAZARDS = (
    opioids, sedatives, antagonists, cyp3a_victims, cyp2d6_victims, pgp_victims, inhibitors, inducers, serotonergic, qt,
    seizures, hepatotoxic, stimulants, hypotensive, unknown,
)  # fmt: skip


def medicine(case: Beside) -> tuple[Finding, ...]:
    """Return what medicines beside kratom mean."""
    found = chain.from_iterable(hazard(case) for hazard in HAZARDS)
    # A generic name may begin a sentence.
    return tuple(replace(one, because=one.because[0].upper() + one.because[1:]) for one in found)
