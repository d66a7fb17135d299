"""One kratom product of a case: what it is, what one dose of it holds, and how it is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ketum.sizes import DoseSize

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Portion:
    """One kratom product as it is taken.

    Parameters
    ----------
    product
        Kind of product, as in a case.
    dose
        What one dose holds.
    every_h
        Hours between doses, None for one single dose.
    days
        For how many days.
    start_h
        When it starts, in hours.
    alkaloid
        The alkaloid its amount is counted in, None where it is counted in product.
    certificate
        Mass fraction by alkaloid, None where there is no certificate.
    tested
        What it was tested for, None where that is unknown.
    with_
        Other ingredients, None where they are unknown.
    amount_known
        Whether the case tells how much is taken at one time; where not, what one dose holds is assumed, wide.
    often_known
        Whether the case tells how often; not, where it is taken as needed without a shortest time between doses.
    """

    product: str
    dose: DoseSize = field(default_factory=DoseSize)
    every_h: float | None = None
    days: float = 1.0
    start_h: float = 0.0
    alkaloid: str | None = None
    certificate: Mapping[str, float] | None = None
    tested: tuple[str, ...] | None = None
    with_: tuple[str, ...] | None = None
    amount_known: bool = True
    often_known: bool = True

    @property
    def end_h(self) -> float:
        """When it ends, in hours: a single dose fills its day."""
        return self.start_h + 24.0 * (1.0 if self.every_h is None else self.days)

    @property
    def doses_a_day(self) -> int:
        """The most doses that fall in any 24 hours."""
        if self.every_h is None:
            return 1
        return max(1, math.ceil(24.0 / self.every_h - _SAME))

    @property
    def repeated(self) -> bool:
        """Whether more than one dose is taken."""
        return self.every_h is not None and self.days * 24.0 > self.every_h
