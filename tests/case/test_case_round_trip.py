"""A case goes to a dictionary and to TOML and back: equal, with the same keys known and unknown."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.case.every_key import cases

from ketum.case import Case, load_case, parse_case
from ketum.case.table import Table
from ketum.errors import CaseError

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("examples/*.toml"), *ROOT.glob("tests/hazards/gallery/[!e]*.toml")])


def given_keys(value: Any) -> Any:
    """Which keys were given, table by table."""
    if isinstance(value, Table):
        return {name: given_keys(getattr(value, name)) for name in sorted(value.model_fields_set)}
    return [given_keys(one) for one in value] if isinstance(value, tuple) else None


def assert_same(one: Case, other: Case) -> None:
    assert one == other
    assert given_keys(one) == given_keys(other)
    assert one.unknown() == other.unknown()
    assert one.model_dump(mode="json", by_alias=True) == other.model_dump(mode="json", by_alias=True)


@settings(max_examples=300, deadline=None)
@given(cases)
def test_to_a_dictionary_and_to_toml_and_back(keys):
    case = Case.from_dict(keys)
    written = case.to_dict()
    assert_same(Case.from_dict(written), case)
    assert_same(parse_case(case.to_toml()), case)
    assert Case.from_dict(written).to_dict() == written


def _keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys(one) for key, one in value.items()}
    return [_keys(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else None


@settings(max_examples=100, deadline=None)
@given(cases)
def test_the_keys_written_are_those_that_were_given(keys):
    """Alkaloids of a certificate have one name each, whatever they were called."""
    written, given_ones = Case.from_dict(keys).to_dict(), keys
    for table in (*written["kratom"], *given_ones["kratom"]):
        table["certificate"] = len(table.get("certificate", ()))
    assert _keys(written) == _keys(given_ones)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_case_on_file_survives(path):
    case = load_case(path)
    assert_same(Case.from_dict(tomllib.loads(path.read_text("utf-8"))), case)
    assert_same(Case.from_dict(case.to_dict()), case)
    assert_same(parse_case(case.to_toml()), case)


def test_the_dictionary_is_what_a_person_writes(contract):
    written = Case.from_dict(tomllib.loads(contract)).to_dict()
    assert written["kratom"][0] == {
        "product": "leaf-capsule",
        "amount": "3 g",
        "every": "8 h",
        "days": 14,
        "start": "0 h",
        "certificate": {"mitragynine": "1.4 %", "7-hydroxymitragynine": "0.02 %"},
        "tested": ["metals", "microbes"],
        "with": ["kava"],
    }
    assert written["today"]["vitals"]["spo2"] == "97 %"
    assert written["today"]["vitals"]["gcs"] == 15


def test_none_is_left_out():
    person = {"age_years": 46, "sex": "female", "weight_kg": 71, "region": "US-OH", "egfr": None}
    case = Case.from_dict({"person": person, "kratom": [{"product": "tea", "amount": "3 g"}], "today": None})
    assert "person.egfr" in case.unknown()
    assert "egfr" not in case.to_dict()["person"]
    assert "today" not in case.to_dict()


def test_the_later_tables_stay_out_of_the_older_json(case_text):
    assert set(parse_case(case_text()).model_dump(mode="json", by_alias=True)) == {
        *("title", "person", "kratom", "medicine", "today")
    }
    assert "at_most" not in parse_case(case_text()).model_dump(mode="json", by_alias=True)["kratom"][0]


BROKEN = """
title = 3
[person]
age_years = "46"
sex = "male"
wieght_kg = 71
region = "USA"
pregnant = true
conditions = ["back pain", 3, ""]
[[kratom]]
product = "leaf-powder"
amount = "3 kg"
[[kratom]]
product = "teas"
amount = "3 g"
days = 3
certificate = { mitragynine = "101 %", foo = "1 %" }
[[medicine]]
[today]
labs = { alt = 31, foo = "1 U/L" }
vitals = { systolic = 80, diastolic = 120 }
pain_nrs = 11
[[level]]
analyte = "mitragynine"
value = "12 ng"
since_last_dose = ["1 h", "2"]
[care]
taper = [{ amount = "3 g", every = "8 h", day = 3 }]
"""


def problems(call, *given):
    with pytest.raises(CaseError) as caught:
        call(*given)
    return caught.value.problems


def test_problems_are_the_same_from_a_dictionary_and_a_file():
    from_text = problems(parse_case, BROKEN)
    from_keys = problems(Case.from_dict, tomllib.loads(BROKEN))

    def without_line(problem):
        return replace(problem, where=problem.where.split(", ", 1)[-1])

    assert sorted(map(without_line, from_text), key=str) == sorted(map(without_line, from_keys), key=str)
    assert [p.path for p in from_text] == [p.path for p in from_keys]
    assert all(p.where.startswith("line ") for p in from_text)
    assert not any(p.where.startswith("line ") for p in from_keys)


def test_a_problem_has_the_path_of_its_field():
    paths = {problem.path for problem in problems(parse_case, BROKEN)}
    assert {
        ("title",),
        ("person", "age_years"),
        ("person", "wieght_kg"),
        ("person", "conditions", 1),
        ("person", "conditions", 2),
        ("kratom", 0, "amount"),
        ("kratom", 1, "certificate", "mitragynine"),
        ("medicine", 0, "name"),
        ("today", "labs", "alt"),
        ("today", "vitals", "diastolic"),
        ("level", 0, "value"),
        ("level", 0, "since_last_dose", 1),
        ("care", "taper", 0, "day"),
        ("care", "taper", 0, "days"),
    } <= paths


def test_a_problem_of_no_key_has_no_path():
    (problem,) = problems(parse_case, "just words")
    assert problem.path == ()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
names = [
    "title",
    "person",
    "kratom",
    "medicine",
    "today",
    "before",
    "level",
    "care",
    "vitals",
    "labs",
    "every",
    "taper",
]


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(names), anything | st.dictionaries(st.sampled_from(names), anything)) | anything)
def test_a_dictionary_of_anything_raises_nothing_else(keys):
    with pytest.raises(CaseError):
        Case.from_dict(keys)


def test_a_dictionary_that_holds_itself_is_refused():
    keys: dict[str, Any] = {"person": {}}
    keys["person"]["today"] = keys
    assert problems(Case.from_dict, keys)
