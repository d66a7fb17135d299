"""What comes of solving some people, whoever solved them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ketum.arrays import Array, Index
from ketum.engine.doses.records import Plan
from ketum.engine.solve.timeline import Grid

UNSTEADY = 1000.0
"""A change over one interval beyond so many times the tolerance means that there is no steady state."""
NO_STEADY_STATE = (
    "  no steady state was found\n"
    "  likely causes: more is given in each interval than can be eliminated, or a state takes very long to settle\n"
    "  cure: check dose and interval, or write the doses out with ADDL instead of SS"
)


@dataclass(frozen=True, eq=False)
class SolvedChunk:
    """What comes out of a chunk of people.

    Parameters
    ----------
    values
        Outputs, shape (outputs, people, times); NaN for people who failed or have no steady state.
    residual
        How well one more interval reproduces each person's steady state; 0 without one, shape (people,).
    failed
        Rows of the people whose integration failed.
    reasons
        What is known of the reason, for each of them; empty where no more is known than that it failed.
    """

    values: Array
    residual: Array
    failed: Index
    reasons: tuple[str, ...] = ()

    def failures(self, people: Index) -> dict[int, str]:
        """Say who of the chunk's people failed, by their number in the run, and the reason where it is known."""
        reasons = self.reasons or ("",) * self.failed.size
        return {int(person): why for person, why in zip(people[self.failed], reasons, strict=True)}


class Runner(Protocol):
    """Whatever solves a system for people under a plan."""

    def run(
        self,
        plan: Plan,
        grid: Grid,
        given: Mapping[str, Array],
        outputs: Sequence[str],
        courses: Mapping[str, Array] | None = None,
    ) -> SolvedChunk:
        """Solve; see `Integrator.run`."""
