"""The published human studies of effects, simulated as they were done.

Regular users after a night without, or people new to kratom, get a dose, or stop. What use before has left in the
blood, in enzymes and in the receptor's system is where a study starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.crowd import people
from ketum.crowd.habit import left_behind
from ketum.crowd.model import kratom_model
from ketum.endpoints.effect import AFTER_H, withdrawal
from ketum.pharmacology.alkaloids import nmol
from ketum.rows import read_rows
from ketum.trials.blood import WEIGHT_SD

CLOCK_H = np.array([0.0, 0.67, 1.0, 1.33, 2.67, 4.0])
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
    experience
        ``regular``, who had taken it for years, or ``new``: with whatever doses the study itself gave before.
    every_h, days
        How it was taken before; 0 for people who had not.
    rest_h
        Hours without, before the study's dose; with 0 the study is what follows the last habitual dose.
    """

    name: str
    experience: str
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
    def stops(self) -> bool:
        """Whether the study is what follows the last dose of use."""
        return self.rest_h == 0 and self.habit > 0


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
            name=row["study"], experience=row["experience"], form=row["form"], release=row["release"], n=int(row["n"]), note=row["note"],
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
    effect, effect_pupil, breathing
        Receptor effect on pain and on the pupil, and depression of breathing, at `CLOCK_H` after the study's dose, or
        after the last one of use where the study follows that; shape (people, times).
    missing
        Receptor drive that the body misses just before the dose, shape (people,).
    missing_after
        The same at `AFTER_H` after the last dose of use, where the study follows that; else empty.
    """

    own: Mapping[str, Array]
    effect: Array
    effect_pupil: Array
    breathing: Array
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
        seen = self.effect_pupil
        return np.asarray(-self.own["pupil_max"] * (seen[:, 1:4].mean(axis=1) - seen[:, 0]))

    def gain(self) -> Array:
        """Cold-pressor tolerance time after an hour over that before."""
        slope = self.own["slope_CP"]
        return np.asarray((1 + slope * self.effect[:, 2]) / (1 + slope * self.effect[:, 0]))

    def breathing_fall(self) -> Array:
        """Greatest depression of breathing beyond that before the dose, as a share of all drive to breathe."""
        return np.asarray((self.breathing[:, 1:] - self.breathing[:, :1]).max(axis=1))


@dataclass(frozen=True, eq=False)
class Subjects:
    """A study's people, and what use before has left in their blood and enzymes.

    Parameters
    ----------
    own
        Their parameters, shape (people,).
    mg
        What they take in one dose and is given up, shape (people,).
    left
        Amounts in every state just before the last dose of use but one, and the two CYP3A; shape (people,).
    """

    own: Mapping[str, Array]
    mg: Array
    left: Mapping[str, Array]


IN_BODY = ("leaf", "lumen", "central", "peripheral", "deep")
ENZYMES = ("CYP3A_gut", "CYP3A_liver")


def subjects(
    study: Study, typical: Mapping[str, Array], effects: Mapping[str, Array], z: Mapping[str, Array]
) -> Subjects:
    """Draw a study's people, and follow their blood through the use before.

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
    if study.habit < 2:
        return Subjects(own, mg, {})
    doses = _taken(study, mg, [0.0], repeats=study.habit - 2)
    held = [name for name in kratom_model().system.states if name.startswith(IN_BODY) or name in ENZYMES]
    end = [(study.habit - 2) * study.every_h]
    solved = kratom_model().solve(doses, end, _known(own), held, observe="before", rtol=1e-6)
    return Subjects(own, mg, {name: np.maximum(solved[name].to_numpy()[:, 0], 0.0) for name in held})


def course(study: Study, who: Subjects, beliefs: Mapping[str, Array]) -> StudyCourse:
    """Simulate a study.

    Parameters
    ----------
    study
        The study.
    who
        Its people.
    beliefs
        Parameters of effect that take the place of the people's own, shape (people,); blood levels stay theirs.
    """
    own = dict(who.own) | dict(beliefs)
    if study.experience == "new":
        own["potency"] = own["potency"] * own["naive"]
    last = study.every_h if study.habit > 1 else 0.0
    given = {f"co_{name}_start": who.left[name] for name in ENZYMES if name in who.left}
    taken = _taken(study, who.mg, [0.0, last] if last else [0.0])
    before = pd.concat([_amounts(who.left), taken], ignore_index=True)
    if study.habit > 1:
        times = last + study.every_h * (np.arange(16) + 0.5) / 16
        drive = (
            kratom_model()
            .solve(before, times, _known(own) | given, ["drive"], rtol=1e-5, chunk=2048)["drive"]
            .to_numpy()
        )
        hours = np.inf if study.experience == "regular" else study.days * 24
        given |= left_behind(drive.mean(axis=1), own, hours)
    start = last + study.rest_h
    doses = before if study.rest_h == 0 else pd.concat([before, _taken(study, who.mg, [start])], ignore_index=True)
    clock, after = start + CLOCK_H, (start + AFTER_H if study.stops else np.array([]))
    times = np.unique(np.concatenate([clock, after]))
    outputs = ["effect", "effect_pupil", "breathing", "missing_drive"]
    solved = kratom_model().solve(doses, times, _known(own) | given, outputs, observe="before", rtol=1e-5, chunk=2048)
    found = {name: solved[name].to_numpy() for name in outputs}
    seen = {name: found[name][:, np.searchsorted(times, clock)] for name in outputs[:3]}
    missing = found["missing_drive"]
    return StudyCourse(own, **seen, missing=missing[:, 0], missing_after=missing[:, np.searchsorted(times, after)])


def _known(own: Mapping[str, Array]) -> dict[str, Array]:
    known = kratom_model().system.constants
    return {name: value for name, value in own.items() if name in known}


def _amounts(left: Mapping[str, Array]) -> pd.DataFrame:
    """Put what is in the body back there."""
    parts = [
        pd.DataFrame({"ID": np.arange(nmol_.size), "TIME": 0.0, "AMT": nmol_, "CMT": name, "II": 0.0, "ADDL": 0})
        for name, nmol_ in left.items()
        if name not in ENZYMES and np.any(nmol_)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _taken(study: Study, mg: Array, times: Sequence[float], repeats: int = 1) -> pd.DataFrame:
    rows = [
        {"ID": np.arange(mg.size), "TIME": time, "AMT": nmol(mg * ratio, code), "CMT": f"{study.form}_{code}",
         "II": study.every_h if repeats > 1 else 0.0, "ADDL": repeats - 1}
        for time in times
        for code, ratio in (("MG", 1.0), ("SC", study.SC_ratio))
    ]  # fmt: skip
    return pd.concat([pd.DataFrame(row) for row in rows], ignore_index=True)
