"""What meets one person on the way: actions, fences, and the surface that cannot be crossed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Code, Plan

SAME = 1e-13
"""Two times this close, relative to the last, are one."""


class Sliding(Exception):  # noqa: N818 - it is caught, and becomes the reason that is told
    """A surface that both sides lead to."""


@dataclass(frozen=True, eq=False)
class Acts:
    """What happens to one person.

    Parameters
    ----------
    plan
        The plan of all.
    instants
        When each action comes, shape (actions,).
    row
        The person's row in the plan.
    steady
        The steady states that the plan refers to, each of shape (states,).
    """

    plan: Plan
    instants: Array
    row: int
    steady: Sequence[Array]

    def at(self, time: float) -> Iterator[tuple[Code, int, float]]:
        """List the actions of one instant in order: code, target, value."""
        values = self.plan.values[self.row if self.plan.values.shape[0] > 1 else 0]
        for column in np.flatnonzero(self.instants == time):
            yield Code(self.plan.codes[column]), int(self.plan.targets[column]), float(values[column])


def fences(surface: int) -> tuple[tuple[str, str], tuple[str, str]]:
    """Name the parameters of a surface's upper and lower fence: an event is weight * (left - right) + offset."""
    above, below = f"above {surface}", f"below {surface}"
    return (f"weight {above}", f"offset {above}"), (f"weight {below}", f"offset {below}")


def snapped(time: float, known: Array) -> float:
    """Take a switching time that rounding has moved off an instant, or off an output time, back to it."""
    nearest = float(known[np.abs(known - time).argmin()])
    return nearest if abs(nearest - time) <= SAME * known[-1] else time
