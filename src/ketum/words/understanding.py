"""Symptoms and conditions in lay words: what is meant, what is denied, what lies in the past, what was not understood.

The words stand in ``vocabulary.csv``: one row a concept, with what it means to the screen and the phrases people
use.

The rule
--------
- A phrase is found where its words stand close together, in any order; a phrase that holds a "not" or an "and" must
  stand as written.
- Small words and endings do not count. A word may be misspelt by one letter, a long one by two; the match is then
  called a guess. A word with a meaning of its own is never read as another.
- Of two matches, one inside the other, the longer holds: "chest infection" is no chest pain.
- "no", "denies", "without" and the like deny what follows closely; in "no a, b or c" all of it. A comma, "and",
  "but" or "because" ends it. Words such as "no relief of" deny nothing.
- What is said to be years ago, in childhood, of a year or a history is past, and looked up among the conditions.
- A sign that cannot wait counts among the conditions as well ("chest pain"), unless an illness has its name: "seizures"
  there is a seizure disorder, "heart attack" a disease of the heart.
- In doubt a sign counts: too much is heard rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from ketum.words.tokens import BOUNDARY, DENIALS, plain, tokens
from ketum.words.vocabulary import Concept, FoundPhrase, Of, longest, matches, phrases, squeezed

When = Literal["now", "recent", "past"]

_WHOLE_TEXT, _SHORTEST_WHOLE = 86.0, 6
_DENIES_UP_TO = 3
_HARMLESS = frozenset({"known"})
_CANNOT_WAIT = frozenset({"emergency", "self-harm"})

_SENTENCE = re.compile(r"[.;!?:\n]+")
_CLAUSE = re.compile(r",|\band\b|\bbut\b")
_NOTHING = re.compile(r"\s*(?:not?|none|nothing|nil|n a|never|no (?:known )?(?:symptoms?|conditions?))\s*")
_DENIED_AFTER = re.compile(r"\s*(?:\|\s*)?(?:not|deny|absent|negative)\s*(?:\||$)")
_PAST = re.compile(
    r"\b(?:years? ago|months ago|last year|in the past|as a child|as a teenager|as an infant|childhood|history of"
    r"|previous(?:ly)?|used to|in (?:19|20)\d\d|in remission|once had)\b"
)
# A year alone, no date and no amount: "chest pain 2019".
_YEAR = re.compile(r"(?<!\d )\b((?:19|20)\d\d)\b(?! ?(?:\d|m?g\b|mcg|ml|iu|kcal|h\b|hours?|units?|steps))")
_FAMILY = re.compile(
    r"\bfamily history\b|\b(?:mother|father|brother|sister|uncle|aunt|grand\w+|parent) (?:has|had|with)\b"
)
_OVER = re.compile(
    r"\b(?:yesterday|(?:days?|weeks?) ago|last (?:night|week)|resolved|went away"
    r"|(?:gone|better|passed) (?:now|again))\b"
)
_STILL = re.compile(r"\b(?:since|start\w*|began|begun|still|ongoing|worse\w*|again|continues|persist\w*|for)\b")


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
    unread_symptoms, unread_conditions
        Texts in which nothing was understood.
    """

    symptoms: tuple[Heard, ...] = ()
    conditions: tuple[Heard, ...] = ()
    unread_symptoms: tuple[str, ...] = ()
    unread_conditions: tuple[str, ...] = ()

    def named(self, *means: str) -> tuple[str, ...]:
        """Return the names of the symptoms that mean any of these, each once; those that are over are left out."""
        return _names(sign for sign in self.symptoms if sign.when == "now" and sign.concept.means & set(means))

    def lately(self, *means: str) -> tuple[str, ...]:
        """Return the names of the symptoms that mean any of these and are said to be over."""
        return _names(sign for sign in self.symptoms if sign.when == "recent" and sign.concept.means & set(means))

    def has(self, *means: str) -> tuple[str, ...]:
        """Return the names of the conditions that mean any of these, each once."""
        return _names(illness for illness in self.conditions if illness.concept.means & set(means))


def understand(symptoms: Iterable[str], conditions: Iterable[str] = ()) -> Understood:
    """Read a case's symptoms and conditions.

    People mix the two: a condition named among the symptoms counts as a condition, and a sign among the conditions
    counts where it cannot wait or is no condition.
    """
    now: list[Heard] = []
    known: list[Heard] = []
    unread: dict[Of, list[str]] = {"symptom": [], "condition": []}
    for text in symptoms:
        found = read(text, "symptom")
        plain_sign = any(sign.when != "past" and sign.concept.means != _HARMLESS for sign in found)
        background = () if plain_sign else read(text, "condition")
        now += [sign for sign in found if sign.when != "past"]
        known += background
        if not found and not background and not _nothing(text):
            unread["symptom"].append(text)
    for text in conditions:
        found = read(text, "symptom")
        background = _known_illness(text, found)
        found = tuple(sign for sign in found if not background or _pressing(sign, text))
        now += [sign for sign in found if sign.when != "past"]
        known += background
        if not found and not background and not _nothing(text):
            unread["condition"].append(text)
    return Understood(_so(now), _so(known), tuple(unread["symptom"]), tuple(unread["condition"]))


def read(text: str, of: Of) -> tuple[Heard, ...]:
    """Return every concept of one kind that a text names, denied ones included."""
    found: list[Heard] = []
    for sentence in _SENTENCE.split(_after_colon(plain(text))):
        found += _in_sentence(sentence, of, text)
        silent = [part for part in _CLAUSE.split(sentence) if not any(_in_sentence(part, of, text))]
        found += [whole for part in silent for whole in _as_a_whole(part, of, text)]
    return tuple(dict.fromkeys(found))


def _known_illness(text: str, signs: Iterable[Heard]) -> tuple[Heard, ...]:
    """Return the illnesses that a text names; a guess at one gives way to a sign that needs none."""
    sure = any(not sign.guessed and not sign.denied for sign in signs)
    return tuple(illness for illness in read(text, "condition") if not (sure and illness.guessed))


def _pressing(sign: Heard, text: str) -> bool:
    """Whether a sign among the conditions is one of today that cannot wait, and no illness of that name."""
    if sign.when == "past" or not sign.concept.means & _CANNOT_WAIT:
        return False
    return "self-harm" in sign.concept.means or sign.concept in _beside_illnesses(text)


def _beside_illnesses(text: str) -> set[Concept]:
    """Return the signs in a text of which no illness has the words: "epilepsy, chest pain", but not "seizures"."""
    found: set[Concept] = set()
    for sentence in _SENTENCE.split(_after_colon(plain(text))):
        illnesses = [
            set(illness.places)
            for illness in _matched(sentence, "condition")[1]
            if not illness.guessed and illness.concept.means != _HARMLESS
        ]
        found |= {
            sign.concept
            for sign in _matched(sentence, "symptom")[1]
            if not any(set(sign.places) <= places for places in illnesses)
        }
    return found


def _so(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    return tuple(sign for sign in heard if not sign.denied)


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
    words, found = _matched(sentence, of)
    used = {at for phrase in found for at in phrase.places}
    for phrase in found:
        yield Heard(phrase.concept, text, _denied(words, phrase.places, used), _when(sentence), phrase.guessed)


@lru_cache(maxsize=256)  # a case's sentences are looked at more than once
def _matched(sentence: str, of: Of) -> tuple[tuple[str, ...], tuple[FoundPhrase, ...]]:
    """Return the stems of a sentence and the phrases found in it."""
    words = tuple(tokens(sentence))
    return words, tuple(longest(list(matches(words, of)), words))


def _denied(words: Sequence[str], places: Sequence[int], used: set[int]) -> bool:
    first = min(places)
    start = max((at + 1 for at in range(first) if words[at] == BOUNDARY), default=0)
    listed = "or" in words or "nor" in words
    near = start if listed else max(start, first - _DENIES_UP_TO)
    if any(words[at] in DENIALS and at not in used for at in range(near, first)):
        return True
    return bool(_DENIED_AFTER.match(" ".join(words[max(places) + 1 :])))


def _when(sentence: str) -> When:
    if _PAST.search(sentence) or (_in_another_year(sentence) and not _STILL.search(sentence)):
        return "past"
    return "recent" if _OVER.search(sentence) and not _STILL.search(sentence) else "now"


def _in_another_year(sentence: str) -> bool:
    return any(int(year) < date.today().year for year in _YEAR.findall(sentence))


def _as_a_whole(part: str, of: Of, text: str) -> Iterator[Heard]:
    """Yield what a part in which nothing was found resembles as a whole, such as "chestpain"."""
    words = tokens(part)
    joined = re.sub(
        r"\W+", "", part if not DENIALS & set(words) else "".join(word for word in words if word not in DENIALS)
    )
    if len(joined) < _SHORTEST_WHOLE:
        return
    from rapidfuzz import fuzz, process  # only where a word is not known as written

    if best := process.extractOne(joined, squeezed(of), scorer=fuzz.ratio, score_cutoff=_WHOLE_TEXT):
        yield Heard(phrases(of)[best[2]].concept, text, bool(DENIALS & set(words)), _when(part), True)


def _names(found: Iterable[Heard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(told.concept.name for told in found))
