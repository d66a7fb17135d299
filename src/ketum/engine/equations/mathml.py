"""From libSBML's formula trees to `Formula`.

Whatever follows from other functions is written with them (secants, logarithms to a base, roots, implication), and
function definitions are written out, so that the rest of the engine knows few operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import libsbml

from ketum.engine.equations.formula import ONE, TIME, Formula, divide, minus, plus

MathError = ValueError
"""A formula that is no ordinary function of present values; says what it holds."""

NAMES = {
    libsbml.AST_PLUS: "plus",
    libsbml.AST_MINUS: "minus",
    libsbml.AST_TIMES: "times",
    libsbml.AST_DIVIDE: "divide",
    libsbml.AST_POWER: "power",
    libsbml.AST_FUNCTION_POWER: "power",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_LN: "log",
    libsbml.AST_FUNCTION_SIN: "sin",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_SINH: "sinh",
    libsbml.AST_FUNCTION_COSH: "cosh",
    libsbml.AST_FUNCTION_TANH: "tanh",
    libsbml.AST_FUNCTION_ARCSIN: "asin",
    libsbml.AST_FUNCTION_ARCCOS: "acos",
    libsbml.AST_FUNCTION_ARCTAN: "atan",
    libsbml.AST_FUNCTION_ARCSINH: "asinh",
    libsbml.AST_FUNCTION_ARCCOSH: "acosh",
    libsbml.AST_FUNCTION_ARCTANH: "atanh",
    libsbml.AST_FUNCTION_ABS: "abs",
    libsbml.AST_FUNCTION_FLOOR: "floor",
    libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_FACTORIAL: "factorial",
    libsbml.AST_FUNCTION_MIN: "min",
    libsbml.AST_FUNCTION_MAX: "max",
    libsbml.AST_FUNCTION_QUOTIENT: "quotient",
    libsbml.AST_FUNCTION_REM: "rem",
    libsbml.AST_FUNCTION_PIECEWISE: "piecewise",
    libsbml.AST_RELATIONAL_LT: "lt",
    libsbml.AST_RELATIONAL_LEQ: "leq",
    libsbml.AST_RELATIONAL_GT: "gt",
    libsbml.AST_RELATIONAL_GEQ: "geq",
    libsbml.AST_RELATIONAL_EQ: "eq",
    libsbml.AST_RELATIONAL_NEQ: "neq",
    libsbml.AST_LOGICAL_AND: "and",
    libsbml.AST_LOGICAL_OR: "or",
    libsbml.AST_LOGICAL_XOR: "xor",
    libsbml.AST_LOGICAL_NOT: "not",
    libsbml.AST_FUNCTION_RATE_OF: "rate of",
}
CONSTANTS = {
    libsbml.AST_CONSTANT_E: math.e,
    libsbml.AST_CONSTANT_PI: math.pi,
    libsbml.AST_CONSTANT_TRUE: 1.0,
    libsbml.AST_CONSTANT_FALSE: 0.0,
    libsbml.AST_NAME_AVOGADRO: 6.02214179e23,
}
ASSOCIATIVE = (libsbml.AST_PLUS, libsbml.AST_TIMES)
NUMBERS = (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL)
TWO, TEN = Formula.number(2.0), Formula.number(10.0)


def _of(operation: str, *arguments: Formula) -> Formula:
    return Formula(operation, arguments)


def _inverse(x: Formula) -> Formula:
    return divide(ONE, x)


def _arccoth(x: Formula) -> Formula:
    return divide(_of("log", divide(plus(x, ONE), minus(x, ONE))), TWO)


def _logarithm(*arguments: Formula) -> Formula:
    base, x = arguments if len(arguments) == 2 else (TEN, arguments[0])
    return divide(_of("log", x), _of("log", base))


def _root(*arguments: Formula) -> Formula:
    degree, x = arguments if len(arguments) == 2 else (TWO, arguments[0])
    if degree.operation == "number" and degree.leaf:
        return _of("power", x, Formula.number(1.0 / float(degree.leaf)))
    return _of("power", x, _inverse(degree))


WRITTEN_OUT: Mapping[int, Callable[..., Formula]] = {
    libsbml.AST_FUNCTION_LOG: _logarithm,
    libsbml.AST_FUNCTION_ROOT: _root,
    libsbml.AST_FUNCTION_SEC: lambda x: _inverse(_of("cos", x)),
    libsbml.AST_FUNCTION_CSC: lambda x: _inverse(_of("sin", x)),
    libsbml.AST_FUNCTION_COT: lambda x: _inverse(_of("tan", x)),
    libsbml.AST_FUNCTION_SECH: lambda x: _inverse(_of("cosh", x)),
    libsbml.AST_FUNCTION_CSCH: lambda x: _inverse(_of("sinh", x)),
    libsbml.AST_FUNCTION_COTH: lambda x: _inverse(_of("tanh", x)),
    libsbml.AST_FUNCTION_ARCSEC: lambda x: _of("acos", _inverse(x)),
    libsbml.AST_FUNCTION_ARCCSC: lambda x: _of("asin", _inverse(x)),
    libsbml.AST_FUNCTION_ARCCOT: lambda x: _of("atan", _inverse(x)),
    libsbml.AST_FUNCTION_ARCSECH: lambda x: _of("acosh", _inverse(x)),
    libsbml.AST_FUNCTION_ARCCSCH: lambda x: _of("asinh", _inverse(x)),
    libsbml.AST_FUNCTION_ARCCOTH: _arccoth,
    libsbml.AST_LOGICAL_IMPLIES: lambda a, b: _of("or", _of("not", a), b),
}

Function = Callable[..., Formula]
MOST_NESTED = 200
"""Operations within operations; whatever works on formulas goes into them by recursion."""
MOST_NODES, MOST_WRITTEN = 50_000, 200_000
"""Numbers, names and operations in one formula, and in all calls of functions, once these are written out."""


def from_sbml(node: Any, functions: Mapping[str, Function] | None = None, depth: int = 0) -> Formula:
    """Turn a libSBML formula tree into a `Formula`.

    Parameters
    ----------
    node
        libSBML's tree.
    functions
        The model's function definitions, see `definitions`.
    depth
        Of the operations around it.

    Raises
    ------
    MathError
        Where the formula holds what is no function of present values, such as a delay.
    """
    kind = node.getType()
    if kind in NUMBERS:
        return Formula.number(node.getValue())
    if kind in CONSTANTS:
        return Formula.number(CONSTANTS[kind])
    if kind == libsbml.AST_NAME_TIME:
        return Formula.name(TIME)
    if kind == libsbml.AST_NAME:
        return Formula.name(node.getName())
    if kind == libsbml.AST_FUNCTION_DELAY:
        raise MathError("a delay")
    if depth >= MOST_NESTED:
        raise MathError(f"a formula nested more than {MOST_NESTED} deep,")
    arguments = [from_sbml(child, functions, depth + 1) for child in _children(node, kind)]
    return _call(node, kind, arguments, functions or {})


def _children(node: Any, kind: int) -> list[Any]:
    """List a node's children; of a long sum or product written as a chain of pairs, all terms."""
    children: list[Any] = []
    waiting = [node.getChild(i) for i in reversed(range(node.getNumChildren()))]
    while waiting:
        child = waiting.pop()
        if kind in ASSOCIATIVE and child.getType() == kind and child.getNumChildren():
            waiting.extend(child.getChild(i) for i in reversed(range(child.getNumChildren())))
        else:
            children.append(child)
    return children


def _call(node: Any, kind: int, arguments: list[Formula], functions: Mapping[str, Function]) -> Formula:
    try:
        if kind == libsbml.AST_FUNCTION:
            if node.getName() not in functions:
                raise MathError(f"the function {node.getName()}, which is not defined,")
            return functions[node.getName()](*arguments)
        if kind in WRITTEN_OUT:
            return WRITTEN_OUT[kind](*arguments)
    except TypeError as error:
        raise MathError(f"{libsbml.formulaToL3String(node)}, with a wrong number of arguments,") from error
    if kind == libsbml.AST_MINUS and len(arguments) == 1 and arguments[0].operation == "number":
        return Formula.number(-float(arguments[0].leaf))
    if kind not in NAMES:
        raise MathError(f"the function {libsbml.formulaToL3String(node)}")
    return Formula(NAMES[kind], tuple(arguments))


def definitions(model: Any) -> dict[str, Function]:
    """Collect a model's function definitions; each is written out where it is called."""
    known: dict[str, Function] = {}
    spent: list[int] = []
    for definition in model.getListOfFunctionDefinitions():
        known[definition.getId()] = _definition(definition, known, spent)
    return known


def _definition(definition: Any, known: Mapping[str, Function], spent: list[int]) -> Function:
    name = definition.getId()
    names = [definition.getArgument(i).getName() for i in range(definition.getNumArguments())]
    written: list[Formula] = []
    open_ = False

    def body() -> Formula:
        """Read it when it is first called: Level 3 lets a definition use one that stands further below."""
        nonlocal open_
        if not written:
            if open_:
                raise MathError(f"the function {name}, which calls itself,")
            open_ = True
            try:
                written.append(from_sbml(definition.getBody(), known))
            finally:
                open_ = False
        return written[0]

    def call(*arguments: Formula) -> Formula:
        if definition.getBody() is None:
            return Formula.number(math.nan)
        if len(arguments) != len(names):
            raise TypeError(name)
        given = dict(zip(names, arguments, strict=True))
        nodes, nested = body().size({argument: formula.size() for argument, formula in given.items()})
        spent.append(nodes)
        _check(f"the function {name}, written out,", nodes, nested)
        if sum(spent) > MOST_WRITTEN:
            raise MathError(f"so many calls of functions as need more than {MOST_WRITTEN} terms")
        return body().replaced(given)

    return call


def _check(what: str, nodes: int, nested: int) -> None:
    if nodes > MOST_NODES or nested > MOST_NESTED:
        raise MathError(f"{what} of more than {MOST_NODES} terms, or nested more than {MOST_NESTED} deep,")


def whole(node: Any, functions: Mapping[str, Function]) -> Formula:
    """Turn a libSBML formula tree into a `Formula` of bounded size; see `from_sbml`."""
    formula = from_sbml(node, functions)
    _check("a formula", *formula.size())
    return formula
