"""The model's parameters: typical values, spread between people, and what is known of them jointly."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np

from ketum.arrays import Array
from ketum.rows import read_rows

NOT_IN_EQUATIONS = ("naive", "peak_M", "level_M", "relief_M", "placebo", "natural", "SOWS_base")
"""Parameters that only turn a result into what a person can read (mg of morphine, points of pain, points above the
usual score), or that are taken into another: ``naive`` into the potency of people who are new to kratom."""


@dataclass(frozen=True)
class Parameter:
    """A row of ``parameters.csv``: what holds for a typical person of 70 kg.

    Parameters
    ----------
    name, label, unit
        Its id in the model, its meaning in words, its unit.
    scale
        ``log`` or ``logit``: the scale on which both not-knowing and spread between people are normal.
    weight_exponent
        Power of (body weight / 70 kg) that multiplies it.
    prior_median, prior_sd
        What was believed before the fit; the SD on `scale`.
    value, low, high
        Median and 90 % interval after the fit.
    how
        measured | fitted | derived | assumed.
    facts
        Ids of the facts it rests on.
    note
        What a reader should know.
    """

    name: str
    label: str
    unit: str
    scale: str
    weight_exponent: float
    prior_median: float
    prior_sd: float
    value: float
    low: float
    high: float
    how: str
    facts: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Effect:
    """A row of ``variability.csv``: one way in which people differ.

    Parameters
    ----------
    on
        The parameters that it moves, all by the same amount on their scale.
    prior_median, prior_sd
        Its standard deviation before the fit, and the SD of its logarithm.
    value, low, high
        Its standard deviation after the fit, with the 90 % interval.
    """

    name: str
    label: str
    on: tuple[str, ...]
    prior_median: float
    prior_sd: float
    value: float
    low: float
    high: float
    how: str
    facts: tuple[str, ...]
    note: str


@cache
def parameters() -> tuple[Parameter, ...]:
    """Read ``parameters.csv``."""
    return read_parameters("parameters.csv")


@cache
def effects() -> tuple[Effect, ...]:
    """Read ``variability.csv``."""
    return read_effects("variability.csv")


def read_parameters(name: str) -> tuple[Parameter, ...]:
    """Read a table in the shape of ``parameters.csv``."""
    return tuple(
        Parameter(
            name=row["name"],
            label=row["label"],
            unit=row["unit"],
            scale=row["scale"],
            weight_exponent=float(row["weight_exponent"]),
            how=row["how"],
            facts=tuple(row["facts"].split(";")),
            note=row["note"],
            **_numbers(row),
        )
        for row in read_rows(__package__, name)
    )


def read_effects(name: str) -> tuple[Effect, ...]:
    """Read a table in the shape of ``variability.csv``."""
    return tuple(
        Effect(
            name=row["name"],
            label=row["label"],
            on=tuple(row["on"].split(";")),
            how=row["how"],
            facts=tuple(row["facts"].split(";")),
            note=row["note"],
            **_numbers(row),
        )
        for row in read_rows(__package__, name)
    )


@cache
def posterior() -> Mapping[str, Array]:
    """Read the joint draws of what the fits leave open: each parameter's typical value and each effect's SD.

    The fit to blood levels (``posterior.csv``) comes first; each of its draws has one of the interaction trial's fit
    (``posterior_interaction.csv``) in the same row.

    Returns
    -------
    mapping of str to ndarray, shape (draws,)
        By the name of the parameter or effect. A draw is a row: its numbers belong together.
    """
    return MappingProxyType({**draws("posterior"), **draws("posterior_interaction")})


@cache
def draws(name: str) -> Mapping[str, Array]:
    """Read one table of joint draws; shape (draws,) by name."""
    names, *rows = csv.reader(files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines())
    table = np.array(rows, dtype=float)
    return MappingProxyType({name: table[:, i] for i, name in enumerate(names)})


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


def moved(value: Array, step: Array, scale: str) -> Array:
    """Move a positive number (``log``) or a fraction (``logit``) by a step on its scale."""
    return np.asarray(value * np.exp(step) if scale == "log" else value / (value + (1.0 - value) * np.exp(-step)))


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {key: float(row[key] or "nan") for key in ("prior_median", "prior_sd", "value", "low", "high")}
