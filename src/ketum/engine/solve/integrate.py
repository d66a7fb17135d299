"""heyoka at work: a system compiled once, integrated for batches of people from dose to dose.

A lane of a batch gives the same bits whatever the other lanes hold, so results do not depend on how people are cut into
batches, chunks or processes. They do depend on the compiler settings below, which are therefore fixed and recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.doses.records import Plan
from ketum.engine.equations.switches import freeze
from ketum.engine.equations.system import System, Trajectory, evaluate, start_values
from ketum.engine.solve.batch import Batch
from ketum.engine.solve.degree import with_ramps
from ketum.engine.solve.expressions import Equations, write
from ketum.engine.solve.library import hy
from ketum.engine.solve.scaling import Pilot, Tolerances, largest_doses
from ketum.engine.solve.solved import NO_STEADY_STATE, UNSTEADY, Runner, SolvedChunk
from ketum.engine.solve.start import Start, start
from ketum.engine.solve.timeline import BATCH, Grid, Timeline

if TYPE_CHECKING:
    from ketum.engine.solve.stepper import Stepper

COMPACT_MODE = False
FAST_MATH = True
FEW = 1000
"""People in one process before the stepper, whose loading takes about half a second, is loaded."""


@dataclass
class Effort:
    """How many people an integrator has solved, and the faster way that it takes once that pays.

    To load it takes as long as it saves with about `FEW` people. Nobody's bits depend on which way is taken.
    """

    people: int = 0
    tried: bool = False
    found: Stepper | None = None

    def stepper(self, taylor: Any, people: int) -> Stepper | None:
        """Count people in; the stepper where there is one and there have been enough of them."""
        if self.people >= FEW and not self.tried:
            self.tried = True
            with suppress(ImportError, OSError, RuntimeError, ValueError):
                from ketum.engine.solve.native import load

                self.found = load(taylor)
        self.people += people
        return self.found


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
    effort
        Counts people, and holds the faster way.
    """

    system: System
    equations: Equations
    taylor: Any
    pilot: Pilot
    effort: Effort = field(default_factory=lambda: Effort())

    def run(
        self,
        plan: Plan,
        grid: Grid,
        given: Mapping[str, Array],
        outputs: Sequence[str],
        courses: Mapping[str, Array] | None = None,
    ) -> SolvedChunk:
        """Integrate people under a plan.

        Parameters
        ----------
        plan
            What happens to them.
        grid
            When outputs are taken.
        given
            Parameters that differ from the model's own, each of shape (people,).
        outputs
            Ids of what is returned.
        courses
            Values at the output times of parameters that change in time, shape (people or 1, times).
        """
        begin, residual = start(self.system, plan, given, self._flow, float(self.taylor.tol))
        wanted = self.system.states_for(outputs)
        states, failed = self._states(plan, grid, begin, wanted)
        values = evaluate(self.system, Trajectory(grid.times, wanted, states), begin.scope, outputs, courses)
        unsteady = np.setdiff1d(np.flatnonzero(residual > UNSTEADY * max(self.taylor.tol, 1e-8)), failed)
        values[:, unsteady] = np.nan
        reasons = ("",) * failed.size + (NO_STEADY_STATE,) * unsteady.size
        return SolvedChunk(values, residual, np.concatenate([failed, unsteady]), reasons)

    def _flow(self, plan: Plan, times: Array, given: Mapping[str, Array], initial: Array) -> Array:
        """Carry given states over a plan; the states at `times`, shape (times, states, people)."""
        begin = Start(start_values(self.system, given, plan.people.size), initial)
        grid = Grid(times, np.zeros(times.size, dtype=bool))
        return self._states(plan, grid, begin, np.arange(len(self.system.states)))[0]

    def _states(self, plan: Plan, grid: Grid, begin: Start, wanted: Index) -> tuple[Array, Index]:
        """Integrate batch by batch; the wanted states, shape (times, wanted, people), and who failed."""
        people, end = plan.people.size, grid.end
        own = np.max(np.abs([begin.states, *begin.steady]), axis=0)
        scales = self.pilot.scales(own, largest_doses(plan, begin.states.shape, end), end)
        batch = Batch(
            self.taylor,
            self.equations,
            Timeline(with_ramps(plan, end) if self.equations.gaps else plan, grid),
            pars=self.equations.parameters(begin.scope, scales, end),
            initial=begin.states / scales,
            scales=scales,
            wanted=wanted,
            steady=[state / scales for state in begin.steady],
        )
        stepper = self.effort.stepper(self.taylor, people)
        if stepper is not None:
            states = batch.driven(stepper)
            return states, np.flatnonzero(~np.isfinite(states).all(axis=(0, 1)))
        states, failed = np.empty((grid.times.size, wanted.size, people)), []
        for first in range(0, people, BATCH):
            rows = np.arange(first, min(first + BATCH, people))
            found = batch.run(np.resize(rows, BATCH))  # a short batch repeats people: no empty lanes
            if not np.isfinite(found).all():
                found, lost = self._one_by_one(batch, rows)
                failed += lost
            states[:, :, rows] = found[:, :, : rows.size] * scales[wanted][:, rows]
        return states, np.array(failed, dtype=np.intp)

    def _one_by_one(self, batch: Batch, rows: Index) -> tuple[Array, list[int]]:
        """Integrate people alone, so that one who fails does not take the others along."""
        found = [batch.run(np.full(BATCH, row))[:, :, 0] for row in rows]
        return np.stack(found, axis=2), [
            int(r) for r, each in zip(rows, found, strict=True) if not np.isfinite(each).all()
        ]


@dataclass(frozen=True)
class Still:
    """A system with nothing to integrate: only constants and rules."""

    system: System

    def run(
        self,
        plan: Plan,
        grid: Grid,
        given: Mapping[str, Array],
        outputs: Sequence[str],
        courses: Mapping[str, Array] | None = None,
    ) -> SolvedChunk:
        """Evaluate the rules; see `Integrator.run`."""
        people, none = plan.people.size, np.zeros(0, dtype=np.intp)
        nothing = Trajectory(grid.times, none, np.empty((grid.times.size, 0, people)))
        values = evaluate(self.system, nothing, start_values(self.system, given, people), outputs, courses)
        return SolvedChunk(values, np.zeros(people), none)


def settings() -> dict[str, str | int]:
    """What the numbers depend on besides model, people and tolerance; recorded with every result."""
    return {
        "integrator": f"heyoka {hy.__version__}, Taylor, batch {BATCH}",
        "compact_mode": int(COMPACT_MODE),
        "fast_math": int(FAST_MATH),
    }


def compile_system(system: System, tolerances: Tolerances, infused: tuple[int, ...] = ()) -> Runner:
    """Compile a system's rates to machine code (about 0.3 s for 16 states).

    Parameters
    ----------
    system
        The equations.
    tolerances
        Of the integration.
    infused
        Indices of states that can receive an infusion.
    """
    if not system.states:
        return Still(system)
    frozen = freeze(system)
    if frozen.surfaces:
        from ketum.engine.solve.switched import compile_switched

        return compile_switched(system, frozen, tolerances, infused)
    equations = write(system, frozen, infused)
    taylor = hy.taylor_adaptive_batch(
        list(equations.pairs),
        np.zeros((len(system.states), BATCH)),
        tol=tolerances.rtol,
        pars=np.zeros((len(equations.names), BATCH)),
        compact_mode=COMPACT_MODE,
        fast_math=FAST_MATH,
    )
    return Integrator(system, equations, taylor, Pilot(equations, taylor, tolerances))
