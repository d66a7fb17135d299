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
import numpy.typing as npt

from ketum.arrays import Array
from ketum.engine.doses.records import Plan
from ketum.engine.equations.switches import Frozen
from ketum.engine.equations.system import System, evaluate, start_values
from ketum.engine.solve.acts import Acts, Sliding, fences
from ketum.engine.solve.expressions import write
from ketum.engine.solve.library import hy
from ketum.engine.solve.scaling import chosen, largest_doses
from ketum.engine.solve.solved import NO_STEADY_STATE, UNSTEADY, SolvedChunk
from ketum.engine.solve.steady import settling, steady_states
from ketum.engine.solve.timeline import Timeline
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
    rtol, atol
        Tolerances.
    """

    compiled: Compiled
    rtol: float
    atol: float

    def run(
        self,
        plan: Plan,
        times: Array,
        after: npt.NDArray[np.bool_],
        given: Mapping[str, Array],
        outputs: Sequence[str],
        courses: Mapping[str, Array] | None = None,
    ) -> SolvedChunk:
        """Integrate people under a plan; see `Integrator.run`."""
        people, system = plan.people.size, self.compiled.system
        start = start_values(system, given, people)
        initial = np.array([start[name] for name in system.states])
        known = settling(system)
        reached = [steady_states(s, initial, {**given, **s.held}, self._flow, *known, self.rtol) for s in plan.steady]
        states, reasons = self._states(plan, times, after, start, initial, [state for state, _ in reached])
        residual = np.max([r for _, r in reached], axis=0) if reached else np.zeros(people)
        lost = ~np.isfinite(states).all(axis=(0, 1))
        unsteady = ~lost & (residual > UNSTEADY * max(self.rtol, 1e-8))
        reasons |= dict.fromkeys(np.flatnonzero(unsteady).tolist(), NO_STEADY_STATE)
        failed = np.flatnonzero(lost | unsteady)
        values = evaluate(system, states, np.arange(len(system.states)), times, start, outputs, courses)
        values[:, failed] = np.nan
        return SolvedChunk(values, residual, failed, tuple(reasons.get(int(row), "") for row in failed))

    def _flow(self, plan: Plan, times: Array, given: Mapping[str, Array], initial: Array) -> Array:
        """Carry given states over a plan; the states at `times`, shape (times, states, people)."""
        start = start_values(self.compiled.system, given, plan.people.size)
        return self._states(plan, times, np.zeros(times.size, dtype=bool), start, initial, [])[0]

    def _states(
        self,
        plan: Plan,
        times: Array,
        after: npt.NDArray[np.bool_],
        start: Mapping[str, Array],
        initial: Array,
        steady: Sequence[Array],
    ) -> tuple[Array, dict[int, str]]:
        """Integrate person by person; states, shape (times, states, people), and why some failed."""
        largest = np.max([largest_doses(plan, initial.shape, float(times[-1])), *np.abs(steady)], axis=0)
        instants = Timeline(plan, times, after).instants
        states, reasons = np.full((times.size, *initial.shape), np.nan), {}
        for row in range(plan.people.size):
            acts = Acts(plan, instants[row if instants.shape[0] > 1 else 0], row, [s[:, row] for s in steady])
            own = {name: column[row : row + 1] for name, column in start.items()}
            try:
                states[:, :, row] = self._person(own, initial[:, row], acts, largest[:, row], times, after)
            except Sliding as sliding:
                reasons[row] = str(sliding)
        return states, reasons

    def _person(
        self,
        start: Mapping[str, Array],
        initial: Array,
        acts: Acts,
        largest: Array,
        times: Array,
        after: npt.NDArray[np.bool_],
    ) -> Array:
        """Integrate twice where the first run shows that the scales were not right."""
        peaks = np.maximum(np.abs(initial), largest)
        scales = chosen(np.where(peaks > 0, peaks, peaks.max(initial=0.0)), self.rtol, self.atol)
        for _ in range(2):
            walk = Walk(self.compiled, start, initial, scales, times, after)
            walk.go(acts)
            better = chosen(walk.peaks, self.rtol, self.atol)
            if not walk.alive or (np.abs(np.log2(better / scales)) <= 3).all():
                break
            scales = better
        return walk.found


def compile_switched(
    system: System, frozen: Frozen, rtol: float, atol: float, infused: tuple[int, ...] = ()
) -> Switched:
    """Compile a system whose rates have switches.

    Parameters
    ----------
    system, frozen
        The model, and its rates without jumps.
    rtol, atol, infused
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
        tol=rtol,
        pars=np.zeros(len(place)),
        t_events=events,
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Switched(Compiled(system, frozen, equations, taylor), rtol, atol)
