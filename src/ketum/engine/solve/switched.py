"""Integration of rates with switches: one person at a time, from surface to surface.

Between surfaces all conditions are parameters that stand still. Each surface has two fences, an upper and a lower level
of left - right; heyoka's terminal events stop the step on a fence. (heyoka counts events among what it controls the
error of, so they are kept as large as the scaled states, and a fence that is not to be met is a constant.) There every
switch is set anew from the side that is entered, and checked by a look ahead: a short trial run under the new setting
has to stay on that side. Where no side keeps what enters it, the surface attracts from both sides, and the integration
is refused.

Few models need this, so it is kept simple rather than fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Plan
from ketum.engine.equations.switches import Frozen
from ketum.engine.equations.system import System, Trajectory, evaluate, start_values
from ketum.engine.solve.acts import Acts, Sliding, fences
from ketum.engine.solve.expressions import write
from ketum.engine.solve.library import hy
from ketum.engine.solve.scaling import Tolerances, chosen, largest_doses
from ketum.engine.solve.solved import NO_STEADY_STATE, UNSTEADY, SolvedChunk
from ketum.engine.solve.start import Start, start
from ketum.engine.solve.timeline import Grid, Timeline
from ketum.engine.solve.walk import Compiled, Walk

COMPACT_MODE = True
FAST_MATH = False
"""The branch that is not taken may be NaN, which fast mathematics may not see."""


@dataclass(frozen=True)
class Switched:
    """A compiled system with switches.

    Parameters
    ----------
    compiled
        The system.
    tolerances
        Of the integration.
    """

    compiled: Compiled
    tolerances: Tolerances

    def run(
        self,
        plan: Plan,
        grid: Grid,
        given: Mapping[str, Array],
        outputs: Sequence[str],
        courses: Mapping[str, Array] | None = None,
    ) -> SolvedChunk:
        """Integrate people under a plan; see `Integrator.run`."""
        system, rtol = self.compiled.system, self.tolerances.rtol
        begin, residual = start(system, plan, given, self._flow, rtol)
        states, reasons = self._states(plan, grid, begin)
        lost = ~np.isfinite(states).all(axis=(0, 1))
        unsteady = ~lost & (residual > UNSTEADY * max(rtol, 1e-8))
        reasons |= dict.fromkeys(np.flatnonzero(unsteady).tolist(), NO_STEADY_STATE)
        failed = np.flatnonzero(lost | unsteady)
        everything = Trajectory(grid.times, np.arange(len(system.states)), states)
        values = evaluate(system, everything, begin.scope, outputs, courses)
        values[:, failed] = np.nan
        return SolvedChunk(values, residual, failed, tuple(reasons.get(int(row), "") for row in failed))

    def _flow(self, plan: Plan, times: Array, given: Mapping[str, Array], initial: Array) -> Array:
        """Carry given states over a plan; the states at `times`, shape (times, states, people)."""
        begin = Start(start_values(self.compiled.system, given, plan.people.size), initial)
        return self._states(plan, Grid(times, np.zeros(times.size, dtype=bool)), begin)[0]

    def _states(self, plan: Plan, grid: Grid, begin: Start) -> tuple[Array, dict[int, str]]:
        """Integrate person by person; states, shape (times, states, people), and why some failed."""
        shape = begin.states.shape
        largest = np.max([largest_doses(plan, shape, grid.end), *np.abs(begin.steady)], axis=0)
        instants = Timeline(plan, grid).instants
        states, reasons = np.full((grid.times.size, *shape), np.nan), {}
        for row in range(plan.people.size):
            own = begin.person(row)
            acts = Acts(plan, instants[row if instants.shape[0] > 1 else 0], row, [s[:, 0] for s in own.steady])
            try:
                states[:, :, row] = self._person(own, acts, largest[:, row], grid)
            except Sliding as sliding:
                reasons[row] = str(sliding)
        return states, reasons

    def _person(self, begin: Start, acts: Acts, largest: Array, grid: Grid) -> Array:
        """Integrate twice where the first run shows that the scales were not right."""
        peaks = np.maximum(np.abs(begin.states[:, 0]), largest)
        scales = chosen(np.where(peaks > 0, peaks, peaks.max(initial=0.0)), self.tolerances)
        for _ in range(2):
            walk = Walk(self.compiled, begin, scales, grid)
            walk.go(acts)
            better = chosen(walk.peaks, self.tolerances)
            if not walk.alive or (np.abs(np.log2(better / scales)) <= 3).all():
                break
            scales = better
        return walk.found


def compile_switched(system: System, frozen: Frozen, tolerances: Tolerances, infused: tuple[int, ...] = ()) -> Switched:
    """Compile a system whose rates have switches.

    Parameters
    ----------
    system, frozen
        The model, and its rates without jumps.
    tolerances, infused
        See `compile_system`.
    """
    met = [i for i, surface in enumerate(frozen.surfaces) if not surface.of_time]
    names = tuple(name for i in met for fence in fences(i) for name in fence)
    equations = write(system, frozen, infused, names)
    place = {name: i for i, name in enumerate(equations.names)}
    events = []
    for i in met:
        directions = (hy.event_direction.positive, hy.event_direction.negative)
        for fence, direction in zip(fences(i), directions, strict=True):
            weight, offset = (hy.par[place[name]] for name in fence)
            events.append(hy.t_event(weight * equations.sides[i] + offset, direction=direction))
    taylor = hy.taylor_adaptive(
        list(equations.pairs),
        np.zeros(len(system.states)),
        tol=tolerances.rtol,
        pars=np.zeros(len(place)),
        t_events=events,
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Switched(Compiled(system, frozen, equations, taylor), tolerances)
