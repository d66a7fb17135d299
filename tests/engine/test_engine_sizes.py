"""Small states beside large ones, and powers of what is zero."""

import numpy as np
import pandas as pd
import pytest

TIMES = np.array([0.0, 0.3, 1.0, 2.0, 5.0])


def test_states_of_a_millionth_and_of_a_billion_side_by_side(load, no_doses):
    model = load("model m; big = 1e9; small = 1e-6; big' = -big; small' = -2 * small; end")
    found = model.solve(no_doses, TIMES, atol=1e-18)
    np.testing.assert_allclose(found["big"].to_numpy()[0], 1e9 * np.exp(-TIMES), rtol=0, atol=1e9 * 1e-7)
    np.testing.assert_allclose(found["small"].to_numpy()[0], 1e-6 * np.exp(-2 * TIMES), rtol=0, atol=1e-6 * 1e-7)


def test_a_small_state_that_a_large_one_feeds(load):
    """A state of 1 beside one of a million: nothing of its own says how large it gets."""
    model = load(
        """model m; compartment c = 1; substanceOnly species big in c, small in c; big = 0; small = 0;
           make: => small; 1e-6 * big; lose: small -> ; small; out: big -> ; 0.1 * big; end"""
    )
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [1e6], "CMT": ["big"]})
    found = model.solve(doses, TIMES, observe="before")
    exact = (np.exp(-0.1 * TIMES) - np.exp(-TIMES)) / 0.9
    np.testing.assert_allclose(found["small"].to_numpy()[0], exact, rtol=0, atol=3e-8)


def test_an_absolute_tolerance_is_in_the_states_own_units(load, no_doses):
    """Where an error of 1e-3 is allowed, fewer steps are taken than with the default; it is kept all the same."""
    model = load("model m; x = 1e-2; y = 1; x' = -y * x; y' = -x * y; end")
    fine = model.solve(no_doses, TIMES, atol=1e-14)
    coarse = model.solve(no_doses, TIMES, atol=1e-3)
    assert coarse.attrs["atol"] == 1e-3
    np.testing.assert_allclose(coarse["x"], fine["x"], rtol=0, atol=1e-3)


def test_scales_of_a_person_do_not_depend_on_the_others(load):
    model = load(
        """model m; compartment c = 1; substanceOnly species a in c, b in c; a = 0; b = 0; k = 1;
           r: a -> b; k * a; s: b -> ; b * b / (1 + b); end"""
    )
    amounts = 10.0 ** np.arange(-3, 6)
    doses = pd.DataFrame({"ID": range(9), "TIME": 0.0, "AMT": amounts, "CMT": "a"})
    whole = model.solve(doses, TIMES, {"k": np.linspace(1, 2, 9)})["b"].to_numpy()
    for person in (0, 4, 8):
        alone = pd.DataFrame({"TIME": [0.0], "AMT": [amounts[person]], "CMT": ["a"]})
        k = np.linspace(1, 2, 9)[[person]]
        assert np.array_equal(model.solve(alone, TIMES, {"k": k})["b"].to_numpy()[0], whole[person])


@pytest.mark.parametrize("power", [2, 3, 4, 5, 8])
def test_a_whole_power_that_is_a_parameter_at_zero(load, no_doses, power):
    """x' = t^n from zero; the exponent is a parameter, whole for some people and broken for others."""
    model = load(f"model m; n = {power}; x = 0; t = 0; t' = 1; x' = t^n; end")
    found = model.solve(no_doses, TIMES, {"n": [power, power + 0.5]})["x"].to_numpy()
    for row, n in zip(found, [power, power + 0.5], strict=True):
        exact = TIMES ** (n + 1) / (n + 1)
        np.testing.assert_allclose(row, exact, rtol=1e-7, atol=1e-8 * exact.max())


def test_a_whole_power_that_is_a_parameter_of_what_is_negative(load, no_doses):
    model = load("model m; n = 2; x = 1; x' = (x - 3)^n; end")
    found = model.solve(no_doses, TIMES)["x"].to_numpy()[0]
    np.testing.assert_allclose(found, 3 - 1 / (0.5 + TIMES), rtol=1e-7)


@pytest.mark.parametrize("power", [0.5, 0.7, 1.5, 2.3])
def test_a_broken_power_at_zero(load, no_doses, power):
    model = load(f"model m; x = 0; t = 0; t' = 1; x' = t^{power}; end")
    found = model.solve(no_doses, TIMES)["x"].to_numpy()[0]
    np.testing.assert_allclose(found, TIMES ** (power + 1) / (power + 1), rtol=1e-7, atol=1e-8)


def test_an_effect_with_a_hill_exponent_starts_at_zero(load):
    """E' = C^g / (1 + C^g) - E at C = 0 before the dose, and C constant after it."""
    model = load(
        """model m; compartment c = 1; substanceOnly species C in c; C = 0; E = 0; g = 1.4; none = 0;
           out: C -> ; none * C; E' = C^g / (1 + C^g) - E; end"""
    )
    doses = pd.DataFrame({"TIME": [1.0], "AMT": [3.0], "CMT": ["C"]})
    top = 3**1.4 / (1 + 3**1.4)
    found = model.solve(doses, TIMES)["E"].to_numpy()[0]
    np.testing.assert_allclose(found, np.where(TIMES < 1, 0, top * (1 - np.exp(1 - TIMES))), rtol=0, atol=1e-8)


def test_a_root_of_what_falls_below_zero_is_reported(load, no_doses):
    """x' = -x^0.7 reaches zero at 10/3 and has no rate beyond."""
    from ketum.errors import SolveWarning

    model = load("model m; k = 1; x = 1; x' = -k * x^0.7; end")
    with pytest.warns(SolveWarning, match=r"person 0\b"):
        found = model.solve(no_doses, [0.0, 1.0, 5.0])["x"].to_numpy()[0]
    assert np.isnan(found[-1])


def test_powers_that_leave_gaps_in_the_series(load, no_doses):
    """x' = t^n / (1 + t^(n+1)): two terms of the series in a row are zero at the start, whatever the order."""
    for power in (3, 5, 6, 7, 11, 12, 13):
        model = load(f"model m; x = 0; x' = time^{power} / (1 + time^{power + 1}); end")
        found = model.solve(no_doses, TIMES)["x"].to_numpy()[0]
        np.testing.assert_allclose(found, np.log1p(TIMES ** (power + 1)) / (power + 1), rtol=1e-7, atol=1e-9)
