"""A store of blocks of people: a Zarr folder with a journal, into which one run at a time writes.

The journal's first line says what the store was made from and how its layout looked, every further line that a block is
finished and what its numbers were, as checksums. Whatever happens to the folder, a block whose numbers are not those of
its line, or whose line is lost or spoilt, is computed again; a layout that is not the one laid out is refused by name.
Nothing need be on the disk before something else for that. It is all there when `flush` returns.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np

from ketum.engine.runs.digests import refuse_other_inputs
from ketum.engine.runs.files import clear, consolidate, flush, occupied, writing
from ketum.engine.runs.journal import JOURNAL, checksum, entries, line, locked, sum_of
from ketum.errors import OutputError, Problem

ROOT = "zarr.json"
ABANDONED_S = 3600.0
"""Age of an unfinished layout from which the run that made it is taken to have been killed."""
Values = Mapping[str, np.ndarray[Any, Any]]
"""Numbers of a block by the path of their array; people are the first dimension, or the last."""


@dataclass(eq=False)
class Store:
    """A store that is being filled.

    Parameters
    ----------
    path
        Its folder.
    journal
        Its journal, open and locked for as long as the store is used.
    people, block
        How many people, and how many of them in a block.
    axis
        Where people stand in every array: 0 or -1.
    notes
        What was noted of every finished block.
    sealed
        Whether the store says that nobody is lacking.
    """

    path: Path
    journal: IO[bytes]
    people: int
    block: int
    axis: int
    notes: dict[int, dict[str, Any]]
    sealed: bool = False

    @property
    def people_done(self) -> int:
        """How many people are in finished blocks."""
        return sum(map(self.size, self.notes))

    def size(self, number: int) -> int:
        """Say how many people are in a block."""
        return min(self.block, self.people - number * self.block)

    @cached_property
    def group(self) -> Any:
        """The Zarr group."""
        import zarr

        return zarr.open_group(self.path, mode="r+", use_consolidated=False)

    def write(self, number: int, values: Values, note: Mapping[str, Any] | None = None) -> None:
        """Write a block, then say in the journal that it is there."""
        entry = {"block": number, "sums": {name: checksum(array) for name, array in values.items()}, **(note or {})}
        with writing(self.path):
            for name, array in values.items():
                self.group[name][self._rows(number, number + 1)] = array
            self.journal.write(line(entry))
            self.journal.flush()
        self.notes[number] = entry

    def flush(self) -> None:
        """Make sure that everything is on the disk."""
        with writing(self.path):
            for path in [*self.path.rglob("*"), self.path]:
                flush(path)

    def _rows(self, first: int, last: int) -> Any:
        rows = slice(first * self.block, min(last * self.block, self.people))
        return rows if self.axis == 0 else (..., rows)

    def seal(self, attributes: Mapping[str, Any]) -> None:
        """Say in the store's attributes that nobody is lacking."""
        if self.sealed:
            return
        with writing(self.path):
            self.group.attrs.put(dict(attributes))
            consolidate(self.path)
            self.flush()
            self.journal.write(line({"sealed": sum_of(self.path / ROOT)}))
            self.journal.flush()
            os.fsync(self.journal.fileno())
        self.sealed = True

    def check(self, files: Iterable[str]) -> None:
        """Forget blocks whose numbers are not what was written, and clear their place; `files` are the layout's."""
        for name in [file.removesuffix(f"/{ROOT}") for file in files if file.endswith(f"/{ROOT}")]:
            array = self.group[name]
            if getattr(array, "shape", ()) and array.shape[self.axis] == self.people:
                together = -(-array.chunks[self.axis] // self.block)
                for first in range(0, -(-self.people // self.block), together):
                    self._check(name, array, range(first, first + together))

    def _check(self, name: str, array: Any, numbers: range) -> None:
        try:
            values = np.moveaxis(np.asarray(array[self._rows(numbers.start, numbers.stop)]), self.axis, 0)
        except Exception:  # whatever a decompressor says of what it cannot read
            self._clear(name, array, numbers)
            values = None
        for number in [number for number in numbers if number in self.notes]:
            start = (number - numbers.start) * self.block
            known = self.notes[number]["sums"].get(name)
            own = None if values is None else np.moveaxis(values[start : start + self.size(number)], 0, self.axis)
            if known is not None and (own is None or checksum(own) != known):
                del self.notes[number]

    def _clear(self, name: str, array: Any, numbers: range) -> None:
        """Remove files that cannot be read, so that they can be written."""
        size = array.chunks[self.axis]
        last = (min(numbers.stop * self.block, self.people) - 1) // size
        for place in range(numbers.start * self.block // size, last + 1):
            where = [0] * len(array.chunks)
            where[self.axis] = place
            with writing(self.path):
                (self.path / name / array.metadata.encode_chunk_key(tuple(where))).unlink(missing_ok=True)


@contextmanager
def opened(
    path: Path,
    kind: str,
    made_from: Mapping[str, str],
    lay_out: Callable[[Path], None],
    *,
    people: int,
    axis: int,
    block: int,
) -> Iterator[Store]:
    """Open a store for as long as a run writes into it, after making sure that it is whole; make one where none is.

    Parameters
    ----------
    path
        Its folder.
    kind
        What to call it, such as ``a store of results``.
    made_from
        What its numbers depend on, by what a person would call it.
    lay_out
        Makes the empty arrays in a folder.
    people, axis
        See `Store`.
    block
        People in a block; one that was begun keeps its own.

    Raises
    ------
    OutputError
        Where it cannot be written, was made from something else, is spoilt, or another run is at it.
    """
    fresh = not occupied(path)
    if fresh:
        _create(path, {"made_from": dict(made_from), "size": block}, lay_out)
    journal = locked(path, kind)
    try:
        header, *lines = entries(path, journal, kind)
        refuse_other_inputs(path, header["made_from"], made_from)
        _refuse_spoilt(path, header["layout"])
        notes = {each["block"]: each for each in lines if "block" in each}
        sealed = any(each.get("sealed") == sum_of(path / ROOT) for each in lines)
        if not sealed:
            _restore_root(path, header["root"])
        store = Store(path, journal, people, header["size"], axis, notes, sealed)
        if not fresh or notes:
            store.check(header["layout"])
        store.sealed &= store.people_done == people
        yield store
    finally:
        journal.close()


def _create(path: Path, header: Mapping[str, Any], lay_out: Callable[[Path], None]) -> None:
    """Lay out an empty store; it appears whole or not at all, and not where another was quicker."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{path.name}.new-*"):
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                clear(left)
        beside = path.with_name(f".{path.name}.new-{uuid4().hex}")
        try:
            lay_out(beside)
            root = (beside / ROOT).read_text(encoding="utf-8")
            (beside / JOURNAL).write_bytes(line({**header, "root": root, "layout": _layout(beside)}))
            with suppress(OSError):
                beside.replace(path)
            if not (path / JOURNAL).is_file():
                beside.replace(path)  # says why it could not
        finally:
            clear(beside)


def _layout(path: Path) -> dict[str, int]:
    """Sum up the files of an empty store, but for its root, which says later that nobody is lacking."""
    files = {each.relative_to(path).as_posix(): each for each in sorted(path.rglob("*")) if each.is_file()}
    return {name: sum_of(each) for name, each in files.items() if name not in (ROOT, JOURNAL)}


def _refuse_spoilt(path: Path, layout: Mapping[str, int]) -> None:
    problems = [
        Problem(name, "this file of the store is lost or changed", cure="delete the store, or choose another name")
        for name, known in layout.items()
        if sum_of(path / name) != known
    ]
    if problems:
        raise OutputError(str(path), problems)


def _restore_root(path: Path, root: str) -> None:
    """Put the store's root back as it was laid out, where it is anything else."""
    if sum_of(path / ROOT) != zlib.crc32(root.encode()):
        beside = path / f".{ROOT}"
        with writing(path):
            beside.write_bytes(root.encode())
            beside.replace(path / ROOT)
