"""Tables of covariates as they are given: checked, and laid out person by person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np
import numpy.typing as npt

from ketum.engine.doses.covariates import NEVER, CovariateCourse, Covariates, Interpolation
from ketum.engine.doses.dose_table import numbers
from ketum.engine.equations.formula import Formula
from ketum.engine.equations.system import System
from ketum.errors import MOST_ROWS, ModelError, Problem

if TYPE_CHECKING:
    import pandas as pd


def read(
    covariates: Covariates | Sequence[Covariates],
    system: System,
    subjects: int,
    dosing: Collection[str],
    parameters: Collection[str],
) -> tuple[CovariateCourse, ...]:
    """Check covariates.

    Parameters
    ----------
    covariates
        One or several, each with records of its own.
    system
        The model.
    subjects
        Number of people.
    dosing
        Names that the dosing uses, which may be covariates as well.
    parameters
        Names that are given as parameters, and so cannot be covariates.

    Raises
    ------
    ModelError
        With everything that cannot be used.
    """
    tables = [covariates] if isinstance(covariates, Covariates) else list(covariates)
    problems = [problem for given in tables for problem in _bad_names(given, system, dosing, parameters)]
    if not problems:
        names = [name for given in tables for name in _columns(given.table)]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems = [Problem(name, "stands in two tables of covariates", cure="keep one of them") for name in twice]
        problems += _worked_out_once(system, set(names))
        problems += [problem for given in tables for problem in _bad_cells(given.table, subjects)]
    if not problems:
        problems = [problem for given in tables for problem in _bad_order(given, subjects)]
    if problems:
        raise ModelError("covariates", problems)
    return tuple(_course(given, subjects) for given in tables)


def _columns(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.columns if name not in ("ID", "TIME")]


def _bad_names(
    given: Covariates, system: System, dosing: Collection[str], parameters: Collection[str]
) -> list[Problem]:
    known = sorted({*system.constants, *dosing} - set(system.places.values()))
    problems = []
    if given.interpolation not in get_args(Interpolation):
        ways = ", ".join(get_args(Interpolation))
        problems.append(Problem("interpolation", "not a way to interpolate", str(given.interpolation), ways))
    if "TIME" not in given.table:
        problems.append(Problem("TIME", "this column is missing from the table of covariates"))
    if not _columns(given.table):
        problems.append(Problem("", "the table of covariates has no column of a parameter", allowed=", ".join(known)))
    for name in _columns(given.table):
        if name in system.places.values():
            cure = "write the volume as a parameter, and the concentration as a rule"
            problems.append(Problem(name, "a compartment's size cannot be a covariate", cure=cure))
        elif name not in known:
            problems.append(Problem(name, "the model has no such parameter", allowed=", ".join(known)))
        elif name in parameters:
            problems.append(Problem(name, "is given both as a parameter and as a covariate", cure="keep one of them"))
    return problems


def _worked_out_once(system: System, names: set[str]) -> list[Problem]:
    """Find what would not follow a covariate although it depends on it."""

    def follows(formula: Formula) -> set[str]:
        below = formula.names()
        return names & below.union(*(rule.names() for rule in system.rules_for(below).values()))

    problems = []
    for name, formula in system.initial.items():
        if name in system.constants and name not in names and follows(formula):
            why = f"is worked out once, at time zero, from {', '.join(sorted(follows(formula)))}, which changes in time"
            problems.append(Problem(name, why, cure="write it as an assignment rule (in Antimony := instead of =)"))
    for name in system.rules:
        target = name.removeprefix("rateOf(").removesuffix(")")
        if target != name and target in system.rules and follows(system.rules[target]):
            problems.append(Problem(name, "the rate of what depends on a covariate is not covered"))
    return problems


def _bad_cells(table: pd.DataFrame, subjects: int) -> list[Problem]:
    problems = []
    for name in table.columns:
        values = numbers(table[name])
        good, allowed = np.isfinite(values), "a finite number"
        if name == "TIME":
            good, allowed = good & (values >= 0), "a finite time, 0 or later"
        if name == "ID":
            good, allowed = np.isin(values, np.arange(subjects)), f"a whole number from 0 to {subjects - 1}"
        problems += [
            Problem(f"row {row}, {name}", "this value cannot be used", str(table[name].iloc[row]), allowed)
            for row in np.flatnonzero(~good)[:MOST_ROWS]
        ]
    return problems


def _bad_order(given: Covariates, subjects: int) -> list[Problem]:
    ids, moments = _ids(given.table), given.table["TIME"].to_numpy(float)
    order = np.argsort(ids, kind="stable")
    begins = np.append(True, np.diff(ids[order]) != 0)[: ids.size]
    back = np.flatnonzero(~begins & (np.diff(moments[order], prepend=-np.inf) <= 0))
    late = np.flatnonzero(begins & (moments[order] > 0)) if given.interpolation != "next" else back[:0]
    named = "ID" in given.table
    lacking = np.setdiff1d(np.arange(subjects if named else 1), ids)

    def who(person: float) -> str:
        return f"person {person:g}, TIME" if named else "TIME"

    problems = [
        Problem(who(person), "has no record of covariates", cure="give each person a row at TIME 0")
        for person in lacking[:MOST_ROWS]
    ]
    problems += [
        Problem(f"row {row}, TIME", "times must increase from one row to the next", f"{moments[row]:g}")
        for row in order[back[:MOST_ROWS]]
    ]
    problems += [
        Problem(
            who(ids[row]), "nothing is known before the first record", f"{moments[row]:g}", cure="add a row at TIME 0"
        )
        for row in order[late[:MOST_ROWS]]
    ]
    return problems


def _ids(table: pd.DataFrame) -> npt.NDArray[np.float64]:
    return table["ID"].to_numpy(float) if "ID" in table else np.zeros(len(table))


def _course(given: Covariates, subjects: int) -> CovariateCourse:
    names, ids = _columns(given.table), _ids(given.table)
    people = subjects if "ID" in given.table else 1
    order = np.argsort(ids, kind="stable")
    person = ids[order].astype(np.intp)
    count = np.bincount(person, minlength=people)
    place = np.arange(person.size) - (np.cumsum(count) - count)[person]
    times = np.full((people, int(count.max())), NEVER)
    times[person, place] = given.table["TIME"].to_numpy(float)[order]
    values = np.empty((len(names), *times.shape))
    for i, name in enumerate(names):
        column = given.table[name].to_numpy(float)[order]
        values[i] = column[np.cumsum(count) - 1][:, None]  # what follows the last record
        values[i, person, place] = column
    return CovariateCourse(tuple(names), given.interpolation, times, values)
