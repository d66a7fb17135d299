"""A run as plain data, checked; its parts, as they are sent to workers; and what a worker does with one."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.covariates import CovariateCourse, changing, in_rates
from ketum.engine.doses.dose_sensitivity import checked, with_moved_doses
from ketum.engine.doses.plans import plan
from ketum.engine.doses.records import Dosing, Plan, Records
from ketum.engine.equations.sensitivity import output_name, unmoved
from ketum.engine.equations.source import ModelSource
from ketum.engine.equations.system import System
from ketum.engine.solve.integrate import compile_system, settings
from ketum.engine.solve.pruning import needed, onto, reduced
from ketum.engine.solve.remembered import remembered
from ketum.engine.solve.scaling import Tolerances
from ketum.engine.solve.solved import Runner, SolvedChunk
from ketum.engine.solve.timeline import Grid

RESIDUAL = "steady_state_residual"


@dataclass(frozen=True, eq=False)
class Job:
    """Everything that a run needs, checked."""

    source: ModelSource
    grid: Grid
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    records: tuple[Records, ...]
    dosing: Mapping[int, Dosing]
    subjects: int
    tolerances: Tolerances
    courses: tuple[CovariateCourse, ...] = ()

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The states that are integrated: those that the outputs depend on, or a steady state is asked for."""
        system = self.source.system
        held = {system.states[target] for each in self.records for target in each.target[each.ss > 0]}
        return needed(system, [*self.outputs, *held])

    def with_sensitivities(self, names: tuple[str, ...]) -> Job:
        """Ask for the derivatives of all outputs too."""
        found = checked(self.source.system, names, self.outputs, self.records, self.dosing)
        further = tuple(output_name(output, name) for output in self.outputs for name in names)
        return replace(self, source=replace(self.source, sensitivities=found), outputs=self.outputs + further)

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
            source=self.source,
            grid=self.grid,
            parameters=own,
            outputs=self.outputs,
            records=records,
            dosing=self.dosing,
            tolerances=self.tolerances,
            states=self.states,
            courses=courses,
        )


@dataclass(frozen=True, eq=False)
class Part:
    """One chunk of people, as it is sent to a worker."""

    source: ModelSource
    grid: Grid
    parameters: Mapping[str, Array]
    outputs: tuple[str, ...]
    records: Records
    dosing: Mapping[int, Dosing]
    tolerances: Tolerances
    states: tuple[str, ...]
    courses: tuple[CovariateCourse, ...] = ()


def solve_part(part: Part) -> SolvedChunk:
    """Integrate one chunk. Runs in a worker."""
    people = part.records.people.size
    whole = part.source.system
    system = reduced(changing(whole, part.courses), part.states)
    used = in_rates(system) if part.courses else set()
    settable = {name: number for number, name in enumerate(system.constants) if name in used}

    def planned(parameters: Mapping[str, Array]) -> Plan:
        return plan(part.records, part.dosing, parameters, part.courses, settable)

    start = {name: column for course in part.courses for name, column in course.held(0.0).items()}
    given = {name: np.broadcast_to(column, people) for name, column in {**part.parameters, **start}.items()}
    actions = planned(part.parameters)
    if part.source.sensitivities:
        given |= unmoved(whole, given, people)
        actions = with_moved_doses(planned, part.parameters, part.source.sensitivities, whole.states)
    actions = onto(actions, whole, part.states)
    courses = {name: column for course in part.courses for name, column in course.at(part.grid.times).items()}
    integrator = _integrator(part.source, system, part.tolerances, actions.infused)
    return integrator.run(actions, part.grid, given, part.outputs, courses)


_compiled = threading.local()


def _integrator(source: ModelSource, system: System, tolerances: Tolerances, infused: tuple[int, ...]) -> Runner:
    """Compile once in each process and thread: an integrator's state is scratch space that two cannot share."""
    known: dict[str, Runner] = _compiled.__dict__
    changing_names, states = sorted(system.varying), system.states
    exact = f"{tolerances.rtol!r}/{tolerances.atol!r}"
    key = f"{system.sha256}/{source.sensitivities}/{exact}/{infused}/{changing_names}/{states}"
    if key not in known:
        with remembered(key):
            known[key] = compile_system(system, tolerances, infused)
    return known[key]


def attributes(job: Job, failed: list[int]) -> dict[str, Any]:
    """Collect what a result says of itself."""
    interpolation = [f"{name} {course.interpolation}" for course in job.courses for name in course.names]
    return {
        "model": job.source.system.name,
        "model_sha256": job.source.system.sha256,
        "rtol": job.tolerances.rtol,
        "atol": job.tolerances.atol,
        **({"interpolation": ", ".join(interpolation)} if interpolation else {}),
        "failed": failed,
        **settings(),
    }


def label(output: str) -> str:
    """Say how an output is called in the result; an id that is also a dimension's name gets an underscore."""
    return f"{output}_" if output in ("subject", "time") else output
