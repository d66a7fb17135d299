"""Large runs, written to a Zarr store block by block of people, so that memory stays bounded and nothing is lost.

A store is a folder that xarray and Zarr read without ketum. Beside the arrays it holds a journal: its first line says
what the store was made from, and every further line that a block of people is finished. The line is written after the
block's numbers. Whatever stops a run, a block without its line is computed again, and one with it never.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Records
from ketum.engine.runs.digests import digests, refuse_other_inputs
from ketum.engine.runs.job import RESIDUAL, Job, Part, attributes, label, solve_part
from ketum.engine.runs.work import results
from ketum.errors import OutputError, Problem

if TYPE_CHECKING:
    import xarray as xr

JOURNAL = "journal.jsonl"
UNFINISHED = "unfinished"
"""Attribute of a store that still lacks people; their numbers read as NaN."""
GOES_ON = "what is finished stays there, and the same call goes on from it"


def solve_into(
    job: Job, path: Path, executor: Executor | None, chunk: int, progress: Callable[[int], None] | None
) -> tuple[xr.Dataset, dict[int, str]]:
    """Solve a job into a store, or finish one that was begun.

    Parameters
    ----------
    job
        What is solved.
    path
        The store's folder.
    executor, chunk, progress
        See `ketum.engine.Model.solve`. A store that was begun keeps its own `chunk`.

    Returns
    -------
    tuple
        The store, opened and not loaded; and who failed, with what is known of the reason.

    Raises
    ------
    OutputError
        Where the store cannot be written, or was made from something else.
    """
    store = Store.resume(path, job) if occupied(path) else Store.create(path, job, chunk)
    if progress is not None and store.people_done:
        progress(store.people_done)
    for block, finished in results(solve_block, blocks(job, store.chunk, set(store.done)), executor):
        store.write(block, finished)
        if progress is not None:
            progress(block.people)
    failed = dict(sorted((person, why) for lost in store.done.values() for person, why in lost.items()))
    store.seal(list(failed))
    return store.dataset(), failed


@dataclass(frozen=True, eq=False)
class Block:
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


def blocks(job: Job, chunk: int, done: Collection[int]) -> Iterator[Block]:
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
            yield Block(number, start, min(chunk, job.subjects - start), parts)


def solve_block(block: Block) -> Finished:
    """Integrate a block. Runs in a worker."""
    first = block.parts[0]
    values = np.empty((len(first.outputs), block.people, first.times.size))
    residual = np.zeros(block.people)
    failed: dict[int, str] = {}
    for part in block.parts:
        solved = solve_part(part)
        rows = part.records.people - block.start
        values[:, rows], residual[rows] = solved.values, solved.residual
        failed |= solved.failures(part.records.people)
    return Finished(values, residual, failed)


@dataclass(frozen=True, eq=False)
class Store:
    """A store that is being filled.

    Parameters
    ----------
    path
        Its folder.
    job
        What it is made from.
    chunk
        People in a block.
    done
        Finished blocks, each with the people who failed in it.
    """

    path: Path
    job: Job
    chunk: int
    done: dict[int, dict[int, str]]

    @classmethod
    def create(cls, path: Path, job: Job, chunk: int) -> Store:
        """Lay out an empty store; it appears whole or not at all."""
        beside = path.with_name(f".{path.name}.new")
        with writing(path):
            clear(beside)
            _lay_out(beside, job, chunk)
            header = {"made_from": digests(job), "chunk": chunk}
            (beside / JOURNAL).write_text(json.dumps(header) + "\n", encoding="utf-8")
            beside.replace(path)
        return cls(path, job, chunk, {})

    @classmethod
    def resume(cls, path: Path, job: Job) -> Store:
        """Open a store that was begun, after making sure that it was made from the same."""
        journal = path / JOURNAL
        try:
            written = journal.read_bytes()
            header, *lines = [json.loads(line) for line in written[: written.rfind(b"\n") + 1].splitlines()]
            made_from, chunk = dict(header["made_from"]), int(header["chunk"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            problem = Problem("", "there is something here that is not a store of results", cure="choose another name")
            raise OutputError(str(path), [problem]) from error
        refuse_other_inputs(path, made_from, digests(job))
        with writing(path):
            os.truncate(journal, written.rfind(b"\n") + 1)  # a line that was cut off would spoil the next
        done = {line["block"]: {int(person): why for person, why in line["failed"].items()} for line in lines}
        return cls(path, job, chunk, done)

    @property
    def people_done(self) -> int:
        """How many people are in finished blocks."""
        return sum(min(self.chunk, self.job.subjects - number * self.chunk) for number in self.done)

    @cached_property
    def group(self) -> Any:
        """The Zarr group."""
        import zarr

        return zarr.open_group(self.path, mode="r+", use_consolidated=False)

    def write(self, block: Block, finished: Finished) -> None:
        """Write a block, then say in the journal that it is there."""
        rows = slice(block.start, block.start + block.people)
        with writing(self.path):
            for name, values in zip(self.job.outputs, finished.values, strict=True):
                self.group[label(name)][rows] = values
            if self.job.steady:
                self.group[RESIDUAL][rows] = finished.residual
            with (self.path / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(json.dumps({"block": block.number, "failed": finished.failed}) + "\n")
        self.done[block.number] = finished.failed

    def seal(self, failed: list[int]) -> None:
        """Say in the attributes that nobody is lacking, and who failed."""
        if UNFINISHED in self.group.attrs:
            with writing(self.path):
                self.group.attrs.put(attributes(self.job, failed))
                consolidate(self.path)

    def dataset(self) -> xr.Dataset:
        """Open the results as they were written."""
        import xarray as xr

        opened: xr.Dataset = xr.open_zarr(self.path, chunks=None, decode_cf=False, consolidated=True)
        return opened[[*map(label, self.job.outputs), *([RESIDUAL] if self.job.steady else [])]]


def clear(folder: Path) -> None:
    """Remove what a run that failed has left, which its last threads may be writing to still."""
    for wait_s in (0.0, *(0.05,) * 40):
        time.sleep(wait_s)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _lay_out(path: Path, job: Job, chunk: int) -> None:
    import zarr

    path.mkdir(parents=True)
    group = zarr.create_group(path, zarr_format=3, attributes={**attributes(job, []), UNFINISHED: True})
    people, times = (job.subjects, min(chunk, job.subjects)), (job.times.size, job.times.size)
    for name in job.outputs:
        group.create_array(
            label(name),
            shape=(people[0], times[0]),
            chunks=(people[1], times[1]),
            dtype="float64",
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
            fill_value=np.nan,
            dimension_names=("subject",),
        )
    for name, column in (("subject", np.arange(job.subjects)), ("time", job.times)):
        group.create_array(name, data=column, chunks=column.shape, dimension_names=(name,))
    consolidate(path)


def consolidate(path: Path) -> None:
    """Gather what readers need to open the store in one file, so that they need not list the folder."""
    import zarr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this is not part of Zarr's own specification yet; every reader knows it
        zarr.consolidate_metadata(path, zarr_format=3)


def occupied(path: Path) -> bool:
    """Tell whether there is something at a path, other than an empty folder."""
    return path.exists() and not (path.is_dir() and not any(path.iterdir()))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in words that a disk is full or a folder closed."""
    try:
        yield
    except OSError as error:
        problem = Problem("", f"cannot be written: {error.strerror or error}", cure=f"make room there; {GOES_ON}")
        raise OutputError(str(path), [problem]) from error
