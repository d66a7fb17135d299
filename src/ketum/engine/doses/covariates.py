"""Parameters that change in time: records that carry values, and what holds between two records.

A covariate is a function of time, piecewise constant or made of straight lines, and a record's own instant has the
record's own value. Constant pieces are set as the integration comes to them. A line stands in the rates as
``value + slope * (time - since)``, so that it is followed exactly and not in steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.equations.formula import TIME, Formula, minus, plus, times
from ketum.engine.equations.system import System

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
class CovariateCourse:
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

    def take(self, people: Index) -> CovariateCourse:
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


def changing(system: System, courses: Sequence[CovariateCourse]) -> System:
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
