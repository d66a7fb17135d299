"""Memory that workers on this machine write their results into, so that nothing is sent and nobody copies.

Pickled through a pipe, results cost this process a tenth of all work, and that while two workers want both cores.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array, Index
from ketum.engine.runs.work import Processes


@dataclass(frozen=True)
class Room:
    """Where an array lies.

    Parameters
    ----------
    path
        Through which another process on this machine can open its memory.
    shape
        Of the array.
    """

    path: str
    shape: tuple[int, ...]

    def put(self, people: Index, values: Array) -> bool:
        """Write some people's values, shape (outputs, people, times); False where this process cannot get in."""
        *_, people_in_all, times = self.shape
        runs = np.split(np.arange(people.size), np.flatnonzero(np.diff(people) != 1) + 1)
        try:
            with open(self.path, "r+b", buffering=0) as file:
                # Written rather than mapped: mapping a page at a time takes longer than the copy.
                for output, each in enumerate(values):
                    for run in runs:
                        place = 8 * times * (output * people_in_all + int(people[run[0]]))
                        part = np.ascontiguousarray(each[run[0] : run[-1] + 1])
                        if os.pwrite(file.fileno(), part.data, place) != part.nbytes:
                            return False
        except OSError:
            return False
        return True


@contextmanager
def room(shape: tuple[int, ...], executor: Executor | None) -> Iterator[tuple[Array, Room | None]]:
    """Make an array, and where possible one that the executor's workers can write into while the block lasts.

    Parameters
    ----------
    shape
        Of the array.
    executor
        Who works. Only worker processes on this machine, and only under Linux, get access.
    """
    size = 8 * int(np.prod(shape))
    if not (isinstance(executor, ProcessPoolExecutor | Processes) and hasattr(os, "memfd_create") and size):
        yield np.empty(shape), None
        return
    file = os.memfd_create("ketum")  # in no folder: it is gone with the last who uses it, however that one ends
    try:
        os.truncate(file, size)
        array = np.frombuffer(mmap.mmap(file, size), dtype=np.float64).reshape(shape)
        yield array, Room(f"/proc/{os.getpid()}/fd/{file}", shape)
    finally:
        os.close(file)
