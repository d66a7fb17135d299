"""Checks on the values that say how doses enter a compartment, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.doses.covariates import CovariateCourse
from ketum.engine.doses.dose_table import DEFAULTS
from ketum.engine.doses.records import MODELLED_DURATION, MODELLED_RATE, Dosing
from ketum.errors import MOST_ROWS, ModelError, Problem

if TYPE_CHECKING:
    import pandas as pd

KINDS: Mapping[str, float | None] = {
    "bioavailability": None,
    "lag": None,
    "duration": MODELLED_DURATION,
    "rate": MODELLED_RATE,
}
"""What `Dosing` names, with the RATE of the records that use it; None for all."""


def check(
    doses: pd.DataFrame,
    states: tuple[str, ...],
    dosing: Mapping[int, Dosing],
    parameters: Mapping[str, Array],
    courses: Sequence[CovariateCourse],
) -> None:
    """Refuse a negative bioavailability or lag, and a duration or rate that is not above 0, where a dose uses it.

    Raises
    ------
    ModelError
        With the person or row.
    """
    column = {n: doses[n].to_numpy() if n in doses else np.full(len(doses), DEFAULTS[n]) for n in ("EVID", "RATE")}
    given = np.isin(column["EVID"], (1, 4))
    problems = []
    for target, how in dosing.items():
        for kind, rate in KINDS.items():
            name = getattr(how, kind)
            used = given & ((column["RATE"] == rate) if rate is not None else True)
            if name is not None and used.any():
                rows = np.flatnonzero(used & (doses["CMT"] == states[target]).to_numpy())
                for where, value in _bad(_found(name, rows, doses, parameters, courses), positive=rate is not None):
                    what = f"this cannot be the {kind} of a dose"
                    problems.append(Problem(where, what, f"{value:g}", "above 0" if rate is not None else "0 or more"))
    if problems:
        raise ModelError("dosing", problems)


@dataclass(frozen=True)
class _Found:
    """Values of one name where doses look for them.

    Parameters
    ----------
    values, places
        Each value, and the row or person whose it is, shape (values,).
    word
        What to call a place.
    """

    values: Array
    places: Index
    word: str


def _found(
    name: str,
    rows: Index,
    doses: pd.DataFrame,
    parameters: Mapping[str, Array],
    courses: Sequence[CovariateCourse],
) -> _Found:
    """Collect the values that doses in some rows use, in the order in which a dose looks for its own."""
    if name in doses:
        return _Found(doses[name].to_numpy(float)[rows], rows, f"row {{}}, {name}")
    if covariate := [course.values[course.names.index(name)] for course in courses if name in course.names]:
        values = covariate[0].ravel()
        return _Found(values, np.arange(values.size), f"{name}, covariate")
    whole = parameters[name]
    ids = doses["ID"].to_numpy(float)[rows].astype(np.intp) if "ID" in doses else np.arange(whole.size)
    places = np.unique(ids) if whole.size > 1 and rows.size else np.arange(min(rows.size, 1))
    return _Found(whole[places], places, f"{name}, person {{}}" if whole.size > 1 else name)


def _bad(found: _Found, *, positive: bool) -> list[tuple[str, float]]:
    """List some places with values that cannot be used."""
    bad = np.flatnonzero(found.values <= 0 if positive else found.values < 0)
    some = bad[: 1 if "{" not in found.word else MOST_ROWS]
    return [(found.word.format(found.places[i]), float(found.values[i])) for i in some]
