"""How much one dose holds, with its interval: plain numbers that the simulation fills in."""

from __future__ import annotations

from dataclasses import dataclass


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
