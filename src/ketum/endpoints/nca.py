"""Non-compartmental analysis, as a trial reports it.

What a paper calls a half-life depends on when blood was drawn and on how little the laboratory could still measure. To
be compared with a paper, a simulated curve has to pass through the same analysis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MIN_POINTS = 3
"""Fewest points of a terminal slope, as is customary."""


@dataclass(frozen=True)
class Exposure:
    """One row of numbers for each curve; NaN where a curve does not allow one.

    Parameters
    ----------
    Cmax, tmax
        Highest sampled concentration and its time.
    AUC_last
        Area up to the last quantifiable sample (linear up, logarithmic down).
    AUC_inf
        The same, extrapolated with the terminal slope.
    half_life
        Apparent terminal half-life: ln 2 over the slope of the last points, as many (at least three, after the peak)
        as give the best adjusted R squared.
    """

    Cmax: Array
    tmax: Array
    AUC_last: Array
    AUC_inf: Array
    half_life: Array


def analyse(times: Array, concentrations: Array, limit: Array | float = 0.0) -> Exposure:
    """Analyse curves that share their sampling times.

    Parameters
    ----------
    times
        Sampling times, increasing, shape (times,).
    concentrations
        Shape (curves, times).
    limit
        Quantification limit: lower values count as not measured. One for all, or shape (curves,).

    Returns
    -------
    Exposure
        Arrays of shape (curves,).
    """
    seen = np.where(concentrations >= np.reshape(limit, (-1, 1)), concentrations, 0.0)
    peak = seen.argmax(axis=1)
    last = times.size - 1 - (seen > 0)[:, ::-1].argmax(axis=1)
    measured = (seen > 0).any(axis=1)
    index = np.arange(times.size)
    inside = index[None, :] <= last[:, None]
    area = area_under_curve(times, np.where(inside, seen, 0.0), upto=last)
    slope, intercept_last = _terminal(times, seen, peak, last)
    with np.errstate(divide="ignore", invalid="ignore"):
        half_life = np.log(2.0) / slope
        total = area + intercept_last / slope
    nothing = np.where(measured, 1.0, np.nan)
    return Exposure(
        seen.max(axis=1) * nothing, times[peak] * nothing, area * nothing, total * nothing, half_life * nothing
    )


def area_under_curve(times: Array, concentrations: Array, upto: npt.NDArray[np.intp] | None = None) -> Array:
    """Area under curves: linear where they rise, logarithmic where they fall.

    Parameters
    ----------
    times
        Shape (times,).
    concentrations
        Shape (curves, times).
    upto
        Index of the last point that counts, shape (curves,); all points when None.
    """
    before, after = concentrations[:, :-1], concentrations[:, 1:]
    width = np.diff(times)
    # Where two points nearly agree the logarithmic rule divides one rounding error by another.
    falling = (after < before * (1 - 1e-6)) & (after > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithmic = (before - after) / np.log(before / after)
    steps = width * np.where(falling, logarithmic, (before + after) / 2)
    if upto is not None:
        steps = np.where(np.arange(width.size)[None, :] < upto[:, None], steps, 0.0)
    return np.asarray(steps.sum(axis=1))


def _terminal(times: Array, seen: Array, peak: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> tuple[Array, Array]:
    """Fit the terminal slope (1/time) and the fitted concentration at the last point; NaN where there is none."""
    curve = np.arange(seen.shape[0])
    usable = (seen > 0) & (np.arange(times.size)[None, :] > peak[:, None])
    logs = np.log(np.where(usable, seen, 1.0))
    # Time before the last sample, and sums over all points from each one to the end.
    ago = np.where(usable, times - times[last][:, None], 0.0)
    n, t, y, tt, ty, yy = (
        np.cumsum(part[:, ::-1], axis=1) for part in (usable.astype(float), ago, logs, ago**2, ago * logs, logs**2)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        stt, sty, syy = tt - t * t / n, ty - t * y / n, yy - y * y / n
        b = sty / stt
        r2 = 1 - (1 - sty**2 / (stt * syy)) * (n - 1) / (n - 2)
    r2 = np.where(usable[:, ::-1] & (n >= MIN_POINTS) & (b < 0), r2, -np.inf)
    # A tie goes to more points, as is customary (within 0.0001).
    best_with_fewer = np.maximum.accumulate(np.pad(r2, ((0, 0), (1, 0)), constant_values=-np.inf)[:, :-1], axis=1)
    good = (r2 > best_with_fewer - 1e-4) & np.isfinite(r2)
    chosen = times.size - 1 - good[:, ::-1].argmax(axis=1)
    slope, n, t, y = (part[curve, chosen] for part in (-b, n, t, y))
    found = good.any(axis=1)
    return np.where(found, slope, np.nan), np.where(found, np.exp((y + slope * t) / n), np.nan)
