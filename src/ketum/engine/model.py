"""The engine's face: a model from a file, solved for a table of people and an event table of doses."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.engine.doses.covariates import Covariates
from ketum.engine.doses.records import Dosing
from ketum.engine.equations.reading import read_text
from ketum.engine.equations.source import ModelSource
from ketum.engine.equations.system import System
from ketum.engine.runs.asked import Asked, Given, checked_job
from ketum.engine.runs.checks import check_settings
from ketum.engine.runs.job import Job
from ketum.engine.runs.memory import solve_here
from ketum.engine.runs.work import Workers
from ketum.engine.solve.scaling import ATOL, Tolerances
from ketum.errors import ModelError, Problem, SolveWarning

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LIKELY = (
    "  likely causes: a rate that grows without bound, a division by zero, a negative parameter, a root of what falls\n"
    "  below zero\n"
    "  cure: check this person's parameters and the model's equations at these values; where a state reaches zero\n"
    "  under a broken power, as in x' = -x^0.7, write the rate as piecewise(-x^0.7, x > 0, 0)"
)
CHUNK = 256
"""People handed to a worker at once: enough to fill batches, few enough to show progress."""


@dataclass(frozen=True)
class Model:
    """A model that can be solved for many people.

    Parameters
    ----------
    sbml
        The SBML text. A model is this text and nothing else, so it travels to other processes as it is.
    name
        What to call it in messages.

    Examples
    --------
    >>> model = Model.from_file("theophylline.ant")                                     # doctest: +SKIP
    >>> model.solve(doses, times=[0, 1, 2], parameters={"CL": [1.1, 2.0]})              # doctest: +SKIP
    """

    sbml: str
    name: str = "model"

    @classmethod
    def from_file(cls, path: str | Path) -> Model:
        """Read an SBML (``.xml``) or Antimony (``.ant``) file.

        Raises
        ------
        ModelError
            Where the file is missing, does not parse, or needs what the engine does not cover.
        """
        model = cls(read_text(Path(path)), str(path))
        model.system  # noqa: B018 - a model that cannot be used is refused when it is loaded, not when it is solved
        return model

    def __reduce__(self) -> tuple[type[Model], tuple[str, str]]:
        return Model, (self.sbml, self.name)

    @cached_property
    def source(self) -> ModelSource:
        """What is sent to workers."""
        return ModelSource(self.sbml, self.name)

    @property
    def system(self) -> System:
        """The equations as plain data."""
        return self.source.system

    def solve(
        self,
        doses: pd.DataFrame,
        times: Sequence[float] | Array | None = None,
        parameters: Mapping[str, npt.ArrayLike] | None = None,
        outputs: Sequence[str] | None = None,
        *,
        dosing: Mapping[str, Dosing] | None = None,
        covariates: Covariates | Sequence[Covariates] = (),
        observe: Literal["after", "before"] = "after",
        rtol: float = 1e-8,
        atol: float = ATOL,
        executor: Executor | None = None,
        chunk: int = CHUNK,
        progress: Callable[[int], None] | None = None,
        store: str | Path | None = None,
        sensitivities: Sequence[str] = (),
    ) -> xr.Dataset:
        """Integrate every person.

        Parameters
        ----------
        doses
            Event table, see `ketum.engine.doses.dose_table`.
        times
            Output times, increasing, in the model's unit of time, shape (times,). When None, the rows with EVID 0 of
            the dose table say when to look, see Returns.
        parameters
            Values that replace the model's own: a number for everyone or one per person, shape (subjects,).
        outputs
            Ids of states, rules or reactions to return; all states when None.
        dosing
            How doses enter a compartment, by its id.
        covariates
            Parameters that change in time, in one table or several.
        observe
            Whether an output at the instant of a dose is taken after it, as NONMEM has it for a record that follows
            the dose, or before it, for troughs.
        rtol
            Tolerance of the integration, relative to each state's own peak.
        atol
            Error that is always allowed, in each state's own units.
        executor
            Where chunks of people are solved; in this process when None.
        chunk
            People per chunk. The result does not depend on it, nor on the executor.
        progress
            Called with the number of people finished since the last call.
        store
            A folder into which results are written block by block, as a Zarr store, instead of being held in memory.
            Where a run into it was stopped, the same call computes only what is missing.
        sensitivities
            Parameters, or states for their initial values, with respect to which every output is differentiated too:
            ``d_C_d_CL`` is the change of C with CL. Parameters of doses count: bioavailability, lag (of boluses only
            where it is the lag of all doses), duration and rate; under SS the bioavailability of boluses. Error
            control covers the derivatives.

        Returns
        -------
        xarray.Dataset
            One variable an output, dims (subject, time), units in attributes; tolerance and model hash as well. A
            model's own ``time`` or ``subject`` is called ``time_`` or ``subject_``. With
            steady-state doses also ``steady_state_residual`` (subject,): the change over one more interval, relative to
            each state. Where a person's integration fails, their outputs are NaN, `failed` in the attributes names
            them, and a `SolveWarning` says what to do. With a `store` the same, opened there and not loaded. Without
            `times`, one value for each row with EVID 0, in the table's order: dim (record,), coordinates ``subject``,
            ``time`` and ``row`` (its number in the table). Such a row sees those above it at its instant, none below.

        Raises
        ------
        ModelError
            Where doses, times, parameters or outputs do not fit the model.
        OutputError
            Where the store cannot be written, or was begun with something else.
        SolveError
            Where a worker was lost.
        """
        check_settings(rtol, atol, chunk)
        given = Given(doses, dosing or {}, parameters or {}, covariates)
        asked = Asked(outputs, observe, Tolerances(rtol, atol))
        workers = Workers(executor, chunk, progress)
        if times is None:
            _refuse_sensitivities(sensitivities, "without output times")
            if store is not None:
                problem = Problem("times", "a store needs output times", cure="give `times`, or leave `store` out")
                raise ModelError("times", [problem])
            job, (solved, failed) = self._observed(given, asked, workers)
        else:
            if "EVID" in doses and doses["EVID"].isin([0]).any():
                warnings.warn("`times` is given, so the rows with EVID 0 are not looked at", stacklevel=2)
            job = checked_job(self.source, given, asked, times)
            if sensitivities:
                if job.courses:
                    _refuse_sensitivities(sensitivities, "of what changes in time")
                job = job.with_sensitivities(tuple(sensitivities))
            solved, failed = solve_here(job, workers) if store is None else _stored(job, Path(store), workers)
        if failed:
            _warn(job, failed)
        return solved

    def _observed(self, given: Given, asked: Asked, workers: Workers) -> tuple[Job, tuple[xr.Dataset, dict[int, str]]]:
        """Answer the observations in a dose table; the run, its results, and who failed."""
        from ketum.engine.runs.observed import rows_of, solve_rows, split

        hair, seen, rows = split(given.doses)
        job = checked_job(self.source, replace(given, hair=hair), asked, [0.0])  # first: it refuses what cannot be used
        job = replace(job, grid=replace(job.grid, times=np.array([seen.max()])))
        return job, solve_rows(job, rows_of(given.doses, seen, rows, job.subjects), workers)


def _stored(job: Job, store: Path, workers: Workers) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve a run into a store."""
    from ketum.engine.runs.stream import solve_into

    try:
        return solve_into(job, store, workers)
    except KeyboardInterrupt as stop:
        stop.add_note(f"what is finished stays in {store}; the same call goes on from it")
        raise


def _refuse_sensitivities(names: Sequence[str], why: str) -> None:
    if names:
        problems = [Problem(name, f"its sensitivity is not covered {why}", cure="leave it out") for name in names]
        raise ModelError("sensitivities", problems)


def _warn(job: Job, failed: Mapping[int, str]) -> None:
    """Name who failed, and what to look at."""
    first = min(failed)
    own = {n: float(column[first] if column.size > 1 else column[0]) for n, column in job.parameters.items()}
    values = ", ".join(f"{name}={value:.6g}" for name, value in own.items()) or "the model's own"
    more = f" (and {len(failed) - 1} others, named in the result's attribute `failed`)" if len(failed) > 1 else ""
    warnings.warn(
        f"the integration failed for person {first}{more} of model {job.source.system.name}; their outputs are NaN\n"
        f"  parameters: {values}\n" + (failed[first] or LIKELY),
        SolveWarning,
        stacklevel=3,
    )
