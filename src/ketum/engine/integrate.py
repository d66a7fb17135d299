"""heyoka at work: a system compiled once, integrated for batches of people from dose to dose.

A lane of a batch gives the same bits whatever the other lanes hold, so results do not depend on how people are cut into
batches, chunks or processes. They do depend on the compiler settings below, which are therefore fixed and recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import heyoka as hy
import numpy as np
import numpy.typing as npt

from ketum.engine.doses import Array, Code, Index, Plan, Steady
from ketum.engine.formula import Formula
from ketum.engine.sbml import System
from ketum.engine.steady import steady_states
from ketum.engine.timeline import BATCH, Timeline

COMPACT_MODE = False
FAST_MATH = True
MAX_STEPS = 200_000
UNSTEADY = 1000.0
"""A change over one interval beyond so many times the tolerance means that there is no steady state."""


@dataclass(frozen=True)
class Integrator:
    """A compiled system.

    Parameters
    ----------
    system
        The equations.
    parameters
        Ids of the compiled system's parameters, in order; the rates of infusions follow them.
    infused
        States that can receive an infusion.
    taylor
        heyoka's integrator. Its state is scratch space: `run` sets all of it before use.
    """

    system: System
    parameters: tuple[str, ...]
    infused: tuple[int, ...]
    taylor: Any

    def run(
        self, plan: Plan, times: Array, after: npt.NDArray[np.bool_], given: Mapping[str, Array], outputs: Sequence[str]
    ) -> Solved:
        """Integrate people under a plan.

        Parameters
        ----------
        plan
            What happens to them.
        times
            Output times, increasing, shape (times,).
        after
            Whether an output at the instant of an action is taken after it, shape (times,).
        given
            Parameters that differ from the model's own, each of shape (people,).
        outputs
            Ids of what is returned.
        """
        people = plan.people.size
        scope = {n: np.broadcast_to(given.get(n, v), people) for n, v in self.system.constants.items()}
        initial = self._initial(scope, people)
        reached = [self._steady(steady, initial, given) for steady in plan.steady]
        wanted = self._needed(outputs)
        states, failed = self._states(plan, times, after, scope, initial, wanted, [state for state, _ in reached])
        values = self._evaluate(states, wanted, times, scope, outputs)
        residual = np.max([r for _, r in reached], axis=0) if reached else np.zeros(people)
        unsteady = np.setdiff1d(np.flatnonzero(residual > UNSTEADY * max(self.taylor.tol, 1e-8)), failed)
        values[:, unsteady] = np.nan
        return Solved(values, residual, failed, unsteady)

    def _steady(self, steady: Steady, initial: Array, given: Mapping[str, Array]) -> tuple[Array, Array]:
        amounts = np.array([name in self.system.species for name in self.system.states])
        tolerance = float(self.taylor.tol)
        return steady_states(steady, initial, given, self._flow, self._settles, amounts, tolerance)

    @cached_property
    def _settles(self) -> npt.NDArray[np.bool_]:
        """Find the states that some rate depends on, its own included: the others only add up."""
        used = set().union(*(self.system.rates[name].names() for name in self.system.states))
        reached = set(self._needed(sorted(used)).tolist())
        return np.array([i in reached for i in range(len(self.system.states))])

    def _flow(self, plan: Plan, times: Array, given: Mapping[str, Array], initial: Array) -> Array:
        """Carry given states over a plan; the states at `times`, shape (times, states, people)."""
        people = plan.people.size
        scope = {n: np.broadcast_to(given.get(n, v), people) for n, v in self.system.constants.items()}
        after = np.zeros(times.size, dtype=bool)
        everything = np.arange(len(self.system.states))
        return self._states(plan, times, after, scope, initial, everything, [])[0]

    def _initial(self, scope: Mapping[str, Array], people: int) -> Array:
        with np.errstate(all="ignore"):
            values = [self.system.initial[name].value(scope, np) for name in self.system.states]
        return np.array([np.broadcast_to(value, people) for value in values])

    def _needed(self, outputs: Sequence[str]) -> Index:
        """Find the states that the outputs rest on; the others are not kept."""
        used, waiting = set(), list(outputs)
        while waiting:
            name = waiting.pop()
            if name not in used:
                used.add(name)
                waiting += self.system.rules[name].names() if name in self.system.rules else []
        return np.array([i for i, name in enumerate(self.system.states) if name in used], dtype=np.intp)

    def _states(
        self,
        plan: Plan,
        times: Array,
        after: npt.NDArray[np.bool_],
        scope: Mapping[str, Array],
        initial: Array,
        wanted: Index,
        steady: Sequence[Array],
    ) -> tuple[Array, Index]:
        """Integrate batch by batch; the wanted states, shape (times, wanted, people), and who failed."""
        people = plan.people.size
        pars = np.zeros((len(self.parameters) + len(self.infused), people))
        pars[: len(self.parameters)] = np.array([scope[n] for n in self.parameters]).reshape(-1, people)
        timeline = Timeline(plan, times, after)
        states, failed = np.empty((times.size, wanted.size, people)), []
        batch = _Batch(self, timeline, pars, initial, wanted, steady)
        for start in range(0, people, BATCH):
            rows = np.arange(start, min(start + BATCH, people))
            found = batch.run(np.resize(rows, BATCH))  # a short batch repeats people: no empty lanes
            if not np.isfinite(found).all():
                found, lost = self._one_by_one(batch, rows)
                failed += lost
            states[:, :, rows] = found[:, :, : rows.size]
        return states, np.array(failed, dtype=np.intp)

    def _one_by_one(self, batch: _Batch, rows: Index) -> tuple[Array, list[int]]:
        """Integrate people alone, so that one who fails does not take the others along."""
        found = [batch.run(np.full(BATCH, row))[:, :, 0] for row in rows]
        return np.stack(found, axis=2), [
            int(r) for r, each in zip(rows, found, strict=True) if not np.isfinite(each).all()
        ]

    def _evaluate(
        self, states: Array, wanted: Index, times: Array, own: Mapping[str, Array], outputs: Sequence[str]
    ) -> Array:
        """Work the wanted ids out from the states, with numpy; shape (outputs, people, times)."""
        scope: dict[str, Any] = {name: column[:, None] for name, column in own.items()}
        scope |= {self.system.states[state]: states[:, i, :].T for i, state in enumerate(wanted)}
        scope["time"] = times[None, :]
        scope |= {s: scope[s] / scope[c] for s, c in self.system.per_volume.items() if s in scope}
        for name, formula in self.system.rules.items():
            if formula.names() <= scope.keys():  # the others rest on states that were not asked for
                scope[name] = formula.value(scope, np)
        shape = (states.shape[2], times.size)
        return np.array([np.broadcast_to(scope[name], shape) for name in outputs])


@dataclass(frozen=True, eq=False)
class Solved:
    """What comes out of a chunk of people.

    Parameters
    ----------
    values
        Outputs, shape (outputs, people, times); NaN for people who failed or have no steady state.
    residual
        How well one more interval reproduces each person's steady state; 0 without one, shape (people,).
    failed
        Rows of the people whose integration failed.
    unsteady
        Rows of the people for whom no steady state was found.
    """

    values: Array
    residual: Array
    failed: Index
    unsteady: Index


@dataclass(frozen=True, eq=False)
class _Batch:
    """Everything that the people of a chunk share while batches of them are integrated."""

    integrator: Integrator
    timeline: Timeline
    pars: Array
    initial: Array
    wanted: Index
    steady: Sequence[Array]

    def run(self, lanes: Index) -> Array:
        """Integrate one batch; the wanted states, shape (times, wanted, lanes), NaN where it fails."""
        ta, legs = self.integrator.taylor, self.timeline.legs(lanes)
        ta.set_time(0.0)
        ta.pars[:] = self.pars[:, lanes]
        ta.state[:] = self.initial[:, lanes]
        stack = np.empty((legs.size, self.wanted.size, BATCH))
        stack[0] = ta.state[self.wanted]
        for grid, first, actions in zip(legs.grids, legs.offsets, legs.actions, strict=True):
            for column, who in actions:
                self._act(column, slice(None) if self.timeline.shared else who, lanes)
            try:
                _, passed = ta.propagate_grid(grid, max_steps=MAX_STEPS)
            except ValueError:  # the leg before ended early
                stack[first:] = np.nan
                break
            stack[first : first + len(grid)] = passed[:, self.wanted]
        rows = legs.rows
        return stack[rows[:, 0]] if rows.shape[1] == 1 else np.take_along_axis(stack, rows[:, None, :], axis=0)

    def _act(self, column: int, who: Any, lanes: Index) -> None:
        plan, ta = self.timeline.plan, self.integrator.taylor
        code, target = plan.codes[column], plan.targets[column]
        value = plan.values[0, column] if plan.values.shape[0] == 1 else plan.values[lanes[who], column]
        if code == Code.ADD:
            ta.state[target, who] += value
        elif code == Code.RATE:
            ta.pars[self._rate(target), who] += value
        elif code == Code.SET:
            ta.pars[target, who] = value
        elif code == Code.RESET:
            ta.state[:, who] = self.initial[:, lanes[who]]
            ta.pars[self._rate(None) :, who] = 0.0
        else:
            self._set_steady(plan.steady[target], self.steady[target][:, lanes[who]], who)

    def _set_steady(self, steady: Steady, state: Array, who: Any) -> None:
        ta = self.integrator.taylor
        if steady.adds:
            ta.state[:, who] += state
            return
        ta.state[:, who] = state
        ta.pars[self._rate(None) :, who] = 0.0

    def _rate(self, state: int | None) -> int:
        """Find the parameter that holds the rate of infusion into a state; the first of them for None."""
        first = len(self.integrator.parameters)
        return first if state is None else first + self.integrator.infused.index(int(state))


def settings() -> dict[str, str | int]:
    """What the numbers depend on besides model, people and tolerance; recorded with every result."""
    return {
        "integrator": f"heyoka {hy.__version__}, Taylor, batch {BATCH}",
        "compact_mode": int(COMPACT_MODE),
        "fast_math": int(FAST_MATH),
    }


def compile_system(system: System, rtol: float, infused: tuple[int, ...] = ()) -> Integrator:
    """Compile a system's rates to machine code (about 0.3 s for 16 states).

    Parameters
    ----------
    system
        The equations.
    rtol
        Tolerance, relative to the largest state.
    infused
        Indices of states that can receive an infusion.
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
    right = {name: _expression(system.rates[name], scope) for name in system.states}
    for place, state in enumerate(infused):
        right[system.states[state]] += hy.par[len(names) + place]
    equations = [(variables[name], right[name]) for name in system.states]
    taylor = hy.taylor_adaptive_batch(
        equations,
        np.zeros((len(system.states), BATCH)),
        tol=rtol,
        pars=np.zeros((len(names) + len(infused), BATCH)),
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Integrator(system, names, infused, taylor)


def _expression(formula: Formula, scope: Mapping[str, Any]) -> Any:
    value = formula.value(scope, hy)
    return value if isinstance(value, hy.expression) else hy.expression(float(value))
