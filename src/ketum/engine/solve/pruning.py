"""Only what is asked for is integrated: states that no output depends on are left out, and doses into them with them.

One large readable model then costs those who ask for a part of it no more than that part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from ketum.arrays import Index
from ketum.engine.doses.records import Code, Plan, Steady
from ketum.engine.equations.system import System


def needed(system: System, names: Iterable[str]) -> tuple[str, ...]:
    """Find the states that some quantities depend on, directly or through rates and rules, in the system's order.

    Parameters
    ----------
    system
        The model.
    names
        Ids of the quantities.
    """
    known: set[str] = set()
    waiting = set(system.with_places(list(names)))
    while waiting:
        known |= waiting
        formulas = [part[name] for name in waiting for part in (system.rates, system.rules) if name in part]
        waiting = set().union(*(formula.names() for formula in formulas)) - known
    return tuple(name for name in system.states if name in known)


def reduced(system: System, states: Sequence[str]) -> System:
    """Keep only some of the states. What starts the others stays, as rules at time zero may look at it."""
    if tuple(states) == system.states:
        return system
    rates = MappingProxyType({name: system.rates[name] for name in states})
    return replace(system, states=tuple(states), rates=rates)


def onto(plan: Plan, system: System, states: Sequence[str]) -> Plan:
    """Give a plan for a whole system to the reduced one: targets are counted anew, and what has none is left out."""
    if tuple(states) == system.states:
        return plan
    place = {name: i for i, name in enumerate(states)}
    number: Index = np.array([place.get(name, -1) for name in system.states], dtype=np.intp)
    gives = np.isin(plan.codes, (Code.ADD, Code.RATE))
    targets = np.where(gives, number[np.where(gives, plan.targets, 0)], plan.targets)
    kept = ~gives | (targets >= 0)
    return replace(
        plan,
        times=plan.times[:, kept],
        codes=plan.codes[kept],
        targets=targets[kept],
        values=plan.values[:, kept],
        steady=tuple(_steady_onto(each, number) for each in plan.steady),
    )


def _steady_onto(each: Steady, number: Index) -> Steady:
    also = tuple((int(number[state]), amount) for state, amount in each.also if number[state] >= 0)
    return replace(each, target=int(number[each.target]), also=also)
