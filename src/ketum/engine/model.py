"""The engine's face: a model from a file, solved for a table of people and an event table of doses."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ketum.engine.doses import Array, Dosing, Records, plan, read
from ketum.engine.integrate import Integrator, Solved, compile_system
from ketum.engine.sbml import System, parse, read_text
from ketum.errors import ModelError, Problem, SolveWarning

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
        observe: Literal["after", "before"] = "after",
        rtol: float = 1e-8,
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
            Output times, increasing, in the model's unit of time, shape (times,).
        parameters
            Values that replace the model's own: a number for everyone or one per person, shape (subjects,).
        outputs
            Ids of states, rules or reactions to return; all states when None.
        dosing
            How doses enter a compartment, by its id.
        observe
            Whether an output at the instant of a dose is taken after it, as NONMEM has it for a record that follows
            the dose, or before it, for troughs.
        rtol
            Tolerance of the integration, relative to the largest state.
        executor
            Where chunks of people are solved; in this process when None.
        chunk
            People per chunk. The result does not depend on it, nor on the executor.
        progress
            Called with the number of people finished since the last call.

        Returns
        -------
        xarray.Dataset
            One variable an output, dims (subject, time), units in attributes; tolerance and model hash as well. With
            steady-state doses also ``steady_state_residual`` (subject,): the change over one more interval, relative to
            each state. Where a person's integration fails, or no steady state is found, their outputs are NaN, `failed`
            in the attributes names them, and a `SolveWarning` says what to do.

        Raises
        ------
        ModelError
            Where doses, times, parameters or outputs do not fit the model.
        """
        job = self._job(doses, times, parameters or {}, outputs, dosing or {}, observe, rtol)
        values = np.empty((len(job.outputs), job.subjects, job.times.size))
        residual, failed, unsteady = np.zeros(job.subjects), [], []
        for people, part in _solved(job.parts(chunk), executor):
            values[:, people], residual[people] = part.values, part.residual
            failed += people[part.failed].tolist()
            unsteady += people[part.unsteady].tolist()
            if progress is not None:
                progress(people.size)
        for who, text in ((failed, FAILED), (unsteady, UNSTEADY)):
            if who:
                _warn(job, sorted(who), *text)
        return _dataset(job, values, residual, sorted(failed + unsteady))

    def _job(
        self,
        doses: pd.DataFrame,
        times: Sequence[float] | Array,
        parameters: Mapping[str, npt.ArrayLike],
        outputs: Sequence[str] | None,
        dosing: Mapping[str, Dosing],
        observe: str,
        rtol: float,
    ) -> Job:
        outputs = tuple(outputs if outputs is not None else self.system.states)
        states = self.system.states
        ways = {states.index(species): how for species, how in dosing.items() if _known(species, states)}
        named = {name for how in ways.values() for name in how.names()}
        table = _parameter_table(self.system, parameters, named, {str(name) for name in doses.columns})
        subjects = max((column.size for column in table.values()), default=1)
        _check_outputs(self.system, outputs)
        grid = _checked_times(times)
        after = np.full(grid.size, _is_after(observe))
        records = tuple(read(doses, states, subjects, ways))
        return Job(self, grid, after, table, outputs, records, ways, subjects, rtol)


@dataclass(frozen=True, eq=False)
class Job:
    """Everything that a run needs, checked."""

    model: Model
    times: Array
    after: npt.NDArray[np.bool_]
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    records: tuple[Records, ...]
    dosing: Mapping[int, Dosing]
    subjects: int
    rtol: float

    def parts(self, chunk: int) -> list[Part]:
        """Cut the people into chunks; each carries only its own people's numbers."""
        return [
            self._part(records.take(slice(start, start + chunk)))
            for records in self.records
            for start in range(0, records.people.size, chunk)
        ]

    def _part(self, records: Records) -> Part:
        own = {n: column if column.size == 1 else column[records.people] for n, column in self.parameters.items()}
        return Part(self.model, self.times, self.after, own, self.outputs, records, self.dosing, self.rtol)


@dataclass(frozen=True, eq=False)
class Part:
    """One chunk of people, as it is sent to a worker."""

    model: Model
    times: Array
    after: npt.NDArray[np.bool_]
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    records: Records
    dosing: Mapping[int, Dosing]
    rtol: float


def solve_part(part: Part) -> Solved:
    """Integrate one chunk. Runs in a worker."""
    people = part.records.people.size
    given = {name: np.broadcast_to(column, people) for name, column in part.parameters.items()}
    actions = plan(part.records, part.dosing, part.parameters)
    integrator = _integrator(part.model, part.rtol, actions.infused)
    return integrator.run(actions, part.times, part.after, given, part.outputs)


_compiled = threading.local()


def _integrator(model: Model, rtol: float, infused: tuple[int, ...]) -> Integrator:
    """Compile once in each process and thread: an integrator's state is scratch space that two cannot share."""
    known: dict[str, Integrator] = _compiled.__dict__
    key = f"{model.system.sha256}/{rtol!r}/{infused}"
    if key not in known:
        known[key] = compile_system(model.system, rtol, infused)
    return known[key]


def _solved(parts: list[Part], executor: Executor | None) -> Iterable[tuple[npt.NDArray[np.intp], Solved]]:
    if executor is None:
        for part in parts:
            yield part.records.people, solve_part(part)
        return
    from concurrent.futures import as_completed

    waiting: dict[Future[Solved], Part] = {executor.submit(solve_part, part): part for part in parts}
    try:
        for future in as_completed(waiting):
            yield waiting.pop(future).records.people, future.result()
    finally:
        for future in waiting:
            future.cancel()


FAILED = (
    "the integration failed",
    "a rate that grows without bound, a division by zero, a negative parameter",
    "check this person's parameters and the model's equations at these values",
)
UNSTEADY = (
    "no steady state was found",
    "more is given in each interval than can be eliminated, or a state takes very long to settle",
    "check dose and interval, or write the doses out with ADDL instead of SS",
)
"""What happened, what it is likely to come from, and what to do."""


def _warn(job: Job, who: list[int], what: str, causes: str, cure: str) -> None:
    """Name whose outputs are missing, and what to look at."""
    first = who[0]
    own = {n: float(column[first] if column.size > 1 else column[0]) for n, column in job.parameters.items()}
    values = ", ".join(f"{name}={value:.6g}" for name, value in own.items()) or "the model's own"
    more = f" (and {len(who) - 1} others, named in the result's attribute `failed`)" if len(who) > 1 else ""
    warnings.warn(
        f"{what} for person {first}{more} of model {job.model.system.name}; their outputs are NaN\n"
        f"  parameters: {values}\n"
        f"  likely causes: {causes}\n"
        f"  cure: {cure}",
        SolveWarning,
        stacklevel=3,
    )


def _dataset(job: Job, values: Array, residual: Array, failed: list[int]) -> xr.Dataset:
    import xarray as xr

    from ketum.engine.integrate import settings

    system = job.model.system
    variables: dict[str, Any] = {
        name: (("subject", "time"), values[i], {"units": system.units.get(name, "")})
        for i, name in enumerate(job.outputs)
    }
    if any(records.ss.any() for records in job.records):
        variables["steady_state_residual"] = ("subject", residual)
    return xr.Dataset(
        variables,
        coords={"subject": np.arange(job.subjects), "time": job.times},
        attrs={"model": system.name, "model_sha256": system.sha256, "rtol": job.rtol, "failed": failed, **settings()},
    )


def _parameter_table(
    system: System, parameters: Mapping[str, npt.ArrayLike], extra: set[str], columns_of_doses: set[str]
) -> dict[str, Array]:
    """Check the given parameters; also those that only the dosing uses, which may stand in the dose table instead."""
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
    own = {name: np.array([system.constants[name]]) for name in extra & system.constants.keys() if name not in columns}
    columns |= {name: value for name, value in own.items() if value[0] == value[0]}
    lacking = sorted(extra - columns.keys() - columns_of_doses)
    problems += [Problem(name, "the dosing needs this parameter, and it is not given") for name in lacking]
    needed = [n for n, v in system.constants.items() if v != v and n not in columns]
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


def _is_after(observe: str) -> bool:
    if observe not in ("after", "before"):
        raise ModelError("observe", [Problem("observe", "not a way to observe", str(observe), "after, before")])
    return observe == "after"


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
