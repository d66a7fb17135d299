"""The AUC ratios of facts, their mean, and how far studies lie apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ketum.errors import KetumError
from ketum.evidence import fact
from ketum.rows import several
from ketum.writing.texts import commas, say

LEAST_SD, ONE_STUDY_SD, LEAST_MEAN_SD = 0.15, 0.3, 0.1
"""SDs of what is not known of a strength: between studies (at least), with one study, of a mean over many."""
UNFIT = {"not an AUC ratio", "genotypes compared", "two perpetrators", "dose is the victim's"}
"""Marks of rows that no equation may take for what one medicine does to the AUC of another."""


def ratios(fact_ids: Sequence[str]) -> list[float]:
    """Return the AUC ratios of facts; those that `UNFIT` marks as something else are left out.

    Raises
    ------
    KetumError
        Where none is left.
    """
    found = [fact(name).number() for name in fact_ids if not UNFIT & set(several(fact(name).details.get("mark", "")))]
    if not found:
        raise KetumError(say("none of {facts} is the AUC ratio of one medicine", facts=commas(fact_ids)))
    return found


def mean_ratio(fact_ids: Sequence[str]) -> float:
    """Geometric mean of the AUC ratios of facts."""
    return float(np.exp(np.mean(np.log(ratios(fact_ids)))))


def between_studies(strength: Sequence[str]) -> float:
    """SD of the logarithm of a strength: over single studies, or from the range that a mean over studies states."""
    seen = ratios(strength)
    if len(seen) > 1:
        return max(float(np.std(np.log(seen), ddof=1)), LEAST_SD)
    spread = fact(strength[0]).spread
    if spread.startswith("range "):
        low, high = map(float, spread.removeprefix("range ").split("-"))
        return max(float(np.log(high / low)) / 3.29, LEAST_SD)
    return ONE_STUDY_SD


def of_the_mean(strength: Sequence[str]) -> float:
    """SD of the logarithm of a mean strength, over as many studies as it has."""
    number = re.match(r"\d+(?= studies)", fact(strength[0]).n)
    studies = int(number.group()) if number else len(ratios(strength))
    return float(max(between_studies(strength) / np.sqrt(studies), LEAST_MEAN_SD))
