"""Hands chunks of work to workers, a few at a time, so that memory does not grow with the number of people."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from ketum.errors import SolveError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2
"""Chunks in flight for each worker: one in work, one waiting, so that nobody is idle while a result is written."""
LOST = (
    "a worker ended before it delivered its people, perhaps because the machine ran out of memory\n"
    "    cure: fewer workers, or fewer people in a chunk; a run that is written to a store goes on where it stopped"
)


def results(
    function: Callable[[Item], Result], items: Iterable[Item], executor: Executor | None
) -> Iterator[tuple[Item, Result]]:
    """Work items off, yielding each with its result in the order in which they finish.

    Parameters
    ----------
    function
        What is done with an item, in a worker.
    items
        Taken one by one as workers become free, so that a generator need never hold them all.
    executor
        Any executor of `concurrent.futures`; this thread when None.

    Raises
    ------
    SolveError
        Where a worker was lost for good.
    """
    if executor is None:
        for item in items:
            yield item, function(item)
        return
    rest = iter(items)
    waiting: dict[Future[Result], Item] = {}
    try:
        for item in islice(rest, window(executor)):
            waiting[_submit(executor, function, item)] = item
        while waiting:
            future = _first_done(waiting)
            item = waiting.pop(future)
            yield item, _result(future)
            del future  # and with it the result, before another takes its place
            for item in islice(rest, 1):
                waiting[_submit(executor, function, item)] = item
    finally:
        for future in waiting:
            future.cancel()


def window(executor: Executor) -> int:
    """Say how many chunks may be in flight at once."""
    # Executors do not say how many workers they have; the standard library's and Dask's can be asked this way.
    workers = getattr(executor, "_max_workers", None)
    client = getattr(executor, "_client", None)
    if workers is None and client is not None:
        workers = sum(client.ncores().values())
    return AHEAD * (workers or os.cpu_count() or 1)


def _first_done(waiting: Iterable[Future[Result]]) -> Future[Result]:
    from concurrent.futures import FIRST_COMPLETED, wait

    return next(iter(wait(waiting, return_when=FIRST_COMPLETED).done))


def _submit(executor: Executor, function: Callable[[Item], Result], item: Item) -> Future[Result]:
    try:
        return executor.submit(function, item)
    except BrokenExecutor as error:
        raise SolveError(LOST) from error


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise SolveError(LOST) from error
    except Exception as error:
        # Dask hands a lost chunk to another worker by itself, and gives up with this error when several died of it.
        # It is known by its name because Dask need not be installed.
        if type(error).__name__ == "KilledWorker":
            raise SolveError(LOST) from error
        raise


class _Deaf(ProcessPoolExecutor):
    """Processes that leave Ctrl-C to their parent: they are started on submission, and inherit what is blocked then."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Start worker processes that end with the block, however it ends, and with this process, however that ends.

    Parameters
    ----------
    workers
        How many.
    """
    import multiprocessing

    # Spawned, not forked: a fork copies the compiler's locks in whatever state they are in.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    pool = _Deaf(workers, mp_context=context, initializer=_live_with, initargs=(theirs,))
    try:
        with pool:
            try:
                yield pool
            except BaseException:
                ours.close()  # the workers drop what they are at; nobody waits for it any more
                raise
    finally:
        ours.close()
        theirs.close()


def _live_with(line: Connection) -> None:
    """Prepare a worker: it ends when its parent hangs up or dies, and keeps the memory that it will need again."""
    keep_freed_memory()
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()


def keep_freed_memory() -> None:
    """Keep up to 256 MiB of freed memory: to give it back and get it anew with each chunk takes a tenth of the time."""
    import ctypes

    trim_threshold, mmap_threshold, size = -1, -3, 1 << 28  # as glibc's malloc.h has them
    with suppress(OSError, AttributeError, TypeError):  # another C library has no such thing
        adjust = ctypes.CDLL(None).mallopt
        adjust(trim_threshold, size)
        adjust(mmap_threshold, size)


def _end_with(line: Any) -> None:
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(1)
