"""Whom to call, where the number is known (``helplines.csv``); elsewhere the words stand without one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ketum.rows import read_rows, several


def emergency_number(region: str) -> str:
    """Return "the emergency number", with the number itself where it is on file."""
    number = _known(region, "emergency")
    return f"the emergency number ({number})" if number else "the emergency number"


def poison_centre(region: str) -> str:
    """Return "a poison centre", with its number where it is on file."""
    number = _known(region, "poison_centre")
    return f"a poison centre ({number})" if number else "your national poison centre"


def crisis_line(region: str) -> str:
    """Return "a crisis line", with its number where it is on file."""
    number = _known(region, "crisis_line")
    return f"the crisis line ({number})" if number else "a national crisis line"


def facts(region: str) -> tuple[str, ...]:
    """Return the facts behind the numbers of a region."""
    return several(_known(region, "fact_ids"))


def _known(region: str, column: str) -> str:
    """Return a cell of the region's country, empty where the country is not on file."""
    return _rows().get(region[:2].upper(), {}).get(column, "")


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return {row["country"]: row for row in read_rows(__package__, "helplines.csv")}
