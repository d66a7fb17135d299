"""How kratom is used, over all products: how often, how long, how much a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ketum.hazards.portion import Portion
from ketum.kinds import in_group, kinds
from ketum.sizes import Interval

CONCENTRATED = {kind.concentrate_of: kind.product for kind in reversed(tuple(kinds().values())) if kind.concentrate_of}
"""The alkaloids that leaf hardly holds, and the kind of product that is counted in them."""

_DAYS_A_MONTH = 30.4375
_DAILY_H = 48.0


@dataclass(frozen=True, slots=True)
class Use:
    """How kratom is used.

    Parameters
    ----------
    repeated
        Whether more than one dose is taken, by the case's times or by its history.
    times_a_day
        Doses a day, all products together, where each is taken at least every other day; 0 where no time is given.
    days
        The longest that it lasted or is meant to last, in days; with the months of use before.
    concentrated
        Whether a 7-OH or pseudoindoxyl product is among the products.
    grams_a_day
        Mass of product a day, extracts and concentrates left out; None where it cannot be told.
    timed
        Whether the case tells the time between doses of any product.
    """

    repeated: bool = False
    times_a_day: float = 0.0
    days: float = 1.0
    concentrated: bool = False
    grams_a_day: Interval | None = None
    timed: bool = False

    @property
    def daily(self) -> bool:
        """Whether it is taken at least every other day; a regular user of whom no times are told counts as one."""
        return self.times_a_day > 0 or (self.repeated and not self.timed)


def use(portions: Sequence[Portion], experience: str | None = None, months: float | None = None) -> Use:
    """Sum up how kratom is used.

    Parameters
    ----------
    portions
        The products of a case.
    experience
        ``new`` or ``regular``, None where unknown.
    months
        Months of use before, None where unknown.
    """
    often = [portion for portion in portions if portion.repeated]
    before = (months or 0.0) * _DAYS_A_MONTH
    ends = [portion.start_h / 24 + portion.days for portion in often]
    return Use(
        repeated=bool(often) or experience == "regular" or before > 0,
        times_a_day=sum(24 / portion.every_h for portion in often if portion.every_h and portion.every_h <= _DAILY_H),
        days=max([1.0, before, *ends]),
        concentrated=any(
            in_group(portion.product, "concentrate") or portion.alkaloid in CONCENTRATED for portion in portions
        ),
        grams_a_day=_grams(portions),
        timed=bool(often),
    )


def _grams(portions: Sequence[Portion]) -> Interval | None:
    total: Interval | None = None
    for portion in portions:
        if portion.dose.product_mg is None or not in_group(portion.product, "leaf", "brew", "mixture", "unknown"):
            continue
        times = 24 / portion.every_h if portion.repeated and portion.every_h else 1.0
        part = portion.dose.product_mg * (times / 1000)
        total = part if total is None else total + part
    return total
