"""From the receptor to what a person may notice: the model's curves as endpoints, in units that can be read.

What each number rests on, and how little that is, stands in docs/explanation/effect.md and tolerance.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketum.pharmacology.tables import Array

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

UNITS: Mapping[str, str] = {
    "occupancy": "fraction",
    "occupancy_other": "fraction",
    "effect": "fraction",
    "relief": "points of 10",
    "pupil": "mm",
    "cold_pressor": "ratio",
    "morphine_mg": "mg",
    "breathing_mg": "mg",
    "breathing_ceiling_mg": "mg",
    "responsiveness": "fraction",
    "agonist_SC": "fraction",
    "withdrawal_worst": "points",
    "withdrawal_worst_h": "h",
    **{f"withdrawal_{hours:g}h": "points" for hours in AFTER_H},
}
"""Unit of every quantity."""

SAME_H = 1e-6


def follow_up(dose_times: Array, end_h: float) -> Array:
    """Give the times after the last dose that withdrawal needs, shape (times,)."""
    last = dose_times[-1] if dose_times.size else end_h
    return np.asarray(last + AFTER_H)


def endpoints(
    times: Array, curves: Mapping[str, Array], own: Mapping[str, Array], dose_times: Array, end_h: float
) -> dict[str, Array]:
    """Work out each person's numbers.

    Parameters
    ----------
    times
        Output times, shape (times,).
    curves
        The `SIGNALS`, shape (people, times).
    own
        Each person's parameters, shape (people,).
    dose_times
        Dose times, shape (doses,).
    end_h
        End of the run; later outputs serve withdrawal only.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        See `UNITS`; "morphine_mg" is infinite where no dose of morphine has that effect.
    """
    run = times <= end_h + SAME_H
    peak = {name: curves[name][:, run].max(axis=1) for name in ("occupied_kratom", "occupied_other", "effect")}
    effect, breathing = peak["effect"], curves["breathing"][:, run].max(axis=1)
    found = {
        "occupancy": peak["occupied_kratom"],
        "occupancy_other": peak["occupied_other"],
        "effect": effect,
        "relief": relief(effect, own),
        "pupil": own["pupil_max"] * effect,
        "cold_pressor": 1 + own["slope_CP"] * effect,
        "morphine_mg": morphine_mg(effect, own),
        "breathing_mg": morphine_mg(breathing, own, own["reserve_B"]),
        "breathing_ceiling_mg": morphine_mg(ceiling(own), own, own["reserve_B"]),
        "responsiveness": curves["responsiveness"][:, run].min(axis=1),
        "agonist_SC": own["agonist_SC"],
    }
    return found | _withdrawal(times, curves["SOWS"], dose_times, end_h)


def _withdrawal(times: Array, score: Array, dose_times: Array, end_h: float) -> dict[str, Array]:
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


def relief(effect: Array, own: Mapping[str, Array]) -> Array:
    """Put a receptor effect on the yardstick of opioids in chronic pain: points of 10, placebo taken off.

    Relief is in proportion to the receptor effect, and morphine at the level of the trials has their relief. No trial
    of kratom in chronic pain stands behind it.
    """
    reference = _of_morphine(own["level_M"], own, 1.0)
    return np.asarray(own["relief_M"] * effect / reference)


def morphine_mg(effect: Array, own: Mapping[str, Array], reserve: Array | float = 1.0) -> Array:
    """Find the single swallowed dose of morphine, in mg, whose peak has this effect in somebody who takes none.

    Inverts effect = tau C / (K + (1 + tau) C). Infinite where no dose of morphine reaches it.
    """
    tau = own["tau_M"] * reserve
    most = tau / (1 + tau)
    # On the scale of total plasma morphine; with another reserve the half-effect moves, K does not.
    half = own["EC50_M"] * (1 + own["tau_M"]) / (1 + tau)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(effect < most, half * effect / (most - effect), np.inf)
    return np.asarray(level / own["peak_M"])


def _of_morphine(level_nM: Array, own: Mapping[str, Array], reserve: float) -> Array:
    tau = own["tau_M"] * reserve
    K = own["EC50_M"] * (1 + own["tau_M"])
    return np.asarray(tau * level_nM / (K + (1 + tau) * level_nM))


def ceiling(own: Mapping[str, Array]) -> Array:
    """Give the greatest effect on breathing that mitragynine itself can have, without what is formed of it."""
    tau = own["tau_M"] * own["reserve_B"] * own["eff_MG"]
    return np.asarray(tau / (1 + tau))
