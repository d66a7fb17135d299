"""From records of doses to actions on the state, with NONMEM's meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.covariates import CovariateCourse
from ketum.engine.doses.records import MODELLED_DURATION, MODELLED_RATE, Code, Dosing, Plan, Records, Steady


def plan(
    records: Records,
    dosing: Mapping[int, Dosing],
    parameters: Mapping[str, Array],
    courses: Sequence[CovariateCourse] = (),
    settable: Mapping[str, int] | None = None,
) -> Plan:
    """Turn records into actions.

    Parameters
    ----------
    records
        The records.
    dosing
        How doses enter a compartment, by the index of its state.
    parameters
        Each person's parameters, shape (people,) or (1,).
    courses
        Parameters that change in time.
    settable
        Constants that may be set on the way, with their number.
    """
    draft = _Draft(records, dosing, parameters, courses)
    for row in range(records.time.size):
        draft.add_record(row)
    for course in courses:
        for name, values in course.settings().items():
            if name in (settable or {}):
                draft.add_block(course.times, values, Code.SET, (settable or {})[name])
    return draft.finished()


@dataclass
class _Block:
    """Columns of actions of one kind that one record makes."""

    times: Array
    values: Array
    code: Code
    target: int


@dataclass(frozen=True)
class _Dose:
    """What one record gives at a time; columns have shape (people or 1, 1).

    Parameters
    ----------
    target
        The state that it enters.
    infused
        Whether it is an infusion rather than a bolus.
    amount, rate, duration
        Of the dose; rate and duration are 0 for a bolus.
    lag
        Delay until it arrives.
    """

    target: int
    infused: bool
    amount: Array
    rate: Array
    duration: Array
    lag: Array


class _Draft:
    """A plan in the making: blocks of actions, in the order of the records."""

    def __init__(
        self,
        records: Records,
        dosing: Mapping[int, Dosing],
        parameters: Mapping[str, Array],
        courses: Sequence[CovariateCourse],
    ) -> None:
        self.records, self.dosing, self.parameters, self.courses = records, dosing, parameters, courses
        self.blocks: list[_Block] = []
        self.steady: list[Steady] = []

    def add_record(self, row: int) -> None:
        r = self.records
        evid, at = r.evid[row], r.time[row] + r.hair[row]
        if evid in (3, 4):
            self._cancel(at)
            self.add_block(at, 0.0, Code.RESET, -1)
        if evid in (1, 4):
            self._add_dose(row, r.time[row], at)

    def _add_dose(self, row: int, now: float, at: float) -> None:
        r, dose = self.records, self._dose(row)
        if r.ss[row]:
            self._add_steady(row, now, at, dose)
            if not r.ii[row]:  # a constant infusion ends where its steady state is reached
                return
        starts = np.maximum(now + dose.lag + np.arange(r.addl[row] + 1) * r.ii[row], at)
        self._give(dose, starts, starts + dose.duration)

    def _dose(self, row: int) -> _Dose:
        target = int(self.records.target[row])
        how = self.dosing.get(target, Dosing())
        factor, lag = self._value(how.bioavailability, row, 1.0), self._value(how.lag, row, 0.0)
        return _Dose(target, bool(self.records.rate[0, row] != 0), *self._infusion(row, how, factor), lag)

    def _give(self, dose: _Dose, starts: Array, stops: Array) -> None:
        if not dose.infused:
            self.add_block(starts, dose.amount, Code.ADD, dose.target)
            return
        self.add_block(starts, dose.rate, Code.RATE, dose.target)
        self.add_block(stops, -dose.rate, Code.RATE, dose.target)

    def _infusion(self, row: int, how: Dosing, factor: Array) -> tuple[Array, Array, Array]:
        """Work out (amount, rate, duration), each of shape (people or 1, 1); rate is 0 for a bolus."""
        r = self.records
        amount = r.amount[:, row : row + 1] * factor
        rate = r.rate[:, row : row + 1]
        kind = rate[0, 0]
        if kind == 0:
            return amount, np.zeros((1, 1)), np.zeros((1, 1))
        if kind == MODELLED_DURATION:
            duration = self._value(how.duration, row, np.nan)
            return amount, amount / duration, duration
        if kind == MODELLED_RATE:
            rate = self._value(how.rate, row, np.nan)
        return amount, rate, amount / rate

    def _add_steady(self, row: int, now: float, at: float, dose: _Dose) -> None:
        interval, adds = float(self.records.ii[row]), bool(self.records.ss[row] == 2)
        if not adds:
            self._cancel(at)
        size = self.records.people.size
        steady = Steady(
            target=dose.target,
            infused=dose.infused,
            amount=np.broadcast_to(dose.amount[:, 0], size),
            rate=np.broadcast_to(dose.rate[:, 0], size),
            duration=np.broadcast_to(dose.duration[:, 0], size),
            interval=interval,
            lag=np.broadcast_to(dose.lag[:, 0], size),
            adds=adds,
            held={n: np.broadcast_to(v, size) for course in self.courses for n, v in course.held(now).items()},
        )
        self.steady.append(steady)
        self.add_block(at, 0.0, Code.STEADY, len(self.steady) - 1)
        if not interval:
            return
        # Earlier implied doses may still be on their way, or have arrived and still run.
        on_their_way = steady.on_their_way[:, None]
        for j in range(1, int(np.ceil(np.max(dose.lag + dose.duration) / interval)) + 1):
            start = now + dose.lag - j * interval
            coming = j <= on_their_way
            begin, end = np.maximum(start, at), np.maximum(start + dose.duration, at)
            left = replace(dose, amount=dose.amount * coming, rate=dose.rate * (end > at))
            self._give(left, np.where(coming, begin, at), end)

    def _value(self, name: str | None, row: int, missing: float) -> Array:
        if name is None:
            return np.full((1, 1), missing)
        if name in self.records.extra:
            return self.records.extra[name][:, row : row + 1]
        for course in self.courses:
            if name in course.names:
                return course.at(self.records.time[row : row + 1])[name]
        return self.parameters[name].reshape(-1, 1)

    def add_block(self, times: Array | float, values: Array | float, code: Code, target: int) -> None:
        times, values = np.broadcast_arrays(np.atleast_2d(times), np.atleast_2d(values))
        self.blocks.append(_Block(times, values, code, target))

    def _cancel(self, now: float) -> None:
        """Cancel doses that are still to come: pending, additional, or ends of infusions that a reset has ended."""
        for block in self.blocks:
            if block.code in (Code.ADD, Code.RATE):
                block.values = np.where(block.times >= now, 0.0, block.values)

    def finished(self) -> Plan:
        sizes = {n for b in self.blocks for n in (b.times.shape[0], b.values.shape[0])}
        rows = max(sizes, default=1)
        count = [b.times.shape[1] for b in self.blocks]
        whole = [np.broadcast_to(b.times, (_common(self.blocks, "times"), b.times.shape[1])) for b in self.blocks]
        values = [np.broadcast_to(b.values, (rows, b.values.shape[1])) for b in self.blocks]
        return Plan(
            self.records.people,
            np.concatenate(whole, axis=1) if whole else np.zeros((1, 0)),
            np.repeat([int(b.code) for b in self.blocks], count).astype(np.intp),
            np.repeat([b.target for b in self.blocks], count).astype(np.intp),
            np.concatenate(values, axis=1) if values else np.zeros((1, 0)),
            tuple(self.steady),
        )


def _common(blocks: Iterable[_Block], name: str) -> int:
    return max((getattr(b, name).shape[0] for b in blocks), default=1)
