"""What a model may say: each piece of the language against a solution by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

TIMES = np.array([0.0, 0.3, 1.0, 2.0, 5.0])


def solved(model, outputs, times=TIMES, parameters=None, doses=None):
    doses = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}) if doses is None else doses
    result = model.solve(doses, times, parameters, outputs)
    return [result[name].to_numpy() for name in outputs]


def check(model, name, expected, **more):
    (found,) = solved(model, [name], **more)
    np.testing.assert_allclose(found, np.atleast_2d(expected), rtol=1e-7, atol=1e-9)


def test_initial_assignment_of_a_state(load):
    check(load("model m; k = 2; x = 3 * k + 1; x' = -k * x; end"), "x", 7 * np.exp(-2 * TIMES))


def test_initial_assignment_follows_each_persons_parameters(load):
    model = load("model m; k = 2; x = 3 * k + 1; x' = -k * x; end")
    k = np.array([0.5, 1.0, 2.0])
    check(model, "x", (3 * k + 1)[:, None] * np.exp(-np.outer(k, TIMES)), parameters={"k": k})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("exp(k)", np.exp),
        ("ln(k)", np.log),
        ("sqrt(k)", np.sqrt),
        ("sin(k) + cos(k)", lambda k: np.sin(k) + np.cos(k)),
        ("k^1.5", lambda k: k**1.5),
    ],
)
def test_functions_in_an_initial_assignment(load, text, value):
    k = np.array([0.5, 1.25, 2.0])
    expected = value(k)[:, None] * np.exp(-np.outer(k, TIMES))
    check(load(f"model m; k = 2; x = {text}; x' = -k * x; end"), "x", expected, parameters={"k": k})


def test_a_parameter_worked_out_from_others(load):
    check(load("model m; CL = 6; V = 3; k = CL / V; x = 5; x' = -k * x; end"), "x", 5 * np.exp(-2 * TIMES))


def test_a_parameter_worked_out_from_others_follows_each_person(load):
    """A rate constant that the model works out of CL and V is not to keep the value of the model's own CL."""
    model = load("model m; CL = 6; V = 3; k = CL / V; x = 5; x' = -k * x; end")
    CL = np.array([1.5, 6.0, 9.0])
    check(model, "x", 5 * np.exp(-np.outer(CL / 3, TIMES)), parameters={"CL": CL})


def test_a_given_value_replaces_what_the_model_works_out(load):
    model = load("model m; CL = 6; V = 3; k = CL / V; x = 5; x' = -k * x; end")
    check(model, "x", 5 * np.exp(-0.25 * TIMES), parameters={"k": 0.25})


def test_initial_assignments_in_any_order(load):
    check(load("model m; a = 2 * b; b = 3 * c; c = 0.5; x = 1; x' = a - x + b - b; end"), "x", 3 - 2 * np.exp(-TIMES))


def test_initial_value_from_another_state(load):
    check(load("model m; y = 2; y' = -y; x = 3 * y; x' = -x; end"), "x", 6 * np.exp(-TIMES))


def test_initial_value_from_a_rule(load):
    check(load("model m; c = 2; r := 2 * c; x = 3 * r; x' = -c * x; end"), "x", 12 * np.exp(-2 * TIMES))


def test_rules_in_any_order(load):
    model = load("model m; third := second + 1; second := 2 * first; first := x + k; k = 1; x = 1; x' = -third; end")
    # x' = -(2 (x + 1) + 1), so x + 1.5 falls at rate 2
    x = 2.5 * np.exp(-2 * TIMES) - 1.5
    check(model, "x", x)
    check(model, "third", 2 * (x + 1) + 1)


def test_a_rule_of_time(load):
    check(load("model m; k = 1; x = 0; x' = drive; drive := k * cos(2 * time); end"), "x", np.sin(2 * TIMES) / 2)


def test_function_definitions(load):
    model = load(
        """function half(a, b)
             a * b / 2
           end
           function twice_half(q)
             half(q, 2) * 2
           end
           model m; k = 0.7; x = 4; x' = -k * twice_half(x) / 2; end"""
    )
    check(model, "x", 4 * np.exp(-0.7 * TIMES))


LOCAL = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="local">
 <listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/></listOfCompartments>
 <listOfSpecies>
  <species id="A" compartment="c" initialAmount="8" hasOnlySubstanceUnits="true"
   boundaryCondition="false" constant="false"/>
  <species id="B" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true"
   boundaryCondition="false" constant="false"/>
 </listOfSpecies>
 <listOfParameters><parameter id="k" value="100" constant="true"/></listOfParameters>
 <listOfReactions>
  <reaction id="r1" reversible="false" fast="false">
   <listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>
   <listOfProducts><speciesReference species="B" stoichiometry="2" constant="true"/></listOfProducts>
   <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>A</ci></apply></math>
    <listOfLocalParameters><localParameter id="k" value="0.5"/></listOfLocalParameters></kineticLaw>
  </reaction>
  <reaction id="r2" reversible="false" fast="false">
   <listOfReactants><speciesReference species="B" stoichiometry="1" constant="true"/></listOfReactants>
   <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>B</ci></apply></math>
    <listOfLocalParameters><localParameter id="k" value="0.25"/></listOfLocalParameters></kineticLaw>
  </reaction>
 </listOfReactions></model></sbml>"""


def test_local_parameters_hide_a_global_one_of_the_same_name(load):
    model = load(LOCAL)
    check(model, "A", 8 * np.exp(-0.5 * TIMES))
    # two B from each A: B' = 2 * 0.5 A - 0.25 B
    check(model, "B", 8 / (0.25 - 0.5) * (np.exp(-0.5 * TIMES) - np.exp(-0.25 * TIMES)))


CONCENTRATION = "model m; compartment V = 2.5; species S in V; S = 10; k = 0.4; out: S -> ; k * S * V; end"


def test_a_species_in_concentration(load):
    """A species means its concentration in formulas and in results; reactions move amounts."""
    check(load(CONCENTRATION), "S", 10 * np.exp(-0.4 * TIMES))


def test_reactions_move_amounts_not_concentrations(load):
    model = load("model m; compartment V = 2.5; species S in V; S = 10; k = 0.4; out: S -> ; k * S; end")
    check(model, "S", 10 * np.exp(-0.4 / 2.5 * TIMES))


def test_a_dose_into_a_species_in_concentration_is_an_amount(load):
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [5.0], "CMT": ["S"]})
    check(load(CONCENTRATION), "S", 12 * np.exp(-0.4 * TIMES), doses=doses)


def test_transport_between_compartments_of_unequal_size(load):
    model = load(
        """model m; compartment V = 2, W = 8; species S in V, T in W; S = 10; T = 0; q = 1.5;
           move: S -> T; q * (S - T); end"""
    )
    found_s, found_t = solved(model, ["S", "T"])
    np.testing.assert_allclose(2 * found_s + 8 * found_t, np.full((1, 5), 20.0), rtol=1e-9)
    # S - T falls at rate q (1/V + 1/W) towards equal concentrations
    np.testing.assert_allclose(found_s - found_t, [10 * np.exp(-1.5 * (1 / 2 + 1 / 8) * TIMES)], rtol=1e-6, atol=1e-8)


def test_the_size_of_a_compartment_may_differ_between_people(load):
    model = load("model m; compartment V = 2; substanceOnly species S in V; S = 10; k = 1; out: S -> ; k * S / V; end")
    V = np.array([0.5, 2.0, 5.0])
    check(model, "S", 10 * np.exp(-np.outer(1 / V, TIMES)), parameters={"V": V})


def test_an_initial_concentration_is_kept_when_the_compartments_size_is_given(load):
    """S = 10 is a concentration: a person with a larger compartment starts with more, not with less of it."""
    model = load("model m; compartment V = 2; species S in V; S = 10; k = 1; out: S -> ; k * S; end")
    V = np.array([0.5, 2.0, 5.0])
    check(model, "S", 10 * np.exp(-np.outer(1 / V, TIMES)), parameters={"V": V})


def test_an_initial_assignment_of_a_concentration(load):
    model = load("model m; compartment V = 4; species S in V; c = 3; S = 2 * c; k = 1; out: S -> ; k * S * V; end")
    check(model, "S", 6 * np.exp(-TIMES))


def test_only_substance_units(load):
    """An amount stays an amount, whatever the compartment's size."""
    model = load("model m; compartment V = 5; substanceOnly species S in V; S = 10; k = 0.4; out: S -> ; k * S; end")
    check(model, "S", 10 * np.exp(-0.4 * TIMES))


def test_a_boundary_species_is_not_used_up(load):
    model = load(
        """model m; compartment V = 1; substanceOnly species $S in V, P in V; S = 3; P = 0; k = 2;
           make: S -> P; k * S; end"""
    )
    check(model, "P", 6 * TIMES)
    check(model, "S", np.full(5, 3.0))


def test_a_boundary_species_in_concentration(load):
    model = load(
        "model m; compartment V = 4; species $S in V, P in V; S = 3; P = 0; k = 2; make: S -> P; k * S * V; end"
    )
    check(model, "P", 6 * TIMES)


def test_a_boundary_species_may_follow_a_rate_rule(load):
    model = load(
        """model m; compartment V = 4; species $S in V, P in V; S = 3; P = 0; k = 2; S' = -S;
           make: S -> P; k * S * V; end"""
    )
    check(model, "S", 3 * np.exp(-TIMES))
    check(model, "P", 6 * (1 - np.exp(-TIMES)))


def test_a_species_that_a_rule_sets(load):
    model = load(
        """model m; compartment V = 4; species S in V, $R in V; S = 3; R := 2 * S; k = 1; out: S -> ; k * R * V; end"""
    )
    check(model, "S", 3 * np.exp(-2 * TIMES))
    check(model, "R", 6 * np.exp(-2 * TIMES))


def test_stoichiometry(load):
    model = load(
        """model m; compartment V = 1; substanceOnly species A in V, B in V; A = 6; B = 0; k = 0.5;
           r: 2 A -> 3 B; k * A; end"""
    )
    check(model, "A", 6 * np.exp(-TIMES))
    check(model, "B", 9 * (1 - np.exp(-TIMES)))


def test_a_reversible_reaction_and_a_catalyst(load):
    model = load(
        """model m; compartment V = 1; substanceOnly species A in V, B in V, $E in V; A = 6; B = 0; E = 2;
           kf = 0.5; kr = 0.25;
           r: A + E -> B + E; E * (kf * A - kr * B); end"""
    )
    check(model, "A", 6 * (1 / 3 + 2 / 3 * np.exp(-1.5 * TIMES)))


@pytest.mark.parametrize("power", [2, 3, 4, 7])
def test_whole_powers_at_zero(load, power):
    """x' = 1 - x^n from zero: Taylor series of a power do not exist there, products do."""
    from scipy.integrate import solve_ivp

    other = solve_ivp(lambda _, x: 1 - x**power, (0, 5), [0.0], "LSODA", TIMES, rtol=1e-11, atol=1e-12)
    check(load(f"model m; x = 0; x' = 1 - x^{power}; end"), "x", other.y[0])


def test_a_right_hand_side_whose_series_has_gaps(load):
    """cos(t^6) = 1 - t^12/2 + ...: the terms that a Taylor method judges its step by are all zero at first."""
    from scipy.integrate import quad

    expected = [quad(lambda t: np.cos(t**6), 0, end, limit=500, epsabs=1e-11)[0] for end in (0.0, 1.0, 1.5, 2.0)]
    check(load("model m; x = 0; x' = cos(time^6); end"), "x", expected, times=np.array([0.0, 1.0, 1.5, 2.0]))


def test_a_whole_power_written_with_a_point(load):
    check(load("model m; x = 0; x' = 1 - x^2.0; end"), "x", np.tanh(TIMES))


def test_the_zeroth_power(load):
    check(load("model m; x = 0; x' = 3 * x^0; end"), "x", 3 * TIMES)


def test_negative_and_broken_powers_away_from_zero(load):
    check(load("model m; x = 1; x' = x^-1; end"), "x", np.sqrt(1 + 2 * TIMES))
    check(load("model m; x = 4; k = 0.5; x' = -0.1 * x^k; end"), "x", (2 - 0.05 * TIMES) ** 2)


def test_a_number_to_the_power_of_a_state(load):
    check(load("model m; x = 1; x' = -(2^x); end"), "x", -np.log2(2**-1 + math.log(2) * TIMES))


def test_a_broken_power_at_zero_is_right_or_refused(load, no_doses):
    """Emax models start at zero effect: a NaN must not come out as a number."""
    from scipy.integrate import solve_ivp

    from ketum.errors import KetumError

    model = load("model m; x = 0; k = 1; x' = k - x^0.7; end")
    try:
        found = model.solve(no_doses, TIMES)["x"].to_numpy()[0]
    except KetumError:
        return
    other = solve_ivp(lambda _, x: 1 - np.maximum(x, 0) ** 0.7, (0, 5), [0.0], "Radau", TIMES, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found, other.y[0], atol=1e-6)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("-tanh(x) * 0 - exp(-time)", lambda t: np.exp(-t)),
        ("-ln(exp(1)) * x", lambda t: np.exp(-t)),
        ("-sqrt(x)", lambda t: np.maximum(1 - t / 2, 0) ** 2),
        ("pi * cos(pi * time)", lambda t: 1 + np.sin(np.pi * t)),
        ("-x * (sin(time)^2 + cos(time)^2)", lambda t: np.exp(-t)),
    ],
)
def test_functions_in_rates(load, rate, expected):
    times = np.array([0.0, 0.4, 1.0, 1.5])
    check(load(f"model m; x = 1; x' = {rate}; end"), "x", expected(times), times=times)


def test_parameters_that_no_rate_uses(load):
    """A volume that only turns an amount into a concentration, declared last."""
    model = load("model m; k = 0.5; x = 8; x' = -k * x; C := x / V; V = 4; spare = 1; end")
    check(model, "C", 2 * np.exp(-0.5 * TIMES))
    check(model, "C", np.array([[8.0], [1.0]]) * np.exp(-0.5 * TIMES), parameters={"V": [1.0, 8.0]})


def test_a_model_without_parameters_of_its_own(load):
    check(load("model m; x = 8; x' = -x; end"), "x", 8 * np.exp(-TIMES))


def test_a_parameter_is_given_back_as_output(load):
    (found,) = solved(load("model m; k = 0.5; x = 8; x' = -k * x; end"), ["k"], parameters={"k": [1.0, 2.0]})
    assert found.tolist() == [[1.0] * 5, [2.0] * 5]


def test_sbml_and_antimony_of_one_model_agree(load, no_doses):
    antimony = load("model m; compartment V = 2.5; species S in V; S = 10; k = 0.4; out: S -> ; k * S; end")
    sbml = load(antimony.sbml)
    assert np.array_equal(antimony.solve(no_doses, TIMES)["S"], sbml.solve(no_doses, TIMES)["S"])
    assert sbml.system.sha256 == antimony.system.sha256


@given(
    k=st.lists(st.floats(0.01, 3.0), min_size=2, max_size=4),
    start=st.floats(0.1, 100.0),
)
@how(max_examples=10, deadline=None)
def test_chains_of_any_length_keep_their_mass(load, k, start):
    names = [f"A{i}" for i in range(len(k) + 1)]
    species = ", ".join(f"{name} in c" for name in names)
    values = "; ".join(f"{name} = {start if i == 0 else 0}" for i, name in enumerate(names))
    steps = "; ".join(f"r{i}: A{i} -> A{i + 1}; {rate!r} * A{i}" for i, rate in enumerate(k))
    model = load(f"model m; compartment c = 1; substanceOnly species {species}; {values}; {steps}; end")
    found = np.array(solved(model, names))
    np.testing.assert_allclose(found.sum(axis=0), start, rtol=1e-9)
    np.testing.assert_allclose(found[0, 0], start * np.exp(-k[0] * TIMES), rtol=0, atol=1e-7 * start)
