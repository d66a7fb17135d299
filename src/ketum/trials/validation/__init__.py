"""Predicted against observed, for every human datum on file: blood levels, interactions, effects."""

from __future__ import annotations

from ketum.trials.validation.row import FOLD_BAR, Row
from ketum.trials.validation.table import failures, table

__all__ = ["FOLD_BAR", "Row", "everything", "failures", "table"]


def everything() -> tuple[Row, ...]:
    """Predict every datum."""
    from ketum.trials.validation import blood, effects, interactions

    return (*blood.rows(), *interactions.rows(), *effects.effect_rows())
