"""The alkaloids that the model follows (``alkaloids.csv``), and what a mass of one is in molecules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.evidence import fact
from ketum.rows import read_rows


@dataclass(frozen=True)
class Alkaloid:
    """An alkaloid that the model follows; a row of ``alkaloids.csv``.

    Parameters
    ----------
    name
        As it is written for people.
    code
        Suffix of its quantities in the model.
    molar_mass
        Fact id of its molar mass.
    study_peak
        Fact id of its median peak after tea from 2 g of leaf, the one study of all of them; time is counted above it.
    limit
        The parameter that says how little of it trials could measure.
    formed_from
        Code of the alkaloid of which the body forms it; empty where none is known.
    """

    name: str
    code: str
    molar_mass: str
    study_peak: str
    limit: str
    formed_from: str


ALKALOIDS = tuple(
    Alkaloid(row["name"], row["code"], row["molar_mass"], row["study_peak"], row["limit"], row["formed_from"])
    for row in read_rows(__package__, "alkaloids.csv")
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


def study_peak(code: str) -> float:
    """Look up an alkaloid's published median peak after 2 g of leaf as tea, in ng/mL."""
    return fact(alkaloid(code).study_peak).number() * molar_mass(code) / 1000
