"""Sensitivities: how outputs change with a parameter or an initial value, by variational equations.

For each state x and parameter p the system gets one more state, dx/dp, whose rate follows from the model's by the chain
rule: d(dx/dp)/dt = sum over y of (df/dy) (dy/dp) + df/dp. What results is a system like any other, so error control,
scales, resets and steady states hold for it as they stand. What doses add to these states is worked out here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ketum.engine.calculus import NoDerivativeError, derivative
from ketum.engine.doses import Array, Code, Dosing, Index, Plan, Records
from ketum.engine.formula import ONE, ZERO, Formula, divide
from ketum.engine.switches import freeze
from ketum.engine.system import System
from ketum.errors import ModelError, Problem

STEP = 1e-4
"""Part of a parameter by which it is moved to see what it does to doses."""
STENCIL = {1: 8 / 12, 2: -1 / 12}
"""Differences of fourth order. Doses are products and quotients of their parameters: the error is below 1e-11."""


Sensitivities = tuple[tuple[str, tuple[str, ...]], ...]
"""Parameters, each with the states that doses enter which move with it."""


def output_name(output: str, parameter: str) -> str:
    """Say how the derivative of an output is called in the result."""
    return f"d_{output}_d_{parameter}"


def _inner(name: str, parameter: str) -> str:
    """Name a quantity that no model can hold, as ids have no blanks."""
    return f"d {name} / d {parameter}"


# ------------------------------------------------------------------------------------------------ equations


def with_sensitivities(system: System, sensitivities: Sensitivities) -> System:
    """Add the variational equations to a system.

    Parameters
    ----------
    system
        The model.
    sensitivities
        Each parameter with the states that doses enter which move with it. A parameter is a constant, a name that only
        the dosing uses, or a state; a state's id stands for its initial value.

    Returns
    -------
    System
        Its states, rules and constants come first, in their order. A rule ``d_<output>_d_<parameter>`` stands for each
        state and rule that has a derivative.
    """
    whole = system
    for parameter, entered in sensitivities:
        whole = _with_one(system, whole, parameter, _reached(system, parameter, entered))
    return whole


def _reached(system: System, parameter: str, entered: Sequence[str]) -> set[str]:
    """Find what a parameter has any effect on; the sensitivity of all else is zero, and costs nothing."""
    formulas = [*system.rates.items(), *system.rules.items(), *system.initial.items()]
    reached, before = {parameter, *entered}, 0
    while len(reached) > before:
        before = len(reached)
        reached |= {name for name, formula in formulas if not reached.isdisjoint(formula.names())}
    return reached


def _with_one(system: System, whole: System, parameter: str, reached: set[str]) -> System:
    known: dict[str, Formula] = {}
    missing: dict[str, str] = {}
    states = [name for name in system.states if name in reached]

    def of(name: str) -> Formula:
        if name in system.states:
            return Formula.name(_inner(name, parameter)) if name in reached else ZERO
        if name == parameter:
            return ONE
        if name in missing:
            raise NoDerivativeError(missing[name])
        return ZERO if known.get(name, ZERO) == ZERO else Formula.name(_inner(name, parameter))

    for name in (n for n in system.order if n not in system.states and n != parameter):
        try:
            known[name] = derivative(system.rules.get(name) or system.initial[name], of)
        except NoDerivativeError as fault:
            missing[name] = str(fault)
    rules = {_inner(n, parameter): f for n, f in known.items() if n in system.rules and f != ZERO}
    constants = [n for n, f in known.items() if n not in system.rules and f != ZERO]
    initial = {_inner(n, parameter): known[n] for n in constants}
    initial |= {_inner(n, parameter): _start(system, n, parameter, of) for n in states}
    return replace(
        whole,
        states=(*whole.states, *(_inner(name, parameter) for name in states)),
        rates={**whole.rates, **{_inner(n, parameter): derivative(system.rates[n], of) for n in states}},
        rules={**whole.rules, **rules, **_outputs(system, parameter, of)},
        constants={**whole.constants, **{_inner(name, parameter): 0.0 for name in constants}},
        initial={**whole.initial, **initial},
        order=(*whole.order, *(i for n in system.order if (i := _inner(n, parameter)) in {*initial, *rules})),
        units={**whole.units, **_units(system, parameter)},
    )


def _start(system: System, state: str, parameter: str, of: Callable[[str], Formula]) -> Formula:
    if state != parameter:
        return derivative(system.initial.get(state, ZERO), of)
    return Formula.name(system.per_volume[state]) if state in system.per_volume else ONE


def _outputs(system: System, parameter: str, of: Callable[[str], Formula]) -> dict[str, Formula]:
    found = {}
    for name in (*system.states, *system.rules, *system.constants):
        place = system.per_volume.get(name)
        formula = divide(Formula.name(name), Formula.name(place)) if place else Formula.name(name)
        try:
            found[output_name(name, parameter)] = derivative(formula, of)
        except NoDerivativeError:
            continue  # it is refused where it is asked for
    return found


def _units(system: System, parameter: str) -> dict[str, str]:
    below = system.units.get(parameter, "")
    above = {name: system.units.get(name, "") for name in (*system.states, *system.rules)}
    return {output_name(n, parameter): f"({unit})/({below})" if unit and below else "" for n, unit in above.items()}


def unmoved(system: System, given: Mapping[str, Array], people: int) -> dict[str, Array]:
    """Hold constants still that are given, whatever the model would have worked them out from."""
    fixed = tuple(_inner(name, "") for name in given)
    return {name: np.zeros(people) for name in system.constants if name.startswith(fixed)}


# ------------------------------------------------------------------------------------------------ doses


def with_moved_doses(
    planned: Callable[[Mapping[str, Array]], Plan],
    parameters: Mapping[str, Array],
    sensitivities: Sensitivities,
    states: tuple[str, ...],
) -> Plan:
    """Add to a plan what its doses do to the sensitivities.

    Parameters
    ----------
    planned
        Makes the plan from people's parameters.
    parameters
        Theirs, shape (people,) or (1,) each.
    sensitivities, states
        Of the system with its sensitivities.

    Notes
    -----
    Where an amount or rate moves with a parameter, so do the sensitivities of the state that it enters. Where an
    infusion's rate steps by r at a time T, these step by -r dT/dp.
    """
    actions = planned(parameters)
    parts, after = [actions], [np.arange(actions.codes.size)]
    rates = actions.codes == Code.RATE
    for parameter in (name for name, entered in sensitivities if entered):
        place = {i: states.index(own) for i, name in enumerate(states) if (own := _inner(name, parameter)) in states}
        by_time, by_value = _difference(planned, parameters, parameter)
        for values, code in ((by_value, None), (-actions.values * by_time * rates, Code.ADD)):
            which = np.flatnonzero(values.any(axis=0))
            parts.append(_on_sensitivities(actions, which, values, place, code))
            after.append(which)
    return _joined(parts, np.argsort(np.concatenate(after), kind="stable"))


def _difference(
    planned: Callable[[Mapping[str, Array]], Plan], parameters: Mapping[str, Array], parameter: str
) -> tuple[Array, Array]:
    """Differentiate times and values of a plan's actions, shape (people or 1, actions) each."""
    value = parameters[parameter]
    step = STEP * np.where(value != 0, np.abs(value), 1.0)

    def moved(by: int) -> Plan:
        return planned({**parameters, parameter: value + by * step})

    pairs = [(weight / step[:, None], moved(by), moved(-by)) for by, weight in STENCIL.items()]
    # What does not move cancels exactly, and gets no action.
    times = np.sum([weight * (above.times - below.times) for weight, above, below in pairs], axis=0)
    values = np.sum([weight * (above.values - below.values) for weight, above, below in pairs], axis=0)
    return times, values


def _on_sensitivities(actions: Plan, which: Index, values: Array, place: Mapping[int, int], code: Code | None) -> Plan:
    """Take the actions that move over to the sensitivities of the states that they enter."""
    targets = np.array([place[target] for target in actions.targets[which].tolist()], dtype=np.intp)
    codes = actions.codes[which] if code is None else np.full(which.size, int(code))
    return replace(actions, times=actions.times[:, which], codes=codes, targets=targets, values=values[:, which])


def _joined(parts: list[Plan], order: Index) -> Plan:
    def column(name: str) -> Array:
        each = [getattr(part, name) for part in parts]
        rows = max(table.shape[0] for table in each)
        return np.concatenate([np.broadcast_to(t, (rows, t.shape[1])) for t in each], axis=1)[:, order]

    return replace(
        parts[0],
        times=column("times"),
        values=column("values"),
        codes=np.concatenate([part.codes for part in parts])[order],
        targets=np.concatenate([part.targets for part in parts])[order],
    )


# ------------------------------------------------------------------------------------------------ refusals


def checked(
    system: System,
    parameters: Sequence[str],
    outputs: Sequence[str],
    records: Sequence[Records],
    dosing: Mapping[int, Dosing],
) -> Sensitivities:
    """Refuse by name what has no sensitivity here.

    Raises
    ------
    ModelError
        With everything that is not covered.
    """
    used = {name for how in dosing.values() for name in how.names()}
    allowed = ", ".join([*system.constants, *system.states, *sorted(used - system.constants.keys())])
    problems = [
        Problem(name, "the model has no such parameter or state", allowed=allowed)
        for name in parameters
        if name not in {*system.constants, *system.states, *used}
    ]
    twice = dict.fromkeys(name for name in parameters if list(parameters).count(name) > 1)
    problems += [Problem(name, "is named more than once") for name in twice]
    if freeze(system).switches:
        what = "rates with conditions have no sensitivities here: that a switch moves in time would be missed"
        problems.append(
            Problem(system.name, what, cure="write the switch as a smooth function, such as a Hill function")
        )
    problems += [problem for name in parameters for problem in _uncovered_doses(name, records, dosing)]
    entered = {p: tuple(system.states[t] for t, how in dosing.items() if p in how.names()) for p in parameters}
    if not problems:
        problems = _without_derivative(system, tuple(entered.items()), outputs)
    if problems:
        raise ModelError("sensitivities", problems)
    return tuple(entered.items())


def _uncovered_doses(name: str, records: Sequence[Records], dosing: Mapping[int, Dosing]) -> list[Problem]:
    what = []
    for target, how in dosing.items():
        doses = [(each, (each.target == target) & np.isin(each.evid, (1, 4))) for each in records]
        if name not in how.names():
            continue
        if any(name in each.extra for each in records):
            what.append("a column of the dose table has a value for each dose, and no one derivative")
        if how.lag == name and any((each.rate[:, here] == 0).any() for each, here in doses):
            what.append("the sensitivity to the lag of a bolus is not covered")
        if any(each.ss[here].any() for each, here in doses):
            what.append("the sensitivity of a steady state to a parameter of its doses is not covered")
    return [Problem(name, each, cure="take differences of two runs") for each in dict.fromkeys(what)]


def _without_derivative(system: System, sensitivities: Sensitivities, outputs: Sequence[str]) -> list[Problem]:
    try:
        whole = with_sensitivities(system, sensitivities)
    except NoDerivativeError as fault:
        return [Problem(system.name, f"its rates have no sensitivities here: {fault} is not known")]
    names = {output_name(output, parameter): output for output in outputs for parameter, _ in sensitivities}
    without = dict.fromkeys(output for name, output in names.items() if name not in whole.rules)
    own = {*system.constants, *system.states, *system.rules}
    return [
        *(Problem(output, "this output has no derivative here", cure="leave it out") for output in without),
        *(Problem(name, "the model already has something of this name") for name in names if name in own),
    ]
