"""The vocabulary, and where its phrases stand in a list of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ketum.rows import read_rows
from ketum.words.tokens import BOUNDARY, DENIALS, NOT, plain, stem, tokens

Of = Literal["symptom", "condition"]

_MOST_BETWEEN = 2
# Ordinary words that lie one letter from a word of the vocabulary.
_ORDINARY = (
    "never week weeks rain hear chess fat feet food good hips tips like lived live have long eats seat clam mist "
    "hand hands head heat hard back bed last lost list left less more most some same such near year years wear work "
    "walk talk take taken made make mild milk mind find fine fire feel feels fell fall full pull call ball"
)


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of the vocabulary.

    Parameters
    ----------
    of
        ``symptom`` or ``condition``.
    name
        What it is called where it is told back.
    means
        What it means to the hazards.
    """

    of: Of
    name: str
    means: frozenset[str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a concept.

    Parameters
    ----------
    concept
        What it means.
    words
        The stems of its words.
    squeezed
        The phrase without spaces.
    """

    concept: Concept
    words: tuple[str, ...]
    squeezed: str


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase stands.

    Parameters
    ----------
    concept
        What it means.
    places
        The indices of its words, in the phrase's order.
    guessed
        Whether a misspelt word was forgiven.
    """

    concept: Concept
    places: tuple[int, ...]
    guessed: bool


def concepts(of: Of) -> tuple[Concept, ...]:
    """Return every concept of the vocabulary once."""
    return tuple(dict.fromkeys(phrase.concept for phrase in phrases(of)))


@cache
def phrases(of: Of) -> tuple[Phrase, ...]:
    """Return every phrase of the vocabulary, in the order of its rows."""
    rows = [row for row in read_rows(__package__, "vocabulary.csv") if row["of"] == of]
    return tuple(
        Phrase(concept, words, re.sub(r"\W+", "", simple))
        for row in rows
        for concept in [Concept(of, row["concept"], frozenset(row["means"].split()))]
        for simple in map(plain, row["phrases"].split(";"))
        if (words := tuple(tokens(simple)))
    )


@cache
def _own_meaning(of: Of) -> frozenset[str]:
    return frozenset(word for phrase in phrases(of) for word in phrase.words) | set(map(stem, _ORDINARY.split()))


def matches(words: Sequence[str], of: Of) -> Iterator[Match]:
    """Yield where each phrase stands in a list of stems, those inside longer ones included."""
    alike: dict[str, dict[int, bool]] = {}
    for phrase in phrases(of):
        places = []
        for word in phrase.words:
            if word not in alike:
                alike[word] = {
                    at: one != word for at, one in enumerate(words) if one == word or _misspelt(one, word, of)
                }
            if not alike[word]:
                break
            places.append(alike[word])
        else:
            chosen = _together(words, places, bool({NOT, BOUNDARY} & set(phrase.words)))
            if chosen is not None:
                yield Match(
                    phrase.concept, chosen, any(options[at] for options, at in zip(places, chosen, strict=True))
                )


def _misspelt(token: str, word: str, of: Of) -> bool:
    if len(word) < 4 or len(token) < 4 or token[0] != word[0] or token in _own_meaning(of):
        return False
    most = 2 if len(word) >= 8 else 1
    if abs(len(token) - len(word)) > most:
        return False
    from rapidfuzz.distance import OSA  # only where a word is not known as written

    return OSA.distance(token, word, score_cutoff=most) <= most


def _together(words: Sequence[str], places: Sequence[Mapping[int, bool]], as_written: bool) -> tuple[int, ...] | None:
    """Return where the words of a phrase stand close together, without a boundary between; None where they do not."""
    for first in places[0]:
        chosen = [first]
        for options in places[1:]:
            free = [at for at in options if at not in chosen and (not as_written or at == chosen[-1] + 1)]
            if not free:
                break
            chosen.append(min(free, key=lambda at: abs(at - chosen[-1])))
        between = [words[at] for at in range(min(chosen), max(chosen)) if at not in chosen]
        apart = len(between) > _MOST_BETWEEN or BOUNDARY in between or bool(DENIALS & set(between))
        if len(chosen) == len(places) and not apart:
            return tuple(chosen)
    return None


def longest(matches: Sequence[Match], words: Sequence[str]) -> list[Match]:
    """Leave out what lies inside a longer match, and the same concept twice in one place.

    In "no breathing trouble" the "no" denies the trouble: "no breathing" is then no match of its own.
    """

    def inside(one: Match, other: Match) -> bool:
        mine, others = set(one.places), set(other.places)
        positive = {at for at in mine if words[at] != NOT}
        harmless = other.concept.means == {"known"}  # "not breathing normally" is no word of normal breathing
        return mine < others or (mine != positive and positive < others and not mine <= others and not harmless)

    kept: list[Match] = []
    for one in sorted(matches, key=lambda one: (-len(one.places), one.guessed)):
        again = any(one.concept == other.concept and set(one.places) & set(other.places) for other in kept)
        if not again and not any(inside(one, other) for other in matches):
            kept.append(one)
    return sorted(kept, key=lambda one: min(one.places))
