"""Blood levels in words, for who cannot see the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ketum.answers.curves import Levels
from ketum.answers.thin import between
from ketum.report.levels_panel import Window
from ketum.report.series import Series
from ketum.writing.names import capital
from ketum.writing.numbers import interval, number


def levels_in_words(levels: Sequence[Levels], published: Sequence[Series]) -> str:
    """Say where each curve is highest, and which published levels stand beside them."""
    studies = "; ".join(f"{series.letter}, {series.label}" for series in published)
    return " ".join(map(_curve_in_words, levels)) + (f" Published levels: {studies}." if studies else "")


def _curve_in_words(curves: Levels) -> str:
    peak = int(np.argmax(curves.p50))
    note = f" ({curves.certainty_note})" if curves.certainty_note else ""
    return (
        f"{capital(curves.alkaloid)}{note}: the median is highest, {number(curves.p50[peak])} ng/mL, "
        f"{number(curves.time_h[peak])} hours after the first dose; 90 % of people then lie at "
        f"{interval(curves.p05[peak], curves.p95[peak])} ng/mL."
    )


def stretches_in_words(curves: Levels, stretches: Sequence[Window]) -> str:
    """Say between which levels a curve moves in each stretch."""
    parts = [(window, between(curves, window.start, window.end)) for window in stretches]
    said = [
        f"{number(part.p50.min())} and {number(part.p50.max())} ng/mL in the {window.words}"
        for window, part in parts
        if len(part.time_h)
    ]
    return f"{capital(curves.alkaloid)}: the median moves between {', and between '.join(said)}." if said else ""
