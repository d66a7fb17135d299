"""heyoka at work: a system compiled once, integrated for batches of people from dose to dose.

A lane of a batch gives the same bits whatever the other lanes hold, so results do not depend on how people are cut into
batches, chunks or processes. They do depend on the compiler settings below, which are therefore fixed and recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import heyoka as hy
import numpy as np

from ketum.engine.degree import ramp
from ketum.engine.doses import Array, Schedule
from ketum.engine.equations import Equations, write
from ketum.engine.scaling import ATOL, Pilot, largest_doses
from ketum.engine.switches import freeze
from ketum.engine.system import System, evaluate, start_values
from ketum.errors import SolveError

BATCH = 8
COMPACT_MODE = False
FAST_MATH = True
MAX_STEPS = 200_000


class Runner(Protocol):
    """Whatever solves a system for people who share their dose times."""

    def run(self, schedule: Schedule, times: Array, given: Mapping[str, Array], outputs: Sequence[str]) -> Array:
        """Solve; see `Integrator.run`."""


@dataclass(frozen=True)
class Integrator:
    """A compiled system.

    Parameters
    ----------
    system
        The equations.
    equations
        Its rates as they were compiled.
    taylor
        heyoka's integrator. Its state is scratch space: `run` sets all of it before use.
    pilot
        Chooses each person's scales.
    """

    system: System
    equations: Equations
    taylor: Any
    pilot: Pilot

    def run(self, schedule: Schedule, times: Array, given: Mapping[str, Array], outputs: Sequence[str]) -> Array:
        """Integrate people who share their dose times.

        Parameters
        ----------
        schedule
            Their doses.
        times
            Output times, increasing, shape (times,).
        given
            Parameters that differ from the model's own, each of shape (people,).
        outputs
            Ids of what is returned.

        Returns
        -------
        ndarray, shape (outputs, people, times)
        """
        people = schedule.people.size
        scope = start_values(self.system, given, people)
        initial = np.array([scope[name] for name in self.system.states])
        largest = largest_doses(schedule, len(self.system.states), float(times[-1]))
        scales = self.pilot.scales(initial, largest, float(times[-1]))
        pars = self.equations.parameters(scope, scales, float(times[-1]))
        doses = replace(schedule, amounts=schedule.amounts / scales[schedule.targets].T)
        legs = _legs(schedule.times, times, self.equations.gaps)
        states = np.empty((times.size, len(self.system.states), people))
        for start in range(0, people, BATCH):
            rows = slice(start, min(start + BATCH, people))
            lanes = np.resize(np.arange(rows.start, rows.stop), BATCH)  # a short batch repeats people: no empty lanes
            self._batch(states[:, :, rows], doses, legs, pars[:, lanes], (initial / scales)[:, lanes], lanes)
        states *= scales
        check(self.system, states, schedule.people, scope)
        return evaluate(self.system, states, times, scope, outputs)

    def _batch(
        self, out: Array, schedule: Schedule, legs: Sequence[Leg], pars: Array, initial: Array, lanes: Any
    ) -> None:
        """Fill `out`, shape (times, states, people of this batch)."""
        ta, width = self.taylor, out.shape[2]
        ta.set_time(0.0)
        ta.pars[:] = pars
        ta.state[:] = initial
        for leg in legs:
            for dose in leg.doses:
                ta.state[schedule.targets[dose]] += schedule.amounts[lanes, dose]
            if leg.grid.size > 1:
                grid = np.repeat(leg.grid[:, None], BATCH, axis=1)
                _, passed = ta.propagate_grid(grid, max_steps=MAX_STEPS)
                out[leg.first : leg.first + leg.count] = passed[leg.skip : leg.skip + leg.count, :, :width]
            elif leg.count:
                out[leg.first] = ta.state[:, :width]


def check(system: System, states: Array, people: Any, own: Mapping[str, Array]) -> None:
    """Name the first person whose states are not finite.

    Raises
    ------
    SolveError
        With that person's parameters and what to do.
    """
    bad = ~np.isfinite(states).all(axis=(0, 1))
    if bad.any():
        lane = int(np.flatnonzero(bad)[0])
        values = ", ".join(f"{name}={own[name][lane]:.6g}" for name in system.constants)
        raise SolveError(
            f"the integration failed for person {people[lane]} of model {system.name}\n"
            f"  parameters: {values}\n"
            f"  likely causes: a rate that grows without bound, a division by zero, a negative parameter,\n"
            f"  or a root of what falls below zero\n"
            f"  cure: check this person's parameters and the model's equations at these values"
        )


@dataclass(frozen=True)
class Leg:
    """The stretch from one dose time to the next."""

    doses: tuple[int, ...]
    grid: Array
    skip: int
    first: int
    count: int


def _legs(dose_times: Array, times: Array, gaps: bool = False) -> list[Leg]:
    """Cut time at doses. An output at a dose time belongs to the leg that ends there: it is taken before the dose.

    Where the rates' series may have gaps, every leg begins with short ones, see `ramp`.
    """
    end = times[-1]
    stops = np.unique(np.append(dose_times[dose_times < end], [0.0, end]))
    if gaps:
        stops = np.unique(np.concatenate([stops, *(ramp(start, stop) for start, stop in pairwise(stops))]))
    legs = []
    if times[0] == 0.0:
        legs.append(Leg((), np.array([0.0]), 0, 0, 1))
    for start, stop in pairwise(stops):
        first, last = np.searchsorted(times, [start, stop], side="right")
        inside = times[first:last]
        grid = np.concatenate([[start], inside, [] if inside.size and inside[-1] == stop else [stop]])
        doses = tuple(int(i) for i in np.flatnonzero(dose_times == start))
        legs.append(Leg(doses, grid, 1, int(first), int(last - first)))
    return legs


def settings() -> dict[str, str | int]:
    """What the numbers depend on besides model, people and tolerance; recorded with every result."""
    return {
        "integrator": f"heyoka {hy.__version__}, Taylor, batch {BATCH}",
        "compact_mode": int(COMPACT_MODE),
        "fast_math": int(FAST_MATH),
    }


@dataclass(frozen=True)
class Still:
    """A system with nothing to integrate: only constants and rules."""

    system: System

    def run(self, schedule: Schedule, times: Array, given: Mapping[str, Array], outputs: Sequence[str]) -> Array:
        """Evaluate the rules; see `Integrator.run`."""
        people = schedule.people.size
        states = np.empty((times.size, 0, people))
        return evaluate(self.system, states, times, start_values(self.system, given, people), outputs)


def compile_system(system: System, rtol: float, atol: float = ATOL) -> Runner:
    """Compile a system's rates to machine code (about 0.3 s for 16 states).

    Parameters
    ----------
    system
        The equations.
    rtol
        Tolerance, relative to each state's peak.
    atol
        Error that is always allowed, in each state's own units.
    """
    if not system.states:
        return Still(system)
    frozen = freeze(system)
    if frozen.surfaces:
        from ketum.engine.switched import compile_switched

        return compile_switched(system, frozen, rtol, atol)
    equations = write(system, frozen)
    taylor = hy.taylor_adaptive_batch(
        list(equations.pairs),
        np.zeros((len(system.states), BATCH)),
        tol=rtol,
        pars=np.zeros((len(equations.names), BATCH)),
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Integrator(system, equations, taylor, Pilot(equations, taylor, rtol, atol))
