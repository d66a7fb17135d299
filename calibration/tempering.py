"""From belief to posterior in steps: sequential Monte Carlo with tempering.

A cloud of points starts as the prior and is led, by raising the power of the likelihood from 0 to 1, to the posterior.
At each power points are weighed, drawn again, and moved by Metropolis steps that follow the cloud's own mean and
covariance (a preconditioned Crank-Nicolson proposal: exact for the Gaussian cloud, so that what no datum speaks to moves
freely). Independent clouds run side by side; what they agree on is the check, and the evidence comes with them.

References
----------
Del Moral, Doucet & Jasra 2006 (the method); Cotter et al. 2013 (the proposal); Vehtari et al. 2021 and Margossian et
al. 2024 (the diagnostics).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array

LogLikelihood = Callable[[Array], Array]

KEPT = 0.5
"""Share of the cloud that must stay effective when the power is raised."""
SHRUNK = 1e-4
"""Share of the prior's covariance in the proposal's, which keeps it open where the cloud is thin."""
GOAL = 0.3
"""Share of proposals that should be accepted."""


@dataclass(frozen=True)
class Cloud:
    """What came out.

    Parameters
    ----------
    points
        Where each point of the cloud went at full power, in coordinates that are standard normal under the prior, shape
        (points, steps, unknowns).
    log_evidence
        Logarithm of the likelihood's mean under the prior.
    powers
        Powers of the likelihood on the way.
    """

    points: Array
    log_evidence: float
    powers: tuple[float, ...]


def temper(
    log_likelihood: LogLikelihood,
    unknowns: int,
    points: int,
    seed: int,
    moves: int = 25,
    last: int = 60,
    anchored: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Cloud:
    """Lead a cloud from the prior to the posterior.

    Parameters
    ----------
    log_likelihood
        Of coordinates, shape (points, unknowns); gives shape (points,).
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((points, unknowns))
    now = log_likelihood(z)
    power, evidence, powers, reach = 0.0, 0.0, [0.0], 0.5
    while power < 1.0:
        raised = _raised(now, power)
        logs = (raised - power) * now
        weights = np.exp(logs - logs.max())
        power = raised
        powers.append(power)
        if anchored:
            weights = np.ones(points)
        else:
            evidence += logs.max() + np.log(weights.mean())
        mean, factor = _shape(z, weights)
        if not anchored:
            rows = _drawn(weights, rng)
            z, now = z[rows], now[rows]
        before = z
        for done in range(moves):
            z, now, reach, accepted = _moved(z, now, power, log_likelihood, (mean, factor), reach, rng)
            if _forgotten(before, z, factor):
                break
        say(
            f"power {power:.4f}, log likelihood {now.mean():.2f}, accepted {accepted:.2f}, moves {done + 1}, reach {reach:.2f}"
        )
    mean, factor = _shape(z, np.ones(points))
    path = np.empty((points, last, unknowns))
    for step in range(last):
        z, now, _, accepted = _moved(z, now, 1.0, log_likelihood, (mean, factor), reach, rng)
        path[:, step] = z
    return Cloud(path, float(evidence), tuple(powers))


def _raised(logs: Array, power: float) -> float:
    """Find the highest power at which enough of the cloud stays effective."""

    def effective(to: float) -> float:
        w = np.exp((to - power) * (logs - logs.max()))
        return float(w.sum() ** 2 / (w**2).sum() / w.size)

    if effective(1.0) >= KEPT:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= KEPT else (low, middle)
    return low


def _shape(z: Array, weights: Array) -> tuple[Array, Array]:
    w = weights / weights.sum()
    mean = w @ z
    centred = z - mean
    covariance = (w[:, None] * centred).T @ centred
    return mean, np.linalg.cholesky(covariance + SHRUNK * np.eye(z.shape[1]))


def _forgotten(before: Array, z: Array, factor: Array) -> bool:
    a, b = (np.linalg.solve(factor, (x - x.mean(axis=0)).T) for x in (before, z))
    left = (a * b).mean(axis=1) / np.sqrt((a**2).mean(axis=1) * (b**2).mean(axis=1))
    return bool(left.mean() < 0.2)


def _drawn(weights: Array, rng: np.random.Generator) -> Array:
    """Pick points in proportion to their weights, evenly."""
    at = (np.arange(weights.size) + rng.random()) / weights.size
    return np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), at), weights.size - 1)


def _moved(z, now, power, log_likelihood, shape, reach, rng):
    mean, factor = shape
    step = reach * np.exp(0.3 * rng.standard_normal())  # some far, some near
    step = min(step, 1.0)
    fresh = rng.standard_normal(z.shape) @ factor.T
    proposal = mean + np.sqrt(1 - step**2) * (z - mean) + step * fresh
    value = log_likelihood(proposal)
    # The proposal keeps N(mean, covariance); the target is prior times likelihood to the power.
    ratio = power * (value - now) + _tilt(proposal, mean, factor) - _tilt(z, mean, factor)
    up = np.log(rng.random(len(z))) < ratio
    accepted = float(up.mean())
    z, now = np.where(up[:, None], proposal, z), np.where(up, value, now)
    return z, now, float(np.clip(reach * np.exp(accepted - GOAL), 0.02, 1.0)), accepted


def _tilt(z: Array, mean: Array, factor: Array) -> Array:
    white = np.linalg.solve(factor, (z - mean).T)
    return 0.5 * (white**2).sum(axis=0) - 0.5 * (z**2).sum(axis=1)
