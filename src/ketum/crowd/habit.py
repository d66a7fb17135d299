"""What earlier regular use leaves behind: responsiveness and adaptation at the start of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.case import Case
from ketum.crowd.model import kratom_model
from ketum.writing.texts import say

SETTLING_H = 28 * 24.0
"""How long the case's regimen is followed at most until its average drive is taken; levels have settled by then."""
HOURS_OF_A_MONTH = 730.5
UNKNOWN = say(
    "what earlier use of kratom has left: the case gives no regular dose, so the run starts as if there had been none"
)


def has_habit(case: Case) -> bool:
    """Whether a case is of somebody who has taken kratom regularly, and says how."""
    return case.person.kratom_experience == "regular" and any(k.every_h for k in case.kratom)


def start(case: Case, own: Mapping[str, Array], doses: Callable[[float], pd.DataFrame]) -> dict[str, Array]:
    """Work out the state that the case's own regimen, taken before, would have brought about.

    The average drive D of the settled regimen is computed; under a constant drive both equations have closed solutions.

    Parameters
    ----------
    case
        The case.
    own
        Each person's parameters, shape (people,).
    doses
        Gives the event table of the regimen up to a time.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        Where each responsiveness and adaptation start; empty where there was no regular use, or nothing is said.
    """
    if not has_habit(case):
        return {}
    known = kratom_model().system.constants
    end = min(SETTLING_H, max(k.start_h + k.days * 24 for k in case.kratom if k.every_h))
    times = max(end - 24, 0.0) + np.linspace(0.5, 24, 16)
    given = {name: value for name, value in own.items() if name in known}
    solved = kratom_model().solve(doses(end), times, given, ["drive"], rtol=1e-6)
    months = case.person.kratom_months
    hours = np.inf if months is None else months * HOURS_OF_A_MONTH
    return left_behind(solved["drive"].to_numpy().mean(axis=1), own, hours)


TOLERANT = {"responsiveness": "gamma_tol", "responsiveness_pupil": "gamma_pupil", "responsiveness_B": "gamma_B"}
"""What becomes tolerant in the model, and how much of it is lost per unit of drive."""


def left_behind(drive: Array, own: Mapping[str, Array], hours: float) -> dict[str, Array]:
    """Work out what a drive leaves that was the same on average for some time.

    Parameters
    ----------
    drive
        Average receptor drive, shape (people,).
    own
        Each person's parameters, shape (people,).
    hours
        For how long; infinite where everything has settled.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        The start of each responsiveness and of adaptation.
    """
    found = {"adaptation_start": drive * -np.expm1(-own["k_adapt"] * hours)}
    for name, gamma in TOLERANT.items():
        settled = 1 / (1 + own[gamma] * drive)
        found[f"{name}_start"] = settled + (1 - settled) * np.exp(-own["k_tol"] / settled * hours)
    return found
