"""Hands chunks of work to workers, a few at a time, so that memory does not grow with the number of people."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
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


@dataclass(frozen=True)
class Workers:
    """Who works a run off, and how.

    Parameters
    ----------
    executor
        Where chunks of people are solved; in this process when None.
    chunk
        People per chunk.
    progress
        Called with the number of people finished since the last call.
    """

    executor: Executor | None
    chunk: int
    progress: Callable[[int], None] | None

    def tell(self, people: int) -> None:
        """Say that so many more people are finished."""
        if self.progress is not None:
            self.progress(people)


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
    workers = executor.workers if isinstance(executor, Processes) else getattr(executor, "_max_workers", None)
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


class _Line:
    """Our end of a process's pipe. Calls are answered in the order in which they are made."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe, self.turn = pipe, threading.Condition()
        self.made = self.answered = 0

    def ask(self, call: Any) -> Any:
        """Make a call, and wait for its answer."""
        with self.turn:
            self.pipe.send(call)
            number, self.made = self.made, self.made + 1
            self.turn.wait_for(lambda: self.answered == number)
        try:
            return self.pipe.recv()
        finally:
            with self.turn:
                self.answered += 1
                self.turn.notify_all()


class Processes(ThreadPoolExecutor):
    """Threads that hand calls to processes: to each one that it works on, and one that lies ready for it.

    The standard library's pool lets all processes answer through one pipe. One that dies while it answers leaves half a
    message there, and whoever reads it waits for ever. Here each has a pipe of its own, which ends with the process.

    Parameters
    ----------
    pipes
        This end of each process's pipe.
    """

    def __init__(self, pipes: Sequence[Connection]) -> None:
        super().__init__(AHEAD * len(pipes))
        self.workers = len(pipes)
        self._free: SimpleQueue[_Line] = SimpleQueue()
        for line in [_Line(pipe) for pipe in pipes] * AHEAD:  # in turn, so that nobody gets two while another has none
            self._free.put(line)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a call made in a process that is free, as soon as one is."""
        return super().submit(self._ask, fn, args, kwargs)

    def _ask(self, *call: Any) -> Any:
        line = self._free.get()
        try:
            done, answer = line.ask(call)
        except (EOFError, OSError) as error:
            raise BrokenExecutor("a worker process ended") from error
        finally:
            self._free.put(line)
        if done:
            return answer
        raise answer


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
    lines, started = [], []
    pool: Processes | None = None
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            lines.append(ours)
            started.append(context.Process(target=_serve, args=(theirs,), daemon=True))
            with _inheriting_deafness():
                started[-1].start()
            theirs.close()  # so that the pipe ends when the process does
        pool = Processes(lines)
        yield pool
    finally:
        for process in started:
            if process.pid is not None:
                process.kill()  # nobody waits any more for what it is at; all that was delivered is here
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        for process, line in zip(started, lines, strict=False):
            if process.pid is not None:
                process.join()
            line.close()


def keep_freed_memory() -> None:
    """Keep up to 256 MiB of freed memory: to give it back and get it anew with each chunk takes a tenth of the time."""
    import ctypes

    trim_threshold, mmap_threshold, size = -1, -3, 1 << 28  # as glibc's malloc.h has them
    with suppress(OSError, AttributeError, TypeError):  # another C library has no such thing
        adjust = ctypes.CDLL(None).mallopt
        adjust(trim_threshold, size)
        adjust(mmap_threshold, size)


@contextmanager
def _inheriting_deafness() -> Iterator[None]:
    """Let a process that is started here leave Ctrl-C to its parent: it inherits which signals are blocked."""
    resource_tracker.ensure_running()  # its own start, which is else part of the first process's, would unblock all
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(line: Connection) -> None:
    """Answer calls, one after the other, until the parent hangs up or dies. Runs in a worker."""
    keep_freed_memory()
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(line, calls), daemon=True).start()
    while True:
        try:
            function, args, kwargs = pickle.loads(calls.get())
            answer = ForkingPickler.dumps((True, function(*args, **kwargs)))
        except Exception as error:
            error.add_note("in a worker:\n" + traceback.format_exc())
            answer = _told(error)
        line.send_bytes(answer)


def _told(error: Exception) -> Any:
    try:
        return ForkingPickler.dumps((False, error))
    except Exception:  # an error that cannot travel is told in words
        return ForkingPickler.dumps((False, RuntimeError("".join(traceback.format_exception(error)))))


def _listen(line: Connection, calls: SimpleQueue[bytes]) -> None:
    try:
        while True:
            calls.put(line.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)
