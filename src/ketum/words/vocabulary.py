"""The vocabulary, and where its phrases stand in a list of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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
class FoundPhrase:
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
def squeezed(of: Of) -> tuple[str, ...]:
    """Return every phrase without spaces, in the order of `phrases`."""
    return tuple(phrase.squeezed for phrase in phrases(of))


@cache
def _own_meaning(of: Of) -> frozenset[str]:
    return frozenset(word for phrase in phrases(of) for word in phrase.words) | set(map(stem, _ORDINARY.split()))


def matches(words: Sequence[str], of: Of) -> Iterator[FoundPhrase]:
    """Yield where each phrase stands in a list of stems, those inside longer ones included."""
    alike: dict[str, dict[int, bool]] = {}
    for at, token in enumerate(words):
        for word, guessed in _alike(token, of):
            alike.setdefault(word, {})[at] = guessed
    candidates = {number for word in alike for number in _led_by(of).get(word, ())}
    for number in sorted(candidates):
        phrase = phrases(of)[number]
        places = [alike[word] for word in phrase.words if word in alike]
        if len(places) < len(phrase.words):
            continue
        chosen = _together(words, places, bool({NOT, BOUNDARY} & set(phrase.words)))
        if chosen is not None:
            guessed = any(options[at] for options, at in zip(places, chosen, strict=True))
            yield FoundPhrase(phrase.concept, chosen, guessed)


@cache
def _led_by(of: Of) -> Mapping[str, tuple[int, ...]]:
    """The numbers of the phrases that begin with a word."""
    found: dict[str, list[int]] = {}
    for number, phrase in enumerate(phrases(of)):
        found.setdefault(phrase.words[0], []).append(number)
    return {word: tuple(numbers) for word, numbers in found.items()}


@lru_cache(maxsize=20_000)
def _alike(token: str, of: Of) -> tuple[tuple[str, bool], ...]:
    """The words of the phrases that a token may stand for, and whether it is a misspelt one."""
    alike = _words_of(of)
    same = ((token, False),) if token in alike.get(token[:1], ()) else ()
    misspelt = ((word, True) for word in alike.get(token[:1], ()) if word != token and _misspelt(token, word, of))
    return (*same, *misspelt)


@cache
def _words_of(of: Of) -> Mapping[str, frozenset[str]]:
    """The words of the phrases by their first letter, which people seldom miss."""
    every = {word for phrase in phrases(of) for word in phrase.words}
    return {letter: frozenset(word for word in every if word[:1] == letter) for letter in {word[:1] for word in every}}


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


def longest(matches: Sequence[FoundPhrase], words: Sequence[str]) -> list[FoundPhrase]:
    """Leave out what lies inside a longer match, and the same concept twice in one place.

    In "no breathing trouble" the "no" denies the trouble: "no breathing" is then no match of its own.
    """

    def inside(phrase: FoundPhrase, other: FoundPhrase) -> bool:
        mine, others = set(phrase.places), set(other.places)
        positive = {at for at in mine if words[at] != NOT}
        harmless = other.concept.means == {"known"}  # "not breathing normally" is no word of normal breathing
        return mine < others or (mine != positive and positive < others and not mine <= others and not harmless)

    kept: list[FoundPhrase] = []
    for phrase in sorted(matches, key=lambda phrase: (-len(phrase.places), phrase.guessed)):
        again = any(phrase.concept == other.concept and set(phrase.places) & set(other.places) for other in kept)
        if not again and not any(inside(phrase, other) for other in matches):
            kept.append(phrase)
    return sorted(kept, key=lambda phrase: min(phrase.places))
