"""The tables from blood to effect: what is believed of receptors and effects, and the opioids taken beside kratom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketum.pharmacology.tables import Array, Effect, Parameter, draws, read_effects, read_parameters, read_rows

NOT_IN_EQUATIONS = ("peak_M", "level_M", "relief_M", "placebo", "natural", "SOWS_base")
"""Parameters that only turn a result into what a person can read: mg of morphine, points of
pain, points above the usual score."""


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
    """Read the joint draws of what ``calibration/effect.py`` fitted; each belongs to the draw of the blood in its row.

    Returns
    -------
    mapping of str to ndarray, shape (draws,)
        By the name of the parameter or of the spread between people. What is not in it is drawn from its prior.
    """
    return draws("effect_posterior")


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
