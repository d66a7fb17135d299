"""What a study would have noticed, where it looked for something and saw nothing.

Such a study says no number, and yet how large a change can have been: of one larger than two standard errors of its
mean it would hardly have said that there was none. Where nobody had a grave event, each person stayed below it.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm

from ketum.arrays import Array

BREATHING_SD = 0.13
"""SD of one person's change of the breathing rate over its mean: two breaths of 15 a minute; assumed."""
GRAVE = 0.35
"""Fall of the breathing that nobody can have had where no adverse event was seen: from 15 to 10 breaths a minute."""
SCORE_SD = 3.0
"""SD of a score of withdrawal in people who have none, in points; ten regular users had 3.3 (AN015)."""
NOTICED = 2.0
"""Standard errors of a mean change that a study would have noticed."""
MEAN_FALL, MEAN_RISE, NOBODY = "mean fall at most", "mean rise at most", "nobody's fall above"
"""The statistics of ``effect_data.csv`` that are bounds."""
STATISTICS = (MEAN_FALL, MEAN_RISE, NOBODY)
ONE_PERSON_SD = {"breathing": BREATHING_SD, "sows": SCORE_SD}


def noticed(quantity: str, statistic: str, n: int) -> float | None:
    """Say from where on a study would have noticed a change; None where a statistic is no bound.

    Parameters
    ----------
    quantity, statistic
        As ``effect_data.csv`` has them.
    n
        People of the study.

    Returns
    -------
    float or None
        In the quantity's own unit: a share of the drive to breathe, or points of the score.
    """
    if statistic == NOBODY:
        return GRAVE
    if statistic not in (MEAN_FALL, MEAN_RISE):
        return None
    return NOTICED * ONE_PERSON_SD[quantity] / math.sqrt(n)


def not_seen(mean: Array, sd: float, n: int) -> Array:
    """Log probability that n people whose mean change is `mean` show less than would have been noticed."""
    return np.asarray(norm.logcdf(NOTICED - mean / (sd / np.sqrt(n))))


def nobody_above(falls: Array) -> Array:
    """Log probability, of one person each, that a fall of the breathing is measured as less than grave."""
    return np.asarray(norm.logcdf((GRAVE - falls) / BREATHING_SD))
