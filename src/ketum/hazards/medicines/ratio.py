"""How a finding shows the predicted size of an interaction."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.evidence import fact
from ketum.hazards.finding import Number
from ketum.sizes import InteractionSize, Interval

ORIGIN = {"dynamic": "the model of enzymes over time", "static": "static, from fm and Fg: screen only"}


def numbers(sizes: Iterable[InteractionSize]) -> tuple[Number, ...]:
    """Return sizes as numbers of a finding, each with what remains of it a week after the last kratom."""
    found = []
    for size in sizes:
        other = f"{size.medicine} " if size.role == "perpetrator" else ""
        found.append(_number(size, f"{size.quantity}, with {other}over without", size.ratio))
        if size.after_stopping is not None:
            found.append(
                _number(size, f"{size.quantity}, a week after the last kratom over the end of use", size.after_stopping)
            )
    return tuple(found)


def remembered(size: InteractionSize) -> bool:
    """Whether any fact behind a size is only remembered."""
    return not all(fact(name).verified for name in size.fact_ids)


def _number(size: InteractionSize, label: str, ratio: Interval) -> Number:
    doubt = "; part of it is remembered, not verified" if remembered(size) else ""
    note = f"; {size.note}" if size.note else ""
    shown = (round(value, 3) for value in (ratio.median, ratio.low, ratio.high))
    return Number(
        label, next(shown), "ratio", next(shown), next(shown), ORIGIN[size.method] + note + doubt, size.fact_ids
    )
