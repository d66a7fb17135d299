"""Between what a case says is taken and what is in the blood: products, doses, times and amounts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from tests.joins.made import (
    BRIEF,
    NAMES,
    SEVEN,
    Still,
    alone,
    case,
    endpoint,
    levels,
    medicine,
    product,
    rows,
    run,
    told,
)

from ketum.chance import Stream
from ketum.crowd.contents import contents
from ketum.crowd.intake import dose_table, intakes

CODES = tuple(NAMES)
COMPANIONS = rows("companions.csv")
CONTENT = {row["product"]: row for row in rows("products.csv")}
WITH_CONTENT = [name for name, row in CONTENT.items() if row["base"]]
mg = st.floats(0.01, 60.0)


def middle(*products, people=2, still=("product",)):
    return intakes(case(*products), Still(0, people, still=still))


def amounts(*products):
    """Sum up what one typical person swallows: nmol by compartment and time."""
    taken = middle(*products)
    share = {one.release: np.ones(2) for one in taken}
    table = dose_table(taken, share, 1e6)
    table = table[table["ID"] == 0]
    return table.groupby(["CMT", "TIME", "II", "ADDL"])["AMT"].sum()


# What a product holds


@pytest.mark.parametrize("name", WITH_CONTENT)
def test_a_gram_of_each_kind_holds_its_own_content(name):
    base = CONTENT[name]["base"]
    (still,) = middle(product(name, "2 g"))
    expected = 2 * float(CONTENT[name]["content_mg_per_g"])
    np.testing.assert_allclose(still.mg[base], expected, rtol=1e-12)
    (spread,) = intakes(case(product(name, "2 g")), Stream(3, 3000))
    assert np.log(spread.mg[base] / expected).std() == pytest.approx(float(CONTENT[name]["content_sd"]), rel=0.06)


@pytest.mark.parametrize("row", COMPANIONS, ids=lambda row: f"{row['product']}-{row['alkaloid']}")
def test_each_companion_comes_with_its_own_ratio_and_spread(row):
    base = CONTENT[row["product"]]["base"]
    (still,) = middle(product(row["product"], "2 g"))
    np.testing.assert_allclose(still.mg[row["alkaloid"]] / still.mg[base], float(row["ratio"]), rtol=1e-12)
    (spread,) = intakes(case(product(row["product"], "2 g")), Stream(3, 3000))
    ratio = spread.mg[row["alkaloid"]] / spread.mg[base]
    assert np.log(ratio / float(row["ratio"])).std() == pytest.approx(float(row["sd"]), rel=0.06)


@pytest.mark.parametrize("name", WITH_CONTENT)
def test_nothing_else_comes_with_a_product(name):
    (taken,) = middle(product(name, "2 g"))
    expected = {CONTENT[name]["base"], *(row["alkaloid"] for row in COMPANIONS if row["product"] == name)}
    assert set(taken.mg) == expected


@pytest.mark.parametrize("name", [name for name in WITH_CONTENT if name != "liquid-shot"])
@given(shares=st.lists(st.floats(0.01, 30.0), min_size=3, max_size=3, unique=True))
@how(BRIEF, max_examples=5)
def test_a_certificate_overrides_what_products_of_its_kind_hold(name, shares):
    stated = dict(zip(CODES, shares, strict=True))
    words = ", ".join(f'"{NAMES[code]}" = "{share!r} %"' for code, share in stated.items())
    (taken,) = middle(product(name, "2 g", certificate=f"{{ {words} }}"))
    for code, share in stated.items():
        np.testing.assert_allclose(taken.mg[code], 2000 * share / 100, rtol=1e-9)


def test_a_certificate_of_the_main_alkaloid_takes_its_companions_along():
    (taken,) = middle(product("leaf-powder", "2 g", certificate='{ mitragynine = "3 %" }'))
    ratio = {row["alkaloid"]: float(row["ratio"]) for row in COMPANIONS if row["product"] == "leaf-powder"}
    expected = {"MG": 60.0, **{code: 60.0 * by for code, by in ratio.items()}}
    assert {code: float(column[0]) for code, column in taken.mg.items()} == pytest.approx(expected)


def test_each_product_gives_up_its_own_share():
    """Two products in one case: each by the parameter of its kind, and into the compartment of its kind."""
    taken = middle(product("leaf-powder", "1 g"), product("extract", "1 g"), product("tea", "1 g"))
    share = {"release_leaf": 0.5, "release_extract": 0.25, "yield_tea": 0.125}
    table = dose_table(taken, {name: np.full(2, by) for name, by in share.items()}, 1.0)
    table = table[(table["ID"] == 0) & table["CMT"].str.endswith("_MG")].set_index("CMT")["AMT"]
    full = dose_table(taken, {name: np.ones(2) for name in share}, 1.0)
    full = full[(full["ID"] == 0) & full["CMT"].str.endswith("_MG")].set_index("CMT")["AMT"]
    ratio = (table / full).to_dict()
    assert ratio == pytest.approx({"leaf_MG": 0.5, "extract_MG": 0.25, "lumen_MG": 0.125})


@pytest.mark.parametrize(
    "entry",
    [
        product("leaf-powder", "3 g"),
        product("leaf-capsule", "5 capsules"),
        product("leaf-powder", "2 teaspoons", certificate='{ mitragynine = "1.4 %" }'),
        product("extract", "20 mg mitragynine"),
        product("7oh-product", "500 mg"),
        product("mixed", "4 g", certificate='{ speciociliatine = "0.5 %" }'),
    ],
)
def test_what_a_dose_is_said_to_hold_is_what_the_people_take(entry):
    """In closed form for the screen, drawn for a run: the same median and the same nine of ten."""
    here = case(entry)
    (said,), (taken,) = contents(here), intakes(here, Stream(9, 8000))
    assert set(said.mg) == set(taken.mg)
    pairs = [(said.mg[code], taken.mg[code]) for code in said.mg]
    pairs += [] if said.product_mg is None else [(said.product_mg, taken.product_mg)]
    for closed, drawn in pairs:
        found = [closed.interval.low, closed.interval.median, closed.interval.high]
        sd = np.log(drawn).std()
        np.testing.assert_allclose(np.log(found), np.log(np.quantile(drawn, [0.05, 0.5, 0.95])), atol=0.1 * sd + 1e-9)


# When it is taken


@given(start=st.sampled_from([1, 6, 24, 30.5]), code=st.sampled_from(CODES))
@how(BRIEF, max_examples=6)
def test_a_later_start_is_the_same_course_later(start, code):
    early = run(alone(10.0, code), people=3, days=2)
    late = run(alone(10.0, code, start=f'"{start} h"'), people=3, days=2 + start / 24)
    before, at = levels(early, code)
    after, later = levels(late, code)
    shared = np.intersect1d(np.round(at + start, 6), np.round(later, 6))
    assert shared.size > 15
    one = before[:, np.isin(np.round(at + start, 6), shared)]
    two = after[:, np.isin(np.round(later, 6), shared)]
    np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-5 * one.max())
    assert (after[:, later < start] == 0).all()
    for quantity in ("Cmax", "tmax", "half_life"):
        np.testing.assert_allclose(endpoint(late, quantity, code), endpoint(early, quantity, code), rtol=1e-3)


def test_each_product_keeps_its_own_start_interval_and_days():
    first = alone(1.0, "SC", every='"8 h"', days=1, start='"2 h"')
    second = alone(2.0, "HM", every='"12 h"', days=2, start='"5 h"')
    found = dict.fromkeys(amounts(first, second).index)
    assert set(found) == {("lumen_SC", 2.0, 8.0, 2), ("lumen_HM", 5.0, 12.0, 3)}


# Together


@given(order=st.permutations(range(3)))
@how(BRIEF, max_examples=5)
def test_the_order_of_products_changes_nothing(order):
    """Of a typical product each: what is drawn for a product goes with its place in the case, and stands still here."""
    products = (
        product("leaf-powder", "2 g", every='"8 h"', days=2),
        product("extract", "100 mg", start='"3 h"'),
        alone(5.0, "HM", start='"1 h"'),
    )
    sorted_, shuffled = amounts(*products), amounts(*(products[i] for i in order))
    assert sorted_.to_dict() == pytest.approx(shuffled.to_dict())


def test_the_order_of_entries_changes_no_level_and_nothing_else():
    one, two = alone(8.0, "HM", every='"12 h"', days=2), alone(4.0, "SC", start='"5 h"')
    pills = (
        medicine("morphine", amount='"30 mg"', every='"12 h"'),
        medicine("naltrexone", amount='"5 mg"', every='"24 h"'),
        medicine("fluconazole", amount='"200 mg"', every='"24 h"', started_days_ago=30),
    )
    first, second = run(one, two, *pills, people=5).tree, run(two, one, *pills[::-1], people=5).tree
    renamed = {"A": "B", "B": "A"}
    for name, column in first["population"].data_vars.items():
        stem, _, place = name.rpartition("_")
        other = f"{stem}_{renamed.get(place, place)}" if stem in ("K", "n", "eff", "k") else name
        if not name.startswith("dose_"):
            np.testing.assert_allclose(second["population"][other], column, rtol=1e-12, err_msg=name)
    for group in ("trajectory", "endpoints", "effects"):
        for name, column in first[group].data_vars.items():
            if "subject" in column.dims:
                scale = float(np.nanmax(np.abs(np.where(np.isfinite(column), column, 0.0))))
                np.testing.assert_allclose(second[group][name], column, rtol=1e-4, atol=1e-6 * scale, err_msg=name)


@given(parts=st.lists(st.tuples(mg, st.sampled_from([0, 2, 9])), min_size=2, max_size=3))
@how(BRIEF, max_examples=6)
def test_doses_of_a_linear_alkaloid_add_up(parts):
    """Superposition: speciociliatine neither slows nor speeds its own loss."""
    each = [alone(amount, "SC", start=f'"{start} h"') for amount, start in parts]
    together = run(*each, people=3, days=2)
    both, at = levels(together, "SC")
    total = np.zeros_like(both)
    shared = np.ones(at.size, dtype=bool)
    for one in each:
        curve, times = levels(run(one, people=3, days=2), "SC")
        shared &= np.isin(at, times)
        total += np.array([np.interp(at, times, person) for person in curve])
    assert shared.sum() > 3
    np.testing.assert_allclose(both[:, shared], total[:, shared], rtol=1e-4, atol=1e-5 * total.max())


@given(amount=st.floats(0.5, 80.0), by=st.floats(1.05, 10.0), kind=st.sampled_from(["extract", "liquid-shot", "tea"]))
@how(BRIEF, max_examples=6)
def test_more_is_never_less_in_anybodys_blood(amount, by, kind):
    less, more = (run(product(kind, f"{size!r} mg mitragynine"), people=4) for size in (amount, amount * by))
    for quantity in ("Cmax", "AUC", "Cmax_unbound", "time_above_study_peak"):
        for code in CODES:
            assert (endpoint(more, quantity, code) >= endpoint(less, quantity, code) * (1 - 1e-6)).all()
    assert (endpoint(more, "Cmax", "MG") > endpoint(less, "Cmax", "MG")).all()
    for effect in ("occupancy", "effect", "relief"):
        assert (more.tree["effects"][effect].to_numpy() > less.tree["effects"][effect].to_numpy()).all()
    for effect in ("morphine_mg", "breathing_mg"):
        assert (more.tree["effects"][effect].to_numpy() >= less.tree["effects"][effect].to_numpy() * (1 - 1e-6)).all()


@pytest.mark.parametrize("code", CODES)
def test_towards_no_dose_levels_vanish_in_proportion(code):
    """The limit of a dose of nothing: nothing, and on the way there a straight line."""
    small, tiny = (run(alone(size, code), people=4) for size in (1e-2, 1e-4))
    for quantity in ("Cmax", "AUC"):
        ratio = endpoint(small, quantity, code) / endpoint(tiny, quantity, code)
        np.testing.assert_allclose(ratio, 100.0, rtol=5e-3)
    assert endpoint(tiny, "Cmax", code).max() < 1e-2
    assert (small.tree["effects"]["occupancy"].to_numpy() < 0.05).all()


def test_without_spread_everybody_is_the_same(monkeypatch):
    monkeypatch.setattr(Stream, "uniform", lambda self, layer, name: np.full(self.people, 0.5))
    finished = run(product("leaf-powder", "3 capsules", every='"8 h"', days=1), medicine("morphine"), people=5)
    for group in ("endpoints", "effects"):
        for name, column in finished.tree[group].data_vars.items():
            if "subject" in column.dims:
                people = column.to_numpy()
                np.testing.assert_allclose(people, people[..., :1] + np.zeros_like(people), rtol=1e-9, err_msg=name)
    value = finished.tree["summary"]["value"]
    np.testing.assert_allclose(value.sel(statistic="p05"), value.sel(statistic="p95"), rtol=1e-9)


# What is shown beside it

STUDIED_MG = {"pk001": ("tea", 39.0), "pk037": ("tea", 39.0), "pk019": ("tea", 39.0), "pk073": ("extract", 9.9),
              "pk075": ("extract", 9.9), "pk079": ("extract", 59.2)}  # fmt: skip
"""Kind of product and mitragynine of the studies of single doses, as their sources say."""


@pytest.mark.parametrize(
    ("kind", "size", "drawn"),
    [
        ("tea", 1.0, set()),
        ("tea", 5.0, {"pk073", "pk075"}),
        ("tea", 15.0, {"pk001", "pk037", "pk019", "pk073", "pk075"}),
        ("extract", 25.0, set(STUDIED_MG)),
        ("extract", 100.0, {"pk001", "pk037", "pk019", "pk079"}),
        ("extract", 150.0, {"pk079"}),
        ("extract", 400.0, set()),
    ],
)
def test_only_comparable_doses_are_drawn_together_and_other_products_are_named(kind, size, drawn):
    """Within three-fold of the case's mitragynine; a study of another kind of product says so."""
    published = told(product(kind, f"{size} mg mitragynine"), people=11)[1]["published"]
    assert {level["fact_id"] for level in published} == drawn
    for level in published:
        studied, studied_mg = STUDIED_MG[level["fact_id"]]
        assert 1 / 3 <= size / studied_mg <= 3
        assert level["matches_product"] == (studied == kind)


def test_a_product_without_mitragynine_stands_beside_no_study_of_mitragynine():
    assert told(alone(15.0, "HM"), people=11)[1]["published"] == []
    assert SEVEN in {level["alkaloid"] for level in told(alone(15.0, "HM"), people=11)[1]["levels"]}
