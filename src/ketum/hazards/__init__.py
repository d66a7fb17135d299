"""Hazards: one file a hazard, each a function from a situation to findings, all in one tuple."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from ketum.hazards.finding import Certainty, Finding, Number, Severity, worst_first
from ketum.hazards.grounds import Grounds
from ketum.hazards.hazards import HAZARDS, Hazard, grounds
from ketum.hazards.situation import Situation, situate
from ketum.sizes import DoseSize, InteractionSize, Interval

if TYPE_CHECKING:  # pydantic is not needed to look for hazards
    from ketum.case import Case

__all__ = [
    "HAZARDS",
    "Certainty",
    "DoseSize",
    "Finding",
    "Grounds",
    "Hazard",
    "InteractionSize",
    "Interval",
    "Number",
    "Severity",
    "Situation",
    "findings",
    "grounds",
    "screen",
    "situate",
]


def findings(situation: Situation) -> tuple[Finding, ...]:
    """Return everything that is found in a situation, worst first.

    Emergency first, then danger, caution and note; within these what stops breathing first, then by code and title.
    """
    return tuple(sorted(chain.from_iterable(hazard(situation) for hazard in HAZARDS), key=worst_first))


def screen(
    case: Case,
    doses: Sequence[DoseSize],
    interactions: Sequence[InteractionSize] = (),
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Return everything that is found in a case, worst first; `situate` says what is given."""
    return findings(situate(case, doses, interactions, today))
