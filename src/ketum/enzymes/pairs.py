"""The check of the interaction model on pairs of medicines without kratom: predicted against observed.

The list (``pairs.csv``) and its rules (``PAIRS.md``) were fixed before the first prediction. Nothing is fitted here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.enzymes.algebra import activity_of, fm_of, iv_ratio, oral_ratio
from ketum.errors import KetumError
from ketum.evidence import fact
from ketum.pharmacology.parameters import moved
from ketum.rows import read_rows, several
from ketum.writing.texts import commas, say

AIM = {"inhibition": 1.4, "induction": 1.6}
"""Geometric mean fold errors that were aimed at, written down before the first prediction."""
LEAST_SD, ONE_STUDY_SD, REMEMBERED_FG_SD = 0.15, 0.3, 0.4
"""SDs of what is not known: of a strength between studies (at least; with one study), of a remembered Fg (logit)."""
UNFIT = {"not an AUC ratio", "genotypes compared", "two perpetrators", "dose is the victim's"}
"""Marks of rows that no equation may take for what one medicine does to the AUC of another."""
DRAWS = 1000
LIVER_FLOW = 97.0
WEIGHT_KG = 70.0


@dataclass(frozen=True)
class Pair:
    """A row of ``pairs.csv``: what a perpetrator did to a victim, and with what it is predicted."""

    perpetrator: str
    victim: str
    route: str
    direction: str
    observed: tuple[str, ...]
    strength: tuple[str, ...]
    reference: tuple[str, ...]
    reference_strength: str
    Fg: str
    note: str


@dataclass(frozen=True)
class Outcome:
    """A pair with its prediction.

    Parameters
    ----------
    observed, low, high
        Geometric mean over the studies on file, the smallest and the largest.
    predicted, predicted_low, predicted_high
        AUC ratio, with the 90 % interval over the spread between midazolam studies, what is not known of Fg, and
        midazolam's.
    fold
        The larger of predicted over observed and observed over predicted.
    """

    pair: Pair
    observed: float
    low: float
    high: float
    predicted: float
    predicted_low: float
    predicted_high: float
    fold: float


@cache
def pairs() -> tuple[Pair, ...]:
    """Read ``pairs.csv``."""
    listed = ("observed", "strength", "reference")
    return tuple(
        Pair(**{key: tuple(value.split(";")) if key in listed else value for key, value in row.items()})  # type: ignore[arg-type]
        for row in read_rows(__package__, "pairs.csv")
    )


def outcomes() -> tuple[Outcome, ...]:
    """Predict every pair."""
    return tuple(map(_outcome, pairs()))


def score(found: Iterable[Outcome]) -> float:
    """Geometric mean fold error."""
    return float(np.exp(np.mean([np.log(outcome.fold) for outcome in found])))


def scatter(found: Iterable[Outcome]) -> float:
    """Geometric mean fold distance of single studies from the mean of their own pair, where several are on file."""
    distances = [
        abs(np.log(value / outcome.observed))
        for outcome in found
        if len(ratios(outcome.pair.observed)) > 1
        for value in ratios(outcome.pair.observed)
    ]
    return float(np.exp(np.mean(distances)))


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


def predict(pair: Pair, z: Array) -> Array:
    """Predict a pair.

    Parameters
    ----------
    z
        Standard normal numbers for what is not known: the strength of both perpetrators, Fg, midazolam's Fg and its
        share of CYP3A; shape (5, draws). Zeros give the central prediction.
    """
    prior = {p.name: p for p in pharmacology.parameters()}
    own_Fg, own_3A = (
        moved(np.array(prior[n].prior_median), prior[n].prior_sd * z[i], "logit")
        for n, i in (("trial_Fg", 3), ("trial_3A", 4))
    )

    def activity(strength: Sequence[str], z: Array) -> Array:
        return activity_of(mean_ratio(strength) * np.exp(between_studies(strength) * z), own_Fg, own_3A)

    # Midazolam as the victim is the same midazolam that gives the strength.
    Fg = (
        own_Fg
        if pair.victim == "midazolam"
        else moved(np.array(fact(pair.Fg).number()), REMEMBERED_FG_SD * z[2], "logit")
    )
    complete = pair.reference_strength == "complete"
    left = np.zeros_like(Fg) if complete else activity((pair.reference_strength,), z[1])
    fm = fm_of(mean_ratio(pair.reference), Fg, left)
    active = activity(pair.strength, z[0])
    if pair.route == "IV":
        return iv_ratio(active, fm, _extraction(pair.victim, Fg))
    return oral_ratio(active, active, Fg, fm)


def _outcome(pair: Pair) -> Outcome:
    rng = np.random.default_rng(1)
    low, high = np.quantile(predict(pair, rng.standard_normal((5, DRAWS))), [0.05, 0.95])
    predicted = float(predict(pair, np.zeros((5, 1)))[0])
    observed = mean_ratio(pair.observed)
    values = ratios(pair.observed)
    fold = max(predicted / observed, observed / predicted)
    return Outcome(pair, observed, min(values), max(values), predicted, float(low), float(high), fold)


def _extraction(victim: str, Fg: Array) -> Array:
    """Share that the liver takes: from clearance (midazolam) or from what reaches the blood by mouth (alfentanil)."""
    if victim == "midazolam":
        low, high = fact("EK005").bounds()
        return np.full_like(Fg, np.sqrt(low * high) * WEIGHT_KG / LIVER_FLOW)
    return np.clip(1.0 - fact("VF0165").number() / Fg, 0.0, 1.0)
