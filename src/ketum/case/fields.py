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

from ketum.case.refusal import RefusalError, did_you_mean, listed, refusal, shown
from ketum.case.units import convert, split
from ketum.errors import Problem

LONGEST_TEXT = 300


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
        return float(hours)

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
        read_ones: list[str] = []
        problems: list[Problem] = []
        for index, item in enumerate(given):
            try:
                read_ones.append(_text(item))
            except RefusalError as no:
                problems += [Problem(f"[{index}]", p.what, p.given, p.allowed, p.cure) for p in no.problems]
        if problems:
            raise RefusalError(*problems)
        return tuple(read_ones)

    return BeforeValidator(read)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise refusal("a text is needed, in quotes", given=shown(given))
    stripped = " ".join(given.split())
    if not stripped:
        raise refusal("the text is empty", given=shown(given), cure="leave it out if unknown")
    if len(stripped) > LONGEST_TEXT:
        raise refusal("the text is too long", given=shown(given), allowed=f"up to {LONGEST_TEXT} letters")
    return stripped
