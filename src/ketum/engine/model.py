"""The engine's face: a model from a file, solved for a table of people and an event table of doses."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ketum.engine.covariates import Course, Covariates, changing, in_rates
from ketum.engine.covariates import read as read_courses
from ketum.engine.dose_table import read
from ketum.engine.doses import Array, Dosing, Plan, Records, plan
from ketum.engine.integrate import Runner, Solved, compile_system
from ketum.engine.pruning import needed, onto, reduced
from ketum.engine.sbml import System, parse, read_text
from ketum.engine.scaling import ATOL
from ketum.engine.sensitivity import Sensitivities, checked, output_name, unmoved, with_moved_doses, with_sensitivities
from ketum.engine.shared import Room, room
from ketum.engine.ways import check as check_ways
from ketum.engine.work import results
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
Rest = tuple[
    Mapping[str, npt.ArrayLike],
    Sequence[str] | None,
    Mapping[str, Dosing],
    Covariates | Sequence[Covariates],
    str,
    float,
    float,
]
CHUNK = 256
"""People handed to a worker at once: enough to fill batches, few enough to show progress."""
RESIDUAL = "steady_state_residual"


@lru_cache(maxsize=16)
def _parsed(sbml: str, name: str, sensitivities: Sensitivities) -> System:
    """Parse once: a worker gets the model anew with every chunk of people."""
    return with_sensitivities(parse(sbml, name), sensitivities)


@dataclass(frozen=True)
class Model:
    """A model that can be solved for many people.

    Parameters
    ----------
    sbml
        The SBML text. A model is this text and nothing else, so it travels to other processes as it is.
    name
        What to call it in messages.
    sensitivities
        Parameters for which it also holds the variational equations; see `solve`.

    Examples
    --------
    >>> model = Model.from_file("theophylline.ant")                                     # doctest: +SKIP
    >>> model.solve(doses, times=[0, 1, 2], parameters={"CL": [1.1, 2.0]})              # doctest: +SKIP
    """

    sbml: str
    name: str = "model"
    sensitivities: Sensitivities = ()

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

    def __reduce__(self) -> tuple[type[Model], tuple[str, str, Sensitivities]]:
        return Model, (self.sbml, self.name, self.sensitivities)  # a worker parses and compiles for itself, once

    @cached_property
    def system(self) -> System:
        """The equations as plain data."""
        return _parsed(self.sbml, self.name, self.sensitivities)

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
            Event table, see `ketum.engine.dose_table`.
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
            ``d_C_d_CL`` is the change of C with CL. Parameters of doses count, but for the lag of a bolus, and those
            that a steady state rests on. Error control covers the derivatives.

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
        rest: Rest = (parameters or {}, outputs, dosing or {}, covariates, observe, rtol, atol)
        if times is None:
            _refuse_sensitivities(sensitivities, "without output times")
            return self._observed(doses, rest, executor, chunk, progress, store)
        if "EVID" in doses and doses["EVID"].isin([0]).any():
            warnings.warn("`times` is given, so the rows with EVID 0 are not looked at", stacklevel=2)
        job = self._job(doses, times, *rest)
        if sensitivities:
            if job.courses:
                _refuse_sensitivities(sensitivities, "of what changes in time")
            job = job.with_sensitivities(tuple(sensitivities))
        if store is None:
            solved, failed = _in_memory(job, executor, chunk, progress)
        else:
            from ketum.engine.stream import solve_into

            try:
                solved, failed = solve_into(job, Path(store), executor, chunk, progress)
            except KeyboardInterrupt as stop:
                stop.add_note(f"what is finished stays in {store}; the same call goes on from it")
                raise
        if failed:
            _warn(job, failed)
        return solved

    def _observed(
        self,
        doses: pd.DataFrame,
        rest: Rest,
        executor: Executor | None,
        chunk: int,
        progress: Callable[[int], None] | None,
        store: str | Path | None,
    ) -> xr.Dataset:
        """Answer the observations in a dose table; `rest` are `_job`'s arguments from the parameters on."""
        from ketum.engine.observed import rows_of, solve_rows, split

        if store is not None:
            problem = Problem("times", "a store needs output times", cure="give `times`, or leave `store` out")
            raise ModelError("times", [problem])
        hair, seen, rows = split(doses)
        job = self._job(doses, [0.0], *rest, hair)  # first, as it refuses what cannot be used
        job = replace(job, times=np.array([seen.max()]))
        solved, failed = solve_rows(job, rows_of(doses, seen, rows, job.subjects), executor, chunk, progress)
        if failed:
            _warn(job, failed)
        return solved

    def _job(
        self,
        doses: pd.DataFrame,
        times: Sequence[float] | Array,
        parameters: Mapping[str, npt.ArrayLike],
        outputs: Sequence[str] | None,
        dosing: Mapping[str, Dosing],
        covariates: Covariates | Sequence[Covariates],
        observe: str,
        rtol: float,
        atol: float,
        hair: Array | None = None,
    ) -> Job:
        outputs = tuple(outputs if outputs is not None else self.system.states)
        states = self.system.states
        ways = {states.index(species): how for species, how in dosing.items() if _known(species, states)}
        named = {name for how in ways.values() for name in how.names()}
        tables = [covariates] if isinstance(covariates, Covariates) else list(covariates)
        moving = {str(name) for each in tables for name in each.table.columns} - {"ID", "TIME"}
        elsewhere = moving | {str(name) for name in doses.columns}
        table = _parameter_table(self.system, parameters, named, elsewhere, moving)
        subjects = max((column.size for column in table.values()), default=1)
        courses = read_courses(tables, self.system, subjects, named, parameters.keys())
        _check_outputs(self.system, outputs)
        grid = _checked_times(times)
        after = np.full(grid.size, _is_after(observe))
        records = tuple(read(doses, states, subjects, ways, hair))
        check_ways(doses, states, ways, table, courses)
        return Job(self, grid, after, table, outputs, records, ways, subjects, rtol, atol, courses)


def _refuse_sensitivities(names: Sequence[str], why: str) -> None:
    if names:
        problems = [Problem(name, f"its sensitivity is not covered {why}", cure="leave it out") for name in names]
        raise ModelError("sensitivities", problems)


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
    atol: float
    courses: tuple[Course, ...] = ()

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The states that are integrated: those that the outputs depend on, or a steady state is asked for."""
        system = self.model.system
        held = {system.states[target] for each in self.records for target in each.target[each.ss > 0]}
        return needed(system, [*self.outputs, *held])

    def with_sensitivities(self, names: tuple[str, ...]) -> Job:
        """Ask for the derivatives of all outputs too."""
        found = checked(self.model.system, names, self.outputs, self.records, self.dosing)
        further = tuple(output_name(output, name) for output in self.outputs for name in names)
        return replace(self, model=replace(self.model, sensitivities=found), outputs=self.outputs + further)

    @property
    def steady(self) -> bool:
        """Whether anybody has a steady-state dose."""
        return any(records.ss.any() for records in self.records)

    def parts(self, chunk: int) -> Iterator[Part]:
        """Cut the people into chunks, one at a time."""
        for records in self.records:
            for start in range(0, records.people.size, chunk):
                yield self.part(records.take(slice(start, start + chunk)))

    def part(self, records: Records) -> Part:
        """Take some people out; a part carries only its own people's numbers."""
        own = {n: column if column.size == 1 else column[records.people] for n, column in self.parameters.items()}
        courses = tuple(course.take(records.people) for course in self.courses)
        return Part(
            self.model, self.times, self.after, own, self.outputs, records, self.dosing, self.rtol, self.atol,
            self.states, courses,
        )  # fmt: skip


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
    atol: float
    states: tuple[str, ...]
    courses: tuple[Course, ...] = ()


def solve_part(part: Part) -> Solved:
    """Integrate one chunk. Runs in a worker."""
    people = part.records.people.size
    whole = part.model.system
    system = reduced(changing(whole, part.courses), part.states)
    used = in_rates(system) if part.courses else set()
    settable = {name: number for number, name in enumerate(system.constants) if name in used}

    def planned(parameters: Mapping[str, Array]) -> Plan:
        return plan(part.records, part.dosing, parameters, part.courses, settable)

    start = {name: column for course in part.courses for name, column in course.held(0.0).items()}
    given = {name: np.broadcast_to(column, people) for name, column in {**part.parameters, **start}.items()}
    actions = planned(part.parameters)
    if part.model.sensitivities:
        given |= unmoved(whole, given, people)
        actions = with_moved_doses(planned, part.parameters, part.model.sensitivities, whole.states)
    actions = onto(actions, whole, part.states)
    courses = {name: column for course in part.courses for name, column in course.at(part.times).items()}
    integrator = _integrator(part.model, system, part.rtol, part.atol, actions.infused)
    return integrator.run(actions, part.times, part.after, given, part.outputs, courses)


def _solve_into(shared: Room | None, part: Part) -> Solved:
    """Integrate one chunk, and leave the values in memory that is shared with the caller where there is some."""
    solved = solve_part(part)
    if shared is not None and shared.put(part.records.people, solved.values):
        return replace(solved, values=solved.values[:, :0])
    return solved


_compiled = threading.local()


def _integrator(model: Model, system: System, rtol: float, atol: float, infused: tuple[int, ...]) -> Runner:
    """Compile once in each process and thread: an integrator's state is scratch space that two cannot share."""
    known: dict[str, Runner] = _compiled.__dict__
    changing_names, states = sorted(system.varying), system.states
    key = f"{system.sha256}/{model.sensitivities}/{rtol!r}/{atol!r}/{infused}/{changing_names}/{states}"
    if key not in known:
        known[key] = compile_system(system, rtol, atol, infused)
    return known[key]


def _in_memory(
    job: Job, executor: Executor | None, chunk: int, progress: Callable[[int], None] | None
) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve everybody; the results, and who failed with what is known of the reason."""
    residual = np.zeros(job.subjects)
    failed: dict[int, str] = {}
    with room((len(job.outputs), job.subjects, job.times.size), executor) as (values, shared):
        for part, solved in results(partial(_solve_into, shared), job.parts(chunk), executor):
            people = part.records.people
            residual[people] = solved.residual
            if solved.values.size:
                values[:, people] = solved.values
            failed |= solved.failures(people)
            if progress is not None:
                progress(people.size)
    failed = dict(sorted(failed.items()))
    return _dataset(job, values, residual, list(failed)), failed


def _warn(job: Job, failed: Mapping[int, str]) -> None:
    """Name who failed, and what to look at."""
    first = min(failed)
    own = {n: float(column[first] if column.size > 1 else column[0]) for n, column in job.parameters.items()}
    values = ", ".join(f"{name}={value:.6g}" for name, value in own.items()) or "the model's own"
    more = f" (and {len(failed) - 1} others, named in the result's attribute `failed`)" if len(failed) > 1 else ""
    warnings.warn(
        f"the integration failed for person {first}{more} of model {job.model.system.name}; their outputs are NaN\n"
        f"  parameters: {values}\n" + (failed[first] or LIKELY),
        SolveWarning,
        stacklevel=3,
    )


def _dataset(job: Job, values: Array, residual: Array, failed: list[int]) -> xr.Dataset:
    import xarray as xr

    system = job.model.system
    variables: dict[str, Any] = {
        label(name): (("subject", "time"), values[i], {"units": system.units.get(name, "")})
        for i, name in enumerate(job.outputs)
    }
    if job.steady:
        variables[RESIDUAL] = ("subject", residual)
    return xr.Dataset(
        variables,
        coords={"subject": np.arange(job.subjects), "time": job.times},
        attrs=attributes(job, failed),
    )


def attributes(job: Job, failed: list[int]) -> dict[str, Any]:
    """Collect what a result says of itself."""
    from ketum.engine.integrate import settings

    interpolation = [f"{name} {course.interpolation}" for course in job.courses for name in course.names]
    return {
        "model": job.model.system.name,
        "model_sha256": job.model.system.sha256,
        "rtol": job.rtol,
        "atol": job.atol,
        **({"interpolation": ", ".join(interpolation)} if interpolation else {}),
        "failed": failed,
        **settings(),
    }


def label(output: str) -> str:
    """Say how an output is called in the result; an id that is also a dimension's name gets an underscore."""
    return f"{output}_" if output in ("subject", "time") else output


def _parameter_table(
    system: System,
    parameters: Mapping[str, npt.ArrayLike],
    extra: set[str],
    elsewhere: set[str],
    moving: set[str],
) -> dict[str, Array]:
    """Check the given parameters; also those that only the dosing uses, which may stand in another table instead."""
    columns, problems = {}, []
    for name, given in parameters.items():
        column = np.atleast_1d(np.asarray(given, dtype=float))
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
