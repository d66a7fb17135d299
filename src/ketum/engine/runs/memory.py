"""Runs whose results are held in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.runs.job import RESIDUAL, Job, Part, attributes, label, solve_part
from ketum.engine.runs.shared import Room, room
from ketum.engine.runs.work import Workers, results
from ketum.engine.solve.solved import SolvedChunk

if TYPE_CHECKING:
    import xarray as xr


def solve_here(job: Job, workers: Workers) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve everybody; the results, and who failed with what is known of the reason.

    Parameters
    ----------
    job
        What is solved.
    workers
        Who solves it.
    """
    residual, shape = np.zeros(job.subjects), (len(job.outputs), job.subjects, job.grid.times.size)
    failed: dict[int, str] = {}
    with room(shape, workers.executor) as (values, shared):
        for part, solved in results(partial(_solve_into, shared), job.parts(workers.chunk), workers.executor):
            people = part.records.people
            residual[people] = solved.residual
            if solved.values.size:
                values[:, people] = solved.values
            failed |= solved.failures(people)
            workers.tell(people.size)
    failed = dict(sorted(failed.items()))
    return _dataset(job, values, residual, list(failed)), failed


def _solve_into(shared: Room | None, part: Part) -> SolvedChunk:
    """Integrate one chunk, and leave the values in memory that is shared with the caller where there is some."""
    solved = solve_part(part)
    if shared is not None and shared.put(part.records.people, solved.values):
        return replace(solved, values=solved.values[:, :0])
    return solved


def _dataset(job: Job, values: Array, residual: Array, failed: list[int]) -> xr.Dataset:
    import xarray as xr

    system = job.source.system
    variables: dict[str, Any] = {
        label(name): (("subject", "time"), values[i], {"units": system.units.get(name, "")})
        for i, name in enumerate(job.outputs)
    }
    if job.steady:
        variables[RESIDUAL] = ("subject", residual)
    return xr.Dataset(
        variables,
        coords={"subject": np.arange(job.subjects), "time": job.grid.times},
        attrs=attributes(job, failed),
    )
