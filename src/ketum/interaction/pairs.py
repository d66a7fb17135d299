"""The check of the interaction model on pairs of medicines without kratom: predicted against observed.

The list (``pairs.csv``) and its rules (``PAIRS.md``) were fixed before the first prediction. Nothing is fitted here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from ketum import pharmacology
from ketum.evidence import fact
from ketum.interaction.algebra import activity_of, fm_of, iv_ratio, oral_ratio

AIM = {"inhibition": 1.4, "induction": 1.6}
"""Geometric mean fold errors that were aimed at, written down before the first prediction."""
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
    predicted
        AUC ratio.
    fold
        The larger of predicted over observed and observed over predicted.
    """

    pair: Pair
    observed: float
    low: float
    high: float
    predicted: float
    fold: float


@cache
def pairs() -> tuple[Pair, ...]:
    """Read ``pairs.csv``."""
    text = files(__package__).joinpath("pairs.csv").read_text(encoding="utf-8")
    listed = ("observed", "strength", "reference")
    return tuple(
        Pair(**{key: tuple(value.split(";")) if key in listed else value for key, value in row.items()})  # type: ignore[arg-type]
        for row in csv.DictReader(text.splitlines())
    )


def outcomes() -> tuple[Outcome, ...]:
    """Predict every pair."""
    return tuple(map(_outcome, pairs()))


def score(found: Iterable[Outcome]) -> float:
    """Geometric mean fold error."""
    return float(np.exp(np.mean([np.log(one.fold) for one in found])))


def scatter(found: Iterable[Outcome]) -> float:
    """Geometric mean fold distance of single studies from the mean of their own pair, where several are on file."""
    distances = [
        abs(np.log(value / one.observed))
        for one in found
        if len(one.pair.observed) > 1
        for value in (fact(fact_id).number() for fact_id in one.pair.observed)
    ]
    return float(np.exp(np.mean(distances)))


def mean_ratio(fact_ids: Sequence[str]) -> float:
    """Geometric mean of the ratios of facts."""
    return float(np.exp(np.mean([np.log(fact(fact_id).number()) for fact_id in fact_ids])))


def activity(fact_ids: Sequence[str]) -> float:
    """Activity of CYP3A under a perpetrator, from its effect on oral midazolam."""
    prior = {p.name: p.prior_median for p in pharmacology.parameters()}
    return float(activity_of(mean_ratio(fact_ids), prior["trial_Fg"], prior["trial_3A"]))


def _outcome(pair: Pair) -> Outcome:
    Fg = fact(pair.Fg).number()
    left = 0.0 if pair.reference_strength == "complete" else activity((pair.reference_strength,))
    fm = float(fm_of(mean_ratio(pair.reference), Fg, left))
    active = activity(pair.strength)
    if pair.route == "IV":
        predicted = float(iv_ratio(active, fm, _extraction(pair.victim, Fg)))
    else:
        predicted = float(oral_ratio(active, active, Fg, fm))
    observed = mean_ratio(pair.observed)
    values = [fact(fact_id).number() for fact_id in pair.observed]
    return Outcome(pair, observed, min(values), max(values), predicted, max(predicted / observed, observed / predicted))


def _extraction(victim: str, Fg: float) -> float:
    """Share that the liver takes: from clearance (midazolam) or from what reaches the blood by mouth (alfentanil)."""
    if victim == "midazolam":
        low, high = fact("EK005").bounds()
        return float(np.sqrt(low * high)) * WEIGHT_KG / LIVER_FLOW
    return 1.0 - fact("VF0165").number() / Fg
