"""Fewer points for a drawing, with every peak and trough left in place."""

from __future__ import annotations

import numpy as np

from ketum.answers.curves import QUANTILES, Levels
from ketum.arrays import Array

POINTS_PER_PANEL = 600


def thin(levels: Levels, most: int = POINTS_PER_PANEL) -> Levels:
    """Keep at most about `most` times, among them each stretch's highest and lowest median.

    Parameters
    ----------
    levels
        One alkaloid's curves.
    most
        How many times to keep.
    """
    finite = np.flatnonzero(np.all([np.isfinite(getattr(levels, name)) for name in ("time_h", *QUANTILES)], axis=0))
    kept = finite if len(finite) <= most else finite[_extremes(levels.time_h[finite], levels.p50[finite], most)]
    return _take(levels, kept)


def between(levels: Levels, start: float, end: float) -> Levels:
    """Cut the curves to ``start <= time <= end``."""
    inside = np.flatnonzero((levels.time_h >= start - 1e-9) & (levels.time_h <= end + 1e-9))
    return _take(levels, inside)


def _extremes(time: Array, median: Array, most: int) -> np.typing.NDArray[np.intp]:
    """Indices of the lowest and highest median in each of ``most / 2`` equal stretches of time, and both ends."""
    edges = np.linspace(time[0], time[-1], most // 2)
    stretch = np.searchsorted(edges, time, side="right")
    # Sorted by stretch and then by median, each stretch begins with its lowest and ends with its highest point.
    order = np.lexsort((median, stretch))
    starts = np.flatnonzero(np.diff(stretch[order], prepend=-1))
    ends = np.append(starts[1:], len(order)) - 1
    return np.unique(np.concatenate([order[starts], order[ends], [0, len(time) - 1]]))


def _take(levels: Levels, kept: np.typing.NDArray[np.intp]) -> Levels:
    arrays = {name: np.asarray(getattr(levels, name))[kept] for name in ("time_h", *QUANTILES)}
    return Levels(alkaloid=levels.alkaloid, certainty_note=levels.certainty_note, **arrays)
