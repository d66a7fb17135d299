"""How large an interaction is expected to be: plain numbers that the interaction model fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ketum.screen.dose_size import Interval

TOGETHER = "all that change kratom together"
"""Stands for a medicine where a size is that of all that are taken and act on kratom."""


@dataclass(frozen=True, slots=True)
class InteractionSize:
    """One predicted change of an exposure.

    Parameters
    ----------
    medicine
        The medicine's generic name, as the tables spell it; `TOGETHER` for several at once.
    role
        ``victim``: kratom changes the medicine; ``perpetrator``: the medicine changes kratom.
    enzyme
        Through what: ``CYP3A``, ``CYP2D6``.
    quantity
        What changes, such as ``AUC of midazolam`` or ``AUC of 7-hydroxymitragynine``.
    ratio
        With over without, as median, 5th and 95th percentile; 1 is no change.
    method
        ``dynamic`` where it comes from the model of enzymes over time, ``static`` where from fm and Fg alone.
    fact_ids
        The facts behind it.
    after_stopping
        A victim's ratio a week after the last dose of kratom, over its level at the end of use; None where unknown.
    note
        What a reader should know, such as that a half-life is that of a class.
    """

    medicine: str
    role: Literal["victim", "perpetrator"]
    enzyme: str
    quantity: str
    ratio: Interval
    method: Literal["dynamic", "static"]
    fact_ids: tuple[str, ...]
    after_stopping: Interval | None = None
    note: str = ""
