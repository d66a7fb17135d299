"""What things are called on the page."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.kinds import kinds

WHOLE, FIRST, LAST = "", "first", "last"
SPANS = {WHOLE: "whole run", FIRST: "first interval", LAST: "last interval"}

_QUANTITIES = {
    "Cmax": ("Highest level", "Cmax"),
    "tmax": ("Time of the highest level", "tmax"),
    "AUC": ("Total exposure", "AUC"),
    "Cmax_unbound": ("Highest level not bound to protein", "Cmax, unbound"),
    "Cmin": ("Lowest level between doses", "Cmin, trough"),
    "Cavg": ("Average level", "Cavg"),
    "half_life": ("Half-life", "t½"),
    "half_life_structural": ("Half-life in the model", ""),
    "accumulation": ("Build-up over the run", ""),
    "time_above_study_peak": ("Time above studied levels", ""),
}
_NO_UNITS = ("", "1", "ratio", "dimensionless", "date")
_SHARES = {"people": "people", "product": "product", "knowledge": "not knowing"}


def capital(name: str) -> str:
    """Write a name with a capital first letter; one that starts with a number stays as it is."""
    return name[:1].upper() + name[1:]


def product_name(kind: str) -> str:
    """Give the plain words of a product kind of the case file."""
    return kinds()[kind].name


def split_quantity(quantity: str) -> tuple[str, str]:
    """Split ``Cmax_last`` into ``("Cmax", "last")``; the whole run has an empty span."""
    stem, _, span = quantity.rpartition("_")
    return (stem, span) if stem and span in (FIRST, LAST) else (quantity, WHOLE)


def quantity_name(stem: str) -> tuple[str, str]:
    """Give the plain words and the clinicians' symbol of a quantity."""
    plain = stem.replace("ng_mL", "ng/mL").replace("_", " ")
    return _QUANTITIES.get(stem, (capital(plain), ""))


def unit_name(unit: str) -> str:
    """Write a unit for people; a ratio has none."""
    return "" if unit in _NO_UNITS else unit.replace("*", "·")


def share_name(key: str) -> str:
    """Give the plain words of one layer of spread."""
    return _SHARES[key]


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Drop what is empty or came before, and keep the order."""
    return tuple(dict.fromkeys(item for item in items if item))
