"""The kinds of product that a case may name, and how each is spoken of and treated: ``kinds.csv``.

What a gram of each holds and how it enters the model stands in the pharmacology's ``products.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from ketum.rows import read_rows, several

Group = Literal["leaf", "brew", "extract", "concentrate", "mixture", "unknown"]


@dataclass(frozen=True, slots=True)
class ProductKind:
    """A kind of product; a row of ``kinds.csv``.

    Parameters
    ----------
    product
        As in a case file.
    group
        What it is, for whatever holds for several kinds: leaf (swallowed), brew, extract, concentrate, mixture,
        unknown.
    name, plural
        As people are told of one, and of such products in general.
    largest_mg
        Most of the product that a dose can be; more is a slip of the pen.
    counted_in
        The most that a dose can be in each unit that it may be counted in; what one of them holds stands in the
        pharmacology's ``servings.csv``.
    concentrate_of
        The alkaloid, hardly found in leaf, that a concentrate is counted in; empty for other groups.
    law
        What it counts as before the law: leaf | 7oh | pseudoindoxyl.
    studied_as
        The kind whose human studies speak for it.
    caveat
        What is said beside its predicted levels; empty where human studies gave it.
    """

    product: str
    group: Group
    name: str
    plural: str
    largest_mg: float
    counted_in: Mapping[str, float]
    concentrate_of: str
    law: str
    studied_as: str
    caveat: str


@cache
def kinds() -> Mapping[str, ProductKind]:
    """Read ``kinds.csv``, by the product's name in a case."""
    return MappingProxyType(
        {
            row["product"]: ProductKind(
                row["product"],
                cast(Group, row["group"]),
                row["name"],
                row["plural"],
                1000.0 * float(row["largest_g"]),
                _counted_in(row["counted_in"]),
                row["concentrate_of"],
                row["law"],
                row["studied_as"],
                row["caveat"],
            )
            for row in read_rows(__package__, "kinds.csv")
        }
    )


def _counted_in(cell: str) -> Mapping[str, float]:
    return MappingProxyType({unit: float(most) for unit, most in (part.split() for part in several(cell))})


def in_group(product: str, *groups: Group) -> bool:
    """Whether a kind of product is in one of several groups."""
    return kinds()[product].group in groups
