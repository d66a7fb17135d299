"""Non-compartmental analysis against curves whose numbers are known."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy import stats

from ketum.endpoints import nca

TIMES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 36.0, 48.0])


def one(times, curve, limit=0.0):
    found = nca.analyse(np.asarray(times, float), np.atleast_2d(np.asarray(curve, float)), limit)
    return {name: float(getattr(found, name)[0]) for name in ("Cmax", "tmax", "AUC_last", "AUC_inf", "half_life")}


@pytest.mark.parametrize("k", [0.02, 0.1, 0.7])
def test_a_single_exponential(k):
    """The logarithmic trapezoid is exact for it, so everything is."""
    found = one(TIMES, 50 * np.exp(-k * TIMES))
    assert found["Cmax"] == 50
    assert found["tmax"] == 0
    assert found["AUC_last"] == pytest.approx(50 / k * (1 - math.exp(-k * 48)), rel=1e-10)
    assert found["AUC_inf"] == pytest.approx(50 / k, rel=1e-10)
    assert found["half_life"] == pytest.approx(math.log(2) / k, rel=1e-10)


def test_two_exponentials():
    """Sampled closely, the areas are those of the integral, and the end is the slow exponential."""
    times = np.linspace(0, 100, 2001)
    found = one(times, 80 * np.exp(-1.1 * times) + 20 * np.exp(-0.05 * times))
    assert found["half_life"] == pytest.approx(math.log(2) / 0.05, rel=5e-3)
    assert found["AUC_inf"] == pytest.approx(80 / 1.1 + 20 / 0.05, rel=1e-4)
    last = 80 / 1.1 * (1 - math.exp(-110)) + 20 / 0.05 * (1 - math.exp(-5))
    assert found["AUC_last"] == pytest.approx(last, rel=1e-4)


def test_an_oral_curve():
    times = np.linspace(0, 60, 1201)
    ka, k = 1.4, 0.2
    found = one(times, 100 * ka / (ka - k) * (np.exp(-k * times) - np.exp(-ka * times)))
    assert found["tmax"] == pytest.approx(math.log(ka / k) / (ka - k), abs=0.05)
    assert found["Cmax"] == pytest.approx(100 * (k / ka) ** (k / (ka - k)), rel=1e-3)
    assert found["AUC_inf"] == pytest.approx(100 / k, rel=1e-3)
    assert found["half_life"] == pytest.approx(math.log(2) / k, rel=1e-2)


def test_by_hand():
    """0 -> 4 -> 10 up, 10 -> 6 -> 3 -> 1.5 down; at 1, 2, 4, 6, 8 h."""
    found = one([0, 1, 2, 4, 6, 8], [0, 4, 10, 6, 3, 1.5])
    up = 1 * (0 + 4) / 2 + 1 * (4 + 10) / 2
    down = 2 * (10 - 6) / math.log(10 / 6) + 2 * (6 - 3) / math.log(2) + 2 * (3 - 1.5) / math.log(2)
    assert found["AUC_last"] == pytest.approx(up + down, rel=1e-12)
    assert (found["Cmax"], found["tmax"]) == (10, 2)
    # the last three points halve every 2 h; the peak itself is no point of the slope
    assert found["half_life"] == pytest.approx(2.0, rel=1e-12)
    assert found["AUC_inf"] == pytest.approx(up + down + 1.5 * 2 / math.log(2), rel=1e-12)


def test_the_extrapolation_starts_at_the_fitted_last_point():
    times, logs = np.array([1.0, 2.0, 4.0, 7.0]), np.log([100.0, 31.0, 17.0, 6.0])
    # three points after the peak, so these three and no others
    slope, intercept = np.polyfit(times[1:], logs[1:], 1)
    found = one(times, np.exp(logs))
    assert found["half_life"] == pytest.approx(-math.log(2) / slope, rel=1e-10)
    extra = math.exp(intercept + 7 * slope) / -slope
    assert found["AUC_inf"] - found["AUC_last"] == pytest.approx(extra, rel=1e-9)


def test_as_many_points_as_fit_best():
    """An initial fall that is steeper than the end is left out of the slope; a straight end is used whole."""
    times = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0])
    end = 10 * np.exp(-0.1 * times)
    end[:4] += np.array([0.0, 60.0, 25.0, 9.0])
    end[0] = 100.0
    assert one(times, end)["half_life"] == pytest.approx(math.log(2) / 0.1, rel=1e-9)


def test_more_points_count_for_more_than_a_slightly_straighter_line():
    """R squared is higher for the last three points, R squared adjusted for their number for the last four."""
    times, logs = np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([9.0, 4.7, 4.5, 2.7, 2.1])
    fits = {n: stats.linregress(times[-n:], logs[-n:]) for n in (3, 4)}
    plain = {n: fit.rvalue**2 for n, fit in fits.items()}
    adjusted = {n: 1 - (1 - plain[n]) * (n - 1) / (n - 2) for n in fits}
    assert plain[3] > plain[4] + 2e-4, "the example has to be one"
    assert adjusted[4] > adjusted[3] + 2e-4, "the example has to be one"
    assert one(times, np.exp(logs))["half_life"] == pytest.approx(-math.log(2) / fits[4].slope, rel=1e-9)


def test_a_limit_of_quantification_cuts_the_end():
    curve = 50 * np.exp(-0.1 * TIMES)
    found = one(TIMES, curve, limit=curve[6] * 0.999)  # the sample at 12 h is the last that counts
    assert found["AUC_last"] == pytest.approx(50 / 0.1 * (1 - math.exp(-1.2)), rel=1e-10)
    assert found["half_life"] == pytest.approx(math.log(2) / 0.1, rel=1e-10)
    assert found["AUC_inf"] == pytest.approx(500, rel=1e-10)


def test_a_value_at_the_limit_counts():
    found = one([0, 1, 2, 3], [8, 4, 2, 1], limit=1.0)
    assert found["AUC_last"] == pytest.approx((8 - 1) / math.log(2), rel=1e-12)


def test_a_limit_hides_a_slow_end():
    """What a paper calls the half-life depends on how little the laboratory can measure."""
    times = np.array([0, 1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96.0])
    curve = 100 * np.exp(-0.5 * times) + 1.0 * np.exp(-0.02 * times)
    sharp, blunt = one(times, curve, 0.01)["half_life"], one(times, curve, 5.0)["half_life"]
    assert sharp == pytest.approx(math.log(2) / 0.02, rel=0.05)
    assert blunt < 2.0


def test_each_curve_has_its_own_limit():
    curve = 50 * np.exp(-0.1 * TIMES)
    found = nca.analyse(TIMES, np.array([curve, curve]), np.array([0.0, curve[6] * 0.999]))
    np.testing.assert_allclose(found.AUC_last, [500 * (1 - math.exp(-4.8)), 500 * (1 - math.exp(-1.2))], rtol=1e-10)


@pytest.mark.parametrize("curve", [[9, 3], [9, 3, 1], [1, 2, 3, 4, 5], [5, 5, 5, 5, 5], [1, 9, 3, 1]])
def test_no_half_life_without_three_falling_points_after_the_peak(curve):
    found = one(range(len(curve)), curve)
    assert math.isnan(found["half_life"])
    assert math.isnan(found["AUC_inf"])
    assert found["Cmax"] == max(curve)


def test_three_points_after_the_peak_are_enough():
    assert one([0, 1, 2, 3], [8, 4, 2, 1])["half_life"] == pytest.approx(1.0)


def test_a_rising_end_has_no_half_life():
    assert math.isnan(one([0, 1, 2, 3, 4], [9, 1, 2, 4, 8])["half_life"])


def test_the_first_of_equal_peaks():
    assert one([0, 1, 2, 3, 4, 5, 6], [0, 7, 3, 7, 4, 2, 1])["tmax"] == 1


def test_nothing_measured_gives_nothing():
    for found in (one([0, 1, 2], [0, 0, 0]), one([0, 1, 2], [3, 2, 1], limit=10.0)):
        assert all(math.isnan(number) for number in found.values())


def test_curves_do_not_touch_each_other():
    curves = np.array([50 * np.exp(-k * TIMES) for k in (0.1, 0.3)] + [np.zeros_like(TIMES)])
    found = nca.analyse(TIMES, curves)
    for i, curve in enumerate(curves):
        alone = nca.analyse(TIMES, curve[None])
        for name in ("Cmax", "tmax", "AUC_last", "AUC_inf", "half_life"):
            np.testing.assert_array_equal(getattr(found, name)[i : i + 1], getattr(alone, name))


concentrations = st.lists(st.floats(1e-3, 1e3), min_size=TIMES.size, max_size=TIMES.size)


@given(curve=concentrations, factor=st.floats(1e-3, 1e3))
@example(curve=[1.0] * (TIMES.size - 2) + [999.9999999999999, 1000.0], factor=524.6501159577094)
@how(max_examples=200, deadline=None)
def test_more_of_everything_is_more_of_everything(curve, factor):
    first, second = one(TIMES, curve), one(TIMES, np.array(curve) * factor)
    for name in ("Cmax", "AUC_last"):
        assert second[name] == pytest.approx(first[name] * factor, rel=1e-9)
    # Two samples that differ by a rounding may be equal once multiplied; the peak is then either.
    assert np.array(curve)[second["tmax"] == TIMES] == pytest.approx(max(curve), rel=1e-12)


@given(k=st.floats(0.01, 0.5), height=st.floats(0.1, 100), factor=st.floats(0.01, 100), stretch=st.floats(0.1, 10))
@how(max_examples=100, deadline=None)
def test_units_of_amount_and_of_time(k, height, factor, stretch):
    curve = height * (np.exp(-k * TIMES) - 0.9 * np.exp(-3 * k * TIMES - TIMES))
    first, second = one(TIMES, curve), one(TIMES * stretch, curve * factor)
    powers = {"Cmax": (1, 0), "tmax": (0, 1), "AUC_last": (1, 1), "AUC_inf": (1, 1), "half_life": (0, 1)}
    for name, (amount, time) in powers.items():
        expected = first[name] * factor**amount * stretch**time
        assert second[name] == pytest.approx(expected, rel=1e-6, nan_ok=True)


@given(curve=concentrations)
@how(max_examples=200, deadline=None)
def test_the_area_lies_between_the_lower_and_the_upper_steps(curve):
    c, width = np.array(curve), np.diff(TIMES)
    area = float(nca.area_under_curve(TIMES, c[None])[0])
    lower, upper = (width * np.minimum(c[1:], c[:-1])).sum(), (width * np.maximum(c[1:], c[:-1])).sum()
    assert lower * (1 - 1e-9) <= area <= upper * (1 + 1e-9)


@given(curve=concentrations, cut=st.integers(1, TIMES.size - 2))
@how(max_examples=100, deadline=None)
def test_areas_add_up(curve, cut):
    c = np.array(curve)[None]
    whole = nca.area_under_curve(TIMES, c)
    parts = nca.area_under_curve(TIMES[: cut + 1], c[:, : cut + 1]) + nca.area_under_curve(TIMES[cut:], c[:, cut:])
    np.testing.assert_allclose(whole, parts, rtol=1e-12)


@pytest.mark.parametrize("level", [1.99, 0.97, 1.99e-3, 123.4])
def test_a_fall_by_a_hair_is_no_fall_of_the_area(level):
    """Where two levels differ in their last bit, the logarithmic rule divides noise by noise."""
    curve = np.array([[np.nextafter(level, np.inf), level]])
    assert float(nca.area_under_curve(np.array([0.0, 3.0]), curve)[0]) == pytest.approx(3 * level, rel=1e-9)


def test_a_fall_to_zero_is_taken_as_straight():
    assert float(nca.area_under_curve(np.array([0.0, 2.0]), np.array([[6.0, 0.0]]))[0]) == pytest.approx(6.0)


def test_a_gap_of_unmeasured_samples_is_counted_as_zero_within():
    """4, unmeasured, 4 at 0, 1, 2 h: two triangles."""
    found = one([0, 1, 2], [4, 0.1, 4], limit=1.0)
    assert found["AUC_last"] == pytest.approx(4.0)
