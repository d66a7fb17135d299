"""The tables from blood to effect: what is believed of receptors and effects, and the opioids taken beside kratom."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from ketum.pharmacology.tables import (
    ROOM,
    Array,
    Effect,
    Parameter,
    posterior,
    read_effects,
    read_parameters,
    read_rows,
)

NOT_IN_EQUATIONS = ("peak_M", "level_M", "relief_M", "placebo", "natural", "SOWS_base")
"""Parameters that only turn a result into what a person can read: mg of morphine, points of
pain, points above the usual score."""
EXPOSURE = "exposure"
"""Column of ``effect_posterior.csv`` by which its draws find those of the blood."""


def exposure(blood: Mapping[str, Array]) -> Array:
    """Work out the area under 7-hydroxymitragynine's curve for 1 nmol of mitragynine in leaf, in h/L; shape (draws,).

    It carries most of the receptor's load, so the fit of effects ties its own unknowns to it. Enzymes at rest.
    """
    extraction = blood["CLint_HM"] / (blood["Q_H"] + blood["CLint_HM"])
    by_gut = blood["fm_gut"] * (1 - blood["Fg_MG"]) * blood["Fg_HM"]
    by_liver = blood["fm_liver"] * blood["Fg_MG"]
    reaching = blood["release_leaf"] * blood["Fa"] * (by_gut + by_liver) * (1 - extraction)
    return np.asarray(reaching / (blood["Q_H"] * extraction))


@cache
def effect_parameters() -> tuple[Parameter, ...]:
    """Read ``effect_parameters.csv``; its scale may also be ``switch`` (0 or 1, with the chance of 1 as the median)."""
    return read_parameters("effect_parameters.csv")


@cache
def effect_variability() -> tuple[Effect, ...]:
    """Read ``effect_variability.csv``."""
    return read_effects("effect_variability.csv")


@cache
def effect_posterior() -> Mapping[str, Array]:
    """Read the joint draws of what ``calibration/effect.py`` fitted, each beside the draw of the blood it belongs to.

    The fit of effects sees blood levels only through draws of them, and must not change what is known of blood. So its
    draws are put beside those of the blood with the same `exposure`, rank by rank: what is tied to it stays tied.

    Returns
    -------
    mapping of str to ndarray, shape (draws,)
        By the name of the parameter or of the spread between people. What is not in it is drawn from its prior.
    """
    names, *rows = csv.reader((ROOM / "effect_posterior.csv").read_text(encoding="utf-8").splitlines())
    table = np.array(rows, dtype=float)
    own, blood = table[:, names.index(EXPOSURE)], exposure(posterior())
    rank = np.argsort(np.argsort(blood, kind="stable"), kind="stable")
    table = table[np.argsort(own, kind="stable")][rank * own.size // blood.size]
    return MappingProxyType({name: table[:, i] for i, name in enumerate(names) if name != EXPOSURE})


@dataclass(frozen=True)
class Opioid:
    """An opioid that may be taken beside kratom; a row of ``opioids.csv``.

    Parameters
    ----------
    names
        Under which a case may name it, in small letters.
    role
        full agonist | partial agonist | antagonist.
    morphine_per_mg, morphine_per_mg_h
        Full agonists: mg of swallowed morphine for which a mg stands, and mg of morphine a day for a patch's mg/h. NaN
        where not known.
    K_nM, n
        Unbound concentration that occupies half of the free receptors, and the slope of binding; K is NaN where the
        level is stated as morphine's.
    eff
        Efficacy over morphine's.
    nM_per_mg
        Unbound level right after a dose, per mg.
    usual_mg
        The dose that is taken where the case gives none.
    half_life_h
        NaN where the level is taken to stand still.
    """

    medicine: str
    names: tuple[str, ...]
    role: str
    morphine_per_mg: float
    morphine_per_mg_h: float
    K_nM: float
    n: float
    eff: float
    nM_per_mg: float
    usual_mg: float
    half_life_h: float
    facts: tuple[str, ...]
    note: str


@cache
def opioids() -> tuple[Opioid, ...]:
    """Read ``opioids.csv``."""
    numbers = (
        "morphine_per_mg", "morphine_per_mg_h", "K_nM", "n", "eff", "nM_per_mg", "usual_mg", "half_life_h",
    )  # fmt: skip
    return tuple(
        Opioid(
            medicine=row["medicine"],
            names=(row["medicine"], *row["names"].split(";")),
            role=row["role"],
            facts=tuple(row["facts"].split(";")),
            note=row["note"],
            **{name: float(row[name] or "nan") for name in numbers},
        )
        for row in read_rows("opioids.csv")
    )
