"""Where people begin: what no plan changes, the states, and the steady states that a plan asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Plan
from ketum.engine.equations.system import System, start_values
from ketum.engine.solve.steady import Flow, Steadiness, steady_states


@dataclass(frozen=True, eq=False)
class Start:
    """What some people begin with.

    Parameters
    ----------
    scope
        Values at time zero by id, as `start_values` gives them, each of shape (people,).
    states
        The states, shape (states, people). They may be others than those in `scope`.
    steady
        The steady states that the plan refers to, each of shape (states, people).
    """

    scope: Mapping[str, Array]
    states: Array
    steady: tuple[Array, ...] = ()

    def person(self, row: int) -> Start:
        """Keep one person only."""
        rows = slice(row, row + 1)
        scope = {name: column[rows] for name, column in self.scope.items()}
        return Start(scope, self.states[:, rows], tuple(state[:, rows] for state in self.steady))


def start(system: System, plan: Plan, given: Mapping[str, Array], flow: Flow, tolerance: float) -> tuple[Start, Array]:
    """Work out where people begin.

    Parameters
    ----------
    system
        The model.
    plan
        What happens to them.
    given
        Parameters that differ from the model's own, each of shape (people,).
    flow
        Integrates people under a plan.
    tolerance
        Of that integration.

    Returns
    -------
    start, residual
        And how well one more interval reproduces each person's steady state; 0 without one, shape (people,).
    """
    people = plan.people.size
    scope = start_values(system, given, people)
    states = np.array([scope[name] for name in system.states])
    if not plan.steady:
        return Start(scope, states), np.zeros(people)
    steadiness = Steadiness.of(system, tolerance)
    reached = [steady_states(each, states, {**given, **each.held}, flow, steadiness) for each in plan.steady]
    residual = np.max([change for _, change in reached], axis=0)
    return Start(scope, states, tuple(state for state, _ in reached)), residual
