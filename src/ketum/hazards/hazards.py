"""Every hazard, in one tuple: what is not in it is not looked for, and a test says so."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from ketum.hazards.amount import above_studied
from ketum.hazards.amount_unknown import amount_unknown
from ketum.hazards.anaesthesia import anaesthesia
from ketum.hazards.condition import condition
from ketum.hazards.contamination import contamination
from ketum.hazards.contradiction import contradiction
from ketum.hazards.dependence import dependence
from ketum.hazards.driving import driving
from ketum.hazards.drug_screen import drug_screen
from ketum.hazards.emergency import call_for_help
from ketum.hazards.finding import Finding
from ketum.hazards.grounds import Grounds
from ketum.hazards.law import law
from ketum.hazards.liver import liver
from ketum.hazards.medicines.antagonists import antagonists
from ketum.hazards.medicines.blood_pressure import hypotensive
from ketum.hazards.medicines.changers import inducers, inhibitors
from ketum.hazards.medicines.heart_rhythm import qt
from ketum.hazards.medicines.liver_load import hepatotoxic
from ketum.hazards.medicines.opioids import opioids
from ketum.hazards.medicines.pgp import pgp_victims
from ketum.hazards.medicines.sedatives import sedatives
from ketum.hazards.medicines.seizures import seizures
from ketum.hazards.medicines.serotonin import serotonergic
from ketum.hazards.medicines.stimulants import stimulants
from ketum.hazards.medicines.unknown import unknown
from ketum.hazards.medicines.victims import cyp2d6_victims, cyp3a_victims
from ketum.hazards.pain import red_flags
from ketum.hazards.person import of_the_person
from ketum.hazards.product import of_the_product
from ketum.hazards.situation import Situation
from ketum.hazards.unread import words_not_understood
from ketum.hazards.urgent import urgent

Hazard = Callable[[Situation], Iterable[Finding]]
"""What looks at a situation and says what it finds."""

HAZARDS: tuple[Hazard, ...] = (
    call_for_help, urgent, red_flags, of_the_person, liver, condition, dependence, anaesthesia, driving, drug_screen,
    above_studied, amount_unknown, of_the_product, contamination, law, words_not_understood, contradiction,
    opioids, sedatives, antagonists, cyp3a_victims, cyp2d6_victims, pgp_victims, inhibitors, inducers, serotonergic, qt,
    seizures, hepatotoxic, stimulants, hypotensive, unknown,
)  # fmt: skip
"""Every hazard. Their order changes nothing: findings are sorted."""


def grounds() -> tuple[Grounds, ...]:
    """Return what the findings of every code may rest on, as each hazard's file declares it."""
    files = dict.fromkeys(hazard.__module__ for hazard in HAZARDS)
    return tuple(declared for name in files for declared in sys.modules[name].FACTS)
