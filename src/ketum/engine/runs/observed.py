"""Observation records: rows of the dose table with EVID 0, each answered with one value of every output.

An observation sees what has arrived by its time, and of the records of its own instant those that stand above it. So
what a record does that follows an observation at one instant is done a hair later: too little to matter to any value,
enough to come after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.runs.job import RESIDUAL, Job, Part, attributes, solve_part
from ketum.engine.runs.work import Workers, results
from ketum.engine.solve.timeline import Grid
from ketum.errors import ModelError, Problem

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

GAP = 4e-12
"""The hair, as a part of the time (at least of 1); wider than what counts as one instant."""
TOGETHER = 32
"""People who are solved for all of each other's times: they share an output grid."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Observations, in the order in which they are returned.

    Parameters
    ----------
    person, row
        Whose each is, and its number in the dose table, shape (records,).
    time
        As it stands in the table, shape (records,).
    seen
        When it is looked: a hair later where a dose comes in between, shape (records,).
    """

    person: Index
    row: Index
    time: Array
    seen: Array


def split(doses: pd.DataFrame) -> tuple[Array, Array, Index]:
    """Find the observations in a table, and what has to wait for them.

    Returns
    -------
    hair, seen, rows
        How long after its time each row's own instant is, shape (rows,); when each observation is looked at, and its
        number in the table, shape (observations,).

    Raises
    ------
    ModelError
        Where there is no observation.
    """
    import pandas as pd

    def column(name: str, missing: float) -> Array:
        found = pd.to_numeric(doses[name], errors="coerce") if name in doses else np.full(len(doses), missing)
        return np.asarray(found, dtype=float)

    evid, times = column("EVID", 1.0), column("TIME", np.nan)
    if not (evid == 0).any():
        cure = "give `times`, or rows with EVID 0 in the dose table"
        raise ModelError("times", [Problem("times", "nothing says when to look", cure=cure)])
    order = np.lexsort((np.arange(evid.size), times, column("ID", 0.0)))
    order = order[evid[order] != 2]
    who, now, looks = column("ID", 0.0)[order], times[order], evid[order] == 0
    fresh = np.append(True, (np.diff(who) != 0) | (np.diff(now) != 0))
    passed = np.cumsum(np.append(False, looks[:-1] & ~looks[1:]) & ~fresh)
    level = passed - passed[np.maximum.accumulate(np.where(fresh, np.arange(order.size), 0))]
    hair = np.zeros(evid.size)
    hair[order] = level * GAP * np.maximum(1.0, now)
    rows = np.flatnonzero(evid == 0)
    return hair, _merged((times + hair)[rows]), rows


def _merged(times: Array) -> Array:
    """Take times that differ by rounding as one."""
    every = np.unique(times)
    apart = np.append(True, np.diff(every) > GAP / 2 * np.maximum(1.0, every[1:]))
    first = every[np.maximum.accumulate(np.where(apart, np.arange(every.size), 0))]
    return np.asarray(first[np.searchsorted(every, times)])


def rows_of(doses: pd.DataFrame, seen: Array, rows: Index, subjects: int) -> Rows:
    """Say whose the observations are; without a column ``ID`` each is everyone's."""
    times = doses["TIME"].to_numpy(float)[rows]
    if "ID" in doses:
        return Rows(doses["ID"].to_numpy(float)[rows].astype(np.intp), rows, times, seen)
    row, time, when = (np.tile(each, subjects) for each in (rows, times, seen))
    return Rows(np.repeat(np.arange(subjects), rows.size), row, time, when)


def solve_rows(job: Job, rows: Rows, workers: Workers) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve everybody at their own observations; who failed with what is known of the reason."""
    by = np.argsort(rows.person, kind="stable")
    bounds = np.searchsorted(rows.person[by], np.arange(job.subjects + 1))

    def own(part: Part) -> tuple[Index, Index]:
        """Find a part's observations, and the lane of each."""
        people = part.records.people
        found = [by[bounds[person] : bounds[person + 1]] for person in people]
        return np.concatenate(found), np.repeat(np.arange(people.size), [each.size for each in found])

    def parts() -> Iterator[Part]:
        for part in job.parts(min(workers.chunk, TOGETHER)):
            times = np.unique(np.append(rows.seen[own(part)[0]], job.grid.end))
            yield replace(part, grid=Grid(times, np.ones(times.size, dtype=bool)))

    values = np.empty((len(job.outputs), rows.person.size))
    residual = np.zeros(job.subjects)
    failed: dict[int, str] = {}
    for part, solved in results(solve_part, parts(), workers.executor):
        mine, lane = own(part)
        values[:, mine] = solved.values[:, lane, np.searchsorted(part.grid.times, rows.seen[mine])]
        residual[part.records.people] = solved.residual
        failed |= solved.failures(part.records.people)
        workers.tell(part.records.people.size)
    failed = dict(sorted(failed.items()))
    return _dataset(job, rows, values, residual[rows.person], list(failed)), failed


def _dataset(job: Job, rows: Rows, values: Array, residual: Array, failed: list[int]) -> xr.Dataset:
    import xarray as xr

    units = job.source.system.units
    variables: dict[str, Any] = {
        f"{name}_" if name in ("subject", "time", "row", "record") else name: (
            "record",
            values[i],
            {"units": units.get(name, "")},
        )
        for i, name in enumerate(job.outputs)
    }
    if job.steady:
        variables[RESIDUAL] = ("record", residual)
    where = {name: ("record", getattr(rows, column)) for name, column in WHERE.items()}
    return xr.Dataset(variables, coords=where, attrs=attributes(job, failed))


WHERE = {"subject": "person", "time": "time", "row": "row"}
