"""A gallery of cases: published reports, whose cause must be flagged, and ordinary ones, which must not alarm."""

import re
import statistics
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from ketum.case import load_case
from ketum.crowd.contents import dose_sizes
from ketum.evidence import fact, facts
from ketum.hazards import screen
from ketum.hazards.finding import RANK

GALLERY = Path(__file__).parent / "gallery"
EXPECTED = tomllib.loads((GALLERY / "expected.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)
BENIGN = [name for name in EXPECTED if name.startswith("benign")]


@cache
def found(name):
    case = load_case(GALLERY / f"{name}.toml")
    return screen(case, dose_sizes(case), today=TODAY)


def test_every_case_has_its_expectation():
    files = {path.stem for path in GALLERY.glob("*.toml")} - {"expected"}
    assert files == set(EXPECTED)
    assert len(files) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_the_case(name):
    expected = EXPECTED[name]
    codes = [one.code for one in found(name)]
    assert set(expected["must"]) <= set(codes)
    assert not set(expected.get("never", [])) & set(codes)
    if "worst" in expected:
        assert all(RANK[one.severity] >= RANK[expected["worst"]] for one in found(name) if not _of_a_medicine(one))
    if "first" in expected:
        assert codes[0] == expected["first"]


def _of_a_medicine(one):
    return one.code.startswith(("interaction.", "medicine."))


def test_the_reports_are_on_file():
    cited = {name for expected in EXPECTED.values() for name in expected.get("facts", [])}
    assert cited <= facts().keys()
    assert all(fact(name).verified for name in cited)


def test_nothing_stands_before_an_emergency_and_the_same_day_follows():
    for name in EXPECTED:
        order = [one.code for one in found(name)]
        pressing = [code for code in order if code.startswith(("emergency.", "urgent."))]
        assert order[: len(pressing)] == pressing


def test_an_ordinary_case_is_not_a_page_of_alarms():
    alarms = [sum(RANK[one.severity] <= RANK["caution"] for one in found(name)) for name in BENIGN]
    assert statistics.median(alarms) <= 4
    assert not any(RANK[one.severity] < RANK["caution"] for name in BENIGN for one in found(name))


def test_every_finding_of_the_gallery_rests_on_facts_that_were_seen():
    for name in EXPECTED:
        for one in found(name):
            assert one.evidence or one.code in (
                "law.unclear",
                "words.unknown",
                "words.contradiction",
                "medicine.unknown",
            )
            for number in one.numbers:
                if not all(fact(fact_id).verified for fact_id in number.fact_ids):
                    assert "not verified" in number.origin, number
                    assert one.severity in ("caution", "note"), one
            assert {fact_id for number in one.numbers for fact_id in number.fact_ids} <= set(one.evidence), one.code


def grade(text):
    """Flesch and Kincaid's school grade, with syllables counted as groups of vowels."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = [part for part in re.split(r"[.!?:;]+(?:\s|$)", text) if part.strip()]
    syllables = sum(max(1, len(re.findall("[aeiouy]+", word.casefold().removesuffix("e")))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_a_child_of_twelve_can_read_it():
    told = {one.because for name in EXPECTED for one in found(name) if not _of_a_medicine(one)}
    hard = [text for text in told if grade(text) > 8]
    assert not hard


def test_nothing_is_called_safe_and_no_dose_is_advised():
    for name in EXPECTED:
        for one in found(name):
            text = f"{one.title} {one.because} {one.watch} {one.ask}".casefold()
            assert not re.search(r"\bsafe(ly|ty)?\b|you should take|take less|take no more|recommended dose", text), (
                one.code
            )
