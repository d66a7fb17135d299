"""What the page says of the person, of findings and of published levels."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from tests.report import effects_made as made
from tests.report.specified import cells

from ketum.enzymes.known import inhibited
from ketum.interaction.changes import hypotheses
from ketum.report import render_page
from ketum.report.charts import NAMES
from ketum.report.page import person_in_words
from ketum.report.series import series_of
from ketum.sizes import Interval


def test_a_person_is_described_by_what_is_known(build):
    person = build.case(conditions=("gout",)).person
    assert person_in_words(person) == "Female, 46 years, 71 kg, US-OH, gout"
    expecting = person.model_copy(update={"pregnant": True, "conditions": ()})
    assert person_in_words(expecting) == "Female, 46 years, 71 kg, US-OH, pregnant"
    nursing = person.model_copy(update={"breastfeeding": True, "conditions": ()})
    assert person_in_words(nursing).endswith("US-OH, breastfeeding")


def test_a_certainty_is_said_in_words_and_in_dots(build):
    for certainty, dots in (("very low", "●○○○"), ("low", "●●○○"), ("moderate", "●●●○"), ("high", "●●●●")):
        finding = build.replace(build.findings()[0], certainty=certainty)
        page = render_page(build.report(findings=(finding,), levels=(), endpoints=()), {})
        assert f"Certainty: {certainty} <" in page
        assert f">{dots}<" in page


def test_a_finding_keeps_its_severity_and_an_unheard_of_one_is_a_note(build):
    for severity, shown in (("emergency", "emergency"), ("danger", "danger"), ("caution", "caution"), ("odd", "note")):
        finding = build.replace(build.findings()[0], severity=severity)
        page = render_page(build.report(findings=(finding,), levels=(), endpoints=()), {})
        assert f'<article class="finding {shown}" data-code="interaction.opioid">' in page
        assert f'<span class="severity">{shown}</span> {finding.title}' in page


def test_a_findings_numbers_stand_in_their_columns(build):
    finding = build.findings()[0]
    page = render_page(build.report(findings=(finding,), levels=(), endpoints=()), {})
    assert cells(page, "findings") == [
        ["Number", "Value", "Interval", "Where from"],
        ["Oxycodone exposure with kratom, ratio", "1.39", "1.23–1.57",
         "measured for midazolam after 39 mg mitragynine ddi.tanna2023.midazolam"],
    ]  # fmt: skip
    point = build.replace(finding.numbers[0], low=None, high=None, unit="mg")
    page = render_page(build.report(findings=(build.replace(finding, numbers=(point,)),), levels=(), endpoints=()), {})
    assert cells(page, "findings")[0] == ["Number", "Value", "Where from"]
    assert cells(page, "findings")[1][1] == "1.39 mg"
    page = render_page(
        build.report(findings=(build.replace(finding, numbers=(*finding.numbers, point)),), levels=(), endpoints=()), {}
    )
    assert cells(page, "findings")[2][2] == "none given"


def test_a_finding_without_a_word_to_watch_or_ask_asks_nothing(build):
    page = render_page(build.report(findings=(build.findings()[2],), levels=(), endpoints=()), {})
    part = page[page.index('data-code="product.unverified"') :]
    assert "Watch for" not in part
    assert "<dt>Ask" not in part
    assert "Evidence:" not in part[: part.index("</article>")]


@pytest.mark.parametrize(("region", "number", "crisis"), [("US-OH", "911", True), ("DE", "112", False)])
def test_the_page_calls_the_number_and_the_line_of_the_country(build, region, number, crisis):
    """112 holds in the European Union; 911, and 988 for a crisis, in the United States."""
    page = render_page(build.report(case=build.case(region), levels=(), endpoints=()), {})
    signs = page[page.index('id="emergency"') : page.index('id="findings"')]
    assert f"Call the emergency number ({number}) at once" in signs
    assert ("988" in signs.split("thoughts of dying: ")[1].split("</p>")[0]) is crisis


# Published series


@how(deadline=None)
@given(st.integers(0, 60))
def test_letters_go_on_after_z_as_columns_of_a_sheet_do(build, number):
    points = [build.PublishedLevel("m", str(i), f"{i:04}", 1.0, 1.0) for i in range(number)]
    letters = [one.letter for one in series_of(points)]
    assert len(set(letters)) == number
    assert letters == sorted(letters, key=lambda text: (len(text), text))
    assert letters[25:28] == ["Z", "AA", "AB"][: max(0, number - 25)]


def test_a_series_gathers_what_carries_its_label(build):
    def point(time, fact, access, matches=True, value=1.0, alkaloid="m"):
        said = {"fact_id": fact, "access": access, "matches_product": matches}
        return build.PublishedLevel(alkaloid, "s", f"of {matches}", time, value, **said)

    given = [
        point(1.0, "d", "seen", False), point(2.0, "b", "one"), point(1.0, "a", "two"), point(3.0, "b", "one"),
        point(float("nan"), "x", "x"), point(1.0, "x", "x", value=float("inf")), point(0.5, "c", "one", alkaloid="n"),
    ]  # fmt: skip
    match, other = series_of(given)
    assert (match.letter, other.letter) == ("A", "B")
    assert (match.matches_product, other.matches_product) == (True, False)
    assert (match.fact_ids, match.access, match.alkaloids) == (("b", "a", "c"), "one; two", ("m", "n"))
    assert [level.time_h for level in match.of("m")] == [1.0, 2.0, 3.0]


def test_published_levels_stand_on_the_page_as_in_the_figure(build):
    page = render_page(build.report(endpoints=()), {})
    rows = cells(page, "levels")
    assert [row[0] for row in rows] == ["Mark", "A", "B"]
    assert rows[2][1].endswith("(another kind of product)")
    assert "another kind" not in rows[1][1]
    assert [row[3] for row in rows[1:]] == ["abstract only", "full text"]
    assert [row[4] for row in rows[1:]] == ["pk.huestis2024.capsule", "pk.tanna2022.tea"]


def test_each_figure_stands_once_on_the_page_in_its_section(build):
    sections = {
        "levels": "levels", "levels-close-up": "levels", "drivers": "exposure", "receptors": "effects",
        "relief": "effects", "withdrawal": "withdrawal", "enzymes": "interactions",
    }  # fmt: skip
    assert set(sections) == set(NAMES)
    drawings = {
        name: SimpleNamespace(name=name, title=f"title of {name}", caption=f"caption of {name}", svg="<svg></svg>")
        for name in sections
    }
    given = {"effects": made.effects(), "withdrawal": made.withdrawal(), "interactions": made.interactions()}
    page = render_page(build.report(**given), drawings)
    for name, section in sections.items():
        assert page.count(f'id="figure-{name}"') == 1, name
        at = page.index(f'id="figure-{name}"')
        assert page.rindex("<section id=", 0, at) == page.index(f'<section id="{section}"'), name
        assert f"title of {name}" in page
        assert f"caption of {name}" in page


def test_the_page_says_that_a_direction_is_not_known_only_where_hypotheses_pull_apart(build):
    def told(low, high):
        changed = made.size(
            "ketoconazole", role="perpetrator", quantity="AUC of 7-hydroxymitragynine", ratio=Interval(low, low, high)
        )
        found = made.interactions(sizes=(changed,), hypotheses=hypotheses(), in_people=inhibited())
        return render_page(build.report(interactions=found), {})

    apart, agreed = told(0.4, 2.5), told(1.4, 2.5)
    assert "With ketoconazole the two pull apart" in apart
    assert "whether it acts more or less, is not known" in apart
    assert "pull apart" not in agreed
    for page in (apart, agreed):
        assert "its highest level to 0.44 of the usual" in page
        assert "Whether relief or harm changes does not follow from it." in page
    assert "0.44 of the usual" not in render_page(build.report(interactions=made.interactions()), {})
