"""Each victim's share fm of CYP3A in the liver and share Fg that survives the gut wall, from all its rows together.

Both are followed on a grid (logit scale). A class gives the middle and the spread before any row; an oral availability
bounds Fg from below; an Fg on file counts with its own error; each study counts with the error between victim studies
and with what is not known of its perpetrator's strength, which comes from oral midazolam alone. Everything is a sum
over the grid, so it is the same each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit, gammaln, log_ndtr, logit

from ketum.arrays import Array
from ketum.enzymes.algebra import activity_of, gut_ratio, iv_ratio, liver_ratio
from ketum.enzymes.believed import Believed, believed
from ketum.enzymes.common import Common, classes
from ketum.enzymes.seen import Seen, Strength, seen, strengths

OWN_FG, OWN_3A = 0.57, 0.93
"""Midazolam's Fg and share of CYP3A: the middle of what is believed of them (``parameters.csv``)."""
STEPS = 31
_G, _M = (a.ravel() for a in np.meshgrid(np.linspace(-3.5, 4.5, STEPS), np.linspace(-4.0, 5.0, STEPS), indexing="ij"))
FG, FM = expit(_G), expit(_M)
_Z, _W = hermegauss(5)
_W = _W / _W.sum()
FREEDOM = 5
"""Degrees of freedom of the error: a study far off pulls less than a normal one would."""
F_SD = 0.15
"""SD of the logarithm of an oral availability."""
UNKNOWN_E, MOST_E = 0.3, 0.95
SAME = 0.012
"""Two ratios of a pair that are as near (logarithm) are one study, told twice."""
GRAPEFRUIT_SD = 0.5
"""SD (logit) of what grapefruit juice leaves in the gut wall: a glass is not a glass."""


@dataclass(frozen=True)
class Group:
    """All studies of one victim beside one perpetrator, by one route and at one strength.

    Parameters
    ----------
    log_ratio, studies
        Their mean, and how many there are.
    weaker
        Whether each has a mark that gives it more error.
    """

    perpetrator: str
    route: str
    log_ratio: float
    studies: int
    strength: Strength
    weaker: bool
    facts: tuple[str, ...]


def groups(rows: Iterable[Seen]) -> tuple[Group, ...]:
    """Put the studies of a pair together; one that is told twice counts once."""
    by: dict[tuple[str, str, tuple[str, ...]], list[Seen]] = {}
    for row in rows:
        by.setdefault((row.perpetrator, row.route, row.strength.facts), []).append(row)
    return tuple(_group(together) for together in by.values())


def _group(rows: Sequence[Seen]) -> Group:
    apart: list[float] = []
    for row in rows:
        if all(abs(row.log_ratio - other) >= SAME for other in apart):
            apart.append(row.log_ratio)
    first = rows[0]
    weaker = all(row.weaker for row in rows)
    facts = tuple(row.fact_id for row in rows)
    return Group(first.perpetrator, first.route, float(np.mean(apart)), len(apart), first.strength, weaker, facts)


def activities(strength: Strength, z: float, grapefruit_left: float) -> tuple[float, float]:
    """Return the activity left in gut wall and liver, z SDs from the mean of the midazolam studies."""
    if strength.gut_only:
        # Midazolam is nearly at its limit (1/Fg) and cannot tell how little is left: all victims together do.
        left = expit(logit(grapefruit_left) - z * GRAPEFRUIT_SD)
        return float(left), 1.0
    active = float(activity_of(np.exp(strength.log_ratio + strength.sd * z), OWN_FG, OWN_3A))
    return active, active


def induced_gut_ratio(active: float, Fg: Array | float, access: float) -> Array:
    """Ratio of what survives the gut wall, where access to the enzyme limits what induction adds to the loss.

    With loss over survival O = (1 - Fg) / Fg, induction makes it O + O (a - 1) / (1 + O (a - 1) / access): in full where
    little is lost, and at most `access` more. Inhibition is not limited.
    """
    if active <= 1.0:
        return gut_ratio(active, Fg)
    odds = (1.0 - np.asarray(Fg)) / np.asarray(Fg)
    more = odds * (active - 1.0)
    return np.asarray((1.0 + odds) / (1.0 + odds + more / (1.0 + more / access)))


def log_ratios(group: Group, z: float, extraction: Array, access: float, grapefruit_left: float) -> Array:
    """Predict the logarithm of a pair's ratio on the grid, shape (grid,)."""
    gut, liver = activities(group.strength, z, grapefruit_left)
    if group.route == "IV":
        return np.log(iv_ratio(liver, FM, extraction))
    return np.log(induced_gut_ratio(gut, FG, access) * liver_ratio(liver, FM))


def variance(predicted: Array, group: Group, shared: Common) -> Array:
    """Variance of a pair's logarithm about what is predicted: between victim studies, and of the mean of so many."""
    share = shared.induction if group.strength.log_ratio < 0 else shared.inhibition
    return (share * predicted) ** 2 + shared.noise**2 / group.studies + (shared.marked**2 if group.weaker else 0.0)


@dataclass(frozen=True, eq=False)
class VictimStudies:
    """A victim's rows with all that does not change while the common numbers are fitted."""

    generic: str
    known: Believed
    groups: tuple[Group, ...]
    extraction: Array
    without: str = ""


def victim(generic: str, rows: Iterable[Seen] | None = None, without: str = "") -> VictimStudies:
    """Gather a victim, without one perpetrator where it is named."""
    known = believed(generic)
    counted = seen().get(generic, ()) if rows is None else rows
    kept = groups(row for row in counted if row.perpetrator != without)
    return VictimStudies(generic, known, kept, _extraction(known), without)


def _extraction(known: Believed) -> Array:
    """Share that the liver takes at each passage, on the grid: measured, or from what reaches the blood by mouth."""
    if known.Fh is not None:
        return np.full(FG.size, 1.0 - known.Fh)
    if known.F is None:
        return np.full(FG.size, UNKNOWN_E)
    return np.clip(1.0 - known.F / FG, 0.0, MOST_E)


def log_prior(victim: VictimStudies, shared: Common) -> Array:
    """Logarithm of what is believed before any interaction row, on the grid."""
    fm, Fg = classes(shared)[victim.known.kind]
    a, b, r = (_M - fm) / shared.fm_sd, (_G - Fg) / shared.Fg_sd, shared.correlation
    found = -0.5 * (a * a + b * b - 2 * r * a * b) / (1 - r * r)
    found = found - np.log(np.exp(found).sum())
    if victim.known.F is not None:
        found = found + log_ndtr((np.log(FG) - np.log(victim.known.F)) / F_SD)
    told = [
        value
        for value, by_grapefruit in zip(victim.known.Fg, victim.known.Fg_by_grapefruit, strict=True)
        if not (by_grapefruit and "grapefruit" in victim.without)
    ]
    if told:
        middle = logit(np.clip(told, 0.02, 0.98)).mean()
        found = found - 0.5 * ((_G - middle) / shared.Fg_fact_sd) ** 2 - np.log(shared.Fg_fact_sd)
    return np.asarray(found + _bounds(victim, shared))


def _bounds(victim: VictimStudies, shared: Common) -> Array:
    """An availability beside an inhibitor, over that without, is at least what the gut wall alone gives."""
    found = np.zeros(FG.size)
    for beside in victim.known.inhibited:
        for name, listed in strengths().items():
            strength = listed[-1][1]
            if strength is None or name not in beside.perpetrator.casefold() or name == victim.without:
                continue
            gut, _ = activities(strength, 0.0, shared.grapefruit_left)
            found += log_ndtr((np.log(beside.ratio) - np.log(gut_ratio(gut, FG))) / (2 * F_SD))
    return found


@lru_cache(maxsize=512)
def _predicted(victim: VictimStudies, access: float, grapefruit_left: float) -> tuple[Array, ...]:
    """Predict a victim's groups on the grid at each strength, shape (grid, strengths); kept while others are fitted."""
    return tuple(
        np.stack([log_ratios(group, z, victim.extraction, access, grapefruit_left) for z in _Z], axis=1)
        for group in victim.groups
    )


def log_likelihood(victim: VictimStudies, shared: Common) -> Array:
    """Logarithm of the likelihood of all rows on the grid, over what is not known of each perpetrator's strength."""
    found = np.zeros(FG.size)
    by: dict[tuple[str, tuple[str, ...]], Array] = {}
    for group, predicted in zip(victim.groups, _predicted(victim, shared.access, shared.grapefruit_left), strict=True):
        one = _student(group.log_ratio - predicted, variance(predicted, group, shared))
        key = group.perpetrator, group.strength.facts
        by[key] = by[key] + one if key in by else one
    for one in by.values():
        top = one.max(axis=1, keepdims=True)
        found += top[:, 0] + np.log(np.exp(one - top) @ _W)
    return found


def _student(distance: Array, variance: Array) -> Array:
    half = (FREEDOM + 1) / 2
    constant = gammaln(half) - gammaln(FREEDOM / 2) - 0.5 * np.log(FREEDOM * np.pi)
    return np.asarray(constant - 0.5 * np.log(variance) - half * np.log1p(distance**2 / variance / FREEDOM))


def weights(victim: VictimStudies, shared: Common) -> Array:
    """Posterior weights on the grid; they add up to 1."""
    logs = log_prior(victim, shared) + log_likelihood(victim, shared)
    found = np.exp(logs - logs.max())
    return np.asarray(found / found.sum())


def log_evidence(victim: VictimStudies, shared: Common) -> float:
    """Logarithm of how likely a victim's rows are, under what is common to all."""
    logs = log_prior(victim, shared) + log_likelihood(victim, shared)
    return float(logs.max() + np.log(np.exp(logs - logs.max()).sum()))


@dataclass(frozen=True)
class Shares:
    """What a victim's rows tell of it: means, SDs (logit) of Fg and fm, and their correlation."""

    Fg: float
    Fg_sd: float
    fm: float
    fm_sd: float
    correlation: float


def shares(victim: VictimStudies, shared: Common) -> Shares:
    """Sum up a victim's posterior."""
    w = weights(victim, shared)
    Fg, fm = float(w @ _G), float(w @ _M)
    Fg_sd, fm_sd = float(np.sqrt(w @ (_G - Fg) ** 2)), float(np.sqrt(w @ (_M - fm) ** 2))
    together = float(w @ ((_G - Fg) * (_M - fm))) / (Fg_sd * fm_sd)
    return Shares(Fg, Fg_sd, fm, fm_sd, together)
