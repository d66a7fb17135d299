"""Steady state: solved, not waited for.

A state is steady under a regimen if one dosing interval brings it back to itself. That fixed point is found by Newton's
method with the Jacobian of one interval, taken by differences and renewed every few steps: for a linear model one step
is exact, for others a few follow. How well an interval reproduces the state is returned as the proof. Each person is
followed until their own state is steady and no further, so that nobody's numbers depend on who else is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array, Index
from ketum.engine.doses.records import ROUNDING, Code, Plan, Steady
from ketum.engine.equations.system import System

WARM_UP = 3
"""Intervals run from the model's initial state before Newton's method, to come near."""
MOST_STEPS = 24
RENEWED = 4
"""Steps for which a Jacobian serves."""
RESIDUAL = 1e-9
"""Largest change over one interval, relative to each state's size, that counts as steady; a looser tolerance of the
integration loosens it to a tenth of that tolerance."""
DIFFERENCE = 1e-4
REACH = 1e5
"""Intervals within which doses must be able to reach a state: what Newton finds beyond is no steady state."""
CHECKPOINTS = np.array([1e-3, 0.125, 0.25, 0.5, 1.0])
"""Parts of the interval at which the size of a state is looked at."""
CONSTANT_INTERVAL = 1.0
"""For a constant infusion any interval serves."""
SIDE_BY_SIDE = 8
"""People whose last stretch is integrated in one go; the work grows with its square."""

Flow = Callable[[Plan, Array, Mapping[str, Array], Array], Array]
"""(plan, times, parameters, initial state) -> states at those times, shape (times, states, people)."""


@dataclass(frozen=True, eq=False)
class Steadiness:
    """What makes the states of a system steady.

    Parameters
    ----------
    settles
        Which states can be steady, shape (states,). The others (what was excreted, an area under a curve) only add up,
        and nothing depends on them: they keep their initial value.
    amounts
        Which states cannot be negative, shape (states,).
    enough
        Change over one interval, relative to each state's size, that counts as none.
    """

    settles: npt.NDArray[np.bool_]
    amounts: npt.NDArray[np.bool_]
    enough: float

    @classmethod
    def of(cls, system: System, tolerance: float) -> Steadiness:
        """Tell which states can be steady, some rate depending on them; `tolerance` is that of the integration."""
        used = set().union(*(rate.names() for rate in system.rates.values()))
        reached = set(system.states_for(sorted(used)).tolist())
        settles = np.array([i in reached for i in range(len(system.states))])
        amounts = np.array([name in system.species for name in system.states])
        return cls(settles, amounts, max(RESIDUAL, tolerance / 10))


def steady_states(
    steady: Steady,
    initial: Array,
    parameters: Mapping[str, Array],
    flow: Flow,
    steadiness: Steadiness,
) -> tuple[Array, Array]:
    """Find the state at the moment that a steady-state record names.

    Parameters
    ----------
    steady
        The regimen.
    initial
        The model's initial states, shape (states, people).
    parameters
        Each person's parameters, shape (people,).
    flow
        Integrates people under a plan.
    steadiness
        What is steady.

    Returns
    -------
    state, residual
        Shape (states, people), and the largest relative change over one interval, shape (people,); infinite where the
        integration fails.
    """
    interval = steady.interval or CONSTANT_INTERVAL
    settles, amounts, enough = steadiness.settles, steadiness.amounts, steadiness.enough

    def cycle(states: Array, copies: int = 1) -> Array:
        """Carry states over one interval; `copies` sets of them stand side by side. First comes what a bolus makes."""
        own = {name: np.tile(np.broadcast_to(column, initial.shape[1]), copies) for name, column in parameters.items()}
        reached = flow(_cycle_plan(steady, interval, copies), interval * CHECKPOINTS, own, states)
        dosed = states.copy()
        if not steady.infused:
            dosed[steady.target] += np.tile(steady.amount, copies)
        reached = np.concatenate([dosed[None], reached])
        reached[:, ~settles] = states[None, ~settles]
        return reached

    with np.errstate(all="ignore"):  # who fails is found by their residual
        state = initial
        for _ in range(WARM_UP):
            state = cycle(state)[-1]
        after = cycle(state)
        near, drift = state, np.abs(after[-1] - state)
        best, least, size = state, _residual(after, state), _size(after)
        for step in range(MOST_STEPS):
            if (least < enough).all():
                break
            if step % RENEWED == 0:
                inverse = _inverse(lambda states, copies: cycle(states, copies)[-1], state, _size(after))
            state = state + _applied(inverse, after[-1] - state)
            after = cycle(state)
            residual = _residual(after, state)
            better = (least >= enough) & (residual < least)
            best, least = np.where(better, state, best), np.where(better, residual, least)
            size = np.where(better, _size(after), size)
        # Against its size within the interval: what is gone by the end of it is a little more or less than nothing.
        far = (np.abs(best - near) / size).max(axis=0) > REACH * (drift / size).max(axis=0) + 1e-6
        negative = (amounts[:, None] & (best < -1e-6 * size)).any(axis=0)
        least = np.where(far | negative, np.inf, least)
        reached = _advanced(steady, interval, best, parameters, flow)
        reached[~settles] = initial[~settles]
    return reached, least


def _residual(after: Array, state: Array) -> Array:
    """Measure how much an interval changes each person's state; infinite where that is not a number."""
    change = (np.abs(after[-1] - state) / _size(after)).max(axis=0)
    return np.where(np.isfinite(change), change, np.inf)


def _applied(inverse: Array, change: Array) -> Array:
    """Multiply each person's matrix and vector, in the same order of additions for any number of people."""
    total = np.zeros_like(change)
    for j in range(change.shape[0]):
        total = total + inverse[:, :, j].T * change[j]
    return total


def _size(states: Array) -> Array:
    """Take each state's largest value within the interval as its size: a depot is empty at the end, not small."""
    largest = np.abs(states).max(axis=0)
    return np.asarray(np.maximum(largest, 1e-3 * largest.max(axis=0) + 1e-300))


def _inverse(cycle: Callable[[Array, int], Array], state: Array, size: Array) -> Array:
    """Invert (1 - Jacobian of one interval) for every person, shape (people, states, states)."""
    count, people = state.shape
    step = DIFFERENCE * size
    moved = np.repeat(state[:, None, :], count + 1, axis=1)  # (states, copies, people)
    for i in range(count):
        moved[i, i + 1] += step[i]
    after = cycle(moved.reshape(count, -1), count + 1).reshape(count, count + 1, people)
    jacobian = (after[:, 1:] - after[:, :1]) / step[None]  # d state i / d state j, (i, j, people)
    matrix = np.eye(count)[None] - jacobian.transpose(2, 0, 1)
    matrix[~np.isfinite(matrix).all(axis=(1, 2))] = np.eye(count)
    return np.asarray(np.linalg.pinv(matrix), dtype=float)


def _cycle_plan(steady: Steady, interval: float, copies: int) -> Plan:
    """One interval that begins as a dose arrives."""
    amount, rate, duration = (np.tile(c, copies)[:, None] for c in (steady.amount, steady.rate, steady.duration))
    people = np.arange(amount.shape[0])
    if not steady.interval:
        return _plan(people, [(0.0, Code.RATE, rate, steady.target)])
    if not steady.infused:
        further = [(0.0, Code.ADD, np.tile(given, copies)[:, None], state) for state, given in steady.also]
        return _plan(people, [(0.0, Code.ADD, amount, steady.target), *further])
    # Infusions that outlast the interval overlap: so many run all the time, and one more for the rest of it.
    whole = np.floor(duration / interval * (1 + ROUNDING))
    rest = np.maximum(duration - whole * interval, 0.0)
    begins, ends = (0.0, Code.RATE, (whole + 1) * rate, steady.target), (rest, Code.RATE, -rate, steady.target)
    return _plan(people, [begins, ends])


def _plan(people: Index, actions: Sequence[tuple[Array | float, Code, Array, int]]) -> Plan:
    size = people.size
    times = np.concatenate([np.broadcast_to(t, (size, 1)) for t, *_ in actions], axis=1)
    values = np.concatenate([np.broadcast_to(v, (size, 1)) for _, _, v, _ in actions], axis=1)
    codes, targets = (np.array([int(each[i]) for each in actions]) for i in (1, 3))
    return Plan(people, times, codes, targets, values)


def _advanced(steady: Steady, interval: float, state: Array, parameters: Mapping[str, Array], flow: Flow) -> Array:
    """Go from the arrival of a dose to the instant of the record, which lies between two arrivals."""
    since = steady.since_arrival if steady.interval else np.zeros(state.shape[1])
    reached = state.copy()
    moving = np.flatnonzero(since > 0)
    # Everyone stops at their own moment: a few people at a time share a grid, and each takes their own. The grid always
    # ends with the interval, so that a moment is found in the same way whoever shares the grid.
    for start in range(0, moving.size, SIDE_BY_SIDE):
        people = moving[start : start + SIDE_BY_SIDE]
        grid, which = np.unique(np.append(since[people], interval), return_inverse=True)
        own = {name: np.broadcast_to(column, state.shape[1])[people] for name, column in parameters.items()}
        found = flow(_cycle_plan(steady.take(people), interval, 1), grid, own, state[:, people])
        reached[:, people] = found[which[:-1], :, np.arange(people.size)].T
    return reached
