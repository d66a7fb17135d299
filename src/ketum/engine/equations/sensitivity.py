"""Sensitivities: how outputs change with a parameter or an initial value, by variational equations.

For each state x and parameter p the system gets one more state, dx/dp, whose rate follows from the model's by the chain
rule: d(dx/dp)/dt = sum over y of (df/dy) (dy/dp) + df/dp. What results is a system like any other, so error control,
scales, resets and steady states hold for it as they stand. What doses add to these states is worked out in
`ketum.engine.doses.dose_sensitivity`.

A lag moves the clock. A bolus that comes later by dp leaves a jump in dx/dp, the rates just before less those just
after, and rates are no plain data. But u = dx/dp + f is the same on both sides: it says how x changes for one whose
clock starts with the dose. So where all doses have the lag, u is the state instead. It follows the same equation with
time as one of the things that move: u' = sum over y of (df/dy) u_y + df/dt + df/dp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ketum.arrays import Array
from ketum.engine.equations.calculus import NoDerivativeError, derivative
from ketum.engine.equations.formula import ONE, TIME, ZERO, Formula, divide, minus, plus
from ketum.engine.equations.system import System


class Sensitivity(NamedTuple):
    """What outputs are differentiated by.

    Parameters
    ----------
    parameter
        A constant, a name that only the dosing uses, or a state, whose id stands for its initial value.
    entered
        The states that doses enter which move with it.
    clock
        Whether it is the lag of all doses, and they are boluses.
    """

    parameter: str
    entered: tuple[str, ...] = ()
    clock: bool = False


Sensitivities = tuple[Sensitivity, ...]


def output_name(output: str, parameter: str) -> str:
    """Say how the derivative of an output is called in the result."""
    return f"d_{output}_d_{parameter}"


def inner(name: str, parameter: str) -> str:
    """Name a quantity that no model can hold, as ids have no blanks."""
    return f"d {name} / d {parameter}"


def with_sensitivities(system: System, sensitivities: Sensitivities) -> System:
    """Add the variational equations to a system.

    Parameters
    ----------
    system
        The model.
    sensitivities
        What its outputs are differentiated by.

    Returns
    -------
    System
        Its states, rules and constants come first, in their order. A rule ``d_<output>_d_<parameter>`` stands for each
        state and rule that has a derivative.
    """
    whole = system
    for each in sensitivities:
        whole = _with_one(system, whole, each)
    return whole


def _reached(system: System, each: Sensitivity) -> set[str]:
    """Find what a parameter has any effect on; the sensitivity of all else is zero, and costs nothing."""
    formulas = [*system.rates.items(), *system.rules.items(), *system.initial.items()]
    reached, before = {each.parameter, *each.entered}, 0
    while len(reached) > before:
        before = len(reached)
        reached |= {name for name, formula in formulas if not reached.isdisjoint(formula.names())}
    return reached


@dataclass(frozen=True)
class _Chain:
    """Derivatives of a system's rules, one upon the other.

    Parameters
    ----------
    system
        The model.
    parameter
        With respect to which.
    states
        The derivative of each state.
    time
        The derivative of time.
    still
        The chain that has the derivatives of constants, where it is another one.
    mark
        Ends the names of the derivatives of rules.
    """

    system: System
    parameter: str
    states: Mapping[str, Formula]
    time: Formula = ZERO
    still: _Chain | None = None
    mark: str = ""
    known: dict[str, Formula] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def followed(self) -> _Chain:
        """Work all rules, and constants where nobody else has, out."""
        system = self.system
        for name in (n for n in system.order if n not in system.states and n != self.parameter):
            if self.still and name not in system.rules:
                continue
            try:
                self.known[name] = derivative(system.rules.get(name) or system.initial[name], self.of)
            except NoDerivativeError as fault:
                self.missing[name] = str(fault)
        return self

    def of(self, name: str) -> Formula:
        """Give the derivative of a quantity."""
        if name in self.system.states:
            return self.states[name]
        if name in (self.parameter, TIME):
            return ONE if name == self.parameter else self.time
        if self.still and name not in self.system.rules:
            return self.still.of(name)
        if name in self.missing:
            raise NoDerivativeError(self.missing[name])
        return ZERO if self.known.get(name, ZERO) == ZERO else Formula.name(self.named(name))

    def named(self, name: str) -> str:
        """Name the derivative of a quantity."""
        return inner(name, self.parameter) + self.mark * (name in self.system.rules)

    def rules(self) -> dict[str, Formula]:
        """Collect the derivatives of rules that are not zero."""
        return {self.named(n): f for n, f in self.known.items() if n in self.system.rules and f != ZERO}


def _with_one(system: System, whole: System, each: Sensitivity) -> System:
    parameter, reached = each.parameter, _reached(system, each)
    states = [name for name in system.states if name in reached]
    moved = {n: Formula.name(inner(n, parameter)) if n in reached else ZERO for n in system.states}
    if not each.clock:
        held = moving = _Chain(system, parameter, moved).followed()
    else:
        clock = {n: formula if n in reached else system.rates[n] for n, formula in moved.items()}
        moved = {n: minus(formula, system.rates[n]) if n in reached else ZERO for n, formula in moved.items()}
        held = _Chain(system, parameter, moved).followed()
        moving = _Chain(system, parameter, clock, ONE, held, " by the clock").followed()
    constants = [n for n, f in held.known.items() if n not in system.rules and f != ZERO]
    initial = {inner(n, parameter): held.known[n] for n in constants}
    initial |= {inner(n, parameter): _start(system, n, held, each.clock) for n in states}
    rules = held.rules() | moving.rules()
    order = (made for n in system.order for made in dict.fromkeys((held.named(n), moving.named(n))))
    return replace(
        whole,
        states=(*whole.states, *(inner(name, parameter) for name in states)),
        rates={**whole.rates, **{inner(n, parameter): derivative(system.rates[n], moving.of) for n in states}},
        rules={**whole.rules, **rules, **_outputs(system, parameter, held.of)},
        constants={**whole.constants, **{inner(name, parameter): 0.0 for name in constants}},
        initial={**whole.initial, **initial},
        order=(*whole.order, *(name for name in order if name in {*initial, *rules})),
        units={**whole.units, **_units(system, parameter)},
    )


def _start(system: System, state: str, held: _Chain, clock: bool) -> Formula:
    if state != held.parameter:
        first = derivative(system.initial.get(state, ZERO), held.of)
    else:
        first = Formula.name(system.per_volume[state]) if state in system.per_volume else ONE
    return plus(first, system.rates[state]) if clock else first


def _outputs(system: System, parameter: str, of: Callable[[str], Formula]) -> dict[str, Formula]:
    found = {}
    for name in (*system.states, *system.rules, *system.constants):
        place = system.per_volume.get(name)
        formula = divide(Formula.name(name), Formula.name(place)) if place else Formula.name(name)
        try:
            found[output_name(name, parameter)] = derivative(formula, of)
        except NoDerivativeError:
            continue  # it is refused where it is asked for
    return found


def _units(system: System, parameter: str) -> dict[str, str]:
    below = system.units.get(parameter, "")
    above = {name: system.units.get(name, "") for name in (*system.states, *system.rules)}
    return {output_name(n, parameter): f"({unit})/({below})" if unit and below else "" for n, unit in above.items()}


def unmoved(system: System, given: Mapping[str, Array], people: int) -> dict[str, Array]:
    """Hold constants still that are given, whatever the model would have worked them out from."""
    fixed = tuple(inner(name, "") for name in given)
    return {name: np.zeros(people) for name in system.constants if name.startswith(fixed)}
