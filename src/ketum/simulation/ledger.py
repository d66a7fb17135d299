"""The books of a run of many people: what is finished, each person's endpoints, and how often each level occurred.

Every person's endpoints stand in a store (`ketum.engine.runs.store`), and in one file beside them the counts of levels
and whose these are. That file is replaced as a whole every half minute. Whatever stops a run or spoils a file, a block
whose endpoints are lost, or that is not counted, is computed again, and counted once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.case import Case
from ketum.engine.runs.files import compressor, consolidate, writing
from ketum.engine.runs.store import Store, opened
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.bands import Bands
from ketum.simulation.results import Found, unit_of

BLOCK = 1000
"""People who are computed together; a multiple of four."""
PER_FILE = 10
"""Blocks in one file of the store."""
SAVED_EVERY_S = 30.0
PROGRESS = "progress.npz"
ENDPOINTS = "endpoints"


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
    """A block's curves (curves, people, times), first the alkaloids' levels in ng/mL, and its endpoints."""

    times: Array
    curves: npt.NDArray[np.float32]
    found: Found


@dataclass(eq=False)
class Ledger:
    """What is finished of a run.

    Parameters
    ----------
    store
        Every person's endpoints.
    bands
        Counts of levels of all people in the blocks that are counted.
    counted
        Numbers of these blocks.
    saved, fresh
        When it was last said what is counted, and whether anything has been added.
    """

    store: Store
    bands: Bands
    counted: set[int]
    saved: float = field(default_factory=time.monotonic)
    fresh: bool = False

    @classmethod
    @contextmanager
    def opened(cls, path: Path, people: int, made_from: Mapping[str, str], probe: Finished) -> Iterator[Ledger]:
        """Open a store, or make one, for as long as a run writes into it; see `ketum.engine.runs.store.opened`."""
        laid_out = partial(_lay_out, people=people, found=probe.found)
        with opened(path, "a store of people", made_from, laid_out, people=people, axis=-1, block=BLOCK) as store:
            yield cls(store, *_counts(store, _shape(probe)))

    @property
    def done(self) -> set[int]:
        """Blocks whose endpoints are there and whose levels are counted."""
        return self.counted & self.store.notes.keys()

    @property
    def people_done(self) -> int:
        """How many people are in finished blocks."""
        return sum(map(self.store.size, self.done))

    def add(self, block: Block, finished: Finished) -> None:
        """Write a block's endpoints, and count its levels."""
        self.fresh = True
        self.store.write(block.number, _placed(finished.found))
        if block.number not in self.counted:  # else only its endpoints were lost
            self.bands.add(finished.curves.transpose(1, 0, 2))
            self.counted.add(block.number)
        if time.monotonic() - self.saved > SAVED_EVERY_S:
            self.save()

    def save(self) -> None:
        """Say whose levels are counted; from now on these count."""
        path = self.store.path
        beside = path / f".{PROGRESS}"
        with writing(path):
            try:
                with beside.open("wb") as file:
                    np.savez_compressed(file, done=sorted(self.counted), counts=self.bands.counts)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(path / PROGRESS)
            except OSError:
                beside.unlink(missing_ok=True)
                raise
        self.saved = time.monotonic()

    def finish(self) -> None:
        """Make sure that everything is on the disk, where anything is new."""
        if self.fresh:
            self.save()
            self.store.flush()
            self.fresh = False

    def read(self, place: str, people: int | None = None) -> Array:
        """Read what stands at a place of the store, of the first people or of all."""
        return np.asarray(self.store.group[place][..., :people])

    def found(self, probe: Finished, people: int) -> Found:
        """Read the endpoints of the first people, in the shape of a probe's."""
        codes = [a.code for a in ALKALOIDS]
        found: Found = {kind: {} for kind in probe.found}
        for place in _placed(probe.found):
            (kind, quantity), values = place.split("/"), self.read(place, people)
            for code, row in zip(codes, values, strict=True) if kind == ENDPOINTS else [(kind, values)]:
                found[code][quantity] = row
        return found


def _counts(store: Store, shape: tuple[int, ...]) -> tuple[Bands, set[int]]:
    """Read the counts of levels, and of which blocks; none where they are not what was written."""
    try:
        with np.load(store.path / PROGRESS) as file:
            counted, bands = set(file["done"].tolist()), Bands(shape, file["counts"])
    except Exception:  # not there yet, half of it, or whatever a flipped bit makes of an archive
        return Bands(shape), set()
    people = sum(map(store.size, counted))
    return (bands, counted) if (bands.counts.sum(axis=1) == people).all() else (Bands(shape), set())


def _shape(probe: Finished) -> tuple[int, int]:
    return probe.curves.shape[0], probe.times.size


def _placed(found: Found) -> dict[str, Array]:
    """Lay endpoints out as they stand in the store, shape (..., people): those of the alkaloids stand together."""
    codes = [a.code for a in ALKALOIDS]
    placed = {f"{ENDPOINTS}/{q}": np.array([found[code][q] for code in codes]) for q in found[codes[0]]}
    others = {f"{kind}/{q}": values for kind in found.keys() - set(codes) for q, values in found[kind].items()}
    return placed | others


def _lay_out(path: Path, people: int, found: Found) -> None:
    import zarr

    root = zarr.create_group(path, zarr_format=3)
    for place, values in _placed(found).items():
        kind, quantity = place.split("/")
        dimensions = ("alkaloid", "subject") if kind == ENDPOINTS else ("subject",)
        root.require_group(kind).create_array(
            quantity,
            shape=(*values.shape[:-1], people),
            chunks=(*values.shape[:-1], min(people, BLOCK * PER_FILE)),
            dtype="float64",
            compressors=compressor(),
            fill_value=np.nan,
            dimension_names=dimensions,
            attributes={"units": unit_of(quantity)} if kind == ENDPOINTS else {},
        )
    names = root.require_group(ENDPOINTS).create_array(
        "alkaloid", shape=(len(ALKALOIDS),), dtype="string", dimension_names=("alkaloid",)
    )
    names[:] = np.array([a.name for a in ALKALOIDS], dtype=object)
    consolidate(path)
