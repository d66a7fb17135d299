"""Where a Taylor method may take a step that is far too long, and what keeps it short.

heyoka judges a step by the last two terms of the series. Where a rate holds a high power of what starts at zero, as in
``x' = 1 - x**4``, the series has gaps, both terms may be zero, and the step becomes boundless. Past that one point the
gaps are gone; so the first steps after every stop are kept short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ketum.engine.doses.records import Code, Plan
from ketum.engine.equations.formula import TIME, Formula
from ketum.engine.equations.switches import Frozen
from ketum.engine.equations.system import System, start_values

TOTAL, SINGLE = 3, 2
"""Gaps of two are possible from this degree on, where time or one state stands in at least this power."""
ANY_POWER = 3.0
"""Degree of a power whose exponent is not known."""


RAMP = 4.0 ** np.arange(-10.0, 0.0)
"""The first stretches of a way, as parts of it: each reaches four times as far as the one before."""


def with_ramps(plan: Plan, end: float) -> Plan:
    """Add actions that do nothing but keep the first steps after every other action short.

    Parameters
    ----------
    plan
        What happens to some people.
    end
        The last time.
    """
    rows = plan.times.shape[0]
    inner = np.clip(plan.times, 0.0, end)
    stops = np.sort(np.concatenate([np.zeros((rows, 1)), inner, np.full((rows, 1), end)], axis=1), axis=1)
    added = (stops[:, :-1, None] + np.diff(stops, axis=1)[:, :, None] * RAMP).reshape(rows, -1)
    count = added.shape[1]
    return replace(
        plan,
        times=np.concatenate([plan.times, added], axis=1),
        codes=np.append(plan.codes, np.full(count, int(Code.ADD))),
        targets=np.append(plan.targets, np.zeros(count, dtype=np.intp)),
        values=np.concatenate([plan.values, np.zeros((plan.values.shape[0], count))], axis=1),
    )


@dataclass(frozen=True)
class Degree:
    """Degree of a formula in what is zero at the start: in all, and in each name."""

    total: float = 0.0
    single: Mapping[str, float] = field(default_factory=dict)

    @property
    def gaps(self) -> bool:
        """Whether a series may have gaps of two terms."""
        return self.total >= TOTAL and max(self.single.values(), default=0.0) >= SINGLE


def has_gaps(system: System, frozen: Frozen) -> bool:
    """Tell whether the series of a system's rates may have gaps, as the model's nominal person starts."""
    start: dict[str, Any] = {name: column[0] for name, column in start_values(system, {}, 1).items()}
    start |= {name: formula.value(start) for name, formula in frozen.fixed.items()}
    start |= dict.fromkeys(frozen.switches, 1.0)
    known = {name: Degree(1.0, {name: 1.0}) for name in (TIME, *system.states) if not start[name] > 0}
    for name, formula in frozen.rules.items():
        known[name] = _degree(formula, known, start)
    return any(_degree(formula, known, start).gaps for formula in frozen.rates.values())


def _degree(formula: Formula, known: Mapping[str, Degree], start: Mapping[str, Any]) -> Degree:
    if formula.operation == "name":
        return known.get(str(formula.leaf), Degree())
    parts = [_degree(argument, known, start) for argument in formula.arguments]
    names = {name for part in parts for name in part.single}
    if formula.operation == "times":
        each = {name: sum(part.single.get(name, 0.0) for part in parts) for name in names}
        return Degree(sum(part.total for part in parts), each)
    if formula.operation == "power":
        return _power(formula, parts[0], start)
    each = {name: max(part.single.get(name, 0.0) for part in parts) for name in names}
    return Degree(max((part.total for part in parts), default=0.0), each)


def _power(formula: Formula, below: Degree, start: Mapping[str, Any]) -> Degree:
    base, exponent = formula.arguments
    above = abs(float(exponent.value(start)))
    power = above if np.isfinite(above) else ANY_POWER
    if not below.total and float(base.value(start)) == 0.0:  # as (x - 3)^4 where x starts at 3
        below = Degree(1.0, {str(base): 1.0})
    return Degree(below.total * power, {name: degree * power for name, degree in below.single.items()})
