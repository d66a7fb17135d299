"""Blood levels in words, for who cannot see the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ketum.answers.curves import Levels
from ketum.answers.thin import between
from ketum.report.levels_panel import Window
from ketum.report.series import Series
from ketum.writing.numbers import interval, number
from ketum.writing.texts import NOTHING, Text, joined, say, sentences, term


def levels_in_words(levels: Sequence[Levels], published: Sequence[Series]) -> Text:
    """Say where each curve is highest, and which published levels stand beside them."""
    studies = joined("; ", (say("{letter}, {study}", letter=series.letter, study=series.label) for series in published))
    return sentences(
        *map(_curve_in_words, levels), say("Published levels: {studies}.", studies=studies) if studies else NOTHING
    )


def _curve_in_words(curves: Levels) -> Text:
    peak = int(np.argmax(curves.p50))
    name, note = term(curves.alkaloid), curves.certainty_note
    return say(
        "{curve:capital}: the median is highest, {median} ng/mL, {hours} hours after the first dose; 90 % of people then lie at {interval} ng/mL.",
        curve=say("{name} ({note})", name=name, note=note) if note else name,
        median=number(curves.p50[peak]),
        hours=number(curves.time_h[peak]),
        interval=interval(curves.p05[peak], curves.p95[peak]),
    )


def stretches_in_words(curves: Levels, stretches: Sequence[Window]) -> Text:
    """Say between which levels a curve moves in each stretch."""
    parts = [(window, between(curves, window.start, window.end)) for window in stretches]
    said = [
        say(
            "between {least} and {most} ng/mL in the {stretch}",
            least=number(part.p50.min()),
            most=number(part.p50.max()),
            stretch=window.words,
        )
        for window, part in parts
        if len(part.time_h)
    ]
    if not said:
        return NOTHING
    moves = joined(", and ", said)
    return say("{alkaloid:capital}: the median moves {moves}.", alkaloid=term(curves.alkaloid), moves=moves)
