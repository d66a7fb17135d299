"""Predicted against observed, for every human datum on file: blood levels, interactions, effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketum.trials.validation.figures import Figures, figures, verdict_said
from ketum.trials.validation.row import FOLD_BAR, Row
from ketum.trials.validation.table import failures, table
from ketum.trials.validation.verdict import Judgement, described, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FOLD_BAR", "Figures", "Judgement", "Row", "as_dict", "everything", "failed", "failures", "figures", "judge", "table",
]  # fmt: skip


def everything() -> tuple[Row, ...]:
    """Predict every datum."""
    from ketum.trials.validation import blood, effects, interactions

    return (*blood.rows(), *interactions.rows(), *effects.effect_rows())


def failed(found: Sequence[Row]) -> bool:
    """Whether a calibration row misses its bar, or a group of rows conflicts with what was seen."""
    return bool(failures(found)) or any(one.verdict == "conflict" for one in figures(found))


def as_dict(found: Sequence[Row]) -> dict[str, Any]:
    """Give rows, the figures of their groups and the verdict in words as plain data for JSON."""
    return {
        "rows": [described(row) for row in found],
        "groups": [one.as_dict() for one in figures(found)],
        "verdict": verdict_said(found),
    }
