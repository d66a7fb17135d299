"""A measured level of an alkaloid, as a laboratory reports it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ketum.case.refusal import RefusalError, refusal, shown
from ketum.case.units import convert, split

LevelUnit = Literal["ng/mL", "nmol/L", "pg/mg"]
_UNITS: tuple[LevelUnit, ...] = ("ng/mL", "nmol/L", "pg/mg")
_SAME = {"nM": "nmol/L", "uM": "umol/L", "µM": "umol/L", "μM": "umol/L"}
ALLOWED = '"185 ng/mL" or "464 nmol/L", of hair "12 pg/mg"; below the laboratory\'s limit "< 1 ng/mL"'
_LARGEST = 1e9


@dataclass(frozen=True)
class LevelValue:
    """A level.

    Attributes
    ----------
    text
        As it was written.
    value, unit
        In ng/mL, in nmol/L where it was given in moles, or in pg/mg of hair.
    below
        Whether it lies below `value`, the laboratory's limit.
    """

    text: str
    value: float
    unit: LevelUnit
    below: bool = False


def read_level(given: object) -> LevelValue:
    """Read a level; raises `RefusalError`."""
    text = " ".join(given.split()) if isinstance(given, str) else given
    below = isinstance(text, str) and text.startswith("<")
    value, unit = split(re.sub(r"^<\s*", "", text) if isinstance(text, str) else text, ALLOWED)
    if value <= 0:
        raise refusal(
            "a level must be more than nothing",
            given=shown(given),
            allowed=ALLOWED,
            cure='what was not found lies below the laboratory\'s limit: "< 1 ng/mL"',
        )
    target, converted = _canonical(value, _SAME.get(unit, unit), given)
    if converted > _LARGEST:
        raise refusal("this is more than any level", given=shown(given), allowed=ALLOWED, cure="check the unit")
    return LevelValue(str(text), converted, target, below)


def _canonical(value: Decimal, unit: str, given: object) -> tuple[LevelUnit, float]:
    refused: RefusalError | None = None
    for target in _UNITS:
        try:
            return target, float(convert(value, unit, target, given, ALLOWED))
        except RefusalError as no:
            refused = refused or no
    assert refused is not None
    raise refused
