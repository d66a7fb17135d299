"""Formulas as small immutable trees that can be evaluated with any arithmetic.

One tree serves twice: with heyoka's expressions, to compile the rates, and with numpy arrays, to evaluate what is asked
for after the integration.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import libsbml

NAMES = {
    libsbml.AST_PLUS: "plus",
    libsbml.AST_MINUS: "minus",
    libsbml.AST_TIMES: "times",
    libsbml.AST_DIVIDE: "divide",
    libsbml.AST_POWER: "power",
    libsbml.AST_FUNCTION_POWER: "power",
    libsbml.AST_FUNCTION_ROOT: "root",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_LN: "log",
    libsbml.AST_FUNCTION_SIN: "sin",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_TANH: "tanh",
}
CONSTANTS = {
    libsbml.AST_CONSTANT_E: math.e,
    libsbml.AST_CONSTANT_PI: math.pi,
    libsbml.AST_NAME_AVOGADRO: 6.02214179e23,
}
FUNCTIONS = frozenset({"exp", "log", "sin", "cos", "tan", "tanh"})


@dataclass(frozen=True)
class Formula:
    """One node: an operation, its arguments, and the value of a leaf (a number or a name)."""

    operation: str
    arguments: tuple[Formula, ...] = ()
    leaf: float | str = 0.0

    @classmethod
    def number(cls, value: float) -> Formula:
        """Make a number."""
        return cls("number", (), float(value))

    def names(self) -> set[str]:
        """Collect the ids that the formula uses."""
        own = {str(self.leaf)} if self.operation == "name" else set()
        return own.union(*(argument.names() for argument in self.arguments))

    def value(self, scope: Mapping[str, Any], functions: ModuleType | None = None) -> Any:
        """Evaluate with the values in `scope`.

        Parameters
        ----------
        scope
            What each id stands for: floats, numpy arrays or heyoka expressions.
        functions
            Where ``exp``, ``log`` ... come from: `math` when None, else numpy or heyoka.
        """
        if self.operation == "number":
            return self.leaf
        if self.operation == "name":
            return scope[str(self.leaf)]
        arguments = [argument.value(scope, functions) for argument in self.arguments]
        if self.operation in FUNCTIONS:
            return getattr(functions or math, self.operation)(*arguments)
        return OPERATIONS[self.operation](*arguments)


def _minus(first: Any, *rest: Any) -> Any:
    return -first if not rest else first - rest[0]


def _power(base: Any, exponent: Any) -> Any:
    # Taylor series of x**n are not defined at x = 0 even for whole n; products are.
    if isinstance(exponent, float) and exponent.is_integer() and 0 < exponent <= 16:
        return functools.reduce(operator.mul, [base] * int(exponent))
    return base**exponent


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "plus": lambda *terms: functools.reduce(operator.add, terms, 0.0) if terms else 0.0,
    "minus": _minus,
    "times": lambda *factors: functools.reduce(operator.mul, factors) if factors else 1.0,
    "divide": operator.truediv,
    "power": _power,
    "root": lambda degree, base: base ** (1.0 / degree),
}


def from_sbml(node: Any) -> Formula:
    """Turn a libSBML formula tree into a `Formula`."""
    kind = node.getType()
    if kind in (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL):
        return Formula.number(node.getValue())
    if kind in CONSTANTS:
        return Formula.number(CONSTANTS[kind])
    if kind == libsbml.AST_NAME_TIME:
        return Formula("name", (), "time")
    if kind == libsbml.AST_NAME:
        return Formula("name", (), node.getName())
    children = tuple(from_sbml(node.getChild(i)) for i in range(node.getNumChildren()))
    if kind not in NAMES:
        from ketum.errors import ModelError, Problem

        raise ModelError(
            "model", [Problem(libsbml.formulaToL3String(node), "this function is not covered by the engine")]
        )
    return Formula(NAMES[kind], children)
