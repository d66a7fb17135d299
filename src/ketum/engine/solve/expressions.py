"""Frozen rates as heyoka's expressions.

Three cures live here. Powers: a Taylor series of ``x**n`` does not exist at x = 0, not even for a whole n, so whole
powers are written as products, and the base of any other is shifted by a hair of its own size. Size: each state is
integrated as a multiple of its own power of two, see `ketum.engine.solve.scaling`. Gaps: heyoka judges a step by the
last two terms of the series, and for ``x' = 1 - x**4`` both may be zero at x = 0; there `ramp` keeps the first steps
short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.equations.calculus import magnitude
from ketum.engine.equations.formula import OPERATIONS, TIME, Formula
from ketum.engine.equations.switches import Frozen
from ketum.engine.equations.system import System
from ketum.engine.solve.degree import has_gaps
from ketum.engine.solve.library import hy

LARGEST_POWER = 32
"""Whole powers up to here are products."""
SHIFT = 1e-14
"""Shift of a power's base, relative to the base's size."""

HEADROOM = 128.0
"""Peak of a scaled state. With 1, states that all get small together, and large again, would lose their phase."""


def scale_of(state: str) -> str:
    """Name the parameter that holds a state's power of two."""
    return f"scale of {state}"


def infusion_into(state: int) -> str:
    """Name the parameter that holds the rate of infusion into a state."""
    return f"infusion {state}"


@dataclass(frozen=True)
class Equations:
    """Rates ready to be compiled.

    Parameters
    ----------
    system, frozen
        What they were made from.
    names
        Ids of the compiled parameters, in order.
    variables
        heyoka's variable of each state: the state divided by its scale.
    pairs
        Each variable with the expression of its rate.
    scope
        The expression of every id.
    sides
        For each surface, the expression that is zero there.
    shifts
        Parameters that shift the base of a power, with that base.
    infused
        Indices of states that can receive an infusion.
    gaps
        Whether the rates' series may have gaps.
    """

    system: System
    frozen: Frozen
    names: tuple[str, ...]
    variables: tuple[Any, ...]
    pairs: tuple[tuple[Any, Any], ...]
    scope: Mapping[str, Any]
    sides: tuple[Any, ...]
    shifts: Mapping[str, Formula]
    infused: tuple[int, ...]
    gaps: bool

    def parameters(self, start: Mapping[str, Array], scales: Array, horizon: float) -> Array:
        """Put the values of the compiled parameters together.

        Parameters
        ----------
        start
            Everything at time zero, see `start_values`.
        scales
            Each state's power of two, shape (states, people).
        horizon
            The last time, which says how large time gets.

        Returns
        -------
        ndarray, shape (parameters, people)
            Switches and parameters of the caller's stand at zero unless `start` holds them.
        """
        people = scales.shape[1]
        values = dict.fromkeys(self.names, np.zeros(people)) | dict(start)
        values |= {scale_of(name): scales[i] for i, name in enumerate(self.system.states)}
        values |= {name: formula.value(start) for name, formula in self.frozen.fixed.items()}
        sizes = self.sizes(start, scales, horizon)
        for name, base in self.shifts.items():
            size = np.broadcast_to(magnitude(base).value(sizes), people)
            values[name] = SHIFT * np.where(np.isfinite(size) & (size > 0), size, 1.0)
        return np.array([np.broadcast_to(values[name], people) for name in self.names]).reshape(-1, people)

    def sizes(self, start: Mapping[str, Array], scales: Array, horizon: float) -> dict[str, Any]:
        """Tell how large each quantity gets, for `magnitude`."""
        sizes: dict[str, Any] = {name: np.abs(start[name]) for name in self.system.constants}
        sizes |= {name: np.abs(formula.value(start)) for name, formula in self.frozen.fixed.items()}
        sizes |= {name: scales[i] * HEADROOM for i, name in enumerate(self.system.states)}
        sizes |= dict.fromkeys(self.frozen.switches, 1.0)
        sizes[TIME] = horizon
        for name, formula in self.frozen.rules.items():
            sizes[name] = magnitude(formula).value(sizes)
        return sizes


@dataclass
class Writer:
    """Turns formulas into expressions, one after the other."""

    scope: dict[str, Any]
    moving: set[str]
    nominal: Mapping[str, float]
    first_free: int
    shifts: dict[str, Formula] = field(default_factory=dict)

    def expression(self, formula: Formula) -> Any:
        """Write a formula; numbers stay numbers."""
        if formula.operation == "number":
            return float(formula.leaf)
        if formula.operation == "name":
            return self.scope[str(formula.leaf)]
        if formula.operation == "power":
            return self._power(*formula.arguments)
        arguments = [self.expression(argument) for argument in formula.arguments]
        if all(isinstance(argument, float) for argument in arguments):
            with np.errstate(all="ignore"):
                return float(OPERATIONS[formula.operation](*map(np.float64, arguments)))
        if formula.operation == "piecewise":
            return _chosen(arguments)
        if formula.operation in ("plus", "minus", "times"):
            return OPERATIONS[formula.operation](*arguments)
        if formula.operation == "divide":
            return arguments[0] / arguments[1]
        return getattr(hy, formula.operation)(*arguments)

    def _power(self, base: Formula, exponent: Formula) -> Any:
        below, above = self.expression(base), self.expression(exponent)
        if isinstance(above, float):
            if isinstance(below, float):
                return float(OPERATIONS["power"](below, above))
            return _product(below, int(above)) if _is_small_whole(above) else self._shifted(base, below) ** above
        if isinstance(below, float):
            return hy.exp(above * float(np.log(below))) if below > 0 else 0.0 if below == 0 else float("nan")
        if self._still(base) and not self._still(exponent):
            zero = hy.expression(0.0)
            return hy.select(hy.eq(below, zero), zero, hy.exp(above * hy.log(below)))
        general = self._shifted(base, below) ** above
        usual = self._nominal(exponent)
        if not _is_small_whole(usual):
            return general
        # An exponent that is a parameter is whole for most people; only for the others is the base shifted.
        return hy.select(hy.eq(above, hy.expression(usual)), _expression(_product(below, int(usual))), general)

    def _still(self, formula: Formula) -> bool:
        return self.moving.isdisjoint(formula.names())

    def _nominal(self, exponent: Formula) -> float:
        names = exponent.names()
        return float(exponent.value(self.nominal)) if names <= self.nominal.keys() else 0.5

    def _shifted(self, base: Formula, below: Any) -> Any:
        if self._still(base):
            return below
        name = next((name for name, known in self.shifts.items() if known == base), f"shift {len(self.shifts)}")
        if name not in self.shifts:
            self.scope[name] = hy.par[self.first_free + len(self.shifts)]
            self.shifts[name] = base
        return below + self.scope[name]


def _is_small_whole(value: float) -> bool:
    return value.is_integer() and abs(value) <= LARGEST_POWER


def _product(base: Any, power: int) -> Any:
    """Multiply by repeated squaring."""
    if power == 0:
        return 1.0
    result, square, left = None, base, abs(power)
    while left:
        if left % 2:
            result = square if result is None else result * square
        left //= 2
        square = square * square if left else square
    return result if power > 0 or result is None else 1.0 / result


def _chosen(parts: list[Any]) -> Any:
    result = parts[-1] if len(parts) % 2 else float("nan")
    for i in reversed(range(len(parts) // 2)):
        value, condition = parts[2 * i : 2 * i + 2]
        if isinstance(condition, float):
            result = value if condition else result
        else:
            holds = hy.gt(condition, hy.expression(0.5))
            result = hy.select(holds, _expression(value), _expression(result))
    return result


def _expression(value: Any) -> Any:
    return value if isinstance(value, hy.expression) else hy.expression(float(value))


def _number_of_powers(frozen: Frozen) -> int:
    sides = [side for surface in frozen.surfaces for side in (surface.left, surface.right)]
    every = [*frozen.rates.values(), *frozen.rules.values(), *sides]
    return sum(node.operation == "power" for formula in every for node in formula.nodes())


def write(system: System, frozen: Frozen, infused: tuple[int, ...] = (), extra: tuple[str, ...] = ()) -> Equations:
    """Write a frozen system's rates as expressions.

    Parameters
    ----------
    system, frozen
        The model, and its rates without jumps.
    infused
        Indices of states that can receive an infusion.
    extra
        Further parameters that the caller wants to have.
    """
    powers = range(_number_of_powers(frozen))
    extra = (*map(infusion_into, infused), *extra)
    names = (*system.constants, *frozen.fixed, *frozen.switches, *extra, *(f"shift {i}" for i in powers))
    first_free = len(names) - len(powers)
    names = (*names, *map(scale_of, system.states))
    scope: dict[str, Any] = {name: hy.par[i] for i, name in enumerate(names)}
    made = hy.make_vars(*(f"x{i}" for i in range(len(system.states))))
    variables = tuple(made) if len(system.states) > 1 else (made,)
    scope |= {name: scope[scale_of(name)] * x for name, x in zip(system.states, variables, strict=True)}
    scope[TIME] = hy.time
    writer = Writer(scope, {TIME, *system.states}, system.constants, first_free)
    for name, formula in frozen.rules.items():
        scope[name] = writer.expression(formula)
        if not writer.moving.isdisjoint(formula.names()):
            writer.moving.add(name)
    pairs = []
    for i, (name, x) in enumerate(zip(system.states, variables, strict=True)):
        rate = writer.expression(frozen.rates[name])
        rate = rate + scope[infusion_into(i)] if i in infused else rate
        pairs.append((x, _expression(rate) / scope[scale_of(name)]))
    sides = tuple(writer.expression(s.left) - writer.expression(s.right) for s in frozen.surfaces)
    # heyoka counts its parameters up to the last one that is used.
    used = [int(str(par)[1:]) for par in hy.get_params([rate for _, rate in pairs])]
    names = names[: max([*used, first_free - 1 if extra else -1], default=-1) + 1]
    gaps = has_gaps(system, frozen)
    return Equations(system, frozen, names, variables, tuple(pairs), scope, sides, writer.shifts, infused, gaps)
