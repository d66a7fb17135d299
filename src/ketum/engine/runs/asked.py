"""What a caller gives and asks for, checked: it becomes a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.engine.doses.covariate_table import read as read_courses
from ketum.engine.doses.covariates import Covariates
from ketum.engine.doses.dose_table import read
from ketum.engine.doses.records import Dosing
from ketum.engine.doses.ways import check as check_ways
from ketum.engine.equations.source import ModelSource
from ketum.engine.runs.checks import check_outputs, checked_times, is_after, known, parameter_table
from ketum.engine.runs.job import Job
from ketum.engine.solve.scaling import Tolerances
from ketum.engine.solve.timeline import Grid

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Given:
    """What is known of people and their doses, as it was given; see `ketum.engine.Model.solve`.

    Parameters
    ----------
    doses, dosing
        The event table, and how doses enter a compartment.
    parameters, covariates
        What differs from the model's own values, and what changes in time.
    hair
        How long after its time each row of the table is done, shape (rows,); nothing when None.
    """

    doses: pd.DataFrame
    dosing: Mapping[str, Dosing]
    parameters: Mapping[str, npt.ArrayLike]
    covariates: Covariates | Sequence[Covariates]
    hair: Array | None = None


@dataclass(frozen=True)
class Asked:
    """What is wanted of a run, as it was asked for; see `ketum.engine.Model.solve`.

    Parameters
    ----------
    outputs
        Ids; all states when None.
    observe
        Whether an output at the instant of a dose is taken ``after`` or ``before`` it.
    tolerances
        Of the integration.
    """

    outputs: Sequence[str] | None
    observe: str
    tolerances: Tolerances


def checked_job(source: ModelSource, given: Given, asked: Asked, times: Sequence[float] | Array) -> Job:
    """Make a run of what was given and asked for.

    Parameters
    ----------
    source
        The model.
    given, asked
        What is known, and what is wanted.
    times
        Output times.

    Raises
    ------
    ModelError
        Where it does not fit the model.
    """
    system, states = source.system, source.system.states
    outputs = tuple(asked.outputs if asked.outputs is not None else states)
    ways = {states.index(species): how for species, how in given.dosing.items() if known(species, states)}
    named = {name for how in ways.values() for name in how.names()}
    tables = [given.covariates] if isinstance(given.covariates, Covariates) else list(given.covariates)
    moving = {str(name) for each in tables for name in each.table.columns} - {"ID", "TIME"}
    elsewhere = moving | {str(name) for name in given.doses.columns}
    table = parameter_table(system, given.parameters, named, elsewhere, moving)
    subjects = max((column.size for column in table.values()), default=1)
    courses = read_courses(tables, system, subjects, named, given.parameters.keys())
    check_outputs(system, outputs)
    moments = checked_times(times)
    grid = Grid(moments, np.full(moments.size, is_after(asked.observe)))
    records = tuple(read(given.doses, states, subjects, ways, given.hair))
    check_ways(given.doses, states, ways, table, courses)
    return Job(
        source=source,
        grid=grid,
        parameters=table,
        outputs=outputs,
        records=records,
        dosing=ways,
        subjects=subjects,
        tolerances=asked.tolerances,
        courses=courses,
    )
