"""Symptoms and conditions in lay words: what is meant, what is denied, what lies in the past, what was not understood.

The words stand in ``vocabulary.csv``: one row a concept, with what it means to the screen and the phrases people
use.

The rule
--------
- A phrase is found where its words stand close together, in any order; a phrase that holds a "not" must stand as
  written.
- Small words and endings do not count. A word may be misspelt by one letter, a long one by two; the match is then
  called a guess. A word with a meaning of its own is never read as another.
- Of two matches, one inside the other, the longer holds: "chest infection" is no chest pain.
- "no", "denies", "without" and the like deny what follows closely; in "no a, b or c" all of it. A comma, "and",
  "but" or "because" ends it. Words such as "no relief of" deny nothing.
- What is said to be years ago, in childhood or a history is past, and looked up among the conditions.
- In doubt a sign counts: too much is heard rather than too little.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from ketum.screen.tokens import BOUNDARY, DENIALS, NOT, plain, stem, tokens

Of = Literal["symptom", "condition"]
When = Literal["now", "recent", "past"]

_WHOLE_TEXT = 86.0
_MOST_BETWEEN = 2
_DENIES_UP_TO = 3

_SENTENCE = re.compile(r"[.;!?:\n]+")
_NOTHING = re.compile(r"\s*(?:not?|none|nothing|nil|n a|never|no (?:known )?(?:symptoms?|conditions?))\s*")
_DENIED_AFTER = re.compile(r"\s*(?:\|\s*)?(?:not|deny|absent|negative)\s*(?:\||$)")
_PAST = re.compile(
    r"\b(?:years? ago|in the past|as a child|as a teenager|as an infant|childhood|history of|previous(?:ly)?|used "
    r"to|last year"
    r"|months ago|in (?:19|20)\d\d|in remission|once had)\b"
)
_FAMILY = re.compile(
    r"\bfamily history\b|\b(?:mother|father|brother|sister|uncle|aunt|grand\w+|parent) (?:has|had|with)\b"
)
_OVER = re.compile(
    r"\b(?:yesterday|(?:days?|weeks?) ago|last (?:night|week)|resolved|went away|(?:gone|better|passed) "
    r"(?:now|again))\b"
)
_STILL = re.compile(r"\b(?:since|start\w*|began|begun|still|ongoing|worse\w*|again|continues|persist\w*|for)\b")
# Ordinary words that lie one letter from a word of the vocabulary.
_ORDINARY = (
    "never week weeks rain hear chess fat feet food good hips tips like lived live have long eats seat clam mist "
    "hand hands "
    "head heat hard back bed last lost list left less more most some same such near year years wear work walk talk "
    "take "
    "taken made make mild milk mind find fine fire feel feels fell fall full pull call ball"
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
class Heard:
    """One concept found in a text.

    Parameters
    ----------
    concept
        What was found.
    text
        The text as written.
    denied
        Whether the text says that it is not so.
    when
        ``now``; ``recent`` where it is said to be over, within weeks; ``past`` where longer ago.
    guessed
        Whether a misspelt word was forgiven.
    """

    concept: Concept
    text: str
    denied: bool
    when: When
    guessed: bool


@dataclass(frozen=True, slots=True)
class Understood:
    """What a case's symptoms and conditions say.

    Parameters
    ----------
    symptoms
        What is there now or was there lately; denied ones are left out.
    conditions
        What the person has or had.
    unread
        Texts in which nothing was understood.
    """

    symptoms: tuple[Heard, ...] = ()
    conditions: tuple[Heard, ...] = ()
    unread: tuple[str, ...] = ()

    def named(self, *means: str) -> tuple[str, ...]:
        """Return the names of the symptoms that mean any of these, each once; those that are over are left out."""
        return _names(one for one in self.symptoms if one.when == "now" and one.concept.means & set(means))

    def lately(self, *means: str) -> tuple[str, ...]:
        """Return the names of the symptoms that mean any of these and are said to be over."""
        return _names(one for one in self.symptoms if one.when == "recent" and one.concept.means & set(means))

    def has(self, *means: str) -> tuple[str, ...]:
        """Return the names of the conditions that mean any of these, each once."""
        return _names(one for one in self.conditions if one.concept.means & set(means))


def understand(symptoms: Iterable[str], conditions: Iterable[str] = ()) -> Understood:
    """Read a case's symptoms and conditions.

    A condition named among the symptoms counts as a condition and the reverse, because people mix the two.
    """
    now: list[Heard] = []
    known: list[Heard] = []
    unread: list[str] = []
    for text in symptoms:
        found = read(text, "symptom")
        past = any(one.when == "past" for one in found)
        background = read(text, "condition") if past or not found else ()
        now += [one for one in found if one.when != "past"]
        known += background
        if not found and not background and not _nothing(text):
            unread.append(text)
    for text in conditions:
        background = read(text, "condition")
        found = () if background else read(text, "symptom")
        now += [one for one in found if one.when != "past"]
        known += background
        if not found and not background and not _nothing(text):
            unread.append(text)
    return Understood(_so(now), _so(known), tuple(unread))


def read(text: str, of: Of) -> tuple[Heard, ...]:
    """Return every concept of one kind that a text names, denied ones included."""
    simple = plain(text)
    sentences = [part for part in _SENTENCE.split(_after_colon(simple)) if part.strip()]
    found = [one for part in sentences for one in _in_sentence(part, of, text)]
    if not found and (whole := _as_a_whole(simple, of)):
        found = [Heard(whole, text, False, _when(simple), True)]
    return tuple(dict.fromkeys(found))


def _so(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    return tuple(one for one in heard if not one.denied)


def _nothing(text: str) -> bool:
    return bool(_NOTHING.fullmatch(plain(text)))


def _after_colon(simple: str) -> str:
    """Keep "chest pain: none" in one sentence."""
    return re.sub(r"\s*:\s*(?=(?:no|not|none|absent|denied|denies|negative)\s*(?:[.;!?\n]|$))", " , ", simple)


def _in_sentence(sentence: str, of: Of, text: str) -> Iterator[Heard]:
    if _FAMILY.search(sentence):
        # A relative's illness is not the person's; it is neither taken over nor called unknown.
        yield Heard(Concept(of, "an illness in the family", frozenset()), text, False, "past", False)
        return
    words = tokens(sentence)
    matches = _longest(list(_matches(words, of)), words)
    used = {at for one in matches for at in one.places}
    for one in matches:
        yield Heard(one.concept, text, _denied(words, one.places, used), _when(sentence), one.guessed)


@dataclass(frozen=True, slots=True)
class _Phrase:
    concept: Concept
    words: tuple[str, ...]
    squeezed: str


@dataclass(frozen=True, slots=True)
class _Match:
    concept: Concept
    places: tuple[int, ...]
    guessed: bool


@cache
def _phrases(of: Of) -> tuple[_Phrase, ...]:
    with files(__package__).joinpath("vocabulary.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["of"] == of]
    return tuple(
        _Phrase(concept, words, re.sub(r"\W+", "", simple))
        for row in rows
        for concept in [Concept(of, row["concept"], frozenset(row["means"].split()))]
        for simple in map(plain, row["phrases"].split(";"))
        if (words := tuple(one for one in tokens(simple) if one != BOUNDARY))
    )


@cache
def _own_meaning(of: Of) -> frozenset[str]:
    return frozenset(word for phrase in _phrases(of) for word in phrase.words) | set(map(stem, _ORDINARY.split()))


def _matches(words: Sequence[str], of: Of) -> Iterator[_Match]:
    alike: dict[str, dict[int, bool]] = {}
    for phrase in _phrases(of):
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
            chosen = _together(words, places, NOT in phrase.words)
            if chosen is not None:
                yield _Match(
                    phrase.concept, chosen, any(options[at] for options, at in zip(places, chosen, strict=True))
                )


def _misspelt(token: str, word: str, of: Of) -> bool:
    if len(word) < 4 or len(token) < 4 or token[0] != word[0] or token in _own_meaning(of):
        return False
    most = 2 if len(word) >= 8 else 1
    return abs(len(token) - len(word)) <= most and OSA.distance(token, word, score_cutoff=most) <= most


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


def _longest(matches: Sequence[_Match], words: Sequence[str]) -> list[_Match]:
    """Leave out what lies inside a longer match, and the same concept twice in one place.

    In "no breathing trouble" the "no" denies the trouble: "no breathing" is then no match of its own.
    """

    def inside(one: _Match, other: _Match) -> bool:
        mine, others = set(one.places), set(other.places)
        positive = {at for at in mine if words[at] != NOT}
        return mine < others or (mine != positive and positive < others and not mine <= others)

    kept: list[_Match] = []
    for one in sorted(matches, key=lambda one: (-len(one.places), one.guessed)):
        again = any(one.concept == other.concept and set(one.places) & set(other.places) for other in kept)
        if not again and not any(inside(one, other) for other in matches):
            kept.append(one)
    return sorted(kept, key=lambda one: min(one.places))


def _denied(words: Sequence[str], places: Sequence[int], used: set[int]) -> bool:
    first = min(places)
    start = max((at + 1 for at in range(first) if words[at] == BOUNDARY), default=0)
    listed = "or" in words or "nor" in words
    near = start if listed else max(start, first - _DENIES_UP_TO)
    if any(words[at] in DENIALS and at not in used for at in range(near, first)):
        return True
    return bool(_DENIED_AFTER.match(" ".join(words[max(places) + 1 :])))


def _when(sentence: str) -> When:
    if _PAST.search(sentence):
        return "past"
    return "recent" if _OVER.search(sentence) and not _STILL.search(sentence) else "now"


def _as_a_whole(simple: str, of: Of) -> Concept | None:
    """Return what the text as a whole resembles most, such as "chestpain"; None where nothing is near."""
    squeezed = re.sub(r"\W+", "", simple)
    if len(squeezed) < 6:
        return None
    choices = [phrase.squeezed for phrase in _phrases(of)]
    best = process.extractOne(squeezed, choices, scorer=fuzz.ratio, score_cutoff=_WHOLE_TEXT)
    return _phrases(of)[best[2]].concept if best else None


def _names(found: Iterable[Heard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.concept.name for one in found))
