"""The course of kratom and of CYP3A in many people at once, quickly.

The screen must answer in about a second, so the enzymes, mitragynine and 7-hydroxymitragynine of ``kratom.ant`` are
solved here by a fixed-step scheme in numpy instead of the engine: release and absorption exactly, blood by the
trapezoidal rule, enzymes by their exponential, each with the activity in the middle of a step. Same equations, same
names; a test holds this course to the engine's solution of ``kratom.ant``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ketum.arrays import Array

FINE_H, COARSE_H, LONG_H = 0.25, 1.0, 4.0
"""Steps soon after a dose, later, and when nothing more is taken."""
SETTLED_H, OVER_H = 3.0, 24.0
"""How long after a dose soon lasts, and how long after the last one nothing quick goes on."""
FORMS = ("leaf", "extract", "lumen")


@dataclass(frozen=True)
class Dose:
    """One product's doses: where they enter, when (h), and nmol of each alkaloid, shape (lanes,)."""

    form: str
    times: Sequence[float]
    nmol: Mapping[str, Array]


@dataclass(frozen=True)
class Course:
    """What came out; all of shape (times, lanes) but `times` and the areas.

    Parameters
    ----------
    times
        Middle of each step, in h; `steps` are their lengths.
    CYP3A_gut, CYP3A_liver
        Enzyme relative to untouched.
    active_gut, active_liver, active_2D6
        What of it is free to act.
    C_MG, C_HM
        Plasma concentrations, nM.
    """

    times: Array
    steps: Array
    CYP3A_gut: Array
    CYP3A_liver: Array
    active_gut: Array
    active_liver: Array
    active_2D6: Array
    C_MG: Array
    C_HM: Array

    def within(self, start: Array | float, end: Array | float) -> Array:
        """How much of each step lies between two times, in h; shape (times,) or (times, lanes)."""
        middle, half = self.times, self.steps / 2
        if np.ndim(start) or np.ndim(end):
            middle, half = middle[:, None], half[:, None]
        return np.asarray(np.maximum(np.minimum(middle + half, end) - np.maximum(middle - half, start), 0.0))

    def area(self, code: str, start: float, end: float) -> Array:
        """Area under a plasma curve between two times, nmol/L*h, shape (lanes,)."""
        return np.asarray(self.within(start, end) @ getattr(self, f"C_{code}"))

    def mean(self, name: str, start: float, end: float) -> Array:
        """Mean of a quantity between two times, weighted by time, shape (lanes,)."""
        weight = self.within(start, end)
        return np.asarray(weight @ getattr(self, name) / weight.sum())


def grid(doses: Sequence[Dose], end_h: float) -> Array:
    """Choose the steps' ends: fine after each dose, coarse elsewhere; every dose time is one of them."""
    given = np.unique([t for dose in doses for t in dose.times if t < end_h])
    close = (given[:, None] + np.arange(0, SETTLED_H, FINE_H)).ravel()
    over = min((given[-1] if given.size else 0.0) + OVER_H, end_h)
    later = np.concatenate([np.arange(0, over, COARSE_H), np.arange(over, end_h, LONG_H), [end_h]])
    points = np.unique(np.round(np.concatenate([later, close[close < end_h]]), 9))
    keep = np.concatenate([[True], np.diff(points) > 1e-6])
    return np.asarray(points[keep])


def course(own: Mapping[str, Array], doses: Sequence[Dose], end_h: float) -> Course:
    """Solve.

    Parameters
    ----------
    own
        Parameters by their name in ``kratom.ant``, shape (lanes,); what begins with ``co_`` may be left out.
    doses
        What is swallowed.
    end_h
        Length, in h.
    """
    p = _Lanes(own)
    points = grid(doses, end_h)
    entering = _entering(doses, points, p.size)
    state = {name: np.zeros(p.size) for name in _STATES}
    state["CYP3A_gut"], state["CYP3A_liver"] = p["co_CYP3A_gut_start"].copy(), p["co_CYP3A_liver_start"].copy()
    state["level"] = p["co_start"].copy()
    steps = np.diff(points)
    kept: dict[str, list[Array]] = {name: [] for name in _KEPT}
    for i, dt in enumerate(steps):
        for place, amount in entering.get(i, {}).items():
            state[place] = state[place] + amount
        for name, value in _step(state, p, float(dt)).items():
            kept[name].append(value)
    return Course(points[:-1] + steps / 2, steps, **{name: np.array(values) for name, values in kept.items()})


_STATES = (*(f"{form}_{code}" for form in FORMS for code in ("MG", "HM")), "MG", "MG_deep", "HM", "HM_deep")
_KEPT = ("CYP3A_gut", "CYP3A_liver", "active_gut", "active_liver", "active_2D6", "C_MG", "C_HM")
_ABSENT = {
    "co_k": 0.1, "co_taken": 1.0, "co_start": 1.0, "co_inhibition_gut": 0.0, "co_inhibition_liver": 0.0,
    "co_inactivation_gut": 0.0, "co_inactivation_liver": 0.0, "co_induction_gut": 0.0, "co_induction_liver": 0.0,
    "co_CYP3A_gut_start": 1.0, "co_CYP3A_liver_start": 1.0,
}  # fmt: skip


class _Lanes:
    """Parameters as columns; what is absent has the value of nobody taking anything."""

    def __init__(self, own: Mapping[str, Array]) -> None:
        self.size = np.size(own["ka"])
        self.own = {name: np.broadcast_to(np.asarray(value, dtype=float), self.size) for name, value in own.items()}
        self.decays: dict[tuple[str, float], Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self.own:
            self.own[name] = np.full(self.size, _ABSENT[name])
        return self.own[name]

    def decay(self, name: str, dt: float) -> Array:
        """exp(-rate dt), worked out once for each length of step."""
        if (name, dt) not in self.decays:
            self.decays[name, dt] = np.exp(-self[name] * dt)
        return self.decays[name, dt]


def _entering(doses: Sequence[Dose], points: Array, size: int) -> dict[int, dict[str, Array]]:
    found: dict[int, dict[str, Array]] = {}
    for dose in doses:
        for time in dose.times:
            if time < points[-1]:
                at = found.setdefault(int(np.argmin(np.abs(points - time))), {})
                for code, amount in dose.nmol.items():
                    if code in ("MG", "HM"):
                        place = f"{dose.form}_{code}"
                        at[place] = at.get(place, np.zeros(size)) + amount
    return found


def _absorbed(state: dict[str, Array], p: _Lanes, code: str, dt: float) -> Array:
    """Empty release and lumen over a step; mean flux into the gut wall, nmol/h."""
    lumen, ka, stays = state[f"lumen_{code}"], p["ka"], p.decay("ka", dt)
    before, new = lumen, lumen * stays
    for form in ("leaf", "extract"):
        amount, kr, left = state[f"{form}_{code}"], p[f"kr_{form}"], p.decay(f"kr_{form}", dt)
        gap = kr - ka
        even = np.abs(gap) < 1e-6 * ka
        new = new + amount * np.where(even, kr * dt * stays, kr * (stays - left) / np.where(even, 1.0, gap))
        before = before + amount - amount * left
        state[f"{form}_{code}"] = amount * left
    state[f"lumen_{code}"] = new
    return p["Fa"] * (before - new) / dt


def _step(state: dict[str, Array], p: _Lanes, dt: float) -> dict[str, Array]:
    uptake_MG, uptake_HM = _absorbed(state, p, "MG", dt), _absorbed(state, p, "HM", dt)
    Q_H = p["Q_H"]
    I_gut = p["fu_gut"] * uptake_MG / p["Q_gut"]
    old = state["level"]
    state["level"] = p["co_taken"] + (old - p["co_taken"]) * p.decay("co_k", dt)
    level = (old + state["level"]) / 2
    gut = _enzyme(state, p, "gut", I_gut, level, dt)
    active_gut = gut / (1 + I_gut / p["Ki_3A"] + p["co_inhibition_gut"] * level)
    free_gut = gut / (1 + p["co_inhibition_gut"] * level)
    formed_gut, loss_gut = _loss(p, p["fm_gut"], free_gut)
    passing = 1 / (1 + (1 / p["Fg_MG"] - 1) * loss_gut)
    # The liver sees the blood of the beginning of the step; what the wall lets through is that of the step itself.
    C_start = state["MG"] / p["V1_MG"]
    I_liver = p["fu_MG"] * (C_start + passing * uptake_MG / Q_H)
    liver = _enzyme(state, p, "liver", I_liver, level, dt)
    active_liver = liver / (1 + I_liver / p["Ki_3A"] + p["co_inhibition_liver"] * level)
    free_liver = liver / (1 + p["co_inhibition_liver"] * level)
    formed_liver, loss_liver = _loss(p, p["fm_liver"], free_liver)
    CL = p["CLint_MG"] * loss_liver
    E = CL / (Q_H + CL)
    into = (1 - E) * passing * uptake_MG
    mean_MG = _blood(state, p, "MG", E, into, dt)
    lost = E * (Q_H * mean_MG / p["V1_MG"] + passing * uptake_MG)
    lost_3A = p["lost_3A"]
    passing_HM = 1 / (1 + (1 / p["Fg_HM"] - 1) * (1 - lost_3A + lost_3A * free_gut))
    CL_HM = p["CLint_HM"] * (1 - lost_3A + lost_3A * free_liver)
    E_HM = CL_HM / (Q_H + CL_HM)
    made = passing_HM * (uptake_HM + formed_gut * (1 - passing) * uptake_MG) + formed_liver * lost
    mean_HM = _blood(state, p, "HM", E_HM, (1 - E_HM) * made, dt)
    return {
        "CYP3A_gut": gut,
        "CYP3A_liver": liver,
        "active_gut": active_gut,
        "active_liver": active_liver,
        "active_2D6": 1 / (1 + I_liver / p["Ki_2D6"]),
        "C_MG": mean_MG / p["V1_MG"],
        "C_HM": mean_HM / p["V1_HM"],
    }


def _enzyme(state: dict[str, Array], p: _Lanes, place: str, inhibitor: Array, level: Array, dt: float) -> Array:
    """Carry an enzyme over a step; its mean."""
    kdeg = p[f"kdeg_{place}"]
    lost = (
        kdeg + p[f"kinact_{place}"] * inhibitor / (p[f"KI_{place}"] + inhibitor) + p[f"co_inactivation_{place}"] * level
    )
    target = kdeg * (1 + p[f"co_induction_{place}"] * level) / lost
    start = state[f"CYP3A_{place}"]
    state[f"CYP3A_{place}"] = target + (start - target) * np.exp(-lost * dt)
    return (start + state[f"CYP3A_{place}"]) / 2


def _loss(p: _Lanes, fm: Array, active: Array) -> tuple[Array, Array]:
    """Share of mitragynine's loss that becomes 7-hydroxymitragynine, and that loss relative to untouched enzymes."""
    made = fm * (1 - p["formed_3A"] + p["formed_3A"] * active)
    loss = made + (1 - fm) * (1 - p["rest_3A"] + p["rest_3A"] * active)
    return made / loss, loss


def _blood(state: dict[str, Array], p: _Lanes, code: str, E: Array, into: Array, dt: float) -> Array:
    """Carry central and peripheral amounts over a step by the trapezoidal rule; the central amount's mean."""
    x, y, h = state[code], state[f"{code}_deep"], dt / 2
    k12, k21 = p[f"Q_{code}"] / p[f"V1_{code}"], p[f"Q_{code}"] / p[f"V2_{code}"]
    k = p["Q_H"] * E / p[f"V1_{code}"] + k12
    a, b = (1 - h * k) * x + h * k21 * y + into * dt, (1 - h * k21) * y + h * k12 * x
    state[code] = ((1 + h * k21) * a + h * k21 * b) / ((1 + h * k) * (1 + h * k21) - h * h * k12 * k21)
    state[f"{code}_deep"] = (b + h * k12 * state[code]) / (1 + h * k21)
    return (x + state[code]) / 2
