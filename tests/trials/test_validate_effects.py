"""The human effect data beside their predictions, and the simulated studies behind them."""

import math

import numpy as np
import pytest
from scipy.stats import binom

from ketum import pharmacology
from ketum.chance import Stream
from ketum.crowd.people import draw_knowledge
from ketum.evidence import fact
from ketum.trials import bounds
from ketum.trials.effects import EffectDatum, course, effect_data, studies, subjects
from ketum.trials.validation import Row, judge, table
from ketum.trials.validation.effects import _values, effect_rows


@pytest.fixture(scope="module")
def rows():
    return effect_rows(repeats=40)


def test_every_datum_has_one_row_in_the_contracts_shape(rows):
    assert [row.fact_id for row in rows] == [datum.fact_id for datum in effect_data()]
    for row in rows:
        assert isinstance(row, Row)
        low, high = row.predicted_interval
        assert low <= row.predicted <= high
        assert row.role in {"calibration", "check"}
        assert row.unit


def test_the_observed_number_is_the_facts_own(rows):
    for row in rows:
        if row.fact_id == "CA011":  # "unchanged"
            assert row.observed == 1
        elif math.isfinite(row.observed):
            assert row.observed == fact(row.fact_id).number()
        else:
            assert row.note  # words stand in for the number


def test_fold_errors_are_predicted_over_observed_or_the_inverse(rows):
    for row in rows:
        if math.isfinite(row.fold_error):
            assert row.fold_error == pytest.approx(max(row.predicted / row.observed, row.observed / row.predicted))
            assert row.fold_error >= 1


def test_calibration_rows_agree_within_joint_errors(rows):
    # Of rows that are each missed one time in ten, no more than chance allows (binomial, 5 %).
    calibration = [row for row in rows if row.role == "calibration"]
    assert sum(bool(row.misses) for row in calibration) <= binom.ppf(0.95, len(calibration), 0.1)


def test_contradictory_facts_are_both_shown(rows):
    """The paper and the thesis on one study; signs that nobody saw beside a score that was not zero."""
    assert {"AN002", "EA027", "CA011", "AN007", "AN015"} <= {row.fact_id for row in rows}


def test_rows_fit_into_the_table(rows):
    text = table(rows)
    assert all(row.fact_id in text for row in rows)


def test_what_was_not_seen_is_a_bound_and_no_number(rows):
    bound = [row for row in rows if row.bound is not None]
    assert {row.statistic for row in bound} == set(bounds.STATISTICS)
    for row in bound:
        assert math.isnan(row.observed)
        assert 0 < row.bound < row.scale
        assert judge(row).verdict is not None
    assert all(judge(row).verdict for row in rows if math.isfinite(row.observed))


def test_a_mean_fall_is_the_studys_mean_and_nobodys_the_largest():
    class Found:
        def breathing_fall(self):
            return np.array([0.1, 0.3, 0.2, 0.4])

    for statistic, expected in (("mean fall at most", [0.2, 0.3]), ("nobody's fall above", [0.3, 0.4])):
        datum = EffectDatum("AE076", "Ascending doses 2024", "breathing", statistic, "check")
        assert _values(datum, fact("AE076"), Found(), 2, 2) == pytest.approx(expected)


def test_a_score_is_compared_on_its_scale_and_a_time_by_its_ratio(rows):
    found = {row.fact_id: row for row in rows}
    assert found["AN015"].scale == 64  # sixteen items of 4 points
    assert found["AN015"].own_error == pytest.approx(3.3 / math.sqrt(10))
    assert found["AN002"].scale is None
    assert found["AN002"].own_error == pytest.approx(39.4 / math.sqrt(26) / 24.9)
    assert found["AN007"].scale == 26  # people who could have had signs


def simulated(name, people=24, **own):
    known = draw_knowledge(Stream(1, people)) | {key: np.full(people, value) for key, value in own.items()}
    stream = Stream(2, people)
    spread = (*pharmacology.effects(), *pharmacology.effect_variability())
    effects = {row.name: stream.normal("people", row.name) for row in spread}
    z = {key: stream.normal("people", key) for key in ("weight", "dose")}
    return course(studies()[name], subjects(studies()[name], known, effects, z), {})


def test_a_dose_after_a_night_narrows_the_pupil():
    found = simulated("Smith 2024")
    assert (found.pupil() < 0).all()
    assert (found.gain() > 1).all()
    assert found.missing_after.size == 0


def test_people_who_take_none_miss_nothing():
    found = simulated("Prevete 2025")
    assert np.abs(found.missing).max() < 1e-12
    np.testing.assert_array_equal(found.sows(), found.own["SOWS_base"])


def test_without_potency_nothing_happens():
    found = simulated("Smith 2024", potency=1e-12)
    assert np.abs(found.pupil()).max() < 1e-6
    assert found.gain() == pytest.approx(1.0, abs=1e-6)


def test_after_stopping_the_score_rises_and_falls():
    score = simulated("Rogers 2024").sows_after()
    assert (score >= 0).all()
    assert score.mean(axis=0)[-1] < score.mean(axis=0).max()
    assert score.mean(axis=0)[0] < score.mean(axis=0).max()
