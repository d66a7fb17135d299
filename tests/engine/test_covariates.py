"""Parameters that change in time, against closed forms and a second integrator."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from ketum.engine import Covariates, Dosing
from ketum.engine.runs.work import processes
from ketum.errors import ModelError, OutputError

TIMES = np.array([0.0, 1.0, 2.0, 3.0, 3.5, 5.0, 8.0, 12.0, 20.0])
BOLUS = pd.DataFrame({"TIME": [0.0], "AMT": [100.0], "CMT": ["central"]})
V = 20.0


def changes(rows, columns=("TIME", "CL")):
    return pd.DataFrame(rows, columns=list(columns))


def central(model, covariates, doses=BOLUS, times=TIMES, **more):
    return model.solve(doses, times, outputs=["central"], covariates=covariates, **more)["central"].to_numpy()


def cleared(times, knots, values):
    """Integral of CL / V, where CL is piecewise constant: values[i] holds from knots[i] on."""
    ends = np.append(knots[1:], np.inf)
    return sum(v / V * np.clip(np.asarray(times) - k, 0, e - k) for k, e, v in zip(knots, ends, values, strict=True))


@pytest.mark.parametrize("doubles", [2.0, 3.3, 3.5, 12.0, 30.0])
def test_a_clearance_that_doubles(oral, doubles):
    found = central(oral, Covariates(changes([(0.0, 4.0), (doubles, 8.0)])))[0]
    expected = 100 * np.exp(-cleared(TIMES, [0.0, doubles], [4.0, 8.0]))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_the_next_value_holds_before_its_record(oral):
    records = changes([(0.0, 99.0), (2.0, 4.0), (8.0, 9.0), (10.0, 2.0)])
    found = central(oral, Covariates(records, "next"))[0]
    expected = 100 * np.exp(-cleared(TIMES, [0.0, 2.0, 8.0], [4.0, 9.0, 2.0]))  # the last value stays
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    late = central(oral, Covariates(records.iloc[1:], "next"))[0]
    np.testing.assert_allclose(late, expected, rtol=0, atol=1e-6)


def test_a_line_is_followed_and_not_cut_into_steps(load, no_doses):
    """c' = a + b t - k c from 0 has a closed form; beyond the last record a constant input remains."""
    model = load("model m; R = 1; k = 0.7; c = 0; c' = R - k * c; end")
    a, b, k, stop = 3.0, 2.0, 0.7, 5.0
    found = model.solve(
        no_doses, TIMES, covariates=Covariates(changes([(0.0, a), (stop, a + b * stop)], ("TIME", "R")), "linear")
    )["c"].to_numpy()[0]

    def ramp(t):
        return (a - b / k) / k * (1 - np.exp(-k * t)) + b * t / k

    since = np.maximum(TIMES - stop, 0)
    after = ramp(stop) * np.exp(-k * since) + (a + b * stop) / k * (1 - np.exp(-k * since))
    np.testing.assert_allclose(found, np.where(stop >= TIMES, ramp(np.minimum(TIMES, stop)), after), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("way", "expected"), [("previous", 1.0), ("next", 5.0), ("linear", 3.0)])
def test_outputs_see_the_value_of_their_instant(load, no_doses, way, expected):
    """Also what is worked out from it, and at a record's own instant the record's value in every way."""
    model = load("model m; w = 0; double := 2 * w; x = 1; x' = -w * x; end")
    records = changes([(0.0, 1.0), (2.0, 5.0), (4.0, 9.0)], ("TIME", "w"))
    for observe in ("before", "after"):
        found = model.solve(
            no_doses, [0, 1, 2, 4, 6], outputs=["w", "double"], covariates=Covariates(records, way), observe=observe
        )
        assert found["w"].to_numpy()[0].tolist() == [1.0, expected, 5.0, 9.0, 9.0]
        assert found["double"].to_numpy()[0].tolist() == [2.0, 2 * expected, 10.0, 18.0, 18.0]
    assert found.attrs["interpolation"] == f"w {way}"


def test_rounded_times_are_one_instant(load, no_doses):
    model = load("model m; w = 0; x = 1; x' = -w * x; end")
    for way, expected in (("previous", 2.0), ("next", 2.0)):
        records = changes([(0.0, 1.0), (0.3, 2.0), (0.6, 3.0)], ("TIME", "w"))
        found = model.solve(no_doses, [0.1 + 0.2], outputs=["w"], covariates=Covariates(records, way))
        assert found["w"].to_numpy()[0].tolist() == [expected]


def people():
    """Records of 11 people, each with their own number of them."""
    rng = np.random.default_rng(2)
    rows = []
    for person in range(11):
        moments = np.append(0.0, np.unique(rng.uniform(0.0, 18.0, person % 4).round(2)))
        rows += [(person, t, 4 * np.exp(rng.normal(0, 0.5)), rng.uniform(10, 30)) for t in moments]
    return changes(rows, ("ID", "TIME", "CL", "V"))


def oral_doses():
    rows = [(p, 0.5 * (p % 3), 100.0 + p, "depot", 6.0, 2, 30.0 * (p % 2)) for p in range(11)]
    return pd.DataFrame(rows, columns=["ID", "TIME", "AMT", "CMT", "II", "ADDL", "RATE"])


def everyone(model, table=None, doses=None, ka=None, way="linear", **more):
    covariates = Covariates(people() if table is None else table, way)
    ka = np.linspace(0.5, 2.0, 11) if ka is None else ka
    call = {"outputs": ["central", "C", "V"], "dosing": {"depot": Dosing(lag="lag")}, "covariates": covariates} | more
    return model.solve(oral_doses() if doses is None else doses, TIMES, {"ka": ka, "lag": 0.3 * ka}, **call)


WAYS = ["previous", "next", "linear"]


@pytest.mark.parametrize("way", WAYS)
def test_everyone_has_records_of_their_own(oral, way):
    found = everyone(oral, way=way)
    table, doses, ka = people(), oral_doses(), np.linspace(0.5, 2.0, 11)
    for person in range(11):
        own, dose = table[table["ID"] == person], doses.iloc[person]
        knots = own["TIME"].to_numpy()

        def value(t, name, own=own, knots=knots):
            if way == "linear":
                return np.interp(t, knots, own[name])
            row = np.searchsorted(knots, t) if way == "next" else np.searchsorted(knots, t, side="right") - 1
            return own[name].to_numpy()[min(row, knots.size - 1)]

        starts = dose["TIME"] + 0.3 * ka[person] + 6.0 * np.arange(3)
        length = dose["AMT"] / dose["RATE"] if dose["RATE"] else 0.0
        stops = np.unique(np.concatenate([TIMES, knots, starts, starts + length]))
        stops, state, expected = stops[stops <= TIMES[-1]], np.zeros(2), []
        for start, stop in zip([0.0, *stops[:-1]], stops, strict=True):
            rate = dose["RATE"] * ((starts <= start) & (start < starts + length - 1e-12)).sum()

            def flow(t, y, rate=rate, start=start, stop=stop, person=person, value=value):
                inside = np.clip(t, start + 1e-12, stop - 1e-12)
                k = value(inside, "CL") / value(inside, "V")
                return [rate - ka[person] * y[0], ka[person] * y[0] - k * y[1]]

            if stop > start:
                state = solve_ivp(flow, (start, stop), state, "DOP853", rtol=1e-11, atol=1e-11).y[:, -1]
            if not length:
                state[0] += dose["AMT"] * (starts == stop).sum()
            if stop in TIMES:
                expected.append(state[1])
        np.testing.assert_allclose(found["central"][person], expected, rtol=0, atol=1e-6)
        volume = [value(t, "V") for t in TIMES]
        np.testing.assert_allclose(found["V"][person], volume, rtol=1e-12)
        np.testing.assert_allclose(found["C"][person], found["central"][person] / volume, rtol=1e-12)


@pytest.mark.parametrize("way", WAYS)
def test_workers_chunks_order_and_store_change_no_bit(oral, tmp_path, way):
    whole = everyone(oral, way=way).to_array().to_numpy()
    for chunk in (1, 3):
        assert np.array_equal(everyone(oral, way=way, chunk=chunk).to_array(), whole)
        assert np.array_equal(everyone(oral, way=way, chunk=chunk, store=tmp_path / f"{chunk}.zarr").to_array(), whole)
    with ThreadPoolExecutor(2) as threads:
        assert np.array_equal(everyone(oral, way=way, chunk=2, executor=threads).to_array(), whole)
    order = np.random.default_rng(3).permutation(11)
    place = np.argsort(order)
    table = people().assign(ID=lambda t: place[t["ID"]]).sort_values("ID", ascending=False, kind="stable")
    doses = oral_doses().assign(ID=lambda t: place[t["ID"]])
    found = everyone(oral, table, doses, np.linspace(0.5, 2.0, 11)[order], way)
    assert np.array_equal(found.to_array(), whole[:, order])


def test_other_processes_change_no_bit(oral):
    with processes(2) as pool:
        assert np.array_equal(everyone(oral, executor=pool, chunk=4).to_array(), everyone(oral).to_array())


def test_a_store_made_with_other_covariates_is_refused(oral, tmp_path):
    everyone(oral, store=tmp_path / "run.zarr")
    for change in ({"way": "previous"}, {"table": people().assign(CL=4.0)}):
        with pytest.raises(OutputError, match="different: covariates\n"):
            everyone(oral, store=tmp_path / "run.zarr", **change)


def test_one_constant_record_is_a_parameter(oral2):
    doses = pd.DataFrame({"TIME": [0.0, 5.0], "AMT": [100.0, 10.0], "CMT": ["depot", "central"], "RATE": [0.0, 2.0]})
    plain = oral2.solve(doses, TIMES, {"CL": 3.0}).to_array()
    for way in WAYS:
        held = oral2.solve(doses, TIMES, covariates=Covariates(changes([(0.0, 3.0), (4.0, 3.0)]), way)).to_array()
        np.testing.assert_allclose(held, plain, rtol=0, atol=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_a_dose_takes_the_values_of_its_records_instant(oral, way):
    """Bioavailability and lag as covariates: of the additional dose too, as they belong to its record."""
    records = changes([(0.0, 0.5, 0.25), (4.0, 1.0, 1.25)], ("TIME", "F", "lag"))
    doses = pd.DataFrame({"TIME": [0.0, 4.0], "AMT": 100.0, "CMT": "central", "II": [2.0, 0.0], "ADDL": [1, 0]})
    found = central(oral, Covariates(records, way), doses, dosing={"central": Dosing(bioavailability="F", lag="lag")})
    given = [(0.25, 50.0), (2.25, 50.0), (5.25, 100.0)]
    expected = sum(a * np.exp(-0.2 * np.maximum(TIMES - t, 0)) * (t <= TIMES) for t, a in given)
    np.testing.assert_allclose(found[0], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ss", [1, 2])
def test_a_steady_state_holds_the_value_of_its_instant(oral, way, ss):
    records = changes([(0.0, 2.0), (4.0, 6.0), (6.0, 6.0)])
    doses = pd.DataFrame({"TIME": [4.0], "AMT": [100.0], "CMT": ["central"], "II": [8.0], "SS": [ss]})
    found = central(oral, Covariates(records, way), doses)[0]
    steady = 100 / (1 - np.exp(-8 * 6 / V))
    since = TIMES[TIMES >= 4] - 4
    np.testing.assert_allclose(found[TIMES >= 4], steady * np.exp(-since * 6 / V), rtol=0, atol=1e-5)
    assert not found[TIMES < 4].any()


def test_a_reset_keeps_the_covariate(oral):
    records = Covariates(changes([(0.0, 2.0), (3.0, 6.0)]))
    doses = pd.DataFrame({"TIME": [0.0, 5.0], "EVID": [1, 4], "AMT": 100.0, "CMT": "central"})
    found = central(oral, records, doses)[0]
    np.testing.assert_allclose(found[TIMES >= 5], 100 * np.exp(-6 / V * (TIMES[TIMES >= 5] - 5)), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("way", "on"), [("previous", [(4.0, 9.0)]), ("linear", [(2.0, 5.5)])])
def test_a_switch_on_a_covariate(load, no_doses, way, on):
    """x grows while w > 2; w is 0 at time 0, 4 at 4 and 0 at 9, in steps or along lines (w = 2 at 2 and 6.5)."""
    model = load("model m; w = 0; x = 0; x' = piecewise(1, w > 2, 0); end")
    records = changes([(0.0, 0.0), (4.0, 4.0), (9.0, 0.0)], ("TIME", "w"))
    end = on[0][1] if way == "previous" else 4.0 + 5.0 / 2
    found = model.solve(no_doses, TIMES, covariates=Covariates(records, way))["x"].to_numpy()[0]
    np.testing.assert_allclose(found, np.clip(TIMES, on[0][0], end) - on[0][0], rtol=0, atol=1e-6)


def test_a_switching_time_that_is_a_covariate(load, no_doses):
    """On from time w on; w is 10 at first and 6 from time 4 on."""
    model = load("model m; w = 0; x = 0; x' = piecewise(1, time >= w, 0); end")
    records = Covariates(changes([(0.0, 10.0), (4.0, 6.0)], ("TIME", "w")))
    found = model.solve(no_doses, TIMES, covariates=records)["x"].to_numpy()[0]
    np.testing.assert_allclose(found, np.maximum(TIMES - 6, 0), rtol=0, atol=1e-6)


def test_two_tables_with_times_of_their_own(oral):
    tables = [
        Covariates(changes([(0.0, 4.0), (3.0, 8.0)])),
        Covariates(changes([(0.0, 20.0), (5.0, 40.0)], ("TIME", "V")), "linear"),
    ]
    found = oral.solve(BOLUS, TIMES, outputs=["central"], covariates=tables)

    def flow(t, y):
        return -(4.0 if t < 3 else 8.0) / np.interp(t, [0, 5], [20, 40]) * y

    early = solve_ivp(flow, (0, 3), [100.0], "DOP853", [1, 2, 3], rtol=1e-11, atol=1e-11).y[0]
    np.testing.assert_allclose(found["central"][0, 1:4], early, rtol=0, atol=1e-6)
    assert found.attrs["interpolation"] == "CL previous, V linear"


def test_a_covariate_that_only_outputs_use(load, no_doses):
    model = load("model m; w = 1; y := x * w; x = 1; x' = -x; end")
    records = Covariates(changes([(0.0, 1.0), (2.0, 5.0)], ("TIME", "w")))
    found = model.solve(no_doses, [1.0, 2.0], outputs=["y"], covariates=records)["y"].to_numpy()[0]
    np.testing.assert_allclose(found, [np.exp(-1), 5 * np.exp(-2)], rtol=1e-7)


def test_a_parameter_without_a_value_may_be_a_covariate(load, no_doses):
    model = load("model m; var k; x = 1; x' = -k * x; end")
    for way in WAYS:
        records = Covariates(changes([(0.0, 2.0)], ("TIME", "k")), way)
        found = model.solve(no_doses, [1.0], covariates=records)["x"].to_numpy()
        np.testing.assert_allclose(found, [[np.exp(-2.0)]], rtol=1e-7)


BAD = {
    "unknown": (changes([(0.0, 1.0)], ("TIME", "Cl")), "previous", {}, ["Cl", "CL, V"]),
    "a state": (changes([(0.0, 1.0)], ("TIME", "central")), "previous", {}, ["central"]),
    "a compartment": (changes([(0.0, 1.0)], ("TIME", "body")), "previous", {}, ["body", "rule"]),
    "no time": (changes([(1.0,)], ("CL",)), "previous", {}, ["TIME", "missing"]),
    "no parameter": (changes([(1.0,)], ("TIME",)), "previous", {}, ["no column"]),
    "NaN": (changes([(0.0, 1.0), (1.0, np.nan)]), "previous", {}, ["row 1, CL", "nan"]),
    "words": (changes([(0.0, 1.0), (1.0, "much")]), "previous", {}, ["row 1, CL", "much"]),
    "negative time": (changes([(-1.0, 1.0)]), "previous", {}, ["row 0, TIME", "-1"]),
    "unsorted": (changes([(0.0, 1.0), (3.0, 1.0), (2.0, 1.0)]), "linear", {}, ["row 2, TIME", "2", "increase"]),
    "twice": (changes([(0.0, 1.0), (0.0, 2.0)]), "previous", {}, ["row 1, TIME", "increase"]),
    "no beginning": (changes([(1.0, 1.0)]), "linear", {}, ["TIME", "before the first", "TIME 0"]),
    "unknown way": (changes([(0.0, 1.0)]), "spline", {}, ["spline", "previous, next, linear"]),
    "also a parameter": (changes([(0.0, 1.0)]), "previous", {"CL": 1.0}, ["CL", "both"]),
    "a stranger": (changes([(0, 0.0, 1.0), (7, 0.0, 1.0)], ("ID", "TIME", "CL")), "previous", {}, ["row 1, ID", "7"]),
    "nobody": (
        changes([(0, 0.0, 1.0)], ("ID", "TIME", "CL")),
        "previous",
        {"ka": [1.0, 2.0]},
        ["person 1", "no record"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_covariates_that_are_refused(oral, name):
    table, way, parameters, words = BAD[name]
    with pytest.raises(ModelError) as error:
        oral.solve(BOLUS, TIMES, parameters, covariates=Covariates(table, way))
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_name_in_two_tables_is_refused(oral):
    one = Covariates(changes([(0.0, 1.0)]))
    with pytest.raises(ModelError, match="two tables"):
        oral.solve(BOLUS, TIMES, covariates=[one, one])


def test_what_is_worked_out_once_cannot_follow_a_covariate(load, no_doses):
    text = "model m; CL = 2; V = 4; k {} CL / V; x = 1; x' = -k * x; end"
    records = Covariates(changes([(0.0, 2.0), (1.0, 4.0)]))
    with pytest.raises(ModelError, match=r"\bk\b(.|\n)*time zero(.|\n)*CL(.|\n)*:="):
        load(text.format("=")).solve(no_doses, [2.0], covariates=records)
    found = load(text.format(":=")).solve(no_doses, [2.0], covariates=records)["x"].to_numpy()
    np.testing.assert_allclose(found, [[np.exp(-0.5 - 1.0)]], rtol=1e-7)


def test_the_tables_are_left_as_they_were(oral):
    table = people()
    before = table.copy()
    everyone(oral, table)
    pd.testing.assert_frame_equal(table, before)


SHAPES = {"bolus": {}, "rate": {"RATE": 20.0}, "modelled rate": {"RATE": -1.0}, "modelled duration": {"RATE": -2.0}}
EXTRAS = {
    "alone": {},
    "additional doses": {"ADDL": 2, "II": 3.0},
    "steady state": {"SS": 1, "II": 6.0},
    "steady state on top": {"SS": 2, "II": 6.0},
    "constant infusion": {"SS": 1, "AMT": 0.0, "RATE": 5.0},
    "reset": {"EVID": 4},
}


def one_compartment(times, doses, knots, values, start=0.0, start_time=0.0):
    """Amount under boluses (time, amount, 0) and infusions (time, amount, rate) with a clearance in steps.

    With A = integral of k, the amount is the sum over what was given of exp(A(given) - A(t)); an infusion over a
    stretch of constant k adds rate / k (1 - exp(-k stretch)).
    """
    found = np.zeros(len(times))
    for i, t in enumerate(times):
        found[i] += start * np.exp(cleared([start_time], knots, values) - cleared([t], knots, values))[0]
        for when, amount, rate in doses:
            if not rate:
                gone = cleared([t], knots, values) - cleared([when], knots, values)
                found[i] += amount * np.exp(-gone[0]) * (t >= when)
                continue
            ends = max(min(when + amount / rate, t), when)
            cuts = sorted({when, ends, *(k for k in knots if when < k < ends)})
            for a, b in pairwise(cuts):
                if b > a:
                    k = values[np.searchsorted(knots, a, side="right") - 1] / V
                    later = cleared([t], knots, values)[0] - cleared([b], knots, values)[0]
                    found[i] += rate / k * (1 - np.exp(-k * (b - a))) * np.exp(-later)
    return found


def steady_before(amount, rate, ii, k, late):
    """Amount just before a dose is taken, in steady state, with what has not arrived because of the lag left out."""
    since = ii - late
    if not rate:
        return amount * np.exp(-k * since) / (1 - np.exp(-k * ii))
    length = amount / rate
    return rate / k * (np.exp(k * length) - 1) * np.exp(-k * since) / (1 - np.exp(-k * ii))


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lag", [0.0, 0.75])
@pytest.mark.parametrize("share", [1.0, 0.4])
def test_every_kind_of_dose_under_a_clearance_in_steps(oral, shape, extra, lag, share):
    """In closed form: an earlier bolus, the dose at 4, clearance changes at 1, 4, 5.5 and 9."""
    knots, values = np.array([0.0, 1.0, 4.0, 5.5, 9.0]), np.array([4.0, 9.0, 3.0, 6.0, 2.0])
    row = {"TIME": 4.0, "EVID": 1, "AMT": 60.0, "CMT": "central", "RATE": 0.0, "ADDL": 0, "II": 0.0, "SS": 0}
    row |= SHAPES[shape] | EXTRAS[extra]
    early = {"TIME": 0.5, "EVID": 1, "AMT": 50.0, "CMT": "central", "RATE": 0.0, "ADDL": 0, "II": 0.0, "SS": 0}
    table = pd.DataFrame([early, row]).assign(F=[1.0, share], lag=[0.0, lag], R1=30.0, D1=2.5)
    how = {"central": Dosing(bioavailability="F", lag="lag", rate="R1", duration="D1")}
    times = np.array([0.0, 1.0, 3.0, 4.0, 4.5, 5.0, 6.0, 8.0, 11.0, 20.0])
    found = central(oral, Covariates(changes(zip(knots, values, strict=True))), table, times, dosing=how)[0]

    amount, k = row["AMT"] * share, 3.0 / V
    rate = {0.0: 0.0, -1.0: 30.0, -2.0: amount / 2.5}.get(row["RATE"], row["RATE"])
    given = [(4.0 + lag + n * row["II"], amount, rate) for n in range(row["ADDL"] + 1)]
    first = one_compartment(times, [(0.5, 50.0, 0.0)], knots, values)
    kept = row["EVID"] == 1 and row["SS"] != 1
    there = 0.0
    if row["SS"] and row["II"]:
        there = steady_before(amount, rate, row["II"], k, lag)
    elif row["SS"]:
        there, given = row["RATE"] / k, []
    late = times >= 4.0
    expected = np.where(late & ~np.full(times.size, kept), 0.0, first)
    expected[late] += one_compartment(times[late], given, knots, values, there, 4.0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)
