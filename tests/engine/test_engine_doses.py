"""Doses: what an event table means."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum.engine import Dosing

KA, CL, V = 1.3, 4.0, 20.0
TIMES = np.linspace(0.0, 36.0, 73)


def table(*rows, columns=("TIME", "AMT", "CMT")):
    return pd.DataFrame(list(rows), columns=list(columns))


def exact(times, doses, ka=KA, cl=CL, v=V):
    """Central amount after oral doses (time, amount): a sum of Bateman curves."""
    k = cl / v
    since = np.maximum(np.asarray(times)[:, None] - [t for t, _ in doses], 0.0)
    return (ka / (ka - k) * (np.exp(-k * since) - np.exp(-ka * since))) @ np.array([a for _, a in doses])


def central(model, doses, times=TIMES, parameters=None, **more):
    return model.solve(doses, times, parameters, ["central"], **more)["central"].to_numpy()


oral_doses = st.lists(
    st.tuples(st.floats(0, 40).map(lambda t: round(t, 3)), st.floats(0.1, 1e4)), min_size=1, max_size=6
)


@given(doses=oral_doses)
@how(max_examples=40, deadline=None)
def test_doses_add_up(oral, doses):
    found = central(oral, table(*((t, a, "depot") for t, a in doses)))[0]
    np.testing.assert_allclose(found, exact(TIMES, doses), rtol=0, atol=1e-7 * sum(a for _, a in doses))


@given(doses=oral_doses, order=st.randoms(use_true_random=False))
@how(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(oral, doses, order):
    rows = [(t, a, compartment) for t, a in doses for compartment in ("depot", "central")]
    shuffled = rows.copy()
    order.shuffle(shuffled)
    first, second = central(oral, table(*rows))[0], central(oral, table(*shuffled))[0]
    np.testing.assert_allclose(second, first, rtol=0, atol=1e-12 * sum(a for _, a in doses))


def test_rows_at_one_instant_in_any_order_and_compartment(oral):
    rows = [(4.0, 10.0, "depot"), (4.0, 20.0, "central"), (4.0, 5.0, "depot"), (0.0, 3.0, "central")]
    found = central(oral, table(*rows))[0]
    bolus = 3 * np.exp(-0.2 * TIMES) + 20 * np.exp(-0.2 * np.maximum(TIMES - 4, 0)) * (TIMES >= 4)
    np.testing.assert_allclose(found, exact(TIMES, [(4.0, 15.0)]) + bolus, rtol=0, atol=1e-6)
    np.testing.assert_allclose(central(oral, table(*rows[::-1]))[0], found, rtol=0, atol=1e-12 * 38)


def test_additional_doses_equal_rows_written_out(oral):
    short = table(
        (3.0, 50.0, "depot", 8.0, 3), (1.0, 9.0, "central", 0.0, 0), columns=("TIME", "AMT", "CMT", "II", "ADDL")
    )
    long = table(*((3.0 + 8.0 * n, 50.0, "depot") for n in range(4)), (1.0, 9.0, "central"))
    assert np.array_equal(central(oral, short), central(oral, long))
    oral_only = central(oral, short.iloc[:1])[0]
    np.testing.assert_allclose(oral_only, exact(TIMES, [(3 + 8 * n, 50) for n in range(4)]), rtol=0, atol=1e-5)


def test_overlapping_additional_doses(oral):
    rows = table(
        (0.0, 5.0, "depot", 6.0, 4), (2.0, 7.0, "depot", 12.0, 2), columns=("TIME", "AMT", "CMT", "II", "ADDL")
    )
    doses = [(6.0 * n, 5.0) for n in range(5)] + [(2.0 + 12.0 * n, 7.0) for n in range(3)]
    np.testing.assert_allclose(central(oral, rows)[0], exact(TIMES, doses), rtol=0, atol=1e-6)


def test_an_interval_without_additional_doses_means_nothing(oral):
    rows = table((0.0, 5.0, "depot", 6.0, 0), columns=("TIME", "AMT", "CMT", "II", "ADDL"))
    assert np.array_equal(central(oral, rows), central(oral, table((0.0, 5.0, "depot"))))


def test_dose_events_may_be_marked_as_such(oral):
    rows = table((0.0, 5.0, "depot", 1), columns=("TIME", "AMT", "CMT", "EVID"))
    assert np.array_equal(central(oral, rows), central(oral, table((0.0, 5.0, "depot"))))


def test_no_dose_and_a_dose_of_zero_give_zero(oral, no_doses):
    assert not central(oral, no_doses).any()
    assert not central(oral, table((0.0, 0.0, "depot"), (5.0, 0.0, "central"))).any()


@given(factor=st.floats(1e-3, 1e6))
@how(max_examples=20, deadline=None)
def test_a_linear_model_is_proportional_to_the_dose(oral2, factor):
    one = central(oral2, table((0.0, 10.0, "depot"), (7.0, 4.0, "depot")))
    more = central(oral2, table((0.0, 10.0 * factor, "depot"), (7.0, 4.0 * factor, "depot")))
    np.testing.assert_allclose(more, one * factor, rtol=0, atol=1e-6 * factor * one.max())


@pytest.mark.parametrize("observe", ["before", "after"])
def test_output_at_the_time_of_a_dose(oral, observe):
    rows = table((0.0, 100.0, "depot"), (6.0, 100.0, "depot"), (6.0, 40.0, "central"))
    solved = oral.solve(rows, [0.0, 6.0, 6.0 + 1e-9], observe=observe)
    left, seen = 100 * np.exp(-KA * 6), observe == "after"
    np.testing.assert_allclose(solved["depot"][0], [100 * seen, left + 100 * seen, left + 100], rtol=1e-7, atol=1e-9)
    before = exact([6.0], [(0.0, 100.0)])[0]
    np.testing.assert_allclose(solved["central"][0], [0, before + 40 * seen, before + 40], rtol=1e-6)


@pytest.mark.parametrize(("observe", "more"), [("before", 0.0), ("after", 1e6)])
def test_a_dose_at_the_last_time(oral, observe, more):
    early, late = table((0.0, 10.0, "depot")), table((0.0, 10.0, "depot"), (36.0, 1e6, "central"))
    one, other = (oral.solve(rows, TIMES, observe=observe)["central"].to_numpy()[0] for rows in (early, late))
    assert np.array_equal(one[:-1], other[:-1])
    assert other[-1] - one[-1] == pytest.approx(more)


def test_a_dose_after_the_last_time_is_not_seen(oral):
    early = table((0.0, 10.0, "depot"))
    late = table((0.0, 10.0, "depot"), (36.5, 1e6, "central"), (1e9, 1.0, "depot"))
    assert np.array_equal(central(oral, late), central(oral, early))


def test_a_dose_before_the_first_output_counts(oral):
    found = central(oral, table((1.0, 10.0, "depot")), times=[20.0, 30.0])[0]
    np.testing.assert_allclose(found, exact([20.0, 30.0], [(1.0, 10.0)]), rtol=1e-6)


def test_only_time_zero(oral):
    assert central(oral, table((0.0, 10.0, "central")), times=[0.0]).tolist() == [[10.0]]
    assert oral.solve(table((0.0, 10.0, "central")), [0.0], observe="before")["central"].to_numpy().tolist() == [[0.0]]


def test_outputs_do_not_disturb_each_other(oral):
    rows = table((0.0, 10.0, "depot"), (5.5, 20.0, "depot"))
    few, many = np.array([3.0, 5.5, 17.0]), np.unique(np.append(np.linspace(0, 17, 400), [3.0, 5.5]))
    found = central(oral, rows, times=many)[0][np.isin(many, few)]
    np.testing.assert_allclose(central(oral, rows, times=few)[0], found, rtol=0, atol=1e-7)


def test_each_person_has_a_schedule_of_their_own(oral):
    doses = {0: [(0.0, 10.0)], 1: [(2.5, 20.0), (11.0, 30.0)], 3: [(0.0, 5.0)], 4: [(30.25, 8.0), (0.125, 1.0)]}
    rows = [(person, t, a, "depot") for person, own in doses.items() for t, a in own]
    ka = np.array([1.3, 0.8, 2.0, 3.0, 1.0])
    found = central(oral, table(*rows[::-1], columns=("ID", "TIME", "AMT", "CMT")), parameters={"ka": ka})
    for person in range(5):
        own = doses.get(person)  # person 2 takes nothing
        expected = exact(TIMES, own, ka=ka[person]) if own else np.zeros(TIMES.size)
        np.testing.assert_allclose(found[person], expected, rtol=0, atol=1e-6)


def test_additional_doses_of_one_person(oral):
    rows = table(
        (1, 2.0, 10.0, "depot", 5.0, 3),
        (0, 0.0, 1.0, "depot", 0.0, 0),
        columns=("ID", "TIME", "AMT", "CMT", "II", "ADDL"),
    )
    found = central(oral, rows, parameters={"V": [V, V]})
    np.testing.assert_allclose(found[0], exact(TIMES, [(0.0, 1.0)]), rtol=0, atol=1e-7)
    np.testing.assert_allclose(found[1], exact(TIMES, [(2.0 + 5 * n, 10.0) for n in range(4)]), rtol=0, atol=1e-6)


def test_bioavailability_of_each_person(oral):
    rows = table((0.0, 100.0, "depot"), (10.0, 50.0, "depot"), (4.0, 3.0, "central"))
    share = np.array([1.0, 0.25, 0.0, 0.6])
    found = central(oral, rows, parameters={"F": share}, dosing={"depot": Dosing(bioavailability="F")})
    bolus = 3 * np.exp(-CL / V * np.maximum(TIMES - 4, 0)) * (TIMES >= 4)  # into another compartment: not multiplied
    for person, f in enumerate(share):
        expected = exact(TIMES, [(0.0, 100.0 * f), (10.0, 50.0 * f)]) + bolus
        np.testing.assert_allclose(found[person], expected, rtol=0, atol=1e-5)


def test_bioavailability_for_everyone_and_of_two_compartments(oral):
    rows = table((0.0, 100.0, "depot"), (4.0, 8.0, "central"))
    dosing = {"depot": Dosing(bioavailability="F1"), "central": Dosing(bioavailability="F2")}
    found = central(oral, rows, parameters={"F1": 0.3, "F2": [0.5, 0.25]}, dosing=dosing)
    for person, f2 in enumerate((0.5, 0.25)):
        bolus = 8 * f2 * np.exp(-CL / V * np.maximum(TIMES - 4, 0)) * (TIMES >= 4)
        np.testing.assert_allclose(found[person], exact(TIMES, [(0.0, 30.0)]) + bolus, rtol=0, atol=1e-5)


def test_bioavailability_that_the_model_itself_holds(load):
    model = load(
        """model m; compartment body = 1; substanceOnly species A in body; A = 0; F1 = 0.4; k = 0.5;
           out: A -> ; k * A * F1 / F1; end"""
    )
    found = model.solve(table((0.0, 10.0, "A")), [2.0], dosing={"A": Dosing(bioavailability="F1")})
    np.testing.assert_allclose(found["A"].to_numpy(), [[4 * np.exp(-1.0)]], rtol=1e-7)


def test_no_bioavailability_means_all_of_it(oral):
    rows = table((0.0, 100.0, "depot"))
    assert np.array_equal(central(oral, rows, dosing={"depot": Dosing()}), central(oral, rows))


def test_a_long_course_keeps_its_accuracy(oral):
    """A thousand doses: errors of single stretches must not add up."""
    rows = table((0.0, 100.0, "depot", 8.0, 999), columns=("TIME", "AMT", "CMT", "II", "ADDL"))
    times = np.linspace(7900.0, 8000.0, 201)
    found = central(oral, rows, times)[0]
    np.testing.assert_allclose(found, exact(times, [(8.0 * n, 100.0) for n in range(1000)]), rtol=1e-7)


@pytest.mark.parametrize("index", [[5, 9, 2], ["a", "b", "c"], [0, 0, 0]], ids=["numbers", "words", "repeated"])
def test_the_index_of_the_table_does_not_matter(oral, index):
    rows = table((0.0, 1.0, "depot"), (3.0, 2.0, "depot"), (4.0, 3.0, "central"))
    assert np.array_equal(central(oral, rows.set_axis(index)), central(oral, rows))


def test_the_table_is_left_as_it_was(oral):
    rows = table((5.0, 1.0, "depot"), (3.0, 2.0, "depot"))
    before = rows.copy()
    central(oral, rows)
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize("interval", [2.0, 8.0, 12.0, 24.0, 72.0, 240.0, 1000.0])
@pytest.mark.parametrize("where", ["depot", "central"])
def test_a_steady_state_of_what_is_gone_before_the_next_dose(oral, interval, where):
    """The trough is nothing, a little more or less of it by rounding; that is a steady state like any other."""
    ka, k, V = 1.3, np.array([0.1, 1.0, 3.0, 30.0])[:, None], 20.0
    times = np.append(0.0, np.geomspace(1e-3, 0.999 * interval, 40))
    doses = pd.DataFrame({"TIME": [0.0], "AMT": 100.0, "CMT": where, "II": interval, "SS": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = oral.solve(doses, times, {"CL": k[:, 0] * V, "V": V, "ka": ka}, ["C"])

    def left(rate):
        return np.exp(-rate * times) / -np.expm1(-rate * interval)

    exact = 100 / V * (left(k) if where == "central" else ka / (ka - k) * (left(k) - left(ka)))
    worst = (np.abs(found["C"].to_numpy() - exact) / exact.max(axis=1, keepdims=True)).max()
    assert worst < 1e-7
    assert found["steady_state_residual"].max() < 1e-8


BENT = """
model bent
  compartment body = 1;  substanceOnly species depot in body, x in body, p in body;  x = 0;  depot = 0;  p = 0;
  ka = 1.2;  Vmax = 30;  Km = 10;  kq = 0.3;  enzyme = 1;
  depot' = -ka * depot;  p' = kq * x - 0.2 * p;
  x' = ka * depot - Vmax * x / (Km + x) * enzyme - kq * x + 0.2 * p;
  enzyme' = 0.1 * (1 - enzyme) - 0.05 * x / (5 + x) * enzyme;
end
"""


@given(
    interval=st.sampled_from([2.0, 6.0, 12.0, 48.0]),
    part=st.floats(0.05, 0.9),
    late=st.sampled_from([0.0, 0.3, 1.0, 2.4]),
    where=st.sampled_from(["depot", "x"]),
    stretch=st.sampled_from([0.0, 0.2, 1.0, 2.3]),
    share=st.sampled_from([0.4, 1.0]),
)
@how(max_examples=15, deadline=None)
def test_a_steady_state_is_what_a_long_run_in_comes_to(load, interval, part, late, where, stretch, share):
    """In a model that is not linear; boluses and infusions, lags and infusions beyond the interval."""
    model, amount, many = load(BENT), 12 * interval * part, 600
    rate = amount / (interval * stretch) if stretch else 0.0
    row = {"TIME": [0.0], "AMT": amount, "CMT": where, "II": interval, "RATE": rate}
    own, after = {"F1": share, "L1": late * interval}, interval * np.array([0.1, 0.5, 0.99, 1.5, 3.2])
    call = {"parameters": own, "dosing": {where: Dosing("F1", lag="L1")}, "observe": "before"}
    steady = model.solve(pd.DataFrame(row | {"SS": 1, "ADDL": 1}), after, **call)
    waited = model.solve(pd.DataFrame(row | {"ADDL": many + 1}), after + many * interval, **call)
    for name in ("depot", "x", "p", "enzyme"):
        expected = waited[name].to_numpy()
        np.testing.assert_allclose(steady[name], expected, rtol=0, atol=1e-6 * max(expected.max(), 1e-3))
