"""Every medicine on file, by generic name, with its facts, and the names by which people call it.

The facts stand in two tables of evidence: ``victim_facts_long`` (195 co-medicines) and ``medicine_additions`` (what
those lack: herbs, over-the-counter and illicit drugs, and common medicines that must be known to be harmless here).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ketum.errors import KetumError
from ketum.evidence import ACCESS, Fact, fact, rows_in
from ketum.medicine.spelling import key, plain
from ketum.rows import read_rows

TABLES = ("victim_facts_long", "medicine_additions")
_REMARK = re.compile(r"\s*\((?:comb\.|[^)]*)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One medicine.

    Parameters
    ----------
    generic
        Its name, as the tables spell it.
    facts
        What is on file of it, by field; the best seen of each stands first.
    """

    generic: str
    facts: Mapping[str, tuple[Fact, ...]] = field(hash=False, repr=False)

    def fact(self, name: str) -> Fact | None:
        """Return the best seen fact of a field, None where nothing is on file."""
        found = self.facts.get(name)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """Return the text of a field, empty where nothing is on file."""
        found = self.fact(name)
        return found.value if found else ""

    def number(self, *names: str) -> tuple[float, Fact] | None:
        """Return the first of several fields that holds a number, best seen first, with its fact."""
        found = [row for name in names for row in self.facts.get(name, ()) if _is_number(row)]
        best = max(found, key=lambda row: row.rank, default=None)
        return None if best is None else (best.number(), best)

    def most(self, *names: str) -> tuple[float, Fact] | None:
        """Return the highest value that fields leave open, over what was seen of them, with its fact.

        A limit such as ``>=0.5`` leaves everything above open, and so gives infinity. What is only remembered counts
        where nothing was seen; None where no row is a number, a range or a limit.
        """
        found = [(high, row) for name in names for row in self.facts.get(name, ()) if (high := _high(row)) is not None]
        seen = [pair for pair in found if pair[1].verified]
        return max(seen or found, key=lambda pair: (pair[0], pair[1].rank), default=None)

    def verified(self, name: str) -> bool:
        """Whether a source of a field was seen at all."""
        found = self.fact(name)
        return found is not None and found.verified

    @property
    def atc(self) -> tuple[str, ...]:
        """Its codes in the ATC index."""
        return tuple(row.value for row in self.facts.get("atc", ()))


@cache
def entries() -> Mapping[str, Entry]:
    """Return every medicine by its generic name."""
    return {generic: entry(generic) for generic in _gathered()}


@cache
def entry(generic: str) -> Entry:
    """Return one medicine by its generic name; `KeyError` where there is none."""
    found: dict[str, list[Fact]] = {}
    for row in _gathered()[generic]:
        found.setdefault(row["field"], []).append(fact(row["fact_id"]))
    return Entry(generic, {name: tuple(sorted(rows, key=lambda row: -row.rank)) for name, rows in found.items()})


def facts_of(generic: str) -> Mapping[str, tuple[Fact, ...]]:
    """Return the facts on a medicine by field, the best seen first; empty where none is on file."""
    return entry(generic).facts if generic in _gathered() else {}


@cache
def _gathered() -> Mapping[str, list[Mapping[str, str]]]:
    """Return the rows on each medicine: who asks for one need not wait for the facts of a thousand."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for table in TABLES:
        for row in rows_in(table):
            found.setdefault(row["generic"], []).append(row)
    return found


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Return the generic names that each written name stands for: several for a combination.

    Keys are as `ketum.medicine.spelling.plain` writes them.
    """
    found: dict[str, tuple[str, ...]] = {}
    for generic, rows in _gathered().items():
        for row in sorted((row for row in rows if row["field"] == "brands"), key=lambda row: -ACCESS[row["access"]]):
            for brand in row["value"].split(";"):
                if "(comb.)" not in brand:
                    found.setdefault(plain(_REMARK.sub("", brand)), (generic,))
    found |= {plain(name): parts for name, parts in combinations().items()}
    return found | {plain(generic): (generic,) for generic in _gathered()}


@cache
def by_key() -> Mapping[str, tuple[str, ...]]:
    """Return the same by what is left of a name once salt, strength and form are set aside."""
    found: dict[str, tuple[str, ...]] = {}
    for name, parts in names().items():
        for spelt in (key(name, numbers=True), key(name)):
            found.setdefault(spelt, parts)
    return {**found, **names()}


@cache
def combinations() -> Mapping[str, tuple[str, ...]]:
    """Return the generic names of what combination products hold, by product."""
    return {row["name"]: tuple(row["components"].split(";")) for row in read_rows(__package__, "combinations.csv")}


def _high(row: Fact) -> float | None:
    try:
        return row.bounds()[1]
    except KetumError:
        return None


def _is_number(row: Fact) -> bool:
    try:
        float(row.value)
    except ValueError:
        return False
    return True
