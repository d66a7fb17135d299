"""Global sensitivity of any function of uniform inputs, by SALib: Sobol's indices and Morris' screening."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array

Method = Literal["sobol", "morris"]
BOUNDS = {"sobol": (0.0, 1.0), "morris": (0.05, 0.95)}
"""Morris' design stands on the edges of the cube, where a normal distribution is infinite: it goes from the 5th to the
95th percentile instead."""
LEVELS = 4
RESAMPLES = 25
"""For the intervals of tied inputs, of which there are many."""


@dataclass(frozen=True)
class Index:
    """What one input does; the intervals are half-widths at 95 %.

    Parameters
    ----------
    first, first_interval
        Sobol's first-order index: the share of the variance that the input explains by itself. NaN with Morris.
    total, total_interval
        Sobol's total index: its share together with all that it does in concert with others. With Morris the mean
        absolute elementary effect, for the whole way from the input's 5th to its 95th percentile. NaN for an input
        that is tied to others, for which it says nothing.
    """

    first: float
    first_interval: float
    total: float
    total_interval: float


def design(inputs: Sequence[str], samples: int, method: Method = "sobol", seed: int = 0) -> Array:
    """Sample the unit cube.

    Parameters
    ----------
    inputs
        Names.
    samples
        Base samples of Sobol's design, taken up to a power of two, or trajectories of Morris'.
    method, seed
        Which design, and its seed.

    Returns
    -------
    ndarray, shape (runs, inputs)
        With D inputs samples * (D + 2) runs for Sobol, samples * (D + 1) for Morris.
    """
    problem = _problem(inputs, method)
    if method == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem, samples, num_levels=LEVELS, seed=_never_zero(seed)))
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem, power_of_two(samples), calc_second_order=False, seed=_never_zero(seed)))


def indices(
    inputs: Sequence[str], sample: Array, values: Array, method: Method = "sobol", seed: int = 0
) -> list[Index]:
    """Work out how much each input drives some values.

    Parameters
    ----------
    inputs, sample, method, seed
        As for `design`, and its result.
    values
        What came of each run, shape (runs,).

    Returns
    -------
    list of Index
        One an input, in order.
    """
    problem = _problem(inputs, method)
    if method == "morris":
        from SALib.analyze import morris

        found = morris.analyze(problem, sample, values, num_levels=LEVELS, seed=_never_zero(seed))
        pairs = zip(found["mu_star"], found["mu_star_conf"], strict=True)
        return [Index(math.nan, math.nan, float(total), float(interval)) for total, interval in pairs]
    from SALib.analyze import sobol

    found = sobol.analyze(problem, values, calc_second_order=False, seed=_never_zero(seed))
    columns = (np.asarray(found[name], dtype=float).tolist() for name in ("S1", "S1_conf", "ST", "ST_conf"))
    return [Index(*row) for row in zip(*columns, strict=True)]


def tied(names: Sequence[str], sample: Array, values: Array, seed: int = 0) -> list[Index]:
    """Work out first-order indices of inputs that depend on each other, from any sample of them.

    The index is the share of the variance that would go if this input became known; shares of tied inputs overlap. It
    is estimated in bins, so that an input of no effect gets up to about one part in a hundred.

    Parameters
    ----------
    names, sample, values
        The inputs, their values, shape (runs, inputs), and what came of each run, shape (runs,).
    seed
        Of the resampling behind the intervals.
    """
    from SALib.analyze import delta

    found = delta.analyze(
        _problem(names, "sobol"), sample, values, num_resamples=RESAMPLES, seed=_never_zero(seed), method="sobol"
    )
    pairs = zip(found["S1"], found["S1_conf"], strict=True)
    return [Index(float(first), float(interval), math.nan, math.nan) for first, interval in pairs]


def independent_runs(inputs: int, runs: int) -> npt.NDArray[np.intp]:
    """Find the runs of Sobol's design that are drawn afresh, and not from others by changing one input."""
    place = np.arange(runs) % (inputs + 2)
    return np.flatnonzero((place == 0) | (place == inputs + 1))


def _never_zero(seed: int) -> int:
    """Shift a seed: SALib takes 0 for none, and then gives other intervals each time."""
    return seed + 1


def power_of_two(samples: int) -> int:
    """Round up: Sobol's sequence is balanced at powers of two."""
    return 1 << max(samples - 1, 1).bit_length()


def _problem(inputs: Sequence[str], method: Method) -> dict[str, Any]:
    return {"num_vars": len(inputs), "names": list(inputs), "bounds": [list(BOUNDS[method])] * len(inputs)}
