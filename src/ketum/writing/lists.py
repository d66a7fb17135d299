"""Several things in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.writing.texts import Text, commas, say, verbatim


def listed(names: Iterable[str]) -> Text:
    """Return names as words: a, b and c; none at all are nothing."""
    every = list(names)
    if len(every) < 2:
        return next((name if isinstance(name, Text) else verbatim(name) for name in every), Text(""))
    return say("{first} and {last}", first=commas(every[:-1]), last=every[-1])
