"""heyoka's compiled step, driven without Python in between: the same bits as `propagate_grid` in half the time.

A lane that has finished with one person takes the next, so that nobody waits for others whose doses come at other
times. Where the step cannot be had (`ketum.engine.solve.native`), `propagate_grid` gives the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.extending import intrinsic

from ketum.arrays import Array, Index
from ketum.engine.solve.timeline import BATCH, Grid

ADD, RATE, SET, REPLACE, ADD_ALL = range(5)
"""What an action does: to one state, to one parameter (add, set), or to the whole state."""
NOBODY, RESTS = -1, -2
LINE, PADS = 64, (16, 32, 48, 64)
"""Bytes of a cache line, and how far off one a stack may begin."""


@dataclass(frozen=True, eq=False)
class ActionTable:
    """Everybody's actions.

    Parameters
    ----------
    instants, columns
        Each person's instants in order, and which action that is, shape (people or 1, actions).
    kinds, targets
        Of each action, shape (actions,). For REPLACE and ADD_ALL the target is an entry of `bases`.
    amounts
        Shape (people, actions).
    bases
        Whole states: the initial ones first, then steady ones, shape (1 + steady, people, states).
    rates
        First and last + 1 of the parameters that hold rates of infusion; REPLACE sets them to zero.
    """

    instants: Array
    columns: Index
    kinds: Index
    targets: Index
    amounts: Array
    bases: Array
    rates: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Looks:
    """What is kept of everybody.

    Parameters
    ----------
    grid
        When outputs are taken.
    wanted
        Indices of the states to keep.
    scales
        Of the wanted states, shape (wanted, people).
    """

    grid: Grid
    wanted: Index
    scales: Array


@intrinsic
def _call(_: Any, step: Any, places: Any, pad: Any) -> Any:
    """Call a function of five pointers, its address, then theirs, on a stack that begins `pad` bytes off a line."""

    def code(context: Any, builder: Any, _: Any, given: Any) -> Any:
        byte, pointer = ir.IntType(8), ir.DoubleType().as_pointer()
        place, nothing = byte.as_pointer(), ir.VoidType()
        save = builder.module.declare_intrinsic("llvm.stacksave", [place], ir.FunctionType(place, []))
        restore = builder.module.declare_intrinsic("llvm.stackrestore", [place], ir.FunctionType(nothing, [place]))
        before = builder.call(save, [])
        for size, alignment in ((context.get_constant(numba.intp, LINE), LINE), (given[2], 1)):
            taken = builder.alloca(byte, size)
            taken.align = alignment
            # No instruction, but as far as the compiler knows one that needs the memory.
            builder.asm(ir.FunctionType(nothing, [place]), "", "r,~{memory}", [taken], True)
        kind = ir.FunctionType(nothing, [pointer] * 5).as_pointer()
        addresses = [builder.extract_value(given[1], i) for i in range(5)]
        pointers = [builder.inttoptr(each, pointer) for each in addresses]
        builder.call(builder.inttoptr(given[0], kind), pointers)
        builder.call(restore, [before])
        return context.get_dummy_value()

    return numba.void(numba.intp, places, numba.intp), code


def _compiled(function: Any) -> Any:
    # Products and sums fused as heyoka's own dense output has them; nothing else may be reordered.
    options: Any = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(**options)(function)


@_compiled
def _sum(a, b, low):  # type: ignore[no-untyped-def]
    """Add a + b + low in double length, as heyoka keeps time."""
    high = a + b
    c = high - a
    low = (a - (high - c)) + (b - c) + low
    u = high + low
    v = (high - u) + low
    return u + v, (u - (u + v)) + v


@_compiled
def _drive(machine, acts, pars, looks, found):  # type: ignore[no-untyped-def]
    step, pad, order, limit = machine
    instants, columns, kinds, targets, amounts, bases, rates = acts
    times, after, wanted, scales = looks
    people, n, many, last, end = bases.shape[1], bases.shape[2], pars.shape[1], times.size, times[-1]
    state, own, series = np.zeros((n, BATCH)), np.zeros((many + 1, BATCH)), np.zeros((n, order + 1, BATCH))
    high, low, left, stop, h, nought = np.zeros((6, BATCH))
    who, action, output, steps = np.zeros((4, BATCH), np.intp)
    who[:] = NOBODY
    coming, resting = 0, 0
    while True:
        for lane in range(BATCH):
            while left[lane] == 0.0 and who[lane] != RESTS:
                if who[lane] == NOBODY:
                    if coming == people:
                        who[lane] = RESTS
                        resting += 1
                        break
                    who[lane], stop[lane], action[lane], output[lane] = coming, 0.0, 0, 0
                    for i in range(n):
                        state[i, lane] = bases[0, coming, i]
                    for i in range(many):
                        own[i, lane] = pars[coming, i]
                    coming += 1
                k, now, a, o = who[lane], stop[lane], action[lane], output[lane]
                row = min(k, instants.shape[0] - 1)
                for done in range(2):  # outputs before the actions of this instant, and after
                    while o < last and times[o] <= now and (done or times[o] < now or not after[o]):
                        for i in range(wanted.size):
                            found[i, k, o] = state[wanted[i], lane] * scales[k, i]
                        o += 1
                    while done == 0 and a < columns.shape[1] and instants[row, a] <= now:
                        c = columns[row, a]
                        kind, target, amount = kinds[c], targets[c], amounts[k, c]
                        if kind == ADD:
                            state[target, lane] += amount
                        elif kind == RATE:
                            own[target, lane] += amount
                        elif kind == SET:
                            own[target, lane] = amount
                        else:
                            for i in range(n):
                                state[i, lane] = bases[target, k, i] + (state[i, lane] if kind == ADD_ALL else 0.0)
                            for i in range(rates[0], rates[1] if kind == REPLACE else 0):
                                own[i, lane] = 0.0
                        a += 1
                action[lane], output[lane], steps[lane] = a, o, 0
                high[lane], low[lane] = now, 0.0
                if now >= end:
                    who[lane] = NOBODY
                    continue
                stop[lane] = min(end, instants[row, a]) if a < columns.shape[1] else end
                left[lane] = stop[lane] - now
        if resting == BATCH:
            return
        h[:] = left
        _call(step, (state.ctypes.data, own.ctypes.data, high.ctypes.data, h.ctypes.data, series.ctypes.data), pad)  # type: ignore[call-arg]
        nought[:] = 0.0 * h
        for i in range(n):
            for lane in range(BATCH):
                nought[lane] += 0.0 * state[i, lane]
        for lane in range(BATCH):
            k, o = who[lane], output[lane]
            if k == RESTS:
                continue
            here, rest = _sum(high[lane], h[lane], low[lane])
            steps[lane] += 1
            if nought[lane] != 0.0 or steps[lane] >= limit:  # not a number where anything is infinite
                found[:, k, o:] = np.nan
                who[lane], left[lane] = NOBODY, 0.0
                continue
            there = h[lane] == left[lane]
            row, a = min(k, instants.shape[0] - 1), action[lane]
            acts = a < columns.shape[1] and instants[row, a] <= stop[lane]
            from_, from_low = _sum(here, -h[lane], rest)
            while o < last and (times[o] < here or (times[o] == here and rest >= 0.0) or there):
                if times[o] > stop[lane] or (times[o] == stop[lane] and (not there or (acts and after[o]))):
                    break
                x = _sum(times[o], -from_, -from_low)[0]
                for i in range(wanted.size):
                    value = series[wanted[i], order, lane]
                    for power in range(order - 1, -1, -1):
                        value = value * x + series[wanted[i], power, lane]
                    found[i, k, o] = value * scales[k, i]
                o += 1
            output[lane], high[lane], low[lane] = o, here, rest
            left[lane] = 0.0 if there else _sum(stop[lane], -here, -rest)[0]


@dataclass(frozen=True, eq=False)
class Stepper:
    """A step as machine code.

    Parameters
    ----------
    engine
        Owns the machine code.
    address
        Where it begins.
    order
        Of the Taylor series.
    pad
        By how many bytes its stack is off a cache line.
    """

    engine: Any
    address: int
    order: int
    pad: int = PADS[0]

    def run(self, acts: ActionTable, pars: Array, looks: Looks, limit: int) -> Array:
        """Integrate people from the first of `acts.bases`.

        Parameters
        ----------
        acts
            What happens to them.
        pars
            Parameters of the rates at the start, shape (parameters, people).
        looks
            What is kept.
        limit
            Steps between two actions after which a person is given up.

        Returns
        -------
        ndarray, shape (times, wanted, people)
            NaN from where a person's integration fails.
        """
        times, after, wanted = looks.grid.times, looks.grid.after, looks.wanted
        found = np.empty((wanted.size, pars.shape[1], times.size))
        _drive(
            (self.address, self.pad, self.order, limit),
            (
                _plain(acts.instants), _plain(acts.columns, np.intp), _plain(acts.kinds, np.intp),
                _plain(acts.targets, np.intp), _plain(acts.amounts), _plain(acts.bases), acts.rates,
            ),
            _plain(pars.T),
            (_plain(times), _plain(after, np.bool_), _plain(wanted, np.intp), _plain(looks.scales.T)),
            found,
        )  # fmt: skip
        return found.transpose(2, 0, 1)


def _plain(array: Any, kind: Any = np.float64) -> Any:
    """Copy where needed, so that numba always sees the same types and compiles once."""
    return np.require(array, kind, ["C", "W"])
