from __future__ import annotations

import pytest

from ketum.writing.names import quantity_name, split_quantity
from ketum.writing.numbers import interval, interval_of, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12345, "12,300"),
        (999.6, "1,000"),
        (105.24, "105"),
        (39.0, "39"),
        (0.012345, "0.0123"),
        (-2.5, "−2.5"),
        (3e-7, "3.00 × 10⁻⁷"),
        (float("nan"), "not known"),
        (float("inf"), "not known"),
        (None, "not known"),
        ("1 in 4", "1 in 4"),
    ],
)
def test_numbers_have_three_figures(value, text):
    assert number(value) == text


def test_intervals():
    assert interval(31.04, 312) == "31–312"
    assert interval(-1, 2) == "−1 to 2"
    assert interval(0.5, float("nan")) == "0.5 to not known"
    assert interval_of(None) == ""
    assert interval_of([None, None]) == ""
    assert interval_of("90 % CI 1.2-1.6") == "90 % CI 1.2-1.6"


def test_quantities():
    assert split_quantity("Cmax_last") == ("Cmax", "last")
    assert split_quantity("half_life") == ("half_life", "")
    assert quantity_name("time_above_10_ng_mL") == ("Time above 10 ng/mL", "")
