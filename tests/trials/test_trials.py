"""The published trials and how predictions are laid beside them."""

import numpy as np
import pandas as pd
import pytest

from ketum import pharmacology
from ketum.crowd.model import kratom_model
from ketum.endpoints import nca
from ketum.evidence import fact, facts
from ketum.pharmacology.alkaloids import molar_mass
from ketum.trials import blood as trials
from ketum.trials import validation
from ketum.trials.blood import Datum
from ketum.trials.validation import blood

CALIBRATION = {
    f"pk{number:03d}" for number in (*range(1, 5), *range(19, 23), *range(37, 41), 59, 61, 63, 65, 69, 73, 75, 79, 82)
}
NEVER_FITTED = {f"pk{number:03d}" for number in range(51, 59)}
CODES = {"MG": "mitragynine", "HM": "7-hydroxymitragynine", "SC": "speciociliatine"}


@pytest.fixture(scope="module")
def rows():
    return blood.rows(repeats=12, seed=1)


# What is on file


def test_what_the_model_is_fitted_to():
    assert {datum.fact_id for datum in trials.data() if datum.role == "calibration"} == CALIBRATION


def test_what_is_never_fitted():
    checks = {datum.fact_id for datum in trials.data() if datum.role == "check"}
    assert checks & NEVER_FITTED
    assert not checks & CALIBRATION
    assert {datum.role for datum in trials.data()} == {"calibration", "check"}


def test_a_datum_is_a_fact_of_its_alkaloid_and_quantity():
    words = {
        "Cmax": ("cmax", "concentration ratio"), "tmax": ("tmax",), "half_life": ("t1/2",), "AUC_inf": ("auc",),
        "CL_F": ("cl/f",), "Vz_F": ("vz/f", "vd/f"), "Vz_F_per_kg": ("vd/f",),
    }  # fmt: skip
    for datum in trials.data():
        details = fact(datum.fact_id).details
        name = "7-hydroxymitragynine/mitragynine" if datum.alkaloid == "HM/MG" else CODES[datum.alkaloid]
        assert details["analyte"] == name, datum.fact_id
        assert any(word in details["parameter"].casefold() for word in words[datum.quantity]), datum.fact_id
        assert details["study"] == datum.trial


def test_a_datum_has_a_trial_with_arms():
    known = {arm.trial for arm in trials.arms()}
    assert {datum.trial for datum in trials.data()} == known
    for trial in known:
        assert trials.trial_arms(trial)


@pytest.mark.parametrize("arm", trials.arms(), ids=lambda arm: f"{arm.trial}, {arm.name}")
def test_an_arm_can_be_run(arm):
    states = kratom_model().system.states
    assert all(f"{arm.form}_{code}" in states for code in arm.mg)
    assert arm.release in {p.name for p in pharmacology.parameters()}
    assert (np.diff(arm.times_h) > 0).all()
    assert arm.times_h[0] > 0
    assert arm.n >= 2
    assert set(arm.facts) <= set(facts())
    assert all(mg > 0 for mg in arm.mg.values())
    assert arm.repeats == 1 or arm.interval_h > 0


# How a prediction is made


def people(number):
    """Typical people of 70 kg, written here."""
    return {p.name: np.full(number, p.prior_median) for p in pharmacology.parameters()}


@pytest.mark.parametrize("name", ["tea 2 g", "leaf 2000 mg", "extract 9.9 mg"])
def test_an_arms_levels_are_in_proportion_to_what_is_released(name):
    arm = next(arm for arm in trials.arms() if arm.name == name)
    at_rest = {"kinact_gut": np.zeros(2), "kinact_liver": np.zeros(2), "Ki_3A": np.full(2, 1e30)}
    own = people(2) | {arm.release: np.array([0.2, 0.6])} | at_rest
    for curve in trials.concentrations(arm, own).values():
        assert curve.shape == (2, arm.times_h.size)
        np.testing.assert_allclose(curve[1], 3 * curve[0], rtol=1e-4, atol=1e-7 * curve.max())


def test_an_arms_levels_equal_the_models():
    """2 g of tea: 39 mg of mitragynine and 10 mg of speciociliatine, of which the yield reaches the gut."""
    arm = next(arm for arm in trials.arms() if arm.name == "tea 2 g")
    own = people(1) | {"yield_tea": np.array([0.4])}
    doses = pd.DataFrame(
        {"TIME": 0.0, "AMT": [0.4 * 39e6 / 398.5, 0.4 * 10e6 / 398.5], "CMT": ["lumen_MG", "lumen_SC"]}
    )
    known = kratom_model().system.constants
    exact = kratom_model().solve(
        doses, arm.times_h, {n: v for n, v in own.items() if n in known}, ["C_MG", "C_HM", "C_SC"]
    )
    for code, curve in trials.concentrations(arm, own).items():
        np.testing.assert_allclose(curve, exact[f"C_{code}"].to_numpy(), rtol=1e-4, atol=1e-6 * curve.max())


def test_repeated_doses_are_all_taken_before_blood_is_drawn():
    arm = next(arm for arm in trials.arms() if arm.repeats > 1)
    own = people(1)
    released = own[arm.release][0]
    single = pd.DataFrame(
        [
            {"TIME": n * arm.interval_h, "AMT": released * mg * 1e6 / molar_mass(code), "CMT": f"{arm.form}_{code}"}
            for n in range(arm.repeats)
            for code, mg in arm.mg.items()
        ]
    )
    known = kratom_model().system.constants
    times = (arm.repeats - 1) * arm.interval_h + arm.times_h
    exact = kratom_model().solve(single, times, {n: v for n, v in own.items() if n in known}, ["C_MG"])
    found = trials.concentrations(arm, own)["MG"]
    np.testing.assert_allclose(found, exact["C_MG"].to_numpy(), rtol=1e-4)


def test_noise_multiplies():
    truth = {"MG": np.array([[1.0, 10.0]])}
    found = trials.measured(truth, {"MG": np.array([[0.0, 2.0]])})["MG"]
    np.testing.assert_allclose(found, [[1.0, 10.0 * np.exp(2 * trials.ASSAY_ERROR)]])


def test_weights_lie_about_the_arms():
    arm = trials.arms()[0]
    assert trials.trial_weights(arm, np.array([0.0])) == pytest.approx(arm.weight_kg)
    spread = trials.trial_weights(arm, np.array([1.0])) / trials.trial_weights(arm, np.array([-1.0]))
    assert spread == pytest.approx(np.exp(2 * trials.WEIGHT_SD))


def quantities(arm, curve, weight=80.0):
    """Analyse a curve of one person, with a limit that hides nothing."""
    own = {name: np.full(1, value) for name, value in {"limit_MG": 1e-12, "limit_HM": 1e-12}.items()}
    found = trials.individual_quantities(arm, "MG", {"MG": curve[None]}, own, np.array([weight]))
    return {name: float(value[0]) for name, value in found.items()}


def test_apparent_clearance_and_volume_of_a_single_exponential():
    """CL/F is dose over area, Vz/F is CL/F over the slope: 39 mg are 97,867 nmol."""
    arm = next(arm for arm in trials.arms() if arm.name == "tea 2 g")
    curve = 120 * np.exp(-0.05 * arm.times_h)
    found = quantities(arm, curve)
    assert found["half_life"] == pytest.approx(np.log(2) / 0.05, rel=1e-6)
    area = float(nca.analyse(arm.times_h, curve[None]).AUC_inf[0])
    assert found["AUC_inf"] == pytest.approx(area)
    clearance = 39e6 / 398.5 / area
    assert found["CL_F"] == pytest.approx(clearance, rel=1e-6)
    assert found["Vz_F"] == pytest.approx(clearance / 0.05, rel=1e-6)
    assert found["Vz_F_per_kg"] == pytest.approx(clearance / 0.05 / 80, rel=1e-6)


def test_at_steady_state_the_interval_stands_for_the_whole():
    arm = next(arm for arm in trials.arms() if arm.repeats > 1)
    curve = 60 * np.exp(-0.02 * arm.times_h)
    found = quantities(arm, curve)
    first, last = arm.times_h[0], arm.times_h[-1]
    area = 60 / 0.02 * (np.exp(-0.02 * first) - np.exp(-0.02 * last))  # what was sampled, in closed form
    assert found["CL_F"] == pytest.approx(arm.mg["MG"] * 1e6 / 398.5 / area, rel=1e-6)


# Rows


def test_there_is_a_row_for_every_datum_and_no_other(rows):
    assert [(row.fact_id, row.role) for row in rows] == [(datum.fact_id, datum.role) for datum in trials.data()]


def test_the_observed_value_is_the_facts(rows):
    for row in rows:
        cited = fact(row.fact_id)
        low, high = cited.bounds()
        assert row.observed == pytest.approx(np.sqrt(low * high)), row.fact_id
        assert row.unit == cited.unit
        if low == high:
            assert row.observed == float(cited.value)


def test_published_ranges_are_carried_over(rows):
    row = next(row for row in rows if row.fact_id == "pk001")
    assert row.observed == 81.9
    assert row.interval == (50.1, 177.0)
    assert row.unit == "nM"
    row = next(row for row in rows if row.fact_id == "pk069")
    assert row.interval == (0.20, 0.31)
    assert row.observed == pytest.approx(np.sqrt(0.20 * 0.31))


def test_predictions_are_numbers_within_their_interval(rows):
    for row in rows:
        low, high = row.predicted_interval
        assert 0 < low <= row.predicted <= high
        assert row.fold_error == pytest.approx(max(row.predicted / row.observed, row.observed / row.predicted))
        assert row.fold_error >= 1


def test_a_mass_concentration_is_the_molar_one_times_the_molar_mass():
    """The same simulated people, asked once in nM and once in ng/mL."""
    arm = next(arm for arm in trials.arms() if arm.name == "extract 9.9 mg")
    values = np.array([[10.0, 20.0, 40.0], [20.0, 20.0, 20.0]])  # nM, shape (trials, people)
    simulated = {arm.name: {code: {"Cmax": values} for code in ("MG", "HM")}}
    for fact_id, code in (("pk073", "MG"), ("pk075", "HM")):
        assert fact(fact_id).unit == "ng/mL"
        datum = Datum(fact_id, arm.trial, code, "Cmax", f"mean of {arm.name}", "check")
        others = {a.name: simulated[arm.name] for a in trials.trial_arms(arm.trial)}
        row = blood._row(datum, others)
        nM = np.median([70 / 3, 20.0])
        assert row.predicted == pytest.approx(nM * molar_mass(code) / 1000)


def test_units_that_are_not_converted_need_no_conversion():
    """The model speaks nM, h, L: a fact in another unit than these or ng/mL would be compared wrongly."""
    same = {"nM", "h", "nM*h", "nM h", "h*nM", "L", "L/h", "L/kg", "ratio", "ng/mL"}
    for datum in trials.data():
        unit = fact(datum.fact_id).unit
        assert unit in same, (datum.fact_id, unit)
        assert unit != "ng/mL" or datum.quantity == "Cmax"


STATISTICS = {
    "median": [2.0, 5.0],
    "mean": [3.0, 5.0],
    "mean of extract 9.9 mg": [3.0, 5.0],
}


@pytest.mark.parametrize("name", STATISTICS)
def test_statistics_of_one_arm(name):
    sample = np.array([[1.0, 2.0, 6.0], [5.0, 5.0, 5.0]])
    assert blood._statistic(name, [sample]).tolist() == STATISTICS[name]


def test_statistics_over_arms():
    arms = [np.array([[1.0, 2.0, 6.0]]), np.array([[8.0, 8.0, 11.0]])]
    assert blood._statistic("range of arm medians", arms)[0] == pytest.approx(np.sqrt(2 * 8))
    assert blood._statistic("range of arm means", arms)[0] == pytest.approx(np.sqrt(3 * 9))
    assert blood._statistic("highest arm mean", arms)[0] == pytest.approx(9.0)
    assert blood._statistic("median", arms)[0] == pytest.approx(7.0)


def test_people_without_a_number_are_left_out():
    assert blood._statistic("mean", [np.array([[1.0, np.nan, 3.0]])])[0] == pytest.approx(2.0)


def test_the_same_seed_gives_the_same_rows(rows):
    assert blood.rows(repeats=12, seed=1) == rows


def test_another_seed_gives_other_people(rows):
    other = blood.rows(repeats=12, seed=2)
    assert [row.observed for row in other] == [row.observed for row in rows]
    assert sum(a.predicted == b.predicted for a, b in zip(other, rows, strict=True)) < len(rows) / 2


def test_rows_can_be_written_as_json(rows):
    import json

    text = json.dumps([row.as_dict() for row in rows], allow_nan=False)
    first = json.loads(text)[0]
    contract = {
        "fact_id",
        "quantity",
        "observed",
        "unit",
        "interval",
        "predicted",
        "predicted_interval",
        "fold_error",
        "role",
    }
    assert contract <= set(first)


def test_failures_are_calibration_rows_that_miss_a_bar(rows):
    failed = validation.failures(rows)
    for row in rows:
        if row.role == "check":
            assert row not in failed
            assert not row.misses
        elif row.quantity == "tmax":
            assert (row in failed) >= (abs(row.predicted - row.observed) > blood.TMAX_BAR_H)
        else:
            assert (row in failed) >= (row.fold_error > validation.FOLD_BAR)


def test_the_table_names_every_row_and_every_miss(rows):
    text = validation.table(rows)
    for row in rows:
        assert row.fact_id in text
        for miss in row.misses:
            assert miss in text
