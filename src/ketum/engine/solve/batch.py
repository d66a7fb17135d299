"""Eight people side by side, from dose to dose by heyoka's `propagate_grid`; and the same doses for the stepper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.doses.records import Code, Steady
from ketum.engine.solve.expressions import Equations, infusion_into
from ketum.engine.solve.timeline import BATCH, MAX_STEPS, Timeline

if TYPE_CHECKING:
    from ketum.engine.solve.stepper import ActionTable, Stepper


@dataclass(frozen=True, eq=False)
class Batch:
    """Everything that the people of a chunk share while batches of them are integrated; states are scaled.

    Parameters
    ----------
    taylor, equations
        heyoka's integrator, and the rates that it was compiled from.
    timeline
        When to stop, and what to do there.
    pars
        Parameters of the rates, shape (parameters, people).
    initial, scales
        First values of the states, scaled, and the scales, shape (states, people).
    wanted
        Indices of the states to keep.
    steady
        Steady states of the plan, scaled, each of shape (states, people).
    """

    taylor: Any
    equations: Equations
    timeline: Timeline
    pars: Array
    initial: Array
    scales: Array
    wanted: Index
    steady: Sequence[Array]

    def run(self, lanes: Index) -> Array:
        """Integrate one batch; the wanted states, shape (times, wanted, lanes), NaN where it fails."""
        ta, legs = self.taylor, self.timeline.legs(lanes)
        ta.set_time(0.0)
        ta.pars[:] = self.pars[:, lanes]
        ta.state[:] = self.initial[:, lanes]
        stack = np.empty((legs.size, self.wanted.size, BATCH))
        stack[0] = ta.state[self.wanted]
        state, added = ta.state, self._added(lanes)  # a view: asking for it at every dose takes longer than the dose
        for grid, first, actions in zip(legs.grids, legs.offsets.tolist(), legs.actions, strict=True):
            for column, who in actions:
                target = self.bolus_into[column]
                if target < 0:
                    self._act(column, who, lanes)
                else:
                    state[target, who] += added[column, who]
            ta.set_time(grid[0])  # exactly: rounding leaves a hair of time to be made up
            try:
                _, passed = ta.propagate_grid(grid, max_steps=MAX_STEPS)
            except ValueError:  # the leg before ended early
                stack[first:] = np.nan
                break
            np.take(passed, self.wanted, 1, stack[first : first + len(grid)], "clip")
        rows = legs.rows
        return stack[rows[:, 0]] if rows.shape[1] == 1 else np.take_along_axis(stack, rows[:, None, :], axis=0)

    @cached_property
    def bolus_into(self) -> list[int]:
        """The state that each action adds to; -1 where it does something else."""
        plan = self.timeline.plan
        found: list[int] = np.where(plan.codes == Code.ADD, plan.targets, -1).tolist()
        return found

    def driven(self, stepper: Stepper) -> Array:
        """Integrate everybody the faster way; the wanted states as they are, shape (times, wanted, people)."""
        from ketum.engine.solve.stepper import Looks

        looks = Looks(self.timeline.grid, self.wanted, self.scales[self.wanted])
        return stepper.run(self._action_table(), self.pars, looks, MAX_STEPS)

    def _action_table(self) -> ActionTable:
        """Everybody's actions for the stepper."""
        from ketum.engine.solve.stepper import ADD, ADD_ALL, RATE, REPLACE, SET, ActionTable

        plan, first = self.timeline.plan, self._rate(None)
        # What only outputs look at has no place among the parameters of the rates.
        used = np.flatnonzero((plan.codes != Code.SET) | (plan.targets < self.pars.shape[0]))
        instants = self.timeline.instants[:, used]
        order = np.argsort(instants, axis=1, kind="stable")
        kinds, targets = [], []
        for code, target in zip(plan.codes[used].tolist(), plan.targets[used].tolist(), strict=True):
            if code == Code.ADD:
                kind = ADD
            elif code == Code.RATE:
                kind, target = RATE, self._rate(target)
            elif code == Code.SET:
                kind = SET
            elif code == Code.RESET:
                kind, target = REPLACE, 0
            else:
                kind, target = ADD_ALL if plan.steady[target].adds else REPLACE, target + 1
            kinds.append(kind)
            targets.append(target)
        return ActionTable(
            instants=np.take_along_axis(instants, order, axis=1),
            columns=order,
            kinds=np.array(kinds),
            targets=np.array(targets),
            amounts=self._amounts()[:, used],
            bases=np.stack([self.initial.T, *(state.T for state in self.steady)]),
            rates=(first, first + len(self.equations.infused)),
        )

    def _added(self, lanes: Index) -> Array:
        """How much each action adds to its scaled state, for all actions at once, shape (actions, lanes)."""
        plan = self.timeline.plan
        values = plan.values if plan.values.shape[0] == 1 else plan.values[lanes]
        targets = np.where(plan.codes == Code.ADD, plan.targets, 0)
        return np.asarray(values.T / self.scales[targets][:, lanes])

    def _amounts(self) -> Array:
        """How much each action adds, or sets, in terms of scaled states, shape (people, actions)."""
        plan = self.timeline.plan
        amounts = np.broadcast_to(plan.values, (self.pars.shape[1], plan.codes.size)).copy()
        adds = np.flatnonzero(plan.codes == Code.ADD)
        amounts[:, adds] /= self.scales[plan.targets[adds]].T
        return amounts

    def _act(self, column: int, who: Any, lanes: Index) -> None:
        plan, ta = self.timeline.plan, self.taylor
        code, target = plan.codes[column], plan.targets[column]
        value = plan.values[0, column] if plan.values.shape[0] == 1 else plan.values[lanes[who], column]
        if code == Code.RATE:
            ta.pars[self._rate(target), who] += value
        elif code == Code.SET:
            if target < ta.pars.shape[0]:
                ta.pars[target, who] = value
        elif code == Code.RESET:
            ta.state[:, who] = self.initial[:, lanes[who]]
            self._stop_infusions(who)
        else:
            self._set_steady(plan.steady[target], self.steady[target][:, lanes[who]], who)

    def _set_steady(self, steady: Steady, state: Array, who: Any) -> None:
        ta = self.taylor
        if steady.adds:
            ta.state[:, who] += state
            return
        ta.state[:, who] = state
        self._stop_infusions(who)

    def _stop_infusions(self, who: Any) -> None:
        first = self._rate(None)
        self.taylor.pars[first : first + len(self.equations.infused), who] = 0.0

    def _rate(self, state: int | None) -> int:
        """Find the parameter that holds the rate of infusion into a state; the first of them for None."""
        equations = self.equations
        if not equations.infused:
            return len(equations.names)
        return equations.names.index(infusion_into(equations.infused[0] if state is None else int(state)))
