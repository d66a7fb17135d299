"""Between many people and three numbers: the lowest is the 5th percentile, the highest the 95th, everywhere."""

import numpy as np
import pytest
from tests.joins.made import NAMES, case, endpoint, levels, medicine, product, rows, run, told

from ketum.simulation import ledger, many
from ketum.simulation.bands import LOWEST, RELATIVE_ERROR

LEAF = product("leaf-powder", "3 g", every='"8 h"', days=1)
PEOPLE = 101
BANDS = {0.05: "p05", 0.25: "p25", 0.5: "p50", 0.75: "p75", 0.95: "p95"}
THREE = {"p05": 0.05, "median": 0.5, "p95": 0.95}


@pytest.fixture(scope="module")
def finished():
    return told(LEAF, medicine("morphine", amount='"30 mg"', every='"12 h"'), people=PEOPLE)[0]


@pytest.fixture(scope="module")
def report():
    return told(LEAF, medicine("morphine", amount='"30 mg"', every='"12 h"'), people=PEOPLE)[1]


@pytest.mark.parametrize("at", BANDS)
def test_a_band_of_levels_is_the_quantile_that_its_label_says(finished, at):
    bands = finished.tree["bands"]
    for code, name in NAMES.items():
        found = bands["concentration"].sel(quantile=at, alkaloid=name).to_numpy()
        np.testing.assert_allclose(found, np.quantile(levels(finished, code)[0], at, axis=0), rtol=1e-5, atol=1e-9)
    for signal in ("occupied_kratom", "occupied_other", "effect", "responsiveness"):
        curve = finished.tree["trajectory"][signal].to_numpy().astype(float)
        np.testing.assert_allclose(bands[signal].sel(quantile=at), np.quantile(curve, at, axis=0), rtol=1e-5, atol=1e-9)


def test_a_summary_is_the_quantile_that_its_label_says(finished):
    value = finished.tree["summary"]["value"]
    for code, name in NAMES.items():
        for quantity in ("Cmax", "Cmax_unbound", "AUC_last", "Cmin_last", "half_life"):
            people = endpoint(finished, quantity, code)
            expected = np.quantile(people[np.isfinite(people)], list(THREE.values()))
            found = value.sel(alkaloid=name, quantity=quantity, statistic=list(THREE))
            np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_an_effect_is_the_highest_of_its_own_curve(finished):
    curves, effects = finished.tree["trajectory"], finished.tree["effects"]
    for quantity, curve in (("occupancy", "occupied_kratom"), ("occupancy_other", "occupied_other"), ("effect",) * 2):
        np.testing.assert_allclose(effects[quantity], curves[curve].max("time"), rtol=1e-5, atol=1e-9)
        assert effects[quantity].to_numpy().min() > 0
    np.testing.assert_allclose(effects["responsiveness"], curves["responsiveness"].min("time"), rtol=1e-5)


def test_a_reports_endpoints_are_the_quantiles_that_their_keys_say(finished, report):
    code = {name: code for code, name in NAMES.items()}
    assert len(report["endpoints"]) > 20
    for row in report["endpoints"]:
        people = endpoint(finished, row["quantity"], code[row["alkaloid"]])
        expected = np.quantile(people[np.isfinite(people)], list(THREE.values()))
        assert [row[key] for key in THREE] == pytest.approx(expected, rel=1e-9)


def test_a_reports_bands_are_the_quantiles_that_their_keys_say(finished, report):
    code = {name: code for code, name in NAMES.items()}
    for shown in report["levels"]:
        curve, times = levels(finished, code[shown["alkaloid"]])
        at = np.isin(np.float32(times), np.float32(shown["time_h"]))
        for quantile, key in BANDS.items():
            np.testing.assert_allclose(shown[key], np.quantile(curve, quantile, axis=0)[at], rtol=1e-4, atol=1e-9)


def test_a_reports_effects_are_the_quantiles_that_their_keys_say(finished, report):
    lines = report["effects"]["lines"]
    assert {"occupancy", "relief"} <= {line["quantity"] for line in lines}
    for line in lines:
        people = finished.tree["effects"][line["quantity"]].to_numpy()
        people = people[np.isfinite(people)]
        if people.size == PEOPLE:
            expected = np.quantile(people, list(THREE.values()))
            assert [line[key] for key in THREE] == pytest.approx(expected, rel=1e-9), line["quantity"]


def test_what_is_said_of_stopping_is_the_quantile_that_its_key_says(finished, report):
    for point in report["withdrawal"]["points"]:
        people = finished.tree["effects"][f"withdrawal_{point['hours']:g}h"].to_numpy()
        expected = np.quantile(people, list(THREE.values()))
        assert [point[key] for key in THREE] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("hours", "at"), [(24, 24), (15, (12, 18))])
def test_withdrawal_now_is_that_of_the_hour_that_the_case_gives(hours, at):
    """At an hour that is shown the same numbers, and between two of them what lies half-way."""
    here = told(LEAF, f"[today]\nstopped_hours_ago = {hours}", people=41)[1]["withdrawal"]
    points = {point["hours"]: point for point in here["points"]}
    assert here["now"]["hours"] == hours
    for key in THREE:
        expected = points[at][key] if isinstance(at, int) else np.mean([points[hour][key] for hour in at])
        assert here["now"][key] == pytest.approx(expected, rel=1e-9)
    assert here["now"]["p95"] > 0


def test_withdrawal_now_is_said_of_nobody_who_goes_on(report):
    assert report["withdrawal"]["now"] is None


def test_a_day_has_as_many_doses_as_the_interval_says():
    """Two products, every 8 and every 12 h: five doses, and with 20 and 10 mg of mitragynine in one, 80 mg a day."""
    first = product("extract", "20 mg mitragynine", every='"8 h"', days=2)
    second = product("liquid-shot", "10 mg mitragynine", every='"12 h"', days=2)
    said = told(first, second, people=11)[1]["withdrawal"]["here"]
    assert said.startswith("5 doses a day")
    assert "80 mg mitragynine a day" in said


@pytest.mark.parametrize(("kind", "release"), [("leaf-powder", "release_leaf"), ("7oh-product", "release_7oh")])
def test_what_is_assumed_of_a_product_is_said_of_that_product_only(kind, release):
    labels = {row["name"]: row["label"] for row in rows("parameters.csv") if row["name"].startswith("release_")}
    said = " ".join(told(product(kind, "3 g"), people=11)[1]["assumed"])
    assert labels.pop(release) in said
    assert not any(label in said for label in labels.values())


def test_a_doses_interval_holds_nine_of_ten_products():
    """Log-normal about what a gram holds, as the tables say; the tolerance is half the way to the 10th percentile."""
    (dose,) = told(product("leaf-powder", "3 g"), people=1001)[1]["doses"]
    content = next(row for row in rows("products.csv") if row["product"] == "leaf-powder")
    expected = {"MG": (3 * float(content["content_mg_per_g"]), float(content["content_sd"]))}
    for row in rows("companions.csv"):
        if row["product"] == "leaf-powder":
            spread = np.hypot(expected["MG"][1], float(row["sd"]))
            expected[row["alkaloid"]] = expected["MG"][0] * float(row["ratio"]), spread
    assert {shown["alkaloid"] for shown in dose["contents"]} == set(NAMES.values())
    for shown in dose["contents"]:
        middle, sd = next(expected[code] for code, name in NAMES.items() if name == shown["alkaloid"])
        for key, z in (("low", -1.645), ("median", 0.0), ("high", 1.645)):
            assert np.log(shown[key] / middle) / sd == pytest.approx(z, abs=0.18), (shown["alkaloid"], key)


def test_margins_stand_on_the_quantiles_of_the_unbound_peak(finished, report):
    code = {name: code for code, name in NAMES.items()}
    seen = set()
    for row in report["margins"]:
        if row["peak_nM"]:
            seen.add(row["alkaloid"])
            expected = np.quantile(endpoint(finished, "Cmax_unbound", code[row["alkaloid"]]), list(THREE.values()))
            assert row["peak_nM"] == pytest.approx(expected, rel=1e-9)
    assert seen == set(NAMES.values())


def test_of_people_who_are_not_held_in_memory_the_quantiles_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "BLOCK", 12)
    here = case(LEAF)
    whole = run(LEAF, people=30, seed=4)
    found = many.simulate_many(here, tmp_path / "people.zarr", number=30, seed=4, workers=1)
    for code, name in NAMES.items():
        for quantity in ("Cmax", "AUC", "half_life"):
            people = endpoint(whole, quantity, code)
            expected = np.quantile(people[np.isfinite(people)], list(THREE.values()))
            value = found.tree["summary"]["value"].sel(alkaloid=name, quantity=quantity, statistic=list(THREE))
            np.testing.assert_allclose(value, expected, rtol=1e-9)
        bands = found.tree["bands"]["concentration"].sel(alkaloid=name)
        for at in BANDS:
            exact = np.quantile(levels(whole, code)[0], at, axis=0, method="lower")
            np.testing.assert_allclose(bands.sel(quantile=at), exact, rtol=1.1 * RELATIVE_ERROR, atol=2 * LOWEST)
    assert found.tree["endpoints"]["Cmax"].shape == (3, 30)
