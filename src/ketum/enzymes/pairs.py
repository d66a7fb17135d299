"""The check of the interaction model on pairs of medicines without kratom: predicted against observed.

The list (``pairs.csv``) and its rules (``PAIRS.md``) were fixed before the first prediction. A pair is predicted from
its victim's other rows (`estimate`), never from its own, and its interval carries the error between victim studies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.enzymes.algebra import activity_of, iv_ratio, oral_ratio
from ketum.enzymes.common import Common, common
from ketum.enzymes.estimate import FREEDOM, Group, variance, victim
from ketum.enzymes.left_out import draws
from ketum.enzymes.seen import GUT_ONLY, WEAKER, Seen, marks, seen, strength_of
from ketum.enzymes.strengths import mean_ratio, ratios
from ketum.evidence import fact
from ketum.pharmacology.parameters import moved
from ketum.rows import read_rows

AIM = {"inhibition": 1.4, "induction": 1.6}
"""Geometric mean fold errors that were aimed at, written down before the first prediction."""
DRAWS = 1000
LIVER_FLOW = 97.0
WEIGHT_KG = 70.0
STRONGEST = 12.0
"""The strongest inhibitors' ratio of oral midazolam: stands for an inhibitor that is taken to leave no CYP3A."""


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
        AUC ratio, with the 90 % interval over what is not known of victim and perpetrator, and the error between victim
        studies.
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


def predict(pair: Pair, shared: Common | None = None, number: int = DRAWS) -> Array:
    """Predict a pair from everything on file of its victim but the pair itself.

    Left out are the facts in `observed` and every other row of the same perpetrator beside the same victim, which may be
    the same study told twice.

    Returns
    -------
    ndarray, shape (number,)
        AUC ratios: draws over what is not known and the error between studies.
    """
    shared = shared or common()
    name = pair.perpetrator.casefold()
    group = Group(
        name, pair.route, np.nan, len(pair.observed), strength_of(pair.strength, name in GUT_ONLY),
        any(WEAKER.keys() & set(marks(fact(fact_id))) for fact_id in pair.observed), pair.observed,
    )  # fmt: skip
    if pair.victim == "midazolam":
        return np.exp(_midazolam(group, shared, number))
    kept = [row for row in seen().get(pair.victim, ()) if row.perpetrator != name and row.fact_id not in pair.observed]
    others = victim(pair.victim, kept + _references(pair, kept), without=name)
    return np.exp(draws(others, group, shared, number))


def _references(pair: Pair, kept: list[Seen]) -> list[Seen]:
    """Return the references of a pair that no rule counted: rows of a strength of their own, or a share seen."""
    counted = {row.fact_id for row in kept}
    inhibited = any(row.strength.log_ratio > 0 and not row.strength.gut_only for row in kept)
    found = []
    for fact_id in pair.reference:
        row = fact(fact_id)
        perpetrator = row.details.get("perpetrator", "").casefold()
        if fact_id in counted or perpetrator == pair.perpetrator.casefold() or fact_id in pair.observed or inhibited:
            continue
        if pair.reference_strength == "complete":
            strength = strength_of((), log_ratio=float(np.log(STRONGEST)))
        else:
            strength = strength_of((pair.reference_strength,))
        share = row.table != "perpetrator_inputs"
        seen_ratio = 1.0 / (1.0 - row.number()) if share else row.number()
        route = "PO" if share else row.details.get("victim_route", "PO")
        found.append(
            Seen(fact_id, perpetrator or "complete", pair.victim, route, float(np.log(seen_ratio)), strength, False)
        )
    return found


def _midazolam(group: Group, shared: Common, number: int) -> Array:
    """Midazolam as the victim is the same midazolam that gives the strength."""
    z = np.random.default_rng(1).standard_normal((3, number))
    error = np.random.default_rng(2).standard_t(FREEDOM, number)
    prior = {p.name: p for p in pharmacology.parameters()}
    Fg, fm = (
        moved(np.array(prior[name].prior_median), prior[name].prior_sd * z[i], "logit")
        for name, i in (("trial_Fg", 0), ("trial_3A", 1))
    )
    active = activity_of(np.exp(group.strength.log_ratio + group.strength.sd * z[2]), Fg, fm)
    if group.route == "IV":
        low, high = fact("EK005").bounds()
        told = np.log(iv_ratio(active, fm, np.sqrt(low * high) * WEIGHT_KG / LIVER_FLOW))
    else:
        told = np.log(oral_ratio(active, active, Fg, fm))
    return np.asarray(told + np.sqrt(variance(told, group, shared)) * error)


def _outcome(pair: Pair) -> Outcome:
    low, predicted, high = np.quantile(predict(pair), [0.05, 0.5, 0.95]).tolist()
    observed, values = mean_ratio(pair.observed), ratios(pair.observed)
    fold = max(predicted / observed, observed / predicted)
    return Outcome(pair, observed, min(values), max(values), predicted, low, high, fold)
