"""The whole screen, and the hazards of person and product."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hazards.situations import situated

from ketum.case import parse_case
from ketum.evidence import fact
from ketum.hazards import screen
from ketum.hazards.finding import RANK, Number, worst_first
from ketum.hazards.person import of_the_person
from ketum.hazards.portion import Portion
from ketum.hazards.product import of_the_product
from ketum.hazards.use import use
from ketum.sizes import DoseSize, Interval

TODAY = date(2026, 11, 22)
KEYS = {"code", "severity", "title", "because", "clinical", "numbers", "evidence", "certainty", "watch", "ask"}
DOSE = DoseSize(Interval(2000, 2000, 2000), Interval(28, 26, 30), Interval(0.2, 0.1, 0.3))


def case(who="", kratom='product = "leaf-capsule"\namount = "2 g"', region="US-AK", age=40, sex="female"):
    someone = f'age_years = {age}\nsex = "{sex}"\nweight_kg = 70\nregion = "{region}"\n{who}'
    return parse_case(f"[person]\n{someone}\n[[kratom]]\n{kratom}\n")


TESTED = (
    'product = "leaf-capsule"\namount = "2 g"\ncertificate = { mitragynine = "1.4 %" }\ntested = ["metals", "microbes"]'
)


def everything():
    kinds = ["leaf-powder", "tea", "extract", "liquid-shot", "7oh-product", "pseudoindoxyl-product", "mixed"]
    for region in ("US-AL", "US-OH", "US-FL", "BR", "SG", "JP", "US-MS"):
        for kind in kinds:
            amount = "2 g" if kind in ("leaf-powder", "tea") else "500 mg"
            kratom = f'product = "{kind}"\namount = "{amount}"\nevery = "6 h"\ndays = 60'
            for age, who in (
                (16, ""),
                (30, "pregnant = true\ngestation_weeks = 20\nbreastfeeding = true"),
                (62, ""),
                (70, ""),
            ):
                for dose in (DOSE, DoseSize()):
                    yield from screen(case(who, kratom, region=region, age=age), (dose,), today=TODAY)


FOUND = tuple({(one.code, one.title, one.because): one for one in everything()}.values())


def person(age, **keys):
    return tuple(of_the_person(situated(age_years=age, **keys)))


def product(portion):
    return tuple(of_the_product(situated(portions=[portion], use=use([portion]))))


def codes(found):
    return [one.code for one in found]


def test_findings_come_worst_first():
    found = screen(case("pregnant = true", 'product = "extract"\namount = "1 g"', region="US-OH"), (DOSE,), today=TODAY)
    assert list(found) == sorted(found, key=worst_first)
    assert found[0].severity == "danger"
    assert [RANK[one.severity] for one in found] == sorted(RANK[one.severity] for one in found)


def test_a_healthy_adult_with_tested_leaf_gets_a_note_on_driving_alone_where_it_is_legal():
    (found,) = screen(case(kratom=TESTED), (DOSE,), today=TODAY)
    assert (found.code, found.severity) == ("function.driving", "note")


@pytest.mark.parametrize("region", ["US-AL", "US-OH", "US-FL", "CZ", "BR", "SG"])
def test_a_healthy_adult_with_tested_leaf_gets_nothing_above_caution(region):
    assert all(
        RANK[one.severity] >= RANK["caution"]
        for one in screen(case(kratom=TESTED, region=region), (DOSE,), today=TODAY)
    )


def test_doses_must_fit_the_case():
    with pytest.raises(ValueError, match="1 kratom products"):
        screen(case(), (), today=TODAY)


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.code)
def test_every_finding_is_ready_for_json_and_rests_on_facts(one):
    told = json.loads(json.dumps(one.as_dict(), allow_nan=False))
    assert told.keys() >= KEYS
    assert all(told[key] for key in KEYS - {"numbers", "evidence"})
    assert told["evidence"] or one.code == "law.unclear"
    for number in told["numbers"]:
        assert number.keys() >= {"value", "unit", "interval", "origin", "evidence"}
        assert number["origin"]
        assert set(number["evidence"]) <= set(told["evidence"])


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.code)
def test_no_number_rests_on_memory_alone(one):
    if not one.code.startswith("law.unclear"):
        assert all(fact(name).verified for number in one.numbers for name in number.fact_ids)
    # What a law row only remembers has no date, stays unclear and says so.
    remembered = [name for name in one.evidence if not fact(name).verified]
    assert not remembered or (one.code, one.certainty) == ("law.unclear", "very low")


@pytest.mark.parametrize("one", FOUND, ids=lambda one: one.code)
def test_words_are_plain_and_give_no_verdict_or_dose(one):
    text = f"{one.title} {one.because} {one.watch} {one.ask}".casefold()
    assert not {"safe", "safely"} & set(text.replace(".", " ").replace(",", " ").split())
    assert all(word not in text for word in ("recommended dose", "you should take", "take less", "take no more"))
    sentences = [part for part in one.because.replace("; ", ". ").split(". ") if part]
    assert sum(len(part.split()) for part in sentences) / len(sentences) <= 25


@pytest.mark.parametrize(("age", "expected"), [(0, "danger"), (17.9, "danger")])
def test_minors(age, expected):
    assert [(one.code, one.severity) for one in person(age)] == [("age.minor", expected)]


@pytest.mark.parametrize(
    ("age", "expected"), [(18, []), (59, []), (60, [("age.older", "note")]), (65, [("age.older", "caution")])]
)
def test_adults(age, expected):
    assert [(one.code, one.severity) for one in person(age)] == expected


def test_pregnancy():
    (one,) = person(30, pregnant=True, gestation_weeks=24)
    assert (one.code, one.severity) == ("pregnancy.newborn-withdrawal", "danger")
    assert "Do not stop suddenly alone" in one.because
    assert one.numbers[0].value == 24


def test_breastfeeding():
    (one,) = person(30, breastfeeding=True)
    assert (one.code, one.certainty) == ("breastfeeding", "very low")
    assert one.title == "Nothing measured in breast milk was found"


def test_unknown_gives_no_finding():
    assert person(30) == person(30, pregnant=False, breastfeeding=False) == ()


def one_product(kind, certificate=None, with_=None):
    return Portion(kind, certificate=certificate, with_=with_)


LEAF = {"mitragynine": 0.014}


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (one_product("leaf-capsule", LEAF), []),
        (one_product("leaf-capsule"), ["product.unverified"]),
        (one_product("extract", LEAF), ["product.extract"]),
        (one_product("liquid-shot", LEAF), ["product.extract"]),
        (one_product("mixed", LEAF), ["product.mixed"]),
        (one_product("leaf-powder", LEAF, ("kava",)), ["product.mixed"]),
        (one_product("7oh-product", LEAF), ["product.concentrated-7oh"]),
        (one_product("pseudoindoxyl-product", LEAF), ["product.concentrated-7oh"]),
        (one_product("extract", LEAF | {"7-hydroxymitragynine": 0.0002}), ["product.extract"]),
        (one_product("leaf-powder", LEAF | {"7-hydroxymitragynine": 0.001}), ["product.concentrated-7oh"]),
        (one_product("leaf-powder", {}), []),
    ],
)
def test_products(taken, expected):
    assert codes(product(taken)) == expected


def test_a_dose_counted_in_7oh_is_a_7oh_product():
    found = screen(
        case(kratom='product = "mixed"\namount = "15 mg 7-OH"', region="US-OH"),
        (DoseSize(seven_oh_mg=DOSE.seven_oh_mg),),
        today=TODAY,
    )
    assert {"product.concentrated-7oh", "law.banned"} <= set(codes(found))


def test_a_number_of_words_keeps_them():
    assert Number.of_fact("7-OH in leaf", "pc007").value == "<0.124"
    shown = Number.of_fact("Cmax", "pk001").as_dict()
    assert (shown["value"], shown["interval"], shown["evidence"]) == (81.9, [50.1, 177.0], ["pk001"])
    assert "a table of the source" in shown["origin"]


@settings(deadline=None)
@given(st.floats(0, 120), st.sampled_from(["pregnancy", "breastfeeding", "back pain"]))
def test_a_person_never_fails_to_be_screened(age, condition):
    assert all(one.severity in RANK for one in person(age, conditions=[condition]))


def test_an_interval_must_rise():
    with pytest.raises(ValueError, match="must rise"):
        Interval(1, 2, 3)
