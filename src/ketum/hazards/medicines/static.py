"""The static size of an interaction: a screen from fm and Fg alone, for where no dynamic model spoke.

How it is reckoned
------------------
After one tea with 39 mg of mitragynine oral midazolam rose 1.39-fold (90 % CI 1.23-1.57) and its half-life did not
change (ddi01, ddi03): the gut wall's CYP3A was blocked, not the liver's. With midazolam's share that passes the gut
wall (Fg, on file) this fixes the activity ``a`` that was left:

    ratio = 1 / (Fg + (1 - Fg) a)

The loss, ``1/a - 1``, grows with the dose. A medicine with another Fg then rises by the same formula. The upper end
takes a gut wall without any CYP3A where kratom is taken again and again, since inactivation adds up and was never
measured.

For CYP2D6 dextromethorphan did not rise (0.99, 0.83-1.19, ddi04). The most that leaves for a loss of activity at 39
mg grows with the dose in the same way, and the middle is half of it:

    ratio = 1 / (fm a + 1 - fm)

A static number is a screen only. The textbook's static model, without this calibration, said 5.69 for midazolam
(ddi07).
"""

from __future__ import annotations

from ketum.evidence import fact
from ketum.hazards.situation import Situation
from ketum.medicine import Entry, entry
from ketum.sizes import InteractionSize, Interval
from ketum.writing.texts import NOTHING, say

STUDIED_MG = 39.0
"""Mitragynine in the one tea of which an interaction was measured in people (ddi01)."""
GUT_ROUTES = ("oral", None)


def victim(situation: Situation, one: Entry, enzyme: str, route: str | None) -> InteractionSize | None:
    """Return how much kratom raises a medicine, None where too little is on file."""
    if enzyme == "CYP3A":
        return _gut(situation, one) if route in GUT_ROUTES else None
    return _cyp2d6(situation, one)


def _gut(situation: Situation, one: Entry) -> InteractionSize | None:
    found = one.number("Fg")
    if found is None:
        return None
    Fg, row = found
    studied, midazolam = fact("ddi01"), entry("midazolam").number("Fg")
    bounds = studied.interval()
    if midazolam is None or bounds is None or not 0 < Fg <= 1:
        return None
    low, middle, high = (_activity(ratio, midazolam[0]) for ratio in (bounds[0], studied.number(), bounds[1]))
    dose = situation.mitragynine_mg
    times = (1.0, 1.0, 1.0) if dose is None else tuple(mg / STUDIED_MG for mg in (dose.low, dose.median, dose.high))
    ratios = [_ratio(Fg, _weaker(a, f)) for a, f in zip((low, middle, high), times, strict=True)]
    top = 1 / Fg if situation.again_and_again or dose is None else ratios[2]
    return InteractionSize(
        one.generic, "victim", "CYP3A", f"AUC of {one.generic}", Interval(ratios[1], ratios[0], max(top, ratios[1])),
        "static", tuple(dict.fromkeys(("ddi01", midazolam[1].fact_id, row.fact_id))),
        note=NOTHING if row.verified else say("Fg is remembered, not verified"),
    )  # fmt: skip


def _activity(ratio: float, Fg: float) -> float:
    """Return the activity left in the gut wall that explains a ratio."""
    return (1 / ratio - Fg) / (1 - Fg)


def _weaker(activity: float, times: float) -> float:
    return 1 / (1 + (1 / activity - 1) * times)


def _ratio(Fg: float, activity: float) -> float:
    return 1 / (Fg + (1 - Fg) * activity)


def _cyp2d6(situation: Situation, one: Entry) -> InteractionSize | None:
    found = one.number("fm_derived_cyp2d6", "fm_cyp2d6")
    studied, probe = fact("ddi04"), entry("dextromethorphan").number("fm_derived_cyp2d6")
    bounds = studied.interval()
    if found is None or probe is None or bounds is None:
        return None
    fm, row = found
    most = (1 / bounds[1] - (1 - probe[0])) / probe[0]
    dose = situation.mitragynine_mg
    middle, high = (1.0, 1.0) if dose is None else (dose.median / STUDIED_MG, dose.high / STUDIED_MG)
    half, full = (1 / (fm * _weaker(most, times) + 1 - fm) for times in (0.5 * middle, high))
    top = 1 / (1 - fm) if dose is None and fm < 1 else full
    return InteractionSize(
        one.generic, "victim", "CYP2D6", f"AUC of {one.generic}", Interval(half, 1.0, max(top, half)), "static",
        tuple(dict.fromkeys(("ddi04", probe[1].fact_id, row.fact_id))),
        note=NOTHING if row.verified else say("fm is remembered, not verified"),
    )  # fmt: skip
