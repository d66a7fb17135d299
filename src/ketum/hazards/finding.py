"""What a screen finds: a hazard in words, with the numbers and facts it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ketum.errors import KetumError
from ketum.evidence import Fact, fact
from ketum.sizes import Interval
from ketum.writing.texts import Text, commas, say, term

Severity = Literal["emergency", "danger", "caution", "note"]
Certainty = Literal["high", "moderate", "low", "very low"]

RANK: Mapping[Severity, int] = {"emergency": 0, "danger": 1, "caution": 2, "note": 3}
"""Worst first."""

HERE = say("this case")
SPREAD = say("this case, with the product's spread")


def seen(row: Fact) -> Text:
    """Return where a fact comes from and how much of that was seen."""
    return say("{sources} ({seen})", sources=commas(row.source_ids), seen=term(row.seen))


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a finding shows.

    Parameters
    ----------
    label
        What it is the number of.
    value
        The number, or the words that stand where a source gives none.
    unit
        Its unit, empty for none.
    low, high
        Its interval, None where there is none.
    origin
        Where it comes from and how well that was seen, in plain words.
    fact_ids
        The facts behind it; empty for what the case itself says.
    """

    label: Text
    value: float | str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    origin: Text = HERE
    fact_ids: tuple[str, ...] = ()

    @classmethod
    def of_fact(cls, label: Text, fact_id: str) -> Number:
        """Return the number of a fact, with what was seen of its source."""
        row = fact(fact_id)
        value: float | str
        try:
            value = row.number()
        except KetumError:
            value = row.value
        low, high = row.interval() or (None, None)
        return cls(label, value, row.unit, low, high, seen(row), (fact_id,))

    @classmethod
    def of_case(cls, label: Text, interval: Interval, unit: str) -> Number:
        """Return a number of this case; one without spread is what the case says itself."""
        if interval.low == interval.high:
            return cls(label, interval.median, unit)
        return cls(label, interval.median, unit, interval.low, interval.high, SPREAD)

    def as_dict(self) -> dict[str, Any]:
        """Return the number ready for JSON."""
        return {
            "label": self.label,
            "value": self.value,
            "unit": self.unit,
            "interval": None if self.low is None else [self.low, self.high],
            "origin": self.origin,
            "evidence": list(self.fact_ids),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One hazard that was found.

    Parameters
    ----------
    code
        Stable name of the kind of hazard.
    severity
        ``emergency``, ``danger``, ``caution`` or ``note``.
    title
        In a few words.
    because
        Why, in plain words.
    clinical
        The same for a clinician, in one or two sentences.
    numbers
        The numbers it rests on.
    evidence
        The facts it rests on.
    certainty
        How well it is known: ``high``, ``moderate``, ``low`` or ``very low``.
    watch
        What to look for.
    ask
        Whom to ask.
    """

    code: str
    severity: Severity
    title: Text
    because: Text
    clinical: Text
    numbers: tuple[Number, ...]
    evidence: tuple[str, ...]
    certainty: Certainty
    watch: Text
    ask: Text

    def as_dict(self) -> dict[str, Any]:
        """Return the finding ready for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "title": self.title,
            "because": self.because,
            "clinical": self.clinical,
            "numbers": [number.as_dict() for number in self.numbers],
            "evidence": list(self.evidence),
            "certainty": self.certainty,
            "watch": self.watch,
            "ask": self.ask,
        }


FIRST = (
    "emergency.now",
    "emergency.self-harm",
    "urgent.same-day",
    "pain.red-flags",
    "interaction.opioid",
    "interaction.sedative",
    "interaction.opioid-antagonist",
)
"""Among findings of one severity these come first, in this order: what stops breathing before what changes a level."""

_KINDS = (
    *("liver", "interaction", "medicine", "pregnancy", "breastfeeding", "age", "condition", "dependence"),
    *("procedure", "dose", "product", "function", "test", "law", "words"),
)


def worst_first(finding: Finding) -> tuple[int, int, int, str, str]:
    """Return the key that sorts findings: severity, what comes first, kind, then code and title."""
    place = FIRST.index(finding.code) if finding.code in FIRST else len(FIRST)
    kind = finding.code.partition(".")[0]
    order = _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
    return RANK[finding.severity], place, order, finding.code, finding.title
