"""Vital signs with wrong units, under other names, or in words: the number that is most likely meant.

Used only where a case is refused, and only to look for emergencies. What makes no sense as that sign is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rapidfuzz import fuzz, process

from ketum.case.measures import OTHER_NAMES, VITALS, read_vitals
from ketum.case.refusal import RefusalError

_NAMES: dict[str, str] = {
    **{name.replace("_", " "): name for name in VITALS},
    **{name.replace("_", " "): sign for name, sign in OTHER_NAMES.items() if sign in VITALS},
    **dict.fromkeys(("resp", "resps", "respirations", "breathing rate", "breaths", "breath rate"), "respiratory_rate"),
    **dict.fromkeys(("o2", "o2 sat", "o2 sats", "sat", "sats", "saturation", "oxygen saturation", "spo"), "spo2"),
    **dict.fromkeys(("sys", "sbp", "rr systolic"), "systolic"),
    **dict.fromkeys(("heart beat", "heartbeat", "heartbeats", "beats", "puls"), "heart_rate"),
    **dict.fromkeys(("glasgow", "glasgow coma scale", "coma scale"), "gcs"),
    **dict.fromkeys(("temps", "body temperature"), "temperature"),
}
_UNITS = {
    "respiratory_rate": ("", "/", "per", "breath", "bpm", "min", "x", "times", "a", "rpm"),
    "heart_rate": ("", "/", "per", "beat", "bpm", "min", "x", "times", "a"),
    "spo2": ("", "%", "percent", "per cent", "pct", "on", "o2"),
    "systolic": ("", "/", "mm", "hg", "torr", "over"),
    "temperature": ("", "°", "º", "c", "f", "deg"),
    "gcs": ("", "/", "of", "out", "point"),
}
_LIKELY = {
    "respiratory_rate": (0, 100),
    "heart_rate": (0, 400),
    "spo2": (30, 100),
    "systolic": (0, 350),
    "gcs": (3, 15),
}
_ONES = (
    *("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_WORDS |= {"zero": 0, "none": 0, "no": 0, "hundred": 100}
_NUMBER = re.compile(
    r"\s*(?:about|only|around|~|<|=|is|was|at|of)?\s*([0-9]{1,4}(?:[.,][0-9]{1,4})?)\s*(.{0,30})", re.DOTALL
)
_ANY = "|".join(sorted((re.escape(name).replace("\\ ", r"[ _-]?") for name in _NAMES), key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"\b({_ANY})\b[\s:=,(]{{0,3}}(?:is|was|of|at|only|about|down to)?[\s:=]{{0,3}}"
    r"([0-9]{1,4}(?:\.[0-9]{1,4})?(?:\s?/\s?[0-9]{1,3})?\s?(?:%|°?\s?[CcFf]\b)?)"
)


def sign_of(key: str) -> str | None:
    """The vital sign that a key means, None for none."""
    name = re.sub(r"[\W_]+", " ", key.casefold()).strip()[:40]
    if name in _NAMES:
        return _NAMES[name]
    if len(name) < 5:
        return None
    near = process.extractOne(
        name, [known for known in _NAMES if len(known) >= 5], scorer=fuzz.ratio, score_cutoff=85.0
    )
    return _NAMES[near[0]] if near else None


def likely(sign: str, value: Any) -> float | None:
    """The value of a vital sign as it is most likely meant, None where it makes no sense as that sign."""
    try:
        return read_vitals({sign: value})[sign].value
    except (RefusalError, KeyError):
        pass
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        value = f"{value:.10g}" if isinstance(value, float) or value.bit_length() < 30 else ""
    number, unit = _number(value.replace("−", "-"))
    return None if number is None else _fitting(sign, number, unit.strip().casefold())


def signs_in(text: str) -> Iterator[tuple[str, float]]:
    """Yield the vital signs that a text names with a number, such as "RR 4, SpO2 80 %"."""
    for found in _IN_WORDS.finditer(text.casefold()):
        sign = sign_of(found[1])
        value = likely(sign, found[2]) if sign else None
        if sign and value is not None:
            yield sign, value


def _number(text: str) -> tuple[float | None, str]:
    """The first number of a text, in figures or words, and what follows it."""
    if found := _NUMBER.match(text):
        return float(found[1].replace(",", ".")), found[2]
    words = re.findall(r"[a-z]+|%", text.casefold())[:12]
    for at, word in enumerate(words):
        if word in _WORDS:
            number, rest = _WORDS[word], words[at + 1 :]
            if number >= 20 and rest and 0 < _WORDS.get(rest[0], 0) < 10:
                number, rest = number + _WORDS[rest[0]], rest[1:]
            return float(number), " ".join(rest)
    return None, ""


def _fitting(sign: str, number: float, unit: str) -> float | None:
    if sign not in _UNITS:
        return None
    if sign == "systolic" and unit.startswith("kpa"):
        return number * 7.500617
    if not any(unit.startswith(start) if start else not unit for start in _UNITS[sign]):
        return None
    if sign == "temperature":
        celsius = number if number <= 46 else (number - 32) / 1.8
        return celsius if 25 <= celsius <= 46 else None
    if sign == "spo2" and 0.3 <= number <= 1:
        number *= 100
    low, high = _LIKELY[sign]
    return number if low <= number <= high else None
