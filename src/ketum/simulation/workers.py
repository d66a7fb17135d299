"""Who works on a run, and how far it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from ketum.engine.runs.work import processes

POOL_PAYS_AT = 200_000
"""People times doses from which starting other processes (about a second each) pays."""


def counter(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None]:
    """Turn numbers of people finished since the last call into a report of (finished, in all)."""
    finished = 0

    def add(people: int) -> None:
        nonlocal finished
        finished += people
        if progress is not None:
            progress(finished, total)

    return add


@contextmanager
def workers_for(given: Executor | None, workers: int | None, size: int) -> Iterator[Executor | None]:
    """Choose who works on so many people times doses: those given, processes, or nobody else."""
    if given is not None:
        yield given
        return
    if workers is None:
        workers = len(os.sched_getaffinity(0)) if size >= POOL_PAYS_AT else 1
    if workers <= 1:
        yield None
        return
    with processes(workers) as pool:
        yield pool
