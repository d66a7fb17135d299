"""Compartment models against their closed forms and against other integrators."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

TIMES = np.linspace(0.0, 48.0, 97)
TOLERANCE = 1e-7


def close(found, expected, tolerance=TOLERANCE):
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


def depot(t, amount, ka):
    return np.where(t >= 0, amount * np.exp(-ka * np.maximum(t, 0)), 0.0)


def bateman(t, amount, ka, CL, V):
    """Amount in the central compartment after one oral dose at time zero."""
    k, t = CL / V, np.maximum(t, 0.0)
    return amount * ka / (ka - k) * (np.exp(-k * t) - np.exp(-ka * t))


def biexponential(t, amount, ka, CL, V1, Q, V2):
    """Amount in the central compartment: the textbook sum of three exponentials."""
    k10, k12, k21 = CL / V1, Q / V1, Q / V2
    total = k10 + k12 + k21
    root = np.sqrt(total**2 - 4 * k10 * k21)
    alpha, beta = (total + root) / 2, (total - root) / 2
    t = np.maximum(t, 0.0)
    return (
        ka
        * amount
        * (
            (k21 - alpha) / ((ka - alpha) * (beta - alpha)) * np.exp(-alpha * t)
            + (k21 - beta) / ((ka - beta) * (alpha - beta)) * np.exp(-beta * t)
            + (k21 - ka) / ((alpha - ka) * (beta - ka)) * np.exp(-ka * t)
        )
    )


@pytest.mark.parametrize(
    ("ka", "CL", "V"),
    [(1.3, 4.0, 20.0), (0.05, 9.0, 3.0), (40.0, 0.01, 1e3), (1e-3, 1e-4, 0.5)],
    ids=["ordinary", "flip-flop", "quick in, slow out", "all slow"],
)
def test_one_compartment_oral(oral, ka, CL, V):
    solved = oral.solve(
        pd.DataFrame({"TIME": [0.0], "AMT": [1000.0], "CMT": ["depot"]}),
        TIMES,
        {"ka": ka, "CL": CL, "V": V},
        ["depot", "central", "C", "elimination"],
    )
    central = bateman(TIMES, 1000.0, ka, CL, V)
    # The engine's tolerance is relative to the largest state, which is the dose.
    np.testing.assert_allclose(solved["depot"].to_numpy()[0], depot(TIMES, 1000.0, ka), rtol=0, atol=1e-4)
    close(solved["central"].to_numpy()[0], central)
    close(solved["C"].to_numpy()[0], central / V)
    close(solved["elimination"].to_numpy()[0], CL * central / V)


def test_one_compartment_bolus(oral):
    found = oral.solve(pd.DataFrame({"TIME": [2.0], "AMT": [7.0], "CMT": ["central"]}), TIMES)["central"].to_numpy()[0]
    close(found, np.where(TIMES >= 2.0, 7.0 * np.exp(-4 / 20 * (TIMES - 2.0)), 0.0))


def test_two_compartments_against_three_exponentials(oral2):
    pars = {"ka": 0.9, "CL": 5.0, "V1": 12.0, "Q": 7.0, "V2": 60.0}
    found = oral2.solve(pd.DataFrame({"TIME": [0.0], "AMT": [500.0], "CMT": ["depot"]}), TIMES, pars)
    close(found["central"].to_numpy()[0], biexponential(TIMES, 500.0, **pars))


def test_two_compartments_against_the_matrix_exponential(oral2):
    rng = np.random.default_rng(5)
    people = 11
    pars = {
        name: typical * np.exp(0.6 * rng.standard_normal(people))
        for name, typical in {"ka": 0.9, "CL": 5.0, "V1": 12.0, "Q": 7.0, "V2": 60.0}.items()
    }
    found = oral2.solve(pd.DataFrame({"TIME": [0.0], "AMT": [500.0], "CMT": ["depot"]}), TIMES[1:], pars)
    for person in range(people):
        ka, CL, V1, Q, V2 = (pars[name][person] for name in ("ka", "CL", "V1", "Q", "V2"))
        flow = np.array([[-ka, 0, 0], [ka, -(CL + Q) / V1, Q / V2], [0, Q / V1, -Q / V2]])
        exact = np.array([expm(flow * t) @ [500.0, 0, 0] for t in TIMES[1:]])
        for i, name in enumerate(("depot", "central", "peripheral")):
            close(found[name].to_numpy()[person], exact[:, i])


def test_saturable_elimination_against_another_integrator(load):
    model = load(
        """model saturable
          compartment body = 1;  substanceOnly species depot in body, central in body;  depot = 0;  central = 0;
          ka = 1.1;  Vmax = 9;  Km = 2;  V = 10;
          absorption: depot -> central;  ka * depot;
          elimination: central -> ;  Vmax * (central / V) / (Km + central / V);
        end"""
    )
    found = model.solve(pd.DataFrame({"TIME": [0.0], "AMT": [300.0], "CMT": ["depot"]}), TIMES)["central"][0]

    def rates(_, y):
        return [-1.1 * y[0], 1.1 * y[0] - 9 * (y[1] / 10) / (2 + y[1] / 10)]

    other = solve_ivp(rates, (0, 48), [300.0, 0.0], "LSODA", TIMES, rtol=1e-11, atol=1e-11)
    close(found.to_numpy(), other.y[1])


def test_an_oscillator_far_from_linear_against_another_integrator(load):
    """Lotka and Volterra: the error control has to hold over steep stretches and shallow ones."""
    model = load(
        "model prey; a = 1.1; b = 0.4; c = 0.1; d = 0.4; x = 10; y = 10; x' = a*x - b*x*y; y' = c*x*y - d*y; end"
    )
    times = np.linspace(0.0, 60.0, 61)
    found = model.solve(pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}), times)

    def rates(_, s):
        return [1.1 * s[0] - 0.4 * s[0] * s[1], 0.1 * s[0] * s[1] - 0.4 * s[1]]

    other = solve_ivp(rates, (0, 60), [10.0, 10.0], "DOP853", times, rtol=1e-12, atol=1e-12)
    close(found["x"].to_numpy()[0], other.y[0], 1e-6)
    close(found["y"].to_numpy()[0], other.y[1], 1e-6)


def test_a_looser_tolerance_is_recorded_and_still_kept(oral):
    dose = pd.DataFrame({"TIME": [0.0], "AMT": [1000.0], "CMT": ["depot"]})
    solved = oral.solve(dose, TIMES, rtol=1e-5)
    assert solved.attrs["rtol"] == 1e-5
    close(solved["central"].to_numpy()[0], bateman(TIMES, 1000.0, 1.3, 4.0, 20.0), 1e-4)


def test_the_result_is_labelled(oral):
    solved = oral.solve(
        pd.DataFrame({"TIME": [0.0], "AMT": [1.0], "CMT": ["depot"]}), [0, 1, 5], {"ka": [1.0, 2.0]}, ["C"]
    )
    assert list(solved.data_vars) == ["C"]
    assert solved["C"].dims == ("subject", "time")
    assert solved["C"].shape == (2, 3)
    assert solved["time"].to_numpy().tolist() == [0.0, 1.0, 5.0]
    assert len(solved.attrs["model_sha256"]) == 64


def test_units_come_with_the_result(load):
    model = load(
        """model m
          unit substance = 1e-9 mole;  unit nmol = 1e-9 mole;  unit nM = 1e-9 mole / litre;
          compartment body = 1;  substanceOnly species A in body;  A = 1;  k = 1;  C := A / 2;  C has nM;
          out: A -> ;  k * A;
        end"""
    )
    solved = model.solve(pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}), [0, 1], outputs=["C"])
    assert solved["C"].attrs["units"] == "nM"
