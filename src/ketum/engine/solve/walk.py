"""One person's way through rates with switches; see `ketum.engine.solve.switched`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Code
from ketum.engine.equations.calculus import magnitude
from ketum.engine.equations.formula import RELATIONS, TIME, plus
from ketum.engine.equations.switches import Frozen
from ketum.engine.equations.system import System
from ketum.engine.solve.acts import Acts, Sliding, fences, snapped
from ketum.engine.solve.degree import RAMP
from ketum.engine.solve.expressions import HEADROOM, Equations, infusion_into
from ketum.engine.solve.scaling import power_of_two
from ketum.engine.solve.start import Start
from ketum.engine.solve.timeline import MAX_STEPS, Grid

TINY = 1e-13
"""Distance from a surface, relative to the size of what is compared there, that counts as being on it."""
LOOKS = np.array([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1])
"""Parts of a trial step at which the side that lies ahead is looked for."""
MAX_EVENTS = 20_000
CHATTER = 50
"""Events in a row that may come within one part in a billion of the whole time."""


@dataclass(frozen=True)
class Compiled:
    """A system with switches, ready to walk through.

    Parameters
    ----------
    system, frozen, equations
        The model, its rates without jumps, and these as they were compiled.
    taylor
        heyoka's scalar integrator with an event for each fence; scratch space.
    """

    system: System
    frozen: Frozen
    equations: Equations
    taylor: Any


class Walk:
    """One integration of one person.

    A surface's side is -1, 0 (on it for good) or 1; for floor it is the whole number below.

    Parameters
    ----------
    solver
        The compiled system.
    begin
        What this one person begins with.
    scales
        Each state's power of two, shape (states,).
    grid
        When outputs are taken.
    """

    def __init__(self, solver: Compiled, begin: Start, scales: Array, grid: Grid) -> None:
        self.solver, self.scales, self.times, self.after = solver, scales, grid.times, grid.after
        self.ta, self.surfaces, self.end = solver.taylor, solver.frozen.surfaces, grid.end
        self.initial = begin.states[:, 0]
        equations, start = solver.equations, begin.scope
        self.place = {name: i for i, name in enumerate(equations.names)}
        self.ta.pars[:] = equations.parameters(start, scales[:, None], self.end)[:, 0]
        self.scope: dict[str, Any] = {name: start[name][0] for name in solver.system.constants}
        self.scope |= dict.fromkeys(solver.frozen.switches, 0.0)
        self.scope |= {name: np.ravel(formula.value(start))[0] for name, formula in solver.frozen.fixed.items()}
        sizes = equations.sizes(start, scales[:, None], self.end)
        size = np.array([np.max(magnitude(plus(s.left, s.right)).value(sizes)) for s in self.surfaces])
        size = np.where(np.isfinite(size) & (size > 0), size, 1.0)
        self.tiny, self.weight = TINY * size, power_of_two(HEADROOM / size)
        self.floors = np.array([bool(surface.whole) for surface in self.surfaces])
        self.events = [i for i, surface in enumerate(self.surfaces) if not surface.of_time for _ in fences(i)]
        self.side = np.zeros(len(self.surfaces))
        self.found = np.full((grid.times.size, scales.size), np.nan)
        self.peaks = np.abs(self.initial)
        self.next, self.steps, self.met = 0, 0, [0.0]
        self.ta.time = 0.0
        self.ta.state[:] = self.initial / scales

    @property
    def alive(self) -> bool:
        """Whether all states are finite and the steps have not run out."""
        return bool(np.isfinite(self.ta.state).all()) and self.steps < MAX_STEPS

    def go(self, acts: Acts) -> None:
        """Integrate from stop to stop: actions, and known switching times."""
        instants = acts.instants[acts.instants <= self.end]
        known = np.unique(np.concatenate([[0.0, self.end], instants, self.times]))
        breaks = [snapped(time, known) for time in self._switching_times() if 0 < time < self.end]
        for stop in np.unique(np.concatenate([[0.0, self.end], instants, breaks])):
            self._reach(float(stop))
            self._turn(acts)
            if not self.alive:
                break

    def _switching_times(self) -> list[float]:
        """Find when the surfaces of time alone are met."""
        times = []
        for i in (i for i, surface in enumerate(self.surfaces) if surface.of_time):
            at_zero, at_one = self._heights(np.zeros((2, self.scales.size)), np.array([0.0, 1.0]))[i]
            if at_one != at_zero:
                times.append(float(at_zero / (at_zero - at_one)))
        return times

    def _reach(self, stop: float) -> None:
        """Integrate up to a stop, switching on the way."""
        short: Iterator[float] = iter(())
        while self.alive and self.ta.time < stop:
            now = self.ta.time
            if self.solver.equations.gaps and self.met[-1] == now:
                short = iter((stop - now) * RAMP)
            limit = min(next(short, stop), stop - now)
            outcome, step = self.ta.step(max_delta_t=limit, write_tc=True)
            self.steps += 1
            self._record(stop)
            if -len(self.events) <= int(outcome) < 0:
                self._cross(-int(outcome) - 1)
            elif step == stop - now:
                self.ta.time = stop

    def _record(self, stop: float) -> None:
        if not self.alive:
            return
        self.peaks = np.maximum(self.peaks, np.abs(self.ta.state) * self.scales)
        while self.next < self.times.size and self.times[self.next] <= self.ta.time and self.times[self.next] < stop:
            self.found[self.next] = self.ta.update_d_output(self.times[self.next]) * self.scales
            self.next += 1

    def _turn(self, acts: Acts) -> None:
        """Do what is to be done at a stop, and set all switches for what follows."""
        if not self.alive:
            return
        now = self.ta.time
        self._keep(now, after=False)
        self.met.append(now)
        actions = list(acts.at(now))
        for code, target, value in actions:
            self._act(code, target, value, acts)
        self.peaks = np.maximum(self.peaks, np.abs(self.ta.state) * self.scales)
        self._keep(now, after=True)
        if now < self.end:
            self._settle(bool(actions) or now == 0.0, None)

    def _keep(self, now: float, after: bool) -> None:
        """Keep the state for outputs up to now; for one at this very instant only when it is its turn."""
        while self.next < self.times.size and self.times[self.next] <= now:
            if self.times[self.next] == now and self.after[self.next] and not after:
                break
            self.found[self.next] = self.ta.state * self.scales
            self.next += 1

    def _act(self, code: Code, target: int, value: float, acts: Acts) -> None:
        if code == Code.ADD:
            self.ta.state[target] += value / self.scales[target]
        elif code == Code.RATE:
            self.ta.pars[self.place[infusion_into(target)]] += value
        elif code == Code.SET:
            self._set_one(tuple(self.solver.system.constants)[target], value)
        elif code == Code.STEADY and acts.plan.steady[target].adds:
            self.ta.state[:] += acts.steady[target] / self.scales
        else:
            self.ta.state[:] = (self.initial if code == Code.RESET else acts.steady[target]) / self.scales
            for state in self.solver.equations.infused:
                self.ta.pars[self.place[infusion_into(state)]] = 0.0

    def _cross(self, event: int) -> None:
        """Enter the side that an event leads to."""
        now = self.ta.time
        self.met.append(now)
        if len(self.met) > MAX_EVENTS or (len(self.met) > CHATTER and now - self.met[-CHATTER] < 1e-9 * self.end):
            raise self._sliding(self.events[event])
        surface, upward = self.events[event], event % 2 == 0
        if self.floors[surface]:
            self.side[surface] += 1 if upward else -1
        else:
            self.side[surface] = 1 if upward else -1
        self._settle(False, surface)

    def _settle(self, fresh: bool, crossed: int | None) -> None:
        """Set every switch so that the side it stands for is the side that lies ahead."""
        heights = self._heights_now()
        levels = np.where(self.floors, np.round(heights), 0.0)
        on = np.abs(heights - levels) <= self.tiny
        if crossed is not None:
            on[crossed] = True
        if fresh:
            self.side = self._literal(heights)
        seen: list[bytes] = []
        while True:
            self._set()
            wanted = self._literal(self._heights_now())
            if on.any():
                ahead = self._ahead(levels)
                there = np.where(self.floors, np.where(ahead > 0, levels, levels - 1), ahead)
                wanted = np.where(on, np.where(ahead == 0, self.side, there), wanted)
            if np.array_equal(wanted, self.side):
                break
            if wanted.tobytes() in seen:
                raise self._sliding(int(np.flatnonzero(wanted != self.side)[0]))
            seen.append(wanted.tobytes())
            self.side = wanted
        self._fence()

    def _literal(self, heights: Array) -> Array:
        near = np.round(heights)
        whole = np.where(np.abs(heights - near) <= self.tiny, near, np.floor(heights))
        return np.where(self.floors, whole, np.where(np.abs(heights) <= self.tiny, 0.0, np.sign(heights)))

    def _set(self) -> None:
        for i, surface in enumerate(self.surfaces):
            side = float(self.side[i])
            values = {name: float(RELATIONS[relation](side, 0.0)) for name, relation in surface.relations.items()}
            if surface.whole:
                values[surface.whole] = side
            for name, value in values.items():
                self._set_one(name, value)
        for name, formula in self.solver.frozen.following.items():
            self._set_one(name, float(formula.value(self.scope)))

    def _set_one(self, name: str, value: float) -> None:
        self.scope[name] = value
        if name in self.place:
            self.ta.pars[self.place[name]] = value

    def _fence(self) -> None:
        """Put the fences around where each height stands; a hair further off where it stands on a fence."""
        heights = self._heights_now()
        above = np.where(self.floors, self.side + 1, np.where(self.side > 0, np.inf, 0.0))
        below = np.where(self.floors, self.side, np.where(self.side < 0, -np.inf, 0.0))
        self._put(np.maximum(above, heights + self.tiny), np.minimum(below, heights - self.tiny))

    def _put(self, above: Array, below: Array) -> None:
        """Set the levels of all fences; one at infinity becomes a constant that is never zero."""
        for i, levels in enumerate(zip(above, below, strict=True)):
            if self.surfaces[i].of_time:
                continue
            for names, level in zip(fences(i), levels, strict=True):
                open_ = np.isinf(level)
                self.ta.pars[self.place[names[0]]] = 0.0 if open_ else self.weight[i]
                self.ta.pars[self.place[names[1]]] = 1.0 if open_ else -self.weight[i] * level
        if self.events:
            self.ta.reset_cooldowns()

    def _ahead(self, levels: Array) -> Array:
        """Try a step without fences: on which side of its level does each height come out first? 0 for neither."""
        now, state = self.ta.time, self.ta.state.copy()
        nowhere = np.full(len(self.surfaces), np.inf)
        self._put(nowhere, -nowhere)
        _, step = self.ta.step(max_delta_t=self.end - now, write_tc=True)
        looks = now + LOOKS * step
        states = np.array([self.ta.update_d_output(time) for time in looks]) * self.scales
        heights = self._heights(states, looks) - levels[:, None]
        self.ta.time = now
        self.ta.state[:] = state
        seen = np.where(np.abs(heights) > self.tiny[:, None], np.sign(heights), 0.0)
        first = (seen != 0).argmax(axis=1)
        return np.asarray(seen[np.arange(len(self.surfaces)), first])

    def _heights_now(self) -> Array:
        return self._heights((self.ta.state * self.scales)[None], np.array([self.ta.time]))[:, 0]

    def _heights(self, states: Array, times: Array) -> Array:
        """Left - right of every surface, shape (surfaces, points)."""
        scope = self.scope | {TIME: times}
        scope |= {name: states[:, i] for i, name in enumerate(self.solver.system.states)}
        for name, formula in self.solver.frozen.rules.items():
            scope[name] = formula.value(scope)
        rows = [s.left.value(scope) - s.right.value(scope) for s in self.surfaces]
        return np.array([np.broadcast_to(row, times.size) for row in rows]).reshape(-1, times.size)

    def _sliding(self, surface: int) -> Sliding:
        return Sliding(
            f"  cause: at time {self.ta.time:.6g} the switch at {self.surfaces[surface]} turns on and off without end, "
            "as both sides lead back to it\n"
            "  cure: write the switch as a smooth function, such as a steep Hill function, or give it two thresholds"
        )
