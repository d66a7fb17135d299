"""heyoka, loaded when something is to be solved, so that everything else works where it cannot be installed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from ketum.errors import EngineError, Problem

CURE = (
    "under Linux `pip install heyoka`; under macOS `conda install -c conda-forge heyoka.py`; "
    "under Windows the same, or Linux by way of WSL2"
)


class _Heyoka:
    def __getattr__(self, name: str) -> Any:
        return getattr(_loaded(), name)


hy: Any = _Heyoka()
"""heyoka's module, imported at the first look at it; an `EngineError` where it is not there."""


@cache
def _loaded() -> Any:
    try:
        with _whole():
            import heyoka
    except ImportError as error:
        why = f"heyoka, which solves the equations, cannot be loaded: {error}"
        raise EngineError("engine", [Problem("", why, cure=CURE)]) from error
    heyoka.set_logger_level_critical()  # it would write its warnings on standard output, among the results
    # Machine code from its own cache is used as it is found: a flipped bit there gives other numbers without a word.
    if hasattr(heyoka.llvm_state, "set_diskcache_enabled"):
        heyoka.llvm_state.set_diskcache_enabled(False)
    return heyoka


@contextmanager
def _whole() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block: an import that it cuts short looks like a broken installation."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    asked: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if asked:
            signal.raise_signal(signal.SIGINT)
