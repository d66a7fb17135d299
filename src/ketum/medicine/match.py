"""Which medicine a written name means.

An exact name counts once case, salt, strength and form are set aside. Else the nearest names count as guesses, and are
called so. Candidates that are nearly as near as the best one count as well. A text may hold several names, in a list or
a sentence: every one of them is read, and words beside them that nothing explains are named as unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ketum.medicine.catalogue import by_key
from ketum.medicine.spelling import idle, key, plain

NEAR_ENOUGH = 80.0
NEARLY_AS_NEAR = 10.0
SHORTEST_GUESSED = 4
LONGEST_GUESSED = 120
_PARTS = re.compile(r"\s*(?:[/+&,;\n]|\. |\band\b|\bwith\b|\bplus\b|\bor\b|\balso\b|\bthen\b)\s*", re.IGNORECASE)
MOST_WORDS, SHORTEST_WORD = 5, 4
_WHY = re.compile(r"\b(?:for|against|because|due to|in case of)\b.*")
_WORDS_AROUND = """
as needed when if required a an the my his her their of in on at by to i he she they we is are was take takes taking
taken took use uses using used some sometimes often rarely occasionally usually every each per once twice two three
four one half times time day days daily night nightly evening morning noon bedtime week weeks weekly month monthly hour
hours h low high small large dose doses dosage still now currently since about until only just mg mcg ug g ml started
stopped last year years ago before after food meals from doctor prescribed
"""
_AROUND = frozenset(_WORDS_AROUND.split())


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
    """Say which medicine a written name means, or which ones a list or a sentence names."""
    if found := _exact(given):
        return Match(given, found)
    parts = [part.strip() for part in _PARTS.split(given) if part.strip()]
    if len(parts) < 2 and not _within(given)[0]:
        parts = [part.strip() for part in given.split("-") if part.strip()]
    read = {part: _within(part) for part in parts}
    if any(names for names, _ in read.values()):
        generics = tuple(dict.fromkeys(name for names, _ in read.values() for name in names))
        unread = tuple(dict.fromkeys(lost for _, several in read.values() for lost in several))
        return Match(given, generics, unread=unread)
    guesses = _near(key(given)) if len(given) <= LONGEST_GUESSED else ()
    if guesses or len(parts) < 2:
        return Match(given, guesses, guessed=bool(guesses))
    near = {part: _near(key(part)) for part in parts if len(part) <= LONGEST_GUESSED}
    generics = tuple(dict.fromkeys(name for names in near.values() for name in names))
    return Match(given, generics, bool(generics), tuple(part for part in parts if generics and not near.get(part)))


def matches(given: str) -> tuple[Match, ...]:
    """Say the same, with a guess of its own for each part of a list that is no name but resembles one.

    What a list names without fault is then no guess because of a slip beside it.
    """
    whole = match(given)
    if whole.guessed:
        return (whole,)
    near = {part: _near(key(part)) for part in whole.unread if len(part) <= LONGEST_GUESSED}
    guesses = tuple(Match(part, names, guessed=True) for part, names in near.items() if names)
    return (replace(whole, unread=tuple(part for part in whole.unread if not near.get(part))), *guesses)


def _within(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The medicines that a part of a text names, and the words beside them that nothing explains."""
    if known := _exact(part):
        return known, ()
    words = plain(part).split()
    found: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        length = next((n for n in range(MOST_WORDS, 0, -1) if _named(words[at : at + n], n)), 0)
        if length:
            found += by_key()[" ".join(words[at : at + length])]
            # A mark, so that what stands on both sides of a name is not joined.
            rest.append("|")
        else:
            rest.append(words[at])
        at += length or 1
    if not found:
        return (), (part,) if re.search(r"[^\W\d_]{3}", part) else ()
    return tuple(dict.fromkeys(found)), tuple(_unexplained(" ".join(rest)))


def _named(words: Sequence[str], length: int) -> bool:
    spelt = " ".join(words)
    telling = length > 1 or (len(spelt) >= SHORTEST_WORD and spelt not in _AROUND)
    return len(words) == length and telling and spelt in by_key()


def _unexplained(rest: str) -> Iterator[str]:
    for piece in rest.split("|"):
        words = [word for word in _WHY.sub("", piece).split() if word not in _AROUND | idle("form") | idle("salt")]
        lost = " ".join(word for word in words if not word.isdigit())
        if re.search(r"[^\W\d_]{3}", lost):
            yield lost


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
