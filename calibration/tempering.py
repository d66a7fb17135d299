"""From belief to posterior in steps: sequential Monte Carlo with tempering.

A cloud of points starts as the prior and is led, by raising the power of the likelihood from 0 to 1, to the posterior.
At each power points are weighed, drawn again, and moved by Metropolis steps that follow the cloud's own mean and
covariance (a preconditioned Crank-Nicolson proposal: exact for a Gaussian cloud, so that what no datum speaks to moves
freely). Independent clouds run side by side; what they agree on is the check, and the evidence comes with them.

The well-kept libraries that do this need an older NumPy, or a framework of a gigabyte; a test holds this to posteriors
that are known on paper.

References
----------
Del Moral, Doucet and Jasra 2006 (the method); Cotter, Roberts, Stuart and White 2013 (the proposal).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array

LogLikelihood = Callable[[Array], Array]
KEPT = 0.5
"""Share of the cloud that must stay effective when the power is raised."""
JITTER = 1e-4
"""Variance added to every direction of the cloud, so that it keeps all of them."""
GOAL = 0.3
"""Share of proposals that should be accepted."""
FORGOTTEN = 0.2
"""Correlation with where the points were at which they have moved enough."""


@dataclass(frozen=True)
class Cloud:
    """What came out.

    Parameters
    ----------
    points
        Where each point went at full power, in coordinates that are standard normal under the prior, shape (points,
        steps, unknowns).
    log_evidence
        Logarithm of the likelihood's mean under the prior; NaN for an anchored cloud.
    """

    points: Array
    log_evidence: float


@dataclass(frozen=True)
class Shape:
    """Mean and the root of the covariance of a cloud."""

    mean: Array
    factor: Array

    @classmethod
    def of(cls, z: Array, weights: Array) -> Shape:
        """Take them of weighted points."""
        w = weights / weights.sum()
        mean = w @ z
        covariance = (w[:, None] * (z - mean)).T @ (z - mean)
        return cls(mean, np.linalg.cholesky(covariance + JITTER * np.eye(z.shape[1])))

    def whitened(self, z: Array) -> Array:
        """Give points in coordinates in which the cloud is standard normal."""
        return np.linalg.solve(self.factor, (z - self.mean).T).T


@dataclass(frozen=True)
class State:
    """Points, the log likelihood of each, and how far proposals reach (1: anywhere in the cloud)."""

    z: Array
    logs: Array
    reach: float
    accepted: float = np.nan

    def drawn(self, weights: Array, rng: np.random.Generator) -> State:
        """Draw points again in proportion to their weights, evenly."""
        at = (np.arange(weights.size) + rng.random()) / weights.size
        rows = np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), at), weights.size - 1)
        return State(self.z[rows], self.logs[rows], self.reach)

    def moved(self, power: float, log_likelihood: LogLikelihood, shape: Shape, rng: np.random.Generator) -> State:
        """Try to move every point once."""
        step = min(self.reach * np.exp(0.3 * rng.standard_normal()), 1.0)
        fresh = rng.standard_normal(self.z.shape) @ shape.factor.T
        proposal = shape.mean + np.sqrt(1 - step**2) * (self.z - shape.mean) + step * fresh
        logs = log_likelihood(proposal)
        # The proposal keeps the cloud's normal distribution; the target is the prior times the likelihood's power.
        ratio = power * (logs - self.logs) + _tilt(proposal, shape) - _tilt(self.z, shape)
        up = np.log(rng.random(len(self.z))) < ratio
        reach = float(np.clip(self.reach * np.exp(up.mean() - GOAL), 0.02, 1.0))
        return State(np.where(up[:, None], proposal, self.z), np.where(up, logs, self.logs), reach, float(up.mean()))


def temper(
    log_likelihood: LogLikelihood,
    unknowns: int,
    *,
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
    unknowns
        How many coordinates there are.
    points, seed
        How many points, and the seed of their random numbers.
    moves, last
        Most moves at a power, and moves at full power, which are kept.
    anchored
        Each point has a likelihood of its own, so that none takes another's place.
    say
        Told how far it is.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((points, unknowns))
    state = State(z, log_likelihood(z), 0.5)
    power, evidence, even = 0.0, 0.0, np.ones(points)
    while power < 1.0:
        raised = _raised(state.logs, power)
        logs, power = (raised - power) * state.logs, raised
        weights = even if anchored else np.exp(logs - logs.max())
        evidence += np.nan if anchored else logs.max() + np.log(weights.mean())
        shape = Shape.of(state.z, weights)
        state = begun = state if anchored else state.drawn(weights, rng)
        for _ in range(moves):
            state = state.moved(power, log_likelihood, shape, rng)
            if _left(begun.z, state.z, shape) < FORGOTTEN:
                break
        say(f"power {power:.4f}, log likelihood {state.logs.mean():.2f}, accepted {state.accepted:.2f}")
    shape, reach = Shape.of(state.z, even), state.reach
    path = np.empty((points, last, unknowns))
    for step in range(last):
        state = State(state.z, state.logs, reach).moved(1.0, log_likelihood, shape, rng)
        path[:, step] = state.z
    return Cloud(path, float(evidence))


def _raised(logs: Array, power: float) -> float:
    """Find the highest power at which enough of the cloud stays effective."""

    def effective(to: float) -> float:
        weights = np.exp((to - power) * (logs - logs.max()))
        return float(weights.sum() ** 2 / (weights**2).sum() / weights.size)

    if effective(1.0) >= KEPT:
        return 1.0
    low, high = power, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= KEPT else (low, middle)
    return low


def _left(before: Array, after: Array, shape: Shape) -> float:
    """Mean correlation of the points with where they were, over all directions."""
    a, b = (shape.whitened(z) - shape.whitened(z).mean(axis=0) for z in (before, after))
    return float(((a * b).mean(axis=0) / np.sqrt((a**2).mean(axis=0) * (b**2).mean(axis=0))).mean())


def _tilt(z: Array, shape: Shape) -> Array:
    """Log of the prior over the cloud's normal density, without what is the same everywhere."""
    return np.asarray(0.5 * (shape.whitened(z) ** 2).sum(axis=1) - 0.5 * (z**2).sum(axis=1))
