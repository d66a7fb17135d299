"""Formulas written out as a straight line of numpy operations, each worked out once and no oftener than it changes.

A value is a number or the name of a variable. What depends on people alone stands before what depends on the length
of a step, and that before what depends on the state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from ketum.engine.equations.formula import OPERATIONS, Formula

Value = float | str
PEOPLE, PACE, STATE = range(3)
"""How often a value changes."""
MINUS_ONE = Formula.number(-1.0)
SIGNS = {"plus": "+", "minus": "-", "times": "*", "divide": "/"}


class Tape:
    """Operations, in order, by how often they must be done."""

    def __init__(self) -> None:
        self.level: dict[str, int] = {}
        self.known: dict[tuple[Value, ...], str] = {}
        self.lines: dict[str, tuple[str, tuple[Value, ...]]] = {}

    def variable(self, name: str, level: int, text: str = "") -> str:
        """Name a variable that stands already, or is worked out by a text of its own."""
        self.level[name] = level
        if text:
            self.lines[name] = f"{name} = {text}", ()
        return name

    def do(self, sign: str, a: Value, b: Value) -> Value:
        """Add, subtract, multiply or divide two values; what is known beforehand costs nothing."""
        if isinstance(a, float) and isinstance(b, float):
            return float(OPERATIONS[sign](a, b))
        if sign in ("plus", "times") and self._later(a) > self._later(b):
            a, b = b, a
        if b == 0.0 and sign in ("plus", "minus"):
            return a
        if a == 0.0 and sign in ("plus", "times", "divide"):
            return b if sign == "plus" else 0.0
        if a == 1.0 and sign == "times":
            return b
        if b == 1.0 and sign == "divide":
            return a
        if sign == "divide" and self._later(a) > self._later(b):
            # An inverse that changes less often is worked out less often.
            return self.do("times", a, self.do("divide", 1.0, b))
        return self._line((sign, a, b), f"{_text(a)} {SIGNS[sign]} {_text(b)}")

    def sum(self, *values: Value) -> Value:
        """Add up, what changes least first."""
        return self._together("plus", values)

    def product(self, *values: Value) -> Value:
        """Multiply, what changes least first."""
        return self._together("times", values)

    def put(self, formula: Formula, scope: Mapping[str, Value]) -> Value:
        """Write a formula down; `scope` gives the value of each name."""
        kind = formula.operation
        if kind == "number":
            return float(formula.leaf)
        if kind == "name":
            return scope[str(formula.leaf)]
        if kind in ("plus", "minus"):
            return self._signed(formula, scope)
        values = [self.put(argument, scope) for argument in formula.arguments]
        if kind == "times":
            return self._together(kind, values)
        if kind == "divide":
            return self.do(kind, *values)
        if all(isinstance(value, float) for value in values):
            return float(OPERATIONS[kind](*values))
        return self._line((kind, *values), f"operations[{kind!r}]({', '.join(map(_text, values))})")

    def _signed(self, formula: Formula, scope: Mapping[str, Value]) -> Value:
        """Gather the terms of nested sums and differences, so that what changes least is added up first."""
        plus: list[Value] = []
        minus: list[Value] = []
        waiting = [(formula, True)]
        while waiting:
            one, positive = waiting.pop()
            if one.operation in ("plus", "minus"):
                flips = one.operation == "minus"
                for i, argument in enumerate(one.arguments):
                    waiting.append((argument, positive != (flips and (i > 0 or len(one.arguments) == 1))))
            elif one.operation == "times" and one.arguments[:1] == (MINUS_ONE,):
                waiting.append((Formula("times", one.arguments[1:]), not positive))
            else:
                (plus if positive else minus).append(self.put(one, scope))
        levels = sorted({self._later(value) for value in (*plus, *minus)})
        found: Value = 0.0
        for level in levels:
            more, less = ([v for v in values if self._later(v) == level] for values in (plus, minus))
            found = self.do("minus", self.sum(found, *more), self.sum(*less))
        return found

    def compiled(self, arguments: str, results: Sequence[Value]) -> Callable[..., Any]:
        """Compile: people's values give a function of the step's length, and that a function of the state."""
        people, pace, state = (self._code(level, self.behind(results)) for level in (PEOPLE, PACE, STATE))
        text = (
            f"def of_people(own):\n{people}    def of_pace(h):\n{pace}        def of_state({arguments}):\n{state}"
            f"            return [{', '.join(map(_text, results))}]\n        return of_state\n    return of_pace\n"
        )
        space: dict[str, Any] = {"operations": OPERATIONS}
        exec(compile(text, "<kratom.ant>", "exec"), space)  # nothing but the formulas above
        found: Callable[..., Any] = space["of_people"]
        return found

    def behind(self, results: Sequence[Value]) -> set[Value]:
        """Collect everything that some values are worked out from, with themselves."""
        found: set[Value] = set()
        waiting = list(results)
        while waiting:
            value = waiting.pop()
            if value not in found and value in self.lines:
                waiting.extend(self.lines[str(value)][1])
            found.add(value)
        return found

    def _code(self, level: int, needed: set[Value]) -> str:
        lines = (text for name, (text, _) in self.lines.items() if name in needed and self.level[name] == level)
        return "".join(f"{' ' * 4 * (level + 1)}{text}\n" for text in lines)

    def _together(self, sign: str, values: Sequence[Value]) -> Value:
        if not values:
            return 0.0 if sign == "plus" else 1.0
        return reduce(lambda a, b: self.do(sign, a, b), sorted(values, key=self._later))

    def _later(self, value: Value) -> int:
        return self.level[value] if isinstance(value, str) else -1

    def _line(self, key: tuple[Value, ...], text: str) -> str:
        if key not in self.known:
            name = f"t{len(self.known)}"
            self.level[name] = max(self._later(value) for value in key[1:])
            self.lines[name] = f"{name} = {text}", key[1:]
            self.known[key] = name
        return self.known[key]


def _text(value: Value) -> str:
    return value if isinstance(value, str) else repr(value)
