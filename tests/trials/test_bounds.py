"""What a study would have noticed where it saw nothing."""

import math

import numpy as np
import pytest

from ketum.trials import bounds
from ketum.trials.effects import effect_data, studies


def test_a_mean_change_of_two_standard_errors_is_noticed():
    assert bounds.noticed("breathing", "mean fall at most", 13) == pytest.approx(2 * 2 / 15 / math.sqrt(13), rel=0.03)
    assert bounds.noticed("sows", "mean rise at most", 9) == pytest.approx(2.0)
    assert bounds.noticed("breathing", "nobody's fall above", 6) == 0.35
    assert bounds.noticed("breathing", "mean at 1 h", 6) is None


def test_more_people_notice_less():
    found = [bounds.noticed("breathing", "mean fall at most", n) for n in (4, 16, 64)]
    assert found == sorted(found, reverse=True)
    assert found[0] / found[2] == pytest.approx(4)


def test_at_the_bound_it_is_a_toss_up_whether_it_is_seen():
    bound = bounds.noticed("breathing", "mean fall at most", 9)
    assert np.exp(bounds.not_seen(np.array(bound), bounds.BREATHING_SD, 9)) == pytest.approx(0.5)
    assert np.exp(bounds.nobody_above(np.array(0.35))) == pytest.approx(0.5)
    assert np.exp(bounds.not_seen(np.array(0.0), bounds.BREATHING_SD, 9)) > 0.97


def test_every_bound_on_file_can_be_made():
    found = [datum for datum in effect_data() if datum.statistic in bounds.STATISTICS]
    assert found
    for datum in found:
        assert bounds.noticed(datum.quantity, datum.statistic, studies()[datum.study].n) > 0
