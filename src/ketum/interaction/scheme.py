"""A step of fixed length for any system of formulas: two Rosenbrock stages.

Second order whatever the Jacobian, L-stable, and amounts add up at any length of step. The first stage is an implicit
Euler step, so that what is taken up quickly never comes out negative where rates are looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ketum.engine.equations.calculus import derivative
from ketum.engine.equations.formula import ZERO, Formula
from ketum.engine.equations.system import System
from ketum.interaction.tape import PACE, PEOPLE, STATE, Tape, Value

GAMMA = 1.0 - 0.5**0.5
SECOND = 0.5 / GAMMA
"""Weight of the second stage; the first has the rest of 1."""
Matrix = dict[tuple[int, int], Value]


@dataclass(frozen=True)
class Moving:
    """What must be followed.

    Parameters
    ----------
    states
        States that move, and that something asked for depends on.
    still
        All states that never leave their first value, with it.
    given
        Constants that people have a value of their own of; all others are the model's.
    """

    states: tuple[str, ...]
    still: Mapping[str, float]
    given: frozenset[str]


def moving(system: System, given: frozenset[str], entered: Collection[str], outputs: Iterable[str]) -> Moving:
    """Find what must be followed.

    Parameters
    ----------
    system
        The formulas.
    given
        Constants that people have a value of their own of.
    entered
        States into which doses go.
    outputs
        What is asked for.
    """
    tape = Tape()
    fixed = _constants(tape, system, given)
    starts = {one: tape.put(system.initial[one], fixed) for one in system.states if one not in entered}
    still = {one: start for one, start in starts.items() if isinstance(start, float)}
    while True:
        values = {one: still[one] if one in still else tape.variable(one, STATE) for one in system.states}
        names = _rules(tape, system.rules, fixed | values)
        leaving = {one for one in still if tape.put(system.rates[one], names) != 0.0}
        if not leaving:
            break
        still = {one: start for one, start in still.items() if one not in leaving}
    left = [one for one in system.states if one not in still]
    by = {one: _derivatives(tape, system, one, names) for one in left}
    known: set[str] = set()
    waiting = {one for one in left for name in outputs if by[one].get(name, 0.0) != 0.0}
    while waiting:
        known |= waiting
        waiting = {one for one in left for name in waiting if by[one].get(f"{name}'", 0.0) != 0.0} - known
    return Moving(tuple(one for one in left if one in known), still, given)


def step_of(system: System, followed: Moving) -> Callable[..., Any]:
    """Compile a step.

    Parameters
    ----------
    system
        The formulas.
    followed
        What is followed; all else stays as it is, or matters to nobody.

    Returns
    -------
    callable
        Of people's values by name, shape (lanes,); gives a callable of the step's length in h; that gives one of the
        states, each of shape (lanes,), which returns them after the step.
    """
    states = followed.states
    idle = dict.fromkeys(system.states, 0.0)
    rates = {one: system.rates[one] for one in states}
    rules = system.rules_for({name for rate in rates.values() for name in rate.names()})
    system = replace(system, states=states, rates=rates, rules=rules)
    tape = Tape()
    fixed = _constants(tape, system, followed.given) | idle | dict(followed.still)
    h = tape.variable("h", PACE)
    gh = tape.product(GAMMA, h)
    x: list[Value] = [tape.variable(f"x{i}", STATE) for i in range(len(states))]
    names = _rules(tape, rules, fixed | dict(zip(states, x, strict=True)))
    first = [tape.put(system.rates[one], names) for one in states]
    solve = _eliminated(tape, _jacobian(tape, system, states, names, x), gh, len(states))
    k1 = solve(first)
    middle = [tape.sum(a, tape.product(gh, k)) for a, k in zip(x, k1, strict=True)]
    names = _rules(tape, rules, fixed | dict(zip(states, middle, strict=True)))
    again = [
        tape.do("minus", tape.put(system.rates[one], names), tape.product(2 * GAMMA, tape.do("minus", k, f)))
        for one, k, f in zip(states, k1, first, strict=True)
    ]
    weights = tape.product(1 - SECOND, h), tape.product(SECOND, h)
    after = [
        tape.sum(a, tape.sum(tape.product(weights[0], k), tape.product(weights[1], k2)))
        for a, k, k2 in zip(x, k1, solve(again), strict=True)
    ]
    return tape.compiled(", ".join(map(str, x)), after)


def _constants(tape: Tape, system: System, given: Collection[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in system.constants.items():
        found[name] = value
        if name in given:
            found[name] = tape.variable(f"own_{name}", PEOPLE, f"own[{name!r}]")
    return found


def _rules(tape: Tape, rules: Mapping[str, Formula], scope: dict[str, Value]) -> dict[str, Value]:
    for name, formula in rules.items():
        scope[name] = tape.put(formula, scope)
    return scope


def _derivatives(tape: Tape, system: System, by: str, names: Mapping[str, Value]) -> dict[str, Value]:
    """Differentiate everything by one state: rules and states by name, and the rate of x as ``x'``."""
    found: dict[str, Value] = {by: 1.0}
    scope = dict(names)

    def of(name: str) -> Formula:
        return Formula.name(f"d {name}") if found.get(name, 0.0) != 0.0 else ZERO

    for name, formula in [*system.rules.items(), *((f"{one}'", rate) for one, rate in system.rates.items())]:
        scope |= {f"d {one}": value for one, value in found.items()}
        found[name] = tape.put(derivative(formula, of), scope)
    return found


def _jacobian(
    tape: Tape, system: System, states: Sequence[str], names: Mapping[str, Value], x: Sequence[Value]
) -> Matrix:
    """Differentiate rates by states, where one moves the other by a share that does not depend on the other.

    What flows on is in this, and must be; how an enzyme changes a flow, and a flow an enzyme, is left to the two
    stages, which halves the work.
    """
    by = [_derivatives(tape, system, one, names) for one in states]
    found = {(i, j): by[j][f"{one}'"] for i, one in enumerate(states) for j in range(len(states))}
    return {
        (i, j): value
        for (i, j), value in found.items()
        if value != 0.0 and (i == j or x[i] not in tape.behind([value]))
    }


def _eliminated(tape: Tape, jacobian: Matrix, gh: Value, size: int) -> Callable[[Sequence[Value]], list[Value]]:
    """Eliminate 1 - gamma h J once, and give what solves it for a right-hand side."""
    left: Matrix = {at: tape.do("minus", 0.0, tape.product(gh, value)) for at, value in jacobian.items()}
    left |= {(i, i): tape.do("minus", 1.0, tape.product(gh, jacobian.get((i, i), 0.0))) for i in range(size)}
    waiting, order = set(range(size)), []
    inverse: dict[int, Value] = {}
    steps: list[tuple[int, int, Value]] = []
    while waiting:
        pivot = min(waiting, key=lambda i: (sum((i, j) in left for j in waiting), i))
        waiting.remove(pivot)
        order.append(pivot)
        inverse[pivot] = tape.do("divide", 1.0, left[pivot, pivot])
        for row in sorted(i for i in waiting if (i, pivot) in left):
            share = tape.product(left[row, pivot], inverse[pivot])
            steps.append((row, pivot, share))
            for j in sorted(j for j in waiting if (pivot, j) in left):
                taken = tape.product(share, left[pivot, j])
                left[row, j] = tape.do("minus", left.get((row, j), 0.0), taken)

    def solve(right: Sequence[Value]) -> list[Value]:
        found = list(right)
        for row, pivot, share in steps:
            found[row] = tape.do("minus", found[row], tape.product(share, found[pivot]))
        for place, i in reversed(list(enumerate(order))):
            for j in order[place + 1 :]:
                if (i, j) in left:
                    found[i] = tape.do("minus", found[i], tape.product(left[i, j], found[j]))
            found[i] = tape.product(found[i], inverse[i])
        return found

    return solve
