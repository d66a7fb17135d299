"""What is asked of a model, checked against it: parameters, times, outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.engine.equations.system import System
from ketum.errors import ModelError, Problem


def parameter_table(
    system: System,
    parameters: Mapping[str, npt.ArrayLike],
    extra: set[str],
    elsewhere: set[str],
    moving: set[str],
) -> dict[str, Array]:
    """Check the given parameters; also those that only the dosing uses, which may stand in another table instead."""
    columns, problems = {}, []
    for name, given in parameters.items():
        column = np.atleast_1d(_floats(given))
        if name not in system.constants and name not in extra:
            problems.append(Problem(name, "the model has no such parameter", allowed=", ".join(system.constants)))
        elif column.ndim != 1 or not column.size:
            problems.append(Problem(name, "give one number, or one for each person", str(column.shape)))
        elif not np.isfinite(column).all():
            person = int(np.flatnonzero(~np.isfinite(column))[0])
            problems.append(Problem(f"{name}, person {person}", "not a finite number", str(column[person])))
        columns[name] = column
    sizes = {column.size for column in columns.values()} - {1}
    if len(sizes) > 1:
        problems.append(Problem("parameters", "columns of different length", str(sorted(sizes)), "one length for all"))
    own = {
        name: np.array([system.constants[name]]) for name in extra & system.constants.keys() - columns.keys() - moving
    }
    columns |= {name: value for name, value in own.items() if value[0] == value[0]}
    lacking = sorted(extra - columns.keys() - elsewhere)
    problems += [Problem(name, "the dosing needs this parameter, and it is not given") for name in lacking]
    needed = sorted(system.unset - columns.keys() - moving)
    problems += [Problem(name, "this parameter has no value in the model, and none is given") for name in needed]
    if problems:
        raise ModelError("parameters", problems)
    return columns


def _floats(given: npt.ArrayLike) -> Array:
    """Read numbers; NaN where one is none, such as a date."""
    try:
        array = np.asarray(given)
        return np.full(array.shape, np.nan) if array.dtype.kind in "mMc" else np.asarray(given, dtype=float)
    except (TypeError, ValueError):  # also lists of unequal lists
        return np.full(1, np.nan)


def check_settings(rtol: float, atol: float, chunk: int) -> None:
    """Refuse tolerances and sizes of chunks that mean nothing."""
    problems = []
    if not (isinstance(chunk, Integral) and chunk >= 1):
        problems.append(Problem("chunk", "not a number of people", str(chunk), "a whole number, 1 or more"))
    if not (isinstance(rtol, Real) and 0 < rtol < 1):
        problems.append(Problem("rtol", "not a tolerance", str(rtol), "above 0 and below 1"))
    if not (isinstance(atol, Real) and 0 <= atol < np.inf):
        problems.append(Problem("atol", "not a tolerance", str(atol), "0 or more"))
    if problems:
        raise ModelError("settings", problems)


def checked_times(times: Sequence[float] | Array) -> Array:
    """Check output times."""
    grid = _floats(times)
    fault = ""
    if grid.ndim != 1 or not grid.size:
        fault = "one row of at least one time is needed"
    elif not np.isfinite(grid).all() or grid[0] < 0:
        fault = "a time is negative or not finite"
    elif (np.diff(grid) <= 0).any():
        fault = "times must increase from one to the next"
    if fault:
        raise ModelError("times", [Problem("times", fault, cure="numpy.unique sorts and removes duplicates")])
    return grid


def is_after(observe: str) -> bool:
    """Tell whether an output at the instant of a dose is taken after it."""
    if observe not in ("after", "before"):
        raise ModelError("observe", [Problem("observe", "not a way to observe", str(observe), "after, before")])
    return observe == "after"


def check_outputs(system: System, outputs: Sequence[str]) -> None:
    """Refuse outputs that the model does not have."""
    known = [*system.states, *system.rules, *system.constants]
    strangers = [name for name in outputs if name not in known]
    if strangers:
        raise ModelError(
            "outputs", [Problem(n, "the model has no such quantity", allowed=", ".join(known)) for n in strangers]
        )


def known(species: str, states: Sequence[str]) -> bool:
    """Refuse a compartment that the model does not have."""
    if species not in states:
        raise ModelError("dosing", [Problem(species, "the model has no such compartment", allowed=", ".join(states))])
    return True
