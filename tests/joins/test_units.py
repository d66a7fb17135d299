"""Between the model, in nM, and the reader, in ng/mL: each alkaloid by its own mass, share and laboratory."""

import numpy as np
import pytest
from tests.joins.made import MOLAR_MASS, NAMES, Still, alone, case, endpoint, levels, own, product, run, told

from ketum.crowd.intake import dose_table, intakes
from ketum.endpoints import exposure, nca
from ketum.evidence import fact

LEAF = product("leaf-powder", "3 g")
TEA = product("tea", "2 g")


@pytest.fixture(scope="module")
def leaf():
    return run(LEAF, people=60, days=8)


@pytest.mark.parametrize("code", NAMES)
def test_what_is_unbound_is_the_total_times_the_alkaloids_own_share(leaf, code):
    total_nM = endpoint(leaf, "Cmax", code) * 1000 / MOLAR_MASS[code]
    np.testing.assert_allclose(endpoint(leaf, "Cmax_unbound", code), total_nM * own(leaf, f"fu_{code}"), rtol=2e-4)


@pytest.mark.parametrize("code", NAMES)
def test_what_is_swallowed_is_counted_in_the_alkaloids_own_molecules(code):
    (taken,) = intakes(case(alone(12.5, code)), Still(0, 4))
    doses = dose_table((taken,), {taken.release: np.full(4, 1.0)}, 1.0)
    mine = doses[doses["CMT"] == f"lumen_{code}"]
    np.testing.assert_allclose(mine["AMT"], 12.5e6 / MOLAR_MASS[code], rtol=2e-4)


@pytest.mark.parametrize("code", ["HM", "SC"])
def test_the_area_in_blood_is_that_of_the_closed_form(code):
    """Fa, what gut wall and liver let through, over clearance: two linear alkaloids, each with its own numbers."""
    finished = run(alone(10.0, code), people=8, days=20)
    p = {name: own(finished, name) for name in ("Q_H", "Fa", f"Fg_{code}", f"CLint_{code}", "release_shot")}
    # What passes the gut wall passes the liver, and CL = Q E: the liver's share cancels down to CLint.
    expected = 10e6 * p["release_shot"] * p["Fa"] * p[f"Fg_{code}"] / p[f"CLint_{code}"] / 1000
    np.testing.assert_allclose(endpoint(finished, "AUC", code), expected, rtol=0.02)


@pytest.mark.parametrize("code", NAMES)
def test_a_half_life_is_read_above_the_limit_of_the_alkaloids_own_assay(code):
    """After so little that the alkaloid comes near its limit."""
    little = run(alone({"MG": 0.5, "HM": 0.5, "SC": 0.01}[code], code), people=60, days=8)
    curve, times = levels(little, code)
    at = np.searchsorted(times, exposure.FOLLOW_UP_H - 1e-9)
    assert np.allclose(times[at], exposure.FOLLOW_UP_H)

    def half_life(limit):
        return nca.analyse(times[at], curve[:, at], limit * MOLAR_MASS[code] / 1000).half_life

    mine, other = (own(little, f"limit_{a}") for a in (("HM", "MG") if code == "HM" else ("MG", "HM")))
    found = endpoint(little, "half_life", code)
    np.testing.assert_allclose(found, half_life(mine), rtol=1e-3)
    differs = ~np.isclose(found, half_life(other), rtol=0.02, equal_nan=True)
    assert differs.mean() > 0.2, "another's limit gives another number"


@pytest.mark.parametrize("code", NAMES)
def test_time_is_counted_above_the_alkaloids_own_published_peak(leaf, code):
    """Medians after tea from 2 g of leaf, in nM, as the one study of all three gives them."""
    row = fact({"MG": "pk001", "HM": "pk037", "SC": "pk019"}[code])
    assert row.unit == "nM"
    curve, times = levels(leaf, code)
    peak = row.number() * MOLAR_MASS[code] / 1000
    found = endpoint(leaf, "time_above_study_peak", code)
    np.testing.assert_allclose(found, exposure.time_above(times, curve, peak), rtol=1e-3, atol=1e-3)
    assert ((found > 0) == (endpoint(leaf, "Cmax", code) > peak)).all()


def test_a_published_level_in_nM_is_shown_in_ng_per_mL():
    """Of every level that may be drawn, with its interval; the tea here is near all that were measured."""
    published = told(TEA)[1]["published"]
    code = {name: code for code, name in NAMES.items()}
    units = set()
    for shown in published:
        row = fact(shown["fact_id"])
        units.add(row.unit)
        scale = {"nM": MOLAR_MASS[code[shown["alkaloid"]]] / 1000, "ng/mL": 1.0}[row.unit]
        assert shown["unit"] == "ng/mL"
        assert shown["value"] == pytest.approx(row.number() * scale, rel=2e-4)
        if row.interval():
            assert (shown["low"], shown["high"]) == pytest.approx([end * scale for end in row.interval()], rel=2e-4)
    assert units == {"nM", "ng/mL"}


def test_levels_and_endpoints_of_a_report_are_those_of_the_run_and_carry_its_units():
    finished, report = told(TEA)
    for shown in report["levels"]:
        code = next(code for code, name in NAMES.items() if name == shown["alkaloid"])
        curve, times = levels(finished, code)
        assert shown["unit"] == "ng/mL"
        at = np.isin(np.float32(times), np.float32(shown["time_h"]))
        assert at.sum() == len(shown["time_h"])
        np.testing.assert_allclose(shown["p50"], np.quantile(curve, 0.5, axis=0)[at], rtol=1e-4, atol=1e-9)
    for row in report["endpoints"]:
        assert row["unit"] == finished.tree["endpoints"][row["quantity"]].attrs["units"]
