"""The validation pages say first where the model is right, wide and wrong, each row once."""

import math
from dataclasses import replace

import pytest
from validation_page import effects_page
from verdict_page import where

from ketum.trials.validation import Row

BASE = Row(
    "AN002", "A study", "all", "cold_pressor", "mean", "calibration", 1.0, "times", None, "", 1.1, (0.8, 1.4), 1.1,
    None, None, None, None, None, (), "", "effects",
)  # fmt: skip


@pytest.fixture
def rows():
    right = [replace(BASE, fact_id=f"IN{i}") for i in range(3)]
    wrong = [replace(BASE, fact_id=f"OUT{i}", observed=2.0, fold_error=2 / 1.1) for i in range(4)]
    bound = replace(
        BASE, fact_id="BOUND", observed=math.nan, fold_error=math.nan, predicted=0.2, predicted_interval=(0.0, 0.8),
        scale=1.0, bound=0.1,
    )  # fmt: skip
    return [*right, *wrong, bound]


def sections(text):
    return {part.partition("\n")[0]: part for part in text.split("\n## ")}


def test_each_row_stands_in_its_own_section(rows):
    found = sections(effects_page(rows))
    assert "3 of 7" in found["# Effects: predicted against observed"]
    assert "CONFLICT" in found["# Effects: predicted against observed"]
    places = {"IN": "Where the model is right", "BOUND": "Where it is wide", "OUT": "Where it fails"}
    for row in rows:
        holding = [title for title in places.values() if f"- {row.fact_id}," in found[title]]
        assert holding == [places[row.fact_id.rstrip("0123456789")]]


def test_what_was_fitted_is_said_to_be_no_evidence(rows):
    text = "\n".join(where(rows))
    assert "*Effects, calibration* (fitted to these rows: agreement is no evidence of prediction)" in text
    assert "*Effects, check*" not in text
    assert "*Effects, check*" in "\n".join(where([replace(rows[0], role="check")]))


def test_rows_missed_by_both_stand_under_what_fails(rows):
    near = [replace(BASE, fact_id=f"N{i}", observed=1.5, own_error=0.15, fold_error=1.5 / 1.1) for i in range(4)]
    found = sections(effects_page([*rows[:3], *near]))
    assert "- N0," in found["Where it fails"]
    assert "- N0," not in found["Where the model is right"]
