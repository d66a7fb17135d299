"""Several things in one sentence."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str]) -> str:
    """Return names as words: a, b and c."""
    every = list(names)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def verb(several: Iterable[object], one: str, more: str) -> str:
    """Return the verb that fits one thing or several."""
    return one if len(list(several)) == 1 else more
