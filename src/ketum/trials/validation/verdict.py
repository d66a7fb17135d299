"""Whether a prediction agrees with what was observed, is too wide to tell, or conflicts with it: a verdict that can fail.

The rules
---------
- **conflict**: observed and predicted lie more than `JOINT_SD` joint standard deviations apart. Joint are the
  observation's own error and the prediction's interval, on the side where the observation lies; so an observation
  without a stated error conflicts just where it lies outside the 90 % interval.
- **too wide to tell**: no conflict, but the 90 % interval spans more than `WIDE_FOLD` fold, or of a scale that can be
  zero or negative more than `WIDE_SHARE` of it: hardly anything could have conflicted.
- **agrees**: neither.
- A **bound** (something was looked for and not seen) agrees where the predicted mean lies below what the study would have
  noticed, conflicts where the whole 90 % interval lies above, and is else too wide to tell.
- Where a source has only words, nothing is compared, and there is no verdict.

Numbers that cannot be zero are compared by their logarithms. The interval over simulated studies holds the luck of their
small numbers of people too, which is also most of the observation's own error: the rule for a conflict is lenient.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ketum.trials.validation.row import Row
from ketum.writing.texts import say

Verdict = Literal["agrees", "too wide to tell", "conflict"]

JOINT_SD = 1.645
"""Joint standard deviations from which on observed and predicted conflict: nine of ten lie within."""
WIDE_FOLD = 4.0
"""A 90 % interval of a positive number that spans more than this, a factor of two either way, says too little."""
WIDE_SHARE = 0.25
"""The same for a score: a quarter of its scale; of the 64 points of the SOWS that is from none to moderate."""
ROUNDING = 1e-9
WORDS = {
    "agrees": say("agrees"),
    "too wide to tell": say("too wide to tell"),
    "conflict": say("CONFLICT"),
}
NOT_COMPARED = say("not compared: words only")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of a row.

    Parameters
    ----------
    verdict
        None where the source gives no number.
    apart
        Joint standard deviations between observed and predicted; None for a bound, and where there is no number.
    inside_own_error
        Whether the prediction lies within what the observation's own error allows (90 %); None where no error is known.
    inside_interval
        Whether the observation lies inside the prediction's 90 % interval; None for a bound.
    """

    verdict: Verdict | None
    apart: float | None = None
    inside_own_error: bool | None = None
    inside_interval: bool | None = None


def judge(row: Row) -> Judgement:
    """Judge a row by the rules above."""
    if row.bound is not None:
        return Judgement(_bound(row, row.bound))
    if not math.isfinite(row.observed):
        return Judgement(None)
    low, high = row.predicted_interval
    seen, middle, start, end = (_measure(x, row.scale) for x in (row.observed, row.predicted, low, high))
    distance = abs(seen - middle)
    side = end - middle if seen > middle else middle - start
    apart = _in_sd(distance, math.hypot(row.own_error or 0.0, side / JOINT_SD))
    within = None if row.own_error is None else distance <= JOINT_SD * row.own_error * (1 + ROUNDING)
    verdict: Verdict = "agrees"
    if apart > JOINT_SD * (1 + ROUNDING):
        verdict = "conflict"
    elif _spans(start, end) > (math.log(WIDE_FOLD) if row.scale is None else WIDE_SHARE * row.scale):
        verdict = "too wide to tell"
    return Judgement(verdict, apart, within, low <= row.observed <= high)


def _bound(row: Row, bound: float) -> Verdict:
    if row.predicted_interval[0] > bound:
        return "conflict"
    return "agrees" if row.predicted <= bound else "too wide to tell"


def _measure(value: float, scale: float | None) -> float:
    """Give what is compared: a score as it is, a positive number by its logarithm."""
    if scale is not None:
        return value
    return math.log(value) if value > 0 else -math.inf


def _in_sd(distance: float, sd: float) -> float:
    if math.isnan(distance) or distance == 0.0:  # both without end: as zero is to zero
        return 0.0
    return distance / sd if sd > 0.0 else math.inf


def _spans(start: float, end: float) -> float:
    return 0.0 if start == end else end - start


def described(row: Row) -> dict[str, Any]:
    """Give a row and what is made of it as plain data for JSON."""
    return row.as_dict() | asdict(judge(row))
