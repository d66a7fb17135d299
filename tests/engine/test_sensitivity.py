"""Sensitivities against closed forms and differences, also across doses; what has none is refused by name."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from ketum.engine import Dosing
from ketum.errors import ModelError

TIMES = np.linspace(0, 30, 41)
KA, CL, V = 1.3, 4.0, 20.0


def doses(**columns):
    return pd.DataFrame({"TIME": [0.0], "AMT": 100.0, "CMT": "depot", **columns})


def close(found, expected, rel=2e-7):
    assert np.isfinite(expected).all(), "not a number equals itself to numpy, and proves nothing"
    np.testing.assert_allclose(found, expected, rtol=0, atol=rel * np.abs(expected).max())


def oral_c(t, ka=KA, cl=CL, v=V, dose=100.0):
    k = cl / v
    return dose * ka / v / (ka - k) * (np.exp(-k * t) - np.exp(-ka * t))


def infused_c(t, rate, until, cl=CL, v=V):
    k = cl / v
    return np.where(t <= until, rate / cl * (1 - np.exp(-k * t)), rate / cl * np.expm1(k * until) * np.exp(-k * t))


def complex_step(function, at):
    """Differentiate a closed form without subtracting."""
    return np.imag(function(at + 1e-30j)) / 1e-30


def test_parameters_of_the_rates_against_the_closed_form(oral):
    found = oral.solve(doses(), TIMES, outputs=["C", "depot"], sensitivities=["CL", "V", "ka"])
    close(found["d_C_d_CL"][0], complex_step(lambda x: oral_c(TIMES, cl=x), CL))
    close(found["d_C_d_V"][0], complex_step(lambda x: oral_c(TIMES, v=x), V))
    close(found["d_C_d_ka"][0], complex_step(lambda x: oral_c(TIMES, ka=x), KA))
    close(found["d_depot_d_ka"][0], -TIMES * 100 * np.exp(-KA * TIMES))
    assert (found["d_depot_d_CL"].to_numpy() == 0).all()
    close(found["C"][0], oral_c(TIMES))


def test_an_initial_value(oral, no_doses):
    found = oral.solve(no_doses, TIMES, outputs=["C"], sensitivities=["depot", "central"])
    close(found["d_C_d_depot"][0], oral_c(TIMES, dose=1.0))
    close(found["d_C_d_central"][0], np.exp(-CL / V * TIMES) / V)


def test_bioavailability_of_boluses(oral):
    table = doses(II=8.0, ADDL=2)
    found = oral.solve(table, TIMES, {"F1": 0.6}, ["C"], dosing={"depot": Dosing("F1")}, sensitivities=["F1"])
    close(found["d_C_d_F1"][0], found["C"][0] / 0.6)


@pytest.mark.parametrize("observe", ["after", "before"])
def test_an_output_at_the_dose(oral, observe):
    table = doses(TIME=[10.0])
    found = oral.solve(
        table, [10.0], {"F1": 0.6}, ["depot"], dosing={"depot": Dosing("F1")}, observe=observe, sensitivities=["F1"]
    )
    assert float(found["d_depot_d_F1"][0, 0]) == pytest.approx(100.0 if observe == "after" else 0.0)


@pytest.mark.parametrize(
    ("name", "columns", "how", "value", "curve"),
    [
        ("F1", {"RATE": 20.0}, {"bioavailability": "F1"}, 0.8, lambda F: infused_c(TIMES, 20.0, 5 * F)),
        ("D1", {"RATE": -2.0}, {"duration": "D1"}, 6.1, lambda D: infused_c(TIMES, 100 / D, D)),
        ("R1", {"RATE": -1.0}, {"rate": "R1"}, 15.0, lambda R: infused_c(TIMES, R, 100 / R)),
        ("L1", {"RATE": 20.0}, {"lag": "L1"}, 1.6,
         lambda L: np.where(np.real(TIMES - L) > 0, infused_c(TIMES - L, 20.0, 5.0), 0)),
    ],
)  # fmt: skip
def test_parameters_of_infusions_against_the_closed_form(oral, name, columns, how, value, curve):
    """An infusion's end, or its start, moves with them, and the sensitivity jumps there."""
    found = oral.solve(
        doses(CMT="central", **columns), TIMES, {name: value}, ["C"], dosing={"central": Dosing(**how)},
        sensitivities=[name],
    )  # fmt: skip
    close(found[f"d_C_d_{name}"][0], complex_step(curve, value))


def late_c(t, lag, **more):
    return np.where(np.real(t - lag) >= 0, oral_c(t - lag, **more), 0)


@pytest.mark.parametrize("lag", [0.0, 0.7, 1.5])  # 1.5 is an output time
def test_the_lag_of_a_bolus_against_the_closed_form(oral, lag):
    table = doses(II=7.0, ADDL=2)
    found = oral.solve(
        table, TIMES, {"L1": lag, "F1": 0.6}, ["C", "depot"], dosing={"depot": Dosing("F1", lag="L1")},
        sensitivities=["L1", "F1", "ka"],
    )  # fmt: skip
    each = [lag + 7.0 * i for i in range(3)]
    curve = sum(complex_step(lambda x, at=at: late_c(TIMES, x, dose=60), at) for at in each)
    bolus = sum(np.where(at <= TIMES, 60 * KA * np.exp(-KA * (TIMES - at)), 0) for at in each)
    close(found["d_C_d_L1"][0], curve)
    close(found["d_depot_d_L1"][0], bolus)
    assert (abs(found["d_C_d_L1"][0, lag > TIMES]) < 1e-12).all()
    close(found["d_C_d_F1"][0], found["C"][0] / 0.6)
    close(found["d_C_d_ka"][0], sum(complex_step(lambda x, at=at: late_c(TIMES, at, dose=60, ka=x), KA) for at in each))


def test_the_lag_of_a_bolus_at_the_dose_itself(oral):
    """The depot falls at once by ka times the dose for each hour that it comes later; just before it knows nothing."""
    call = {"dosing": {"depot": Dosing(lag="L1")}, "sensitivities": ["L1"]}
    after, before = (
        float(oral.solve(doses(), [2.0], {"L1": 2.0}, ["depot"], observe=how, **call)["d_depot_d_L1"][0, 0])
        for how in ("after", "before")
    )
    assert after == pytest.approx(KA * 100)
    assert before == pytest.approx(0.0, abs=1e-9)


def test_lags_of_two_people_and_a_reset(oral):
    table = pd.DataFrame({"TIME": [0.0, 10.0, 10.0], "EVID": [1, 3, 1], "AMT": [100.0, 0, 50], "CMT": ["depot"] * 3})
    lags = np.array([0.4, 2.3])
    found = oral.solve(
        table, TIMES, {"L1": lags}, ["C"], dosing={"depot": Dosing(lag="L1")}, sensitivities=["L1"]
    )["d_C_d_L1"]  # fmt: skip
    for person, lag in enumerate(lags):
        first = complex_step(lambda x: late_c(TIMES, x), lag)
        second = complex_step(lambda x: late_c(TIMES - 10, x, dose=50), lag)
        close(found[person], np.where(TIMES < 10, first, second))


BUSY = """
model busy
  compartment body = 2;
  species X in body = 3;  # a concentration, with a baseline
  substanceOnly species depot in body;  depot = 0;
  k = 0.3; n = 1.4; start = 2 * k; kin := k * 3 * (1 + 0.2 * sin(time)) + 0.1 * n;
  substanceOnly species Y in body;
  Y = start;  Y' = kin * X - 0.4 * Y;
  absorbed: depot -> X; 0.9 * depot;
  out: X -> ; body * kin * X^n / (1 + X);
  ratio := X / (Y + kin);
end
"""


def test_a_lag_in_a_model_with_a_baseline_powers_rules_and_time_against_differences(load):
    """The lag also stands in the rates here (n), so both of its effects must be there, and add up."""
    model = load(BUSY)
    table = pd.DataFrame({"TIME": [1.0], "AMT": 20.0, "CMT": "depot", "II": 6.0, "ADDL": 2})
    times, outputs = np.linspace(0, 24, 37), ["X", "Y", "ratio", "out", "kin", "depot"]

    def run(lag, k=0.3, **more):
        own = {"n": lag, "k": k}
        return model.solve(table, times, own, outputs, dosing={"depot": Dosing(lag="n")}, **more)

    found, step = run(1.4, sensitivities=["n", "k"]), 1e-4
    up, down = run(1.4 + step, rtol=1e-13), run(1.4 - step, rtol=1e-13)
    for output in outputs:
        expected = (up[output] - down[output]).to_numpy()[0] / (2 * step)
        close(found[f"d_{output}_d_n"][0], expected, rel=2e-6)
    up, down = run(1.4, 0.3 + step, rtol=1e-13), run(1.4, 0.3 - step, rtol=1e-13)
    close(found["d_Y_d_k"][0], (up["Y"] - down["Y"]).to_numpy()[0] / (2 * step), rel=2e-6)


def test_a_parameter_of_doses_and_rates_at_once(oral):
    """Each counts: F = CL here, so the amount grows as the clearance does."""
    found = oral.solve(doses(), TIMES, outputs=["C"], dosing={"depot": Dosing("CL")}, sensitivities=["CL"])
    close(found["d_C_d_CL"][0], complex_step(lambda x: oral_c(TIMES, cl=x, dose=100 * x), CL))


def test_a_steady_state(oral):
    """Of boluses into a one-compartment body, every 8 h."""
    table = doses(CMT="central", SS=1, II=8.0)
    found = oral.solve(table, TIMES, outputs=["C"], sensitivities=["CL", "V"])

    def curve(cl=CL, v=V):
        return 100 / v / (1 - np.exp(-cl / v * 8)) * np.exp(-cl / v * TIMES)

    close(found["d_C_d_CL"][0], complex_step(lambda x: curve(cl=x), CL), rel=1e-6)
    close(found["d_C_d_V"][0], complex_step(lambda x: curve(v=x), V), rel=1e-6)


@pytest.mark.parametrize("ss", [1, 2])
def test_bioavailability_at_a_steady_state(oral, ss):
    """Everything that was given is in proportion to F, in a linear model, also a dose that is on its way."""
    table = doses(SS=ss, II=8.0, ADDL=1)
    own = {"F1": np.array([0.6, 0.9]), "L1": np.array([0.0, 1.3])}
    found = oral.solve(table, TIMES, own, ["C"], dosing={"depot": Dosing("F1", lag="L1")}, sensitivities=["F1", "ka"])
    for person in range(2):
        close(found["d_C_d_F1"][person], found["C"][person] / own["F1"][person], rel=1e-6)
    k, beyond = CL / V, TIMES < 8

    def curve(ka):
        once = 60 * ka / V / (ka - k)
        return once * (np.exp(-k * TIMES) / (1 - np.exp(-k * 8)) - np.exp(-ka * TIMES) / (1 - np.exp(-ka * 8)))

    close(found["C"][0, beyond], curve(KA)[beyond], rel=1e-6)
    close(found["d_C_d_ka"][0, beyond], complex_step(curve, KA)[beyond], rel=1e-6)


def test_bioavailability_at_a_steady_state_of_a_model_that_is_not_linear(load):
    model = load("""
model mm
  compartment body = 1;  substanceOnly species x in body;  x = 0;
  Vmax = 30;  Km = 10;  x' = -Vmax * x / (Km + x);
end
""")
    table = pd.DataFrame({"TIME": [0.0], "AMT": 50.0, "CMT": "x", "II": 12.0, "SS": 1, "ADDL": 2})
    times, step = np.linspace(0, 36, 25), 1e-4

    def run(F, **more):
        return model.solve(table, times, {"F1": F}, ["x"], dosing={"x": Dosing("F1")}, **more)

    up, down = (run(0.8 + d, rtol=1e-12)["x"].to_numpy()[0] for d in (step, -step))
    close(run(0.8, sensitivities=["F1"])["d_x_d_F1"][0], (up - down) / (2 * step), rel=1e-5)


def test_a_reset_forgets_what_was_before(oral):
    """A dose just before the reset counts for nothing, one just after it counts, all at one instant."""
    table = pd.DataFrame(
        {"TIME": [0.0, 10, 10, 10], "EVID": [1, 1, 3, 1], "AMT": [100.0, 70, 0, 50], "CMT": ["depot"] * 4}
    )
    found = oral.solve(table, TIMES, {"F1": 0.6}, ["C"], dosing={"depot": Dosing("F1")}, sensitivities=["F1", "CL"])
    late = TIMES > 10
    close(found["d_C_d_F1"][0, late], oral_c(TIMES[late] - 10, dose=50))
    close(found["d_C_d_CL"][0, late], complex_step(lambda x: oral_c(TIMES[late] - 10, cl=x, dose=30), CL))


CHAIN = """
model chain
  compartment body = 2;
  species X in body = 3;  # a concentration
  k = 0.3;  k2 := k * 2;  n = 1.7;  p = 4;
  start = p^2;
  substanceOnly species Y in body;
  Y = start + k;
  out: X -> ; body * k2 * X^n / (1 + X);
  conv: -> Y; k * Y * exp(-p * time);
  ratio := X / Y + piecewise(p, time > 3, 2 * p);
end
"""


def test_initial_assignments_rules_powers_and_concentrations_against_differences(load, no_doses):
    model = load(CHAIN)
    outputs, names = ["X", "Y", "ratio", "k2", "out"], ["k", "n", "p", "X", "body"]
    times = np.linspace(0, 6, 14)
    found = model.solve(no_doses, times, {"k": 0.3, "n": 1.7, "p": 4.0}, outputs, sensitivities=names)
    step = 1e-4
    for name, value in (("k", 0.3), ("n", 1.7), ("p", 4.0)):
        up, down = (
            model.solve(no_doses, times, {"k": 0.3, "n": 1.7, "p": 4.0, name: x}, outputs, rtol=1e-13)
            for x in (value + step, value - step)
        )
        for output in outputs:
            expected = (up[output] - down[output]).to_numpy()[0] / (2 * step)
            np.testing.assert_allclose(
                found[f"d_{output}_d_{name}"][0], expected, atol=1e-6 * max(1, abs(expected).max())
            )
    up, down = (load(CHAIN.replace("body = 3", f"body = {3 + d}")) for d in (step, -step))
    up, down = (each.solve(no_doses, times, outputs=["X"], rtol=1e-13)["X"][0] for each in (up, down))
    close(found["d_X_d_X"][0], (up - down) / (2 * step), rel=1e-6)
    assert float(found["d_X_d_X"][0, 0]) == pytest.approx(1.0)


def test_a_constant_that_is_given_does_not_move_with_what_the_model_derives_it_from(load, no_doses):
    model = load("model m\n a = 2; b = 3 * a; x = 1; x' = -b * x\nend")
    derived = model.solve(no_doses, [1.0], outputs=["x"], sensitivities=["a"])
    given_ = model.solve(no_doses, [1.0], {"b": 6.0}, ["x"], sensitivities=["a"])
    assert float(derived["d_x_d_a"][0, 0]) == pytest.approx(-3 * np.exp(-6), rel=1e-6)
    assert float(given_["d_x_d_a"][0, 0]) == 0.0


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.5, 3), min_size=3, max_size=3), st.integers(1, 5))
def test_chunks_change_no_bit_and_sensitivities_superpose(oral2, factors, chunk):
    cl = np.linspace(3, 9, 6)
    table = pd.DataFrame({"TIME": [0.0, 5, 11], "AMT": 100 * np.array(factors), "CMT": "depot"})
    call = {"outputs": ["C"], "sensitivities": ["CL", "Q"]}
    whole = oral2.solve(table, TIMES, {"CL": cl}, **call)
    xr.testing.assert_identical(oral2.solve(table, TIMES, {"CL": cl}, chunk=chunk, **call), whole)
    alone = [oral2.solve(table.iloc[[i]], TIMES, {"CL": cl}, **call) for i in range(3)]
    for name in ("d_C_d_CL", "d_C_d_Q"):
        close(whole[name], sum(each[name].to_numpy() for each in alone), rel=1e-6)


def test_workers_and_a_store_give_the_same(oral, tmp_path):
    from ketum.engine.runs.work import processes

    call = {"parameters": {"CL": np.linspace(3, 9, 12)}, "outputs": ["C"], "sensitivities": ["CL", "ka"]}
    plain = oral.solve(doses(), TIMES, **call)
    with processes(2) as pool:
        stored = oral.solve(doses(), TIMES, executor=pool, chunk=4, store=tmp_path / "s.zarr", **call)
    xr.testing.assert_identical(stored.load(), plain)


def test_the_outputs_themselves_stay_what_they_are(oral2):
    plain = oral2.solve(doses(II=8.0, ADDL=3), TIMES, outputs=["C"])
    beside = oral2.solve(doses(II=8.0, ADDL=3), TIMES, outputs=["C"], sensitivities=["CL", "V1", "Q", "V2", "ka"])
    close(beside["C"], plain["C"], rel=1e-8)
    assert beside["d_C_d_CL"].dims == ("subject", "time")


SWITCH = "model s\n a = 2; x = 1; x' = piecewise(-a * x, x > 0.5, 0)\nend"


def test_what_is_not_covered_is_refused_by_name(oral, load, no_doses):
    with pytest.raises(ModelError, match=r"Km: the model has no such parameter(.|\n)*CL, V"):
        oral.solve(doses(), TIMES, sensitivities=["Km"])
    with pytest.raises(ModelError, match="CL: is named more than once"):
        oral.solve(doses(), TIMES, sensitivities=["CL", "CL"])
    late = {"dosing": {"depot": Dosing(lag="L1")}, "sensitivities": ["L1"]}
    beside = pd.DataFrame({"TIME": [0.0, 0.0], "AMT": 100.0, "CMT": ["depot", "central"]})
    infused = pd.DataFrame({"TIME": [0.0, 5.0], "AMT": 100.0, "CMT": "depot", "RATE": [0.0, 20.0]})
    for table in (beside, infused):
        with pytest.raises(ModelError, match="L1: the sensitivity to the lag of a bolus is not covered beside"):
            oral.solve(table, TIMES, {"L1": 1.0}, **late)
    driven = load("model d\n substanceOnly species x in c; compartment c; x = 0; x' = sin(time) - x\nend")
    reset = pd.DataFrame({"TIME": [0.0, 5.0], "AMT": [1.0, 0.0], "EVID": [1, 3], "CMT": ["x", None]})
    with pytest.raises(ModelError, match="where rates hold time and a reset comes"):
        driven.solve(reset, TIMES, {"L1": 1.0}, dosing={"x": Dosing(lag="L1")}, sensitivities=["L1"])
    steady = doses(SS=1, II=8.0)
    with pytest.raises(ModelError, match="L1: the sensitivity of a steady state to the lag"):
        oral.solve(steady, TIMES, {"L1": 1.0}, **late)
    with pytest.raises(ModelError, match="F1: the sensitivity of a steady state to a parameter of its infusions"):
        oral.solve(steady.assign(RATE=20.0), TIMES, {"F1": 1.0}, dosing={"depot": Dosing("F1")}, sensitivities=["F1"])
    with pytest.raises(ModelError, match="F1: a column of the dose table"):
        oral.solve(doses(F1=[0.5]), TIMES, dosing={"depot": Dosing("F1")}, sensitivities=["F1"])
    with pytest.raises(ModelError, match="conditions have no sensitivities"):
        load(SWITCH).solve(no_doses, TIMES, sensitivities=["a"])
    hidden = load(
        "model h\n compartment c; substanceOnly species x in c; x = 0; a = 2; k = factorial(a); x' = -k*x\nend"
    )
    once = pd.DataFrame({"TIME": [0.0], "AMT": [1.0], "CMT": ["x"]})
    for dosing in ({}, {"x": Dosing(lag="a")}):  # what has no derivative is never taken for zero
        with pytest.raises(ModelError, match="its rates have no sensitivities here"):
            hidden.solve(once, TIMES, dosing=dosing, sensitivities=["a"])
    whole = load("model w\n a = 2; x = 1; x' = -a * x; whole := factorial(x)\nend")
    with pytest.raises(ModelError, match="whole: this output has no derivative"):
        whole.solve(no_doses, TIMES, outputs=["whole"], sensitivities=["a"])
