"""What things are called on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ketum.kinds import kinds
from ketum.writing.texts import NOTHING, Text, say, term, verbatim

Word = TypeVar("Word", bound=str)

WHOLE, FIRST, LAST = "", "first", "last"
SPANS = {WHOLE: say("whole run"), FIRST: say("first interval"), LAST: say("last interval")}

_QUANTITIES = {
    "Cmax": (say("Highest level"), verbatim("Cmax")),
    "tmax": (say("Time from a dose to the highest level"), verbatim("tmax")),
    "AUC": (say("Total exposure"), verbatim("AUC")),
    "Cmax_unbound": (say("Highest level not bound to protein"), say("Cmax, unbound")),
    "Cmin": (say("Lowest level between doses"), say("Cmin, trough")),
    "Cavg": (say("Average level"), verbatim("Cavg")),
    "half_life": (say("Half-life as a trial would read it off"), NOTHING),
    "half_life_structural": (say("Half-life"), verbatim("t½")),
    "accumulation": (say("Build-up over the run"), NOTHING),
    "time_above_study_peak": (say("Time above studied levels"), NOTHING),
}
_NO_UNITS = ("", "1", "ratio", "dimensionless", "date")
_SHARES = {"people": say("people"), "product": say("product"), "knowledge": say("not knowing")}


def capital(name: str) -> str:
    """Write a name with a capital first letter; one that starts with a number stays as it is."""
    return Text("{name:capital}", {"name": name}) if name else name


def product_name(kind: str) -> Text:
    """Give the plain words of a product kind of the case file."""
    return term(kinds()[kind].name)


def split_quantity(quantity: str) -> tuple[str, str]:
    """Split ``Cmax_last`` into ``("Cmax", "last")``; the whole run has an empty span."""
    stem, _, span = quantity.rpartition("_")
    return (stem, span) if stem and span in (FIRST, LAST) else (quantity, WHOLE)


def quantity_name(stem: str) -> tuple[Text, Text]:
    """Give the plain words and the clinicians' symbol of a quantity."""
    plain = stem.replace("ng_mL", "ng/mL").replace("_", " ")
    return _QUANTITIES.get(stem, (term(plain[:1].upper() + plain[1:]), NOTHING))


def unit_name(unit: str) -> Text:
    """Write a unit for people; a ratio has none."""
    return NOTHING if unit in _NO_UNITS else term(unit.replace("*", "·"))


def share_name(key: str) -> Text:
    """Give the plain words of one layer of spread."""
    return _SHARES[key]


def unique(items: Iterable[Word]) -> tuple[Word, ...]:
    """Drop what is empty or came before, and keep the order."""
    return tuple(dict.fromkeys(item for item in items if item))
