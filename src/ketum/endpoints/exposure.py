"""What a curve amounts to: peak, trough, area and half-life, over the whole run and over single dosing intervals.

All in ng/mL and hours, for every person apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array
from ketum.endpoints import nca

UNITS = {
    "Cmax": "ng/mL",
    "Cmax_unbound": "nM",
    "tmax": "h",
    "AUC": "h*ng/mL",
    "AUC_inf": "h*ng/mL",
    "Cmin": "ng/mL",
    "Cavg": "ng/mL",
    "half_life": "h",
    "half_life_structural": "h",
    "accumulation": "ratio",
    "time_above_study_peak": "h",
}
"""Unit of every quantity; ``_first`` and ``_last`` do not change it."""

FOLLOW_UP_H = np.array([0.5, 1, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 24, 48, 72, 96, 120, 144])
"""Hours after the last dose at which a trial would draw blood; the half-life is read off these."""

EARLY = np.array([0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 36])
COARSE = np.array([0.5, 1, 1.5, 2, 3, 4, 6, 12])
MANY_DOSES = 300
SAME_H = 1e-6
"""Times closer than this are one."""


@dataclass(frozen=True)
class EndpointWindow:
    """A stretch of time: the whole run, or one dosing interval."""

    suffix: str
    start_h: float
    stop_h: float


def output_times(dose_times: Array, end_h: float) -> Array:
    """Choose output times that follow every dose's rise and fall, and reach beyond the last for its half-life.

    Parameters
    ----------
    dose_times
        All dose times, shape (doses,).
    end_h
        End of the run.

    Returns
    -------
    ndarray
        Increasing; at least up to the later of `end_h` and the last follow-up sample.
    """
    offsets = EARLY if dose_times.size <= MANY_DOSES else COARSE
    gaps = np.append(np.diff(dose_times), np.inf)[: dose_times.size]
    near = (dose_times[:, None] + offsets)[offsets[None, :] < gaps[:, None]]
    last = dose_times[-1] if dose_times.size else 0.0
    quiet = np.arange(0.0, end_h + 1e-9, 12.0)
    edges = [edge for window in windows(dose_times, end_h) for edge in (window.start_h, window.stop_h)]
    return _distinct(np.concatenate([edges, near, dose_times, quiet, last + FOLLOW_UP_H]))


def _distinct(times: Array) -> Array:
    """Sort times, and take those that differ by rounding only (24 h and 36 times 40 min) for one."""
    ordered = np.unique(times)
    return np.asarray(ordered[np.append(True, np.diff(ordered) > SAME_H)])


def windows(dose_times: Array, end_h: float) -> tuple[EndpointWindow, ...]:
    """Name the stretches that are reported: the run, and with repeated doses its first and last complete interval."""
    taken = np.unique(dose_times[dose_times < end_h])
    whole = EndpointWindow("", float(taken[0]) if taken.size else 0.0, end_h)
    if taken.size < 2:
        return (whole,)
    # The last dose's interval is as long as the one before it, and counts only where the run reaches its end.
    stops = np.append(taken[1:], taken[-1] + (taken[-1] - taken[-2]))
    complete = np.flatnonzero(stops <= end_h + SAME_H)
    last = complete[-1]
    return (whole, EndpointWindow("_first", taken[0], stops[0]), EndpointWindow("_last", taken[last], stops[last]))


def endpoints(
    times: Array, levels: Array, dose_times: Array, end_h: float, *, limit: Array | float, study_peak: float
) -> dict[str, Array]:
    """Work out each person's numbers for one alkaloid.

    Parameters
    ----------
    times
        Output times, shape (times,).
    levels
        Plasma concentrations in ng/mL, shape (people, times).
    dose_times
        Dose times, shape (doses,).
    end_h
        End of the run; later outputs serve the half-life only.
    limit
        Quantification limit in ng/mL for the apparent half-life; one for all, or shape (people,).
    study_peak
        Level in ng/mL above which time is counted.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        ``tmax`` counts from the dose that precedes the peak, not from the beginning of the run.
    """
    found: dict[str, Array] = {}
    for window in windows(dose_times, end_h):
        numbers = _in_window(times, levels, window)
        numbers["tmax"] = _since_dose(numbers["tmax"], dose_times)
        found |= {name + window.suffix: value for name, value in numbers.items()}
    run = times <= end_h + SAME_H
    found["time_above_study_peak"] = time_above(times[run], levels[:, run], study_peak)
    found["half_life"] = _half_life_after(times, levels, dose_times, limit)
    if "AUC_first" in found:
        with np.errstate(divide="ignore", invalid="ignore"):
            found["accumulation"] = found["AUC_last"] / found["AUC_first"]
    elif dose_times.size:
        found["AUC_inf"] = _to_infinity(times, levels, dose_times, found)
    return found


def _in_window(times: Array, levels: Array, window: EndpointWindow) -> dict[str, Array]:
    inside = (times >= window.start_h - SAME_H) & (times <= window.stop_h + SAME_H)
    t, c = times[inside], levels[:, inside]
    peak = c.argmax(axis=1)
    area = nca.area_under_curve(t, c)
    found = {
        "Cmax": c.max(axis=1),
        "tmax": t[peak],
        "AUC": area,
        "Cavg": area / (window.stop_h - window.start_h),
        "Cmin": np.where(np.arange(t.size)[None, :] >= peak[:, None], c, np.inf).min(axis=1),
    }
    if window.suffix:
        found["half_life"] = nca.analyse(t, c).half_life
    return found


def _since_dose(peak_h: Array, dose_times: Array) -> Array:
    """Count each person's time of the peak from the dose before it; 0 where there is none; shape (people,).

    A dose at the very instant of the peak has not been taken up yet: the peak belongs to the one before.
    """
    taken = np.unique(dose_times)
    before = np.searchsorted(taken, peak_h - SAME_H) - 1
    return np.where(before < 0, 0.0, peak_h - taken[np.maximum(before, 0)]) if taken.size else np.zeros(peak_h.size)


def time_above(times: Array, levels: Array, threshold: float) -> Array:
    """Add up the time that curves spend above a level, with straight lines between points; shape (people,)."""
    before, after = levels[:, :-1] - threshold, levels[:, 1:] - threshold
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.maximum(before, after) / np.abs(after - before)
    share = np.where((before > 0) & (after > 0), 1.0, np.where((before > 0) | (after > 0), crossing, 0.0))
    return np.asarray((share * np.diff(times)).sum(axis=1))


def _half_life_after(times: Array, levels: Array, dose_times: Array, limit: Array | float) -> Array:
    if not dose_times.size:
        return np.full(len(levels), np.nan)
    sampled = _at(times, dose_times[-1] + FOLLOW_UP_H)
    return nca.analyse(times[sampled], levels[:, sampled], limit).half_life


def _at(times: Array, wanted: Array) -> npt.NDArray[np.intp]:
    """Find where wanted times stand in the grid."""
    after = np.clip(np.searchsorted(times, wanted), 1, times.size - 1)
    nearest = np.where(wanted - times[after - 1] < times[after] - wanted, after - 1, after)
    return np.unique(nearest)


def _to_infinity(times: Array, levels: Array, dose_times: Array, found: Mapping[str, Array]) -> Array:
    sampled = _at(times, np.append(dose_times[-1], dose_times[-1] + FOLLOW_UP_H))
    return nca.analyse(times[sampled], levels[:, sampled]).AUC_inf
