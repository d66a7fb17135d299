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
    "effect_pupil": "fraction",
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
        name: curves[name][:, run].max(axis=1)
        for name in ("occupied_kratom", "occupied_other", "effect", "effect_pupil", "breathing")
    }
    return highest | {"responsiveness": curves["responsiveness"][:, run].min(axis=1)}


DAY_H = 24.0


def averages(times: Array, curve: Array, dose_times: Array, end_h: float) -> dict[str, Array]:
    """Average a curve over time, as trials of pain do: not its strongest moment, but how it is day and night.

    Parameters
    ----------
    times
        Output times, shape (times,).
    curve
        Shape (people, times).
    dose_times
        Dose times, shape (doses,).
    end_h
        End of use; what comes after counts nowhere.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        ``first_day`` from the first dose on and ``last_day``, the last of use; ``first_interval`` and
        ``last_interval``, from a dose to the next, or the day after it where no other follows.
    """
    given = dose_times if dose_times.size else np.zeros(1)
    first, last = float(given[0]), float(given[-1])
    ends = np.append(given, end_h)
    late = float(min(max(end_h, last), last + DAY_H))
    windows = {
        "first_day": (first, first + DAY_H),
        "last_day": (max(late - DAY_H, first), late),
        "first_interval": (first, min(float(ends[1]), first + DAY_H)),
        "last_interval": (last, late),
    }
    return {name: mean_between(times, curve, start, min(end, end_h)) for name, (start, end) in windows.items()}


def mean_between(times: Array, curve: Array, start: float, end: float) -> Array:
    """Average a curve, straight between its points, from one time to another; shape (people,)."""
    inside = times[(times > start + SAME_H) & (times < end - SAME_H)]
    at = np.concatenate([[start], inside, [max(end, start + SAME_H)]])
    right = np.clip(np.searchsorted(times, at, side="left"), 1, times.size - 1)
    share = (at - times[right - 1]) / (times[right] - times[right - 1])
    values = curve[:, right - 1] * (1 - share) + curve[:, right] * share
    return np.asarray(np.trapezoid(values, at, axis=1) / (at[-1] - at[0]))


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
