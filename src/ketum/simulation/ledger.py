"""The books of a run of many people: what is finished, each person's endpoints, and how often each level occurred.

The folder holds every person's endpoints as Zarr arrays, and in one file beside them which blocks of people are
finished and the counts of levels. That file is replaced as a whole every half minute. Whatever stops a run, a block
that is not listed there is computed again.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.case import Case
from ketum.engine.runs.digests import refuse_other_inputs
from ketum.engine.runs.stream import clear, consolidate, writing
from ketum.errors import OutputError, Problem
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
        bands = Bands(_shape(probe))
        with writing(path):
            path.parent.mkdir(exist_ok=True)
            clear(beside)
            _lay_out(beside, people, probe.found)
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
        bands = Bands(_shape(probe), counts)
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
        """The Zarr group."""
        import zarr

        return zarr.open_group(self.path, mode="r+", use_consolidated=False)

    def add(self, block: Block, finished: Finished) -> None:
        """Write a block's endpoints, and count its levels."""
        rows = slice(block.first, block.first + block.people)
        with writing(self.path):
            for place, values in _placed(finished.found).items():
                self.group[place][..., rows] = values
        self.bands.add(finished.curves.transpose(1, 0, 2))
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

    def read(self, place: str, people: int | None = None) -> Array:
        """Read what stands at a place of the store, of the first people or of all."""
        return np.asarray(self.group[place][..., :people])

    def found(self, probe: Finished, people: int) -> Found:
        """Read the endpoints of the first people, in the shape of a probe's."""
        codes = [a.code for a in ALKALOIDS]
        found: Found = {kind: {} for kind in probe.found}
        for place in _placed(probe.found):
            (kind, quantity), values = place.split("/"), self.read(place, people)
            for code, row in zip(codes, values, strict=True) if kind == ENDPOINTS else [(kind, values)]:
                found[code][quantity] = row
        return found


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

    path.mkdir(parents=True)
    root = zarr.create_group(path, zarr_format=3)
    for place, values in _placed(found).items():
        kind, quantity = place.split("/")
        dimensions = ("alkaloid", "subject") if kind == ENDPOINTS else ("subject",)
        root.require_group(kind).create_array(
            quantity,
            shape=(*values.shape[:-1], people),
            chunks=(*values.shape[:-1], min(people, BLOCK * PER_FILE)),
            dtype="float64",
            fill_value=np.nan,
            dimension_names=dimensions,
            attributes={"units": unit_of(quantity)} if kind == ENDPOINTS else {},
        )
    names = root.require_group(ENDPOINTS).create_array(
        "alkaloid", shape=(len(ALKALOIDS),), dtype="string", dimension_names=("alkaloid",)
    )
    names[:] = np.array([a.name for a in ALKALOIDS], dtype=object)
    consolidate(path)
