"""Kinds of product: what a gram holds, what comes with it, and what people count it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ketum.rows import read_rows, several


@dataclass(frozen=True)
class Companion:
    """How much of another alkaloid comes with a product's main one, mass per mass; a row of ``companions.csv``."""

    alkaloid: str
    ratio: float
    sd: float
    facts: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class UsualAmount:
    """How much of a kind of product is taken at one time where a case does not know; columns of ``products.csv``.

    Parameters
    ----------
    grams, sd
        Median mass of product, and the SD of its logarithm.
    """

    grams: float
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
    release_counted
        The same where the amount is a mass of alkaloid, as a tea's is in the drink and not in the leaf.
    base
        Code of the main alkaloid; empty where nothing is known of the content.
    content_mg_per_g, content_sd
        Median content of the main alkaloid, and the SD of its logarithm.
    companions
        The alkaloids that come with it.
    use
        How much is taken at one time; None where nothing on file tells.
    """

    name: str
    form: str
    release: str
    release_counted: str
    base: str
    content_mg_per_g: float
    content_sd: float
    facts: tuple[str, ...]
    note: str
    companions: tuple[Companion, ...]
    use: UsualAmount | None = None


@dataclass(frozen=True)
class Serving:
    """What one of what a product is counted in holds; from a row of ``servings.csv``.

    Parameters
    ----------
    unit
        Capsule, bottle, mL and the like.
    of
        What `median` is of: ``product`` in g, or an alkaloid by its code, in mg.
    median, sd
        Median, and the SD of its logarithm.
    """

    unit: str
    of: str
    median: float
    sd: float
    facts: tuple[str, ...]
    note: str


@cache
def products() -> Mapping[str, Product]:
    """Read ``products.csv`` with its companions, by the product's name."""
    companions: dict[str, list[Companion]] = {}
    for row in read_rows(__package__, "companions.csv"):
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
                row["release_counted"] or row["release"],
                row["base"],
                float(row["content_mg_per_g"] or "nan"),
                float(row["content_sd"] or "nan"),
                tuple(row["facts"].split(";")),
                row["note"],
                tuple(companions.get(row["product"], ())),
                _use(row),
            )
            for row in read_rows(__package__, "products.csv")
        }
    )


def _use(row: dict[str, str]) -> UsualAmount | None:
    if not row["use_g"]:
        return None
    return UsualAmount(float(row["use_g"]), float(row["use_sd"]), tuple(row["use_facts"].split(";")), row["use_note"])


@cache
def servings() -> Mapping[tuple[str, str], Serving]:
    """Read ``servings.csv``, by kind of product and unit."""
    return MappingProxyType(
        {
            (product, unit): Serving(
                unit, row["of"], float(row["median"]), float(row["sd"]), several(row["facts"]), row["note"]
            )
            for row in read_rows(__package__, "servings.csv")
            for product in several(row["product"])
            for unit in several(row["unit"])
        }
    )
