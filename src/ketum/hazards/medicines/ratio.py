"""How a finding shows the predicted size of an interaction."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.evidence import fact
from ketum.hazards.finding import Number
from ketum.sizes import InteractionSize, Interval
from ketum.writing.texts import NOTHING, Text, joined, say, term

ORIGIN = {
    "dynamic": say("the model of enzymes over time"),
    "static": say("static, from fm and Fg: screen only"),
}


def numbers(sizes: Iterable[InteractionSize]) -> tuple[Number, ...]:
    """Return sizes as numbers of a finding, each with what remains of it a week after the last kratom."""
    found = []
    for size in sizes:
        label = (
            say("{quantity}, with {other} over without", quantity=size.quantity, other=term(size.medicine))
            if size.role == "perpetrator"
            else say("{quantity}, with over without", quantity=size.quantity)
        )
        found.append(_number(size, label, size.ratio))
        if size.after_stopping is not None:
            after = say("{quantity}, a week after the last kratom over the end of use", quantity=size.quantity)
            found.append(_number(size, after, size.after_stopping))
    return tuple(found)


def remembered(size: InteractionSize) -> bool:
    """Whether any fact behind a size is only remembered."""
    return not all(fact(name).verified for name in size.fact_ids)


def _number(size: InteractionSize, label: Text, ratio: Interval) -> Number:
    doubt = say("part of it is remembered, not verified") if remembered(size) else NOTHING
    origin = joined("; ", (ORIGIN[size.method], term(size.note), doubt))
    shown = (round(value, 3) for value in (ratio.median, ratio.low, ratio.high))
    return Number(label, next(shown), "ratio", next(shown), next(shown), origin, size.fact_ids)
