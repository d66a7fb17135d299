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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import heyoka as hy
import numpy as np

from ketum.engine.doses import Array, Schedule
from ketum.engine.equations import Equations, write
from ketum.engine.scaling import chosen, largest_doses
from ketum.engine.switches import Frozen
from ketum.engine.system import System, evaluate, start_values
from ketum.engine.walk import Walk, fences

COMPACT_MODE = True
FAST_MATH = False
"""The branch that is not taken may be NaN, which fast mathematics may not see."""
SAME = 1e-13
"""Two times this close, relative to the last, are one."""


@dataclass(frozen=True)
class Switched:
    """A compiled system with switches.

    Parameters
    ----------
    system, frozen, equations
        The model, its rates without jumps, and these as they were compiled.
    taylor
        heyoka's scalar integrator with an event for each fence; scratch space.
    rtol, atol
        Tolerances.
    """

    system: System
    frozen: Frozen
    equations: Equations
    taylor: Any
    rtol: float
    atol: float

    def run(self, schedule: Schedule, times: Array, given: Mapping[str, Array], outputs: Sequence[str]) -> Array:
        """Integrate people who share their dose times; see `Integrator.run`."""
        from ketum.engine.integrate import check

        start = start_values(self.system, given, schedule.people.size)
        states = np.empty((times.size, len(self.system.states), schedule.people.size))
        largest = largest_doses(schedule, len(self.system.states), float(times[-1]))
        for i in range(schedule.people.size):
            own = {name: column[i : i + 1] for name, column in start.items()}
            states[:, :, i] = self._person(own, schedule.take(slice(i, i + 1)), largest[:, i], times)
        check(self.system, states, schedule.people, start)
        return evaluate(self.system, states, times, start, outputs)

    def _person(self, start: Mapping[str, Array], doses: Schedule, largest: Array, times: Array) -> Array:
        """Integrate twice where the first run shows that the scales were not right."""
        initial = np.array([start[name][0] for name in self.system.states])
        peaks = np.maximum(np.abs(initial), largest)
        scales = chosen(np.where(peaks > 0, peaks, peaks.max(initial=0.0)), self.rtol, self.atol)
        states, peaks = self._walked(start, initial, scales, doses, times)
        better = chosen(peaks, self.rtol, self.atol)
        if np.isfinite(states).all() and (np.abs(np.log2(better / scales)) > 3).any():
            states, _ = self._walked(start, initial, better, doses, times)
        return states

    def _walked(
        self, start: Mapping[str, Array], initial: Array, scales: Array, doses: Schedule, times: Array
    ) -> tuple[Array, Array]:
        """Integrate once; states, shape (times, states), and the peak of each state."""
        walk = Walk(self, start, scales, times, int(doses.people[0]))
        walk.begin(initial)
        for stop, amounts in self._stops(walk, doses, times):
            walk.reach(stop)
            walk.turn(amounts)
            if not walk.alive:
                break
        return walk.found, walk.peaks

    def _stops(self, walk: Walk, doses: Schedule, times: Array) -> Iterator[tuple[float, Array | None]]:
        """List doses and known switching times in order; a dose at the last time is not seen any more."""
        end = float(times[-1])
        given = doses.times[doses.times < end]
        known = np.unique(np.concatenate([[0.0, end], given]))
        breaks = [_snapped(t, known, end) for t in walk.switching_times() if 0 < t < end]
        for stop in np.unique(np.concatenate([known, breaks])):
            rows = np.flatnonzero((doses.times == stop) & (stop < end))
            amounts = None
            if rows.size:
                amounts = np.zeros(len(self.system.states))
                np.add.at(amounts, doses.targets[rows], doses.amounts[0, rows])
            yield float(stop), amounts


def _snapped(time: float, known: Array, end: float) -> float:
    nearest = float(known[np.abs(known - time).argmin()])
    return nearest if abs(nearest - time) <= SAME * end else time


def compile_switched(system: System, frozen: Frozen, rtol: float, atol: float) -> Switched:
    """Compile a system whose rates have switches.

    Parameters
    ----------
    system, frozen
        The model, and its rates without jumps.
    rtol, atol
        Tolerances, see `compile_system`.
    """
    met = [i for i, surface in enumerate(frozen.surfaces) if not surface.of_time]
    names = tuple(name for i in met for fence in fences(i) for name in fence)
    equations = write(system, frozen, names)
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
    return Switched(system, frozen, equations, taylor, rtol, atol)
