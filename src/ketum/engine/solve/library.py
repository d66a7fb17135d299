"""heyoka, loaded when something is to be solved, so that everything else works where it cannot be installed."""

from __future__ import annotations

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
        import heyoka
    except ImportError as error:
        why = f"heyoka, which solves the equations, cannot be loaded: {error}"
        raise EngineError("engine", [Problem("", why, cure=CURE)]) from error
    heyoka.set_logger_level_critical()  # it would write its warnings on standard output, among the results
    # Machine code from its own cache is used as it is found: a flipped bit there gives other numbers without a word.
    if hasattr(heyoka.llvm_state, "set_diskcache_enabled"):
        heyoka.llvm_state.set_diskcache_enabled(False)
    return heyoka
