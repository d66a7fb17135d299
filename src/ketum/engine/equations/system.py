"""A model as plain data, and what follows literally from it: starting values, and outputs from integrated states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ketum.engine.equations.formula import TIME, Formula

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class System:
    """A model as plain data; immutable.

    In all formulas the id of a species stands for its amount; where the model means a concentration, the division by
    the compartment is written out.

    Parameters
    ----------
    name
        The model's own name.
    states
        Ids of the integrated quantities, in a fixed order. Species are integrated as amounts.
    rates
        Formula of each state's derivative.
    rules
        Assignment rules and reaction rates, in an order in which each uses only earlier ones.
    constants
        Values of everything that nothing changes; these may be given per person. NaN where the model gives none.
    initial
        Formula at time zero of each state, and of each constant that the model works out from others.
    order
        Ids of `initial` and `rules` in an order in which, at time zero, each uses only earlier ones.
    per_volume
        Species whose id means a concentration to the model's author, with the id of their compartment.
    units
        Unit of every id, in words; empty where the model gives none.
    sha256
        Hash of the SBML text.
    places
        Every species with its compartment.
    concentrations
        Species whose id means a concentration, whether an integration or a rule says how large it is.
    unset
        Constants that formulas use and the model gives no value to.
    varying
        Constants that are set anew on the way.
    """

    name: str
    states: tuple[str, ...]
    rates: Mapping[str, Formula]
    rules: Mapping[str, Formula]
    constants: Mapping[str, float]
    initial: Mapping[str, Formula]
    order: tuple[str, ...]
    per_volume: Mapping[str, str]
    units: Mapping[str, str]
    sha256: str
    places: Mapping[str, str] = field(default_factory=dict)
    concentrations: frozenset[str] = field(default_factory=frozenset)
    unset: frozenset[str] = field(default_factory=frozenset)
    varying: frozenset[str] = field(default_factory=frozenset)

    @property
    def species(self) -> frozenset[str]:
        """Ids of all species."""
        return frozenset(self.places)

    def with_places(self, outputs: Sequence[str]) -> list[str]:
        """Add to outputs the compartments of those that are concentrations."""
        return [*outputs, *(self.per_volume[name] for name in outputs if name in self.per_volume)]

    def states_for(self, outputs: Sequence[str]) -> Index:
        """Find the states that outputs rest on."""
        names = self.with_places(outputs)
        used = {*names, *(n for formula in self.rules_for(names).values() for n in formula.names())}
        return np.array([i for i, name in enumerate(self.states) if name in used], dtype=np.intp)

    def rules_for(self, names: Iterable[str]) -> dict[str, Formula]:
        """Pick the rules that some quantities need, directly or through others, in order."""
        wanted, waiting = set(), [name for name in names if name in self.rules]
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting.extend(n for n in self.rules[name].names() if n in self.rules)
        return {name: formula for name, formula in self.rules.items() if name in wanted}


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Integrated states of some people.

    Parameters
    ----------
    times
        Output times, shape (times,).
    kept
        Which states these are; at least those that the outputs rest on, see `System.states_for`.
    states
        Shape (times, kept, people).
    """

    times: Array
    kept: Index
    states: Array


def start_values(system: System, given: Mapping[str, Array], people: int) -> dict[str, Array]:
    """Work out every person's values at time zero.

    Parameters
    ----------
    system
        The model.
    given
        Constants that differ from the model's own, each of shape (people,); they also replace what the model works out.
    people
        Number of people.

    Returns
    -------
    dict
        A column of shape (people,) for every constant, state and rule.
    """
    scope: dict[str, Any] = {n: np.broadcast_to(given.get(n, v), people) for n, v in system.constants.items()}
    scope[TIME] = np.zeros(people)
    for name in system.order:
        if name not in given:
            formula = system.rules[name] if name in system.rules else system.initial[name]
            scope[name] = np.broadcast_to(np.asarray(formula.value(scope), dtype=float), people)
    return scope


def evaluate(
    system: System,
    trajectory: Trajectory,
    own: Mapping[str, Array],
    outputs: Sequence[str],
    courses: Mapping[str, Array] | None = None,
) -> Array:
    """Work out what is asked for, literally, from the integrated states.

    Parameters
    ----------
    system
        The model.
    trajectory
        The integrated states.
    own
        Each constant's values, shape (people,).
    outputs
        Ids of what is wanted; a species is given as what its id means to the model's author.
    courses
        Values of what changes in time by itself, shape (people or 1, times).

    Returns
    -------
    ndarray, shape (outputs, people, times)
    """
    states, times = trajectory.states, trajectory.times
    scope: dict[str, Any] = {name: own[name][:, None] for name in system.constants}
    scope |= {system.states[state]: states[:, i, :].T for i, state in enumerate(trajectory.kept)}
    scope[TIME] = times[None, :]
    scope |= courses or {}
    for name, formula in system.rules_for(system.with_places(outputs)).items():
        if name not in (courses or {}):
            scope[name] = formula.value(scope)
    result = np.empty((len(outputs), states.shape[2], times.size))
    with np.errstate(all="ignore"):
        for i, name in enumerate(outputs):
            result[i] = scope[name] / scope[system.per_volume[name]] if name in system.per_volume else scope[name]
    return result
