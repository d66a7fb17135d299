"""Doses as one event table with NONMEM's columns, turned into what an integrator needs.

Covered so far: bolus doses (``EVID`` 1) of ``AMT`` into the species named in ``CMT`` at ``TIME``, repeated ``ADDL``
more times every ``II``, with a bioavailability per compartment and person. Every other column of NONMEM is refused by
name rather than ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ketum.errors import ModelError, Problem

Array = npt.NDArray[np.float64]

COLUMNS = ("ID", "TIME", "EVID", "AMT", "CMT", "II", "ADDL")
REQUIRED = ("TIME", "AMT", "CMT")
MOST_ROWS = 5
"""Rows that a message names for each column."""


@dataclass(frozen=True)
class Dosing:
    """How doses enter one compartment.

    Parameters
    ----------
    bioavailability
        Name of the parameter that multiplies every dose into this compartment; None for 1.
    """

    bioavailability: str | None = None


@dataclass(frozen=True)
class Schedule:
    """Doses of people who share their dose times.

    Parameters
    ----------
    people
        Row numbers of these people, shape (people,).
    times
        Dose times, sorted, shape (doses,).
    targets
        Index of the state that each dose enters, shape (doses,).
    amounts
        Amounts, shape (people, doses).
    """

    people: npt.NDArray[np.intp]
    times: Array
    targets: npt.NDArray[np.intp]
    amounts: Array

    def take(self, rows: slice) -> Schedule:
        """Keep only some of the people."""
        return Schedule(self.people[rows], self.times, self.targets, self.amounts[rows])


def schedules(doses: pd.DataFrame, states: tuple[str, ...], subjects: int) -> list[Schedule]:
    """Expand an event table and group people by equal dose times.

    Parameters
    ----------
    doses
        The event table. Without a column ``ID`` every row holds for everyone; with it, ``ID`` counts people from 0.
    states
        Ids of the model's states, which ``CMT`` may name.
    subjects
        Number of people.

    Returns
    -------
    list of Schedule
        In the order of each group's first person; people without a dose are in it with no doses.

    Raises
    ------
    ModelError
        With every row and column that cannot be used.
    """
    table = _checked(doses, states, subjects)
    everyone = "ID" not in table
    if everyone:
        table = table.assign(ID=0)
    groups: dict[bytes, list[tuple[int, Array]]] = {}
    shapes: dict[bytes, tuple[Array, npt.NDArray[np.intp]]] = {}
    people, bounds = _rows_by_person(table, 1 if everyone else subjects)
    columns = {name: table[name].to_numpy()[people] for name in ("TIME", "AMT", "CMT", "II", "ADDL")}
    for person in range(1 if everyone else subjects):
        rows = slice(bounds[person], bounds[person + 1])
        times, targets, amounts = _expanded({name: column[rows] for name, column in columns.items()})
        key = times.tobytes() + targets.tobytes()
        shapes.setdefault(key, (times, targets))
        groups.setdefault(key, []).append((person, amounts))
    if everyone:
        (key, [(_, amounts)]) = next(iter(groups.items()))
        return [Schedule(np.arange(subjects), *shapes[key], np.broadcast_to(amounts, (subjects, amounts.size)))]
    return [
        Schedule(np.array([p for p, _ in members]), *shapes[key], np.array([a for _, a in members]))
        for key, members in groups.items()
    ]


def _rows_by_person(table: pd.DataFrame, subjects: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    ids = table["ID"].to_numpy()
    order = np.argsort(ids, kind="stable")
    return order, np.searchsorted(ids[order], np.arange(subjects + 1))


def _expanded(rows: Mapping[str, npt.NDArray[np.generic]]) -> tuple[Array, npt.NDArray[np.intp], Array]:
    """Write additional doses out and sort by time; doses of one instant into one compartment stay apart and add up."""
    count = rows["ADDL"].astype(np.intp) + 1
    index = np.repeat(np.arange(count.size), count)
    nth = np.arange(index.size) - np.repeat(np.cumsum(count) - count, count)
    times = rows["TIME"].astype(float)[index] + nth * rows["II"].astype(float)[index]
    order = np.argsort(times, kind="stable")
    index = index[order]
    return times[order], rows["CMT"].astype(np.intp)[index], rows["AMT"].astype(float)[index]


def _checked(doses: pd.DataFrame, states: tuple[str, ...], subjects: int) -> pd.DataFrame:
    missing = [name for name in REQUIRED if name not in doses]
    unknown = [str(name) for name in doses.columns if name not in COLUMNS]
    problems = [Problem(name, "this column is missing from the dose table") for name in missing]
    problems += [
        Problem(name, "this column of the dose table is not covered", allowed=", ".join(COLUMNS)) for name in unknown
    ]
    if problems:
        raise ModelError("doses", problems)
    table = doses.reset_index(drop=True)
    for name in ("II", "ADDL"):
        if name not in table:
            table = table.assign(**{name: 0})
    problems = [*_bad_numbers(table, subjects), *_bad_targets(table, states)]
    if problems:
        raise ModelError("doses", problems)
    index = {name: i for i, name in enumerate(states)}
    return table.assign(CMT=table["CMT"].map(index))


def _bad_numbers(table: pd.DataFrame, subjects: int) -> list[Problem]:
    problems = []
    for name, (allowed, rule) in _rules(subjects).items():
        if name not in table:
            continue
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
        bad = np.flatnonzero(~(np.isfinite(values) & rule(values)))[:MOST_ROWS]
        problems += [
            Problem(f"row {row}, {name}", "this value cannot be used", str(table[name][row]), allowed) for row in bad
        ]
    repeated = pd.to_numeric(table["ADDL"], errors="coerce").to_numpy(float) > 0
    without = repeated & ~(pd.to_numeric(table["II"], errors="coerce").to_numpy(float) > 0)
    problems += [
        Problem(f"row {row}, II", "additional doses need an interval", str(table["II"][row]), "an interval above 0")
        for row in np.flatnonzero(without)[:MOST_ROWS]
    ]
    return problems


Rule = Callable[[Array], npt.NDArray[np.bool_]]


def _rules(subjects: int) -> dict[str, tuple[str, Rule]]:
    """What may stand in each column: in words, and as a test of finite numbers."""
    return {
        "TIME": ("a finite time, 0 or later", lambda v: v >= 0),
        "AMT": ("a finite amount, 0 or more", lambda v: v >= 0),
        "II": ("a finite interval, 0 or more", lambda v: v >= 0),
        "ADDL": ("a whole number, 0 or more", lambda v: (v >= 0) & (v == np.floor(v))),
        "ID": (f"a whole number from 0 to {subjects - 1}", lambda v: np.isin(v, np.arange(subjects))),
        "EVID": ("1 (a dose)", lambda v: v == 1),
    }


def _bad_targets(table: pd.DataFrame, states: Collection[str]) -> list[Problem]:
    strangers = sorted({str(name) for name in table["CMT"] if name not in states})
    allowed = ", ".join(states)
    return [Problem("CMT", "the model has no such compartment", name, allowed) for name in strangers]
