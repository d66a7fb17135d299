"""The kinds of value that a key may hold; each kind says what it allows in one uniform message.

Every kind is a pydantic `BeforeValidator`: it takes what TOML holds and returns the final value, which pydantic then
only passes on, or raises a `RefusalError`. TOML knows numbers, texts and booleans apart, so nothing is turned from one
into another in silence.
"""

from __future__ import annotations

import math
import re
from typing import Any, get_args

from pydantic import BeforeValidator

from ketum.case.refusal import RefusalError, at, did_you_mean, hidden, listed, refusal, shown
from ketum.case.units import convert, split
from ketum.errors import Problem

LONGEST_TEXT = 1000
"""Letters of one text."""
MOST_TEXTS = 100
"""Texts of one list."""


def number(low: float, high: float, unit: str = "") -> BeforeValidator:
    """A number from `low` to `high`, both included."""
    allowed = between(low, high, unit)

    def read(given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise refusal("a number is needed", given=shown(given), allowed=allowed, cure=_unquoted(given))
        if isinstance(given, float) and math.isnan(given):
            raise refusal("this is no number", given=shown(given), allowed=allowed, cure="leave the key out if unknown")
        # Compared before it becomes a float: TOML integers may be too large for one.
        if not low <= given <= high:
            raise refusal("the number is out of range", given=shown(given), allowed=allowed)
        return float(given)

    return BeforeValidator(read)


def between(low: float, high: float, unit: str) -> str:
    """The range as text."""
    return f"{low:.10g} to {high:.10g} {unit}".strip()


def _unquoted(given: object) -> str:
    if isinstance(given, str) and re.fullmatch(r"\s*[+-]?[0-9]+(\.[0-9]+)?\s*", given):
        return f"write it without quotes: {given.strip()}"
    return "write a plain number, without quotes or unit"


def duration(low_h: float, high_h: float, allowed: str) -> BeforeValidator:
    """A time such as ``"8 h"`` or ``"30 min"``, in hours."""

    def read(given: object) -> float:
        example = '"8 h"; once a day is "24 h", twice a day "12 h"'
        if isinstance(given, int | float) and not isinstance(given, bool):
            raise refusal("the unit is missing", given=shown(given), allowed=allowed, cure=f"such as {example}")
        value, unit = split(given, example)
        # Through seconds, whole in every unit of time: "44640 min" are 31 days and not a trifle more.
        hours = convert(value, unit, "second", given, allowed) / 3600
        if not low_h <= hours <= high_h:
            raise refusal("the time is out of range", given=shown(given), allowed=allowed)
        # A few milliseconds are no time, and would need an exponent that no one writes.
        return float(hours) if hours > 1e-6 else 0.0

    return BeforeValidator(read)


def interval(low_h: float, high_h: float, allowed: str) -> BeforeValidator:
    """A time between doses, in hours, or the words "as needed"."""
    hours = duration(low_h, high_h, f'{allowed}; or "as needed"').func

    def read(given: object) -> Any:
        if isinstance(given, str) and " ".join(given.split()).casefold() in {"as needed", "when needed", "prn"}:
            return "as needed"
        return hours(given)  # type: ignore[call-arg]

    return BeforeValidator(read)


def pair(low_h: float, high_h: float, allowed: str) -> BeforeValidator:
    """An array of two times, the shorter first, in hours."""
    hours = duration(low_h, high_h, allowed).func

    def read(given: object) -> tuple[float, float]:
        if not isinstance(given, list | tuple) or len(given) != 2:
            raise refusal("an array of two times is needed", given=shown(given), cure='such as ["1 h", "3 h"]')
        ends: list[float] = []
        problems: list[Problem] = []
        for index, end in enumerate(given):
            try:
                ends.append(hours(end))  # type: ignore[call-arg]
            except RefusalError as no:
                problems += at(index, no)
        if problems:
            raise RefusalError(*problems)
        if ends[0] > ends[1]:
            raise refusal("the first time is longer than the second", cure="write the shorter first")
        return ends[0], ends[1]

    return BeforeValidator(read)


def choice(literal: Any) -> BeforeValidator:
    """One word of a `typing.Literal`."""
    words: tuple[str, ...] = get_args(literal)
    allowed = listed(f'"{word}"' for word in words)

    def read(given: object) -> str:
        if not isinstance(given, str):
            raise refusal("one of the words below is needed, in quotes", given=shown(given), allowed=allowed)
        if given not in words:
            raise refusal(
                "this word is not known here",
                given=shown(given),
                allowed=allowed,
                cure=did_you_mean(given, words),
            )
        return given

    return BeforeValidator(read)


def flag() -> BeforeValidator:
    """``true`` or ``false``."""

    def read(given: object) -> bool:
        if not isinstance(given, bool):
            raise refusal(
                "yes or no is needed",
                given=shown(given),
                allowed="true | false, without quotes",
                cure="leave the key out if unknown",
            )
        return given

    return BeforeValidator(read)


def text() -> BeforeValidator:
    """A text that is not empty."""
    return BeforeValidator(_text)


def texts() -> BeforeValidator:
    """An array of texts; it may be empty, which says that there are none."""

    def read(given: object) -> tuple[str, ...]:
        if not isinstance(given, list | tuple):
            cure = f"put it in brackets: [{shown(given)}]" if isinstance(given, str) else 'such as ["first", "second"]'
            raise refusal("an array of texts is needed", given=shown(given), cure=cure)
        _bounded(given, MOST_TEXTS, "texts")
        read_ones: list[str] = []
        problems: list[Problem] = []
        for index, item in enumerate(given):
            try:
                read_ones.append(_text(item))
            except RefusalError as no:
                problems += at(index, no)
        if problems:
            raise RefusalError(*problems)
        return tuple(read_ones)

    return BeforeValidator(read)


def several(most: int, of: str) -> BeforeValidator:
    """An array of tables that is not too long; what is no array is left for pydantic to refuse."""

    def read(given: object) -> object:
        if isinstance(given, list | tuple):
            _bounded(given, most, of)
        return given

    return BeforeValidator(read)


def _bounded(given: list[Any] | tuple[Any, ...], most: int, of: str) -> None:
    if len(given) > most:
        raise refusal("there are too many of them", given=f"{len(given)} {of}", allowed=f"up to {most} {of}")


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise refusal("a text is needed, in quotes", given=shown(given))
    stripped = " ".join(given.split())
    if not stripped:
        raise refusal("the text is empty", given=shown(given), cure="leave it out if unknown")
    if hidden(stripped):
        raise refusal(
            "the text holds letters that cannot be seen (control characters or marks of direction)",
            given=shown(given),
            cure="type it anew; such letters come along when a text is copied from a page or a message",
        )
    if len(stripped) > LONGEST_TEXT:
        raise refusal("the text is too long", given=shown(given), allowed=f"up to {LONGEST_TEXT} letters")
    return stripped
