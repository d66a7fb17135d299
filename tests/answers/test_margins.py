"""Exposure margins: potencies as they are written, ratios in closed form, verdicts by fixed cut-offs."""

import dataclasses
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from ketum.answers.margins import margins, potency_nM, targets, verdict
from ketum.cli import app
from ketum.evidence import fact

PEAKS = {"MG": np.full(50, 16.2), "HM": np.full(50, 3.0), "SC": np.full(50, 20.0)}


def one(found, fact_id, target=None):
    return next(m for m in found if m.fact_id == fact_id and target in (None, m.target))


def test_a_ratio_is_peak_over_potency():
    found = one(margins(PEAKS), "CA001")  # 1.62 uM
    assert found.potency_nM == (1620.0, 1620.0)
    assert found.ratio == pytest.approx((0.01, 0.01, 0.01))
    assert found.peak_nM == pytest.approx((16.2, 16.2, 16.2))


@pytest.mark.parametrize(
    ("fact_id", "low", "high"),
    [
        ("RA005", 161.0, 161.0),
        ("EI010", 45_000.0, np.inf),  # ">45 uM"
        ("IN002", 0.0, 25e6 / 398.5),  # "<25 ppm", as mitragynine
        ("IN001", 0.5e6 / 398.5, 20e6 / 398.5),  # "0.5-20 ug/mL"
        ("OT029", 0.0156e9 / 398.5, 0.0156e9 / 398.5),  # "0.0156 mg/mL"
    ],
)
def test_limits_and_ranges_are_read_as_written(fact_id, low, high):
    found = potency_nM(fact(fact_id))
    np.testing.assert_allclose(found, (low, high), rtol=1e-3)


@pytest.mark.parametrize("fact_id", ["EI005", "EI043", "FP009", "OT028"])
def test_words_are_no_potency_and_give_no_verdict(fact_id):
    for found in (m for m in margins(PEAKS) if m.fact_id == fact_id):
        assert found.potency_nM is None
        assert found.ratio is None
        assert found.verdict == "not known"
        assert found.potency


def test_an_open_lower_end_is_not_known_and_an_open_upper_end_reaches_to_nothing():
    found = margins(PEAKS)
    assert one(found, "IN002").verdict == "not known"
    assert one(found, "EI010").ratio[0] == 0.0
    assert one(found, "EI010").verdict == "not expected at these levels"


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ((0.5, 1.0, 3.0), "expected"),
        ((0.01, 0.9, 5.0), "possible"),
        ((0.001, 0.01, 0.1), "possible"),
        ((0.001, 0.01, 0.0999), "unlikely"),
        ((1e-4, 1e-3, 0.01), "unlikely"),
        ((1e-4, 1e-3, 0.00999), "not expected at these levels"),
        ((0.1, 0.2, np.inf), "not known"),
        (None, "not known"),
    ],
)
def test_the_cut_offs(ratio, expected):
    assert verdict(ratio) == expected


def test_a_higher_level_never_gets_a_milder_verdict():
    order = ["not expected at these levels", "unlikely", "possible", "expected"]
    low = margins(PEAKS)
    high = margins({code: 7 * peak for code, peak in PEAKS.items()})
    for a, b in zip(low, high, strict=True):
        if a.ratio and a.verdict in order:
            assert order.index(b.verdict) >= order.index(a.verdict)


def test_what_is_not_simulated_is_not_known():
    found = margins({"MG": PEAKS["MG"]})
    assert one(found, "RA006").verdict == "not known"  # 7-hydroxymitragynine, none taken
    assert one(found, "OT012").verdict == "not known"  # speciogynine, not in the model
    assert "not simulated" in one(found, "OT012").note


def test_what_the_gut_wall_meets_is_never_ruled_out_by_blood():
    tiny = margins({code: peak * 1e-6 for code, peak in PEAKS.items()})
    gut = [m for m in tiny if m.target in ("CYP3A", "P-glycoprotein") and m.ratio]
    assert gut
    assert {m.verdict for m in gut} == {"possible"}


def test_contradictions_point_both_ways_and_both_are_shown():
    found = margins(PEAKS)
    assert "CA005" in one(found, "CA001").contradicts
    assert "CA001" in one(found, "CA005").contradicts
    # a binding constant does not contradict a functional one
    assert "FP003" not in one(found, "RA006").contradicts


def test_what_is_unusable_is_shown_and_not_computed_with():
    found = one(margins(PEAKS), "CA003")  # a decimal point in doubt
    assert found.ratio is None
    assert "decimal" in found.note


def test_kappa_and_delta_are_not_known():
    found = [m for m in margins(PEAKS) if m.target.startswith(("kappa", "delta"))]
    assert found
    assert {m.verdict for m in found} == {"not known"}


def test_every_target_is_listed_once():
    assert len({(t.fact_id, t.target, t.alkaloid) for t in targets()}) == len(targets())


def test_the_command_prints_a_table_and_one_json_object(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text(
        '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "DE"\n'
        '[[kratom]]\nproduct = "tea"\namount = "2 g"\n',
        encoding="utf-8",
    )
    plain = CliRunner().invoke(app, ["margins", str(case), "-n", "20"])
    assert plain.exit_code == 0
    assert "hERG" in plain.output
    assert "[CA001]" in plain.output
    asked = CliRunner().invoke(app, ["margins", str(case), "-n", "20", "--json"])
    found = json.loads(asked.output)
    assert set(found) == {"case", "margins", "organs"}
    assert {row["fact_id"] for row in found["margins"]} == {t.fact_id for t in targets()}
    assert set(found["margins"][0]) == {f.name for f in dataclasses.fields(margins(PEAKS)[0])}
