"""The published human studies of effects, simulated as they were done: habitual users, a night without, then a dose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.crowd import people
from ketum.crowd.model import kratom_model
from ketum.endpoints.effect import AFTER_H, withdrawal
from ketum.pharmacology.alkaloids import nmol
from ketum.rows import read_rows
from ketum.trials.blood import WEIGHT_SD

CLOCK_H = np.array([0.0, 0.67, 1.0, 1.33, 2.67])
"""Hours after the dose of the study at which something was measured; 0 is just before."""
SIGNS_ABOVE = 10.0
"""Points of the SOWS from which withdrawal is taken to be seen by others; the band "moderate" begins there."""


@dataclass(frozen=True)
class Study:
    """A study; a row of ``effect_studies.csv``.

    Parameters
    ----------
    mg_MG, mg_sd
        Mitragynine in one dose, median, and SD of its logarithm.
    every_h, days
        How it was taken before; 0 for people who had not.
    rest_h
        Hours without, before the study's dose; with 0 the study is what follows the last habitual dose.
    """

    name: str
    form: str
    release: str
    mg_MG: float
    mg_sd: float
    SC_ratio: float
    every_h: float
    days: float
    rest_h: float
    n: int
    weight_kg: float
    facts: tuple[str, ...]
    note: str

    @property
    def habit(self) -> int:
        """How many doses were taken before."""
        return round(self.days * 24 / self.every_h) if self.every_h else 0

    @property
    def start_h(self) -> float:
        """When the study's dose is taken, or the last habitual one where there is none."""
        return max(self.habit - 1, 0) * self.every_h + self.rest_h


@dataclass(frozen=True)
class EffectDatum:
    """One observed number; a row of ``effect_data.csv``."""

    fact_id: str
    study: str
    quantity: str
    statistic: str
    role: str


@cache
def studies() -> Mapping[str, Study]:
    """Read ``effect_studies.csv``, by name."""
    numbers = ("mg_MG", "mg_sd", "SC_ratio", "every_h", "days", "rest_h", "weight_kg")
    return {
        row["study"]: Study(
            name=row["study"], form=row["form"], release=row["release"], n=int(row["n"]), note=row["note"],
            facts=tuple(row["facts"].split(";")), **{name: float(row[name]) for name in numbers},
        )
        for row in read_rows(__package__, "effect_studies.csv")
    }  # fmt: skip


@cache
def effect_data() -> tuple[EffectDatum, ...]:
    """Read ``effect_data.csv``."""
    return tuple(EffectDatum(**row) for row in read_rows(__package__, "effect_data.csv"))


@dataclass(frozen=True, eq=False)
class StudyCourse:
    """What a study's people go through.

    Parameters
    ----------
    own
        Their parameters, shape (people,).
    effect
        Receptor effect at `CLOCK_H`, shape (people, times).
    missing
        Receptor drive that the body misses just before the dose, shape (people,).
    missing_after
        The same at `AFTER_H` after the last habitual dose, where no study dose follows it; else empty.
    """

    own: Mapping[str, Array]
    effect: Array
    missing: Array
    missing_after: Array

    def sows(self) -> Array:
        """Score before the dose as the instrument gives it, shape (people,)."""
        return self.own["SOWS_base"] + withdrawal(self.own["SOWS_scale"] * self.missing)

    def sows_after(self) -> Array:
        """Score after stopping as the instrument gives it, shape (people, times)."""
        return self.own["SOWS_base"][:, None] + withdrawal(self.own["SOWS_scale"][:, None] * self.missing_after)

    def pupil(self) -> Array:
        """Change of the pupil at 40 to 80 minutes, in mm; negative where it narrows."""
        return np.asarray(-self.own["pupil_max"] * (self.effect[:, 1:4].mean(axis=1) - self.effect[:, 0]))

    def gain(self) -> Array:
        """Cold-pressor tolerance time after an hour over that before."""
        slope = self.own["slope_CP"]
        return np.asarray((1 + slope * self.effect[:, 2]) / (1 + slope * self.effect[:, 0]))


def course(
    study: Study, typical: Mapping[str, Array], effects: Mapping[str, Array], z: Mapping[str, Array]
) -> StudyCourse:
    """Simulate a study.

    Parameters
    ----------
    study
        The study.
    typical
        What holds where each person lives, shape (people,); see `ketum.crowd.people.individual`.
    effects
        Standard normal numbers of each effect between people.
    z
        Standard normal numbers ``weight`` and ``dose``, shape (people,).
    """
    own = people.individual(typical, effects, study.weight_kg * np.exp(WEIGHT_SD * z["weight"]))
    mg = study.mg_MG * np.exp(study.mg_sd * z["dose"]) * own[study.release]
    after = study.start_h + (AFTER_H if study.rest_h == 0 and study.habit else CLOCK_H[1:])
    times = np.concatenate([[study.start_h], after])
    known = kratom_model().system.constants
    solved = kratom_model().solve(
        _doses(study, mg),
        times,
        {name: value for name, value in own.items() if name in known},
        ["effect", "missing_drive"],
        observe="before",
        rtol=1e-6,
    )
    effect, missing = solved["effect"].to_numpy(), solved["missing_drive"].to_numpy()
    stops = study.rest_h == 0 and bool(study.habit)
    return StudyCourse(own, effect, missing[:, 0], missing[:, 1:] if stops else missing[:, :0])


def _doses(study: Study, mg: Array) -> pd.DataFrame:
    rows = []
    for code, ratio in (("MG", 1.0), ("SC", study.SC_ratio)):
        common = {"ID": np.arange(mg.size), "AMT": nmol(mg * ratio, code), "CMT": f"{study.form}_{code}"}
        if study.habit:
            rows.append(common | {"TIME": 0.0, "II": study.every_h, "ADDL": study.habit - 1})
        if study.rest_h or not study.habit:
            rows.append(common | {"TIME": study.start_h, "II": 0.0, "ADDL": 0})
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)
