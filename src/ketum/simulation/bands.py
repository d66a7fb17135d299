"""Quantiles of levels over any number of people, in memory that does not grow with them.

Levels are counted in bins whose borders grow by one factor. A quantile read off them is within `RELATIVE_ERROR` of the
true one, as in the sketches of the DDSketch kind; counts of parts add up exactly, in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array

RELATIVE_ERROR = 0.005
LOWEST, HIGHEST = 1e-6, 1e7
"""In ng/mL; what is lower counts as zero."""
FACTOR = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
BINS = int(np.ceil(np.log(HIGHEST / LOWEST) / np.log(FACTOR)))


class Bands:
    """Counts of levels at each of some times.

    Parameters
    ----------
    shape
        Of what is counted for one person, such as (alkaloids, times).
    counts
        Earlier counts to go on from, shape (product of `shape`, bins + 2).
    """

    def __init__(self, shape: tuple[int, ...], counts: npt.NDArray[np.int64] | None = None) -> None:
        import boost_histogram as bh

        self.shape, places = shape, int(np.prod(shape))
        self._histogram: Any = bh.Histogram(
            bh.axis.Integer(0, places, underflow=False, overflow=False),
            bh.axis.Regular(BINS, LOWEST, LOWEST * FACTOR**BINS, transform=bh.axis.transform.log),
            storage=bh.storage.Int64(),
        )
        if counts is not None:
            self.counts[:] = counts

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """The counts, shape (product of `shape`, bins + 2); first and last bin hold what is below and above."""
        view: npt.NDArray[np.int64] = self._histogram.view(flow=True)
        return view

    def add(self, levels: npt.NDArray[np.floating[Any]]) -> None:
        """Count people's levels, shape (people, *shape)."""
        place = np.broadcast_to(np.arange(np.prod(self.shape)).reshape(self.shape), levels.shape)
        self._histogram.fill(place.ravel(), np.ascontiguousarray(levels).ravel())

    def quantiles(self, at: Sequence[float]) -> Array:
        """Read quantiles off; shape (quantiles, *shape)."""
        below = self.counts.cumsum(axis=1)
        lower = LOWEST * FACTOR ** np.arange(-1.0, BINS + 1)
        # The middle that is as far from both borders in proportion to either.
        value = np.where(np.arange(BINS + 2) == 0, 0.0, 2 * lower * FACTOR / (1 + FACTOR))
        ranks = np.asarray(at)[:, None] * (below[:, -1] - 1)
        bins = (below[None] <= ranks[:, :, None]).sum(axis=2)
        return np.asarray(value[np.minimum(bins, BINS + 1)]).reshape(len(at), *self.shape)
