"""The engine's face: a model from a file, solved for a table of people and an event table of doses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ketum.engine.doses import Array, Dosing, Schedule, schedules
from ketum.engine.integrate import Runner, compile_system
from ketum.engine.sbml import System, parse, read_text
from ketum.engine.scaling import ATOL
from ketum.errors import ModelError, Problem

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

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
        return Model, (self.sbml, self.name)  # a worker parses and compiles for itself, once

    @cached_property
    def system(self) -> System:
        """The equations as plain data."""
        return parse(self.sbml, self.name)

    def solve(
        self,
        doses: pd.DataFrame,
        times: Sequence[float] | Array,
        parameters: Mapping[str, npt.ArrayLike] | None = None,
        outputs: Sequence[str] | None = None,
        *,
        dosing: Mapping[str, Dosing] | None = None,
        rtol: float = 1e-8,
        atol: float = ATOL,
        executor: Executor | None = None,
        chunk: int = CHUNK,
        progress: Callable[[int], None] | None = None,
    ) -> xr.Dataset:
        """Integrate every person.

        Parameters
        ----------
        doses
            Event table, see `ketum.engine.doses`.
        times
            Output times, increasing, in the model's unit of time, shape (times,). At a dose time the output is taken
            just before the dose.
        parameters
            Values that replace the model's own: a number for everyone or one per person, shape (subjects,).
        outputs
            Ids of states, rules or reactions to return; all states when None.
        dosing
            How doses enter a compartment, by its id.
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

        Returns
        -------
        xarray.Dataset
            One variable an output, dims (subject, time), units in attributes; tolerance and model hash as well. A
            model's own ``time`` or ``subject`` is called ``time_`` or ``subject_``.

        Raises
        ------
        ModelError
            Where doses, times, parameters or outputs do not fit the model.
        SolveError
            Where the integration fails; it names the person.
        """
        job = self._job(doses, times, parameters or {}, outputs, dosing or {}, rtol, atol)
        values = np.empty((len(job.outputs), job.subjects, job.times.size))
        for people, part in _solved(job, job.parts(chunk), executor):
            values[:, people] = part
            if progress is not None:
                progress(people.size)
        return _dataset(job, values)

    def _job(
        self,
        doses: pd.DataFrame,
        times: Sequence[float] | Array,
        parameters: Mapping[str, npt.ArrayLike],
        outputs: Sequence[str] | None,
        dosing: Mapping[str, Dosing],
        rtol: float,
        atol: float,
    ) -> Job:
        outputs = tuple(outputs if outputs is not None else self.system.states)
        table = _parameter_table(self.system, parameters, {d.bioavailability for d in dosing.values()} - {None})
        subjects = max((column.size for column in table.values()), default=1)
        _check_outputs(self.system, outputs)
        plan = schedules(doses, self.system.states, subjects)
        factors = {
            self.system.states.index(species): how.bioavailability
            for species, how in dosing.items()
            if how.bioavailability and _known(species, self.system.states)
        }
        return Job(self, _checked_times(times), table, outputs, tuple(plan), factors, subjects, rtol, atol)


@dataclass(frozen=True)
class Job:
    """Everything that a run needs, checked."""

    model: Model
    times: Array
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    plan: tuple[Schedule, ...]
    factors: Mapping[int, str]
    subjects: int
    rtol: float
    atol: float

    def parts(self, chunk: int) -> list[Part]:
        """Cut the people into chunks; each carries only its own people's numbers."""
        return [
            self._part(schedule.take(slice(start, start + chunk)))
            for schedule in self.plan
            for start in range(0, schedule.people.size, chunk)
        ]

    def _part(self, schedule: Schedule) -> Part:
        own = {
            name: column[schedule.people] if column.size > 1 else np.broadcast_to(column, schedule.people.shape)
            for name, column in self.parameters.items()
        }
        factor = np.ones_like(schedule.amounts)
        for target, name in self.factors.items():
            factor[:, schedule.targets == target] = own[name][:, None]
        dosed = Schedule(schedule.people, schedule.times, schedule.targets, schedule.amounts * factor)
        return Part(self.model, self.times, own, self.outputs, dosed, self.rtol, self.atol)


@dataclass(frozen=True)
class Part:
    """One chunk of people, as it is sent to a worker."""

    model: Model
    times: Array
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    schedule: Schedule
    rtol: float
    atol: float


def solve_part(part: Part) -> Array:
    """Integrate one chunk; shape (outputs, people, times). Runs in a worker."""
    integrator = _integrator(part.model, part.rtol, part.atol)
    return integrator.run(part.schedule, part.times, part.parameters, part.outputs)


_compiled: dict[tuple[str, float, float], Runner] = {}


def _integrator(model: Model, rtol: float, atol: float) -> Runner:
    """Compile once in each process."""
    key = (model.system.sha256, rtol, atol)
    if key not in _compiled:
        _compiled[key] = compile_system(model.system, rtol, atol)
    return _compiled[key]


def _solved(job: Job, parts: list[Part], executor: Executor | None) -> Iterable[tuple[npt.NDArray[np.intp], Array]]:
    if executor is None:
        for part in parts:
            yield part.schedule.people, solve_part(part)
        return
    from concurrent.futures import as_completed

    waiting: dict[Future[Array], Part] = {executor.submit(solve_part, part): part for part in parts}
    try:
        for future in as_completed(waiting):
            yield waiting.pop(future).schedule.people, future.result()
    finally:
        for future in waiting:
            future.cancel()


def _dataset(job: Job, values: Array) -> xr.Dataset:
    import xarray as xr

    from ketum.engine.integrate import settings

    system = job.model.system
    return xr.Dataset(
        {
            label(name): (("subject", "time"), values[i], {"units": system.units.get(name, "")})
            for i, name in enumerate(job.outputs)
        },
        coords={"subject": np.arange(job.subjects), "time": job.times},
        attrs={"model": system.name, "model_sha256": system.sha256, "rtol": job.rtol, "atol": job.atol, **settings()},
    )


def label(output: str) -> str:
    """Say how an output is called in the result; an id that is also a dimension's name gets an underscore."""
    return f"{output}_" if output in ("subject", "time") else output


def _parameter_table(system: System, parameters: Mapping[str, npt.ArrayLike], extra: set[Any]) -> dict[str, Array]:
    """Check the given parameters; also those that only the dosing uses."""
    columns, problems = {}, []
    for name, given in parameters.items():
        column = np.atleast_1d(np.asarray(given, dtype=float))
        if name not in system.constants and name not in extra:
            problems.append(Problem(name, "the model has no such parameter", allowed=", ".join(system.constants)))
        elif column.ndim != 1:
            problems.append(Problem(name, "give one number, or one for each person", str(column.shape)))
        elif not np.isfinite(column).all():
            person = int(np.flatnonzero(~np.isfinite(column))[0])
            problems.append(Problem(f"{name}, person {person}", "not a finite number", str(column[person])))
        columns[name] = column
    sizes = {column.size for column in columns.values()} - {1}
    if len(sizes) > 1:
        problems.append(Problem("parameters", "columns of different length", str(sorted(sizes)), "one length for all"))
    problems += [
        Problem(str(name), "the dosing needs this parameter, and it is not given") for name in extra - set(columns)
    ]
    needed = sorted(system.unset - columns.keys())
    problems += [Problem(name, "this parameter has no value in the model, and none is given") for name in needed]
    if problems:
        raise ModelError("parameters", problems)
    return columns


def _checked_times(times: Sequence[float] | Array) -> Array:
    grid = np.asarray(times, dtype=float)
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


def _check_outputs(system: System, outputs: Sequence[str]) -> None:
    known = [*system.states, *system.rules, *system.constants]
    strangers = [name for name in outputs if name not in known]
    if strangers:
        raise ModelError(
            "outputs", [Problem(n, "the model has no such quantity", allowed=", ".join(known)) for n in strangers]
        )


def _known(species: str, states: Sequence[str]) -> bool:
    if species not in states:
        raise ModelError("dosing", [Problem(species, "the model has no such compartment", allowed=", ".join(states))])
    return True
