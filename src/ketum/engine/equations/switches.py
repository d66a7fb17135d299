"""Rates without jumps: every condition in them becomes a parameter that stands still between events.

A Taylor method does not notice a condition inside a step, and beside the surface rounding would choose the branch. So
``x > 3`` turns into a 0/1 parameter, and ``x - 3`` into a `Surface` that the integration stops on. abs, min, max,
quotient and rem are written as conditions; floor and ceil stop wherever their argument passes a whole number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from ketum.engine.equations.calculus import derivative
from ketum.engine.equations.formula import ONE, RELATIONS, TIME, ZERO, Formula, minus, plus, times
from ketum.engine.equations.system import System
from ketum.errors import ModelError, Problem

LOGIC = frozenset({"and", "or", "xor", "not"})
JUMPING = frozenset({*RELATIONS, *LOGIC, "abs", "min", "max", "floor", "ceil", "quotient", "rem", "factorial"})
"""Operations that a compiled rate cannot hold."""


@dataclass(frozen=True)
class Surface:
    """Where a rate may jump.

    Parameters
    ----------
    left, right
        The surface is where both are equal; both without jumps of their own.
    relations
        Parameters that depend on the side, each with its relation of left to right.
    whole
        For floor: the parameter that holds the whole number below left; there is a surface at every whole number.
    of_time
        Whether it is known beforehand when the surface is met: left - right changes in proportion to time.
    """

    left: Formula
    right: Formula
    relations: Mapping[str, str]
    whole: str = ""
    of_time: bool = False

    def __str__(self) -> str:
        return f"floor({self.left})" if self.whole else f"{self.left} = {self.right}"


@dataclass(frozen=True)
class Frozen:
    """A system whose rates have no jumps.

    Parameters
    ----------
    rates
        Each state's rate.
    rules
        The rules that rates and surfaces need, in order.
    fixed
        Parameters that follow from a person's constants, once, at time zero.
    surfaces
        Where rates may jump; each may use the parameters of earlier ones.
    following
        Parameters that follow from switches and constants, each perhaps from earlier ones, such as ``floor(x) == 2``.
    """

    rates: Mapping[str, Formula]
    rules: Mapping[str, Formula]
    fixed: Mapping[str, Formula]
    surfaces: tuple[Surface, ...]
    following: Mapping[str, Formula]

    @property
    def switches(self) -> tuple[str, ...]:
        """Names of the parameters that events set."""
        own = (name for s in self.surfaces for name in (*s.relations, *([s.whole] if s.whole else [])))
        return (*own, *self.following)


@dataclass
class Workshop:
    """What has been found so far."""

    moving: set[str]
    stepping: dict[str, Formula] = field(default_factory=dict)
    following: dict[Formula, str] = field(default_factory=dict)
    fixed: dict[Formula, str] = field(default_factory=dict)
    sides: dict[tuple[Formula, Formula], dict[str, str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def moves(self, formula: Formula) -> bool:
        """Tell whether a formula may change between time zero and the end."""
        return not self.moving.isdisjoint(formula.names())

    def steps(self, formula: Formula) -> bool:
        """Tell whether a formula changes at events only."""
        return formula.names() & self.moving <= self.stepping.keys()

    def keep_rule(self, name: str, formula: Formula) -> None:
        """Remember a rule that changes at events only."""
        if name in self.moving and self.steps(formula):
            self.stepping[name] = formula.replaced(self.stepping)

    def smooth(self, formula: Formula) -> Formula:
        """Take the jumps out of a formula."""
        jumps = any(node.operation in JUMPING or node.operation == "piecewise" for node in formula.nodes())
        if not jumps:
            return formula
        if not self.moves(formula):
            return Formula.name(self.fixed.setdefault(formula, f"fixed {len(self.fixed)}"))
        if formula.operation == "piecewise":
            return self._piecewise(formula.arguments)
        if formula.operation in LOGIC:
            return _logic(formula.operation, [self.truth(argument) for argument in formula.arguments])
        if formula.operation in REWRITTEN:
            return self.smooth(REWRITTEN[formula.operation](*formula.arguments))
        arguments = tuple(self.smooth(argument) for argument in formula.arguments)
        if formula.operation in JUMPING and all(self.steps(argument) for argument in arguments):
            return self._follow(Formula(formula.operation, arguments).replaced(self.stepping))
        if formula.operation in RELATIONS:
            pairs = pairwise(arguments)
            return times(*(self._side(formula.operation, left, right) for left, right in pairs))
        if formula.operation == "floor":
            return self._side("floor", arguments[0], ZERO)
        if formula.operation == "factorial":
            raise ValueError("factorial of what changes in time")
        return replace(formula, arguments=arguments)

    def _follow(self, formula: Formula) -> Formula:
        name = self.following.setdefault(formula, f"following {len(self.following)}")
        return self._switch(name)

    def _switch(self, name: str) -> Formula:
        self.moving.add(name)
        self.stepping[name] = Formula.name(name)
        return Formula.name(name)

    def truth(self, formula: Formula) -> Formula:
        """Take the jumps out of a condition; a number is true unless it is zero."""
        logical = formula.operation in LOGIC or formula.operation in RELATIONS or formula in (ZERO, ONE)
        return self.smooth(formula if logical else Formula("neq", (formula, ZERO)))

    def _piecewise(self, parts: tuple[Formula, ...]) -> Formula:
        conditions = [self.truth(part) for part in parts[1::2]]
        values = [self.smooth(part) for i, part in enumerate(parts) if not i % 2]
        mixed = [part for pair in zip(values, conditions, strict=False) for part in pair]
        return Formula("piecewise", (*mixed, *values[len(conditions) :]))

    def _side(self, relation: str, left: Formula, right: Formula) -> Formula:
        if not self.moves(plus(left, right)):
            return Formula.name(self.fixed.setdefault(Formula(relation, (left, right)), f"fixed {len(self.fixed)}"))
        sides = self.sides.setdefault((left, right), {})
        for name, known in sides.items():
            if known == relation:
                return Formula.name(name)
        name = f"switch {len(self.names)}"
        self.names[name] = sides[name] = relation
        return self._switch(name)


def _of(operation: str, *arguments: Formula) -> Formula:
    return Formula(operation, arguments)


def _extreme(relation: str, *terms: Formula) -> Formula:
    best = terms[0]
    for term in terms[1:]:
        best = _of("piecewise", best, _of(relation, best, term), term)
    return best


def _truncated(above: Formula, below: Formula) -> Formula:
    ratio = _of("divide", above, below)
    return _of("piecewise", _of("floor", ratio), _of("geq", ratio, ZERO), _of("ceil", ratio))


REWRITTEN: Mapping[str, Callable[..., Formula]] = {
    "abs": lambda x: _of("piecewise", x, _of("geq", x, ZERO), _of("minus", x)),
    "min": lambda *terms: _extreme("leq", *terms),
    "max": lambda *terms: _extreme("geq", *terms),
    "ceil": lambda x: _of("minus", _of("floor", _of("minus", x))),
    "quotient": _truncated,
    "rem": lambda above, below: minus(above, times(below, _truncated(above, below))),
}
"""Operations with jumps in terms of conditions and floor."""


def _logic(operation: str, terms: list[Formula]) -> Formula:
    """Write logic on numbers 0 and 1 as arithmetic."""
    if operation == "and":
        return times(*terms)
    if operation == "or":
        return minus(ONE, times(*(minus(ONE, term) for term in terms)))
    if operation == "not":
        return minus(ONE, terms[0])
    result = ZERO
    for term in terms:
        result = minus(plus(result, term), times(Formula.number(2.0), result, term))
    return result


def freeze(system: System) -> Frozen:
    """Take all jumps out of a system's rates.

    Raises
    ------
    ModelError
        Where a rate holds what can neither be compiled nor located.
    """
    needed = system.rules_for(set().union(*(formula.names() for formula in system.rates.values())))
    moving = {TIME, *system.states, *system.varying}
    for name, formula in needed.items():
        if not moving.isdisjoint(formula.names()):
            moving.add(name)
    shop = Workshop(moving)
    parts: dict[str, dict[str, Formula]] = {"rules": {}, "rates": {}}
    problems = []
    for kind, formulas in (("rules", needed), ("rates", system.rates)):
        for name, formula in formulas.items():
            try:
                parts[kind][name] = shop.smooth(formula)
                if kind == "rules":  # a state's rate may stand still between events; the state itself does not
                    shop.keep_rule(name, parts[kind][name])
            except ValueError as fault:
                cure = "write it without, or use another simulator"
                problems.append(Problem(name, f"{fault} cannot be integrated by this engine", cure=cure))
    if problems:
        raise ModelError(system.name, problems)
    still = {*system.constants, *shop.fixed.values()} - system.varying
    surfaces = tuple(_surface(still, left, right, sides) for (left, right), sides in shop.sides.items())
    return Frozen(
        rates=MappingProxyType(parts["rates"]),
        rules=MappingProxyType(parts["rules"]),
        fixed=MappingProxyType({name: formula for formula, name in shop.fixed.items()}),
        surfaces=surfaces,
        following=MappingProxyType({name: formula for formula, name in shop.following.items()}),
    )


def _surface(still: Set[str], left: Formula, right: Formula, sides: Mapping[str, str]) -> Surface:
    whole = next((name for name, relation in sides.items() if relation == "floor"), "")
    relations = {name: relation for name, relation in sides.items() if relation != "floor"}
    of_time = not whole and _in_proportion_to_time(left, right, still)
    return Surface(left, right, MappingProxyType(relations), whole, of_time)


def _in_proportion_to_time(left: Formula, right: Formula, still: Set[str]) -> bool:
    names = left.names() | right.names()
    if not names <= {TIME, *still}:
        return False
    rate = derivative(minus(left, right), lambda name: ONE if name == TIME else ZERO)
    return TIME not in rate.names()
