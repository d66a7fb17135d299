"""A case in more people than memory holds: block by block, each forgotten but for its endpoints and counts of levels.

The folder ``people.zarr`` holds every person's endpoints, and in one file beside them what is finished: which blocks,
and how often each level occurred at each time. That file is replaced as a whole every half minute. Whatever stops a
run, a block that is not listed there is computed again.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ketum import __version__, simulate
from ketum.bands import RELATIVE_ERROR, Bands
from ketum.case import Case
from ketum.engine.integrate import settings
from ketum.engine.stream import GOES_ON, consolidate, digest, occupied, refuse_other_inputs, writing
from ketum.engine.work import results
from ketum.errors import OutputError, Problem, SolveError, StoppedError
from ketum.intake import intakes
from ketum.people import LAYERS, Stream
from ketum.pharmacology import ALKALOIDS
from ketum.pharmacology.tables import Array
from ketum.simulate import MOST_FOR_SHARES, Found, Run, crowd, horizon
from ketum.trials import model

MANY = 20_000
"""People from which a run is not held in memory."""
STORE = "people.zarr"
BLOCK = 1000
"""People who are computed together; a multiple of four."""
PER_FILE = 10
"""Blocks in one file of the store."""
SAVED_EVERY_S = 30.0
PROGRESS = "progress.npz"
PROBE = 8


@dataclass(frozen=True, eq=False)
class Block:
    """People with consecutive numbers, as they are sent to a worker."""

    case: Case
    seed: int
    number: int
    first: int
    people: int
    days: float | None


@dataclass(frozen=True, eq=False)
class Finished:
    """A block's levels (alkaloid, people, times) in ng/mL at some times, and its endpoints."""

    times: Array
    levels: npt.NDArray[np.float32]
    found: Found


def solve_block(block: Block) -> Finished:
    """Draw and integrate a block. Runs in a worker."""
    end_h, dose_times = horizon(block.case, block.days)
    everyone = crowd(block.case, Stream(block.seed, block.people, first=block.first))
    return Finished(*simulate._solved(everyone, dose_times, end_h, None, lambda _: None))


def simulate_many(
    case: Case,
    store: Path,
    *,
    number: int,
    days: float | None = None,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Simulate a case in any number of people.

    Parameters
    ----------
    store
        Folder for their endpoints. Where a run into it was stopped, the same call computes only what is missing.
    case, number, days, seed, workers, executor, progress
        As for `ketum.simulate.simulate`, and with the same numbers. Levels are not kept.

    Returns
    -------
    Run
        Its tree holds ``bands`` and ``summary``. Quantiles of endpoints are exact, those of levels within
        `ketum.bands.RELATIVE_ERROR`.

    Raises
    ------
    OutputError
        Where the store cannot be written, or was begun with something else.
    StoppedError
        At Ctrl-C.
    """
    end_h, dose_times = horizon(case, days)
    probe = solve_block(Block(case, seed, 0, 0, PROBE, days))
    made_from = _made_from(case, number, end_h, seed)
    ledger = (Ledger.resume if occupied(store) else Ledger.create)(store, number, made_from, probe)
    extra = min(number, MOST_FOR_SHARES)
    done = simulate._counter(progress, number + len(LAYERS) * extra)
    done(ledger.people_done)
    with simulate._workers(executor, workers, number * max(dose_times.size, 1)) as executor:
        try:
            for block, finished in results(solve_block, _blocks(case, seed, days, ledger), executor):
                ledger.add(block, finished)
                done(block.people)
            ledger.save()
            shares = simulate._shares(case, ledger.found(extra), extra, seed, dose_times, end_h, executor, done)
        except (SolveError, OutputError):
            with suppress(OutputError):  # on a full disk there may still be room for this
                ledger.save()
            raise
        except KeyboardInterrupt as stop:
            ledger.save()
            raise StoppedError(f"{ledger.people_done} of {number} people are in {store}; {GOES_ON}") from stop
    tree = _tree(case, ledger, probe, shares, seed)
    return Run(case, intakes(case, Stream(seed, number)), end_h, dose_times, tree)


def _blocks(case: Case, seed: int, days: float | None, ledger: Ledger) -> Iterator[Block]:
    for number in range(-(-ledger.people // ledger.block)):
        if number not in ledger.done:
            yield Block(case, seed, number, number * ledger.block, ledger.size(number), days)


def _made_from(case: Case, number: int, end_h: float, seed: int) -> dict[str, str]:
    """Sum up everything that the numbers depend on, by what a person would call it."""
    few = crowd(case, Stream(0, PROBE))
    return {
        "case": digest(case.model_dump_json()),
        "number of people": str(number),
        "length of the run": repr(end_h),
        "seed": str(seed),
        "model": model().system.sha256,
        "parameters or products": digest([dict(few.own), *(dict(intake.mg) for intake in few.taken)]),
        "version of ketum or of its integrator": repr((__version__, settings())),
    }


@dataclass(eq=False)
class Ledger:
    """What is finished of a run.

    Parameters
    ----------
    path
        The store's folder.
    people, block
        How many people, and how many of them in a block.
    made_from
        What the numbers depend on.
    bands
        Counts of levels of all people in finished blocks.
    done
        Numbers of these blocks.
    """

    path: Path
    people: int
    block: int
    made_from: Mapping[str, str]
    bands: Bands
    done: set[int]
    saved: float = 0.0

    @classmethod
    def create(cls, path: Path, people: int, made_from: Mapping[str, str], probe: Finished) -> Ledger:
        """Lay out an empty store; it appears whole or not at all."""
        beside = path.with_name(f".{path.name}.new")
        bands = Bands((len(ALKALOIDS), probe.times.size))
        with writing(path):
            path.parent.mkdir(exist_ok=True)
            shutil.rmtree(beside, ignore_errors=True)
            _lay_out(beside, people, list(probe.found[ALKALOIDS[0].code]))
            cls(beside, people, BLOCK, made_from, bands, set()).save()
            beside.replace(path)
        return cls(path, people, BLOCK, made_from, bands, set(), time.monotonic())

    @classmethod
    def resume(cls, path: Path, people: int, made_from: Mapping[str, str], probe: Finished) -> Ledger:
        """Open a store that was begun, after making sure that it was made from the same."""
        try:
            with np.load(path / PROGRESS) as file:
                header, done, counts = json.loads(str(file["header"])), file["done"], file["counts"]
            block, theirs = int(header["block"]), dict(header["made_from"])
        except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile) as error:
            problem = Problem("", "there is something here that is not a store of people", cure="choose another name")
            raise OutputError(str(path), [problem]) from error
        refuse_other_inputs(path, theirs, made_from)
        bands = Bands((len(ALKALOIDS), probe.times.size), counts)
        return cls(path, people, block, made_from, bands, set(done.tolist()), time.monotonic())

    @property
    def people_done(self) -> int:
        """How many people are in finished blocks."""
        return sum(map(self.size, self.done))

    def size(self, number: int) -> int:
        """Say how many people are in a block."""
        return min(self.block, self.people - number * self.block)

    @cached_property
    def group(self) -> Any:
        """The Zarr group of the endpoints."""
        import zarr

        return zarr.open_group(self.path / "endpoints", mode="r+", use_consolidated=False)

    def add(self, block: Block, finished: Finished) -> None:
        """Write a block's endpoints, and count its levels."""
        rows = slice(block.first, block.first + block.people)
        with writing(self.path):
            for quantity in finished.found[ALKALOIDS[0].code]:
                self.group[quantity][:, rows] = np.array([finished.found[a.code][quantity] for a in ALKALOIDS])
        self.bands.add(finished.levels.transpose(1, 0, 2))
        self.done.add(block.number)
        if time.monotonic() - self.saved > SAVED_EVERY_S:
            self.save()

    def save(self) -> None:
        """Say what is finished; from now on it counts."""
        header = json.dumps({"block": self.block, "made_from": dict(self.made_from)})
        beside = self.path / f".{PROGRESS}"
        with writing(self.path):
            try:
                with beside.open("wb") as file:
                    np.savez_compressed(file, header=header, done=sorted(self.done), counts=self.bands.counts)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self.path / PROGRESS)
            except OSError:
                beside.unlink(missing_ok=True)
                raise
        self.saved = time.monotonic()

    def found(self, people: int) -> Found:
        """Read the endpoints of the first people."""
        return {a.code: {q: self.group[q][i, :people] for q in self.quantities} for i, a in enumerate(ALKALOIDS)}

    @property
    def quantities(self) -> list[str]:
        """Names of the endpoints."""
        return list(self.group.attrs["quantities"])


def _lay_out(path: Path, people: int, quantities: list[str]) -> None:
    import zarr

    path.mkdir(parents=True)
    root = zarr.create_group(path, zarr_format=3)
    group = root.create_group("endpoints", attributes={"quantities": quantities})
    shape = (len(ALKALOIDS), people)
    for quantity in quantities:
        group.create_array(
            quantity,
            shape=shape,
            chunks=(shape[0], min(people, BLOCK * PER_FILE)),
            dtype="float64",
            fill_value=np.nan,
            dimension_names=("alkaloid", "subject"),
            attributes={"units": simulate.unit_of(quantity)},
        )
    names = group.create_array("alkaloid", shape=shape[:1], dtype="string", dimension_names=("alkaloid",))
    names[:] = np.array([a.name for a in ALKALOIDS], dtype=object)
    consolidate(path)


def _tree(case: Case, ledger: Ledger, probe: Finished, shares: Mapping[str, Found], seed: int) -> Any:
    import xarray as xr

    # One quantity at a time: all of them together are too many.
    each = [simulate._quantiles(ledger.group[quantity][:], simulate.AT) for quantity in ledger.quantities]
    summary = simulate._summary(np.stack(each, axis=-1), ledger.quantities, shares)
    bands = simulate._bands(probe.times, ledger.bands.quantiles(simulate.BANDS_AT))
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=simulate._attributes(case, ledger.people, seed)),
            "/bands": bands.assign_attrs(relative_error=RELATIVE_ERROR),
            "/summary": summary,
        }
    )
