"""Rates with conditions: each is located, stopped on, and decided by the side that lies ahead; against closed forms."""

import numpy as np
import pandas as pd
import pytest

from ketum.errors import SolveWarning

TIMES = np.array([0.0, 0.4, 0.5, 1.0, 1.5, 2.0, 3.0])
LN2 = np.log(2.0)


def solved(model, name="x", times=TIMES, parameters=None, doses=None, **more):
    doses = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}) if doses is None else doses
    return model.solve(doses, times, parameters, [name], **more)[name].to_numpy()


def check(model, expected, tolerance=1e-8, **more):
    np.testing.assert_allclose(solved(model, **more), np.atleast_2d(expected), rtol=0, atol=tolerance)


def test_a_switch_inside_a_step(load):
    """x falls as exp(-t) to 1, met at ln 2, and at rate 1 from there on."""
    expected = np.where(TIMES < LN2, 2 * np.exp(-TIMES), 1 - (TIMES - LN2))
    check(load("model m; x = 2; x' = piecewise(-x, x > 1, -1); end"), expected)


def test_a_jump_in_the_rate_many_times_over(load):
    """A thermostat without width would slide; with two thresholds x runs up and down between them for ever."""
    model = load("model m; x = 0; h = 1; x' = 2 * abs(sin(3 * time)) * h; end")
    n = np.floor(3 * TIMES / np.pi)
    check(model, 2 / 3 * (2 * n + 1 - np.cos(3 * TIMES - np.pi * n)))


def test_a_switch_at_a_dose_time(load):
    """Zero-order loss while x > 2: the dose at 1 lifts x from 1 to 4, and it falls at rate 1 to 2, met at 3."""
    model = load(
        """model m; compartment c = 1; substanceOnly species x in c; x = 1; out: x -> ; piecewise(1, x > 2, 0); end"""
    )
    doses = pd.DataFrame({"TIME": [1.0], "AMT": [3.0], "CMT": ["x"]})
    times = np.array([0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 4.0])
    expected = np.select([times < 1, times < 3], [1.0, 4 - (times - 1)], 2.0)
    check(model, expected, times=times, doses=doses)


def test_a_dose_onto_the_surface(load):
    """The dose at 1 lifts x to the threshold itself; loss goes on only above it."""
    text = "model m; compartment c = 1; substanceOnly species x in c; x = 1; out: x -> ; piecewise(x, x {} 2, 0); end"
    doses = pd.DataFrame({"TIME": [1.0], "AMT": [1.0], "CMT": ["x"]})
    check(load(text.format(">")), np.where(TIMES < 1, 1.0, 2.0), doses=doses)


def test_an_infusion_across_a_threshold(load):
    """An infusion of 1 an hour lifts x from 0 to 1 at time 1; from there half of it is lost."""
    model = load(
        "model m; compartment c = 1; substanceOnly species x in c; x = 0; out: x -> ; piecewise(0.5, x >= 1, 0); end"
    )
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [2.0], "RATE": [1.0], "CMT": ["x"]})
    expected = np.select(
        [TIMES <= 1, TIMES <= 2], [TIMES, 1 + 0.5 * (TIMES - 1)], np.maximum(1, 1.5 - 0.5 * (TIMES - 2))
    )
    check(model, expected, doses=doses)


def test_a_reset_sets_the_switches_as_well(load):
    model = load(
        "model m; compartment c = 1; substanceOnly species x in c; x = 2; out: x -> ; piecewise(1, x > 1, 0); end"
    )
    doses = pd.DataFrame({"TIME": [2.0], "EVID": [3]})
    check(model, np.where(TIMES < 2, np.maximum(2 - TIMES, 1), np.maximum(4 - TIMES, 1)), doses=doses)


@pytest.mark.parametrize("relation", ["<", "<="])
def test_a_switch_at_an_output_time(load, relation):
    model = load(f"model m; x = 0; x' = piecewise(1, time {relation} 1, -1); end")
    check(model, np.where(TIMES < 1, TIMES, 2 - TIMES), tolerance=1e-12)


def test_a_state_that_meets_its_threshold_at_an_output_time(load):
    check(load("model m; x = 0; x' = piecewise(1, x < 1, 2); end"), np.where(TIMES < 1, TIMES, 2 * TIMES - 1))


def test_a_chain_of_switches(load):
    """y passes 1/2 at ln 2; that lifts a sum over its own threshold, and only so the rate of x changes."""
    model = load(
        """model m; x = 0; y = 1; y' = -y; a := piecewise(2, y < 0.5, 0); b := piecewise(3, x + a > 1.9, 1); x' = b;
           end"""
    )
    check(model, np.where(TIMES < LN2, TIMES, LN2 + 3 * (TIMES - LN2)))


def test_two_switches_at_the_same_instant(load):
    model = load("model m; x = 0; y = 0; y' = 1; x' = piecewise(1, y >= 1, 0) + piecewise(2, time > 1, 0) * 1; end")
    check(model, 3 * np.maximum(TIMES - 1, 0))


def test_a_condition_on_time_alone_narrower_than_any_step(load):
    model = load("model m; x = 0; x' = piecewise(1000, time >= 1 && time < 1.001, 0); end")
    check(model, [0, 0, 0, 0, 1, 1, 1], tolerance=1e-9)


def test_a_switching_time_of_each_person(load):
    model = load("model m; x = 0; start = 1; x' = piecewise(2, time > start, 0); end")
    start = np.array([0.25, 1.0, 2.5, 7.0])
    check(model, 2 * np.maximum(TIMES - start[:, None], 0), parameters={"start": start})


@pytest.mark.parametrize(
    "rate",
    ["piecewise(1, time > 0, 5)", "piecewise(1, time^2 > 0, 5)", "piecewise(1, y < 1, 5)", "piecewise(5, y >= 1, 1)"],
)
def test_a_switch_exactly_at_the_start(load, rate):
    """At time zero each condition is on its edge; just ahead it is decided."""
    check(load(f"model m; x = 0; y = 1; y' = -y; x' = {rate}; end"), TIMES)


@pytest.mark.parametrize("relation", [">", ">="])
def test_zero_order_loss_stops_at_zero(load, relation):
    """With >= the rate at zero leads below zero, and there back: the state stays."""
    check(load(f"model m; x = 1; x' = -piecewise(1, x {relation} 0, 0); end"), np.maximum(1 - TIMES, 0), 1e-9)


def test_a_surface_that_attracts_from_both_sides_names_the_person_and_the_cure(load, no_doses):
    model = load("model m; low = 0.25; x = 1; x' = piecewise(-1, x > low, 1); end")
    with pytest.warns(SolveWarning, match=r"person 1\b[\s\S]*x = low[\s\S]*cure") as warned:
        found = model.solve(no_doses, TIMES, {"low": [-9.0, 0.25]})
    assert len(warned) == 1
    assert found.attrs["failed"] == [1]
    np.testing.assert_allclose(found["x"].to_numpy()[0], 1 - TIMES, atol=1e-9)
    assert np.isnan(found["x"].to_numpy()[1]).all()


FUNCTIONS = {
    "floor(time)": lambda t: np.floor(t) * (t - np.floor(t)) + np.floor(t) * (np.floor(t) - 1) / 2,
    "ceil(time)": lambda t: np.ceil(t) * (t - np.floor(t)) + np.floor(t) * (np.floor(t) + 1) / 2,
    "rem(time, 1)": lambda t: np.floor(t) / 2 + (t - np.floor(t)) ** 2 / 2,
    "max(0.25, min(time, 2))": lambda t: np.select(
        [t < 0.25, t < 2], [0.25 * t, 0.0625 + (t**2 - 0.0625) / 2], 0.0625 + (4 - 0.0625) / 2 + 2 * (t - 2)
    ),
    "abs(time - 1)": lambda t: np.where(t < 1, t - t**2 / 2, 0.5 + (t - 1) ** 2 / 2),
    "quotient(time - 3, 2) + 1": lambda t: np.maximum(t - 1, 0),
    "piecewise(1, time > 1 && !(time > 2), 0)": lambda t: np.clip(t - 1, 0, 1),
    "piecewise(1, time < 1 || time > 2, 0)": lambda t: np.minimum(t, 1) + np.maximum(t - 2, 0),
    "(time > 1) * 2": lambda t: 2 * np.maximum(t - 1, 0),
    "piecewise(5, time == 1, 2)": lambda t: 2 * t,
}


@pytest.mark.parametrize("rate", FUNCTIONS)
def test_functions_with_jumps_in_rates(load, rate):
    check(load(f"model m; x = 0; x' = {rate}; end"), FUNCTIONS[rate](TIMES), 1e-10)


def test_floor_of_a_state_that_falls(load):
    """x' = -floor(x) - 1 from 2.5: at rate 3 to 2, at rate 2 to 1, at rate 1 to 0, then floor is -1 and x stays."""
    times = np.array([0.0, 0.1, 0.5 / 3, 0.5, 1.0, 1.5, 2.0])
    first, second, third = 0.5 / 3, 0.5 / 3 + 0.5, 0.5 / 3 + 1.5
    expected = np.select(
        [times < first, times < second, times < third],
        [2.5 - 3 * times, 2 - 2 * (times - first), 1 - (times - second)],
        0.0,
    )
    check(load("model m; x = 2.5; x' = -floor(x) - 1; end"), expected, times=times)


def test_a_condition_on_constants_alone_is_no_switch(load):
    """It is decided once for each person, in the ordinary batches."""
    model = load("model m; x = 1; k = 1; x' = -piecewise(1, k > 1.5, 2) * max(k, 1) * x; end")
    k = np.array([0.5, 1.0, 2.0])
    check(model, np.exp(-np.outer([2.0, 2.0, 2.0], TIMES)), parameters={"k": k})


def test_the_branch_not_taken_may_be_undefined(load):
    """log of a negative number stands in the other branch."""
    check(load("model m; x = -1; y = 0; y' = 1; x' = piecewise(log(x), y > 9, 1); end"), TIMES - 1)


def test_a_steady_state_with_a_switch(load):
    """10 each 2 h, 1 lost in each hour while anything is there, and half of what is there: solved, not waited for."""
    model = load(
        """model m; compartment c = 1; substanceOnly species x in c; x = 0; k = 0.5;
           out: x -> ; k * x + piecewise(1, x > 0, 0); end"""
    )
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [10.0], "CMT": ["x"], "II": [2.0], "SS": [1]})
    # x' = -x/2 - 1: x + 2 falls by e in 2 h; the fixed point has (P + 2)/e - 2 + 10 = P
    peak = (8 + 2 / np.e) / (1 - 1 / np.e)
    times = np.array([0.0, 0.5, 1.0, 2.0])
    check(model, (peak + 2) * np.exp(-times / 2) - 2, 1e-6, times=times, doses=doses)


@pytest.mark.parametrize("chunk", [1, 2, 256])
def test_chunks_do_not_change_a_bit_with_switches_either(load, no_doses, chunk):
    model = load("model m; k = 1; x = 2; x' = piecewise(-k * x, x > 1, -k); end")
    k = np.linspace(0.5, 2.0, 5)
    whole = model.solve(no_doses, TIMES, {"k": k})["x"].to_numpy()
    assert np.array_equal(model.solve(no_doses, TIMES, {"k": k}, chunk=chunk)["x"], whole)


def test_outputs_take_conditions_literally(load):
    model = load("model m; x = 0; x' = 1; flag := piecewise(1, x >= 1, 0); low := floor(x) + factorial(3); end")
    np.testing.assert_array_equal(solved(model, "flag"), [[0, 0, 0, 1, 1, 1, 1]])
    np.testing.assert_array_equal(solved(model, "low")[0, [0, 1, 4]], [6, 6, 7])


STEPS_OF_STEPS = {
    "piecewise(7, floor(time) == 1, 0)": lambda t: 7 * np.clip(t - 1, 0, 1),
    "piecewise(7, floor(floor(time) / 2) >= 1, 0)": lambda t: 7 * np.maximum(t - 2, 0),
    "factorial(floor(time) + 1)": lambda t: np.minimum(t, 1) + 2 * np.clip(t - 1, 0, 1) + 6 * np.maximum(t - 2, 0),
    "factorial(stairs)": lambda t: np.minimum(t, 1) + 2 * np.clip(t - 1, 0, 1) + 6 * np.maximum(t - 2, 0),
    "rem(floor(time), 2)": lambda t: np.clip(t - 1, 0, 1),
    "max(floor(time), ceil(time) - 1) * (floor(time) >= 1)": lambda t: np.clip(t - 1, 0, 1) + 2 * np.maximum(t - 2, 0),
}


@pytest.mark.parametrize("rate", STEPS_OF_STEPS)
def test_what_changes_only_where_something_else_jumps(load, rate):
    model = load(f"model m; x = 0; stairs := floor(time) + 1; x' = {rate}; end")
    check(model, STEPS_OF_STEPS[rate](TIMES), 1e-10)


def test_the_factorial_of_a_rounded_state(load):
    """x' = -ceil(x)! from 2.5: at rate 6 to 2, at rate 2 to 1, at rate 1 to 0, and at rate 0! = 1 from there."""
    times = np.array([0.0, 0.05, 1 / 12, 0.3, 7 / 12, 1.0, 19 / 12, 2.0])
    first, second = 1 / 12, 7 / 12
    expected = np.select(
        [times < first, times < second], [2.5 - 6 * times, 2 - 2 * (times - first)], 1 - (times - second)
    )
    check(load("model m; x = 2.5; x' = -factorial(max(ceil(x), 0)); end"), expected, times=times)


def test_a_rate_that_steps_is_not_taken_for_its_state(load):
    """x falls from 2 at rate ceil(x): at 2 to 1, met at 0.5, then at 1. y, of the same ceil(x), gains what x loses."""
    model = load("model m; x = 2; x' = -ceil(x); y = 0; y' = ceil(x); end")
    times = np.array([0.0, 0.25, 0.5, 1.0, 1.25])
    expected = np.where(times < 0.5, 2 - 2 * times, 1 - (times - 0.5))
    check(model, expected, times=times)
    check(model, 2 - expected, times=times, name="y")


def test_a_state_that_reaches_zero_under_a_broken_power(load):
    """x' = -x^0.7 from 1 is (1 - 0.3 t)^(1 / 0.3), and 0 from 10/3 on: told without a condition, solved with one."""
    nothing, times = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}), np.array([0.0, 1.0, 3.0, 3.3, 3.4, 5.0])
    with pytest.warns(SolveWarning, match=r"piecewise\(-x\^0\.7, x > 0, 0\)"):
        assert load("model m; x = 1; x' = -x^0.7; end").solve(nothing, times).attrs["failed"] == [0]
    found = load("model m; x = 1; x' = piecewise(-x^0.7, x > 0, 0); end").solve(nothing, times)["x"].to_numpy()[0]
    np.testing.assert_allclose(found, np.maximum(1 - 0.3 * times, 0) ** (1 / 0.3), rtol=0, atol=1e-8)


def test_without_a_steady_state_there_is_none_beside_a_switch_either(load):
    """What is given is never eliminated: nothing repeats itself, and no number may be given for it."""
    model = load("""model m; compartment c = 1; substanceOnly species A in c, B in c; A = 0; B = 0; k = 0.1;
                    loss: A -> ; piecewise(0, time < 1e6, k) * A; drain: B -> ; k * B * piecewise(1, B > 0, 0); end""")
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [10.0], "CMT": ["A"], "II": [8.0], "SS": [1]})
    with pytest.warns(SolveWarning, match="no steady state"):
        found = model.solve(doses, [0.0, 1.0], outputs=["A", "B"])
    assert found.attrs["failed"] == [0]
    assert np.isnan(found["A"]).all()
