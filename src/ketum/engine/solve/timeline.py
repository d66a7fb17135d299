"""When to stop, what to do there, and where each output is found: plans laid out in time for batches of people.

The time of each person is cut at their own actions. Leg by leg the people of a batch are integrated together, each over
their own stretch of time; a person with fewer stretches than the others of the batch idles just after the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array, Index
from ketum.engine.doses.records import Plan

Actions = tuple[tuple[tuple[int, Index | slice], ...], ...]
"""For each leg: a column of the plan, and the lanes that it moves, often all."""
SAME = 1e-12
"""Times that differ by less than this part of themselves are one instant."""
BATCH = 8
"""People integrated side by side."""
MAX_STEPS = 200_000
"""Steps between two stops after which a person is given up."""
IDLE = 1e-7
"""Length of an idle leg, as a part of the whole time."""


@dataclass(frozen=True, eq=False)
class Grid:
    """When outputs are taken.

    Parameters
    ----------
    times
        Output times, increasing, shape (times,).
    after
        Whether an output at an instant of action is taken after it, shape (times,).
    """

    times: Array
    after: npt.NDArray[np.bool_]

    @property
    def end(self) -> float:
        """The last time."""
        return float(self.times[-1])


@dataclass(frozen=True, eq=False)
class Legs:
    """The legs of one batch.

    Parameters
    ----------
    grids
        For each leg the times at which it is evaluated: start, outputs inside, stop; shape (rows, lanes).
    offsets
        First row of each leg among all rows; row 0 is the state before anything happens.
    rows
        For each output time and lane the row that holds it, shape (times, lanes).
    actions
        For each leg its actions in order: (column of the plan, lanes).
    size
        Number of rows.
    """

    grids: tuple[Array, ...]
    offsets: Index
    rows: Index
    actions: Actions
    size: int


@dataclass(frozen=True, eq=False)
class Timeline:
    """A plan's people against the output times.

    Parameters
    ----------
    plan
        The plan.
    grid
        When outputs are taken.
    """

    plan: Plan
    grid: Grid

    @property
    def shared(self) -> bool:
        """Whether all people share the times of their actions."""
        return bool(self.plan.times.shape[0] == 1)

    @cached_property
    def instants(self) -> Array:
        """Times of the actions, those next to an output time moved onto it; shape (people or 1, actions)."""
        found, times = self.plan.times.copy(), self.grid.times
        after = np.clip(np.searchsorted(times, found), 1, max(times.size - 1, 1))
        for near in (after - 1, np.minimum(after, times.size - 1)):
            here = times[near]
            found = np.where(np.abs(found - here) <= SAME * np.maximum(1.0, np.abs(here)), here, found)
        return found

    @cached_property
    def common(self) -> Legs:
        """The legs of people who share their times, laid out once for a whole batch."""
        legs = _legs(self, np.zeros(1, dtype=np.intp))
        return replace(legs, grids=tuple(np.repeat(grid, BATCH, axis=1) for grid in legs.grids))

    def legs(self, lanes: Index) -> Legs:
        """Lay the legs of a batch of people out; `lanes` are rows of the plan."""
        return self.common if self.shared else _legs(self, lanes)


def _legs(timeline: Timeline, lanes: Index) -> Legs:
    times, end = timeline.grid.times, timeline.grid.end
    instants = timeline.instants[lanes]
    count, width = instants.shape[1], lanes.size
    order = np.argsort(instants, axis=1, kind="stable")
    ordered = np.take_along_axis(instants, order, axis=1)
    # A leg begins at 0 and at each later instant; actions after the end fall into legs that are never run.
    before = np.concatenate([np.zeros((width, 1)), ordered[:, :-1]], axis=1)
    number = np.cumsum(ordered > before, axis=1, dtype=np.intp) if count else np.zeros((width, 0), dtype=np.intp)
    runs = ordered <= end
    legs = int(np.max(number, where=runs, initial=0)) + 1
    idle = IDLE * max(end, 1e-3)
    bounds = end + idle * np.arange(1, legs + 1)[None, :] * np.ones((width, 1))
    bounds[:, 0] = 0.0
    lane, column = np.nonzero(runs)
    bounds[lane, number[lane, column]] = ordered[lane, column]
    stops = np.concatenate([bounds[:, 1:], np.full((width, 1), end + idle * (legs + 1))], axis=1)
    # The last real leg of a lane ends with the run, unless it only begins there.
    real = bounds <= end
    last = real.sum(axis=1) - 1
    here = np.arange(width)
    if end > 0:
        ends = bounds[here, last] < end
        stops[here[ends], last[ends]] = end
        # What follows must begin where its forerunner stopped.
        follow = np.arange(legs)[None, :] > last[:, None]
        bounds[follow] = np.concatenate([np.full((width, 1), 0.0), stops[:, :-1]], axis=1)[follow]
    first = np.array([np.searchsorted(times, b, side="right") for b in bounds])
    beyond = np.maximum([np.searchsorted(times, s, side="left") for s in stops], first)
    inside = beyond - first
    grids = _grids(times, bounds, stops, first, inside)
    offsets = 1 + np.concatenate([[0], np.cumsum([len(g) for g in grids])])
    each = [_rows(timeline.grid, bounds[i, : last[i] + 1], stops[i], first[i], offsets) for i in range(width)]
    return Legs(grids, offsets[:-1], np.array(each).T, _actions(order, number, runs, legs), int(offsets[-1]))


def _grids(times: Array, start: Array, stop: Array, first: Index, inside: Index) -> tuple[Array, ...]:
    """Evaluate each lane at its own outputs; lanes with fewer get further times of no interest, as rows are shared.

    All legs are laid out at once: one after the other they take as long as the integration does.
    """
    most = inside.max(axis=0)
    begins = np.concatenate([[0], np.cumsum(most + 2)])
    leg = np.repeat(np.arange(most.size), most + 2)
    row = (np.arange(leg.size) - begins[leg])[:, None]
    latest = np.where(inside > 0, times[np.clip(first + inside - 1, 0, times.size - 1)], start)
    own, count, from_ = times[np.clip(first.T[leg] + row - 1, 0, times.size - 1)], inside.T[leg], latest.T[leg]
    filler = from_ + (stop.T[leg] - from_) * ((row - count) / (most[leg][:, None] - count + 1))
    laid = np.where(row <= count, own, filler)
    laid[begins[:-1]], laid[begins[1:] - 1] = start.T, stop.T
    return tuple(laid[begin:end] for begin, end in pairwise(begins.tolist()))


def _rows(grid: Grid, start: Array, stop: Array, first: Index, offsets: Index) -> Index:
    """Find the row of each output of one lane; `start` has its real legs, the others may hold idle ones too."""
    times, after = grid.times, grid.after
    leg = np.searchsorted(start, times, side="right") - 1
    leg = leg - ((times == start[np.maximum(leg, 0)]) & ~after)  # no two legs begin at one instant
    safe = np.maximum(leg, 0)
    within = 1 + np.arange(times.size) - first[safe]
    final = offsets[safe + 1] - offsets[safe] - 1
    row = np.where(times >= stop[safe], final, np.where(times == start[safe], 0, within))
    return np.where(leg < 0, 0, offsets[safe] + row)


def _actions(order: Index, number: Index, runs: npt.NDArray[np.bool_], legs: int) -> Actions:
    """Sort actions by leg, then by their place in the plan; lanes that do the same thing do it together."""
    lane, place = np.nonzero(runs)
    column, leg = order[lane, place], number[lane, place]
    by = np.lexsort((lane, column, leg))
    found: list[list[tuple[int, Index | slice]]] = [[] for _ in range(legs)]
    lane, column, leg = lane[by], column[by], leg[by]
    cuts = np.flatnonzero(np.diff(leg * (order.shape[1] + 1) + column, prepend=-1)).tolist()
    columns, numbers = column.tolist(), leg.tolist()
    for begin, end in pairwise([*cuts, lane.size]):
        who = slice(None) if end - begin == order.shape[0] else lane[begin:end]
        found[numbers[begin]].append((columns[begin], who))
    return tuple(tuple(each) for each in found)
