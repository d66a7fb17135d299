"""Medicines of which a little more already harms."""

from __future__ import annotations

from ketum.evidence import Fact
from ketum.medicine import Taken, is_any

HARMED = {"quetiapine": "DD030"}
"""Medicines with which someone died beside kratom, and the fact."""


def narrow(medicine: Taken) -> Fact | None:
    """Return why a little more of a medicine already harms; None where nothing says so."""
    entry = medicine.entry
    if found := entry.fact("narrow_ti"):
        return found
    if "NTI" in entry.value("fda_substrate_class"):
        return entry.fact("fda_substrate_class")
    code = entry.fact("atc")
    harms = is_any(entry, "anticoagulant", "ergot") or medicine.generic in HARMED
    return code if harms else None
