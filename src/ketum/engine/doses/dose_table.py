"""The event table as it is given: checked, and sorted into people whose tables have the same shape.

The table's columns are ``ID TIME EVID AMT CMT RATE II ADDL SS``; only TIME is required, and a missing column means what
NONMEM takes it to mean. A further column may carry, record by record, a parameter that `Dosing` names. Everything else
is refused by name rather than ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ketum.arrays import Array, Index
from ketum.engine.doses.records import MODELLED_DURATION, MODELLED_RATE, Dosing, Records
from ketum.errors import MOST_ROWS, ModelError, Problem

DEFAULTS: Mapping[str, float] = {"EVID": 1, "AMT": 0, "RATE": 0, "II": 0, "ADDL": 0, "SS": 0}
COLUMNS = ("ID", "TIME", *DEFAULTS, "CMT")
HAIR = "hair"
MOMENTS = (date, time, timedelta, np.datetime64, np.timedelta64)
SHORTEST = 1e-9
"""Part of the time (at least of 1) below which an infusion is lost in rounding."""


def read(
    doses: pd.DataFrame,
    states: tuple[str, ...],
    subjects: int,
    dosing: Mapping[int, Dosing],
    hair: Array | None = None,
) -> list[Records]:
    """Check an event table and group people whose tables have the same shape.

    Parameters
    ----------
    doses
        The event table. Without a column ``ID`` every row holds for everyone; with it, ``ID`` counts people from 0.
    states
        Ids of the model's states, which ``CMT`` may name.
    subjects
        Number of people.
    dosing
        How doses enter a compartment, by the index of its state.
    hair
        How long after its time each row's own instant is, shape (rows,).

    Returns
    -------
    list of Records
        People without a row are in it with no records.

    Raises
    ------
    ModelError
        With every row and column that cannot be used.
    """
    named = {name for how in dosing.values() for name in how.names()}
    table = _checked(doses, states, subjects, dosing, named)
    extra = [name for name in named if name in table]
    columns = {n: table[n].to_numpy(float) for n in ("TIME", *DEFAULTS, "CMT", *extra)}
    columns[HAIR] = np.zeros(len(table)) if hair is None else hair[table.index]
    if "ID" not in table:
        return [_records(np.arange(subjects), columns, [slice(None)], extra)]
    ids = table["ID"].to_numpy()
    order = np.lexsort((np.arange(ids.size), ids))
    columns = {n: c[order] for n, c in columns.items()}
    bounds = np.searchsorted(ids[order], np.arange(subjects + 1))
    kinds = [columns[n] for n in ("TIME", "EVID", "CMT", "II", "ADDL", "SS", HAIR)]
    shape = np.column_stack([*kinds, np.where(columns["RATE"] > 0, 1.0, columns["RATE"])])
    groups: dict[bytes, list[int]] = {}
    for person, (start, stop) in enumerate(pairwise(bounds)):
        groups.setdefault(shape[start:stop].tobytes(), []).append(person)
    return [
        _records(np.array(people), columns, [slice(bounds[p], bounds[p + 1]) for p in people], extra)
        for people in groups.values()
    ]


def _records(people: Index, columns: Mapping[str, Array], rows: list[slice], extra: list[str]) -> Records:
    first = {n: c[rows[0]] for n, c in columns.items()}
    order = np.argsort(first["TIME"], kind="stable")

    def whole(name: str) -> Array:
        return np.array([columns[name][r] for r in rows])[:, order]

    return Records(
        people=people,
        time=first["TIME"][order],
        evid=first["EVID"][order].astype(np.intp),
        target=first["CMT"][order].astype(np.intp),
        ii=first["II"][order],
        addl=first["ADDL"][order].astype(np.intp),
        ss=first["SS"][order].astype(np.intp),
        amount=whole("AMT"),
        rate=whole("RATE"),
        hair=first[HAIR][order],
        extra={name: whole(name) for name in extra},
    )


# ------------------------------------------------------------------------------------------------ checks


def _checked(
    doses: pd.DataFrame, states: tuple[str, ...], subjects: int, dosing: Mapping[int, Dosing], named: set[str]
) -> pd.DataFrame:
    problems = [] if "TIME" in doses else [Problem("TIME", "this column is missing from the dose table")]
    allowed = [*COLUMNS, *sorted(named)]
    problems += [
        Problem(str(name), "this column of the dose table is not covered", allowed=", ".join(allowed))
        for name in doses.columns
        if name not in allowed
    ]
    if problems:
        raise ModelError("doses", problems)
    table = doses.reset_index(drop=True)
    table = table.assign(**{n: v for n, v in DEFAULTS.items() if n not in table})
    if "CMT" not in table:
        table = table.assign(CMT=None)
    # A record that gives no dose need not say anything about one; NONMEM's tables have a point there.
    idle = ~table["EVID"].isin([1, 4])
    silent = {n: table[n].mask(idle & table[n].isna(), DEFAULTS.get(n, 0)) for n in (*DEFAULTS, *named) if n in table}
    table = table.assign(**{n: column for n, column in silent.items() if n != "EVID"})
    problems = [*_bad_numbers(table, subjects, named), *_bad_targets(table, states)]
    if not problems:
        problems = _contradictions(table, states, dosing)
    if problems:
        raise ModelError("doses", problems)
    index = {name: i for i, name in enumerate(states)}
    table = table[~table["EVID"].isin([0, 2])]  # what does nothing to a person must not tell people apart
    return table.assign(CMT=[index.get(name, -1) for name in table["CMT"]])


def numbers(column: pd.Series[Any]) -> Array:
    """Read a column as numbers; NaN where there is none. Dates and durations are none: nobody says in which unit."""
    if column.dtype.kind in "mMc":
        return np.full(len(column), np.nan)
    if column.dtype == object:
        column = column.mask(np.array([isinstance(value, MOMENTS) for value in column], dtype=bool))
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(float))


def _bad_numbers(table: pd.DataFrame, subjects: int, named: set[str]) -> list[Problem]:
    problems = []
    rules = {**_rules(subjects), **{name: ("a finite number", lambda v: v == v) for name in named}}
    for name, (allowed, rule) in rules.items():
        if name not in table:
            continue
        values = numbers(table[name])
        bad = np.flatnonzero(~(np.isfinite(values) & rule(values)))[:MOST_ROWS]
        problems += [
            Problem(f"row {row}, {name}", "this value cannot be used", str(table[name][row]), allowed) for row in bad
        ]
    return problems


Rule = Callable[[Array], npt.NDArray[np.bool_]]


def _rules(subjects: int) -> dict[str, tuple[str, Rule]]:
    """What may stand in each column: in words, and as a test of finite numbers."""
    return {
        "TIME": ("a finite time, 0 or later", lambda v: v >= 0),
        "AMT": ("a finite amount, 0 or more", lambda v: v >= 0),
        "RATE": ("0 (a bolus), a rate above 0, -1 (modelled rate) or -2 (modelled duration)",
                 lambda v: (v >= 0) | (v == MODELLED_RATE) | (v == MODELLED_DURATION)),
        "II": ("a finite interval, 0 or more", lambda v: v >= 0),
        "ADDL": ("a whole number, 0 or more", lambda v: (v >= 0) & (v == np.floor(v))),
        "SS": ("0, 1 or 2", lambda v: np.isin(v, (0, 1, 2))),
        "ID": (f"a whole number from 0 to {subjects - 1}", lambda v: np.isin(v, np.arange(subjects))),
        "EVID": ("0 (an observation), 1 (a dose), 2 (no dose), 3 (a reset) or 4 (a reset, then a dose)",
                 lambda v: np.isin(v, (0, 1, 2, 3, 4))),
    }  # fmt: skip


def _bad_targets(table: pd.DataFrame, states: Collection[str]) -> list[Problem]:
    gives = table["EVID"].isin([1, 4])
    strangers = dict.fromkeys(str(name) for name in table["CMT"][gives] if name not in states)
    return [Problem("CMT", "the model has no such compartment", name, ", ".join(states)) for name in strangers]


def _duration(value: Mapping[str, Array]) -> Array:
    """How long each infusion of given rate takes; NaN for what is none."""
    with np.errstate(all="ignore"):
        return np.where((value["RATE"] > 0) & (value["AMT"] > 0), value["AMT"] / value["RATE"], np.nan)


def _endless(value: Mapping[str, Array]) -> npt.NDArray[np.bool_]:
    return np.isinf(_duration(value))


def _instant(value: Mapping[str, Array]) -> npt.NDArray[np.bool_]:
    return _duration(value) < SHORTEST * np.maximum(1.0, value["TIME"])


def _contradictions(table: pd.DataFrame, states: tuple[str, ...], dosing: Mapping[int, Dosing]) -> list[Problem]:
    """Find records whose values do not go together."""
    gives = table["EVID"].isin([1, 4]).to_numpy()
    value = {n: table[n].to_numpy(float) for n in ("TIME", *DEFAULTS)}
    constant = (value["SS"] > 0) & (value["II"] == 0) & (value["AMT"] == 0) & (value["RATE"] > 0)
    rules = (
        ((value["ADDL"] > 0) & (value["II"] <= 0), "II", "additional doses need an interval", "an interval above 0"),
        ((value["SS"] > 0) & (value["II"] <= 0) & ~constant, "II", "a steady state needs an interval",
         "an interval above 0, or AMT 0 and a RATE for a constant infusion"),
        ((value["AMT"] == 0) & (value["RATE"] != 0) & (value["SS"] == 0), "AMT", "an infusion needs an amount",
         "an amount above 0"),
        (_endless(value), "RATE", "at this rate the infusion never ends", "a higher rate"),
        (_instant(value), "RATE", "at this rate the infusion is over at once", "a lower rate, or 0 for a bolus"),
    )  # fmt: skip
    observed = np.flatnonzero((value["EVID"] == 0) & (value["AMT"] != 0))[:MOST_ROWS]
    problems = [
        Problem(f"row {row}, AMT", "an observation (EVID 0) gives no dose", str(table["AMT"][row]), "0 or nothing")
        for row in observed
    ]
    problems += [
        Problem(f"row {row}, {column}", what, str(table[column][row]), allowed)
        for bad, column, what, allowed in rules
        for row in np.flatnonzero(bad & gives)[:MOST_ROWS]
    ]
    for kind, name, letter in ((MODELLED_RATE, "rate", "R"), (MODELLED_DURATION, "duration", "D")):
        for species in dict.fromkeys(table["CMT"][gives & (value["RATE"] == kind)]):
            if not getattr(dosing.get(states.index(species), Dosing()), name):
                cure = f'name its parameter: dosing={{"{species}": Dosing({name}="{letter}1")}}'
                problems.append(
                    Problem("RATE", f"the {name} of doses into {species} is not named", f"{kind:g}", cure=cure)
                )
    return problems
