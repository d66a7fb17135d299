"""What several findings say in the same words."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.writing.texts import NOTHING, Text, say, terms


def named_here(names: Iterable[str]) -> Text:
    """Say what of this case is meant; nothing where nothing is."""
    every = tuple(names)
    return say("Named here: {names}.", names=terms(every)) if every else NOTHING
