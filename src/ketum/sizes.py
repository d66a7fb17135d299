"""How large something is, in plain numbers: an interval, what a dose holds, how much an interaction changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Interval:
    """A median and the 5th and 95th percentile.

    Parameters
    ----------
    median, low, high
        All in the unit of whoever holds it; ``low <= median <= high``.
    """

    median: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.median <= self.high:
            raise ValueError(f"an interval must rise: {self.low!r} <= {self.median!r} <= {self.high!r}")

    def __add__(self, other: Interval) -> Interval:
        # Both move together: the widest the sum can be, since nothing is known of how products err jointly.
        return Interval(self.median + other.median, self.low + other.low, self.high + other.high)

    def __mul__(self, times: float) -> Interval:
        return Interval(self.median * times, self.low * times, self.high * times)


@dataclass(frozen=True, slots=True)
class DoseSize:
    """What one dose holds; None where it cannot be told, which is never a zero.

    Parameters
    ----------
    product_mg
        Mass of product; for tea, of the leaf brewed.
    mitragynine_mg, seven_oh_mg
        Mass of the alkaloid; for tea, in the leaf brewed.
    """

    product_mg: Interval | None = None
    mitragynine_mg: Interval | None = None
    seven_oh_mg: Interval | None = None


TOGETHER = "all that change kratom together"
"""Stands for a medicine where a size is that of all that are taken and act on kratom."""


@dataclass(frozen=True, slots=True)
class InteractionSize:
    """One predicted change of an exposure.

    Parameters
    ----------
    medicine
        The medicine's generic name, as the tables spell it; `TOGETHER` for several at once.
    role
        ``victim``: kratom changes the medicine; ``perpetrator``: the medicine changes kratom.
    enzyme
        Through what: ``CYP3A``, ``CYP2D6``.
    quantity
        What changes, such as ``AUC of midazolam`` or ``AUC of 7-hydroxymitragynine``.
    ratio
        With over without, as median, 5th and 95th percentile; 1 is no change.
    method
        ``dynamic`` where it comes from the model of enzymes over time, ``static`` where from fm and Fg alone.
    fact_ids
        The facts behind it.
    after_stopping
        A victim's ratio a week after the last dose of kratom, over its level at the end of use; None where unknown.
    note
        What a reader should know, such as that a half-life is that of a class.
    """

    medicine: str
    role: Literal["victim", "perpetrator"]
    enzyme: str
    quantity: str
    ratio: Interval
    method: Literal["dynamic", "static"]
    fact_ids: tuple[str, ...]
    after_stopping: Interval | None = None
    note: str = ""
