"""Look a fact up by its id, its source or its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ketum.evidence._fact import Fact
from ketum.evidence._load import facts, sources

_SEPARATORS = re.compile(r"[\s,;:()\[\]/|\"']+")


SPELT_OUT = {
    "t1/2": "half-life",
    "cmax": "peak",
    "auc": "area exposure",
    "cl/f": "clearance",
    "vd/f": "volume",
    "vz/f": "volume",
    "7-hydroxymitragynine": "7-oh",
    "mitragynine pseudoindoxyl": "pseudoindoxyl",
}
"""Symbols of the tables, and the words a person would look for."""


def search(query: str) -> tuple[Fact, ...]:
    """Find facts.

    Parameters
    ----------
    query
        A fact id, a source id, or words, in any case. Every word must begin a word somewhere in the row or among its
        authors. Where no row holds them all, each unknown word is read as the nearest known one, and the search runs
        again.

    Returns
    -------
    tuple of Fact
        In the order of the tables; empty where nothing fits.
    """
    wanted = query.strip().casefold()
    if by_id := tuple(row for name, row in facts().items() if name.casefold() == wanted):
        return by_id
    if any(name.casefold() == wanted for name in sources()):
        return tuple(row for row in facts().values() if wanted in map(str.casefold, row.source_ids))
    words = _words(query)
    return _with_all(words) or _with_all(tuple(map(_nearest_word, words)))


def _with_all(words: tuple[str, ...]) -> tuple[Fact, ...]:
    if not words:
        return ()
    return tuple(facts()[name] for name, text in _texts().items() if all(f" {word}" in text for word in words))


def _nearest_word(word: str) -> str:
    from rapidfuzz import fuzz, process  # only where nothing was found

    if any(f" {word}" in text for text in _texts().values()):
        return word
    best = process.extractOne(word, _vocabulary(), scorer=fuzz.ratio, score_cutoff=75)
    return best[0] if best else word


@cache
def _texts() -> Mapping[str, str]:
    return {name: " " + " ".join(_words(_spelt_out(_everything(row)))) for name, row in facts().items()}


@cache
def _vocabulary() -> tuple[str, ...]:
    return tuple(sorted({word for text in _texts().values() for word in text.split() if len(word) > 2}))


def _spelt_out(text: str) -> str:
    plain = text.casefold()
    return " ".join((text, *(words for symbol, words in SPELT_OUT.items() if symbol in plain)))


def _everything(row: Fact) -> str:
    cited = (sources()[name] for name in row.source_ids)
    return " ".join(
        (
            row.fact_id, *row.source_ids, row.table, row.locator, row.access, row.what, row.value, row.unit,
            row.spread, row.spread_type, row.n, row.conditions, *row.details.values(),
            *(f"{source.authors} {source.year}" for source in cited),
        )
    )  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _SEPARATORS.split(text.casefold()) if word)
