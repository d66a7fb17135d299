"""What one row of evidence is, and how its words become numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ketum.errors import KetumError

ACCESS: Mapping[str, int] = {"full_text": 3, "table": 3, "abstract": 2, "secondary": 1, "memory": 0}
"""How a source was seen, and how far that may be trusted: more is better."""

_SEEN = {
    "full_text": "the text itself",
    "table": "a table of the source",
    "abstract": "the abstract only",
    "secondary": "quoted by another source",
    "memory": "remembered, not verified",
}

_NUMBER = r"[-−]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*(?:-|–|to)\s*({_NUMBER})\s*")
_ONE_SIDED = re.compile(rf"\s*(<=|>=|<|>|≤|≥)\s*({_NUMBER})\s*")
_STANDARD_DEVIATION = re.compile(r"\bSD\b")


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from.

    Parameters
    ----------
    source_id
        The key that facts cite.
    access
        The most of it that was seen; see `ACCESS`. A fact of this source may have been seen less well.
    url_seen
        The address or text that was in fact read, often a copy.
    """

    source_id: str
    authors: str
    year: str
    title: str
    journal: str
    doi: str
    pmid: str
    kind: str
    access: str
    url_seen: str
    note: str

    def __str__(self) -> str:
        link = f"doi:{self.doi}" if self.doi else f"PMID {self.pmid}" if self.pmid else self.url_seen
        return ". ".join(
            part for part in (f"{self.authors} {self.year}".strip(), self.title, self.journal, link) if part
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of evidence.

    Parameters
    ----------
    fact_id
        The key by which numbers elsewhere cite this row.
    table
        The table it stands in.
    source_ids
        Its sources, one or more.
    locator
        Where in the source.
    access
        How much of the source was seen; one of `ACCESS`.
    what
        What was measured or stated, in a readable line.
    value, unit, spread, spread_type, n, conditions
        As written in the table; `number`, `bounds` and `interval` read them.
    details
        Every other column, empty ones left out.
    """

    fact_id: str
    table: str
    source_ids: tuple[str, ...]
    locator: str
    access: str
    what: str
    value: str
    unit: str
    spread: str
    spread_type: str
    n: str
    conditions: str
    details: Mapping[str, str] = field(hash=False)

    @property
    def verified(self) -> bool:
        """Whether any source was seen at all."""
        return self.access != "memory"

    @property
    def rank(self) -> int:
        """How well its source was seen, from 0 (not at all) to 3."""
        return ACCESS[self.access]

    @property
    def seen(self) -> str:
        """What was seen of the source, in plain words."""
        return _SEEN[self.access]

    def number(self) -> float:
        """Return the value as one number.

        Raises
        ------
        KetumError
            Where the value is a range, a limit or words; `bounds` reads the first two.
        """
        try:
            number = float(self.value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise KetumError(f"fact {self.fact_id} ({self.what}) is not one number: {self.value!r}")
        return number

    def bounds(self) -> tuple[float, float]:
        """Return the value as lowest and highest: a range, a limit or one number.

        A limit such as ``<0.124`` or ``>=87.54`` is open on its other side: the infinity says that nothing is known
        there.

        Raises
        ------
        KetumError
            Where the value is words.
        """
        if limit := _ONE_SIDED.fullmatch(self.value):
            edge = _float(limit[2])
            return (-math.inf, edge) if limit[1] in "<=≤" else (edge, math.inf)
        if pair := _PAIR.fullmatch(self.value):
            low, high = _float(pair[1]), _float(pair[2])
            return min(low, high), max(low, high)
        return self.number(), self.number()

    def interval(self) -> tuple[float, float] | None:
        """Return the interval that the spread gives around the value, or None where it gives none.

        A range or a confidence interval is taken as printed, from the start of the spread. One standard deviation
        becomes value ± SD: the middle two thirds of a bell curve, so neither a range nor a confidence interval;
        `spread_type` tells them apart. A "±" of unknown kind, a relative deviation and a p-value give none.
        """
        if pair := _PAIR.match(self.spread):
            return _float(pair[1]), _float(pair[2])
        deviation = self._standard_deviation()
        if deviation is None:
            return None
        try:
            centre = self.number()
        except KetumError:
            return None
        return centre - deviation, centre + deviation

    def _standard_deviation(self) -> float | None:
        leading = re.match(rf"\s*({_NUMBER})\s*(?:\(([^)]*)\))?\s*$", self.spread)
        if leading is None:
            return None
        kind = self.spread_type or leading[2] or ""
        return _float(leading[1]) if _STANDARD_DEVIATION.search(kind) else None


def _float(text: str) -> float:
    return float(text.replace("−", "-"))
