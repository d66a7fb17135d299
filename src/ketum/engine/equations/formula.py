"""Formulas as small immutable trees, and their literal value with numpy.

One tree serves twice: here it is evaluated with numpy arrays, for starting values and for what is asked for after the
integration; `ketum.engine.solve.expressions` turns it into heyoka's expressions, to compile the rates. Truth
is 1 and 0.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "lt": operator.lt,
    "leq": operator.le,
    "gt": operator.gt,
    "geq": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}
SIGNS = {"lt": "<", "leq": "<=", "gt": ">", "geq": ">=", "eq": "==", "neq": "!=", "and": "&&", "or": "||"}
TIME = "#time"
"""What time is called in a scope: no SBML id can be equal to it."""
INFIX = {"plus": "+", "minus": "-", "times": "*", "divide": "/", "power": "^", **SIGNS}


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

    @classmethod
    def name(cls, name: str) -> Formula:
        """Make a name."""
        return cls("name", (), name)

    def names(self) -> set[str]:
        """Collect the ids that the formula uses."""
        return {str(node.leaf) for node in self.nodes() if node.operation == "name"}

    def nodes(self) -> Iterable[Formula]:
        """Walk over the whole tree, this node first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.arguments)

    def size(self, names: Mapping[str, tuple[int, int]] | None = None) -> tuple[int, int]:
        """Count the nodes, and how deep they lie in each other.

        Parameters
        ----------
        names
            Size of what will stand in the place of names.
        """
        count, deepest, waiting = 0, 0, [(self, 1)]
        while waiting:
            node, depth = waiting.pop()
            within = (names or {}).get(str(node.leaf)) if node.operation == "name" else None
            nodes, more = within or (1, 1)
            count, deepest = count + nodes, max(deepest, depth - 1 + more)
            waiting.extend((argument, depth + 1) for argument in node.arguments)
        return count, deepest

    def replaced(self, names: Mapping[str, Formula]) -> Formula:
        """Put formulas in the place of names."""
        if self.operation == "name":
            return names.get(str(self.leaf), self)
        if not self.arguments:
            return self
        return Formula(self.operation, tuple(argument.replaced(names) for argument in self.arguments), self.leaf)

    def value(self, scope: Mapping[str, Any]) -> Any:
        """Evaluate literally with numpy.

        Parameters
        ----------
        scope
            What each id stands for: floats or arrays that broadcast.

        Returns
        -------
        ndarray or float
            Infinite or NaN where the mathematics is undefined; nothing is raised.
        """
        with np.errstate(all="ignore"):
            return self._value(scope)

    def _value(self, scope: Mapping[str, Any]) -> Any:
        if self.operation == "number":
            return np.float64(self.leaf)
        if self.operation == "name":
            return scope[str(self.leaf)]
        return OPERATIONS[self.operation](*(argument._value(scope) for argument in self.arguments))

    def __str__(self) -> str:
        if self.operation in ("number", "name"):
            return f"{self.leaf:g}" if isinstance(self.leaf, float) else self.leaf
        parts = [str(argument) for argument in self.arguments]
        if self.operation in INFIX and len(parts) > 1:
            return f"({f' {INFIX[self.operation]} '.join(parts)})"
        return f"{'-' if self.operation == 'minus' else self.operation}({', '.join(parts)})"


ZERO, ONE = Formula.number(0.0), Formula.number(1.0)


def plus(*terms: Formula) -> Formula:
    """Add, leaving zeros out."""
    kept = tuple(term for term in terms if term != ZERO)
    return kept[0] if len(kept) == 1 else Formula("plus", kept) if kept else ZERO


def minus(first: Formula, second: Formula) -> Formula:
    """Subtract, leaving a zero out."""
    if first.operation == second.operation == "number":
        return Formula.number(float(first.leaf) - float(second.leaf))
    return first if second == ZERO else Formula("minus", (first, second))


def times(*factors: Formula) -> Formula:
    """Multiply, leaving ones out; zero where a factor is zero."""
    if ZERO in factors:
        return ZERO
    kept = tuple(factor for factor in factors if factor != ONE)
    return kept[0] if len(kept) == 1 else Formula("times", kept) if kept else ONE


def divide(above: Formula, below: Formula) -> Formula:
    """Divide, leaving a division by one out."""
    return above if below == ONE else Formula("divide", (above, below))


def _all_of(terms: Iterable[Any]) -> Any:
    return functools.reduce(operator.and_, (_truth(term) for term in terms), np.bool_(True))


def _truth(value: Any) -> Any:
    return np.asarray(value, dtype=float) != 0.0


def _relation(name: str) -> Callable[..., Any]:
    compare = RELATIONS[name]
    return lambda *terms: 1.0 * _all_of(compare(a, b) for a, b in pairwise(terms))


def _piecewise(*parts: Any) -> Any:
    """Values and conditions in turn, then the value otherwise; NaN where there is none and no condition holds."""
    result = parts[-1] if len(parts) % 2 else np.float64(np.nan)
    for i in reversed(range(len(parts) // 2)):
        result = np.where(_truth(parts[2 * i + 1]), parts[2 * i], result)
    return result


def _factorial(value: Any) -> Any:
    from scipy.special import gamma

    return gamma(np.asarray(value, dtype=float) + 1.0)


def _quotient(above: Any, below: Any) -> Any:
    return np.trunc(np.true_divide(above, below))


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "plus": lambda *terms: functools.reduce(operator.add, terms) if terms else np.float64(0.0),
    "minus": lambda first, *rest: first - rest[0] if rest else -first,
    "times": lambda *factors: functools.reduce(operator.mul, factors) if factors else np.float64(1.0),
    "divide": np.true_divide,
    "power": lambda base, exponent: np.power(np.asarray(base, dtype=float), exponent),
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "factorial": _factorial,
    "min": lambda *terms: functools.reduce(np.minimum, terms),
    "max": lambda *terms: functools.reduce(np.maximum, terms),
    "quotient": _quotient,
    "rem": lambda above, below: np.fmod(above, below),
    "and": lambda *terms: 1.0 * _all_of(terms),
    "or": lambda *terms: 1.0 * functools.reduce(operator.or_, map(_truth, terms), np.bool_(False)),
    "xor": lambda *terms: 1.0 * functools.reduce(operator.xor, map(_truth, terms), np.bool_(False)),
    "not": lambda term: 1.0 * ~_truth(term),
    "piecewise": _piecewise,
    **{name: _relation(name) for name in RELATIONS},
}
