"""Peaks, areas, times and half-lives of curves that are known in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum.endpoints import exposure as endpoints
from ketum.endpoints.exposure import EndpointWindow, output_times, time_above, windows
from ketum.pharmacology.closed_forms import terminal_half_life

KA, K = 1.5, 0.12


def doses(every, number, start=0.0):
    return start + every * np.arange(number)


def level(times, dose_times, ka=KA, k=K):
    """One compartment, oral: a sum of Bateman curves, each of height 100 ka/(ka - k)."""
    since = np.maximum(np.asarray(times)[:, None] - np.asarray(dose_times)[None, :], 0.0)
    return 100 * ka / (ka - k) * (np.exp(-k * since) - np.exp(-ka * since)).sum(axis=1)


def area(start, stop, dose_times, ka=KA, k=K):
    """Integral of `level`."""

    def upto(time):
        since = np.maximum(time - np.asarray(dose_times), 0.0)
        return 100 * ka / (ka - k) * ((1 - np.exp(-k * since)) / k - (1 - np.exp(-ka * since)) / ka).sum()

    return upto(stop) - upto(start)


def found_for(dose_times, end, limit=0.01, study_peak=50.0):
    dose_times = np.asarray(dose_times, float)
    times = output_times(dose_times, end)
    curve = level(times, dose_times)
    return {
        name: float(np.ravel(value)[0])
        for name, value in endpoints.endpoints(
            times, curve[None], dose_times, end, limit=limit, study_peak=study_peak
        ).items()
    }


# Output times

dose_plans = st.tuples(st.floats(0.25, 72.0), st.integers(1, 40), st.floats(0.0, 50.0), st.floats(1.0, 400.0))


@given(dose_plans)
@how(max_examples=100, deadline=None)
def test_output_times_hold_every_dose_and_the_end(plan):
    every, number, start, end = plan
    times = output_times(doses(every, number, start), end)
    assert (np.diff(times) > 0).all()
    assert times[0] == 0.0
    for wanted in [*doses(every, number, start), end]:
        assert np.abs(times - wanted).min() <= 1e-6
    assert times[-1] >= end - 1e-6


def test_output_times_without_doses():
    times = output_times(np.array([]), 48.0)
    assert times[0] == 0.0
    assert times[-1] >= 48.0
    assert (np.diff(times) > 0).all()


# Windows


def test_a_single_dose_has_one_window_that_starts_with_it():
    assert windows(np.array([3.0]), 72.0) == (EndpointWindow("", 3.0, 72.0),)


def test_repeated_doses_have_a_first_and_a_last_interval():
    whole, first, last = windows(doses(8, 6), 48.0)
    assert (whole.start_h, whole.stop_h) == (0.0, 48.0)
    assert (first.suffix, first.start_h, first.stop_h) == ("_first", 0.0, 8.0)
    assert (last.suffix, last.start_h, last.stop_h) == ("_last", 40.0, 48.0)


def test_the_last_interval_is_a_complete_one():
    _, _, last = windows(doses(8, 6), 45.0)
    assert (last.start_h, last.stop_h) == (32.0, 40.0)


def test_doses_after_the_end_do_not_count():
    _, first, last = windows(doses(8, 10), 24.0)
    assert (first.start_h, first.stop_h) == (0.0, 8.0)
    assert (last.start_h, last.stop_h) == (16.0, 24.0)


def test_doses_of_two_products_at_one_instant_are_one():
    _, first, _ = windows(np.array([0.0, 0.0, 12.0, 24.0, 24.0]), 36.0)
    assert (first.start_h, first.stop_h) == (0.0, 12.0)


# Endpoints against closed forms


def test_a_single_dose():
    found = found_for([0.0], 72.0)
    assert found["tmax"] == pytest.approx(math.log(KA / K) / (KA - K), abs=0.3)
    assert found["Cmax"] == pytest.approx(100 * (K / KA) ** (K / (KA - K)), rel=0.01)
    assert found["AUC"] == pytest.approx(area(0, 72, [0.0]), rel=0.01)
    assert found["Cavg"] == pytest.approx(area(0, 72, [0.0]) / 72, rel=0.01)
    assert found["AUC_inf"] == pytest.approx(100 / K, rel=0.03)
    assert found["half_life"] == pytest.approx(math.log(2) / K, rel=0.03)
    assert found["Cmin"] == pytest.approx(level([72.0], [0.0])[0], rel=1e-6)
    assert not any(name.endswith(("_first", "_last")) for name in found)


@how(deadline=None, max_examples=40)
@given(st.floats(2, 24), st.integers(2, 40), st.floats(0, 100), st.floats(0.05, 1.5), st.floats(1e-3, 0.5))
def test_the_time_of_a_peak_counts_from_its_own_dose(every, number, start, ka_over_k, k):
    """However long the run, a peak lies within the interval of a dose, and after the dose."""
    taken = start + every * np.arange(number)
    end = float(taken[-1] + every)
    times = output_times(taken, end)
    elapsed = np.clip(times[:, None] - taken, 0, None)
    ka = k * (1 + ka_over_k)
    curve = (np.exp(-k * elapsed) - np.exp(-ka * elapsed)).sum(axis=1)
    found = endpoints.endpoints(times, curve[None, :], taken, end, limit=0.0, study_peak=1.0)
    for name in ("tmax", "tmax_first", "tmax_last"):
        assert 0 < found[name][0] <= every + 1e-6, name
    assert found["Cmax"][0] == pytest.approx(curve[times <= end + 1e-6].max())


def test_a_peak_of_the_third_dose_is_told_from_it():
    times = np.arange(0.0, 48.5, 0.5)
    curve = np.where(times == 17.5, 5.0, np.where(times == 33.0, 4.0, 1.0))
    found = endpoints.endpoints(
        times, curve[None, :], np.array([0.0, 8.0, 16.0, 24.0, 32.0, 40.0]), 48.0, limit=0.0, study_peak=1
    )
    assert found["tmax"][0] == 1.5


def test_a_peak_at_the_instant_of_a_dose_is_the_one_befores():
    times = np.arange(0.0, 16.5, 0.5)
    curve = np.where(times == 8.0, 5.0, 1.0)
    found = endpoints.endpoints(times, curve[None, :], np.array([0.0, 8.0]), 16.0, limit=0.0, study_peak=1)
    assert (found["tmax"][0], found["tmax_first"][0], found["tmax_last"][0]) == (8.0, 8.0, 8.0)


PLANS = {
    "every 8 h": (8.0, 21, 168.0),
    "every 24 h": (24.0, 7, 168.0),
    "every 6 h, not a whole day": (6.0, 11, 66.0),
    "every 40 min": (2 / 3, 36, 24.0),
    "every 20 min": (1 / 3, 72, 24.0),
    "every 50 min": (5 / 6, 29, 24.0),
    "every 9 h, followed on": (9.0, 6, 96.0),
    "every 7 h, followed on": (7.0, 6, 96.0),
    "every 14 h, followed on": (14.0, 4, 96.0),
    "every 100 min, followed on": (5 / 3, 12, 48.0),
}


@pytest.mark.parametrize("plan", PLANS)
def test_first_and_last_interval(plan):
    """Within 5 %: straight lines between a handful of points in each interval allow no more."""
    every, number, end = PLANS[plan]
    taken = doses(every, number)
    found = found_for(taken, end)
    complete = [t for t in taken if t + every <= end + 1e-9]
    for suffix, start in (("_first", complete[0]), ("_last", complete[-1])):
        fine = np.linspace(start, start + every, 4001)
        curve = level(fine, taken)
        exact = area(start, start + every, taken)
        assert found["AUC" + suffix] == pytest.approx(exact, rel=0.05)
        assert found["Cavg" + suffix] == pytest.approx(exact / every, rel=0.05)
        assert found["Cmax" + suffix] == pytest.approx(curve.max(), rel=0.05)
        assert found["Cmin" + suffix] == pytest.approx(curve[curve.argmax() :].min(), rel=0.05)
    assert found["accumulation"] == pytest.approx(
        area(complete[-1], complete[-1] + every, taken) / area(complete[0], complete[0] + every, taken), rel=0.05
    )


def test_the_area_of_an_interval_approaches_that_of_one_dose():
    """At steady state an interval holds what a single dose holds to infinity."""
    found = found_for(doses(12, 28), 336.0)
    assert found["AUC_last"] == pytest.approx(100 / K, rel=0.01)


def test_the_half_life_is_read_after_the_last_dose():
    found = found_for(doses(8, 6), 48.0)
    assert found["half_life"] == pytest.approx(math.log(2) / K, rel=0.03)


def test_a_limit_may_leave_no_half_life():
    assert math.isnan(found_for([0.0], 72.0, limit=1e6)["half_life"])


def test_units_are_known_for_every_quantity():
    for name in found_for(doses(8, 6), 48.0) | found_for([0.0], 72.0):
        assert name.removesuffix("_first").removesuffix("_last") in endpoints.UNITS


# Time above a level


def test_time_above_by_hand():
    """A triangle 0 -> 10 -> 0 over 4 h lies above 5 for half of it."""
    times, curve = np.array([0.0, 2.0, 4.0]), np.array([[0.0, 10.0, 0.0]])
    assert time_above(times, curve, 5.0).tolist() == [2.0]
    assert time_above(times, curve, 7.5).tolist() == [1.0]
    assert time_above(times, curve, 10.0).tolist() == [0.0]
    assert time_above(times, curve, 11.0).tolist() == [0.0]
    assert time_above(times, curve, -1.0).tolist() == [4.0]


@given(
    curve=st.lists(st.floats(0, 100), min_size=6, max_size=6),
    threshold=st.floats(0.1, 99),
)
@how(max_examples=100, deadline=None)
def test_time_above_is_that_of_the_straight_lines(curve, threshold):
    times = np.array([0.0, 1.0, 1.5, 4.0, 8.0, 16.0])
    fine = np.linspace(0, 16, 40_001)
    expected = (np.interp(fine, times, curve) > threshold).mean() * 16
    assert time_above(times, np.array([curve]), threshold)[0] == pytest.approx(expected, abs=0.01)


def test_time_above_is_counted_within_the_run():
    """A mono-exponential fall from a bolus crosses C0/8 after three half-lives; later outputs do not count."""
    times = np.linspace(0, 100, 20_001)
    curve = 80 * np.exp(-0.1 * times)
    found = endpoints.endpoints(times, curve[None], np.array([0.0]), 50.0, limit=0.01, study_peak=10.0)[
        "time_above_study_peak"
    ]
    assert found[0] == pytest.approx(3 * math.log(2) / 0.1, abs=0.01)
    early = endpoints.endpoints(times, curve[None], np.array([0.0]), 12.0, limit=0.01, study_peak=10.0)[
        "time_above_study_peak"
    ]
    assert early[0] == pytest.approx(12.0)


# The half-life of the equations


def person(**changes):
    base = {"Q_H": 90.0}
    for code, (CLint, V1, Q, V2) in {"MG": (26, 50, 27, 670), "HM": (52, 66, 36, 77), "SC": (1, 13, 6, 6)}.items():
        base |= {f"CLint_{code}": CLint, f"V1_{code}": V1, f"Q_{code}": Q, f"V2_{code}": V2}
    return {name: np.array([float(value)]) for name, value in (base | changes).items()}


def slowest(own, *codes):
    """Half-life of the slowest eigenvalue of central and peripheral compartments, written as a matrix."""
    A = np.zeros((2 * len(codes), 2 * len(codes)))
    for i, code in enumerate(codes):
        CLint, V1, Q, V2 = (own[f"{name}_{code}"][0] for name in ("CLint", "V1", "Q", "V2"))
        CL = own["Q_H"][0] * CLint / (own["Q_H"][0] + CLint)
        A[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[-(CL + Q) / V1, Q / V2], [Q / V1, -Q / V2]]
    if len(codes) == 2:
        A[2, 0] = 0.1  # what is formed from the parent does not change the eigenvalues, whatever its rate
    return math.log(2) / -np.linalg.eigvals(A).real.max()


sizes = st.floats(0.1, 1000.0)


@given(CLint=sizes, V1=sizes, Q=sizes, V2=sizes, Q_H=st.floats(30, 200), code=st.sampled_from(["MG", "SC"]))
@how(max_examples=100, deadline=None)
def test_the_slowest_half_life_is_that_of_the_slowest_eigenvalue(CLint, V1, Q, V2, Q_H, code):
    own = person(**{f"CLint_{code}": CLint, f"V1_{code}": V1, f"Q_{code}": Q, f"V2_{code}": V2, "Q_H": Q_H})
    assert terminal_half_life(own, code)[0] == pytest.approx(slowest(own, code), rel=1e-6)


@pytest.mark.parametrize("V2", [5.0, 77.0, 5000.0, 90_000.0])
def test_a_metabolite_falls_no_faster_than_its_parent(V2):
    own = person(V2_HM=V2)
    assert terminal_half_life(own, "HM")[0] == pytest.approx(slowest(own, "MG", "HM"), rel=1e-6)


def test_half_lives_of_several_people():
    own = {name: np.concatenate([person()[name], person(CLint_MG=5, V2_MG=2000)[name]]) for name in person()}
    expected = [slowest(person(), "MG"), slowest(person(CLint_MG=5, V2_MG=2000), "MG")]
    np.testing.assert_allclose(terminal_half_life(own, "MG"), expected, rtol=1e-9)
