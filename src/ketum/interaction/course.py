"""The course of CYP3A and of kratom in many people at once, quickly.

A screen must answer within a second of a fresh start, in which the engine could not even be compiled. So the model's
own formulas are written out for numpy and carried from dose to dose in steps that grow after each of them. Only what is
asked for is followed, and only where something is swallowed. A test holds the course to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.interaction.equations import OUTPUTS, equations
from ketum.interaction.scheme import Moving, moving, step_of

AFTER_DOSE_H = (
    0.05, 0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.7, 3.5, 4.7, 6.0, 8.0, 11.0, 15.0, 19.0, 24.0,
)  # fmt: skip
"""Ends of the steps after a dose, until the next."""
EARLY_H, SETTLED_H = (0.15, 0.4, 0.8, 1.5, 2.7, 4.7, 8.0, 13.0, 24.0), 96.0
"""The same where nobody looks until so much later: by then an enzyme has forgotten how well it was followed."""
LATER_H = 4.0
"""Steps when a day has passed since the last dose."""
FOLLOWED = ("MG", "HM")
"""Alkaloids that the enzymes have to do with."""


@dataclass(frozen=True)
class Dose:
    """One product's doses: where they enter, when (h), and nmol of each alkaloid, shape (lanes,)."""

    form: str
    times: Sequence[float]
    nmol: Mapping[str, Array]

    def into(self) -> dict[str, Array]:
        """Give what enters each state of the model at every dose."""
        return {f"{self.form}_{code}": amount for code, amount in self.nmol.items() if code in FOLLOWED}


@dataclass(frozen=True)
class InteractionCourse:
    """What came out.

    Parameters
    ----------
    times, steps
        Middle and length of each step, in h, shape (steps,).
    values
        Mean of each quantity over each step, shape (steps, lanes): enzymes and their activity relative to untouched,
        concentrations in nM.
    """

    times: Array
    steps: Array
    values: Mapping[str, Array]

    def within(self, start: Array | float, end: Array | float) -> Array:
        """How much of each step lies between two times, in h; shape (steps,) or (steps, lanes)."""
        middle, half = self.times, self.steps / 2
        if np.ndim(start) or np.ndim(end):
            middle, half = middle[:, None], half[:, None]
        return np.asarray(np.maximum(np.minimum(middle + half, end) - np.maximum(middle - half, start), 0.0))

    def area(self, code: str, start: float, end: float) -> Array:
        """Area under a plasma curve between two times, nmol/L*h, shape (lanes,)."""
        return np.asarray(self.within(start, end) @ self.values[f"C_{code}"])

    def mean(self, name: str, start: float, end: float) -> Array:
        """Mean of a quantity between two times, weighted by time, shape (lanes,)."""
        weight = self.within(start, end)
        return np.asarray(weight @ self.values[name] / weight.sum())


def grid(doses: Sequence[Dose], end_h: float, since_h: float = 0.0) -> Array:
    """Choose the ends of the steps: close after each dose, then wider; every dose time is one of them."""
    given = np.unique(np.round([t for dose in doses for t in dose.times if t < end_h], 9))
    begins = np.unique([0.0, *given])
    parts = []
    for begin, stop in zip(begins, [*begins[1:], end_h], strict=True):
        ends = EARLY_H if stop < since_h - SETTLED_H else AFTER_DOSE_H
        later = np.arange(ends[-1] + LATER_H, max(stop - begin, 0.0), LATER_H)
        points = begin + np.concatenate([ends, later])
        # No sliver before the next dose.
        parts.append([begin, *points[points < stop - ends[0] / 2]])
    return np.array([*np.concatenate(parts), end_h])


def course(
    own: Mapping[str, Array],
    doses: Sequence[Dose],
    end_h: float,
    outputs: Sequence[str] = OUTPUTS,
    since_h: float = 0.0,
) -> InteractionCourse:
    """Solve.

    Parameters
    ----------
    own
        Parameters by their name in ``kratom.ant``, shape (lanes,); what is left out is the model's own: no medicine.
    doses
        What is swallowed.
    end_h
        Length, in h.
    outputs
        What is asked for, some of `OUTPUTS`.
    since_h
        From when on.
    """
    system = equations()
    # What nobody has otherwise than the model needs no column, and much of the formulas falls away with it.
    people = {
        name: np.asarray(own[name], dtype=float)
        for name, usual in system.constants.items()
        if name in own and np.any(own[name] != usual)
    }
    entered = {place for dose in doses for place in dose.into()}
    followed, step = _compiled(frozenset(people), frozenset(entered), tuple(outputs))
    states, of_pace = followed.states, cache(step(people))
    size = np.size(own["ka"])
    scope: dict[str, Any] = {**system.constants, **people}
    state = [np.broadcast_to(np.asarray(system.initial[one].value(scope), dtype=float), size) for one in states]
    points = grid(doses, end_h, since_h)
    entering = _entering(doses, points, states)
    lengths = np.round(np.diff(points), 9)
    first = max(int(np.searchsorted(points, since_h, side="right")) - 1, 0)
    begin, end = [], []
    for i, h in enumerate(lengths.tolist()):
        for at, amount in entering.get(i, ()):
            state[at] = state[at] + amount
        after = of_pace(h)(*state)
        if i >= first:
            begin.append(state)
            end.append(after)
        state = list(after)
    values = _values(followed, people, [begin, end], outputs)
    return InteractionCourse((points[:-1] + lengths / 2)[first:], lengths[first:], values)


@cache
def _compiled(
    given: frozenset[str], entered: frozenset[str], outputs: tuple[str, ...]
) -> tuple[Moving, Callable[..., Any]]:
    followed = moving(equations(), given, entered, outputs)
    return followed, step_of(equations(), followed)


def _entering(doses: Sequence[Dose], points: Array, states: Sequence[str]) -> dict[int, list[tuple[int, Array]]]:
    found: dict[int, list[tuple[int, Array]]] = {}
    for dose in doses:
        for time in dose.times:
            if time < points[-1]:
                at = found.setdefault(int(np.argmin(np.abs(points - time))), [])
                at.extend((states.index(place), amount) for place, amount in dose.into().items() if place in states)
    return found


def _values(
    followed: Moving, people: Mapping[str, Array], ends: Sequence[list[list[Array]]], outputs: Sequence[str]
) -> dict[str, Array]:
    """Work out what is asked for at both ends of each step, and the mean of the two."""
    system = equations()
    rules = system.rules_for(outputs)
    used = {*outputs, *(name for formula in rules.values() for name in formula.names())}
    both = []
    for kept in ends:
        scope: dict[str, Any] = {**system.constants, **people, **followed.still}
        scope |= {one: np.array([at[i] for at in kept]) for i, one in enumerate(followed.states) if one in used}
        for name, formula in rules.items():
            scope[name] = formula.value(scope)
        both.append(scope)
    shape = len(ends[0]), np.size(ends[0][0][0])
    return {name: np.broadcast_to((both[0][name] + both[1][name]) / 2, shape) for name in outputs}
