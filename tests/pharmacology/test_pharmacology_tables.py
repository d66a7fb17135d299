"""Every number has a row, every row a source; and the tables agree with each other and with the facts they cite."""

import re

import numpy as np
import pytest
from scipy.stats import norm

from ketum import pharmacology
from ketum.engine import Model, consistency_messages
from ketum.evidence import fact, facts
from ketum.pharmacology.alkaloids import molar_mass, nmol
from ketum.pharmacology.parameters import NOT_IN_EQUATIONS, moved

HOW = {"measured", "fitted", "derived", "assumed"}
PARAMETERS = {p.name: p for p in pharmacology.parameters()}
EFFECTS = {e.name: e for e in pharmacology.effects()}
# No part of the equations: how much leaves a product (intake), what a laboratory could measure, how a trial was run.
ELSEWHERE = re.compile(r"(release|yield|limit|trial)_")
# What a case's medicines and earlier use set, not a table of this room's parameters.
OF_MEDICINES = re.compile(r"(co|victim)_")
OF_A_CASE = {f"{name}_{place}" for name in ("k", "K", "n", "eff") for place in "AB"} | {
    "responsiveness_start",
    "responsiveness_pupil_start",
    "responsiveness_B_start",
    "adaptation_start",
}
Z90 = norm.ppf(0.95)


@pytest.fixture(scope="module")
def model():
    return Model.from_file(pharmacology.model_path())


def test_libsbml_finds_nothing_to_say_about_the_model(model):
    assert consistency_messages(model.sbml) == []


def test_every_number_of_the_model_has_a_row_and_every_row_a_number(model):
    used = {name for name in PARAMETERS if not ELSEWHERE.match(name)}
    used |= {row.name for row in pharmacology.effect_parameters() if row.name not in NOT_IN_EQUATIONS}
    assert _of_tables(model) == used


def _of_tables(model):
    names = set(model.system.constants) - {"body"} - OF_A_CASE
    return {name for name in names if not OF_MEDICINES.match(name)}


def test_every_parameter_is_used_by_an_equation(model):
    formulas = [*model.system.rates.values(), *model.system.rules.values(), *model.system.initial.values()]
    assert set(model.system.constants) - {"body"} <= set().union(*(formula.names() for formula in formulas))


def test_what_only_intake_uses_is_what_products_name():
    named = {product.release for product in pharmacology.products().values()}
    assert named == {name for name in PARAMETERS if name.startswith(("release_", "yield_"))}


def test_the_units_of_the_rows_are_those_of_the_model(model):
    words = {"per_hour": "1/h", "litres_per_hour": "L/h", "litres": "L", "litre": "L", "point": "points"}
    said = {name: words.get(model.system.units[name], model.system.units[name]) for name in _of_tables(model)}
    rows = {name: row.unit for name, row in PARAMETERS.items() if not ELSEWHERE.match(name)}
    rows |= {row.name: row.unit for row in pharmacology.effect_parameters() if row.name not in NOT_IN_EQUATIONS}
    assert said == rows


@pytest.mark.parametrize("row", [*PARAMETERS.values(), *EFFECTS.values()], ids=lambda row: row.name)
def test_a_row_says_where_it_comes_from(row):
    assert row.how in HOW
    assert row.facts
    assert set(row.facts) <= set(facts())
    assert row.label
    assert row.how != "assumed" or row.note, "what is assumed needs a word why"


@pytest.mark.parametrize("row", PARAMETERS.values(), ids=lambda row: row.name)
def test_a_parameters_numbers_are_possible(row):
    numbers = (row.prior_median, row.value, row.low, row.high)
    assert row.scale == ("logit" if row.unit == "fraction" else "log")
    assert all(0 < number < (1 if row.scale == "logit" else np.inf) for number in numbers)
    assert row.low < row.value < row.high
    assert row.prior_sd > 0


@pytest.mark.parametrize("row", EFFECTS.values(), ids=lambda row: row.name)
def test_an_effects_numbers_are_possible(row):
    assert 0 < row.low < row.value < row.high < 3
    assert row.prior_median > 0
    assert row.prior_sd > 0


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=lambda row: row.name)
def test_an_effect_moves_parameters_that_exist_and_share_a_scale(effect):
    assert set(effect.on) <= set(PARAMETERS)
    assert len(set(effect.on)) == len(effect.on)
    assert len({PARAMETERS[name].scale for name in effect.on}) == 1


def test_both_structures_are_among_the_draws():
    """Single doses do not tell whether mitragynine has a deep volume: neither is left out."""
    assert 0.1 < (pharmacology.posterior()["Q3_MG"] > 0).mean() < 0.9


def test_weight_exponents_are_those_of_allometry():
    expected = {"L/h": 0.75, "L": 1.0, "1/h": 0.0, "fraction": 0.0, "nM": 0.0, "h": 0.0}
    assert {p.name: p.weight_exponent for p in PARAMETERS.values()} == {
        p.name: expected[p.unit] for p in PARAMETERS.values()
    }


def test_names_are_not_used_twice():
    assert len(PARAMETERS) == len(pharmacology.parameters())
    assert len(EFFECTS) == len(pharmacology.effects())
    assert not set(PARAMETERS) & set(EFFECTS)


# The joint posterior


def test_the_posterior_holds_everything_that_is_open():
    assert set(pharmacology.posterior()) == set(PARAMETERS) | set(EFFECTS)


@pytest.mark.parametrize("name", [*PARAMETERS, *EFFECTS])
def test_posterior_draws_are_possible(name):
    draws = pharmacology.posterior()[name]
    assert draws.shape == next(iter(pharmacology.posterior().values())).shape
    assert draws.size >= 100
    assert np.isfinite(draws).all()
    assert (draws > 0).all() or (name == "Q3_MG" and (draws >= 0).all())  # in some draws there is no deep volume
    if name in PARAMETERS and PARAMETERS[name].scale == "logit":
        assert (draws < 1).all()
    assert draws.std() > 0


@pytest.mark.parametrize("row", [*PARAMETERS.values(), *EFFECTS.values()], ids=lambda row: row.name)
def test_the_tables_values_are_the_posteriors(row):
    draws = pharmacology.posterior()[row.name]
    there = draws[draws > 0]  # of those who have a deep volume
    np.testing.assert_allclose([row.low, row.value, row.high], np.quantile(there, [0.05, 0.5, 0.95]), rtol=1e-3)


@pytest.mark.parametrize("row", [r for r in PARAMETERS.values() if r.how == "assumed"], ids=lambda row: row.name)
def test_what_is_assumed_stays_as_uncertain_as_was_believed(row):
    """A fit that does not see a parameter must not pretend to know it: its spread is near that of the prior."""
    draws = pharmacology.posterior()[row.name]
    on_scale = np.log(draws) if row.scale == "log" else np.log(draws / (1 - draws))
    assert on_scale.std() > 0.3 * row.prior_sd


# Products


def in_mg_per_g(one):
    """Read a content in mg/g off a fact: a number, or the geometric mean of a range."""
    if per := re.fullmatch(r"([\d.]+) per ([\d.]+)", one.value):
        assert one.unit == "mg per mg leaf"
        return 1000 * float(per[1]) / float(per[2])
    low, high = one.bounds()
    factor = 10.0 if one.unit == "% w/w" else 1.0
    assert one.unit == "% w/w" or one.unit.startswith("mg/g")
    return factor * np.sqrt(low * high)


@pytest.mark.parametrize("name", ["leaf-powder", "leaf-capsule", "tea"])
def test_leaf_holds_what_the_cited_reports_say(name):
    product = pharmacology.products()[name]
    logs = np.log([in_mg_per_g(fact(fact_id)) for fact_id in product.facts])
    assert logs.size == 8
    assert product.content_mg_per_g == pytest.approx(np.exp(logs.mean()), rel=0.1)
    assert product.content_sd == pytest.approx(logs.std(ddof=1), rel=0.1)


def test_seven_oh_products_hold_what_the_cited_report_says():
    product = pharmacology.products()["7oh-product"]
    low, high = fact("pc014").bounds()
    assert (low, high) == (22.0, 75.0)
    assert product.base == "HM"
    assert product.content_mg_per_g * np.exp(-Z90 * product.content_sd) == pytest.approx(low, rel=0.05)
    assert product.content_mg_per_g * np.exp(Z90 * product.content_sd) == pytest.approx(high, rel=0.05)


def test_extracts_reach_beyond_the_two_that_were_measured():
    product = pharmacology.products()["extract"]
    low, high = (product.content_mg_per_g * np.exp(z * product.content_sd) for z in (-Z90, Z90))
    assert low < fact("pc010").bounds()[1] < 10 * fact("pc009").number() < high  # 270 mg/g and 39.5 % w/w


@pytest.mark.parametrize("product", pharmacology.products().values(), ids=lambda product: product.name)
def test_a_product_can_be_dosed(product, model):
    codes = {alkaloid.code for alkaloid in pharmacology.ALKALOIDS}
    assert {f"{product.form}_{code}" for code in codes} <= set(model.system.states)
    assert product.release in PARAMETERS
    assert set(product.facts) <= set(facts())
    assert product.note
    if product.base:
        assert product.base in codes
        assert product.content_mg_per_g > 0
        assert product.content_sd > 0
        assert product.content_mg_per_g <= 1000
    else:
        assert np.isnan(product.content_mg_per_g)
        assert not product.companions
    for companion in product.companions:
        assert companion.alkaloid in codes - {product.base}
        assert companion.ratio > 0
        assert companion.sd > 0
        assert set(companion.facts) <= set(facts())


def test_companions_of_leaf_are_the_cited_ratio():
    """Speciociliatine beside mitragynine in one leaf: 5.12 to 19.48 mg/g."""
    ratio = fact("pc004").number() / fact("pc001").number()
    for name in ("leaf-powder", "leaf-capsule", "tea"):
        companion = next(c for c in pharmacology.products()[name].companions if c.alkaloid == "SC")
        assert companion.ratio == pytest.approx(ratio, rel=0.05)


def test_seven_oh_of_leaf_stays_below_what_the_study_could_measure():
    limit = fact("pc007").bounds()[1] / fact("pc001").number()
    for name in ("leaf-powder", "leaf-capsule", "tea"):
        companion = next(c for c in pharmacology.products()[name].companions if c.alkaloid == "HM")
        assert companion.ratio < limit


def half_width(serving):
    return np.exp(Z90 * serving.sd)


@pytest.mark.parametrize(("unit", "fact_id"), [("capsule", "sw11"), ("teaspoon", "sw12")])
def test_servings_of_leaf_weigh_what_the_cited_fact_says(unit, fact_id):
    serving, cited = pharmacology.servings()["leaf-capsule", unit], fact(fact_id)
    assert fact_id in serving.facts
    assert (serving.of, cited.unit) == ("product", "g")
    assert serving.median == pytest.approx(cited.number(), rel=1e-9)
    low, high = cited.interval()
    # The 90 % interval is as wide as the cited one. Its ends lie near: no log-normal has them and the median as well.
    assert half_width(serving) ** 2 == pytest.approx(high / low, rel=0.05)
    assert serving.median / half_width(serving) == pytest.approx(low, rel=0.1)
    assert serving.median * half_width(serving) == pytest.approx(high, rel=0.1)


LABELS = [
    ("liquid-shot", "bottle", 112.5, "pc044"),
    ("liquid-shot", "bottle", 40, "pc035"),
    ("liquid-shot", "bottle", 310, "pc032"),
    ("liquid-shot", "bottle", 77, "pc079"),
    ("liquid-shot", "serving", 20, "pc034"),
    ("liquid-shot", "serving", 35, "pc081"),
    ("liquid-shot", "can", 75, "pc068"),
    ("extract", "capsule", 30, "pc083"),
    ("extract", "gummy", 35, "pc085"),
    ("extract", "tablet", 200, "pc087"),
    ("extract", "tablet", 50, "pc088"),
    ("7oh-product", "tablet", 15, "pc057"),
    ("7oh-product", "tablet", 18, "pc090"),
    ("7oh-product", "tablet", 50, "pc072"),
    ("7oh-product", "serving", 7.5, "pc056"),
    ("7oh-product", "bottle", 30, "pc073"),
    ("mixed", "bottle", 77, "pc079"),
    ("tea", "cup", 79, "DE001"),
]


@pytest.mark.parametrize(("product", "unit", "mg", "fact_id"), LABELS)
def test_what_a_label_or_a_laboratory_says_of_one_lies_within_its_interval(product, unit, mg, fact_id):
    serving = pharmacology.servings()[product, unit]
    assert serving.median / half_width(serving) < mg < serving.median * half_width(serving), fact(fact_id)


def test_a_label_that_may_be_of_extract_is_said_where_labels_are_all_there_is():
    for (product, unit), serving in pharmacology.servings().items():
        if "pc078" in serving.facts:
            assert "may be of extract" in serving.note, (product, unit)


def test_every_unit_that_a_kind_is_counted_in_has_a_size_and_no_other_has():
    from typing import get_args

    from ketum.case.counts import PLURALS, CountUnit
    from ketum.kinds import kinds

    fitting = {(kind.product, unit) for kind in kinds().values() for unit in kind.counted_in}
    assert set(pharmacology.servings()) == fitting
    assert {unit for _, unit in fitting} == set(get_args(CountUnit)) == set(PLURALS)


def test_a_serving_is_of_the_product_or_of_its_main_alkaloid():
    for (product, _), serving in pharmacology.servings().items():
        assert serving.of in ("product", pharmacology.products()[product].base)
        assert set(serving.facts) <= facts().keys()
        assert serving.median > 0
        assert serving.sd > 0
        assert serving.note


# Molar masses


def weight_of(formula):
    atoms = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999}
    return sum(atoms[element] * int(count or 1) for element, count in re.findall(r"([A-Z])(\d*)", formula))


@pytest.mark.parametrize(
    ("code", "formula"), [("MG", "C23H30N2O4"), ("HM", "C23H30N2O5"), ("SC", "C23H30N2O4")], ids=["MG", "HM", "SC"]
)
def test_molar_masses_follow_from_the_formula(code, formula):
    assert molar_mass(code) == pytest.approx(weight_of(formula), abs=0.02)
    assert fact(pharmacology.alkaloid(code).molar_mass).details["formula"] == formula
    # 1 mg is 1e6 ng, and 1 ng of a substance of M g/mol is 1/M nmol
    assert float(nmol(2.0, code)) == pytest.approx(2e6 / weight_of(formula), rel=1e-4)


def test_an_alkaloids_mass_is_that_of_its_own_name():
    for alkaloid in pharmacology.ALKALOIDS:
        assert fact(alkaloid.molar_mass).details["compound"] == alkaloid.name


# The scales


def test_steps_on_a_scale():
    assert moved(np.array(3.0), np.array(np.log(2.0)), "log") == pytest.approx(6.0)
    # odds of 1/4 times 3 are 3/4
    assert moved(np.array(0.2), np.array(np.log(3.0)), "logit") == pytest.approx(3 / 7)


def test_the_models_are_listed_by_name():
    assert "kratom" in pharmacology.model_names()
    assert pharmacology.model_path("kratom").is_file()
