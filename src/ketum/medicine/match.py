"""Which medicine a written name means.

An exact name counts once case, salt, strength and form are set aside. Else the nearest names count as guesses, and are
called so. Candidates that are nearly as near as the best one count as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from ketum.medicine.catalogue import by_key
from ketum.medicine.spelling import key, plain

NEAR_ENOUGH = 80.0
NEARLY_AS_NEAR = 10.0
SHORTEST_GUESSED = 4
LONGEST_READ = 120
_PARTS = re.compile(r"\s*(?:[/+&,;]|\band\b|\bwith\b|\bplus\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """What a written name was taken for.

    Parameters
    ----------
    given
        The name as written.
    generics
        What is screened for it; empty where it is unknown.
    guessed
        Whether it is only a near match.
    unread
        Parts of the name that nothing on file matches.
    """

    given: str
    generics: tuple[str, ...]
    guessed: bool = False
    unread: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether every part of it was found without guessing."""
        return bool(self.generics) and not self.guessed and not self.unread

    def as_dict(self) -> dict[str, Any]:
        """Return the match ready for JSON."""
        return {
            "given": self.given,
            "read_as": list(self.generics),
            "guessed": self.guessed,
            "unread": list(self.unread) if self.generics else [self.given],
        }


def match(given: str) -> Match:
    """Say which medicine a written name means."""
    text = given[:LONGEST_READ]
    if found := _exact(text):
        return Match(given, found)
    parts = [part for part in _PARTS.split(text) if part.strip()]
    if len(parts) < 2:
        parts = [part for part in text.split("-") if part.strip()]
    known = {part: _exact(part) for part in parts}
    if len(parts) > 1 and any(known.values()):
        generics = tuple(dict.fromkeys(name for found in known.values() for name in found))
        unread = tuple(part.strip() for part, found in known.items() if not found and re.search(r"[^\W\d_]{3}", part))
        return Match(given, generics, unread=unread)
    guesses = _near(key(text))
    return Match(given, guesses, guessed=bool(guesses))


def _exact(text: str) -> tuple[str, ...]:
    known = by_key()
    for spelt in (plain(text), key(text, numbers=True), key(text)):
        if spelt in known:
            return known[spelt]
    return ()


@cache
def _near(spelt: str) -> tuple[str, ...]:
    if len(spelt) < SHORTEST_GUESSED or not spelt.isascii():
        return ()
    from rapidfuzz import fuzz, process  # only where a name is not known as written

    known = by_key()
    found = process.extract(spelt, list(known), scorer=fuzz.ratio, limit=8, score_cutoff=NEAR_ENOUGH)
    if not found:
        return ()
    first, best, _ = found[0]
    # People seldom miss the first letter: a second candidate must share it.
    near = [
        known[name]
        for name, score, _ in found
        if name == first or (score >= best - NEARLY_AS_NEAR and name[0] == spelt[0])
    ]
    return tuple(dict.fromkeys(generic for generics in near for generic in generics))
