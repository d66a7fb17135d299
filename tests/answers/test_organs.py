"""What a case tells of organs and the levels do not use is said beside them, in every output."""

import json
import re

import pytest
from typer.testing import CliRunner

import ketum
from ketum.answers.organs import liver_bounds, organ_notes
from ketum.case import parse_case
from ketum.cli import app
from ketum.report import render_page


def case(more="", age=40, product="tea"):
    person = f'[person]\nage_years = {age}\nsex = "male"\nweight_kg = 80\nregion = "DE"\n{more}\n'
    return parse_case(f'{person}[[kratom]]\nproduct = "{product}"\namount = "2 g"\n', "case")


def organs(more="", age=40, codes=frozenset()):
    return [note.organ for note in organ_notes(case(more, age), set(codes))]


@pytest.mark.parametrize(
    ("more", "age", "expected"),
    [
        ("", 40, []),
        ("", 64, []),
        ("", 65, ["age"]),
        ('liver = "normal"', 40, []),
        ('liver = "child-pugh-a"', 40, ["liver"]),
        ('liver = "child-pugh-b"', 40, ["liver"]),
        ('liver = "child-pugh-c"', 40, ["liver"]),
        ("egfr = 60", 40, []),
        ("egfr = 59", 40, ["kidney"]),
        ('cyp2d6 = "poor"', 40, ["cyp2d6"]),
        ('cyp2d6 = "normal"', 40, []),
        ('cyp2d6 = "unknown"', 40, []),
        ('liver = "child-pugh-c"\negfr = 20\ncyp2d6 = "poor"', 80, ["liver", "kidney", "cyp2d6", "age"]),
    ],
)
def test_what_is_said_of_whom(more, age, expected):
    assert organs(more, age) == expected


def test_a_disease_told_in_words_counts_too():
    assert organs(codes={"liver.disease"}) == ["liver"]
    assert organs(codes={"condition.kidney"}) == ["kidney"]


@pytest.mark.parametrize("letter", "bc")
def test_bounds_stand_beside_the_numbers_in_words_and_as_numbers(letter):
    (note,) = organ_notes(case(f'liver = "child-pugh-{letter}"'), set())
    assert note.certainty == "very low"
    assert {bound.alkaloid for bound in note.bounds} == {"mitragynine", "7-hydroxymitragynine"}
    for bound in note.bounds:
        assert 1 < bound.low < bound.high
        assert f"{bound.alkaloid} {bound.low:.2g} to {bound.high:.2g}" in note.could_be
    assert "very low" in note.could_be


def test_only_severe_disease_has_bounds_said():
    (note,) = organ_notes(case('liver = "child-pugh-a"'), set())
    assert "normal liver" in note.simulated
    assert not note.could_be
    assert not note.bounds


def test_the_bounds_rise_from_class_to_class():
    a, b, c = (liver_bounds(case(), f"child-pugh-{letter}") for letter in "abc")
    for first, second, third in zip(a, b, c, strict=True):
        assert first.low == pytest.approx(1)
        assert first.low < second.low < third.low
        assert first.high < second.high < third.high


SICK = 'liver = "child-pugh-c"\negfr = 25\ncyp2d6 = "poor"'


@pytest.fixture(scope="module")
def answers():
    return {more: ketum.ask(case(more, 70), people=20, seed=3) for more in ("", SICK)}


def test_the_main_numbers_stay(answers):
    plain, sick = answers[""], answers[SICK]
    assert [(e.alkaloid, e.quantity, e.median, e.p95) for e in plain.endpoints] == [
        (e.alkaloid, e.quantity, e.median, e.p95) for e in sick.endpoints
    ]
    assert len(plain.organs) == 1
    assert len(sick.organs) == 4


def test_page_and_json_say_them(answers):
    sick = answers[SICK]
    page = " ".join(re.sub(r"<[^>]+>", " ", render_page(sick, {})).split())
    written = json.loads(sick.to_json())["organs"]
    assert [one["organ"] for one in written] == ["liver", "kidney", "cyp2d6", "age"]
    assert written[0]["bounds"][0]["low"] == pytest.approx(sick.organs[0].bounds[0].low)
    for note in sick.organs:
        # With the levels, with the exposure and with the effects.
        assert page.count(str(note.simulated)) == 3
        assert page.count(str(note.could_be)) == 3 if note.could_be else True
    used = {fact_id for source in sick.sources for fact_id in source.fact_ids}
    assert {"EK060", "EK062", "EK067", "EK046", "EK078"} <= used


def test_the_terminal_says_them(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(case(SICK, 70).to_toml(), encoding="utf-8")
    for command in (["margins", str(path), "-n", "12"], ["run", str(path), "-n", "8", "-o", str(tmp_path / "out")]):
        said = " ".join(CliRunner().invoke(app, command).output.split())
        for words in ("normal liver", "this many times", "normal kidneys", "CYP2D6 type", "younger adult"):
            assert words in said, command


def test_what_is_not_simulated_has_nothing_beside_it():
    answer = ketum.ask(case(SICK, product="pseudoindoxyl-product"), people=5)
    assert answer.organs == ()
