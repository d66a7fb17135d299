"""What class a medicine belongs to, by its ATC code: the rows of ``classes.csv``.

A medicine is in a class where one of its codes begins as the class says. The ATC index was seen (``who_atc2026``), so
membership may raise a danger; a code that is only remembered may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ketum.evidence import Fact
from ketum.medicine.catalogue import Entry
from ketum.rows import read_rows, several


@dataclass(frozen=True, slots=True)
class MedicineClass:
    """A class of medicines; a row of ``classes.csv``.

    Parameters
    ----------
    name
        As it is written for people.
    atc, without
        How the codes of its members begin, and beginnings among these that do not belong to it here.
    opioid
        agonist | partial agonist | antagonist | gut agonist | gut antagonist; empty for what is no opioid.
    depresses
        What it depresses by itself: breathing | wakefulness; empty for neither, and for opioids.
    """

    name: str
    atc: tuple[str, ...]
    without: tuple[str, ...]
    opioid: str
    depresses: str


@cache
def classes() -> Mapping[str, MedicineClass]:
    """Read ``classes.csv``, by the class's name."""
    return MappingProxyType(
        {
            row["class"]: MedicineClass(
                row["class"], several(row["atc"]), several(row["without"]), row["opioid"], row["depresses"]
            )
            for row in read_rows(__package__, "classes.csv")
        }
    )


@cache
def opioid_classes(*roles: str) -> tuple[str, ...]:
    """Name the classes with one of several roles at opioid receptors, in the table's order."""
    return tuple(name for name, group in classes().items() if group.opioid in roles)


@cache
def depressing(what: str) -> tuple[str, ...]:
    """Name the classes that depress ``breathing`` or ``wakefulness``, in the table's order."""
    return tuple(name for name, group in classes().items() if group.depresses == what)


def code_of(entry: Entry, *names: str) -> Fact | None:
    """Return the fact that puts a medicine into one of several classes, best seen first; None where none does."""
    for name in names:
        known = classes()[name]
        for row in entry.facts.get("atc", ()):
            if row.value.startswith(known.atc) and not row.value.startswith(known.without):
                return row
    return None


def is_any(entry: Entry, *names: str) -> bool:
    """Whether a medicine is in one of several classes."""
    return code_of(entry, *names) is not None
