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


def alkaloid(code: str) -> Alkaloid:
    """Find an alkaloid by its code in the model."""
    return next(known for known in ALKALOIDS if known.code == code)


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
        for row in read_rows(name)
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
        for row in read_rows(name)
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
    names, *rows = csv.reader((ROOM / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    table = np.array(rows, dtype=float)
    return MappingProxyType({name: table[:, i] for i, name in enumerate(names)})


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a table of this room, one dict a row."""
    with (ROOM / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {key: float(row[key] or "nan") for key in ("prior_median", "prior_sd", "value", "low", "high")}


@dataclass(frozen=True)
class Companion:
    """How much of another alkaloid comes with a product's main one, mass per mass; a row of ``companions.csv``."""

    alkaloid: str
    ratio: float
    sd: float
    facts: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Product:
    """A kind of product; a row of ``products.csv``.

    Parameters
    ----------
    name
        As in a case file.
    form
        The model's compartment (without the alkaloid's code) that a dose enters.
    release
        The parameter that says which share of it is given up.
    base
        Code of the main alkaloid; empty where nothing is known of the content.
    content_mg_per_g, content_sd
        Median content of the main alkaloid, and the SD of its logarithm.
    companions
        The alkaloids that come with it.
    """

    name: str
    form: str
    release: str
    base: str
    content_mg_per_g: float
    content_sd: float
    facts: tuple[str, ...]
    note: str
    companions: tuple[Companion, ...]


@dataclass(frozen=True)
class Serving:
    """The weight of a capsule, teaspoon or serving; a row of ``servings.csv``."""

    unit: str
    grams: float
    sd: float
    facts: tuple[str, ...]
    note: str


@cache
def products() -> Mapping[str, Product]:
    """Read ``products.csv`` with its companions, by the product's name."""
    companions: dict[str, list[Companion]] = {}
    for row in read_rows("companions.csv"):
        companion = Companion(
            row["alkaloid"], float(row["ratio"]), float(row["sd"]), tuple(row["facts"].split(";")), row["note"]
        )
        companions.setdefault(row["product"], []).append(companion)
    return MappingProxyType(
        {
            row["product"]: Product(
                row["product"],
                row["form"],
                row["release"],
                row["base"],
                float(row["content_mg_per_g"] or "nan"),
                float(row["content_sd"] or "nan"),
                tuple(row["facts"].split(";")),
                row["note"],
                tuple(companions.get(row["product"], ())),
            )
            for row in read_rows("products.csv")
        }
    )


@cache
def servings() -> Mapping[str, Serving]:
    """Read ``servings.csv``, by the unit's name."""
    return MappingProxyType(
        {
            row["unit"]: Serving(
                row["unit"], float(row["grams"]), float(row["sd"]), tuple(row["facts"].split(";")), row["note"]
            )
            for row in read_rows("servings.csv")
        }
    )


def model_names() -> tuple[str, ...]:
    """List the models of this room."""
    return tuple(sorted(path.stem for path in ROOM.glob("*.ant")))
