"""The published trials, simulated as they were run.

A prediction is compared with a paper only after it has gone through what the paper's numbers went through: this many
people, blood drawn at these times, an assay with an error and a limit, non-compartmental analysis, and the paper's own
statistic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.crowd import people
from ketum.crowd.model import kratom_model
from ketum.endpoints import nca
from ketum.pharmacology.alkaloids import ALKALOIDS, alkaloid, nmol
from ketum.rows import read_rows

ASSAY_ERROR = 0.05
"""Coefficient of variation of a measured concentration; assumed, as no validation report was seen."""
WEIGHT_SD = 0.15
"""SD of the logarithm of body weight among a trial's people; assumed, as none was seen."""


@dataclass(frozen=True)
class Arm:
    """One arm of a trial, a row of ``trials.csv``."""

    trial: str
    name: str
    form: str
    release: str
    mg: Mapping[str, float]
    repeats: int
    interval_h: float
    n: int
    n_known: bool
    weight_kg: float
    times_h: Array
    facts: tuple[str, ...]
    note: str

    @property
    def start_of_sampling_h(self) -> float:
        """Time of the dose after which blood is drawn."""
        return (self.repeats - 1) * self.interval_h


@dataclass(frozen=True)
class Datum:
    """One observed number and how a simulated trial yields its counterpart, a row of ``data.csv``."""

    fact_id: str
    trial: str
    alkaloid: str
    quantity: str
    statistic: str
    role: str


@cache
def arms() -> tuple[Arm, ...]:
    """Read ``trials.csv``."""
    return tuple(map(_arm, read_rows(__package__, "trials.csv")))


def _arm(row: Mapping[str, str]) -> Arm:
    return Arm(
        trial=row["trial"],
        name=row["arm"],
        form=row["form"],
        release=row["release"],
        mg={known.code: float(mg) for known in ALKALOIDS if (mg := row.get(f"mg_{known.code}"))},
        repeats=int(row["repeats"]),
        interval_h=float(row["interval_h"]),
        n=int(row["n"]),
        n_known=row["n_known"] == "yes",
        weight_kg=float(row["weight_kg"]),
        times_h=np.array(row["times_h"].split(), dtype=float),
        facts=tuple(row["facts"].split(";")),
        note=row["note"],
    )


@cache
def data() -> tuple[Datum, ...]:
    """Read ``data.csv``."""
    return tuple(Datum(**row) for row in read_rows(__package__, "data.csv"))


def concentrations(arm: Arm, own: Mapping[str, Array]) -> dict[str, Array]:
    """Simulate an arm's true plasma concentrations.

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
    known = kratom_model().system.constants
    given = {name: value for name, value in own.items() if name in known}
    released = np.asarray(own[arm.release])
    rows = [
        {
            "ID": np.arange(released.size),
            "TIME": 0.0,
            "AMT": nmol(mg, code) * released,
            "CMT": f"{arm.form}_{code}",
            "II": arm.interval_h,
            "ADDL": arm.repeats - 1,
        }
        for code, mg in arm.mg.items()
    ]
    doses = pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)
    outputs = [f"C_{known.code}" for known in ALKALOIDS]
    solved = kratom_model().solve(doses, arm.start_of_sampling_h + arm.times_h, given, outputs, rtol=1e-6)
    return {name[2:]: solved[name].to_numpy() for name in outputs}


def measured(truth: Mapping[str, Array], noise: Mapping[str, Array]) -> dict[str, Array]:
    """Add the assay's error; `noise` holds standard normal numbers of the same shapes."""
    return {code: curve * np.exp(ASSAY_ERROR * noise[code]) for code, curve in truth.items()}


def individual_quantities(
    arm: Arm, code: str, curves: Mapping[str, Array], own: Mapping[str, Array], weight_kg: Array
) -> dict[str, Array]:
    """Analyse each person's measured curve of one alkaloid; shape (people,) each."""
    found = nca.analyse(arm.times_h, curves[code], own[alkaloid(code).limit])
    dose = nmol(arm.mg[code], code) if code in arm.mg else np.nan
    # At steady state the area of one interval stands for the whole area of one dose.
    area = found.AUC_inf if arm.repeats == 1 else found.AUC_last
    with np.errstate(invalid="ignore", divide="ignore"):
        cl = dose / area
        vz = cl * found.half_life / np.log(2.0)
    return {
        "Cmax": found.Cmax,
        "tmax": found.tmax,
        "half_life": found.half_life,
        "AUC_inf": found.AUC_inf,
        "CL_F": cl,
        "Vz_F": vz,
        "Vz_F_per_kg": vz / weight_kg,
    }


def trial_arms(trial: str) -> Sequence[Arm]:
    """List a trial's arms."""
    return [arm for arm in arms() if arm.trial == trial]


def trial_weights(arm: Arm, z: Array) -> Array:
    """Turn standard normal numbers into body weights of an arm's people, in kg."""
    return arm.weight_kg * np.exp(WEIGHT_SD * z)


def individuals(arm: Arm, typical: Mapping[str, Array], effects: Mapping[str, Array], z: Array) -> dict[str, Array]:
    """Work out the parameters of an arm's people."""
    return people.individual(typical, effects, trial_weights(arm, z))
