"""Every attribute of an event record, alone and in pairs, against a second simulator that takes the table literally.

The simulator below keeps a list of what is still to come and goes from one entry to the next. It solves linear models
with the matrix exponential and others with an adaptive Runge-Kutta method; a steady state is not solved but waited for,
through hundreds of intervals. It shares no line and no idea with the engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from ketum.engine import Dosing

INSTANT = 1e-9
"""Times closer than this are one instant."""
INTERVALS = 300
"""Intervals waited through before a state counts as steady."""
STATES = ("depot", "central", "peripheral")
PARS = {"ka": 1.5, "CL": 1.1, "V1": 20.0, "Q": 2.3, "V2": 31.0}
MATRIX = np.array(
    [
        [-PARS["ka"], 0, 0],
        [PARS["ka"], -(PARS["CL"] + PARS["Q"]) / PARS["V1"], PARS["Q"] / PARS["V2"]],
        [0, PARS["Q"] / PARS["V1"], -PARS["Q"] / PARS["V2"]],
    ]
)

Advance = Callable[[np.ndarray, np.ndarray, float], np.ndarray]
"""(state, rates of infusion, stretch of time) -> state."""


@cache
def propagator(stretch):
    """Carry (state, rates) over a stretch of time."""
    count = len(STATES)
    whole = np.zeros((2 * count, 2 * count))
    whole[:count, :count], whole[:count, count:] = MATRIX, np.eye(count)
    return expm(whole * stretch)[:count]


def linear(state, rates, stretch):
    return propagator(round(stretch, 12)) @ np.concatenate([state, rates])


def saturable(state, rates, stretch):
    """Michaelis and Menten instead of CL; the rest as above."""

    def flow(_, y):
        c = y[1] / 20.0
        return [
            -1.5 * y[0] + rates[0],
            1.5 * y[0] - 14.0 * c / (6.0 + c) - 2.3 * (c - y[2] / 31.0) + rates[1],
            2.3 * (c - y[2] / 31.0) + rates[2],
        ]

    if stretch == 0:
        return state
    return solve_ivp(flow, (0, stretch), state, "DOP853", rtol=1e-11, atol=1e-10).y[:, -1]


@dataclass
class Literal:
    """One person, taken through the records one after the other."""

    advance: Advance
    intervals: int = INTERVALS
    now: float = 0.0
    state: np.ndarray = field(default_factory=lambda: np.zeros(3))
    rates: np.ndarray = field(default_factory=lambda: np.zeros(3))
    coming: list[tuple[float, str, int, float]] = field(default_factory=list)

    def give(self, start, row):
        """Enter one dose of a record: a bolus, or the two ends of an infusion."""
        where = STATES.index(row["CMT"])
        amount, rate = row["AMT"] * row.get("F", 1.0), row.get("RATE", 0.0)
        start = start + row.get("LAG", 0.0)
        if rate == 0:
            self.coming.append((start, "bolus", where, amount))
            return
        rate = {-1: row.get("R1"), -2: amount / row["D1"] if "D1" in row else None}.get(rate, rate)
        self.coming.append((start, "rate", where, rate))
        self.coming.append((start + amount / rate, "rate", where, -rate))

    def go(self, until, inclusive=True):
        """Go on to a time; what comes at that very instant happens if `inclusive`."""
        while True:
            due = [c for c in self.coming if c[0] < until - INSTANT or (inclusive and c[0] <= until + INSTANT)]
            if not due:
                break
            first = min(due, key=lambda c: c[0])
            self.coming.remove(first)
            self._to(first[0])
            (self.state if first[1] == "bolus" else self.rates)[first[2]] += first[3]
        self._to(until)

    def _to(self, time):
        if time > self.now:
            self.state = self.advance(self.state, self.rates, time - self.now)
            self.now = time

    def reset(self):
        self.state, self.rates, self.coming = np.zeros(3), np.zeros(3), []

    def record(self, row):
        self.go(row["TIME"])
        evid, ss, ii = row.get("EVID", 1), row.get("SS", 0), row.get("II", 0.0)
        if evid in (3, 4):
            self.reset()
        if evid in (2, 3):
            return
        if ss:
            before = self.waited(row)
            if ss == 1:
                self.reset()
            self.state, self.rates = self.state + before.state, self.rates + before.rates
            self.coming += [(t + self.now, *rest) for t, *rest in before.coming]
            if ii == 0:
                return
        for n in range(row.get("ADDL", 0) + 1):
            self.give(row["TIME"] + n * ii, row)

    def waited(self, row):
        """Take the doses for so long that the state is steady, up to (not with) the dose at time 0."""
        ii, where = row.get("II", 0.0), STATES.index(row["CMT"])
        if ii == 0:
            long = Literal(self.advance, now=-4000.0)
            long.rates[where] = row["RATE"]
            long.go(0.0)
            long.rates[where] = 0.0
            return long
        other = Literal(self.advance, now=-self.intervals * ii)
        for n in range(self.intervals, 0, -1):
            other.go(-n * ii)
            other.give(-n * ii, row)
        other.go(0.0)
        return other


def literally(rows, times, observe="after", advance=linear, **more):
    """Solve a table, given as dictionaries in the order of time; shape (times, states)."""
    person, found = Literal(advance, **more), []
    todo = [*rows]
    for time in times:
        while todo and (todo[0]["TIME"] < time - INSTANT or (observe == "after" and todo[0]["TIME"] <= time + INSTANT)):
            person.record(todo.pop(0))
        person.go(time, inclusive=observe == "after")
        found.append(person.state.copy())
    return np.array(found)


MODEL = """
model dosed
  compartment body = 1;
  substanceOnly species depot in body, central in body, peripheral in body;
  depot = 0;  central = 0;  peripheral = 0;
  ka = 1.5;  V1 = 20;  Q = 2.3;  V2 = 31;  {elimination}
  absorption: depot -> central;  ka * depot;
  distribution: central -> peripheral;  Q * (central / V1 - peripheral / V2);
end
"""
HOW = {name: Dosing(bioavailability="F", lag="LAG", duration="D1", rate="R1") for name in STATES}
OWN = {"F": 1.0, "LAG": 0.0, "D1": 1.0, "R1": 1.0}
TIMES = np.concatenate([np.arange(0.0, 30.0, 1.5), np.arange(30.0, 121.0, 6.0)])


@pytest.fixture(scope="module")
def dosed(load):
    return load(MODEL.format(elimination="CL = 1.1;  elimination: central -> ;  CL * central / V1;"))


@pytest.fixture(scope="module")
def saturating(load):
    law = "Vmax = 14;  Km = 6;  elimination: central -> ;  Vmax * (central / V1) / (Km + central / V1);"
    return load(MODEL.format(elimination=law))


def as_table(rows):
    """Write the rows as a table: what a record does not say has the value that changes nothing."""
    columns = {"EVID": 1, "AMT": 0.0, "CMT": None, "RATE": 0.0, "II": 0.0, "ADDL": 0, "SS": 0, **OWN}
    return pd.DataFrame([{"TIME": row["TIME"], **columns, **row} for row in rows])


def solved(model, rows, times=TIMES, observe="after", **more):
    found = model.solve(as_table(rows), times, dosing=HOW, observe=observe, rtol=1e-9, **more)
    return np.stack([found[name].to_numpy()[0] for name in STATES], axis=1)


def compare(model, rows, times=TIMES, observe="after", tolerance=2e-7, **more):
    found = solved(model, rows, times, observe)
    expected = literally(rows, times, observe, **more)
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * max(1.0, np.abs(expected).max()))


# What a record may say beside TIME 6, AMT 100 and CMT; of each kind at most one.
ATTRIBUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "bolus into central": ("compartment", {"CMT": "central"}),
    "rate": ("shape", {"RATE": 20.0}),
    "modelled rate": ("shape", {"RATE": -1.0, "R1": 40.0}),
    "modelled duration": ("shape", {"RATE": -2.0, "D1": 7.5}),
    "infusion as long as the interval": ("shape", {"RATE": -2.0, "D1": 12.0}),
    "infusion of 2.5 intervals": ("shape", {"RATE": -2.0, "D1": 30.0}),
    "lag": ("lag", {"LAG": 1.7}),
    "lag of an interval": ("lag", {"LAG": 12.0}),
    "lag beyond the interval": ("lag", {"LAG": 29.0}),
    "bioavailability": ("F", {"F": 0.4}),
    "bioavailability above one": ("F", {"F": 1.6}),
    "additional doses": ("ADDL", {"ADDL": 3, "II": 12.0}),
    "steady state": ("SS", {"SS": 1, "II": 12.0}),
    "steady state on top": ("SS", {"SS": 2, "II": 12.0}),
    "reset and dose": ("EVID", {"EVID": 4}),
    "no dose": ("EVID", {"EVID": 2}),
}
EARLIER = {"TIME": 1.5, "AMT": 50.0, "CMT": "central", "RATE": 4.0, "LAG": 2.0, "ADDL": 2, "II": 4.5}
"""An infusion with a lag and additional doses, running and pending as the record under test comes."""


def record(*names, **more):
    row = {"TIME": 6.0, "AMT": 100.0, "CMT": "depot"}
    for name in names:
        row |= ATTRIBUTES[name][1]
    if row.get("EVID") == 2:  # a record that is no dose says nothing about one
        row = {"TIME": 6.0, "EVID": 2, **{n: v for n, v in row.items() if n in OWN}}
    return row | more


PAIRS = [pair for pair in itertools.combinations(ATTRIBUTES, 2) if ATTRIBUTES[pair[0]][0] != ATTRIBUTES[pair[1]][0]]


@pytest.mark.parametrize("observe", ["after", "before"])
@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_alone(dosed, name, observe):
    compare(dosed, [record(name)], observe=observe)
    compare(dosed, [EARLIER, record(name)], observe=observe)


@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_a_pair_of_attributes(dosed, pair):
    compare(dosed, [EARLIER, record(*pair)])


@pytest.mark.parametrize("pair", PAIRS, ids=" + ".join)
def test_a_pair_of_attributes_cut_off_by_a_reset(dosed, pair):
    """The reset falls on the instant of an additional dose (18) and within lags and infusions."""
    compare(dosed, [EARLIER, record(*pair), {"TIME": 18.0, "EVID": 3}, record(TIME=24.0)])


@pytest.mark.parametrize("shape", [n for n, (kind, _) in ATTRIBUTES.items() if kind == "shape"])
@pytest.mark.parametrize("lag", [0.0, 1.7, 12.0, 24.0, 29.0])
@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("ss", [1, 2])
def test_steady_infusions_with_lag_and_bioavailability(dosed, shape, lag, share, ss):
    compare(dosed, [EARLIER, record(shape, SS=ss, II=12.0, LAG=lag, F=share, ADDL=2)])


@pytest.mark.parametrize(("lag", "duration"), [(0.0, 0.1), (0.3, 0.3), (0.7, 0.7), (0.1 * 7, 0.05), (2.1, 0.3)])
def test_intervals_that_binary_numbers_do_not_hold(dosed, lag, duration):
    """A multiple of 0.1 is not exactly one: no dose may be lost or given twice by rounding."""
    row = {"AMT": 1.0, "CMT": "central", "II": 0.1, "SS": 1, "LAG": lag, "ADDL": 5}
    for way in ({}, {"RATE": -2.0, "D1": duration}):
        compare(dosed, [{"TIME": 0.7, **row, **way}], np.array([0.35, 0.7, 0.85, 1.2, 3.0, 9.0]), intervals=11_000)


@pytest.mark.parametrize("ss", [1, 2])
@pytest.mark.parametrize("where", ["depot", "central"])
def test_a_constant_infusion_ends_at_its_record(dosed, ss, where):
    compare(dosed, [EARLIER, {"TIME": 6.0, "CMT": where, "RATE": 9.0, "SS": ss}, record(TIME=20.0)])


def test_two_steady_states(dosed):
    """The second on top of the first (morning and evening doses), and in its place."""
    first = record(TIME=0.0, AMT=80.0, SS=1, II=24.0, ADDL=4)
    compare(dosed, [first, record("rate", TIME=12.0, AMT=40.0, SS=2, II=24.0, ADDL=3)])
    compare(dosed, [first, record("rate", TIME=12.0, AMT=40.0, SS=1, II=24.0, ADDL=3)])
    compare(dosed, [first, record("lag beyond the interval", TIME=0.0, CMT="central", SS=2, II=12.0)])


def test_a_steady_state_cancels_doses_that_are_still_to_come(dosed):
    pending = record("rate", "additional doses", "lag", TIME=0.0)
    compare(dosed, [pending, record(TIME=24.0, AMT=7.0, SS=1, II=8.0)])
    compare(dosed, [pending, record(TIME=24.0, AMT=7.0, SS=2, II=8.0)])


@pytest.mark.parametrize("evid", [3, 4])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_reset_among_records_of_one_instant(dosed, evid, place):
    rows = [record(AMT=10.0), record("rate", AMT=20.0, CMT="central")]
    rows.insert(place, {"TIME": 6.0, "EVID": evid} | ({"AMT": 5.0, "CMT": "peripheral"} if evid == 4 else {}))
    additional = record(TIME=0.0, ADDL=3, II=6.0)  # one falls on the reset: it comes before, and is gone
    for observe in ("after", "before"):
        compare(dosed, [additional, *rows], observe=observe)


def test_a_reset_where_the_sum_of_intervals_is_rounded(dosed):
    times = np.arange(0, 31) / 10
    for start in (0.1, 0.2, 0.7):
        row = record(TIME=start, AMT=3.0, CMT="central", ADDL=20, II=0.1)
        compare(dosed, [row, {"TIME": round(start + 0.6, 10), "EVID": 3}], times)


def test_doses_into_every_compartment_at_one_instant(dosed):
    rows = [record(CMT=where, AMT=10.0 * (n + 1)) for n, where in enumerate(STATES)]
    rows += [record("rate", CMT=where, LAG=0.5 * n) for n, where in enumerate(STATES)]
    for observe in ("after", "before"):
        compare(dosed, rows, observe=observe)


random_records = st.lists(
    st.fixed_dictionaries(
        {
            "TIME": st.integers(0, 24).map(float),
            "AMT": st.sampled_from([1.0, 40.0, 100.0]),
            "CMT": st.sampled_from(STATES),
            "EVID": st.sampled_from([1, 1, 1, 4]),
            "RATE": st.sampled_from([0.0, 0.0, 5.0, -1.0, -2.0]),
            "R1": st.sampled_from([3.0, 50.0]),
            "D1": st.sampled_from([1.0, 8.0, 20.0]),
            "F": st.sampled_from([0.5, 1.0]),
            "LAG": st.sampled_from([0.0, 0.25, 8.0, 19.0]),
            "II": st.sampled_from([4.0, 8.0]),
            "ADDL": st.integers(0, 3),
            "SS": st.sampled_from([0, 0, 1, 2]),
        }
    )
    | st.integers(0, 24).map(lambda t: {"TIME": float(t), "EVID": 3}),
    min_size=1,
    max_size=6,
)


@given(rows=random_records, observe=st.sampled_from(["after", "before"]))
@settings(max_examples=80, deadline=None)
def test_any_table(dosed, rows, observe):
    compare(dosed, sorted(rows, key=lambda row: row["TIME"]), observe=observe)


@given(tables=st.lists(random_records, min_size=2, max_size=9))
@settings(max_examples=15, deadline=None)
def test_any_tables_of_several_people(dosed, tables):
    tables = [sorted(rows, key=lambda row: row["TIME"]) for rows in tables]
    table = pd.concat([as_table(rows).assign(ID=person) for person, rows in enumerate(tables)])
    found = dosed.solve(table, TIMES, {"CL": np.full(len(tables), 1.1)}, dosing=HOW, rtol=1e-9)
    for person, rows in enumerate(tables):
        alone = solved(dosed, rows)
        assert np.array_equal(np.stack([found[n].to_numpy()[person] for n in STATES], axis=1), alone)


SATURABLE = [
    (),
    ("rate",),
    ("modelled duration", "lag"),
    ("infusion of 2.5 intervals", "steady state"),
    ("lag beyond the interval", "steady state"),
    ("lag", "steady state on top"),
    ("modelled rate", "steady state on top"),
    ("reset and dose", "steady state"),
    ("bioavailability", "steady state"),
]


@pytest.mark.parametrize("names", SATURABLE, ids=lambda names: " + ".join(names) or "bolus")
def test_a_model_that_saturates(saturating, names):
    row = {"CMT": "central"} | record(*names, ADDL=2, II=12.0)
    times = np.array([0.0, 3.0, 6.0, 7.5, 12.0, 18.0, 24.0, 31.0, 40.0])
    compare(saturating, [EARLIER, row], times, advance=saturable, intervals=250)


def looked(rows, **more):
    """Take a table with observations through the second simulator; what each of them sees, shape (records, states)."""
    person, found = Literal(linear, **more), []
    for row in rows:
        person.record(row | {"EVID": 2} if row.get("EVID") == 0 else row)
        if row.get("EVID") == 0:
            found.append(person.state.copy())
    return np.array(found)


@given(rows=random_records, looks=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=6))
@settings(max_examples=50, deadline=None)
def test_any_table_with_observations(dosed, rows, looks):
    """Observations stand anywhere among the records of their instant."""
    table = sorted(rows, key=lambda row: row["TIME"])
    for time, place in looks:
        first = sum(row["TIME"] < time for row in table)
        among = sum(row["TIME"] == time for row in table)
        table.insert(first + min(place, among), {"TIME": float(time), "EVID": 0})
    found = dosed.solve(as_table(table), dosing=HOW, rtol=1e-9)
    expected = looked(table)
    values = np.stack([found[name].to_numpy() for name in STATES], axis=1)
    np.testing.assert_allclose(values, expected, rtol=0, atol=2e-7 * max(1.0, np.abs(expected).max()))
