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
    curves = seen.shape[0]
    best, slope, fitted_last = np.full(curves, -np.inf), np.full(curves, np.nan), np.full(curves, np.nan)
    usable = (seen > 0) & (np.arange(times.size)[None, :] > peak[:, None])
    with np.errstate(divide="ignore"):
        logs = np.where(seen > 0, np.log(np.maximum(seen, 1e-300)), 0.0)
    # Number of usable points from each sample to the end: the last k points are those with a count of at most k.
    countdown = np.cumsum(usable[:, ::-1], axis=1)[:, ::-1]
    for k in range(MIN_POINTS, times.size):
        w = (usable & (countdown <= k)).astype(float)
        n = w.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean_t, mean_y = (w * times).sum(axis=1) / n, (w * logs).sum(axis=1) / n
            dt, dy = times - mean_t[:, None], logs - mean_y[:, None]
            stt, sty, syy = (w * dt**2).sum(axis=1), (w * dt * dy).sum(axis=1), (w * dy**2).sum(axis=1)
            b = sty / stt
            r2 = 1 - (1 - sty**2 / (stt * syy)) * (n - 1) / (n - 2)
        # A tie goes to more points, as is customary (within 0.0001).
        better = (n == k) & (b < 0) & (r2 > best - 1e-4)
        best = np.where(better, np.maximum(r2, best), best)
        slope = np.where(better, -b, slope)
        fitted_last = np.where(better, np.exp(mean_y + b * (times[last] - mean_t)), fitted_last)
    return slope, fitted_last
