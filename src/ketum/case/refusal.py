"""How a validator says no: with everything that a `Problem` holds but the place, which only the loader knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time

from ketum.errors import Problem

LONGEST_SHOWN = 60
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_JOINERS = "\u200c\u200d"


class RefusalError(ValueError):
    """One or several problems of one value.

    It is a `ValueError` because that is what pydantic collects. The problems' ``path`` is relative to the value: empty
    for the value itself, a key or an index for a part of it.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.what for problem in problems))


def refusal(what: str, *, given: str = "", allowed: str = "", cure: str = "") -> RefusalError:
    """One problem of the value itself."""
    return RefusalError(Problem("", what, given, allowed, cure))


def at(part: str | int, refused: RefusalError) -> list[Problem]:
    """The problems of one part of a value, as problems of the value."""
    return [replace(problem, path=(part, *problem.path)) for problem in refused.problems]


def hidden(text: str) -> bool:
    """Whether a text holds letters that a reader cannot see, such as control characters or marks of direction.

    They could rewrite a terminal, or make a page show something else than it holds. The two joiners are let through:
    Persian, Hindi and pictures of families are written with them.
    """
    return any(unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS for letter in text)


def visible(text: str) -> str:
    """The text with a space for each letter that `hidden` finds."""
    return "".join(" " if hidden(letter) else letter for letter in text) if hidden(text) else text


def shown(value: object) -> str:
    """A value as the person wrote it in TOML, or nearly, and short enough for one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return shortened(f'"{value}"')
        case int():
            # Python refuses to print integers of thousands of digits, which a hexadecimal TOML integer may have.
            return str(value) if value.bit_length() < 200 else "a very large number"
        case float():
            return str(value)
        case date() | time():
            return value.isoformat()
        case dict():
            return "a table"
        case list() | tuple():
            return "an array"
        case _:
            return type(value).__name__


def shortened(text: str) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"


def listed(words: Iterable[str]) -> str:
    """Several words as one text: ``a | b | c``."""
    return " | ".join(words)


def nearest(word: str, known: Iterable[str], *, most: int = 1, at_least: float = 65.0) -> tuple[str, ...]:
    """The known words that resemble a word best, best first; empty when none does."""
    from rapidfuzz import fuzz, process  # only where something is wrong

    # A short word is a part of too many others: "g" is no misspelt "serving".
    scorer = fuzz.WRatio if len(word) > 3 else fuzz.ratio
    found = process.extract(
        word[:LONGEST_SHOWN], tuple(known), scorer=scorer, processor=str.lower, limit=most, score_cutoff=at_least
    )
    return tuple(match[0] for match in found)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A cure that names the nearest known word, or `otherwise` when nothing is near."""
    near = nearest(word, known)
    return f"did you mean {near[0]}?" if near else otherwise
