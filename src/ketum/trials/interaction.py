"""The interaction trials in people, simulated: kratom on victims (ddi01-ddi04), and itraconazole on kratom (ddi31, ddi32).

Tea from 2 g of leaf, then a victim by mouth; and tea after some days of itraconazole against tea alone.

What was seen of its report does not say how long after the tea the victim was taken: ``trial_delay`` holds what is
believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ketum import pharmacology
from ketum.arrays import Array
from ketum.crowd.model import kratom_model
from ketum.engine.doses.records import Dosing
from ketum.enzymes.perpetrators import parameters, perpetrators
from ketum.pharmacology.alkaloids import nmol

TEA_MG, PEOPLE, WEIGHT_KG = 39.0, 12, 75.0
RATIOS = {
    "ddi01": ("midazolam", "AUC"),
    "ddi02": ("midazolam", "Cmax"),
    "ddi03": ("midazolam", "half_life"),
    "ddi04": ("dextromethorphan", "AUC"),
}
ON_KRATOM = {"ddi31": "Cmax", "ddi32": "AUC"}
"""What itraconazole did to 7-hydroxymitragynine after tea."""
ITRACONAZOLE_TEA_MG, ITRACONAZOLE_SINCE_H = 23.6, 96.0
"""The second is assumed: the report says pretreatment, not for how long."""
GRID = np.unique(np.concatenate([np.linspace(0, 6, 121), np.linspace(6, 30, 97)]))
SLOPE_FROM_H, SLOPE_TO_H = 6.0, 14.0
"""Hours after the victim between which its half-life is read."""


def run(own: Mapping[str, Array], form: str, mg: Array | float, victim: str = "", **changed: Any) -> dict[str, Array]:
    """Solve for everybody.

    Parameters
    ----------
    own
        Each person's parameters, shape (people,).
    form
        Where kratom enters: ``lumen`` for tea, ``extract``.
    mg
        Mitragynine that the product gives up, in mg.
    victim
        The medicine beside it, if any.
    changed
        Parameters that replace everybody's.

    Returns
    -------
    dict of str to ndarray, shape (people, times)
        ``C_MG``, ``C_HM`` and ``C_victim`` at `GRID`.
    """
    size = own["ka"].size
    known = kratom_model().system.constants
    given = {name: column for name, column in own.items() if name in known} | changed
    given["trial_delay"] = own["trial_delay"]
    doses = pd.DataFrame({"ID": np.arange(size), "TIME": 0.0, "AMT": nmol(mg, "MG"), "CMT": f"{form}_MG"})
    if victim:
        given |= pharmacology.victims()[victim].as_parameters()
        # A victim's kinetics are linear: any amount will do.
        doses = pd.concat([doses, doses.assign(AMT=1000.0, CMT="victim_lumen")], ignore_index=True)
    if victim == "midazolam":
        given |= {"victim_Fg": own["trial_Fg"], "victim_3A": own["trial_3A"]}
    how = {"victim_lumen": Dosing(lag="trial_delay")}
    outputs = ["C_MG", "C_HM", "C_victim"]
    solved = kratom_model().solve(doses, GRID, given, outputs, dosing=how, rtol=1e-6)
    return {name: solved[name].to_numpy() for name in outputs}


def exposure(curve: Array, delay: Array) -> dict[str, Array]:
    """AUC to infinity, Cmax and half-life of each person's curve; shape (people,)."""
    late = (delay[:, None] + SLOPE_FROM_H <= GRID) & (delay[:, None] + SLOPE_TO_H >= GRID)
    logs, n = np.log(np.maximum(curve, 1e-12)), late.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # a delay beyond the grid leaves nothing to read
        t = np.where(late, GRID, 0).sum(axis=1) / n
        y = np.where(late, logs, 0).sum(axis=1) / n
        across = np.where(late, GRID - t[:, None], 0)
        slope = -(across * (logs - y[:, None])).sum(axis=1) / (across**2).sum(axis=1)
        area = np.trapezoid(curve, GRID, axis=1) + curve[:, -1] / slope
        return {"AUC": area, "Cmax": curve.max(axis=1), "half_life": np.log(2) / slope}


def ratios(own: Mapping[str, Array]) -> dict[str, Array]:
    """Work out each person's ratios, with kratom over without, by fact id; shape (people,)."""
    found: dict[str, Array] = {}
    for victim in dict.fromkeys(victim for victim, _ in RATIOS.values()):
        with_, without = (
            exposure(run(own, "lumen", mg, victim)["C_victim"], own["trial_delay"])
            for mg in (TEA_MG * own["yield_tea"], 0.0)
        )
        found |= {f: with_[q] / without[q] for f, (v, q) in RATIOS.items() if v == victim}
    return found


def ratios_by_itraconazole(own: Mapping[str, Array]) -> dict[str, Array]:
    """Work out what itraconazole does to each person's 7-hydroxymitragynine, with over without; by fact id."""
    beside: dict[str, Any] = parameters(
        perpetrators()["itraconazole"], own, np.zeros_like(own["ka"]), ITRACONAZOLE_SINCE_H, None
    )
    mg, never = ITRACONAZOLE_TEA_MG * own["yield_tea"], np.zeros_like(own["ka"])
    with_, without = (
        exposure(run(own, "lumen", mg, **changed)["C_HM"], never) for changed in (beside, dict[str, Any]())
    )
    return {fact_id: with_[quantity] / without[quantity] for fact_id, quantity in ON_KRATOM.items()}
