"""Situations of which little more than one thing is known."""

from datetime import date

from ketum.case.model import Person, Today
from ketum.clinic.labs import Labs
from ketum.hazards import Situation
from ketum.hazards.use import Use
from ketum.words.understanding import understand

TODAY = date(2026, 11, 22)
NOW = {"stopped_hours_ago", "last_dose_hours_ago", "pain_nrs", "drug_screen_planned"}


def situated(*symptoms, conditions=(), labs=None, limits=None, vitals=None, portions=(), use=None, day=TODAY, **keys):
    """A situation; further keys are those of a case's tables ``person`` and ``today``."""
    who = {"age_years": 40, "sex": "female", "weight_kg": 70, "region": "US-AK"}
    who |= {key: value for key, value in keys.items() if key not in NOW}
    return Situation(
        person=Person(**who),
        now=Today(**{key: value for key, value in keys.items() if key in NOW}),
        day=day,
        said=understand(symptoms, conditions),
        portions=tuple(portions),
        use=use or Use(),
        labs=Labs(labs or {}, limits or {}),
        vitals=vitals or {},
    )


def told(found):
    return [(finding.code, finding.severity) for finding in found]
