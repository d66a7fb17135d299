"""The algebra against its definition, and the model's enzymes and victims against closed forms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum import pharmacology
from ketum.crowd.model import kratom_model
from ketum.enzymes.algebra import (
    LEAST_ACTIVITY,
    activity_of,
    activity_under,
    fm_of,
    gut_activity_of,
    gut_ratio,
    iv_ratio,
    liver_activity_of,
    liver_ratio,
    oral_ratio,
)
from ketum.enzymes.perpetrators import together

share = st.floats(0.02, 0.98)
activity = st.floats(0.02, 12.0)
NOBODY = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
FAR = np.unique(np.concatenate([np.linspace(0, 12, 1201), np.geomspace(12, 4000, 1500)]))
Q_H, Q_GUT = 97.0, 18.0


@pytest.fixture(scope="module")
def model():
    return kratom_model()


# Algebra


@given(share, share, activity)
def test_a_ratio_gives_back_the_activity_behind_it(Fg, fm, active):
    assert activity_of(oral_ratio(active, active, Fg, fm), Fg, fm) == pytest.approx(
        max(active, LEAST_ACTIVITY), rel=1e-6
    )


@given(share, activity)
def test_what_survives_the_gut_wall_gives_back_the_activity_behind_it(Fg, active):
    assert gut_activity_of(gut_ratio(active, Fg), Fg) == pytest.approx(max(active, LEAST_ACTIVITY), rel=1e-6)


@given(share, activity)
def test_what_survives_the_liver_gives_back_the_activity_behind_it(fm, active):
    assert liver_activity_of(liver_ratio(active, fm), fm) == pytest.approx(max(active, LEAST_ACTIVITY), rel=1e-6)


@given(st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_so_many_times_an_inhibitor_leave_what_its_equation_says(dose, times):
    """A reversible inhibitor at I/Ki leaves 1 / (1 + I/Ki)."""
    assert activity_under(1 / (1 + dose), times) == pytest.approx(1 / (1 + dose * times), rel=1e-9)


@given(share, share, st.floats(0.0, 0.9))
def test_a_ratio_gives_back_the_share_behind_it(Fg, fm, active):
    assert fm_of(oral_ratio(active, active, Fg, fm), Fg, active) == pytest.approx(fm, rel=1e-6, abs=1e-9)


@given(share, share, share)
def test_untouched_enzymes_change_nothing(Fg, fm, E):
    assert oral_ratio(1.0, 1.0, Fg, fm) == pytest.approx(1.0, rel=1e-12)
    assert iv_ratio(1.0, fm, E) == pytest.approx(1.0, rel=1e-12)
    assert activity_of(1.0, Fg, fm) == pytest.approx(1.0, rel=1e-9)


@given(share, share, share, st.tuples(activity, activity))
def test_less_enzyme_is_never_less_exposure(Fg, fm, E, two):
    low, high = sorted(two)
    assert oral_ratio(low, low, Fg, fm) >= oral_ratio(high, high, Fg, fm)
    assert iv_ratio(low, fm, E) >= iv_ratio(high, fm, E)


@given(share, share, activity)
def test_a_vein_is_changed_less_than_the_mouth(fm, E, active):
    """The liver's flow limits clearance: the ratio lies between 1 and that of what arrives by the portal vein."""
    ends = sorted([1.0, float(liver_ratio(active, fm))])
    assert ends[0] - 1e-9 <= iv_ratio(active, fm, E) <= ends[1] + 1e-9


def test_the_largest_possible_ratio():
    """No enzyme left: the gut wall gives 1/Fg, the liver 1/(1 - fm)."""
    assert gut_ratio(0.0, 0.5) == pytest.approx(2.0)
    assert liver_ratio(0.0, 0.9) == pytest.approx(10.0)


# The model


def dosed(model, own, doses, outputs, times=FAR):
    table = pd.DataFrame(doses, columns=["TIME", "AMT", "CMT"]) if doses else NOBODY
    return model.solve(table, times, own, outputs)


@pytest.mark.parametrize("factor", [0.1, 1.0, 20.0])
def test_constant_inactivation_settles_where_the_closed_form_says(model, factor):
    """A = kdeg / (kdeg + lost by inactivation), approached with the sum of both rates."""
    kdeg, extra = 0.03, 0.03 * factor
    own = {"kdeg_gut": kdeg, "co_inactivation_gut": extra, "co_taken": 1.0, "co_start": 1.0}
    times = np.array([1.0, 10.0, 100.0, 2000.0])
    found = dosed(model, own, [], ["CYP3A_gut", "CYP3A_liver"], times)
    settled = kdeg / (kdeg + extra)
    exact = settled + (1 - settled) * np.exp(-(kdeg + extra) * times)
    np.testing.assert_allclose(found["CYP3A_gut"].to_numpy()[0], exact, rtol=1e-7)
    np.testing.assert_allclose(found["CYP3A_liver"].to_numpy()[0], 1.0, rtol=1e-9)


def test_mitragynine_at_a_constant_level_inactivates_by_kinact_and_KI(model):
    """A constant infusion into the lumen, once all is steady: A = kdeg / (kdeg + kinact I / (KI + I)) in the wall."""
    own = {"kinact_gut": 2.0, "KI_gut": 1500.0, "kdeg_gut": 0.04, "fu_gut": 0.3, "Q_gut": Q_GUT, "Fa": 0.8, "ka": 1.5}
    rate = 5000.0
    table = pd.DataFrame({"TIME": [0.0], "AMT": [rate * 3000], "RATE": [rate], "CMT": ["lumen_MG"]})
    found = model.solve(table, [2500.0], own, ["CYP3A_gut"])["CYP3A_gut"].item()
    inhibitor = 0.3 * 0.8 * rate / Q_GUT
    assert found == pytest.approx(0.04 / (0.04 + 2.0 * inhibitor / (1500.0 + inhibitor)), rel=1e-6)


def test_induction_settles_at_its_factor_and_washes_out_with_turnover(model):
    own = {"co_induction_liver": 4.0, "co_taken": 1.0, "co_k": 5.0, "kdeg_liver": 0.02}
    assert dosed(model, own, [], ["CYP3A_liver"], [2000.0])["CYP3A_liver"].item() == pytest.approx(5.0, rel=1e-6)
    gone = own | {"co_taken": 0.0, "co_start": 0.0, "co_CYP3A_liver_start": 5.0}
    times = np.array([10.0, 50.0, 200.0])
    left = dosed(model, gone, [], ["CYP3A_liver"], times)["CYP3A_liver"].to_numpy()[0]
    np.testing.assert_allclose(left, 1 + 4 * np.exp(-0.02 * times), rtol=1e-7)


def test_a_co_medicines_level_comes_and_goes_in_first_order(model):
    times = np.array([1.0, 5.0, 30.0])
    rising = dosed(model, {"co_taken": 1.0, "co_start": 0.0, "co_k": 0.2}, [], ["co_level"], times)[
        "co_level"
    ].to_numpy()[0]
    falling = dosed(model, {"co_taken": 0.0, "co_start": 1.0, "co_k": 0.2}, [], ["co_level"], times)[
        "co_level"
    ].to_numpy()[0]
    np.testing.assert_allclose(rising, 1 - np.exp(-0.2 * times), rtol=1e-7)
    np.testing.assert_allclose(falling, np.exp(-0.2 * times), rtol=1e-7)


def area(model, own, doses, name="C_victim"):
    curve = dosed(model, own, doses, [name])[name].to_numpy()[0]
    assert curve[-1] < 1e-5 * curve.max()
    return np.trapezoid(curve, FAR)


@pytest.mark.parametrize("name", ["midazolam", "dextromethorphan"])
@pytest.mark.parametrize(("gut", "liver"), [(0.3, 0.3), (0.1, 1.0), (1.0, 0.2), (5.0, 5.0)])
def test_the_models_victim_is_the_static_formula_at_constant_activity(model, name, gut, liver):
    victim = pharmacology.victims()[name]
    own = victim.as_parameters() | {"Q_H": Q_H}
    held = {"co_taken": 1.0, "co_start": 1.0, "co_inhibition_gut": 1 / gut - 1, "co_inhibition_liver": 1 / liver - 1}
    doses = [(0.0, 1000.0, "victim_lumen")]
    found = area(model, own | held, doses) / area(model, own, doses)
    assert found == pytest.approx(oral_ratio(gut, liver, victim.Fg, victim.fm_3A), rel=1e-4)


def test_the_models_victim_in_a_vein_is_the_static_formula(model):
    victim = pharmacology.victims()["midazolam"]
    own = victim.as_parameters() | {"Q_H": Q_H}
    held = {"co_taken": 1.0, "co_start": 1.0, "co_inhibition_liver": 3.0, "co_inhibition_gut": 3.0}
    doses = [(0.0, 1000.0, "victim_central")]
    E = victim.CLint / (Q_H + victim.CLint)
    found = area(model, own | held, doses) / area(model, own, doses)
    assert found == pytest.approx(iv_ratio(0.25, victim.fm_3A, E), rel=1e-4)


@pytest.mark.parametrize("active", [0.2, 3.0])
def test_exposure_to_mitragynine_at_constant_activity(model, active):
    """Gut and liver in closed form, with CYP3A's share of its loss; kratom itself does nothing here."""
    own = {"kinact_gut": 0.0, "kinact_liver": 0.0, "Ki_3A": 1e30, "Fg_MG": 0.6, "fm_gut": 0.5, "fm_liver": 0.2}
    own |= {"formed_3A": 0.8, "rest_3A": 0.4, "CLint_MG": 50.0, "V2_MG": 300.0}
    held = {
        "co_taken": 1.0,
        "co_start": 1.0,
        "co_inhibition_gut": 1 / active - 1,
        "co_inhibition_liver": 1 / active - 1,
    }
    doses = [(0.0, 1000.0, "lumen_MG")]
    found = area(model, own | held, doses, "C_MG") / area(model, own, doses, "C_MG")

    def loss(fm):
        by_3A = fm * 0.8 + (1 - fm) * 0.4
        return by_3A * active + 1 - by_3A

    expected = 1 / (0.6 + 0.4 * loss(0.5)) / loss(0.2)
    assert found == pytest.approx(expected, rel=1e-4)


# Laws


@given(st.floats(1e2, 3e5), st.floats(1.2, 20.0))
@how(max_examples=10, deadline=None)
def test_more_kratom_never_leaves_more_enzyme(model, amount, times_more):
    grid = np.linspace(0, 48, 97)
    less, more = (
        dosed(
            model, {}, [(0.0, a, "lumen_MG"), (12.0, a, "lumen_MG")], ["CYP3A_gut", "CYP3A_liver", "active_2D6"], grid
        )
        for a in (amount, amount * times_more)
    )
    for name in ("CYP3A_gut", "CYP3A_liver", "active_2D6"):
        assert (more[name].to_numpy() <= less[name].to_numpy() + 1e-9).all()


def test_without_kratom_a_victims_level_is_its_own(model):
    """Exactly: the enzymes stay at 1 to the last bit."""
    found = dosed(
        model, {}, [(0.0, 1000.0, "victim_lumen")], ["CYP3A_gut", "CYP3A_liver", "active_gut", "active_liver"]
    )
    for name in found:
        assert (found[name].to_numpy() == 1.0).all()


def test_the_enzymes_stay_between_nothing_and_normal(model):
    grid = np.linspace(0, 400, 801)
    found = dosed(model, {}, [(8.0 * i, 3e5, "extract_MG") for i in range(20)], ["CYP3A_gut", "CYP3A_liver"], grid)
    for name in found:
        values = found[name].to_numpy()
        assert ((values > 0) & (values <= 1 + 1e-9)).all()
        assert values[0, -1] > values.min(), "what is lost comes back"


def test_an_inactivator_and_an_inducer_together_hold_the_enzyme_where_loss_and_making_balance(model):
    """Both there for long, no kratom: A = (1 + induction) / (1 + inactivation / kdeg), and there it stays."""
    kdeg, inactivation, induction = 0.03, 0.06, 4.0
    own = {"kdeg_gut": np.array([kdeg]), "kdeg_liver": np.array([kdeg])}
    first, second = ({f"co_{what}_{place}": np.array([by]) for place in ("gut", "liver")}
                     for what, by in (("inactivation", inactivation), ("induction", induction)))  # fmt: skip
    both = together([first, second], own)
    found = dosed(model, own | both, [], ["CYP3A_gut", "CYP3A_liver"], np.array([0.0, 10.0, 500.0]))
    for place in ("gut", "liver"):
        exact = (1 + induction) / (1 + inactivation / kdeg)
        np.testing.assert_allclose(found[f"CYP3A_{place}"].to_numpy()[0], exact, rtol=1e-7)


def test_two_reversible_inhibitors_share_one_site(model):
    """1 / (1 + a + b), not 1 / (1 + a) / (1 + b)."""
    own = {"kdeg_gut": np.array([0.03]), "kdeg_liver": np.array([0.03])}
    each = [{f"co_inhibition_{place}": np.array([by]) for place in ("gut", "liver")} for by in (2.0, 3.0)]
    found = dosed(model, own | together(each, own), [], ["active_gut", "active_liver"], np.array([24.0]))
    assert found["active_gut"].item() == pytest.approx(1 / 6, rel=1e-9)
    assert found["active_liver"].item() == pytest.approx(1 / 6, rel=1e-9)
