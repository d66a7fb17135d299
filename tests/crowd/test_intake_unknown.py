"""Amounts that nobody knows: wide, said, and never a zero."""

import typing

import numpy as np
import pytest

from ketum import pharmacology
from ketum.answers.findings import screen
from ketum.case import Case
from ketum.case.taken import ASSUMED_EVERY_H, Product
from ketum.chance import Stream
from ketum.crowd.intake import intakes
from ketum.evidence import fact, facts

PEOPLE = 4001
KINDS = [kind for kind in typing.get_args(Product) if kind != "pseudoindoxyl-product"]
PERSON = {
    **{"age_years": 40, "sex": "male", "weight_kg": 80, "region": "DE", "conditions": [], "opioid_use": "none"},
    **{"kratom_experience": "new", "drinks_per_day": 0},
}


def case(product="leaf-powder", amount="unknown", **keys):
    return Case.from_dict({"person": PERSON, "kratom": [{"product": product, "amount": amount, **keys}]})


def taken(of, people=PEOPLE):
    return intakes(of, Stream(1, people))


def findings(of):
    return screen(of)


def codes(of):
    return {one.code: one.severity for one in findings(of)}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_amount_is_wide_and_said(kind):
    (one,) = taken(case(kind))
    size = one.contents.size
    use = pharmacology.products()[kind].use
    assert size.product_mg.median == pytest.approx(use.grams * 1000, rel=1e-9)
    assert size.product_mg.low > 0
    assert size.product_mg.high / size.product_mg.low > 5
    assert all((mg > 0).all() for mg in one.mg.values())
    assert any("unknown" in text and f"{use.grams:g} g" in text for text in one.contents.assumptions)
    assert set(use.facts) <= set(facts())
    assert set(use.facts) <= set(one.contents.facts)


def test_leaf_of_an_unknown_amount_covers_what_users_take():
    """US users: median 25.4 mg of mitragynine a use, from 2.0 to 205.9 mg (PQ001)."""
    assert "median 25.4; range 2.0-205.9" in fact("PQ001").spread
    (one,) = taken(case())
    low, median, high = np.quantile(one.mg["MG"], [0.05, 0.5, 0.95])
    assert median == pytest.approx(25.4, rel=0.1)
    assert low == pytest.approx(2.0, rel=0.3)
    assert high > 205.9


def test_a_product_of_unknown_kind_spans_leaf_and_concentrates():
    (one,) = taken(case("unknown"))
    low, high = np.quantile(one.mg["MG"], [0.05, 0.95])
    assert low < 2.0 < 310.0 < high  # the least that a user took, the strongest shot that a seller quotes
    assert np.quantile(one.mg["HM"], 0.95) > fact("pc016").bounds()[1]


def test_nothing_is_simulated_of_what_nothing_is_known_of():
    (one,) = taken(case("pseudoindoxyl-product"))
    assert one.mg == {}
    assert one.product_mg is None
    assert any("how much" in text for text in one.contents.unknown)


def test_a_certificate_still_counts():
    (one,) = taken(case(certificate={"mitragynine": "1 %"}))
    assert np.median(one.mg["MG"] / one.product_mg) == pytest.approx(0.01, rel=0.01)


@pytest.mark.parametrize("kind", typing.get_args(Product))
@pytest.mark.parametrize("keys", [{}, {"every": "8 h", "days": 30}, {"every": "as needed", "days": 30}])
def test_findings_that_do_not_hang_on_the_amount_are_all_still_there(kind, keys):
    known, unknown = codes(case(kind, "1 mg" if "7oh" in kind else "0.1 g", **keys)), codes(case(kind, **keys))
    assert known.keys() - {"dose.above-studied"} <= unknown.keys()
    assert "dose.unknown" in unknown


@pytest.mark.parametrize(
    ("keys", "severity"),
    [
        ({"amount": "unknown"}, "note"),
        ({"product": "unknown", "amount": "1 g"}, "caution"),
        ({"amount": "1 g", "every": "as needed"}, "note"),
        ({"amount": "1 g", "every": "as needed", "at_most": "6 h"}, None),
        ({"amount": "1 g"}, None),
    ],
)
def test_what_is_unknown_is_said_to_a_healthy_adult(keys, severity):
    assert codes(case(**{"amount": "1 g", **keys})).get("dose.unknown") == severity


def test_an_assumed_amount_is_not_compared_with_studies():
    """2.1 g would lie below the 4 g that were studied, and nothing would be said."""
    assert codes(case())["dose.above-studied"] == "note"


def test_as_needed_is_taken_as_often_as_may_be():
    one = case(amount="1 g", every="as needed", at_most="6 h", days=2).kratom[0]
    assert one.dose_times_h == (0, 6, 12, 18, 24, 30, 36, 42)
    assert one.every_h == 6
    other = case(amount="1 g", every="as needed", days=1)
    assert other.kratom[0].every_h == ASSUMED_EVERY_H
    (intake,) = taken(other, 4)
    assert any("8 h" in text for text in intake.contents.assumptions)
    assert {"PQ001", "PQ002"} <= set(intake.contents.facts)
    assert any("how often" in text for text in intake.contents.unknown)


def test_the_assumed_frequency_is_that_of_users():
    """A day's intake over that of one use, means and medians (PQ001, PQ002)."""
    a_day = [78.3 / 31.3, 134.6 / 31.3, 50.8 / 25.4, 101.6 / 25.4]
    assert fact("PQ002").value == "78.3-134.6"
    assert "50.8-101.6" in fact("PQ002").spread
    assert min(a_day) <= 24 / ASSUMED_EVERY_H <= max(a_day)


def test_what_is_unknown_is_listed():
    of = Case.from_dict(
        {
            "person": PERSON,
            "kratom": [{"product": "unknown", "amount": "unknown", "every": "as needed"}],
            "medicine": [{"name": "ibuprofen", "amount": "unknown", "every": "as needed"}, {"name": "sertraline"}],
        }
    )
    assert {
        *("kratom[0].product", "kratom[0].amount", "kratom[0].at_most", "kratom[0].with"),
        *("medicine[0].amount", "medicine[0].at_most"),
    } <= set(of.unknown())
    assert not any(key.startswith("medicine[1]") for key in of.unknown())
