"""heyoka at work: a system compiled once, integrated for batches of people from dose to dose.

A lane of a batch gives the same bits whatever the other lanes hold, so results do not depend on how people are cut into
batches, chunks or processes. They do depend on the compiler settings below, which are therefore fixed and recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import heyoka as hy
import numpy as np

from ketum.engine.doses import Array, Schedule
from ketum.engine.formula import Formula
from ketum.engine.sbml import System
from ketum.errors import SolveError

BATCH = 8
COMPACT_MODE = False
FAST_MATH = True
MAX_STEPS = 200_000


@dataclass(frozen=True)
class Integrator:
    """A compiled system.

    Parameters
    ----------
    system
        The equations.
    parameters
        Ids of the compiled system's parameters, in order.
    taylor
        heyoka's integrator. Its state is scratch space: `run` sets all of it before use.
    """

    system: System
    parameters: tuple[str, ...]
    taylor: Any

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
        scope = {n: np.broadcast_to(given.get(n, v), people) for n, v in self.system.constants.items()}
        with np.errstate(all="ignore"):
            initial = np.array([np.broadcast_to(f.value(scope), people) for f in self._initial()])
        pars = np.array([scope[name] for name in self.parameters]).reshape(-1, people)
        legs = _legs(schedule.times, times)
        states = np.empty((times.size, len(self.system.states), people))
        for start in range(0, people, BATCH):
            rows = slice(start, min(start + BATCH, people))
            lanes = np.resize(np.arange(rows.start, rows.stop), BATCH)  # a short batch repeats people: no empty lanes
            self._batch(states[:, :, rows], schedule, legs, pars[:, lanes], initial[:, lanes], lanes)
        self._check(states, schedule.people, scope)
        return self._evaluate(states, times, scope, outputs)

    def _initial(self) -> list[Formula]:
        return [self.system.initial[name] for name in self.system.states]

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

    def _check(self, states: Array, people: Any, own: Mapping[str, Array]) -> None:
        bad = ~np.isfinite(states).all(axis=(0, 1))
        if bad.any():
            lane = int(np.flatnonzero(bad)[0])
            values = ", ".join(f"{name}={own[name][lane]:.6g}" for name in self.parameters)
            raise SolveError(
                f"the integration failed for person {people[lane]} of model {self.system.name}\n"
                f"  parameters: {values}\n"
                f"  likely causes: a rate that grows without bound, a division by zero, or a negative parameter\n"
                f"  cure: check this person's parameters and the model's equations at these values"
            )

    def _evaluate(self, states: Array, times: Array, own: Mapping[str, Array], outputs: Sequence[str]) -> Array:
        """Work the wanted ids out from the states, with numpy; shape (outputs, people, times)."""
        scope: dict[str, Any] = {name: column[:, None] for name, column in own.items()}
        scope |= {name: states[:, i, :].T for i, name in enumerate(self.system.states)}
        scope["time"] = times[None, :]
        amounts = dict(scope)
        scope |= {s: scope[s] / scope[c] for s, c in self.system.per_volume.items() if s in scope}
        for name, formula in self.system.rules.items():
            scope[name] = amounts[name] = formula.value(scope, np)
        shape = (states.shape[2], times.size)
        return np.array([np.broadcast_to(scope[name], shape) for name in outputs])


@dataclass(frozen=True)
class Leg:
    """The stretch from one dose time to the next."""

    doses: tuple[int, ...]
    grid: Array
    skip: int
    first: int
    count: int


def _legs(dose_times: Array, times: Array) -> list[Leg]:
    """Cut time at doses. An output at a dose time belongs to the leg that ends there: it is taken before the dose."""
    end = times[-1]
    stops = np.unique(np.append(dose_times[dose_times < end], [0.0, end]))
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


def compile_system(system: System, rtol: float) -> Integrator:
    """Compile a system's rates to machine code (about 0.3 s for 16 states).

    Parameters
    ----------
    system
        The equations.
    rtol
        Tolerance, relative to the largest state.
    """
    names = tuple(system.constants)
    scope: dict[str, Any] = {name: hy.par[i] for i, name in enumerate(names)}
    variables = (
        dict(zip(system.states, hy.make_vars(*(f"x{i}" for i in range(len(system.states)))), strict=True))
        if len(system.states) > 1
        else {system.states[0]: hy.make_vars("x0")}
    )
    scope |= variables
    scope["time"] = hy.time
    scope |= {s: scope[s] / scope[c] for s, c in system.per_volume.items()}
    for name, formula in system.rules.items():
        scope[name] = formula.value(scope, hy)
    equations = [(variables[name], _expression(system.rates[name], scope)) for name in system.states]
    taylor = hy.taylor_adaptive_batch(
        equations,
        np.zeros((len(system.states), BATCH)),
        tol=rtol,
        pars=np.zeros((len(names), BATCH)),
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Integrator(system, names, taylor)


def _expression(formula: Formula, scope: Mapping[str, Any]) -> Any:
    value = formula.value(scope, hy)
    return value if isinstance(value, hy.expression) else hy.expression(float(value))
