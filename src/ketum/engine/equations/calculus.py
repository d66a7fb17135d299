"""What can be worked out from formulas before any number is known: derivatives in time, and how large they may get."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ketum.engine.equations.formula import ONE, RELATIONS, ZERO, Formula, divide, minus, plus, times

TWO = Formula.number(2.0)
STEPS = frozenset({*RELATIONS, "and", "or", "xor", "not", "floor", "ceil", "quotient"})
"""Operations that are constant wherever they have a derivative at all."""


def _of(operation: str, *arguments: Formula) -> Formula:
    return Formula(operation, arguments)


def _square(x: Formula) -> Formula:
    return times(x, x)


def _root(x: Formula) -> Formula:
    return _of("power", x, Formula.number(0.5))


OUTER: Mapping[str, Callable[[Formula], Formula]] = {
    "exp": lambda x: _of("exp", x),
    "log": lambda x: divide(ONE, x),
    "sin": lambda x: _of("cos", x),
    "cos": lambda x: _of("minus", _of("sin", x)),
    "tan": lambda x: plus(ONE, _square(_of("tan", x))),
    "sinh": lambda x: _of("cosh", x),
    "cosh": lambda x: _of("sinh", x),
    "tanh": lambda x: minus(ONE, _square(_of("tanh", x))),
    "asin": lambda x: divide(ONE, _root(minus(ONE, _square(x)))),
    "acos": lambda x: divide(Formula.number(-1.0), _root(minus(ONE, _square(x)))),
    "atan": lambda x: divide(ONE, plus(ONE, _square(x))),
    "asinh": lambda x: divide(ONE, _root(plus(_square(x), ONE))),
    "acosh": lambda x: divide(ONE, _root(minus(_square(x), ONE))),
    "atanh": lambda x: divide(ONE, minus(ONE, _square(x))),
    "abs": lambda x: _of("piecewise", ONE, _of("geq", x, ZERO), Formula.number(-1.0)),
}
"""Derivative of each function of one argument, with respect to that argument."""


class NoDerivativeError(ValueError):
    """A function that has no derivative here."""


def derivative(formula: Formula, of: Callable[[str], Formula]) -> Formula:
    """Differentiate by the chain rule.

    Parameters
    ----------
    formula
        What to differentiate.
    of
        Gives the derivative of each name: with the rates of all quantities, the result is the rate of the formula.
    """
    kind, arguments = formula.operation, formula.arguments
    if kind == "number" or kind in STEPS:
        return ZERO
    if kind == "name":
        return of(str(formula.leaf))
    if kind == "piecewise":
        return _piecewise(arguments, of)
    inner = [derivative(argument, of) for argument in arguments]
    if all(part == ZERO for part in inner):
        return ZERO
    if kind in OUTER:
        return times(OUTER[kind](arguments[0]), inner[0])
    if kind in RULES:
        return RULES[kind](arguments, inner)
    raise NoDerivativeError(f"the rate of {kind}")


def _piecewise(parts: tuple[Formula, ...], of: Callable[[str], Formula]) -> Formula:
    changed = [part if i % 2 else derivative(part, of) for i, part in enumerate(parts)]
    return Formula("piecewise", tuple(changed))


def _sum(_: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    return plus(*inner)


def _difference(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    return minus(inner[0], inner[1]) if len(arguments) == 2 else _of("minus", inner[0])


def _product(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    return plus(*(times(*arguments[:i], part, *arguments[i + 1 :]) for i, part in enumerate(inner)))


def _quotient(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    above, below = arguments
    return divide(minus(inner[0], times(divide(above, below), inner[1])), below)


def _power(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    base, exponent = arguments
    by_base = times(exponent, _of("power", base, minus(exponent, ONE)), inner[0])
    if inner[1] == ZERO:
        return by_base
    return plus(by_base, times(_of("power", base, exponent), _of("log", base), inner[1]))


def _choice(relation: str) -> Callable[[tuple[Formula, ...], list[Formula]], Formula]:
    def choose(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
        value, rate = arguments[0], inner[0]
        name = "min" if relation == "leq" else "max"
        for other, other_rate in zip(arguments[1:], inner[1:], strict=True):
            rate = _of("piecewise", rate, _of(relation, value, other), other_rate)
            value = _of(name, value, other)
        return rate

    return choose


def _remainder(arguments: tuple[Formula, ...], inner: list[Formula]) -> Formula:
    return minus(inner[0], times(_of("quotient", *arguments), inner[1]))


RULES: Mapping[str, Callable[[tuple[Formula, ...], list[Formula]], Formula]] = {
    "plus": _sum,
    "minus": _difference,
    "times": _product,
    "divide": _quotient,
    "power": _power,
    "min": _choice("leq"),
    "max": _choice("geq"),
    "rem": _remainder,
}


def magnitude(formula: Formula) -> Formula:
    """Write down how large a formula is when no two terms cancel; rounding errors are in proportion to it.

    The result is evaluated with the size of each name in the place of its value.
    """
    if formula.operation == "number":
        return Formula.number(abs(float(formula.leaf)))
    if formula.operation == "name":
        return formula
    parts = tuple(magnitude(argument) for argument in formula.arguments)
    if formula.operation in ("plus", "minus"):
        return plus(*parts)
    if formula.operation in ("times", "divide", "floor"):
        return Formula(formula.operation, parts)
    if formula.operation == "power":
        return _of("power", parts[0], formula.arguments[1])
    return plus(ONE, *(parts if formula.operation == "piecewise" else ()))
