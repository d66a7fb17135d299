"""Steady state: solved, not waited for.

A state is steady under a regimen if one dosing interval brings it back to itself. That fixed point is found by Newton's
method with the Jacobian of one interval, taken once by differences (a chord method): for a linear model one step is
exact, for others a few follow. How well an interval reproduces the state is returned as the proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ketum.engine.doses import Array, Code, Index, Plan, Steady

WARM_UP = 3
"""Intervals run from the model's initial state before Newton's method, to come near."""
MOST_STEPS = 25
RESIDUAL = 1e-9
"""Largest change over one interval, relative to each state's size, that counts as steady."""
DIFFERENCE = 1e-4
CHECKPOINTS = np.array([1e-3, 0.125, 0.25, 0.5, 1.0])
"""Parts of the interval at which the size of a state is looked at."""
CONSTANT_INTERVAL = 1.0
"""For a constant infusion any interval serves."""

Flow = Callable[[Plan, Array, Mapping[str, Array], Array], Array]
"""(plan, times, parameters, initial state) -> states at those times, shape (times, states, people)."""


def steady_states(steady: Steady, initial: Array, parameters: Mapping[str, Array], flow: Flow) -> tuple[Array, Array]:
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

    Returns
    -------
    state, residual
        Shape (states, people), and the largest relative change over one interval, shape (people,).
    """
    interval = steady.interval or CONSTANT_INTERVAL

    def cycle(states: Array, copies: int = 1) -> Array:
        """Carry states over one interval; `copies` sets of them stand side by side."""
        own = {name: np.tile(np.broadcast_to(column, initial.shape[1]), copies) for name, column in parameters.items()}
        return flow(_cycle_plan(steady, interval, copies), interval * CHECKPOINTS, own, states)

    state = initial
    for _ in range(WARM_UP):
        state = cycle(state)[-1]
    after = cycle(state)
    inverse = _inverse(lambda states, copies: cycle(states, copies)[-1], state, _size(after))
    for _ in range(MOST_STEPS):
        residual = (np.abs(after[-1] - state) / _size(after)).max(axis=0)
        if (residual < RESIDUAL).all():
            break
        state = state + np.einsum("pij,jp->ip", inverse, after[-1] - state)
        after = cycle(state)
    return _advanced(steady, interval, state, parameters, flow), residual


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
    return np.asarray(np.linalg.pinv(np.eye(count)[None] - jacobian.transpose(2, 0, 1)), dtype=float)


def _cycle_plan(steady: Steady, interval: float, copies: int) -> Plan:
    """One interval that begins as a dose arrives."""
    amount, rate, duration = (np.tile(c, copies)[:, None] for c in (steady.amount, steady.rate, steady.duration))
    people = np.arange(amount.shape[0])
    if not steady.interval:
        return _plan(people, [(0.0, Code.RATE, rate)], steady.target)
    if not rate.any():
        return _plan(people, [(0.0, Code.ADD, amount)], steady.target)
    # Infusions that outlast the interval overlap: so many run all the time, and one more for the rest of it.
    whole = np.floor(duration / interval * (1 + 1e-12))
    rest = np.maximum(duration - whole * interval, 0.0)
    return _plan(people, [(0.0, Code.RATE, (whole + 1) * rate), (rest, Code.RATE, -rate)], steady.target)


def _plan(people: Index, actions: list[tuple[Array | float, Code, Array]], target: int) -> Plan:
    size = people.size
    times = np.concatenate([np.broadcast_to(t, (size, 1)) for t, _, _ in actions], axis=1)
    values = np.concatenate([np.broadcast_to(v, (size, 1)) for _, _, v in actions], axis=1)
    codes = np.array([int(code) for _, code, _ in actions])
    return Plan(people, times, codes, np.full(codes.size, target), values)


def _advanced(steady: Steady, interval: float, state: Array, parameters: Mapping[str, Array], flow: Flow) -> Array:
    """Go from the arrival of a dose to `lag` before the next: the instant of the record."""
    if not steady.interval:
        return state
    ahead = np.mod(-steady.lag, interval)
    if not ahead.any():
        return state
    # Everyone stops at their own moment: the moments are put on one grid, and each takes their own.
    grid, which = np.unique(ahead, return_inverse=True)
    if grid[0] == 0.0:
        grid = np.append(grid, interval)
    reached = flow(_cycle_plan(steady, interval, 1), grid, parameters, state)
    people = np.arange(state.shape[1])
    return np.where(ahead > 0, reached[which, :, people].T, state)
