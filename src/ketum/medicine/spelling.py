"""What of a written name does not change which medicine it is: case, salt, strength, form, marks and spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from ketum.rows import read_rows

_STRENGTH = re.compile(
    r"(?<![a-z0-9-])\d[\d.,]*(?:\s*[/x-]\s*\d[\d.,]*)*\s*"
    r"(?:mg|mcg|ug|µg|μg|g|ml|l|iu|i\.u|units?|mmol|meq|%)(?:\s*/\s*\d*[\d.]*\s*(?:mg|ml|l|h|hr|hours?|day|g|dose))?"
    r"(?![a-z0-9])"
)
_BARE_NUMBER = re.compile(r"(?<![a-z0-9-])\d[\d.,]*(?:\s*[/x-]\s*\d[\d.,]*)*(?![a-z0-9-])")
_NOT_A_LETTER = re.compile(r"[^\w+/&]+|_")


def plain(text: str) -> str:
    """Return a name in small letters, with single spaces and without marks, brackets' content kept."""
    small = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'").replace("`", "'")
    return " ".join(_NOT_A_LETTER.sub(" ", small.replace("'", "")).split())


def key(text: str, *, numbers: bool = False) -> str:
    """Return what names a medicine in a written name.

    Parameters
    ----------
    text
        The name as written.
    numbers
        Whether bare numbers stay, as in Tylenol 3.

    Returns
    -------
    str
        Small letters without salt, strength and form; where nothing else would be left, these stay.
    """
    small = unicodedata.normalize("NFKC", text).casefold()
    small = _STRENGTH.sub(" ", small)
    if not numbers:
        small = _BARE_NUMBER.sub(" ", small)
    words = plain(small).split()
    return " ".join(_without(_without(words, idle("form")), idle("salt"))) or plain(text)


@cache
def idle(kind: str) -> frozenset[str]:
    """Return the words of a ``salt`` or a ``form``, which by themselves name no medicine: ``idle_words.csv``."""
    return frozenset(row["word"] for row in read_rows(__package__, "idle_words.csv") if row["kind"] == kind)


def _without(words: list[str], idle_words: frozenset[str]) -> list[str]:
    # Calcium hydrochloride is a calcium: where every word is idle, the first one names it.
    return [word for word in words if word not in idle_words] or words[:1]
