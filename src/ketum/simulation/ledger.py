"""The books of a run of many people: what is finished, each person's endpoints, and how often each level occurred.

Every person's endpoints stand in a store (`ketum.engine.runs.store`), and in one file beside them the counts of levels
and whose these are. That file is replaced as a whole every half minute. Whatever stops a run or spoils a file, a block
whose endpoints are lost, or that is not counted, is computed again, and counted once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.case import Case
from ketum.engine.runs.files import compressor, consolidate, writing
from ketum.engine.runs.store import Store, opened
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.bands import Bands
from ketum.simulation.endpoints import Endpoints
from ketum.simulation.solving import Solved, stacked

if TYPE_CHECKING:
    import xarray as xr

BLOCK = 1000
"""People who are computed together; a multiple of four."""
PER_FILE = 10
"""Blocks in one file of the store."""
SAVED_EVERY_S = 30.0
PROGRESS = "progress.npz"
ENDPOINTS, EFFECTS = "endpoints", "effects"
"""Groups of the store."""


@dataclass(frozen=True, eq=False)
class Block:
    """People with consecutive numbers, as they are sent to a worker."""

    case: Case
    seed: int
    number: int
    first: int
    people: int
    days: float | None


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
    def opened(cls, path: Path, people: int, made_from: Mapping[str, str], probe: Solved) -> Iterator[Ledger]:
        """Open a store, or make one, for as long as a run writes into it; see `ketum.engine.runs.store.opened`."""
        laid_out = partial(_lay_out, people=people, endpoints=probe.endpoints)
        with opened(path, "a store of people", made_from, laid_out, people=people, axis=-1, block=BLOCK) as store:
            yield cls(store, *_counts(store, stacked(probe.curves)[:, 0].shape))

    @property
    def done(self) -> set[int]:
        """Blocks whose endpoints are there and whose levels are counted."""
        return self.counted & self.store.notes.keys()

    @property
    def people_done(self) -> int:
        """How many people are in finished blocks."""
        return sum(map(self.store.size, self.done))

    def add(self, block: Block, finished: Solved) -> None:
        """Write a block's endpoints, and count its levels."""
        self.fresh = True
        self.store.write(
            block.number, {place: values.to_numpy() for place, values in _placed(finished.endpoints).items()}
        )
        if block.number not in self.counted:  # else only its endpoints were lost
            self.bands.add(stacked(finished.curves).transpose(1, 0, 2))
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

    def endpoints(self, probe: Solved, people: int) -> Endpoints:
        """Read the endpoints of the first people, labelled as a probe's."""
        coords = {"subject": np.arange(people)}
        of_exposure = _like(probe.endpoints.exposure, partial(self.read, people=people), ENDPOINTS)
        of_effects = _like(probe.endpoints.effects, partial(self.read, people=people), EFFECTS)
        return Endpoints(of_exposure.assign_coords(coords), of_effects.assign_coords(coords))

    def effects(self, probe: Solved) -> xr.Dataset:
        """Read everybody's effects."""
        return _like(probe.endpoints.effects, self.read, EFFECTS)


def _like(model: xr.Dataset, read: Callable[[str], Array], group: str) -> xr.Dataset:
    """Read the arrays of a group, with the dimensions and units of a dataset of other people."""
    arrays = {name: (values.dims, read(f"{group}/{name}"), values.attrs) for name, values in model.items()}
    return model.drop_dims("subject").assign(arrays)


def _counts(store: Store, shape: tuple[int, ...]) -> tuple[Bands, set[int]]:
    """Read the counts of levels, and of which blocks; none where they are not what was written."""
    try:
        with np.load(store.path / PROGRESS) as file:
            counted, bands = set(file["done"].tolist()), Bands(shape, file["counts"])
    except Exception:  # not there yet, half of it, or whatever a flipped bit makes of an archive
        return Bands(shape), set()
    people = sum(map(store.size, counted))
    return (bands, counted) if (bands.counts.sum(axis=1) == people).all() else (Bands(shape), set())


def _placed(endpoints: Endpoints) -> dict[str, xr.DataArray]:
    """Lay endpoints out as they stand in the store, dims (..., subject)."""
    return {f"{ENDPOINTS}/{name}": values for name, values in endpoints.exposure.items()} | {
        f"{EFFECTS}/{name}": values for name, values in endpoints.effects.items()
    }


def _lay_out(path: Path, people: int, endpoints: Endpoints) -> None:
    import zarr

    root = zarr.create_group(path, zarr_format=3)
    for place, values in _placed(endpoints).items():
        group, quantity = place.split("/")
        root.require_group(group).create_array(
            quantity,
            shape=(*values.shape[:-1], people),
            chunks=(*values.shape[:-1], min(people, BLOCK * PER_FILE)),
            dtype="float64",
            compressors=compressor(),
            fill_value=np.nan,
            dimension_names=list(map(str, values.dims)),
            attributes=values.attrs,
        )
    names = root.require_group(ENDPOINTS).create_array(
        "alkaloid", shape=(len(ALKALOIDS),), dtype="string", dimension_names=("alkaloid",)
    )
    names[:] = np.array([a.name for a in ALKALOIDS], dtype=object)
    consolidate(path)
