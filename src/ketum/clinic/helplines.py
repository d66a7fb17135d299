"""Whom to call, where the number is known (``helplines.csv``); elsewhere the words stand without one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ketum.rows import read_rows, several
from ketum.writing.texts import Text, say, term


def emergency_number(region: str) -> Text:
    """Return "the emergency number", with the number itself where it is on file."""
    number = _known(region, "emergency")
    return say("the emergency number ({number})", number=number) if number else say("the emergency number")


def poison_centre(region: str) -> Text:
    """Return "a poison centre", with its number where it is on file."""
    number = _known(region, "poison_centre")
    return say("a poison centre ({number})", number=number) if number else say("your national poison centre")


def crisis_line(region: str) -> Text:
    """Return "a crisis line", with its number where it is on file."""
    number = _known(region, "crisis_line")
    return say("the crisis line ({number})", number=term(number)) if number else say("a national crisis line")


def facts(region: str) -> tuple[str, ...]:
    """Return the facts behind the numbers of a region."""
    return several(_known(region, "fact_ids"))


def _known(region: str, column: str) -> str:
    """Return a cell of the region's country, empty where the country is not on file."""
    return _rows().get(region[:2].upper(), {}).get(column, "")


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return {row["country"]: row for row in read_rows(__package__, "helplines.csv")}
