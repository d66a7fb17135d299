"""The static size of an interaction: a screen from fm and Fg alone, for where no dynamic model spoke.

How it is reckoned
------------------
After one tea with 39 mg of mitragynine oral midazolam rose 1.39-fold (90 % CI 1.23-1.57) and its half-life did not
change (ddi01, ddi03): the gut wall's CYP3A was blocked, not the liver's. With midazolam's share that passes the gut
wall (Fg, on file) this fixes the activity ``a`` that was left:

    ratio = 1 / (Fg + (1 - Fg) a)

A victim whose studies were put together (`enzymes.victims`) has its Fg from them, and its ratio never passes what a
selective strong inhibitor reached.

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

import numpy as np

from ketum.enzymes.algebra import activity_under, gut_activity_of, gut_ratio, liver_activity_of, liver_ratio, share_of
from ketum.enzymes.victims import posterior
from ketum.evidence import fact
from ketum.hazards.situation import Situation
from ketum.medicine import Entry, entry
from ketum.sizes import InteractionSize, Interval
from ketum.writing.texts import NOTHING, say, term

STUDIED_MG = 39.0
"""Mitragynine in the one tea of which an interaction was measured in people (ddi01)."""
GUT_ROUTES = ("oral", None)


def victim(situation: Situation, medicine: Entry, enzyme: str, route: str | None) -> InteractionSize | None:
    """Return how much kratom raises a medicine, None where too little is on file."""
    if enzyme == "CYP3A":
        return _gut(situation, medicine) if route in GUT_ROUTES else None
    return _cyp2d6(situation, medicine)


def _gut(situation: Situation, medicine: Entry) -> InteractionSize | None:
    found = medicine.number("Fg")
    studied, midazolam = fact("ddi01"), entry("midazolam").number("Fg")
    bounds = studied.interval()
    if found is None or midazolam is None or bounds is None or not 0 < found[0] <= 1:
        return None
    Fg, row = found
    seen = posterior().get(medicine.generic)
    if seen is not None:
        Fg = float(share_of(seen.Fg))
    left = gut_activity_of(np.array([bounds[0], studied.number(), bounds[1]]), midazolam[0])
    dose = situation.mitragynine_mg
    mg = STUDIED_MG if dose is None else np.array([dose.low, dose.median, dose.high])
    low, middle, high = gut_ratio(activity_under(left, mg / STUDIED_MG), Fg).tolist()
    if situation.again_and_again or dose is None:
        high = gut_ratio(0.0, Fg).item()
    if seen is not None:
        low, middle, high = (min(value, seen.most) for value in (low, middle, high))
    return InteractionSize(
        medicine.generic, "victim", "CYP3A", say("AUC of {name}", name=term(medicine.generic)), Interval(middle, low, max(high, middle)),
        "static", tuple(dict.fromkeys(("ddi01", midazolam[1].fact_id, row.fact_id, *((seen.most_fact,) if seen and seen.most_fact else ())))),
        note=NOTHING if row.verified or seen else say("Fg is remembered, not verified"),
    )  # fmt: skip


def _cyp2d6(situation: Situation, medicine: Entry) -> InteractionSize | None:
    found = medicine.number("fm_derived_cyp2d6", "fm_cyp2d6")
    studied, probe = fact("ddi04"), entry("dextromethorphan").number("fm_derived_cyp2d6")
    bounds = studied.interval()
    if found is None or probe is None or bounds is None:
        return None
    fm, row = found
    left = liver_activity_of(bounds[1], probe[0])
    dose = situation.mitragynine_mg
    mg = np.array([0.5, 1.0]) * (STUDIED_MG if dose is None else np.array([dose.median, dose.high]))
    half, full = liver_ratio(activity_under(left, mg / STUDIED_MG), fm).tolist()
    if dose is None and fm < 1:
        full = liver_ratio(0.0, fm).item()
    return InteractionSize(
        medicine.generic, "victim", "CYP2D6", say("AUC of {name}", name=term(medicine.generic)), Interval(half, 1.0, max(full, half)),
        "static", tuple(dict.fromkeys(("ddi04", probe[1].fact_id, row.fact_id))),
        note=NOTHING if row.verified else say("fm is remembered, not verified"),
    )  # fmt: skip
