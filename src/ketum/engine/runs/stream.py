"""Large runs, written to a Zarr store block by block of people, so that memory stays bounded and nothing is lost.

A store is a folder that xarray and Zarr read without ketum; see `ketum.engine.runs.store`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Records
from ketum.engine.runs.digests import digests
from ketum.engine.runs.files import compressor, consolidate
from ketum.engine.runs.job import RESIDUAL, Job, Part, attributes, label, solve_part
from ketum.engine.runs.store import opened
from ketum.engine.runs.work import Workers, results

if TYPE_CHECKING:
    import xarray as xr

UNFINISHED = "unfinished"
"""Attribute of a store that still lacks people; their numbers read as NaN."""


def solve_into(job: Job, path: Path, workers: Workers) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve a job into a store, or finish one that was begun.

    Parameters
    ----------
    job
        What is solved.
    path
        The store's folder.
    workers
        Who solves it. A store that was begun keeps its own size of chunks.

    Returns
    -------
    tuple
        The store, opened and not loaded; and who failed, with what is known of the reason.

    Raises
    ------
    OutputError
        Where the store cannot be written, or was made from something else.
    """
    block, laid_out = workers.chunk, partial(_lay_out, job=job, chunk=workers.chunk)
    with opened(path, "a store of results", digests(job), laid_out, people=job.subjects, axis=0, block=block) as store:
        if store.people_done:
            workers.tell(store.people_done)
        for task, finished in results(solve_block, blocks(job, store.block, set(store.notes)), workers.executor):
            store.write(task.number, _named(job, finished), {"failed": finished.failed})
            workers.tell(task.people)
        lost = [pair for note in store.notes.values() for pair in note["failed"].items()]
        failed = dict(sorted((int(person), why) for person, why in lost))
        store.seal(attributes(job, list(failed)))
    return _dataset(path, job), failed


@dataclass(frozen=True, eq=False)
class BlockTask:
    """People with consecutive numbers, who lie in one piece of the store.

    Parameters
    ----------
    number
        Of the block.
    start, people
        First person, and how many.
    parts
        The same people by the shape of their dose tables.
    """

    number: int
    start: int
    people: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Finished:
    """A block's outputs (outputs, people, times), residual (people,), and the people who failed, with the reason."""

    values: Array
    residual: Array
    failed: dict[int, str]


def blocks(job: Job, chunk: int, done: Collection[int]) -> Iterator[BlockTask]:
    """Cut people into blocks, one at a time, leaving out those that are done."""
    shapes: list[list[tuple[Records, slice]]] = [[] for _ in range(0, job.subjects, chunk)]
    for records in job.records:
        numbers, starts = np.unique(records.people // chunk, return_index=True)
        for number, start, stop in zip(numbers, starts, [*starts[1:], records.people.size], strict=True):
            shapes[number].append((records, slice(start, stop)))
    for number, own in enumerate(shapes):
        if number not in done:
            start = number * chunk
            parts = tuple(job.part(records.take(rows)) for records, rows in own)
            yield BlockTask(number, start, min(chunk, job.subjects - start), parts)


def solve_block(block: BlockTask) -> Finished:
    """Integrate a block. Runs in a worker."""
    first = block.parts[0]
    values = np.empty((len(first.outputs), block.people, first.grid.times.size))
    residual = np.zeros(block.people)
    failed: dict[int, str] = {}
    for part in block.parts:
        solved = solve_part(part)
        rows = part.records.people - block.start
        values[:, rows], residual[rows] = solved.values, solved.residual
        failed |= solved.failures(part.records.people)
    return Finished(values, residual, failed)


def _named(job: Job, finished: Finished) -> dict[str, Array]:
    named = dict(zip(map(label, job.outputs), finished.values, strict=True))
    return named | ({RESIDUAL: finished.residual} if job.steady else {})


def _dataset(path: Path, job: Job) -> xr.Dataset:
    """Open the results as they were written."""
    import xarray as xr

    found: xr.Dataset = xr.open_zarr(path, chunks=None, decode_cf=False, consolidated=True)
    return found[[*map(label, job.outputs), *([RESIDUAL] if job.steady else [])]]


def _lay_out(path: Path, job: Job, chunk: int) -> None:
    import zarr

    path.mkdir(parents=True)
    group = zarr.create_group(path, zarr_format=3, attributes={**attributes(job, []), UNFINISHED: True})
    moments = job.grid.times
    people, times = (job.subjects, min(chunk, job.subjects)), (moments.size, moments.size)
    for name in job.outputs:
        group.create_array(
            label(name),
            shape=(people[0], times[0]),
            chunks=(people[1], times[1]),
            dtype="float64",
            compressors=compressor(),
            fill_value=np.nan,
            dimension_names=("subject", "time"),
            attributes={"units": job.source.system.units.get(name, "")},
        )
    if job.steady:
        group.create_array(
            RESIDUAL,
            shape=people[:1],
            chunks=people[1:],
            dtype="float64",
            compressors=compressor(),
            fill_value=np.nan,
            dimension_names=("subject",),
        )
    for name, column in (("subject", np.arange(job.subjects)), ("time", moments)):
        group.create_array(name, data=column, chunks=column.shape, dimension_names=(name,))
    consolidate(path)
