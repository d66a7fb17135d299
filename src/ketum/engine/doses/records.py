"""Doses as plain data: the records of an event table with NONMEM's columns and meaning, and the actions they become.

The table is read and checked in `ketum.engine.doses.dose_table`; `ketum.engine.doses.plans` makes the actions of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

MODELLED_RATE, MODELLED_DURATION = -1.0, -2.0
ROUNDING = 1e-12
"""Part of a dosing interval below which two instants within it are the same."""


@dataclass(frozen=True)
class Dosing:
    """How doses enter one compartment; each entry is the name of a parameter, or of a column of the dose table.

    Parameters
    ----------
    bioavailability
        Multiplies every dose (F1 ...); of an infusion of given rate, its duration.
    lag
        Delays every dose (ALAG1 ...).
    duration, rate
        Of an infusion whose RATE is -2 or -1 (D1, R1 ...).
    """

    bioavailability: str | None = None
    lag: str | None = None
    duration: str | None = None
    rate: str | None = None

    def names(self) -> set[str]:
        """Collect the names in use."""
        return {name for name in (self.bioavailability, self.lag, self.duration, self.rate) if name}


class Code(IntEnum):
    """What an action does to a person's state or parameters."""

    ADD = 0
    RATE = 1
    SET = 2
    RESET = 3
    STEADY = 4


@dataclass(frozen=True, eq=False)
class Records:
    """Event records of people whose tables have the same shape.

    Parameters
    ----------
    people
        Numbers of these people, shape (people,).
    time, evid, target, ii, addl, ss
        Of each record, shape (records,); `target` is the index of a state, -1 where none is named.
    amount, rate
        Shape (people, records), or (1, records) where they hold for everyone.
    extra
        Columns that `Dosing` names, shaped like `amount`.
    hair
        How long after its time what a record does at once is done, as an observation comes before, shape (records,).
    """

    people: Index
    time: Array
    evid: Index
    target: Index
    ii: Array
    addl: Index
    ss: Index
    amount: Array
    rate: Array
    hair: Array
    extra: Mapping[str, Array] = field(default_factory=dict)

    def take(self, rows: slice) -> Records:
        """Keep only some of the people."""
        own = {n: _rows(v, rows) for n, v in self.extra.items()}
        amount, rate = _rows(self.amount, rows), _rows(self.rate, rows)
        return replace(self, people=self.people[rows], amount=amount, rate=rate, extra=own)


@dataclass(frozen=True, eq=False)
class Steady:
    """A steady state to be worked out; columns have shape (people,).

    Parameters
    ----------
    target
        The state that is dosed.
    infused
        Whether each implied dose is an infusion rather than a bolus.
    amount, rate, duration
        Of each implied dose.
    interval
        Time between implied doses; 0 for a constant infusion.
    lag
        Delay of each dose; the state is wanted `lag` before a dose arrives.
    adds
        Whether it is added to the state (SS 2) rather than put in its place (SS 1).
    held
        Constants that change in time, with their value at the record's instant.
    also
        Further states to which each implied bolus adds, with the amounts.
    """

    target: int
    infused: bool
    amount: Array
    rate: Array
    duration: Array
    interval: float
    lag: Array
    adds: bool
    held: Mapping[str, Array] = field(default_factory=dict)
    also: tuple[tuple[int, Array], ...] = ()

    def take(self, people: Index) -> Steady:
        """Keep only some of the people."""
        own = {n: getattr(self, n)[people] for n in ("amount", "rate", "duration", "lag")}
        held = {n: column[people] for n, column in self.held.items()}
        return replace(self, **own, held=held, also=tuple((state, amount[people]) for state, amount in self.also))

    @property
    def on_their_way(self) -> Index:
        """How many implied doses have left and not arrived; one that arrives at this very instant counts."""
        if not self.interval:
            return np.zeros(self.lag.size, dtype=np.intp)
        return np.floor(self.lag / self.interval * (1 + ROUNDING)).astype(np.intp)

    @property
    def since_arrival(self) -> Array:
        """Time since the last arrival; 0 where one arrives at this very instant, which is then still to come."""
        since = (self.on_their_way + 1) * self.interval - self.lag
        return np.where(since < self.interval * (1 - ROUNDING), since, 0.0)


@dataclass(frozen=True, eq=False)
class Plan:
    """What happens to people who share the kinds of their actions.

    Parameters
    ----------
    people
        Their numbers, shape (people,).
    times, values
        Of each action; shape (people, actions), or (1, actions) where everyone shares them.
    codes, targets
        Of each action, shape (actions,). A target is a state, for SET a parameter, for STEADY an entry of `steady`.
    steady
        Steady states that actions refer to.
    """

    people: Index
    times: Array
    codes: Index
    targets: Index
    values: Array
    steady: tuple[Steady, ...] = ()

    @property
    def infused(self) -> tuple[int, ...]:
        """States that receive an infusion at some time."""
        running = set(self.targets[self.codes == Code.RATE].tolist())
        return tuple(sorted(running | {s.target for s in self.steady if s.infused}))


def _rows(column: Array, rows: slice) -> Array:
    return column if column.shape[0] == 1 else column[rows]
