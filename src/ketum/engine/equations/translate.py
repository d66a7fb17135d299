"""From libSBML's objects to a `System`: who moves what, who is worked out from whom, and in which order."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

from ketum.engine.equations.calculus import NoDerivativeError, derivative
from ketum.engine.equations.formula import ONE, TIME, ZERO, Formula, divide, minus, plus, times
from ketum.engine.equations.mathml import Function, MathError, definitions, whole
from ketum.engine.equations.system import System, start_values
from ketum.errors import ModelError, Problem

UNFIT = "cannot be integrated by this engine"
CURE = "write it without, or use another simulator"


@dataclass
class Draft:
    """A model on the way to a `System`.

    Formulas are as the author wrote them: the id of a species may stand for a concentration.
    """

    values: dict[str, float] = field(default_factory=dict)
    unset: set[str] = field(default_factory=set)
    initial: dict[str, Formula] = field(default_factory=dict)
    ruled: dict[str, Formula] = field(default_factory=dict)
    rules: dict[str, Formula] = field(default_factory=dict)
    moved: dict[str, list[Formula]] = field(default_factory=dict)
    per_volume: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    functions: Mapping[str, Function] = field(default_factory=dict)

    def formula(self, where: str, owner: Any) -> Formula | None:
        """Translate an element's mathematics; None where it has none, which Level 3 Version 2 allows."""
        if owner is None or owner.getMath() is None:
            return None
        try:
            return whole(owner.getMath(), self.functions)
        except MathError as fault:
            self.problems.append(Problem(where, f"{fault} {UNFIT}", cure=CURE))
            return ZERO


def translate(model: Any, text: str, name: str) -> System:
    """Turn libSBML's model into a `System`.

    Raises
    ------
    ModelError
        With everything in it that is no ordinary differential equation, undefined, or defined in a circle.
    """
    draft = Draft(functions=definitions(model))
    _read_rules(model, draft)
    _read_values(model, draft)
    for reaction in model.getListOfReactions():
        _read_reaction(model, reaction, draft)
    _name_rates(draft)
    _check_names(draft)
    if draft.problems:
        raise ModelError(name, draft.problems)
    return _assembled(model, text, draft, name)


def _read_rules(model: Any, draft: Draft) -> None:
    for rule in model.getListOfRules():
        where = rule.getVariable()
        formula = draft.formula(where, rule)
        if where in draft.rules or where in draft.ruled:
            draft.problems.append(Problem(where, "two rules set this quantity", cure="keep one of them"))
        if formula is not None:
            (draft.ruled if rule.isRate() else draft.rules)[where] = formula


def _read_values(model: Any, draft: Draft) -> None:
    for compartment in model.getListOfCompartments():
        draft.values[compartment.getId()] = compartment.getSize() if compartment.isSetSize() else 1.0
    for parameter in model.getListOfParameters():
        _set(draft, parameter.getId(), parameter)
    for assignment in model.getListOfInitialAssignments():
        formula = draft.formula(assignment.getSymbol(), assignment)
        if formula is not None:
            draft.initial[assignment.getSymbol()] = formula
    for species in model.getListOfSpecies():
        _read_species(species, draft)


def _set(draft: Draft, name: str, parameter: Any) -> None:
    draft.values[name] = parameter.getValue() if parameter.isSetValue() else math.nan
    if not parameter.isSetValue():
        draft.unset.add(name)


def _read_species(species: Any, draft: Draft) -> None:
    name, place = species.getId(), Formula.name(species.getCompartment())
    if not species.getHasOnlySubstanceUnits() and name not in draft.rules:
        draft.per_volume[name] = species.getCompartment()
    draft.values[name] = species.getInitialAmount() if species.isSetInitialAmount() else 0.0
    if name in draft.initial:
        if name in draft.per_volume:
            draft.initial[name] = times(draft.initial[name], place)
    elif species.isSetInitialConcentration():
        draft.initial[name] = times(Formula.number(species.getInitialConcentration()), place)


def _read_reaction(model: Any, reaction: Any, draft: Draft) -> None:
    name, law = reaction.getId(), reaction.getKineticLaw()
    rate = draft.formula(name, law)
    # Without a kinetic law the speed is not known; such a reaction moves nothing.
    draft.rules[name] = ZERO if rate is None else rate.replaced(_local_names(model, reaction, law, draft))
    for references, sign in ((reaction.getListOfReactants(), -1.0), (reaction.getListOfProducts(), 1.0)):
        for reference in references:
            species = model.getSpecies(reference.getSpecies())
            count = _stoichiometry(model, reaction, reference, draft)
            if species is None or species.getBoundaryCondition() or species.getConstant():
                continue
            factor = species.getConversionFactor() or model.getConversionFactor()
            factors = (Formula.number(sign), count, Formula.name(factor) if factor else ONE)
            draft.moved.setdefault(species.getId(), []).append(times(_product(factors), Formula.name(name)))


def _product(factors: tuple[Formula, ...]) -> Formula:
    number = math.prod(float(f.leaf) for f in factors if f.operation == "number")
    return times(Formula.number(number), *(f for f in factors if f.operation != "number"))


def _local_names(model: Any, reaction: Any, law: Any, draft: Draft) -> dict[str, Formula]:
    """Give local parameters names of their own among all others."""
    names = {}
    for parameter in [*law.getListOfParameters(), *law.getListOfLocalParameters()]:
        name = f"{reaction.getId()}_{parameter.getId()}"
        if model.getElementBySId(name) is not None or name in draft.values:
            name = f"{reaction.getId()}.{parameter.getId()}"
        names[parameter.getId()] = Formula.name(name)
        _set(draft, name, parameter)
    return names


def _stoichiometry(model: Any, reaction: Any, reference: Any, draft: Draft) -> Formula:
    if reference.isSetStoichiometryMath():
        return draft.formula(reaction.getId(), reference.getStoichiometryMath()) or ONE
    count = reference.getStoichiometry() / reference.getDenominator() if reference.isSetStoichiometry() else 1.0
    if model.getLevel() < 3 or not reference.isSetId():
        return Formula.number(count)
    draft.values[reference.getId()] = count
    return Formula.name(reference.getId())


def _slopes(draft: Draft) -> Callable[[str], Formula]:
    """Make a function that gives the rate of any quantity, as its id is meant."""
    open_names: list[str] = []

    def slope(name: str) -> Formula:
        if name in open_names:
            raise NoDerivativeError("a rate that needs itself")
        open_names.append(name)
        try:
            return found(name)
        finally:
            open_names.pop()

    def found(name: str) -> Formula:
        if name == TIME:
            return ONE
        if name in draft.ruled:
            return draft.ruled[name]
        if name in draft.rules:
            return derivative(draft.rules[name], slope)
        flow = plus(*draft.moved.get(name, ()))
        if name not in draft.per_volume:
            return flow
        place = draft.per_volume[name]
        return divide(minus(flow, times(Formula.name(name), slope(place))), Formula.name(place))

    return slope


def _name_rates(draft: Draft) -> None:
    """Turn every rateOf into the name of a rule of its own, which is then sorted among the other rules."""
    slope = _slopes(draft)

    def named(where: str, formula: Formula) -> Formula:
        if formula.operation != "rate of":
            arguments = tuple(named(where, argument) for argument in formula.arguments)
            return replace(formula, arguments=arguments) if arguments != formula.arguments else formula
        target = formula.arguments[0]
        name = f"rateOf({target})"
        if target.operation != "name":
            draft.problems.append(Problem(where, f"the rate of a formula, {target}, {UNFIT}", cure="name one quantity"))
        elif name not in draft.rules:
            draft.rules[name] = ZERO  # keeps a rate that needs itself from being looked for without end
            try:
                draft.rules[name] = named(where, slope(str(target.leaf)))
            except NoDerivativeError as fault:
                draft.problems.append(Problem(where, f"{fault} {UNFIT}", cure=CURE))
        return Formula.name(name)

    for part in (draft.rules, draft.ruled, draft.initial):
        for where, formula in list(part.items()):
            part[where] = named(where, formula)
    for where, terms in draft.moved.items():
        draft.moved[where] = [named(where, term) for term in terms]


def _check_names(draft: Draft) -> None:
    known = {TIME, *draft.values, *draft.rules}
    parts: list[tuple[str, Formula]] = [*draft.rules.items(), *draft.ruled.items(), *draft.initial.items()]
    parts += [(where, term) for where, terms in draft.moved.items() for term in terms]
    for where, formula in parts:
        for name in sorted(formula.names() - known):
            draft.problems.append(Problem(where, f"uses {name}, which the model does not define"))
    for where in sorted({*draft.ruled, *draft.initial} - known):
        draft.problems.append(Problem(where, "is given a value, but the model does not define it"))


def _assembled(model: Any, text: str, draft: Draft, name: str) -> System:
    rates = _rates(draft, name)
    values = {k: v for k, v in draft.values.items() if k not in draft.rules}
    initial = {k: v for k, v in draft.initial.items() if k not in draft.rules}
    initial |= {k: Formula.number(values.pop(k)) for k in rates if k not in initial}
    meant = {s: divide(Formula.name(s), Formula.name(c)) for s, c in draft.per_volume.items()}
    rates, rules, initial = ({k: v.replaced(meant) for k, v in part.items()} for part in (rates, draft.rules, initial))
    used = set().union(*(v.names() for part in (rates, rules, initial) for v in part.values()))
    system = System(
        name=model.getId() or model.getName() or "model",
        states=tuple(rates),
        rates=MappingProxyType(rates),
        rules=MappingProxyType(_in_order(rules, name)),
        constants=MappingProxyType({k: v for k, v in values.items() if k not in rates}),
        initial=MappingProxyType(initial),
        order=tuple(_in_order({**initial, **rules}, name)),
        per_volume=MappingProxyType(draft.per_volume),
        units=MappingProxyType(_units(model)),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        places=MappingProxyType({s.getId(): s.getCompartment() for s in model.getListOfSpecies()}),
        concentrations=frozenset(s.getId() for s in model.getListOfSpecies() if not s.getHasOnlySubstanceUnits()),
        unset=frozenset((draft.unset & used) - initial.keys() - rules.keys()),
    )
    start = start_values(system, {}, 1)
    return replace(system, constants=MappingProxyType({k: float(start[k][0]) for k in system.constants}))


def _rates(draft: Draft, name: str) -> dict[str, Formula]:
    """Collect the rates of change: of amounts where the quantity is a species."""
    slope, rates = _slopes(draft), {}
    for where, formula in draft.ruled.items():
        rates[where] = formula
        if where in draft.per_volume:  # the rule speaks of a concentration c, the engine integrates the amount c V
            place = draft.per_volume[where]
            try:
                growth = times(Formula.name(where), slope(place))
            except NoDerivativeError as fault:
                raise ModelError(name, [Problem(where, f"{fault} {UNFIT}", cure=CURE)]) from fault
            rates[where] = plus(times(formula, Formula.name(place)), growth)
    rates |= {k: plus(*terms) for k, terms in draft.moved.items() if k not in draft.rules and k not in rates}
    return rates


def _in_order(formulas: Mapping[str, Formula], name: str) -> dict[str, Formula]:
    """Sort so that each uses only earlier ones; SBML allows any order."""
    order = TopologicalSorter({k: sorted(formula.names() & formulas.keys()) for k, formula in formulas.items()})
    try:
        return {k: formulas[k] for k in order.static_order()}
    except CycleError as circle:
        names = " -> ".join(reversed(circle.args[1]))
        raise ModelError(name, [Problem("rules", "these quantities are worked out in a circle", names)]) from circle


def _units(model: Any) -> dict[str, str]:
    units = {part.getId(): part.getUnits() for part in [*model.getListOfParameters(), *model.getListOfCompartments()]}
    substance = model.getSubstanceUnits()
    return units | {s.getId(): s.getSubstanceUnits() or substance for s in model.getListOfSpecies()}
