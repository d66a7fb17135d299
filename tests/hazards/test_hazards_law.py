"""What the law says: the stricter of state and country, never silent, always dated."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hazards.situations import situated

from ketum.evidence import facts
from ketum.hazards.law import law as law_of
from ketum.hazards.portion import Portion

TODAY = date(2026, 11, 22)
ROWS = [one for one in facts().values() if one.table == "legal_status"]
REGIONS = sorted({one.details["iso"] for one in ROWS if one.details["level"] in ("state", "country")})
PRODUCTS = [
    "leaf-powder",
    "leaf-capsule",
    "tea",
    "extract",
    "liquid-shot",
    "7oh-product",
    "pseudoindoxyl-product",
    "mixed",
]


def law(region, products, age=40, today=TODAY, share=None):
    certificate = None if share is None else {"mitragynine": 100.0 - share, "7-hydroxymitragynine": share}
    portions = [Portion(kind, certificate=certificate) for kind in products]
    # A region is not read here, so that places that no file would name are tried as well.
    there = situated(age_years=age, portions=portions, day=today)
    there = replace(there, person=there.person.model_copy(update={"region": region}))
    return tuple(law_of(there))


def codes(region, product="leaf-powder", age=40, today=TODAY):
    return [found.code for found in law(region, [product], age, today)]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("product", ["leaf-powder", "7oh-product", "pseudoindoxyl-product"])
def test_every_place_gives_one_finding_or_none_by_rule(region, product):
    found = law(region, [product], 40, TODAY)
    assert len(found) <= 1
    if not found:  # silent only where a fresh, well-seen source says that it is legal
        shown = [one for one in ROWS if one.details["iso"] == region and one.value == "legal"]
        assert any(
            one.details["confidence"] != "low" and one.details["last_checked_source_date"] > "2025" for one in shown
        )


@pytest.mark.parametrize(
    ("region", "product", "expected"),
    [
        ("US-AL", "leaf-powder", "law.banned"),  # a state bans what the country does not
        ("US-AK", "pseudoindoxyl-product", "law.banned"),  # the country bans what a state does not
        ("US-AK", "7oh-product", "law.unclear"),  # the country is unclear where a state allows
        ("US-OH", "leaf-powder", "law.unclear"),
        ("US-OH", "7oh-product", "law.banned"),  # leaf and 7-OH apart
        ("US-FL", "leaf-powder", "law.restricted"),
        ("US-FL", "7oh-product", "law.banned"),
        ("US-ME", "tea", "law.unclear"),  # "legal" only by absence from a list
        ("US-GA", "tea", "law.unclear"),  # older than 18 months
        ("TH", "tea", "law.unclear"),
        ("CZ", "tea", "law.restricted"),
        ("US", "tea", "law.unclear"),  # differs by state
        ("US", "pseudoindoxyl-product", "law.banned"),
        ("US-PR", "tea", "law.unclear"),  # not listed
        ("DE-BY", "tea", "law.unclear"),
        ("SE-AB", "tea", "law.banned"),  # a part of a country that has one law
        ("JP", "tea", "law.unclear"),
        ("ZZ", "tea", "law.unclear"),
    ],
)
def test_precedence(region, product, expected):
    assert codes(region, product) == [expected]


@pytest.mark.parametrize("region", ["US-AK", "US-WY"])
def test_legal_fresh_and_well_seen_gives_nothing(region):
    assert codes(region) == []


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2), st.sampled_from(PRODUCTS))
def test_an_unknown_place_is_never_silent(country, product):
    if country not in {one.details["iso"] for one in ROWS}:
        assert codes(country, product) == ["law.unclear"]


def test_legal_grows_stale():
    assert codes("US-AK", today=date(2030, 1, 1)) == ["law.unclear"]


def test_a_stale_ban_stays_a_ban():
    (found,) = law("SG", ["tea"], 40, TODAY)
    assert (found.code, found.certainty) == ("law.banned", "low")


@pytest.mark.parametrize(("age", "expected"), [(20, ["law.restricted", "law.age-limit"]), (21, ["law.restricted"])])
def test_the_age_limit(age, expected):
    assert codes("US-VA", age=age, today=date(2026, 1, 1)) == expected


def test_of_two_age_limits_the_higher_counts():
    assert "law.age-limit" in codes("US-NH", age=20)


def test_severities():
    def severity(region, product="tea"):
        return law(region, [product], 40, TODAY)[0].severity

    assert severity("US-AL") == "caution"
    assert severity("FI") == "note"  # banned from sale, possession not punished
    assert severity("US-OH") == severity("US-FL") == "note"


@pytest.mark.parametrize("region", REGIONS)
def test_the_date_and_the_doubt_are_told(region):
    for found in law(region, PRODUCTS, 16, TODAY):
        assert "as far as was seen on" in found.because or "no dated source was seen" in found.because
        assert "Check before relying on this." in found.because
        assert any(number.unit == "date" for number in found.numbers) or not found.evidence
        assert set(found.evidence) <= facts().keys()


def test_a_town_is_told_and_does_not_override():
    (found,) = law("US-CO", ["tea"], 40, TODAY)
    assert found.code == "law.restricted"
    assert "Parker" in found.because


@pytest.mark.parametrize(("share", "severity"), [(None, "note"), (1.9, "note"), (2.0, "note"), (2.1, "caution")])
def test_more_7oh_than_the_cap_allows(share, severity):
    found = law("US-TX", ["tea"], 40, date(2025, 6, 1), share)[0]
    assert (found.code, found.severity) == ("law.restricted", severity)
    assert ("more 7-OH than the 2 %" in found.because) is (severity == "caution")


def test_an_extract_may_fall_under_other_rules():
    assert "stricter rules" in law("US-UT", ["extract"], 40, TODAY)[0].because
    assert "stricter rules" not in law("US-UT", ["tea"], 40, TODAY)[0].because
