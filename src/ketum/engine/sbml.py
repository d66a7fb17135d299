"""From an SBML or Antimony file to a system of ordinary differential equations.

libSBML parses, checks and simplifies (function definitions and local parameters are written out); what is left becomes
plain data: which quantities are integrated, their rates as formula trees, and the rules that follow from them. Whatever
the engine cannot integrate faithfully is refused here, by name, when the model is loaded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import libsbml

from ketum.engine.formula import Formula, from_sbml
from ketum.errors import ModelError, Problem

REFUSED_MATH = {
    libsbml.AST_FUNCTION_DELAY: "a delay",
    libsbml.AST_FUNCTION_PIECEWISE: "piecewise (a switch)",
    libsbml.AST_FUNCTION_RATE_OF: "rateOf",
}
"""Formula parts that a Taylor method would pass over in silence (switches) or that need more than a present state."""


@dataclass(frozen=True)
class System:
    """A model as plain data; immutable.

    Parameters
    ----------
    name
        The model's own name.
    states
        Ids of the integrated quantities, in a fixed order. Species are integrated as amounts.
    rates
        Formula of each state's derivative.
    rules
        Assignment rules in an order in which each uses only earlier ones.
    constants
        Values of all parameters and compartments that nothing changes; these may be given per person.
    initial
        Value or formula of each state at time zero.
    per_volume
        Species whose id means a concentration in formulas, with the id of their compartment.
    units
        Unit of every id, in words; empty where the model gives none.
    sha256
        Hash of the SBML text.
    """

    name: str
    states: tuple[str, ...]
    rates: Mapping[str, Formula]
    rules: Mapping[str, Formula]
    constants: Mapping[str, float]
    initial: Mapping[str, Formula]
    per_volume: Mapping[str, str]
    units: Mapping[str, str]
    sha256: str
    species: frozenset[str] = field(default_factory=frozenset)


def read_text(path: Path) -> str:
    """Read a model file as SBML text; Antimony (``.ant``) is translated."""
    if not path.is_file():
        raise ModelError(
            str(path), [Problem("", "no such model file", cure="give the path of an .ant or SBML .xml file")]
        )
    text = path.read_text(encoding="utf-8")
    return text if text.lstrip().startswith("<") else antimony_to_sbml(text, str(path))


def antimony_to_sbml(text: str, name: str) -> str:
    """Translate Antimony to SBML text.

    Raises
    ------
    ModelError
        With Antimony's own message where the text does not parse.
    """
    import antimony

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise ModelError(name, [Problem("", antimony.getLastError().strip(), allowed="Antimony")])
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def parse(text: str, name: str = "model") -> System:
    """Turn SBML text into a `System`.

    Raises
    ------
    ModelError
        Where libSBML finds an error, or where the model needs something that the engine does not integrate.
    """
    document = libsbml.readSBMLFromString(text)
    _raise_errors(document, name)
    _refuse(name, _unsupported(document.getModel()))
    for conversion in ("promoteLocalParameters", "expandFunctionDefinitions"):
        properties = libsbml.ConversionProperties()
        properties.addOption(conversion, True)
        document.convert(properties)
    model = document.getModel()
    _refuse(name, _unsupported_math(model))
    return _system(model, text)


def consistency_messages(text: str) -> list[str]:
    """List everything that libSBML has to say about a model, units included; empty when it is clean."""
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    return [
        f"{document.getError(i).getSeverityAsString()}: {document.getError(i).getMessage().strip()}"
        for i in range(document.getNumErrors())
    ]


def _raise_errors(document: Any, name: str) -> None:
    if not document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) and document.getModel() is not None:
        return
    messages = [document.getError(i) for i in range(document.getNumErrors())]
    problems = [Problem(f"line {m.getLine()}", " ".join(m.getMessage().split())) for m in messages]
    raise ModelError(name, problems or [Problem("", "it holds no SBML model")])


def _refuse(name: str, reasons: Iterator[tuple[str, str]]) -> None:
    problems = [
        Problem(where, f"{what} cannot be integrated by this engine", cure="write it without, or use another simulator")
        for where, what in reasons
    ]
    if problems:
        raise ModelError(name, problems)


def _unsupported(model: Any) -> Iterator[tuple[str, str]]:
    for i in range(model.getNumEvents()):
        yield model.getEvent(i).getId() or f"event {i + 1}", "an SBML event"
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            yield "rules", "an algebraic rule"
        elif model.getCompartment(rule.getVariable()) is not None:
            yield rule.getVariable(), "a compartment that changes its size"
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            yield reaction.getId(), "a fast reaction"
        if reaction.getKineticLaw() is None:
            yield reaction.getId(), "a reaction without a rate"
        for reference in [*reaction.getListOfReactants(), *reaction.getListOfProducts()]:
            if reference.isSetStoichiometryMath() or (reference.isSetId() and not reference.getConstant()):
                yield reaction.getId(), "a stoichiometry that is computed"
    if model.isSetConversionFactor():
        yield "model", "a conversion factor"


def _unsupported_math(model: Any) -> Iterator[tuple[str, str]]:
    for where, node in _formulas(model):
        for part in _nodes(node):
            if part.getType() in REFUSED_MATH:
                yield where, REFUSED_MATH[part.getType()]
            elif part.isRelational() or part.isLogical():
                yield where, "a condition (a switch)"


def _formulas(model: Any) -> Iterator[tuple[str, Any]]:
    for rule in model.getListOfRules():
        yield rule.getVariable(), rule.getMath()
    for reaction in model.getListOfReactions():
        yield reaction.getId(), reaction.getKineticLaw().getMath()
    for assignment in model.getListOfInitialAssignments():
        yield assignment.getSymbol(), assignment.getMath()


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for i in range(node.getNumChildren()):
        yield from _nodes(node.getChild(i))


def _system(model: Any, text: str) -> System:
    rate_rules = {r.getVariable(): from_sbml(r.getMath()) for r in model.getListOfRules() if r.isRate()}
    rules = {r.getVariable(): from_sbml(r.getMath()) for r in model.getListOfRules() if r.isAssignment()}
    rules |= {r.getId(): from_sbml(r.getKineticLaw().getMath()) for r in model.getListOfReactions()}
    rates, moved = dict(rate_rules), _reaction_rates(model)
    per_volume = {
        s.getId(): s.getCompartment()
        for s in model.getListOfSpecies()
        if not s.getHasOnlySubstanceUnits() and s.getId() not in rules
    }
    for species, rate in rate_rules.items():
        if species in per_volume:  # the rule speaks of a concentration; the engine integrates the amount
            rates[species] = Formula("times", (rate, Formula("name", (), per_volume[species])))
    rates |= {k: v for k, v in moved.items() if k not in rules}
    constants, initial = _values(model, rates, rules)
    return System(
        name=model.getId() or model.getName() or "model",
        states=tuple(rates),
        rates=MappingProxyType(rates),
        rules=MappingProxyType(_in_order(rules)),
        constants=MappingProxyType(constants),
        initial=MappingProxyType(initial),
        per_volume=MappingProxyType(per_volume),
        units=MappingProxyType(_units(model)),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        species=frozenset(s.getId() for s in model.getListOfSpecies()),
    )


def _reaction_rates(model: Any) -> dict[str, Formula]:
    terms: dict[str, list[Formula]] = {}
    fixed = {s.getId() for s in model.getListOfSpecies() if s.getBoundaryCondition() or s.getConstant()}
    for reaction in model.getListOfReactions():
        flow = Formula("name", (), reaction.getId())
        for references, sign in ((reaction.getListOfReactants(), -1.0), (reaction.getListOfProducts(), 1.0)):
            for reference in references:
                amount = reference.getStoichiometry() if reference.isSetStoichiometry() else 1.0
                term = Formula("times", (Formula.number(sign * amount), flow))
                terms.setdefault(reference.getSpecies(), []).append(term)
    return {name: Formula("plus", tuple(parts)) for name, parts in terms.items() if name not in fixed}


def _values(
    model: Any, rates: Mapping[str, Formula], rules: Mapping[str, Formula]
) -> tuple[dict[str, float], dict[str, Formula]]:
    """Split what has a value into constants (may differ between people) and starting values of states."""
    assigned = {a.getSymbol(): from_sbml(a.getMath()) for a in model.getListOfInitialAssignments()}
    constants: dict[str, float] = {}
    initial: dict[str, Formula] = {}
    for compartment in model.getListOfCompartments():
        constants[compartment.getId()] = compartment.getSize() if compartment.isSetSize() else 1.0
    for parameter in model.getListOfParameters():
        if parameter.getId() not in rules:
            constants[parameter.getId()] = parameter.getValue() if parameter.isSetValue() else float("nan")
    for species in model.getListOfSpecies():
        amount = species.getInitialAmount()
        if species.isSetInitialConcentration():
            amount = species.getInitialConcentration() * constants[species.getCompartment()]
        constants[species.getId()] = amount if amount == amount else 0.0
    for name in rates:
        start = Formula.number(constants.pop(name))
        if name in assigned:
            start = assigned[name]
            if any(s.getId() == name and not s.getHasOnlySubstanceUnits() for s in model.getListOfSpecies()):
                start = Formula("times", (start, Formula("name", (), model.getSpecies(name).getCompartment())))
        initial[name] = start
    for name in rules:
        constants.pop(name, None)
    for name, formula in assigned.items():
        if name in constants:
            constants[name] = formula.value({k: v for k, v in constants.items() if k != name})
    return constants, initial


def _in_order(rules: Mapping[str, Formula]) -> dict[str, Formula]:
    """Sort rules so that each uses only earlier ones (SBML allows any order)."""
    from graphlib import TopologicalSorter

    order = TopologicalSorter({name: formula.names() & rules.keys() for name, formula in rules.items()})
    return {name: rules[name] for name in order.static_order()}


def _units(model: Any) -> dict[str, str]:
    parts = [*model.getListOfParameters(), *model.getListOfCompartments(), *model.getListOfSpecies()]
    return {
        part.getId(): part.getUnits() if not hasattr(part, "getSubstanceUnits") else model.getSubstanceUnits()
        for part in parts
    }
