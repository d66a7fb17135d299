"""The tables of this room, read once: parameters, their spread between people, and what is known of them jointly."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

ROOM = Path(str(files("ketum.pharmacology")))


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


def model_path(name: str = "kratom") -> Path:
    """Find an Antimony file of this room."""
    return ROOM / f"{name}.ant"


@cache
def parameters() -> tuple[Parameter, ...]:
    """Read ``parameters.csv``."""
    return tuple(
        Parameter(
            row["name"],
            row["label"],
            row["unit"],
            row["scale"],
            float(row["weight_exponent"]),
            *_numbers(row),
            row["how"],
            tuple(row["facts"].split(";")),
            row["note"],
        )
        for row in _rows("parameters.csv")
    )


@cache
def effects() -> tuple[Effect, ...]:
    """Read ``variability.csv``."""
    return tuple(
        Effect(
            row["name"],
            row["label"],
            tuple(row["on"].split(";")),
            *_numbers(row),
            row["how"],
            tuple(row["facts"].split(";")),
            row["note"],
        )
        for row in _rows("variability.csv")
    )


@cache
def posterior() -> Mapping[str, Array]:
    """Read the joint draws of what the fit leaves open: each parameter's typical value and each effect's SD.

    Returns
    -------
    mapping of str to ndarray, shape (draws,)
        By the name of the parameter or effect. A draw is a row: its numbers belong together.
    """
    names, *rows = csv.reader((ROOM / "posterior.csv").read_text(encoding="utf-8").splitlines())
    table = np.array(rows, dtype=float)
    return MappingProxyType({name: table[:, i] for i, name in enumerate(names)})


def _rows(name: str) -> list[dict[str, str]]:
    with (ROOM / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(row: Mapping[str, str]) -> tuple[float, ...]:
    return tuple(float(row[key] or "nan") for key in ("prior_median", "prior_sd", "value", "low", "high"))
