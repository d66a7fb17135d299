"""One datum beside its prediction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ketum.writing.texts import Text

FOLD_BAR = 1.5


@dataclass(frozen=True)
class Row:
    """One datum beside its prediction.

    Parameters
    ----------
    fact_id, trial, alkaloid, quantity, statistic, role
        What it is.
    observed, unit, interval
        As published; the interval is a range, or a mean plus and minus an SD, as `interval_kind` says.
    predicted, predicted_interval
        Median and 90 % interval of the same statistic over simulated trials.
    fold_error
        The larger of predicted over observed and observed over predicted.
    minimum_interval, maximum_interval
        For a published range: 90 % intervals of a simulated trial's smallest and largest person.
    spread, observed_spread
        p95 over p05 of simulated people (None where none are simulated), and the published largest over smallest.
    structural
        For a half-life: the median of what the equations say, before sampling and quantification limit.
    misses
        The bars that it misses, in words; empty for a check.
    note
        What a reader should know.
    group
        What kind of prediction it is: ``blood``, ``interactions`` or ``effects``.
    own_error
        Standard error of what was observed: of its logarithm, or of itself where there is a `scale`; None where the source
        gives none.
    scale
        Length of the scale of what may be zero or negative; None for positive numbers, which are compared by their ratio.
    bound
        Where something was looked for and not seen: the change that the study would have noticed.
    """

    fact_id: str
    trial: str
    alkaloid: str
    quantity: str
    statistic: str
    role: str
    observed: float
    unit: str
    interval: tuple[float, float] | None
    interval_kind: Text
    predicted: float
    predicted_interval: tuple[float, float]
    fold_error: float
    minimum_interval: tuple[float, float] | None
    maximum_interval: tuple[float, float] | None
    spread: float | None
    observed_spread: float | None
    structural: float | None
    misses: tuple[Text, ...]
    note: Text
    group: str = ""
    own_error: float | None = None
    scale: float | None = None
    bound: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data for JSON."""
        return asdict(self)
