"""What a kratom product is counted in - capsules, bottles, millilitres - and which of it fits which kind of product.

How much one of them holds stands in the pharmacology's ``servings.csv``; which kinds it fits, in ``kinds.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from ketum.errors import Problem
from ketum.kinds import kinds

CountUnit = Literal["capsule", "teaspoon", "serving", "mL", "bottle", "can", "tablet", "gummy", "cup"]

PLURALS: Mapping[CountUnit, str] = {
    "capsule": "capsules",
    "teaspoon": "teaspoons",
    "serving": "servings",
    "mL": "mL",
    "bottle": "bottles",
    "can": "cans",
    "tablet": "tablets",
    "gummy": "gummies",
    "cup": "cups",
}
_ALSO: Mapping[CountUnit, tuple[str, ...]] = {
    "capsule": ("cap", "caps", "softgel", "softgels", "soft gel", "soft gels"),
    "teaspoon": ("tsp", "tsps"),
    "serving": ("portion", "portions"),
    "bottle": ("shot", "shots"),
    "tablet": ("tab", "tabs", "pill", "pills", "chewable", "chewables", "chewable tablet", "chewable tablets"),
    "gummy": ("gummie",),
    "cup": ("glass", "glasses"),
}
COUNTS: Mapping[str, CountUnit] = {
    spelling: unit
    for unit, plural in PLURALS.items()
    if unit != "mL"
    for spelling in (unit, plural, *_ALSO.get(unit, ()))
}
"""A unit by each of its spellings, in small letters; volumes stand in `VOLUMES`."""

_OUNCE, _LITRE = Decimal("29.5735"), Decimal(1000)
VOLUMES: Mapping[str, Decimal] = (
    dict.fromkeys(("ml", "milliliter", "millilitre", "milliliters", "millilitres", "cc"), Decimal(1))
    | dict.fromkeys(("cl", "centiliter", "centilitre", "centiliters", "centilitres"), Decimal(10))
    | dict.fromkeys(("dl", "deciliter", "decilitre", "deciliters", "decilitres"), Decimal(100))
    | dict.fromkeys(("l", "liter", "litre", "liters", "litres"), _LITRE)
    | dict.fromkeys(("fl oz", "floz", "fluid oz", "fluid ounce", "fluid ounces", "fl ounce", "fl ounces"), _OUNCE)
)
"""How many mL a unit of volume is, by its spelling in small letters; the fluid ounce is that of the United States."""

_PIECES = (
    *("spray", "puff", "drop", "dropper", "dropperful", "pouch", "pouche", "pack", "packet", "package", "bag"),
    *("tea bag", "teabag", "strip", "stick", "scoop", "pump", "leaf", "leave", "piece", "dose"),
)
NOT_SIZED: Mapping[str, str] = dict.fromkeys(
    (spelling for piece in _PIECES for spelling in (piece, f"{piece}s")),
    'write what the label says one holds ("15 mg 7-hydroxymitragynine", "25 mg mitragynine"), or its weight; '
    'else "unknown"',
) | dict.fromkeys(("tablespoon", "tablespoons", "tbsp"), "a tablespoon is three teaspoons")
"""What a person has good reason to write and of which no size is on file, with what to write instead."""

_ONE_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: str(number) for number, word in enumerate(_ONE_TO_TWELVE, start=1)} | {"a": "1", "an": "1"}
_PARTS = {
    **dict.fromkeys(("half", "½"), Decimal("0.5")),
    **dict.fromkeys(("quarter", "¼"), Decimal("0.25")),
    **dict.fromkeys(("three quarters", "¾"), Decimal("0.75")),
}
_PART = re.compile(
    r"(?:(?P<whole>[0-9]{1,4} ?|[a-z]+ )(?:and )?)??(?:an? )?(?P<part>three quarters|half|quarter|[½¼¾])"
    r"(?: of)?(?: an?)? ?(?P<rest>[a-z].*)",
    re.IGNORECASE,
)
_FRACTION = re.compile(
    r"(?:(?P<whole>[0-9]{1,4}) )?(?P<over>[0-9]{1,4}) ?/ ?(?P<under>[0-9]{1,4})(?: of)?(?: an?)? (?P<rest>[a-z].*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?P<word>[a-z]+) (?P<rest>.+)", re.IGNORECASE)


def in_digits(given: object) -> object:
    """Write the number that a text begins with in digits: "half a bottle" is "0.5 bottle"; other values stay."""
    if not isinstance(given, str):
        return given
    text = " ".join(given.split())
    if found := _FRACTION.fullmatch(text):
        under = int(found["under"])
        return _joined(Decimal(int(found["over"])) / under, found["whole"], found["rest"]) if under else given
    if (found := _PART.fullmatch(text)) and (whole := _whole(found["whole"])) is not None:
        return _joined(_PARTS[found["part"].lower()], whole, found["rest"])
    if (found := _WORD.fullmatch(text)) and (number := _NUMBERS.get(found["word"].lower())):
        return f"{number} {found['rest']}"
    return given


def _whole(word: str | None) -> str | None:
    """Return the whole number before a part in digits, "0" where there is none, None where the word is no number."""
    word = (word or "").strip()
    if word.lower() in ("", "a", "an"):
        return "0"
    return word if word.isascii() and word.isdigit() else _NUMBERS.get(word.lower())


def _joined(part: Decimal, whole: str | None, rest: str) -> str:
    # Seven digits are enough of a third, and what does not end is not written with an exponent.
    return f"{Decimal(whole or 0) + round(part, 7):f} {rest}"


def counted(value: Decimal, unit: str) -> tuple[float, CountUnit] | None:
    """Read a number of pieces or a volume as a number of one of the units; None where it is neither."""
    spelling = re.sub(r"\s+", " ", unit.lower().replace(".", "")).removesuffix(" of")
    if spelling in COUNTS:
        return float(value), COUNTS[spelling]
    if spelling in VOLUMES:
        return float(value * VOLUMES[spelling]), "mL"
    return None


def does_not_fit(unit: CountUnit, shown: str, product: str) -> Problem | None:
    """Say why a kind of product cannot be counted in a unit and what to write instead, or None where it can."""
    kind = kinds()[product]
    if unit in kind.counted_in:
        return None
    fits = "".join(f", {PLURALS[own]}" for own in PLURALS if own in kind.counted_in)
    elsewhere = [other.product for other in kinds().values() if unit in other.counted_in and other.group != "unknown"]
    mg = _label(kind.concentrate_of)
    return Problem(
        "",
        f"no size is on file for {_one(unit)} of {product}",
        shown,
        f'for {product}: a mass ("3 g"), an alkaloid ("{mg}"){fits}; or "unknown"',
        f'write the alkaloid that the label states ("{mg}"; a label\'s mg may be of extract); '
        f'{PLURALS[unit]} are counted of {", ".join(elsewhere)}; where nothing tells, write "unknown"',
    )


def _one(unit: CountUnit) -> str:
    return "a mL" if unit == "mL" else f"a {unit}"


def _label(concentrate_of: str) -> str:
    return f"15 mg {concentrate_of}" if concentrate_of else "25 mg mitragynine"


def largest(unit: CountUnit, product: str | None) -> float:
    """Give the most of a unit that a dose of a kind of product can be; of any kind, where the kind is not told."""
    return max(
        kind.counted_in[unit]
        for kind in kinds().values()
        if unit in kind.counted_in and product in (None, kind.product)
    )
