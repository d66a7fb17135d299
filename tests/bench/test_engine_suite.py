"""The SBML Test Suite: its cases, its two layouts, and the command that runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ketum.bench.suite import find_cases, model_file, run_case, run_suite, table
from ketum.cli import app
from ketum.errors import InputError

CASES = Path(__file__).parents[3] / "shared" / "sbml-cases"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else []

MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="case">
 <listOfCompartments><compartment id="c" size="2" constant="true" spatialDimensions="3"/></listOfCompartments>
 <listOfSpecies><species id="S" compartment="c" initialAmount="6" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/></listOfSpecies>
 <listOfReactions><reaction id="J" reversible="false" fast="{fast}"><listOfReactants>
  <speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
  <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><cn>2</cn></math></kineticLaw></reaction></listOfReactions>
</model></sbml>"""
SETTINGS = """start: 0
duration: 2
steps: 2
variables: S, c
absolute: 1e-6
relative: 1e-4
amount: {amount}
concentration: {concentration}
"""


@pytest.mark.skipif(not NAMES, reason=f"the cases of the SBML Test Suite are not at {CASES}")
def test_every_case_passes():
    verdicts = run_suite(CASES)
    assert not [f"{v.case} {v.status}: {v.reason}" for v in verdicts if v.status != "pass"]
    assert [v.case for v in verdicts] == NAMES


def write(folder, name="00007", kind="amount", results="0,6,2\n1,4,2\n2,2,2\n", fast="false", published=True):
    """Write one case: 6 of S in a compartment of 2, of which 2 leave each hour."""
    case = folder / name
    case.mkdir(parents=True)
    text = SETTINGS.format(amount="S" if kind == "amount" else "", concentration="S" if kind != "amount" else "")
    (case / f"{name}-settings.txt").write_text(text)
    (case / f"{name}-results.csv").write_text("time,S,c\n" + results)
    if published:
        (case / f"{name}-sbml-l2v4.xml").write_text("<sbml/>")
        (case / f"{name}-sbml-l3v1.xml").write_text(MODEL.format(fast=fast))
        (case / f"{name}-model.m").write_text(
            "(*\n\ncategory:      Test\ncomponentTags: Compartment, Species\ntestTags:      Amount\n"
            "testType:      TimeCourse\n*)\n"
        )
    else:
        (case / f"{name}.xml").write_text(MODEL.format(fast=fast))
        (case / "tags.txt").write_text("component: Compartment, Species\ntest: Amount\n")
    return case


@pytest.mark.parametrize("published", [True, False])
def test_both_layouts(tmp_path, published):
    verdict = run_case(write(tmp_path, published=published))
    assert (verdict.case, verdict.status, verdict.reason) == ("00007", "pass", "")
    assert verdict.tags == ("Compartment", "Species", "Amount")


def test_the_newest_level_is_taken(tmp_path):
    assert model_file(write(tmp_path)).name == "00007-sbml-l3v1.xml"


def test_amounts_and_concentrations_are_told_apart(tmp_path):
    assert run_case(write(tmp_path, "00001", "concentration", "0,3,2\n1,2,2\n2,1,2\n")).status == "pass"
    assert run_case(write(tmp_path, "00002", "concentration")).status == "fail"


def test_a_wrong_result_is_told_in_words(tmp_path):
    verdict = run_case(write(tmp_path, results="0,6,2\n1,4.5,2\n2,2,2\n"))
    assert verdict.status == "fail"
    assert "S is 4" in verdict.reason
    assert "time 1" in verdict.reason
    assert "4.5" in verdict.reason


def test_an_expected_infinity_is_no_match_for_a_number(tmp_path):
    assert run_case(write(tmp_path, results="0,6,2\n1,INF,2\n2,2,2\n")).status == "fail"
    assert run_case(write(tmp_path, "00008", results="0,6,2\n1,NaN,2\n2,2,2\n")).status == "fail"


def test_what_is_not_covered_is_refused(tmp_path):
    verdict = run_case(write(tmp_path, fast="true"))
    assert verdict.status == "refused"
    assert "fast" in verdict.reason


def test_a_case_without_a_model_fails(tmp_path):
    case = write(tmp_path, published=False)
    (case / "00007.xml").unlink()
    assert run_case(case).status == "fail"


def test_a_case_with_broken_results_fails(tmp_path):
    assert run_case(write(tmp_path, results="0,6\n1,x,2\n")).status == "fail"


def test_cases_are_found_however_deep(tmp_path):
    write(tmp_path / "cases" / "semantic")
    write(tmp_path / "cases" / "semantic", "00003")
    assert [case.name for case in find_cases(tmp_path)] == ["00003", "00007"]


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_no_cases_is_an_input_error(tmp_path, folder):
    with pytest.raises(InputError, match="settings"):
        run_suite(tmp_path / folder)


def test_the_table_counts_by_tag(tmp_path):
    write(tmp_path, "00001")
    write(tmp_path, "00002", results="0,6,2\n1,9,2\n2,2,2\n")
    lines = table(run_suite(tmp_path)).splitlines()
    assert lines[0].startswith("00002  fail")
    assert any(line.split() == ["Species", "1", "of", "2"] for line in lines)
    assert lines[-1] == "2 cases: 1 pass, 1 fail, 0 refused"


def test_the_command_prints_one_json_object_and_ends_with_1_on_a_failure(tmp_path):
    write(tmp_path, "00001")
    runner = CliRunner()
    good = runner.invoke(app, ["sbml-suite", str(tmp_path), "--json"])
    assert good.exit_code == 0
    (case,) = json.loads(good.stdout)["cases"]
    assert {key: case[key] for key in ("case", "status", "reason")} == {"case": "00001", "status": "pass", "reason": ""}
    write(tmp_path, "00002", fast="true")
    assert runner.invoke(app, ["sbml-suite", str(tmp_path)]).exit_code == 0
    write(tmp_path, "00003", results="0,6,2\n1,9,2\n2,2,2\n")
    assert runner.invoke(app, ["sbml-suite", str(tmp_path)]).exit_code == 1
