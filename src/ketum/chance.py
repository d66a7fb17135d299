"""Random numbers that belong to people: keyed by (seed, layer, name, person).

A number does not depend on how many people there are, on chunks or workers, nor on which other quantities are drawn.
Three layers of spread are drawn apart, so that each can be held still while the others move:

``people``
    random effects and, where a trial does not give it, body weight;
``product``
    what a product holds;
``knowledge``
    a row of the joint posterior.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from ketum.arrays import Array
from ketum.sizes import Interval

LAYERS = ("people", "product", "knowledge")


@dataclass(frozen=True)
class Stream:
    """Random numbers for people ``0 ... people - 1``.

    Parameters
    ----------
    seed
        The run's seed.
    people
        How many people.
    reseeded
        Layers that take their numbers from an independent second stream; used to tell which layer drives a result.
    first
        Number of the first of them, a multiple of four, where they are a part of a larger crowd.
    """

    seed: int
    people: int
    reseeded: frozenset[str] = frozenset()
    first: int = 0

    def uniform(self, layer: str, name: str) -> Array:
        """Draw from (0, 1), shape (people,)."""
        salt = "second" if layer in self.reseeded else "first"
        digest = hashlib.blake2b(f"{salt}/{layer}/{name}".encode(), digest_size=8).digest()
        key = np.array([self.seed, int.from_bytes(digest, "big")], dtype=np.uint64)
        # One counter step of Philox yields four numbers; the nth number of the stream is person n's.
        numbers = np.random.Generator(np.random.Philox(key=key).advance(self.first // 4)).random(self.people)
        return np.clip(numbers, 2.0**-54, 1 - 2.0**-53)

    def normal(self, layer: str, name: str) -> Array:
        """Draw from a standard normal distribution, shape (people,)."""
        shares = self.uniform(layer, name)
        # SciPy's would take a quarter of a second to import, which a screen does not have.
        return np.fromiter(map(NormalDist().inv_cdf, shares.tolist()), float, shares.size)

    def together(self, layer: str, name: str, table: Mapping[str, Array]) -> dict[str, Array]:
        """Draw rows of a table of joint draws, columns of shape (draws,): numbers that belong together stay so."""
        draws = next(iter(table.values())).size
        row = (self.uniform(layer, name) * draws).astype(int)
        return {name: column[row] for name, column in table.items()}


Z90 = NormalDist().inv_cdf(0.95)
"""Half the width of a 90 % interval, in standard deviations."""


@dataclass(frozen=True)
class Lognormal:
    """A positive quantity with independent log-normal errors, each named, so that two quantities may share one.

    Parameters
    ----------
    median
        Its median.
    errors
        SD of the logarithm that each error adds, by the error's name.
    """

    median: float
    errors: Mapping[str, float] = field(default_factory=dict)

    def times(self, factor: float, **errors: float) -> Lognormal:
        """Multiply by a number, and by further errors."""
        return Lognormal(self.median * factor, {**self.errors, **errors})

    @property
    def interval(self) -> Interval:
        """Median, 5th and 95th percentile, in closed form."""
        width = math.exp(Z90 * math.hypot(*self.errors.values()))
        return Interval(self.median, self.median / width, self.median * width)

    def draw(self, stream: Stream, layer: str, prefix: str) -> Array:
        """Draw one number a person, shape (people,); the errors' random numbers are keyed by prefix and name."""
        log = np.zeros(stream.people)
        for name, sd in self.errors.items():
            log += sd * stream.normal(layer, prefix + name)
        return np.asarray(self.median * np.exp(log))
