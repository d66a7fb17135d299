"""From the receptor to what a person may notice: peaks of the model's curves, on yardsticks that can be read.

What each number rests on, and how little that is, stands in docs/explanation/effect.md and tolerance.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from ketum.arrays import Array
from ketum.endpoints.effect import AFTER_H, after_stopping, averages, peaks
from ketum.pharmacology.closed_forms import ceiling, morphine_mg, relief

WHEN = ("first_interval", "first_day", "last_interval", "last_day")
"""Stretches of use over which relief and sedation are averaged."""
UNITS: Mapping[str, str] = {
    "occupancy": "fraction",
    "occupancy_other": "fraction",
    "effect": "fraction",
    "relief": "points of 10",
    **{f"relief_{when}": "points of 10" for when in WHEN},
    **{f"effect_{when}": "fraction" for when in WHEN},
    "pupil": "mm",
    "cold_pressor": "ratio",
    "morphine_mg": "mg",
    "breathing": "fraction",
    "breathing_mg": "mg",
    "breathing_ceiling_mg": "mg",
    "responsiveness": "fraction",
    "agonist_SC": "fraction",
    "full_HM": "fraction",
    "as_new": "fraction",
    "withdrawal_worst": "points",
    "withdrawal_worst_h": "h",
    **{f"withdrawal_{hours:g}h": "points" for hours in AFTER_H},
}
"""Unit of every quantity."""


def effect_endpoints(
    times: Array, curves: Mapping[str, Array], own: Mapping[str, Array], dose_times: Array, end_h: float
) -> dict[str, Array]:
    """Work out each person's numbers.

    Parameters
    ----------
    times
        Output times, shape (times,).
    curves
        The curves of `ketum.endpoints.effect.SIGNALS`, shape (people, times).
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
    peak = peaks(times, curves, end_h)
    mean = averages(times, curves["effect"], dose_times, end_h)
    found = {
        "occupancy": peak["occupied_kratom"],
        "occupancy_other": peak["occupied_other"],
        "effect": peak["effect"],
        "relief": relief(peak["effect"], own),
        **{f"relief_{when}": relief(mean[when], own) for when in WHEN},
        **{f"effect_{when}": mean[when] for when in WHEN},
        "pupil": own["pupil_max"] * peak["effect_pupil"],
        "cold_pressor": 1 + own["slope_CP"] * peak["effect"],
        "morphine_mg": morphine_mg(peak["effect"], own),
        "breathing": peak["breathing"],
        "breathing_mg": morphine_mg(peak["breathing"], own, own["reserve_B"]),
        "breathing_ceiling_mg": morphine_mg(ceiling(own), own, own["reserve_B"]),
        "responsiveness": peak["responsiveness"],
        "agonist_SC": own["agonist_SC"],
        "full_HM": own["full_HM"],
        "as_new": own["as_new"],
    }
    return found | after_stopping(times, curves["SOWS"], dose_times, end_h)
