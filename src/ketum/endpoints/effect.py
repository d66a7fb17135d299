"""From the receptor to what a person may notice: the model's curves as endpoints, in units that can be read.

What each number rests on, and how little that is, stands in docs/explanation/effect.md and tolerance.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketum.arrays import Array

SIGNALS: Mapping[str, str] = {
    "occupied_kratom": "fraction",
    "occupied_other": "fraction",
    "effect": "fraction",
    "breathing": "fraction",
    "responsiveness": "fraction",
    "SOWS": "points",
}
"""Curves that a run works out, with their units; ids of the model."""

KEPT = ("occupied_kratom", "occupied_other", "effect", "responsiveness")
"""Those of them that its results hold; the others serve the endpoints only."""

AFTER_H = np.array([6.0, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336])
"""Hours after the last dose at which withdrawal is stated."""

SAME_H = 1e-6


def follow_up(dose_times: Array, end_h: float) -> Array:
    """Give the times after the last dose that withdrawal needs, shape (times,)."""
    last = dose_times[-1] if dose_times.size else end_h
    return np.asarray(last + AFTER_H)


def peaks(times: Array, curves: Mapping[str, Array], end_h: float) -> dict[str, Array]:
    """Find each person's greatest value of each curve within the run, and the least responsiveness.

    Parameters
    ----------
    times
        Output times, shape (times,).
    curves
        The `SIGNALS`, shape (people, times).
    end_h
        End of the run; later outputs serve withdrawal only.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        By the name of the curve; of withdrawal there is none.
    """
    run = times <= end_h + SAME_H
    highest = {
        name: curves[name][:, run].max(axis=1) for name in ("occupied_kratom", "occupied_other", "effect", "breathing")
    }
    return highest | {"responsiveness": curves["responsiveness"][:, run].min(axis=1)}


def after_stopping(times: Array, score: Array, dose_times: Array, end_h: float) -> dict[str, Array]:
    """Read withdrawal off its score at fixed hours after the last dose, and find the worst of them; shape (people,)."""
    wanted = follow_up(dose_times, end_h)
    at = np.clip(np.searchsorted(times, wanted - SAME_H), 0, times.size - 1)
    after = withdrawal(score[:, at])
    found = {f"withdrawal_{hours:g}h": after[:, i] for i, hours in enumerate(AFTER_H)}
    worst = after.max(axis=1)
    hour = np.where(worst > 0, AFTER_H[after.argmax(axis=1)], np.nan)
    return {"withdrawal_worst": worst, "withdrawal_worst_h": hour, **found}


def withdrawal(score: Array) -> Array:
    """Cut the model's score to the scale: drive above what the body is used to is no withdrawal, and 64 is the most."""
    return np.asarray(np.clip(score, 0.0, SOWS_MOST))


SOWS_MOST = 64.0
"""Sixteen items of at most 4 points."""
