"""What is said of levels and of the unknown: curves, endpoints, published levels, sources, what a run adds."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from tests.answers.made_run import NAMES, PEOPLE, QUANTILES, TIMES, bands, run, summary
from tests.joins.made import MOLAR_MASS, case, medicine, product, rows
from tests.joins.made import NAMES as BY_CODE

from ketum.answers import curves
from ketum.answers.ask import ask
from ketum.answers.content import Unknown
from ketum.answers.exposure import LEAF_NOTE, endpoints, levels, precision
from ketum.answers.findings import screening
from ketum.answers.interactions import interactions
from ketum.answers.published import published
from ketum.answers.simulated import with_run
from ketum.answers.thin import between, thin
from ketum.crowd.contents import contents
from ketum.evidence import fact
from ketum.medicine import taken_in

LEAF = product("leaf-powder", "3 g", every='"8 h"', days=2)
SEVEN_OH = product("7oh-product", "15 mg 7-hydroxymitragynine")
EXTRACT = product("extract", "20 mg mitragynine")


# Curves and endpoints


def test_a_curve_is_its_alkaloids_bands_and_what_is_nothing_has_none():
    given_bands = bands()
    found = levels(run(LEAF))
    assert [curve.alkaloid for curve in found] == list(NAMES[:2])
    for i, curve in enumerate(found):
        np.testing.assert_array_equal(curve.time_h, TIMES)
        for j, name in enumerate(curves.QUANTILES):
            np.testing.assert_array_equal(getattr(curve, name), given_bands["concentration"].to_numpy()[j, i])
    assert tuple(f"p{100 * quantile:02.0f}" for quantile in QUANTILES) == curves.QUANTILES


def test_a_caveat_stands_at_the_curves_that_it_is_about():
    kinds = {row["product"]: row for row in csv.DictReader(files("ketum").joinpath("kinds.csv").open(encoding="utf-8"))}
    caveat = kinds["7oh-product"]["caveat"]
    assert caveat
    notes = {curve.alkaloid: curve.certainty_note for curve in levels(run(SEVEN_OH))}
    assert notes["7-hydroxymitragynine"] == caveat
    assert {curve.certainty_note for curve in levels(run(LEAF))} == {LEAF_NOTE}
    assert {curve.certainty_note for curve in levels(run(EXTRACT))} == {kinds["extract"]["caveat"]}
    both = {curve.alkaloid: curve.certainty_note for curve in levels(run(f"{LEAF}\n{SEVEN_OH}\n{SEVEN_OH}"))}
    assert both["7-hydroxymitragynine"] == f"{caveat}; {LEAF_NOTE}"
    assert both["mitragynine"].endswith(LEAF_NOTE)


def test_a_band_that_was_counted_says_how_exact_it_is():
    assert precision(run(LEAF)) == ()
    (said,) = precision(run(LEAF, bands=bands(relative_error=0.01)))
    assert "within 1 %" in said


def test_endpoints_are_the_summarys_numbers_with_their_shares_and_units():
    numbers = {
        ("mitragynine", "Cmax"): (1.0, 2.0, 3.0),
        ("mitragynine", "half_life"): (4.0, 5.0, 6.0),
        ("mitragynine", "tmax"): (1.0, float("nan"), 2.0),
        ("7-hydroxymitragynine", "Cmax"): (0.0, 0.0, 0.5),
        ("speciociliatine", "Cmax"): (0.0, 0.0, 0.0),
        ("speciociliatine", "half_life"): (7.0, 8.0, 9.0),
    }
    found = {(row.alkaloid, row.quantity): row for row in endpoints(run(LEAF, summary=summary(numbers)))}
    assert list(found) == [
        ("mitragynine", "Cmax"), ("mitragynine", "half_life"), ("7-hydroxymitragynine", "Cmax"),
    ], "no number is shown of what is not there"  # fmt: skip
    row = found["mitragynine", "half_life"]
    assert (row.p05, row.median, row.p95, row.unit) == (4.0, 5.0, 6.0, "unit of half_life")
    assert (row.share.people, row.share.product, row.share.knowledge) == (0.123, None, 0.5)


# Fewer points


@how(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=60, max_size=300), st.integers(12, 40))
def test_thinning_keeps_ends_highest_and_lowest_and_every_quantile_together(values, most):
    values = np.array(values)
    time = np.arange(values.size) / 2
    whole = curves.Levels("x", time, *(values * f for f in (0.2, 0.5, 1.0, 2.0, 3.0)), certainty_note="told")
    few = thin(whole, most)
    assert len(few.time_h) <= max(most + 4, 8)
    assert (few.time_h[0], few.time_h[-1]) == (time[0], time[-1])
    assert (few.p50.max(), few.p50.min()) == (values.max(), values.min())
    np.testing.assert_array_equal(few.p50, values[(few.time_h * 2).astype(int)])
    np.testing.assert_array_equal(few.p95, 3 * few.p50)
    assert (few.alkaloid, few.certainty_note) == ("x", "told")
    assert thin(whole, values.size).time_h.size == values.size


def test_a_stretch_holds_both_of_its_ends():
    time = np.arange(9.0)
    found = between(curves.Levels("x", time, *(time,) * 5, certainty_note="told"), 2.0, 5.0)
    assert found.time_h.tolist() == found.p05.tolist() == [2, 3, 4, 5]
    assert (found.alkaloid, found.certainty_note) == ("x", "told")


# Published levels


def studies():
    table = files("ketum.answers").joinpath("study_levels.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(table.splitlines()))


@how(deadline=None)
@given(st.floats(1.0, 400.0).map(lambda mg: round(mg, 2)))
def test_published_levels_of_doses_within_three_times_are_shown_and_no_others(mg):
    found = {level.fact_id for level in published(contents(case(product("extract", f"{mg} mg mitragynine"))))}
    within = {row["level"] for row in studies() if 1 / 3 <= mg / float(row["mg_mitragynine"]) <= 3}
    assert found == within


@pytest.mark.parametrize("kind", ["extract", "tea"])
def test_a_published_level_is_written_in_ng_per_mL_with_its_range_or_SD(kind):
    found = {x.fact_id: x for x in published(contents(case(product(kind, "39 mg mitragynine"))))}
    assert found
    for row in studies():
        if (shown := found.get(row["level"])) is None:
            continue
        level = fact(row["level"])
        scale = MOLAR_MASS[row["alkaloid"]] / 1000 if level.unit == "nM" else 1.0
        assert shown.value == pytest.approx(level.number() * scale, rel=1e-4)
        assert shown.alkaloid == BY_CODE[row["alkaloid"]]
        assert shown.time_h == fact(row["time"]).number()
        assert shown.matches_product is (row["product"] == kind)
        assert shown.low < shown.value < shown.high
        if level.spread_type != "range" and level.interval() is None:
            assert (shown.high - shown.value, shown.value - shown.low) == pytest.approx(
                (float(level.spread) * scale,) * 2
            )
        assert shown.label.endswith("and range" if level.spread_type == "range" else "and SD")
        assert shown.label.startswith(f"{shown.study}: {row['given']}, ")
        assert shown.access == level.seen
    median = found["pk001"]
    # Tanna 2022: 81.9 (50.1 to 177) nM.
    assert (median.value, median.low, median.high) == pytest.approx(
        tuple(x * 0.39850 for x in (81.9, 50.1, 177)), rel=1e-3
    )


def test_without_mitragynine_nothing_published_stands_beside():
    assert list(published(contents(case(SEVEN_OH)))) == []


# Interactions


def test_the_yardstick_is_shown_once_and_hypotheses_only_where_a_medicine_changes_kratom():
    def said(*tables):
        given_case = case(LEAF, *tables)
        screened = screening(given_case)
        return screened, interactions(given_case, screened.taken, screened.sizes)

    screened, plain = said()
    assert [size.medicine for size in plain.sizes] == ["midazolam"]
    assert plain.hypotheses == ()
    _, twice = said(medicine("midazolam"))
    assert [size.medicine for size in twice.sizes] == ["midazolam"]
    screened, found = said(medicine("ketoconazole"))
    assert found.sizes[1:] == screened.sizes
    assert len(found.hypotheses) == 2
    assert found.unsure == ("ketoconazole",)
    assert {"ddi31", "ddi32"} <= set(found.fact_ids)
    assert "does not follow" in found.in_people
    assert (plain.unsure, plain.in_people) == ((), "")
    gut, liver = plain.enzymes
    assert (gut.place, liver.place) == ("gut", "liver")
    assert gut.time_h[0] < 1
    assert gut.time_h[-1] == pytest.approx(48 + 7 * 24, abs=5), "two days of use and the week after"
    assert all(low <= middle <= high for low, middle, high in zip(gut.p05, gut.p50, gut.p95, strict=True))
    assert min(gut.p50) < min(liver.p50) < 1, "the gut wall meets the most"
    assert all(before < after for before, after in zip(gut.time_h, gut.time_h[1:], strict=False))


def test_without_known_mitragynine_no_size_is_made_up():
    given_case = case(product("pseudoindoxyl-product", "20 mg"), medicine("midazolam"))
    found = interactions(given_case, taken_in(given_case)[0], ())
    assert (found.sizes, found.enzymes) == ((), ())
    assert [one.medicine for one in found.unsized] == ["midazolam"]


# What a run adds


def added(*tables, finding=None, person="", drivers=None):
    given_case = case(*tables, person=person)
    before = ask(given_case, people=0)
    numbers = {(name, "Cmax"): (1.0, 2.0, 3.0) for name in NAMES}
    unbound = {"Cmax_unbound": (("subject", "alkaloid"), np.full((PEOPLE, 3), 20.0))}
    groups = {"summary": summary(numbers), "endpoints": xr.Dataset(unbound, {"alkaloid": list(NAMES)})}
    finished = run(given_case, **groups)
    screened = screening(given_case)
    if finding:
        screened = replace(screened, findings=(SimpleNamespace(code=finding),))
    return before, with_run(before, screened, finished, drivers)


def test_a_run_adds_what_it_found_and_takes_nothing_away():
    drivers = SimpleNamespace()
    before, after = added(LEAF, finding="dose.above-studied", drivers=drivers)
    assert (after.population, after.days, after.dose_times_h) == (PEOPLE, 1.5, (0.0, 8.0))
    assert "0123456789abcdef".startswith(after.model_hash)
    assert len(after.model_hash) >= 8
    assert after.levels_with == ("fluconazole",)
    assert after.unknown == (*before.unknown, Unknown("of the other"), Unknown("of the enzyme"))
    assert after.assumed == ("of it", *before.assumed)
    assert after.limits == before.limits
    assert after.drivers is drivers
    assert any("extrapolated" in text for text in after.effects.warnings)
    assert {"EA028", "ddi01", "pk001"} <= set(after.behind)
    behind = {f for row in rows("parameters.csv") for f in row["facts"].split(";") if f}
    assert behind <= set(after.behind)
    assert len(set(after.behind)) == len(after.behind)
    assert {one.peak_nM for one in after.margins if one.peak_nM} == {(20.0, 20.0, 20.0)}
    assert after.withdrawal is not None
    assert after.interactions is not None
    assert {level.fact_id for level in after.published} <= {row["level"] for row in studies()}


def test_what_is_not_followed_has_neither_effects_nor_withdrawal():
    _, after = added(product("pseudoindoxyl-product", "20 mg"))
    assert (after.effects, after.withdrawal) == (None, None)


@pytest.mark.parametrize(
    ("tables", "person", "left"),
    [
        (product("extract", "20 mg mitragynine"), 'kratom_experience = "regular"', True),
        (LEAF, 'kratom_experience = "regular"', False),
        (product("extract", "20 mg mitragynine"), 'kratom_experience = "new"', False),
        (product("extract", "20 mg mitragynine"), "", False),
    ],
)
def test_earlier_use_without_a_regimen_is_unknown(tables, person, left):
    _, after = added(tables, person=person)
    assert any("what earlier use of kratom has left" in row.what for row in after.unknown) is left
