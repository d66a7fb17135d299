"""Effects, margins and withdrawal on the page and in the JSON of a real run."""

import html
import json
import re

import numpy as np
import pytest

from ketum.answers.ask import ask
from ketum.case import parse_case
from ketum.report import answer_json, figures, render_page

CASE = """
[person]
age_years = 40
sex = "male"
weight_kg = 70
region = "DE"
kratom_experience = "regular"
[[kratom]]
product = "leaf-powder"
amount = "{amount}"
every = "8 h"
days = 4
[[medicine]]
name = "naltrexone"
[today]
stopped_hours_ago = 30
"""


def made(amount="3 g", text=CASE, number=120):
    answer = ask(parse_case(text.format(amount=amount), "case"), number, workers=1)
    return answer, answer


@pytest.fixture(scope="module")
def pair():
    return made()


@pytest.fixture(scope="module")
def page(pair):
    return render_page(pair[1], figures(pair[1]))


def test_every_line_is_a_quantile_of_the_people(pair):
    run, report = pair
    for line in report.effects.lines:
        values = run.tree["effects"][line.quantity].to_numpy()
        assert line.median in values
        assert (values < line.p05).mean() <= 0.06
        assert (values > line.p95).mean() <= 0.06


def test_nothing_looks_certain(pair, page):
    assert {line.certainty for line in pair[1].effects.lines} <= {"low", "very low"}
    assert "No trial in chronic pain" in page
    assert "Low certainty throughout" in page
    for line in pair[1].effects.lines:
        assert line.basis in html.unescape(page)
        assert line.fact_ids


def test_what_of_breathing_is_from_animals_says_so_and_what_was_seen_in_people_stands_beside(pair, page):
    (line,) = (line for line in pair[1].effects.lines if line.quantity.startswith("breathing"))
    assert "known from animals" in line.basis
    assert {"targets-AE036", "targets-AE037"} <= set(line.fact_ids)
    section = page[page.index("Breathing: with a ceiling and without") : page.index("two published roles")]
    seen = [one.fact_id for one in pair[1].effects.breathing_seen]
    assert re.findall(r'class="fact" href="#source-[^"]+">([^<]+)<', section) == seen
    # Those in whom it was watched and did not fall, and the one man who stopped breathing.
    assert {"CC038", "CC039", "CC043", "AE071"} <= set(seen)
    for one in pair[1].effects.breathing_seen:
        assert str(one.text) in html.unescape(section)


def test_both_kinds_of_studies_are_shown_and_the_person_is_of_one(pair, page):
    run, report = pair
    of_kind = {(line.role, line.quantity): line.median for line in report.effects.kinds}
    new, regular = "potency as people new to kratom showed it", "potency as regular users showed it"
    assert {role for role, _ in of_kind} == {new, regular}
    for line in report.effects.lines:
        if (regular, line.quantity) in of_kind:
            assert of_kind[regular, line.quantity] == line.median
            assert of_kind[new, line.quantity] < line.median
    assert (run.tree["effects"]["as_new"].to_numpy() == 0).all()
    assert page.index("Two kinds of studies") < page.index("Breathing: with a ceiling")


@pytest.mark.parametrize("experience", ["new", None])
def test_no_mg_of_morphine_for_who_is_not_known_to_take_kratom_regularly(pair, page, experience):
    assert "like one swallowed dose of morphine" in page.lower()
    line = 'kratom_experience = "regular"\n'
    text = CASE.replace(line, f'kratom_experience = "{experience}"\n' if experience else "")
    _, report = made("3 g", text, number=20)
    assert (
        "morphine" not in render_page(report, figures(report)).split('<section id="effects">')[1].split("</section>")[0]
    )
    assert "morphine_mg" not in {row["quantity"] for row in json.loads(answer_json(report))["effects"]["lines"]}
    roles = {line.role for line in report.effects.kinds}
    assert len(roles) == 2


def test_shares_of_the_layers_are_given(pair):
    line = next(line for line in pair[1].effects.lines if line.quantity == "relief")
    assert line.share.knowledge > line.share.product >= 0
    assert 0 <= line.share.people <= 1


def test_the_yardstick_holds_placebo_and_time_alone(pair):
    labels = [row.label for row in pair[1].effects.yardstick]
    assert any("placebo over no treatment" in label for label in labels)
    assert any("without treatment" in label for label in labels)
    assert [row.kind for row in pair[1].effects.yardstick].count("computed") == 1
    opioids = next(row for row in pair[1].effects.yardstick if row.fact_ids == ("CE066",) and row.kind == "measured")
    assert (opioids.points, opioids.low, opioids.high) == pytest.approx((0.69, 0.56, 0.82))


def test_both_roles_of_speciociliatine_are_shown(pair, page):
    assert {line.role for line in pair[1].effects.roles} == {"partial agonist", "no agonist, only occupies"}
    assert "two published roles" in page


def test_the_other_opioid_is_named_and_its_strength_unknown(pair, page):
    assert pair[1].effects.beside == ("naltrexone",)
    assert any("naltrexone" in item.what and "50 mg" in item.what for item in pair[1].unknown)
    assert "taken by naltrexone" in page


def test_withdrawal_now_lies_between_its_neighbours(pair, page):
    stop = pair[1].withdrawal
    around = [point.median for point in stop.points if point.hours in (24, 36)]
    assert min(around) <= stop.now.median <= max(around)
    assert "stopped 30 hours ago" in page


def test_every_margin_with_a_level_is_on_the_page(pair, page):
    for one in pair[1].margins:
        assert one.fact_id in page
    assert "contradicted by" in page


def test_figures_are_drawn_and_described(pair):
    drawn = figures(pair[1])
    for name in ("receptors", "relief", "withdrawal"):
        assert drawn[name].alternative
        assert "<svg" in drawn[name].svg


def test_every_fact_leads_to_its_source(page):
    section = page[page.index('<section id="effects">') : page.index('<section id="unknown">')]
    linked = set(re.findall(r'class="fact" href="#source-[^"]+">([^<]+)<', section))
    loose = set(re.findall(r'<span class="fact">([^<]+)<', section))
    assert linked
    assert not loose


def test_the_json_has_the_three_keys(pair):
    found = json.loads(answer_json(pair[1]))
    assert {"effects", "margins", "withdrawal"} <= set(found)
    given = found["effects"]
    assert {"lines", "roles", "kinds", "breathing", "breathing_seen", "yardstick", "notes", "warnings"} <= set(given)
    assert "curves" not in found["effects"]
    assert len(found["margins"]) == len(pair[1].margins)
    assert [point["hours"] for point in found["withdrawal"]["points"]][-1] == 336


def test_doses_beyond_the_studied_are_marked():
    plain = CASE.replace('[[medicine]]\nname = "naltrexone"\n', "")
    _, large = made("40 g", plain, number=20)
    assert any("extrapolated" in text for text in large.effects.warnings)
    assert np.isfinite(large.effects.lines[0].median)  # computed all the same


def test_a_7_hydroxymitragynine_product_is_said_to_have_no_human_data():
    text = CASE.replace("leaf-powder", "7oh-product").replace('[[medicine]]\nname = "naltrexone"\n', "")
    _, report = made("15 mg 7-hydroxymitragynine", text, number=20)
    assert any("no human study" in text for text in report.effects.warnings)


def test_regular_use_without_a_regimen_is_unknown():
    text = CASE.replace('every = "8 h"\ndays = 4\n', "").replace('[[medicine]]\nname = "naltrexone"\n', "")
    _, report = made("3 g", text, number=20)
    assert any("earlier use of kratom" in item.what for item in report.unknown)


def test_what_is_not_followed_shows_no_zero():
    text = CASE.replace("leaf-powder", "pseudoindoxyl-product").replace('[[medicine]]\nname = "naltrexone"\n', "")
    _, report = made("20 mg", text, number=10)
    assert report.effects is None
    assert report.withdrawal is None
    assert {one.verdict for one in report.margins} == {"not known"}
    assert any("every effect" in item.what for item in report.unknown)
    assert 'id="effects"' not in render_page(report, figures(report))
