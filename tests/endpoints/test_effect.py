"""From the receptor to readable units: inverses, anchors, and the ends of scales."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketum import pharmacology
from ketum.case import parse_case
from ketum.endpoints import effect
from ketum.pharmacology.closed_forms import morphine_mg, relief
from ketum.simulation.effects import UNITS
from ketum.simulation.simulate import simulate

OWN = {p.name: np.array([p.prior_median]) for p in pharmacology.effect_parameters()}


def of_morphine(mg, reserve=1.0):
    """Effect of the peak after a swallowed dose, written out: E = tau C / (K + (1 + tau) C)."""
    level = mg * OWN["peak_M"][0]
    K = OWN["EC50_M"][0] * (1 + OWN["tau_M"][0])
    tau = OWN["tau_M"][0] * reserve
    return np.array([tau * level / (K + (1 + tau) * level)])


@given(st.floats(0.01, 500), st.floats(0.02, 1.0))
def test_mg_of_morphine_is_the_inverse_of_morphines_effect(mg, reserve):
    found = morphine_mg(of_morphine(mg, reserve), OWN, reserve)
    assert found[0] == pytest.approx(mg, rel=1e-6)


def test_an_effect_beyond_morphines_maximum_has_no_dose():
    tau = OWN["tau_M"]
    assert np.isinf(morphine_mg(tau / (1 + tau) + 1e-9, OWN))[0]


def test_no_effect_is_no_morphine_and_no_relief():
    assert morphine_mg(np.zeros(1), OWN)[0] == 0
    assert relief(np.zeros(1), OWN)[0] == 0


def test_morphine_at_the_level_of_the_trials_has_their_relief():
    at_level = of_morphine(OWN["level_M"][0] / OWN["peak_M"][0])
    assert relief(at_level, OWN)[0] == pytest.approx(0.69, rel=1e-9)


def test_the_withdrawal_score_keeps_to_its_scale():
    np.testing.assert_array_equal(effect.withdrawal(np.array([-5.0, 0.0, 12.0, 900.0])), [0.0, 0.0, 12.0, 64.0])


# Averages over time


TIMES = np.linspace(0, 96, 961)
DOSES = np.arange(0.0, 72.0, 8.0)


@given(st.floats(0, 1), st.lists(st.floats(0, 80), max_size=6, unique=True).map(sorted))
def test_a_curve_that_stands_still_is_its_own_average(level, doses):
    found = effect.averages(TIMES, np.full((2, TIMES.size), level), np.array(doses), 96.0)
    assert set(found) == {"first_day", "last_day", "first_interval", "last_interval"}
    for mean in found.values():
        assert mean == pytest.approx([level, level], abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=25, max_size=25), st.floats(0, 90), st.floats(0.1, 6))
def test_an_average_lies_between_the_least_and_the_greatest_of_its_stretch(values, start, length):
    times = np.linspace(0, 96, 25)
    end = start + length
    mean = effect.mean_between(times, np.array([values]), start, end)
    at = np.concatenate([[start], times[(times > start) & (times < end)], [end]])
    inside = np.interp(at, times, values)
    assert inside.min() - 1e-6 <= mean[0] <= inside.max() + 1e-6


@given(st.floats(0.01, 0.5), st.floats(0, 40), st.floats(1, 50))
def test_an_average_of_an_exponential_is_its_integral_over_time(rate, start, length):
    fine = np.linspace(0, 96, 9601)
    mean = effect.mean_between(fine, np.exp(-rate * fine)[None], start, start + length)
    assert mean[0] == pytest.approx(np.exp(-rate * start) * -np.expm1(-rate * length) / (rate * length), rel=1e-4)


def test_each_stretch_is_its_own_part_of_the_run():
    """A straight line's mean is its middle: three doses a day for three days, and a day without."""
    found = effect.averages(TIMES, TIMES[None], DOSES, 72.0)
    middles = {"first_day": 12.0, "last_day": 60.0, "first_interval": 4.0, "last_interval": 68.0}
    assert {name: mean[0] for name, mean in found.items()} == pytest.approx(middles)
    late = effect.averages(TIMES, TIMES[None], DOSES + 10.0, 96.0)
    middles = {"first_day": 22.0, "last_day": 84.0, "first_interval": 14.0, "last_interval": 85.0}
    assert {name: mean[0] for name, mean in late.items()} == pytest.approx(middles)


@given(st.floats(0, 60), st.floats(25, 96))
def test_of_a_single_dose_the_first_day_is_the_last(dose, length):
    end = min(dose + length, 96.0)
    curve = np.where(dose > TIMES, 0.0, np.exp(-0.1 * (TIMES - dose)))[None]
    found = effect.averages(TIMES, curve, np.array([dose]), end)
    for name in ("last_day", "first_interval", "last_interval"):
        assert found[name] == pytest.approx(found["first_day"], rel=1e-9)


def test_what_comes_after_the_run_counts_nowhere():
    curve = np.where(TIMES > 72.1, 1.0, 0.25)[None]
    assert all(mean == pytest.approx([0.25]) for mean in effect.averages(TIMES, curve, DOSES, 72.0).values())


# Runs


def run(lines, person="", number=60, **how):
    text = f'[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "DE"\n{person}\n{lines}\n'
    return simulate(parse_case(text, "case"), number=number, workers=1, **how)


LEAF = '[[kratom]]\nproduct = "leaf-powder"\namount = "4 g"\nevery = "8 h"\ndays = 3'


@pytest.fixture(scope="module")
def leaf():
    return run(LEAF)


def test_every_quantity_has_a_unit_and_a_value(leaf):
    found = leaf.tree["effects"].to_dataset()
    assert set(found["quantity"].to_numpy()) == set(UNITS)
    for name in UNITS:
        assert found[name].attrs["units"] == UNITS[name]
    for name in ("occupancy", "effect", "responsiveness"):
        values = found[name].to_numpy()
        assert ((values > 0) & (values <= 1)).all()
    assert (found["occupancy_other"].to_numpy() == 0).all()


def test_nothing_taken_is_nothing_felt():
    found = run('[[kratom]]\nproduct = "leaf-powder"\namount = "4 g"\nstart = "48 h"', days=1).tree["effects"]
    for name in ("occupancy", "effect", "relief", "morphine_mg", "pupil", "withdrawal_worst"):
        assert (found[name].to_numpy() == 0).all(), name
    assert (found["cold_pressor"].to_numpy() == 1).all()
    assert found["responsiveness"].to_numpy() == pytest.approx(1.0, abs=1e-12)


def test_more_leaf_takes_more_receptors(leaf):
    more = run(LEAF.replace("4 g", "8 g"))
    assert (more.tree["effects"]["occupancy"].to_numpy() > leaf.tree["effects"]["occupancy"].to_numpy()).all()


def test_people_differ_and_none_of_it_depends_on_how_many_there_are(leaf):
    few = run(LEAF, number=10).tree["effects"]
    for name in ("effect", "withdrawal_worst", "relief"):
        np.testing.assert_array_equal(few[name].to_numpy(), leaf.tree["effects"][name].to_numpy()[:10])


def test_both_roles_of_speciociliatine_are_drawn(leaf):
    assert set(leaf.tree["population"]["agonist_SC"].to_numpy()) == {0.0, 1.0}


def test_naltrexone_takes_the_effect_of_leaf_away(leaf):
    blocked = run(LEAF + '\n[[medicine]]\nname = "naltrexone"\namount = "50 mg"\nevery = "24 h"')
    assert blocked.beside.names == ("naltrexone",)
    alone, beside = leaf.tree["effects"]["effect"].to_numpy(), blocked.tree["effects"]["effect"].to_numpy()
    assert (beside < alone).all()
    assert np.median(beside / alone) < 0.5


def test_oxycodone_adds_where_receptors_are_free(leaf):
    both = run(LEAF + '\n[[medicine]]\nname = "oxycodone"\namount = "10 mg"\nevery = "8 h"').tree["effects"]
    free = leaf.tree["effects"]["occupancy"].to_numpy() < 0.05
    assert free.any()
    assert (both["effect"].to_numpy() > leaf.tree["effects"]["effect"].to_numpy())[free].all()


# Earlier regular use


def test_regular_users_start_with_less_responsiveness_and_adapted(leaf):
    regular = run(LEAF.replace("days = 3", "days = 14"), 'kratom_experience = "regular"\nkratom_months = 12', number=20)
    own = regular.tree["population"].to_dataset()
    assert (own["responsiveness_start"].to_numpy() < 1).all()
    assert (own["adaptation_start"].to_numpy() > 0).all()
    assert "responsiveness_start" not in leaf.tree["population"]
    first = regular.tree["trajectory"]["responsiveness"].to_numpy()[:, 0]
    np.testing.assert_allclose(first, own["responsiveness_start"].to_numpy(), rtol=1e-5)


def test_regular_use_of_no_time_leaves_nothing_behind():
    fresh = run(LEAF, 'kratom_experience = "regular"\nkratom_months = 0', number=10).tree["population"]
    assert fresh["responsiveness_start"].to_numpy() == pytest.approx(1.0)
    assert fresh["adaptation_start"].to_numpy() == pytest.approx(0.0)


def test_long_regular_use_goes_on_as_it_was():
    """Started from what a long habit leaves, the same habit changes responsiveness little over two weeks."""
    case = LEAF.replace("days = 3", "days = 14")
    found = run(case, 'kratom_experience = "regular"\nkratom_months = 120', number=40)
    R = found.tree["trajectory"]["responsiveness"].to_numpy()
    assert np.abs(R[:, -1] - R[:, 0]).max() < 0.06
