"""Closed forms: what active CYP3A in the gut wall and in the liver means for the exposure to a medicine.

Activity is relative to untouched enzymes: 1 is normal, 0 none, above 1 induced. A victim has Fg, the share that
survives the gut wall (all loss there by CYP3A), fm, CYP3A's share of its loss in the liver, and E, the share that
the liver takes from blood at each passage. All forms hold for a linear victim and a well-stirred liver, whatever
the absorption rate.
"""

from __future__ import annotations

import numpy as np

from ketum.arrays import Array

LEAST_ACTIVITY = 0.01
"""An inhibitor is never taken to leave less than this: a ratio near the largest possible says no more."""
MOST_FM = 0.99


def share_of(logit: Array | float) -> Array:
    """Turn a logit into a share; SciPy's would cost every screen its import."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(logit, dtype=float))))


def gut_ratio(active: Array | float, Fg: Array | float) -> Array:
    """Share that survives the gut wall, over that with untouched enzymes: 1 / (Fg + (1 - Fg) active)."""
    return 1.0 / (np.asarray(Fg) + (1.0 - np.asarray(Fg)) * active)


def liver_ratio(active: Array | float, fm: Array | float) -> Array:
    """AUC over that with untouched enzymes, for what arrives in the liver: 1 / (1 - fm + fm active)."""
    return 1.0 / (1.0 - np.asarray(fm) + np.asarray(fm) * active)


def oral_ratio(active_gut: Array | float, active_liver: Array | float, Fg: Array | float, fm: Array | float) -> Array:
    """AUC ratio of a victim taken by mouth."""
    return gut_ratio(active_gut, Fg) * liver_ratio(active_liver, fm)


def iv_ratio(active_liver: Array | float, fm: Array | float, E: Array | float) -> Array:
    """AUC ratio of a victim given into a vein: (1 - E + E r) / r, with r what is left of intrinsic clearance."""
    left = 1.0 / liver_ratio(active_liver, fm)
    return np.asarray((1.0 - np.asarray(E) + np.asarray(E) * left) / left)


def activity_of(ratio: Array | float, Fg: Array | float, fm: Array | float) -> Array:
    """Find the activity, the same in gut wall and liver, that gives an oral AUC ratio; the inverse of `oral_ratio`."""
    Fg, fm = np.asarray(Fg, dtype=float), np.asarray(fm, dtype=float)
    a, b = (1 - Fg) * fm, Fg * fm + (1 - Fg) * (1 - fm)
    c = Fg * (1 - fm) - 1.0 / np.asarray(ratio, dtype=float)
    root = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))
    return np.maximum(-2 * c / (b + root), LEAST_ACTIVITY)  # this form of the root also holds where a is 0


def gut_activity_of(ratio: Array | float, Fg: Array | float) -> Array:
    """Find the activity in the gut wall that gives a ratio of what survives it; the inverse of `gut_ratio`."""
    Fg = np.asarray(Fg, dtype=float)
    return np.clip((1.0 / np.asarray(ratio, dtype=float) - Fg) / (1.0 - Fg), LEAST_ACTIVITY, None)


def liver_activity_of(ratio: Array | float, fm: Array | float) -> Array:
    """Find the activity in the liver that gives an AUC ratio of what arrives there; the inverse of `liver_ratio`."""
    fm = np.asarray(fm, dtype=float)
    return np.clip((1.0 / np.asarray(ratio, dtype=float) - (1.0 - fm)) / fm, LEAST_ACTIVITY, None)


def activity_under(active: Array | float, times: Array | float) -> Array:
    """Activity under so many times as much of what leaves `active`: the loss, 1 / active - 1, grows with it."""
    return 1.0 / (1.0 + (1.0 / np.asarray(active, dtype=float) - 1.0) * times)


def fm_of(ratio: Array | float, Fg: Array | float, active: Array | float) -> Array:
    """Find CYP3A's share in the liver, without the gut wall's part, from the ratio under an inhibitor."""
    liver = np.asarray(ratio) / gut_ratio(active, Fg)
    return np.clip((1.0 - 1.0 / liver) / (1.0 - np.asarray(active)), 0.0, MOST_FM)
