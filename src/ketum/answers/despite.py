"""Emergency signs in a case file that is refused: they are said before what is wrong with the file.

A wrong unit elsewhere must not hide that somebody does not wake up. So whatever can be read of the file is searched:
its encoding, its brackets and its keys may be wrong.

The rule
--------
- What stands under a key that a case knows, or nearly, counts as what that key holds: a title or a medicine's name is
  no symptom. All other texts count as symptoms, those under unknown keys and on lines without a key too.
- An unknown key that is said to be true counts by its name: ``cannot_be_woken = true``.
- A vital sign counts under its usual names and with any unit that fits it; of several values the worst.
- Comments and the names of keys count for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path

from rapidfuzz import fuzz, process

from ketum.case.further import Before, Care, Level, Step
from ketum.case.loose import Piece, cleaned, decoded, pieces
from ketum.case.loose_vitals import likely, sign_of, signs_in
from ketum.case.measures import LABS
from ketum.case.model import Case, Today
from ketum.case.person import Person
from ketum.case.table import Table
from ketum.case.taken import Kratom, Medicine
from ketum.clinic.vitals import signs
from ketum.hazards.emergency import emergency
from ketum.hazards.finding import Finding
from ketum.words.tokens import plain, tokens
from ketum.words.understanding import understand
from ketum.words.vocabulary import matches, phrases

_MOST_BYTES = 8_000_000
_IN_FULL = 60_000
"""Letters that are read as carefully as a right case; of what lies beyond, only parts with a telling word are read."""
_MOST_FOUND = 20
_MOST_KNOWN = 20_000
_PART = 600
_NEAR = 80.0
_TABLES: tuple[type[Table], ...] = (Person, Kratom, Medicine, Today, Before, Level, Care, Step)
_TELLING = frozenset({"emergency", "self-harm", "sedation"})
_END = re.compile(r"(?<=[.;!?\n])\s+")
_MEASURED = frozenset({"labs", "upper_limits", "certificate"})
_YES = frozenset({"true", "yes", "y", "1"})


def emergencies_of(path: str) -> tuple[Finding, ...]:
    """Return the emergencies in a file that could not be read as a case; none where it cannot be opened either."""
    try:
        with Path(path).open("rb") as file:
            text = decoded(file.read(_MOST_BYTES))
    except (OSError, ValueError):
        return ()
    return emergencies_in(text)


def emergencies_in(text: str) -> tuple[Finding, ...]:
    """Return the emergencies that a text names, however wrong it is as a case."""
    said = _Said()
    for piece in pieces(text):
        said.hear(piece)
    heard = understand(_telling(said.symptoms), _known_ones(said.conditions))
    return emergency(heard, said.worst_vitals(), said.region, said.years)


@dataclass(slots=True)
class _Said:
    """What a file says that may be an emergency; each text once, in the order of the file."""

    symptoms: dict[str, None] = field(default_factory=dict)
    conditions: dict[str, None] = field(default_factory=dict)
    vitals: dict[str, list[float]] = field(default_factory=dict)
    region: str = ""
    years: float | None = None

    def hear(self, piece: Piece) -> None:
        key = piece.keys[-1] if piece.keys else ""
        kind = _kind(key)
        if kind == "region" and isinstance(piece.value, str) and re.match(r"[A-Za-z]{2}\b", piece.value):
            self.region = self.region or piece.value[:2].upper()
        elif kind == "age_years":
            self._hear_age(piece.value)
        elif set(piece.keys) & _MEASURED:
            return
        elif kind == "vitals" or sign_of(key):
            self._hear_vital(key, piece.value)
        elif kind in ("conditions", ""):
            self._hear_words(key, kind, piece.value)

    def _hear_age(self, value: object) -> None:
        number = re.match(r"\s*[0-9]{1,3}(?:\.[0-9]{1,3})?", str(value)[:20]) if not isinstance(value, bool) else None
        if self.years is None and number and 0 <= float(number[0]) <= 120:
            self.years = float(number[0])

    def _hear_vital(self, key: str, value: object) -> None:
        sign = sign_of(key)
        number = likely(sign, value) if sign else None
        if sign and number is not None:
            self.vitals.setdefault(sign, []).append(number)
        elif isinstance(value, str):
            self._hear_words(key, "", value)

    def _hear_words(self, key: str, kind: str, value: object) -> None:
        text = cleaned(value) if isinstance(value, str) else ""
        if value is True or text.strip(" ,").casefold() in _YES:
            text = re.sub(r"[_-]+", " ", key)
        into = self.conditions if kind == "conditions" else self.symptoms
        if not text.strip() or text in into:
            return
        for sign, number in signs_in(text) if len(text) < _IN_FULL else ():
            self.vitals.setdefault(sign, []).append(number)
        into.update(dict.fromkeys(_parts(text)))
        if kind == "conditions" and len(self.conditions) > _MOST_FOUND:
            # A list that no case may hold is searched like any other text.
            self.symptoms.update(dict.fromkeys(_parts(text)))

    def worst_vitals(self) -> dict[str, float]:
        return {sign: max(values, key=lambda value: _points(sign, value)) for sign, values in self.vitals.items()}


def _points(sign: str, value: float) -> int:
    return sum(found.points for found in signs({sign: value}, None))


@cache
def _kind(key: str) -> str:
    """What a key is: its name where a case has it, or nearly; empty for symptoms and for what no case has."""
    name = key.strip(" \"'").casefold()[:60]
    known = _known_keys()
    if name in known:
        return known[name]
    near = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=_NEAR) if len(name) > 3 else None
    return known[near[0]] if near else ""


@cache
def _known_keys() -> dict[str, str]:
    keys = {field.alias or name for table in _TABLES for name, field in table.model_fields.items()}
    # A text beside the name of a table is no value of that table.
    kinds = {key: key for key in {*keys, *LABS, "title"}} | dict.fromkeys(Case.model_fields.keys() - {"title"}, "")
    return {**kinds, "symptoms": "", "age": "age_years", "country": "region", "medicines": "name", "medication": "name"}


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts that are short enough to be read fast, cut between sentences where that can be."""
    for sentence in _END.split(text) if len(text) > _PART else (text,):
        while len(sentence) > _PART:
            cut = sentence.rfind(" ", _PART // 2, _PART)
            yield sentence[: cut if cut > 0 else _PART]
            # What stands at the cut is read twice rather than not at all.
            sentence = sentence[max((cut if cut > 0 else _PART) - _PART // 6, 1) :]
        yield sentence


def _telling(texts: Iterable[str]) -> Iterator[str]:
    """Yield what is worth understanding: everything of a file of usual length, of a huge one what may be a sign."""
    letters = found = 0
    for text in texts:
        letters += len(text) + 20
        if letters <= _IN_FULL:
            yield text
        elif found < _MOST_FOUND and _word_of_a_sign().search(text) and _names_a_sign(text):
            found += 1
            yield text


def _known_ones(texts: Mapping[str, None]) -> Iterable[str]:
    """Return conditions, of a huge list those that are known."""
    if len(texts) <= _MOST_FOUND:
        return texts
    known = (text for text in islice(texts, _MOST_KNOWN) if any(matches(tokens(plain(text)), "condition")))
    return tuple(islice(known, _MOST_FOUND))


def _names_a_sign(text: str) -> bool:
    return any(sign.concept.means & _TELLING for sign in matches(tokens(plain(text)), "symptom"))


@cache
def _word_of_a_sign() -> re.Pattern[str]:
    """Match a text that may name a sign: it holds the start of the longest word of a phrase, or such words joined."""
    telling = [phrase for phrase in phrases("symptom") if phrase.concept.means & _TELLING]
    starts = {max(phrase.words, key=len)[:4] for phrase in telling} | {"wok", "wak", "awak", "rous", "breath"}
    return re.compile("|".join(sorted(map(re.escape, starts))), re.IGNORECASE)
