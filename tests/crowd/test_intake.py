"""From what is said to be taken to nmol, dose by dose."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum import pharmacology
from ketum.case import parse_case
from ketum.chance import Stream
from ketum.crowd.contents import CERTIFICATE_SD, contents, dose_sizes
from ketum.crowd.intake import dose_table, intakes
from ketum.evidence import facts
from ketum.pharmacology.alkaloids import nmol

PEOPLE = 4001
MOLAR_MASS = {"MG": 398.5, "HM": 414.5, "SC": 398.5}


def case(*products):
    """Make a case of products, each given as the lines of its table."""
    tables = "\n".join(f"[[kratom]]\n{lines}" for lines in products)
    return parse_case(f'[person]\nage_years = 40\nsex = "male"\nweight_kg = 80\nregion = "DE"\n{tables}\n', "case")


def taken(*products, people=PEOPLE, **stream):
    return intakes(case(*products), Stream(1, people, **stream))


def lines(product, amount, *more):
    return "\n".join([f'product = "{product}"', f'amount = "{amount}"', *more])


def released(people=PEOPLE, share=1.0):
    return {
        p.name: np.full(people, share) for p in pharmacology.parameters() if p.name.startswith(("release", "yield"))
    }


def spread(values):
    return np.log(values).std()


# What a dose holds


def test_a_certificate_says_what_leaf_holds():
    """3 g at 1.4 % are 42 mg, give or take the laboratory's error."""
    (one,) = taken(lines("leaf-powder", "3 g", 'certificate = { mitragynine = "1.4 %" }'))
    assert (one.product_mg == 3000).all()
    assert np.median(one.mg["MG"]) == pytest.approx(42.0, rel=0.01)
    assert spread(one.mg["MG"]) == pytest.approx(CERTIFICATE_SD, rel=0.05)


def test_a_certificate_of_several_alkaloids():
    text = 'certificate = { mitragynine = "15 mg/g", speciociliatine = "5 mg/g", "7-hydroxymitragynine" = "0.02 %" }'
    (one,) = taken(lines("leaf-powder", "2 g", text))
    for code, expected in {"MG": 30.0, "SC": 10.0, "HM": 0.4}.items():
        assert np.median(one.mg[code]) == pytest.approx(expected, rel=0.01)
        assert spread(one.mg[code]) == pytest.approx(CERTIFICATE_SD, rel=0.05)


def test_without_a_certificate_leaf_holds_what_leaf_holds():
    leaf = pharmacology.products()["leaf-powder"]
    (one,) = taken(lines("leaf-powder", "3 g"))
    assert np.median(one.mg["MG"]) == pytest.approx(3 * leaf.content_mg_per_g, rel=0.04)
    assert spread(one.mg["MG"]) == pytest.approx(leaf.content_sd, rel=0.05)
    for companion in leaf.companions:
        ratio = one.mg[companion.alkaloid] / one.mg["MG"]
        assert np.median(ratio) == pytest.approx(companion.ratio, rel=0.05)
        assert spread(ratio) == pytest.approx(companion.sd, rel=0.05)
    assert set(leaf.facts) <= set(one.contents.facts)
    assert not one.contents.unknown


def test_a_certificate_of_a_companion_alone():
    """The main alkaloid keeps its spread; the stated one follows the certificate and not the main one."""
    (one,) = taken(lines("leaf-powder", "2 g", 'certificate = { speciociliatine = "5 mg/g" }'))
    assert np.median(one.mg["SC"]) == pytest.approx(10.0, rel=0.01)
    assert spread(one.mg["MG"]) == pytest.approx(pharmacology.products()["leaf-powder"].content_sd, rel=0.05)
    assert abs(np.corrcoef(np.log(one.mg["SC"]), np.log(one.mg["MG"]))[0, 1]) < 0.1


def test_companions_follow_a_certified_main_alkaloid():
    (one,) = taken(lines("leaf-powder", "3 g", 'certificate = { mitragynine = "2.8 %" }'))
    (two,) = taken(lines("leaf-powder", "3 g", 'certificate = { mitragynine = "1.4 %" }'))
    np.testing.assert_allclose(one.mg["SC"], 2 * two.mg["SC"], rtol=1e-12)


@pytest.mark.parametrize(
    ("amount", "unit", "number"),
    [("5 capsules", "capsule", 5), ("2 teaspoons", "teaspoon", 2), ("1 serving", "serving", 1)],
)
def test_counts(amount, unit, number):
    (one,) = taken(lines("leaf-powder", amount))
    serving = pharmacology.servings()["leaf-powder", unit]
    assert np.median(one.product_mg) == pytest.approx(number * serving.median * 1000, rel=0.03)
    assert spread(one.product_mg) == pytest.approx(serving.sd, rel=0.05)
    assert set(serving.facts) <= set(one.contents.facts)
    assert any(unit in text for text in one.contents.assumptions)


COUNTED = [(product, unit) for product, unit in pharmacology.servings()]


@pytest.mark.parametrize(("product", "unit"), COUNTED)
def test_each_count_is_worked_out_and_said(product, unit):
    (one,) = taken(lines(product, f"2 {unit}"))
    serving, size = pharmacology.servings()[product, unit], one.contents.size
    assert set(serving.facts) <= set(one.contents.facts)
    assert any(unit in text for text in one.contents.assumptions)
    if serving.of == "product":
        assert size.product_mg.median == pytest.approx(2000 * serving.median)
    else:
        assert size.product_mg is None
        main = size.seven_oh_mg if serving.of == "HM" else size.mitragynine_mg
        assert main.median == pytest.approx(2 * serving.median)
        assert np.log(main.high / main.low) == pytest.approx(2 * 1.645 * serving.sd, rel=1e-3)
        assert spread(one.mg[serving.of]) == pytest.approx(serving.sd, rel=0.05)


@how(deadline=None)
@given(
    st.sampled_from(COUNTED), st.floats(0.05, 5).map(lambda n: round(n, 3)), st.floats(1, 4).map(lambda n: round(n, 2))
)
def test_more_of_the_same_holds_more(counted, number, times):
    (less,), (more,) = (
        contents(case(lines(counted[0], f"{amount:.6f} {counted[1]}"))) for amount in (number, number * times)
    )
    for code in less.mg:
        assert more.mg[code].median == pytest.approx(less.mg[code].median * times, rel=1e-4)
        assert more.mg[code].errors == less.mg[code].errors


def test_a_volume_is_the_same_in_any_unit():
    sizes = [contents(case(lines("liquid-shot", text)))[0].size for text in ("60 mL", "6 cl", "60 g")]
    assert sizes[0] == sizes[1]
    assert sizes[0].mitragynine_mg.median == pytest.approx(sizes[2].mitragynine_mg.median)


def test_a_bottle_a_serving_and_their_volume_agree_within_their_widths():
    """What used to be 2.4 g of leaf for each of them."""
    (bottle, serving, volume) = (
        contents(case(lines("liquid-shot", text)))[0].size.mitragynine_mg
        for text in ("1 bottle", "1 serving", "2 fl oz")
    )
    assert serving.median < bottle.median
    assert max(serving.low, bottle.low, volume.low) < 40 < min(serving.high, bottle.high, volume.high)


def test_tablets_are_of_seven_oh():
    (one,) = taken(lines("7oh-product", "2 tablets"))
    assert one.contents.size.seven_oh_mg.median == pytest.approx(40)
    assert one.contents.size.mitragynine_mg.median < 5


def test_a_cup_of_tea_is_counted_in_the_drink():
    assert taken(lines("tea", "1 cup"))[0].release == "release_shot"
    assert taken(lines("tea", "1 teaspoon"))[0].release == "yield_tea"


def test_a_certificate_of_what_has_no_weight_is_said_to_be_unused():
    text = 'certificate = { mitragynine = "45 %", "7-hydroxymitragynine" = "0.9 %" }'
    (one,) = taken(lines("extract", "2 capsules", text))
    assert any("certificate" in words and "capsule" in words for words in one.contents.unknown)
    # Their ratio tells all the same.
    assert np.median(one.mg["HM"] / one.mg["MG"]) == pytest.approx(0.02, rel=0.02)


def test_a_stated_amount_of_an_extract_is_said_to_be_taken_as_mitragynine():
    (bottle,), (tablet,) = taken(lines("liquid-shot", "250 mg mitragynine")), taken(lines("7oh-product", "15 mg 7-OH"))
    (said,) = [words for words in bottle.contents.assumptions if "may be of extract" in words]
    assert "250 mg" in said
    assert "112.5 mg" in said
    assert not any("may be of extract" in words for words in tablet.contents.assumptions)


def test_heavier_capsules_hold_more():
    (one,) = taken(lines("leaf-capsule", "6 capsules", 'certificate = { mitragynine = "1.4 %" }'))
    np.testing.assert_allclose(np.median(one.mg["MG"] / one.product_mg), 0.014, rtol=0.01)
    assert np.corrcoef(one.mg["MG"], one.product_mg)[0, 1] > 0.8


def test_an_amount_of_alkaloid_is_exact():
    (one,) = taken(lines("extract", "25 mg mitragynine"))
    assert (one.mg["MG"] == 25.0).all()
    assert one.product_mg is None
    assert one.release == "release_extract"


def test_companions_of_a_stated_main_alkaloid():
    (one,) = taken(lines("extract", "25 mg mitragynine"))
    for companion in pharmacology.products()["extract"].companions:
        assert np.median(one.mg[companion.alkaloid]) == pytest.approx(25 * companion.ratio, rel=0.06)


def test_a_certificate_tells_the_companions_of_a_stated_amount():
    """25 mg of mitragynine from an extract of 50 % with 2 % of 7-OH bring 1 mg of 7-OH."""
    text = 'certificate = { mitragynine = "50 %", "7-hydroxymitragynine" = "2 %" }'
    (one,) = taken(lines("extract", "25 mg mitragynine", text))
    assert (one.mg["MG"] == 25.0).all()
    assert np.median(one.mg["HM"]) == pytest.approx(1.0, rel=0.02)
    assert spread(one.mg["HM"]) < 3 * CERTIFICATE_SD


def test_seven_hydroxymitragynine_tablets():
    (one,) = taken(lines("7oh-product", "25 mg 7-hydroxymitragynine"))
    assert (one.mg["HM"] == 25.0).all()
    assert one.release == "release_7oh"
    assert "SC" not in one.mg
    assert any("speciociliatine" in text for text in one.contents.unknown)
    # in that product 2.0-6.0 mg/g of mitragynine come with 22-75 mg/g: about a tenth
    assert np.median(one.mg["MG"]) == pytest.approx(25 * np.sqrt(2 * 6) / np.sqrt(22 * 75), rel=0.1)


def test_an_alkaloid_that_is_not_the_main_one_comes_alone():
    (one,) = taken(lines("extract", "10 mg 7-hydroxymitragynine"))
    assert set(one.mg) == {"HM"}
    assert {text for text in one.contents.unknown if "mitragynine" in text or "speciociliatine" in text}


def test_tea_leaves_most_in_the_leaf_unless_the_drink_is_meant():
    leaf, drink = taken(lines("tea", "2 g"), lines("tea", "25 mg mitragynine"))
    assert leaf.release == "yield_tea"
    assert drink.release == "release_shot"
    assert leaf.contents.product.form == drink.contents.product.form == "lumen"


def test_what_is_unknown_is_not_made_up():
    (one,) = taken(lines("pseudoindoxyl-product", "1 g"))
    assert not one.mg
    assert len(one.contents.unknown) == 1
    assert "pseudoindoxyl" in one.contents.unknown[0]
    assert dose_table((one,), released(), 72.0).empty


def test_an_alkaloid_outside_the_model_is_named_as_unknown():
    (one,) = taken(lines("pseudoindoxyl-product", "15 mg mitragynine pseudoindoxyl"))
    assert not one.mg
    assert any("pseudoindoxyl" in text for text in one.contents.unknown)


def test_a_certificate_does_not_hide_that_the_main_alkaloid_is_unknown():
    (one,) = taken(lines("pseudoindoxyl-product", "1 g", 'certificate = { mitragynine = "1 %" }'))
    assert np.median(one.mg["MG"]) == pytest.approx(10.0, rel=0.01)
    assert any("pseudoindoxyl" in text for text in one.contents.unknown)


@pytest.mark.parametrize("product", pharmacology.products())
def test_every_product_names_facts_that_exist(product):
    (one,) = taken(lines(product, "1 g"), people=5)
    assert set(one.contents.facts) <= set(facts())
    assert one.contents.facts
    assert one.contents.assumptions or one.contents.unknown
    for mg in one.mg.values():
        assert mg.shape == (5,)
        assert (mg > 0).all()


# Layers and streams


def test_two_of_the_same_product_are_two_products():
    first, second = taken(lines("leaf-powder", "3 g"), lines("leaf-powder", "3 g"), people=50)
    assert not (first.mg["MG"] == second.mg["MG"]).any()


def test_only_the_product_layer_moves_contents():
    text = lines("leaf-capsule", "5 capsules")
    (first,) = taken(text, people=40)
    (same,) = taken(text, people=40, reseeded=frozenset({"people", "knowledge"}))
    (other,) = taken(text, people=40, reseeded=frozenset({"product"}))
    assert np.array_equal(first.mg["MG"], same.mg["MG"])
    assert np.array_equal(first.product_mg, same.product_mg)
    assert not (first.mg["MG"] == other.mg["MG"]).any()
    assert not (first.product_mg == other.product_mg).any()


def test_more_people_do_not_change_the_first():
    text = lines("mixed", "2 servings")
    (few,), (many,) = taken(text, people=10), taken(text, people=30)
    for code in few.mg:
        assert np.array_equal(few.mg[code], many.mg[code][:10])


# The table of doses


def test_nmol():
    assert float(nmol(398.5, "MG")) == pytest.approx(1e6, rel=1e-12)
    assert float(nmol(398.5, "SC")) == pytest.approx(1e6, rel=1e-12)
    assert float(nmol(414.5, "HM")) == pytest.approx(1e6, rel=1e-12)


def written_out(table):
    """Every single dose of the table: (person, time, compartment, amount)."""
    rows = []
    for row in table.itertuples():
        rows += [(row.ID, row.TIME + n * row.II, row.CMT, row.AMT) for n in range(int(row.ADDL) + 1)]
    return pd.DataFrame(rows, columns=["ID", "TIME", "CMT", "AMT"])


plans = st.lists(
    st.tuples(
        st.sampled_from(["leaf-powder", "tea", "extract", "liquid-shot", "7oh-product"]),
        st.integers(1, 48),  # every, h
        st.integers(1, 5),  # days
        st.integers(0, 60),  # start, h
    ),
    min_size=1,
    max_size=3,
)


@given(plans)
@how(max_examples=30, deadline=None)
def test_no_dose_is_lost(plan):
    products = [
        lines(product, "1 g", f'every = "{every} h"', f"days = {days}", f'start = "{start} h"')
        for product, every, days, start in plan
    ]
    found = taken(*products, people=3)
    table = dose_table(found, released(3, 0.5), 1e6)
    singles = written_out(table)
    expected = {}
    for one, (_, every, days, start) in zip(found, plan, strict=True):
        number = len([t for t in range(days * 24) if t % every == 0])
        for code, mg in one.mg.items():
            place = f"{one.contents.product.form}_{code}"
            expected[place] = expected.get(place, 0.0) + number * 0.5 * mg * 1e6 / MOLAR_MASS[code]
            mine = singles[(singles["CMT"] == place) & (singles["ID"] == 0)]["TIME"]
            assert {float(start + every * n) for n in range(number)} <= set(mine)
    assert set(singles["CMT"]) == set(expected)
    for place, amounts in expected.items():
        found_sum = singles[singles["CMT"] == place].groupby("ID")["AMT"].sum()
        np.testing.assert_allclose(found_sum.to_numpy(), amounts, rtol=1e-9)
        np.testing.assert_allclose(
            (table["AMT"] * (table["ADDL"] + 1))[table["CMT"] == place].sum(), amounts.sum(), rtol=1e-9
        )


def test_doses_after_the_end_are_left_out():
    found = taken(lines("leaf-powder", "1 g", 'every = "8 h"', "days = 3"), people=2)
    singles = written_out(dose_table(found, released(2), 20.0))
    assert sorted(singles["TIME"].unique()) == [0.0, 8.0, 16.0]
    assert dose_table(found, released(2), 0.0).empty


def test_a_dose_at_the_end_is_left_out():
    found = taken(lines("leaf-powder", "1 g", 'every = "8 h"', "days = 3"), people=2)
    assert written_out(dose_table(found, released(2), 16.0))["TIME"].max() == 8.0


def test_the_share_released_is_each_persons_own():
    found = taken(lines("extract", "25 mg mitragynine"), people=3)
    share = released(3) | {"release_extract": np.array([0.2, 0.5, 1.0])}
    table = dose_table(found, share, 72.0)
    own = table[table["CMT"] == "extract_MG"].sort_values("ID")["AMT"]
    np.testing.assert_allclose(own, 25e6 / 398.5 * np.array([0.2, 0.5, 1.0]), rtol=1e-12)


def test_a_single_dose_starts_when_it_starts():
    table = dose_table(taken(lines("tea", "2 g", 'start = "5 h"'), people=2), released(2), 72.0)
    assert set(table["TIME"]) == {5.0}
    assert set(table["ADDL"]) == {0}


def test_dose_sizes_say_what_one_dose_holds():
    certified = lines("leaf-powder", "3 g", 'certificate = { mitragynine = "1.4 %" }')
    known, unknown = dose_sizes(case(certified, lines("pseudoindoxyl-product", "1 g")))
    assert known.product_mg.low == known.product_mg.median == known.product_mg.high == 3000
    assert known.mitragynine_mg.median == pytest.approx(42.0, rel=0.01)
    # 90 % of a log-normal with the certificate's SD lie within 1.645 of it
    width = np.log(known.mitragynine_mg.high / known.mitragynine_mg.low)
    assert width == pytest.approx(2 * 1.645 * CERTIFICATE_SD, rel=0.05)
    assert known.seven_oh_mg.low < known.seven_oh_mg.median < known.seven_oh_mg.high
    assert unknown.product_mg.median == 1000
    assert unknown.mitragynine_mg is None, "what cannot be told is never a zero"
    assert unknown.seven_oh_mg is None
