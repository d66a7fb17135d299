"""The model of blood levels with enzymes at rest, solved on paper: sums of exponentials, for the many runs of a fit.

With untouched enzymes ``kratom.ant`` is linear, so that a single dose gives a sum of exponentials: one for each rate of
release, absorption and disposition. A test holds this to the engine, which solves the model itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array
from ketum.pharmacology.alkaloids import nmol
from ketum.pharmacology.closed_forms import disposition_rates
from ketum.trials.blood import Arm

RELEASED = {"leaf": "kr_leaf", "extract": "kr_extract"}
"""Forms that give their alkaloids up with a rate; a drink is in solution."""


@dataclass(frozen=True, eq=False)
class Disposition:
    """What becomes of an alkaloid that has reached the blood: zeros over poles, per unit of the central volume."""

    zeros: Array
    poles: Array

    def at(self, s: Array, left_out: int | None = None) -> Array:
        """Evaluate at -s, without one factor of the poles."""
        above = np.prod(self.zeros[:, :, None] - s[:, None, :], axis=1)
        keep = [i for i in range(self.poles.shape[1]) if i != left_out]
        return above / np.prod(self.poles[:, keep, None] - s[:, None, :], axis=1)


def concentrations(arm: Arm, own: Mapping[str, Array]) -> dict[str, Array]:
    """Solve an arm of one dose.

    Parameters
    ----------
    arm
        The arm.
    own
        Each person's parameters, shape (people,).

    Returns
    -------
    dict of str to ndarray
        By alkaloid code, in nM, shape (people, times).
    """
    if arm.repeats != 1:
        raise ValueError("one dose only")
    entry = _entry(arm.form, own)
    dose = {code: nmol(mg, code) * own[arm.release] for code, mg in arm.mg.items()}
    left = {code: own["Q_H"] / (own["Q_H"] + own[f"CLint_{code}"]) for code in ("MG", "HM", "SC")}
    mitragynine, metabolite = _disposition(own, "MG"), _disposition(own, "HM")
    formed = own["fm_liver"] * own["CLint_MG"] / own["Q_H"] * left["MG"]
    uptake = own["Fa"] * own["ka"]
    by_wall = own["Fg_HM"] * own["fm_gut"] * (1 - own["Fg_MG"]) + formed * own["Fg_MG"]
    reaching = uptake * own["Fg_MG"] * left["MG"]
    found = {"MG": _curve(arm.times_h, dose["MG"] * reaching / own["V1_MG"], entry, [mitragynine])}
    # 7-Hydroxymitragynine enters while mitragynine passes, and from what circulates.
    passing = _curve(arm.times_h, dose["MG"] * left["HM"] * uptake * by_wall, entry, [metabolite])
    later = _curve(
        arm.times_h,
        dose["MG"] * reaching * left["HM"] * formed * own["Q_H"] / own["V1_MG"],
        entry,
        [mitragynine, metabolite],
    )
    found["HM"] = (passing + later) / own["V1_HM"][:, None]
    if "SC" in dose:
        into = dose["SC"] * uptake * own["Fg_SC"] * left["SC"] / own["V1_SC"]
        found["SC"] = _curve(arm.times_h, into, entry, [_disposition(own, "SC")])
    else:
        found["SC"] = np.zeros_like(found["MG"])
    return found


def _entry(form: str, own: Mapping[str, Array]) -> Array:
    """Rates by which a dose comes to the gut wall, shape (people, rates); the last is absorption, all but it are gains."""
    if form not in RELEASED:
        return own["ka"][:, None]
    # Two equal rates would divide by nothing; a hair apart they give the same curve.
    release = np.where(np.abs(own[RELEASED[form]] / own["ka"] - 1) < 1e-5, own["ka"] * (1 + 1e-5), own[RELEASED[form]])
    return np.stack([release, own["ka"]], axis=1)


def _disposition(own: Mapping[str, Array], code: str) -> Disposition:
    poles = disposition_rates(own, code)
    flows = [(f"Q_{code}", f"V2_{code}"), (f"Q3_{code}", f"V3_{code}")][: poles.shape[1] - 1]
    return Disposition(np.stack([own[Q] / own[V] for Q, V in flows], axis=1), poles)


def _curve(times: Array, size: Array, entry: Array, chain: Sequence[Disposition]) -> Array:
    """Sum the exponentials of entry and of a chain of dispositions."""
    gain = size * np.prod(entry[:, :-1], axis=1)
    total = np.zeros((size.size, times.size))

    def entered(s: Array, left_out: int | None = None) -> Array:
        keep = [i for i in range(entry.shape[1]) if i != left_out]
        return 1.0 / np.prod(entry[:, keep, None] - s[:, None, :], axis=1)

    def add(rate: Array, weight: Array) -> None:
        nonlocal total
        total += (gain * weight)[:, None] * np.exp(-rate[:, None] * times)

    for i in range(entry.shape[1]):
        rate = entry[:, i : i + 1]
        weight = entered(rate, i) * np.prod([each.at(rate) for each in chain], axis=0)
        add(rate[:, 0], weight[:, 0])
    for at, each in enumerate(chain):
        for i in range(each.poles.shape[1]):
            rate = each.poles[:, i : i + 1]
            weight = entered(rate) * each.at(rate, i)
            for other in (*chain[:at], *chain[at + 1 :]):
                weight = weight * other.at(rate)
            add(rate[:, 0], weight[:, 0])
    return total
