"""Quantiles of a quantity over time, and what drives a spread: what every section of a report is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ketum.writing.texts import NOTHING, Text

Array = NDArray[np.float64]
QUANTILES = ("p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True, eq=False)
class Levels:
    """Predicted plasma concentration of one alkaloid over the whole run, in ng/mL.

    Parameters
    ----------
    alkaloid
        Its name, such as ``mitragynine``.
    time_h
        Hours since the first dose, increasing.
    p05, p25, p50, p75, p95
        Quantiles over the virtual people at each time.
    certainty_note
        What a reader must know before trusting the curve ("order of magnitude: no human data").
    """

    alkaloid: str
    time_h: Array
    p05: Array
    p25: Array
    p50: Array
    p75: Array
    p95: Array
    certainty_note: Text = NOTHING


@dataclass(frozen=True)
class Share:
    """What drives the spread of one endpoint, as parts of one; None where it was not computed."""

    people: float | None = None
    product: float | None = None
    knowledge: float | None = None
