"""How far a published number may be off by itself: standard errors, of a logarithm where nothing else is said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.stats import norm

INTERVAL_90 = 2 * 1.645
"""Standard errors from one end of a 90 % interval to the other."""
MEDIAN_OVER_MEAN = math.sqrt(math.pi / 2)
"""Standard error of a median over that of a mean, for a bell curve."""


def mean_error(mean: float, sd: float, n: int) -> float:
    """Standard error of the logarithm of a mean, from its SD between n people."""
    return sd / math.sqrt(n) / abs(mean)


def median_error(low: float, high: float, n: int) -> float | None:
    """Standard error of the logarithm of a median, from the smallest and largest of n people; None of a single one."""
    if n < 2:
        return None
    return MEDIAN_OVER_MEAN * math.log(high / low) / _expected_range(n) / math.sqrt(n)


def ratio_error(low: float, high: float) -> float:
    """Standard error of the logarithm of a ratio, from its 90 % interval."""
    return math.log(high / low) / INTERVAL_90


def studies_error(values: Sequence[float]) -> float | None:
    """Standard error of the logarithm of the geometric mean over studies; None where there is but one."""
    if len(values) < 2:
        return None
    return float(np.std(np.log(values), ddof=1)) / math.sqrt(len(values))


def count_error(count: float, n: int) -> float:
    """Standard error of how many of n people have something; half a person is added, so that none is no certainty."""
    share = (count + 0.5) / (n + 1)
    return math.sqrt(n * share * (1 - share))


@cache
def _expected_range(n: int) -> float:
    """Largest minus smallest of n standard normal numbers, on average."""
    x = np.linspace(-8.0, 8.0, 4001)
    below = norm.cdf(x)
    return float(np.trapezoid(1 - below**n - (1 - below) ** n, x))
