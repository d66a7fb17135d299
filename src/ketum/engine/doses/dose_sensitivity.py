"""Sensitivities to parameters of doses: what doses add to the variational equations, and what is refused by name.

Where an amount or rate moves with a parameter, so do the sensitivities of the state that it enters. Where an infusion's
rate steps by r at a time T, these step by -r dT/dp. A lag of boluses moves the clock, see
`ketum.engine.equations.sensitivity`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from ketum.arrays import Array, Index
from ketum.engine.doses.records import Code, Dosing, Plan, Records, Steady
from ketum.engine.equations.calculus import NoDerivativeError
from ketum.engine.equations.formula import TIME
from ketum.engine.equations.sensitivity import Sensitivities, Sensitivity, inner, output_name, with_sensitivities
from ketum.engine.equations.switches import freeze
from ketum.engine.equations.system import System
from ketum.errors import ModelError, Problem

STEP = 1e-4
"""Part of a parameter by which it is moved to see what it does to doses."""
STENCIL = {1: 8 / 12, 2: -1 / 12}
"""Differences of fourth order. Doses are products and quotients of their parameters: the error is below 1e-11."""


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
    """
    actions = planned(parameters)
    parts, after, steady = [actions], [np.arange(actions.codes.size)], actions.steady
    rates = actions.codes == Code.RATE
    for parameter in (each.parameter for each in sensitivities if each.entered):
        place = {i: states.index(own) for i, name in enumerate(states) if (own := inner(name, parameter)) in states}
        moved = _Moved.by(parameter, parameters, planned)
        by_time, by_value = moved.slope(attrgetter("times")), moved.slope(attrgetter("values"))
        for values, code in ((by_value, None), (-actions.values * by_time * rates, Code.ADD)):
            which = np.flatnonzero(values.any(axis=0))
            parts.append(_on_sensitivities(actions, which, values, place, code))
            after.append(which)
        steady = tuple(_with_also(each, number, moved, place) for number, each in enumerate(steady))
    return replace(_joined(parts, np.argsort(np.concatenate(after), kind="stable")), steady=steady)


@dataclass(frozen=True)
class _Moved:
    """Plans of people whose parameter is a little larger or smaller; how anything in a plan moves with it.

    Parameters
    ----------
    step
        By how much, shape (people,) or (1,).
    pairs
        Of each pair its weight, and the plans above and below.
    """

    step: Array
    pairs: tuple[tuple[float, Plan, Plan], ...]

    @classmethod
    def by(
        cls, parameter: str, parameters: Mapping[str, Array], planned: Callable[[Mapping[str, Array]], Plan]
    ) -> _Moved:
        """Make the plans."""
        value = parameters[parameter]
        step = STEP * np.where(value != 0, np.abs(value), 1.0)
        plans = [[planned({**parameters, parameter: value + by * step}) for by in (n, -n)] for n in STENCIL]
        return cls(step, tuple((w, above, below) for w, (above, below) in zip(STENCIL.values(), plans, strict=True)))

    def slope(self, of: Callable[[Plan], Array]) -> Array:
        """Differentiate something of shape (people or 1, ...); what does not move cancels exactly, and gives zero."""
        each = [weight * (of(above) - of(below)) for weight, above, below in self.pairs]
        total = np.sum(each, axis=0)
        return np.asarray(total / self.step.reshape(-1, *[1] * (total.ndim - 1)))


def _with_also(each: Steady, number: int, moved: _Moved, place: Mapping[int, int]) -> Steady:
    """Let the implied boluses of a steady state add to the sensitivities as those of the plan do."""
    by_amount = moved.slope(lambda plan: plan.steady[number].amount)
    if not by_amount.any():
        return each
    return replace(each, also=(*each.also, (place[each.target], np.broadcast_to(by_amount, each.amount.shape))))


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
    problems += [problem for name in parameters for problem in _uncovered_doses(system, name, records, dosing)]
    found = tuple(
        Sensitivity(
            name,
            tuple(system.states[target] for target, how in dosing.items() if name in how.names()),
            _moves_boluses(name, records, dosing),
        )
        for name in parameters
    )
    if not problems:
        problems = _without_derivative(system, found, outputs)
    if problems:
        raise ModelError("sensitivities", problems)
    return found


def _given(each: Records) -> npt.NDArray[np.bool_]:
    return np.isin(each.evid, (1, 4))


def _moves_boluses(name: str, records: Sequence[Records], dosing: Mapping[int, Dosing]) -> bool:
    """Tell whether a parameter is the lag of any bolus."""
    late = [target for target, how in dosing.items() if how.lag == name]
    return any((np.isin(each.target, late) & _given(each) & (each.rate == 0)).any() for each in records)


def _moves_all(name: str, records: Sequence[Records], dosing: Mapping[int, Dosing]) -> bool:
    """Tell whether it is the lag of all doses, and all of them are boluses."""
    late = [target for target, how in dosing.items() if how.lag == name]
    return all((~_given(each) | (np.isin(each.target, late) & (each.rate == 0).all(axis=0))).all() for each in records)


def _depends_on_time(system: System) -> bool:
    used = set().union(*(rate.names() for rate in system.rates.values()))
    return TIME in used.union(*(rule.names() for rule in system.rules_for(used).values()))


def _uncovered_doses(
    system: System, name: str, records: Sequence[Records], dosing: Mapping[int, Dosing]
) -> list[Problem]:
    what = []
    if _moves_boluses(name, records, dosing):
        if not _moves_all(name, records, dosing):
            what.append("the sensitivity to the lag of a bolus is not covered beside doses without that lag")
        if _depends_on_time(system) and any((each.evid >= 3).any() for each in records):
            what.append("the sensitivity to the lag of a bolus is not covered where rates hold time and a reset comes")
    for target, how in dosing.items():
        doses = [(each, (each.target == target) & _given(each)) for each in records]
        if name not in how.names():
            continue
        if any(name in each.extra for each in records):
            what.append("a column of the dose table has a value for each dose, and no one derivative")
        steady = [(each, here & (each.ss > 0)) for each, here in doses]
        if any((each.rate[:, here] != 0).any() for each, here in steady):
            what.append("the sensitivity of a steady state to a parameter of its infusions is not covered")
        if how.lag == name and any(here.any() for _, here in steady):
            what.append("the sensitivity of a steady state to the lag of its doses is not covered")
    return [Problem(name, each, cure="take differences of two runs") for each in dict.fromkeys(what)]


def _without_derivative(system: System, sensitivities: Sensitivities, outputs: Sequence[str]) -> list[Problem]:
    try:
        whole = with_sensitivities(system, sensitivities)
    except NoDerivativeError as fault:
        return [Problem(system.name, f"its rates have no sensitivities here: {fault} is not known")]
    names = {output_name(output, parameter): output for output in outputs for parameter, *_ in sensitivities}
    without = dict.fromkeys(output for name, output in names.items() if name not in whole.rules)
    own = {*system.constants, *system.states, *system.rules}
    return [
        *(Problem(output, "this output has no derivative here", cure="leave it out") for output in without),
        *(Problem(name, "the model already has something of this name") for name in names if name in own),
    ]
