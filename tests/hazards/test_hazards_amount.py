"""Above what was studied: single dose, day and days, each apart, for each kind of product."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hazards.situations import situated

from ketum.evidence import fact, facts_in
from ketum.hazards.amount import above_studied
from ketum.hazards.portion import Portion
from ketum.sizes import DoseSize, Interval

KINDS = [
    "leaf-powder",
    "leaf-capsule",
    "tea",
    "extract",
    "liquid-shot",
    "7oh-product",
    "pseudoindoxyl-product",
    "mixed",
]
LARGEST = {"leaf-powder": 53.2, "leaf-capsule": 53.2, "tea": 39, "extract": 59.2}


def mg(median):
    return Interval(median, 0.5 * median, 2 * median)


def taken(product, mitragynine, **times):
    return Portion(product, DoseSize(mitragynine_mg=mg(mitragynine)), **times)


def above(portions):
    return tuple(above_studied(situated(portions=portions)))


def found(*intakes):
    return [(one.code, one.severity) for one in above(intakes)]


CAUTION, NOTE = [("dose.above-studied", "caution")], [("dose.above-studied", "note")]


@pytest.mark.parametrize(("product", "largest"), LARGEST.items())
def test_a_single_dose(product, largest):
    assert found(taken(product, largest)) == []
    assert found(taken(product, largest * 1.01)) == CAUTION


@pytest.mark.parametrize(("product", "largest"), LARGEST.items())
def test_a_day(product, largest):
    assert found(taken(product, largest / 2, every_h=12.0)) == []
    assert found(taken(product, largest / 2 * 1.01, every_h=12.0)) == CAUTION


@pytest.mark.parametrize(
    ("product", "longest"), [("leaf-powder", 15), ("leaf-capsule", 15), ("tea", 8), ("extract", 15)]
)
def test_days_alone_are_a_note(product, longest):
    assert found(taken(product, 1, every_h=24.0, days=longest)) == []
    assert found(taken(product, 1, every_h=24.0, days=longest + 1)) == NOTE


def test_each_is_said_apart():
    (one,) = above([taken("leaf-capsule", 60, every_h=8.0, days=60)])
    assert [number.label for number in one.numbers if "studied" not in number.label] == [
        "mitragynine in one dose",
        "mitragynine in one day",
        "days of use",
    ]
    assert all(text in one.because for text in ("60 mg", "53.2 mg", "180 mg", "60 days", "15 days", "12 g of leaf"))
    assert one.numbers[0].low == 30
    assert one.numbers[1].fact_ids == ("sa01",)


@pytest.mark.parametrize("product", [kind for kind in KINDS if kind not in LARGEST])
@pytest.mark.parametrize("dose", [DoseSize(), DoseSize(mg(100), mg(1), mg(1))])
def test_a_kind_that_no_study_gave(product, dose):
    (one,) = above([Portion(product, dose)])
    assert one.severity == "caution"
    some = any(f.details["product_kind"] == product and f.number() for f in facts_in("studied_amounts"))
    assert ("No human study gave this kind of product" in one.because) == (not some)


def test_a_study_whose_amounts_were_not_seen_is_named_and_sets_no_limit():
    (one,) = above([Portion("liquid-shot", DoseSize(mg(40), mg(40)))])
    assert "how much it gave was not in what was seen" in one.because
    assert one.title == "No human study says how much of liquid shots it gave"


def test_products_of_one_kind_add_up_in_a_day():
    assert found(taken("leaf-capsule", 30), taken("leaf-powder", 30)) == CAUTION
    assert found(taken("leaf-capsule", 30), taken("leaf-powder", 30, start_h=24.0)) == []
    assert found(taken("leaf-capsule", 30), taken("tea", 30)) == []


def test_days_are_counted_once():
    assert found(*[taken("leaf-capsule", 1, every_h=24.0, days=10)] * 2) == []
    later = taken("leaf-capsule", 1, every_h=24.0, days=10, start_h=240.0)
    assert found(taken("leaf-capsule", 1, every_h=24.0, days=10), later) == NOTE


def test_mass_of_leaf_stands_in_for_an_unknown_content():
    assert found(Portion("leaf-capsule", DoseSize(product_mg=mg(4000)))) == []
    assert found(Portion("leaf-capsule", DoseSize(product_mg=mg(4001)))) == CAUTION


def test_an_unknown_dose_is_not_a_small_one():
    (one,) = above([Portion("extract", DoseSize(product_mg=mg(100)))])
    assert (one.code, one.severity) == ("dose.above-studied", "note")
    assert "Unknown does not mean small" in one.because


def test_an_unknown_dose_hides_no_known_one():
    unknown = Portion("leaf-capsule", DoseSize())
    assert found(taken("leaf-capsule", 60), unknown) == CAUTION
    assert found(taken("leaf-capsule", 10), unknown) == NOTE
    assert found(unknown, Portion("leaf-capsule", DoseSize(product_mg=mg(5000)))) == CAUTION


def test_the_study_without_seen_results_sets_no_limit():
    assert fact("sa06").number() == 12000
    assert found(Portion("leaf-capsule", DoseSize(product_mg=mg(8000)))) == CAUTION


intakes = st.builds(
    Portion,
    st.sampled_from(KINDS),
    st.floats(0, 1e4).map(lambda dose: DoseSize(mitragynine_mg=mg(dose))),
    st.none() | st.floats(0.25, 744),
    st.floats(1, 3650),
    st.floats(0, 1000),
)


@given(st.lists(intakes, min_size=1, max_size=4), st.integers(0, 3), st.floats(1, 100))
def test_raising_a_dose_never_removes_or_softens_a_finding(several, index, times):
    index %= len(several)
    raised = list(several)
    one = several[index]
    dose = DoseSize(mitragynine_mg=one.dose.mitragynine_mg * times)
    raised[index] = Portion(one.product, dose, one.every_h, one.days, one.start_h)
    before, after = above(several), above(raised)
    assert len(after) >= len(before)
    assert sum(found.severity == "caution" for found in after) >= sum(found.severity == "caution" for found in before)


@given(st.lists(intakes, min_size=1, max_size=4))
def test_the_order_of_products_changes_no_verdict(several):
    assert sorted(found(*several)) == sorted(found(*reversed(several)))
