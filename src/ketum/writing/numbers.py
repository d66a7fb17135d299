"""How numbers are written: three significant figures at most, and never a zero for what is not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

from ketum.writing.texts import say

NOT_KNOWN = say("not known")


def is_finite(value: object) -> bool:
    """Say whether `value` is a number that can be written down."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def number(value: object, figures: int = 3) -> str:
    """Write a number with at most `figures` significant figures; what is no finite number is "not known".

    >>> number(1234.5), number(0.012345), number(39.0), number(float("nan"))
    ('1,230', '0.0123', '39', 'not known')
    """
    if isinstance(value, str):
        return value
    if not is_finite(value):
        return NOT_KNOWN
    x = float(value)  # type: ignore[arg-type]
    if x == 0:
        return "0"
    if abs(x) < 1e-4 or abs(x) >= 1e7:
        return _scientific(x, figures)
    decimals = figures - 1 - math.floor(math.log10(abs(x)))
    text = f"{round(x, decimals):,.{max(decimals, 0)}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def interval(low: object, high: object) -> str:
    """Write an interval: an en dash between positive numbers, "to" where a sign could be misread."""
    ends = (low, high)
    if all(is_finite(end) and float(end) >= 0 for end in ends):  # type: ignore[arg-type]
        return f"{number(low)}–{number(high)}"
    return say("{low} to {high}", low=number(low), high=number(high))


def interval_of(given: Any) -> str:
    """Write an interval given as a pair, as text, or not at all (an empty string)."""
    if given is None or given == "":
        return ""
    if isinstance(given, str):
        return given
    if isinstance(given, Sequence) and len(given) == 2:
        return "" if given[0] is None and given[1] is None else interval(given[0], given[1])
    return str(given)


def percent(part: float | None) -> str:
    """Write a part of one in percent; a small one is small, but never said to be nothing."""
    if part is None or not is_finite(part):
        return NOT_KNOWN
    return say("under 1\N{NO-BREAK SPACE}%") if part < 0.005 else f"{100 * part:.0f}\N{NO-BREAK SPACE}%"


def _scientific(x: float, figures: int) -> str:
    mantissa, exponent = f"{x:.{figures - 1}e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return _minus(f"{mantissa} × 10{power}")


def _minus(text: str) -> str:
    return text.replace("-", "−")
