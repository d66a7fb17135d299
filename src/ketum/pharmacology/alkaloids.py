"""The alkaloids that the model follows, and what a mass of one is in molecules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.evidence import fact


@dataclass(frozen=True)
class Alkaloid:
    """An alkaloid that the model follows.

    Parameters
    ----------
    name
        As it is written for people.
    code
        Suffix of its quantities in the model.
    molar_mass
        Fact id of its molar mass.
    """

    name: str
    code: str
    molar_mass: str


ALKALOIDS = (
    Alkaloid("mitragynine", "MG", "mw01"),
    Alkaloid("7-hydroxymitragynine", "HM", "mw07"),
    Alkaloid("speciociliatine", "SC", "mw03"),
)


def alkaloid(code: str) -> Alkaloid:
    """Find an alkaloid by its code in the model."""
    return next(known for known in ALKALOIDS if known.code == code)


def nmol(mg: Array | float, code: str) -> Array:
    """Convert an alkaloid's mass in mg to nmol, with the molar mass on file."""
    return np.asarray(mg) * 1e6 / molar_mass(code)


def molar_mass(code: str) -> float:
    """Look up an alkaloid's molar mass in g/mol."""
    return fact(alkaloid(code).molar_mass).number()


STUDY_PEAKS = {"MG": "pk001", "HM": "pk037", "SC": "pk019"}
"""Median peak after tea from 2 g of leaf, the one study of all three alkaloids; time is counted above it."""


def study_peak(code: str) -> float:
    """Look up an alkaloid's published median peak after 2 g of leaf as tea, in ng/mL."""
    return fact(STUDY_PEAKS[code]).number() * molar_mass(code) / 1000
