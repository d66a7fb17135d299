"""Parameters that change in time: records that carry values, and what holds between two records.

A covariate is a function of time, piecewise constant or made of straight lines, and a record's own instant has the
record's own value. Constant pieces are set as the integration comes to them. A line stands in the rates as
``value + slope * (time - since)``, so that it is followed exactly and not in steps.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from ketum.engine.formula import Formula, minus, plus, times
from ketum.engine.mathml import TIME
from ketum.engine.system import Array, Index, System
from ketum.errors import ModelError, Problem

if TYPE_CHECKING:
    import pandas as pd

Interpolation = Literal["previous", "next", "linear"]
SAME = 1e-10
"""Times that differ by less than this part of themselves are one instant."""
NEVER = 1e300
"""Time of a record that is none: people with few records are filled up with it."""


@dataclass(frozen=True)
class Covariates:
    """Records of parameters that change in time.

    Parameters
    ----------
    table
        Columns ``TIME``, perhaps ``ID`` (people counted from 0; without it a row holds for everyone), and one for each
        parameter, named as in the model or in `Dosing`. Each person's times increase.
    interpolation
        What holds between two records: the value of the ``previous`` one (LOCF), of the ``next`` one (NOCB, as NONMEM
        has it), or a straight line (``linear``). After a person's last record its value stays.
    """

    table: pd.DataFrame
    interpolation: Interpolation = "previous"


@dataclass(frozen=True, eq=False)
class Course:
    """Covariates that share their records, checked.

    Parameters
    ----------
    names
        Of the parameters.
    interpolation
        See `Covariates`.
    times
        Of the records, shape (people, records), or (1, records) where they hold for everyone. A person with fewer is
        filled up with `NEVER`.
    values
        Shape (names, people or 1, records).
    """

    names: tuple[str, ...]
    interpolation: str
    times: Array
    values: Array

    def take(self, people: Index) -> Course:
        """Keep only some of the people."""
        if self.times.shape[0] == 1:
            return self
        used = int((self.times[people] < NEVER).sum(axis=1).max())
        return replace(self, times=self.times[people, :used], values=self.values[:, people, :used])

    def at(self, moments: Array) -> dict[str, Array]:
        """Give the values at some moments, each of shape (people or 1, moments)."""
        near = SAME * np.maximum(1.0, np.abs(moments))
        found, slopes = np.empty((len(self.names), self.times.shape[0], moments.size)), self._slopes()
        for person, known in enumerate(self.times):
            last = int((known < NEVER).sum()) - 1
            if self.interpolation == "next":
                row = np.searchsorted(known, moments - near)
            else:
                row = np.searchsorted(known, moments + near, side="right") - 1
            row = np.clip(row, 0, last)
            found[:, person] = self.values[:, person, row]
            if self.interpolation == "linear":
                found[:, person] += slopes[:, person, row] * (moments - known[row])
        return dict(zip(self.names, found, strict=True))

    def held(self, moment: float) -> dict[str, Array]:
        """Give the constants that hold the value of a moment fast, each of shape (people or 1,)."""
        now = {name: column[:, 0] for name, column in self.at(np.array([moment])).items()}
        if self.interpolation != "linear":
            return now
        zero = np.zeros(self.times.shape[0])
        return {
            part: column
            for name, value in now.items()
            for part, column in zip(_parts(name), (value, zero, zero), strict=True)
        }

    def settings(self) -> dict[str, Array]:
        """Give what each constant is set to at the instant of each record, shape (people or 1, records)."""
        if self.interpolation == "linear":
            columns = zip(self.names, self.values, self._slopes(), strict=True)
            return {
                part: column
                for name, value, slope in columns
                for part, column in zip(_parts(name), (value, slope, self.times), strict=True)
            }
        ahead = np.concatenate([self.values[:, :, 1:], self.values[:, :, -1:]], axis=2)
        return dict(zip(self.names, ahead if self.interpolation == "next" else self.values, strict=True))

    def _slopes(self) -> Array:
        """Slope from each record to the next; 0 after the last."""
        real = self.times[:, 1:] < NEVER
        ahead = np.where(real, np.diff(self.values, axis=2) / np.where(real, np.diff(self.times, axis=1), 1.0), 0.0)
        return np.concatenate([ahead, np.zeros((*self.values.shape[:2], 1))], axis=2)


def _parts(name: str) -> tuple[str, str, str]:
    return f"{name} at", f"{name} slope", f"{name} since"


def changing(system: System, courses: Sequence[Course]) -> System:
    """Make a system's constants move where they are covariates.

    Parameters
    ----------
    system
        The model.
    courses
        Its covariates; names that only the dosing uses change nothing here.
    """
    constants, rules, initial = dict(system.constants), dict(system.rules), dict(system.initial)
    lines, varying = {}, set()
    for course in courses:
        for name in constants.keys() & set(course.names):
            if course.interpolation != "linear":
                varying.add(name)
                continue
            value, slope, since = _parts(name)
            constants |= {value: constants.pop(name), slope: 0.0, since: 0.0}
            initial.pop(name, None)
            passed = minus(Formula.name(TIME), Formula.name(since))
            lines[name] = plus(Formula.name(value), times(Formula.name(slope), passed))
            varying |= {value, slope, since}
    return replace(
        system,
        constants=MappingProxyType(constants),
        rules=MappingProxyType({**dict(sorted(lines.items())), **rules}),
        initial=MappingProxyType(initial),
        order=(*sorted(lines), *(name for name in system.order if name not in lines)),
        varying=frozenset(varying),
    )


def in_rates(system: System) -> set[str]:
    """Collect the names that rates use, directly or through rules."""
    names = set().union(*(rate.names() for rate in system.rates.values()))
    return names.union(*(rule.names() for rule in system.rules_for(names).values()))


# ------------------------------------------------------------------------------------------------ reading


def read(
    covariates: Covariates | Sequence[Covariates],
    system: System,
    subjects: int,
    dosing: Collection[str],
    parameters: Collection[str],
) -> tuple[Course, ...]:
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
    each = [covariates] if isinstance(covariates, Covariates) else list(covariates)
    problems = [problem for one in each for problem in _bad_names(one, system, dosing, parameters)]
    if not problems:
        names = [name for one in each for name in _columns(one.table)]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems = [Problem(name, "stands in two tables of covariates", cure="keep one of them") for name in twice]
        problems += _worked_out_once(system, set(names))
        problems += [problem for one in each for problem in _bad_cells(one.table, subjects)]
    if not problems:
        problems = [problem for one in each for problem in _bad_order(one, subjects)]
    if problems:
        raise ModelError("covariates", problems)
    return tuple(_course(one, subjects) for one in each)


def _columns(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.columns if name not in ("ID", "TIME")]


def _bad_names(one: Covariates, system: System, dosing: Collection[str], parameters: Collection[str]) -> list[Problem]:
    known = sorted({*system.constants, *dosing} - set(system.places.values()))
    problems = []
    if one.interpolation not in get_args(Interpolation):
        ways = ", ".join(get_args(Interpolation))
        problems.append(Problem("interpolation", "not a way to interpolate", str(one.interpolation), ways))
    if "TIME" not in one.table:
        problems.append(Problem("TIME", "this column is missing from the table of covariates"))
    if not _columns(one.table):
        problems.append(Problem("", "the table of covariates has no column of a parameter", allowed=", ".join(known)))
    for name in _columns(one.table):
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
    import pandas as pd

    from ketum.engine.dose_table import MOST_ROWS

    problems = []
    for name in table.columns:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
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


def _bad_order(one: Covariates, subjects: int) -> list[Problem]:
    from ketum.engine.dose_table import MOST_ROWS

    ids, moments = _ids(one.table), one.table["TIME"].to_numpy(float)
    order = np.argsort(ids, kind="stable")
    begins = np.append(True, np.diff(ids[order]) != 0)[: ids.size]
    back = np.flatnonzero(~begins & (np.diff(moments[order], prepend=-np.inf) <= 0))
    late = np.flatnonzero(begins & (moments[order] > 0)) if one.interpolation != "next" else back[:0]
    named = "ID" in one.table
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


def _course(one: Covariates, subjects: int) -> Course:
    names, ids = _columns(one.table), _ids(one.table)
    people = subjects if "ID" in one.table else 1
    order = np.argsort(ids, kind="stable")
    person = ids[order].astype(np.intp)
    count = np.bincount(person, minlength=people)
    place = np.arange(person.size) - (np.cumsum(count) - count)[person]
    times = np.full((people, int(count.max())), NEVER)
    times[person, place] = one.table["TIME"].to_numpy(float)[order]
    values = np.empty((len(names), *times.shape))
    for i, name in enumerate(names):
        column = one.table[name].to_numpy(float)[order]
        values[i] = column[np.cumsum(count) - 1][:, None]  # what follows the last record
        values[i, person, place] = column
    return Course(tuple(names), one.interpolation, times, values)
