"""Sentences for people: English stands where it is said, and a translation can be put in its place later.

``say("{names} can injure the liver", names=names)`` is a `Text`: a string that keeps its message and its values, so
that ``text.translated(catalogue)`` can say the same in another language. A message is a plain string literal, so that
xgettext or pybabel finds it (keywords ``say:1`` and ``say_plural:1,2``).

In a message
------------
- ``{name}`` is the value given by that name; numbers may have a format, such as ``{hours:g}``.
- ``{name:capital}`` begins with a capital letter; ``{name:lower}`` has none.
- ``{AE021}``, the id of a fact, is its value as written in its table; ``{AE021:.0f}`` formats its number, and
  ``{AE021:unit}``, ``{AE021:n}``, ``{AE021:spread}``, ``{AE021:low}`` and ``{AE021:high}`` are its unit, number of
  people and spread. So no number of a source is typed a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from gettext import NullTranslations
from string import Formatter
from typing import Any, Protocol

from ketum.evidence import fact

CASES = (":capital}", ":lower}")
_NO_VALUES: Mapping[str, Any] = {}


class Catalogue(Protocol):
    """What translates, as `gettext.NullTranslations` and its kin do."""

    def __hash__(self) -> int:
        """Return a number by which to remember what was made with it."""

    def gettext(self, message: str, /) -> str:
        """Return a message in the other language."""

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """Return the form of a message that fits a count."""


class Text(str):
    """A string that knows what it was made of.

    It is its English, wherever a string is needed; what is cut from it or added to it is an ordinary string.

    Attributes
    ----------
    message
        The English message with its placeholders.
    values
        What stands for the placeholders; values may be texts themselves.
    many, how_many
        The message for several and how many there are; empty and 1 where number makes no difference.
    """

    __slots__ = ("how_many", "many", "message", "values")

    message: str
    values: Mapping[str, Any]
    many: str
    how_many: int

    def __new__(cls, message: str, values: Mapping[str, Any] = _NO_VALUES, many: str = "", how_many: int = 1) -> Text:
        """Write a message out."""
        made = str.__new__(cls, _written(many if many and how_many != 1 else message, values))
        made.message, made.values, made.many, made.how_many = message, values, many, how_many
        return made

    def __reduce__(self) -> tuple[type[Text], tuple[str, Mapping[str, Any], str, int]]:
        return Text, (self.message, self.values, self.many, self.how_many)

    def __format__(self, spec: str) -> str:
        if spec == "capital":
            return self[:1].upper() + self[1:]
        if spec == "lower":
            return self.lower()
        return str.__format__(self, spec)

    def translated(self, catalogue: Catalogue) -> str:
        """Return the text in another language; what the catalogue does not know stays English."""
        if self.many:
            message = catalogue.ngettext(self.message, self.many, self.how_many)
        else:
            message = catalogue.gettext(self.message) if self.message else ""
        values = {
            name: value.translated(catalogue) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return _written(message, values)


def say(message: str, /, **values: Any) -> Text:
    """Return a text.

    Parameters
    ----------
    message
        In English, a literal, with placeholders as this module's head has them.
    values
        What stands for them.

    Examples
    --------
    >>> say("{names:capital} is an opioid.", names="codeine")
    'Codeine is an opioid.'
    """
    return Text(message, values)


def say_plural(one: str, many: str, count: int, /, **values: Any) -> Text:
    """Return a text that has one form for one thing and another for several; ``{count}`` is how many.

    Examples
    --------
    >>> say_plural("{names} raises serotonin", "{names} raise serotonin", 2, names="these")
    'these raise serotonin'
    """
    return Text(one, {"count": count, **values}, many, count)


def verbatim(text: str) -> Text:
    """Return what is never translated, such as a name, as a text."""
    return Text("{text}", {"text": text}) if text else NOTHING


def term(word: str) -> Text:
    """Return a word that stands in a table, such as the name of a sign: translated where the catalogue knows it.

    A text stays what it is.
    """
    if isinstance(word, Text):
        return word
    return verbatim(word) if "{" in word or "}" in word else Text(word)


def terms(words: Iterable[str]) -> Text:
    """Return words from a table with commas between, each once."""
    return commas(term(word) for word in dict.fromkeys(words))


def sentences(*texts: str) -> Text:
    """Join sentences, empty ones left out."""
    return joined(" ", texts)


def quoted(text: str) -> tuple[str, ...]:
    """Return the ids of the facts whose numbers stand in a text, each once."""
    if not isinstance(text, Text):
        return ()
    named = [name for message in (text.message, text.many) for _, name, _, _ in Formatter().parse(message) if name]
    within = [fact_id for value in text.values.values() for fact_id in quoted(value)]
    return tuple(dict.fromkeys([*(name for name in named if name not in text.values), *within]))


def commas(names: Iterable[str]) -> Text:
    """Return names with commas between: a, b, c."""
    return joined(", ", names)


def joined(joint: str, texts: Iterable[str]) -> Text:
    """Join texts and plain strings to one text in which each is translated by itself; empty ones are left out."""
    parts = {f"part{place}": text for place, text in enumerate(text for text in texts if text)}
    if len(parts) == 1 and isinstance(only := parts["part0"], Text):
        return only
    return Text(joint.join(f"{{{name}}}" for name in parts), parts)


class _Values(dict[str, Any]):
    """The values of a message; what was not given is a fact's."""

    def __missing__(self, name: str) -> _Quoted:
        return _Quoted(name)


class _Quoted:
    """A fact in a message."""

    def __init__(self, fact_id: str) -> None:
        self.fact = fact(fact_id)

    def __format__(self, spec: str) -> str:
        quoted = self.fact
        if spec in ("low", "high"):
            low, high = quoted.interval() or quoted.bounds()
            return f"{low if spec == 'low' else high:g}"
        if spec == "spread":
            return quoted.spread.partition(" (")[0]  # "11.9 (SD)"
        if spec in ("unit", "n"):
            return str(getattr(quoted, spec))
        return format(quoted.number(), spec) if spec else quoted.value


def _written(message: str, values: Mapping[str, Any]) -> str:
    if "{" not in message:
        return message
    given = _Values(values)
    if any(case in message for case in CASES):
        for name, value in values.items():
            if isinstance(value, str) and not isinstance(value, Text):
                given[name] = verbatim(value)
    return message.format_map(given)


NOTHING = Text("")
"""A text that says nothing."""

ENGLISH: Catalogue = NullTranslations()
"""The catalogue that leaves everything as it is."""
