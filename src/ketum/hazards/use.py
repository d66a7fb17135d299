"""How kratom is used, over all products: how often, how long, how much a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ketum.kinds import in_group, kinds
from ketum.sizes import DoseSize, Interval

_DAYS_A_MONTH = 30.4375
_DAILY_H = 48.0


class Taken(Protocol):
    """What is read of one kratom product of a case."""

    @property
    def product(self) -> str:
        """Kind of product."""

    @property
    def every_h(self) -> float | None:
        """Hours between doses, None for one single dose."""

    @property
    def days(self) -> float:
        """How long it is taken."""

    @property
    def start_h(self) -> float:
        """Hours to the first dose."""


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


def use(
    taken: Sequence[Taken],
    doses: Sequence[DoseSize],
    alkaloids: Sequence[str | None] = (),
    experience: str | None = None,
    months: float | None = None,
) -> Use:
    """Sum up how kratom is used.

    Parameters
    ----------
    taken, doses
        The products of a case and what one dose of each holds, in the same order.
    alkaloids
        For each product, the alkaloid its amount is counted in, if any.
    experience
        ``new`` or ``regular``, None where unknown.
    months
        Months of use before, None where unknown.
    """
    often = [one for one in taken if one.every_h is not None and one.days * 24 > one.every_h]
    before = (months or 0.0) * _DAYS_A_MONTH
    ends = [one.start_h / 24 + one.days for one in often]
    return Use(
        repeated=bool(often) or experience == "regular" or before > 0,
        times_a_day=sum(24 / one.every_h for one in often if one.every_h and one.every_h <= _DAILY_H),
        days=max([1.0, before, *ends]),
        concentrated=any(in_group(one.product, "concentrate") for one in taken)
        or any(kind.concentrate_of in alkaloids for kind in kinds().values() if kind.concentrate_of),
        grams_a_day=_grams(taken, doses),
        timed=bool(often),
    )


def _grams(taken: Sequence[Taken], doses: Sequence[DoseSize]) -> Interval | None:
    total: Interval | None = None
    for one, dose in zip(taken, doses, strict=True):
        if dose.product_mg is None or not in_group(one.product, "leaf", "brew", "mixture", "unknown"):
            continue
        times = 24 / one.every_h if one.every_h is not None and one.days * 24 > one.every_h else 1.0
        part = dose.product_mg * (times / 1000)
        total = part if total is None else total + part
    return total
