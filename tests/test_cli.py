"""The command line as a person meets it: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ketum import cli

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "tested-single-dose.toml"

CASE = """
[person]
age_years = 40
sex = "female"
weight_kg = 70
region = "US-CO"

[[kratom]]
product = "leaf-powder"
amount = "2 g"
"""


@pytest.fixture
def ketum(monkeypatch, capsys):
    """Run a command in this process; returns (exit code, standard output, standard error)."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ketum", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def write(tmp_path):
    def text(content: str | bytes, name: str = "case.toml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return text


def test_a_run_leaves_a_page_json_figures_and_trajectories(ketum, tmp_path):
    code, out, _ = ketum("run", EXAMPLE, "-o", tmp_path / "out", "-n", 120)
    assert code == 0
    assert str(tmp_path / "out" / "index.html") in out
    made = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"index.html", "report.json", "trajectories.nc", "figures/levels.svg", "figures/levels.png"} <= made
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {"case", "version", "seed", "population", "endpoints", "findings", "unknown", "sources"} <= set(report)
    assert report["population"] == 120
    for row in report["endpoints"]:
        assert {"alkaloid", "quantity", "unit", "median", "p05", "p95", "share"} <= set(row)
        assert set(row["share"]) == {"people", "product", "knowledge"}
        assert row["p05"] <= row["median"] <= row["p95"]


def test_trajectories_can_be_read_without_ketum(ketum, tmp_path):
    import numpy as np
    import xarray as xr

    ketum("run", EXAMPLE, "-o", tmp_path / "out", "-n", 20, "--seed", 5)
    with xr.open_datatree(tmp_path / "out" / "trajectories.nc") as tree:
        assert {"population", "trajectory", "endpoints", "summary"} <= set(tree.children)
        assert tree.attrs["seed"] == 5
        levels = tree["trajectory"]["concentration"]
        assert levels.attrs["units"] == "ng/mL"
        assert levels.sizes["subject"] == 20
        peak = levels.max("time")
        np.testing.assert_allclose(tree["endpoints"]["Cmax"], peak, rtol=1e-6)


def test_no_folder_or_part_of_one_is_left_beside_a_finished_run(ketum, tmp_path):
    ketum("run", EXAMPLE, "-o", tmp_path / "out", "-n", 10)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("command", ["run", "screen", "check"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CASE.replace("2 g", "3 kg"), ["amount", "3 kg"]),
        (CASE.replace("2 g", "-2 g"), ["amount", "-2 g"]),
        (CASE.replace("2 g", "2 mL"), ["amount", "2 mL"]),
        (CASE.replace("weight_kg", "wieght_kg"), ["wieght_kg", "weight_kg"]),
        (CASE.replace("70", "9000"), ["weight_kg", "9000"]),
        (CASE.replace("[person]", "[person"), ["line 2"]),
        (b"\x00\x01\xff\xfe", ["text"]),
        ("", ["empty"]),
    ],
)
def test_a_wrong_case_is_refused_in_words(ketum, write, tmp_path, command, content, words):
    path = write(content)
    code, out, err = ketum(command, path, *(["-o", tmp_path / "out"] if command == "run" else []))
    assert code == 2
    assert out == ""
    assert "Traceback" not in err
    assert str(path) in err
    for word in words:
        assert word in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["missing.toml", "."])
def test_a_case_that_is_no_file_is_refused(ketum, tmp_path, place):
    code, out, err = ketum("check", tmp_path / place)
    assert (code, out) == (2, "")
    assert str(tmp_path) in err


def test_all_problems_are_said_at_once(ketum, write):
    _, _, err = ketum("check", write(CASE.replace("2 g", "3 kg").replace("female", "femal").replace("40", "400")))
    for key in ("amount", "sex", "age_years"):
        assert key in err


def test_a_file_in_the_place_of_the_folder_is_refused_before_anything_is_computed(ketum, tmp_path, monkeypatch):
    place = tmp_path / "out"
    place.write_text("mine")
    monkeypatch.setattr("ketum.simulation.simulate.simulate", lambda *_, **__: pytest.fail("it simulated"))
    code, _, err = ketum("run", EXAMPLE, "-o", place)
    assert code == 2
    assert str(place) in err
    assert place.read_text() == "mine"


def test_a_full_disk_leaves_nothing(ketum, tmp_path, monkeypatch):
    import errno

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = ketum("run", EXAMPLE, "-o", tmp_path / "out", "-n", 10)
    assert code == 2
    assert "space" in err
    assert list(tmp_path.iterdir()) == []


def test_screen_json_is_one_object_with_the_contract_keys(ketum):
    code, out, _ = ketum("screen", ROOT / "examples" / "seven-oh-tablets.toml", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"case", "findings"} <= set(found)
    codes = [finding["code"] for finding in found["findings"]]
    assert "product.concentrated-7oh" in codes
    rank = ["emergency", "danger", "caution", "note"]
    severities = [rank.index(finding["severity"]) for finding in found["findings"]]
    assert severities == sorted(severities)
    keys = {"code", "severity", "title", "because", "numbers", "evidence", "certainty", "watch", "ask"}
    for finding in found["findings"]:
        assert keys <= set(finding)


def test_evidence_finds_by_id_source_and_words(ketum):
    for query in ("pk001", "tanna2022", "mitragynine half-life tea"):
        code, out, _ = ketum("evidence", query)
        assert code == 0
        assert "tanna2022" in out
    _, out, _ = ketum("evidence", "pk001", "--json")
    (fact,) = json.loads(out)["facts"]
    assert (fact["value"], fact["unit"], fact["spread"]) == ("81.9", "nM", "50.1-177")
    assert any("validation" in place for place in fact["used_for"])


def test_evidence_says_that_nothing_matches(ketum):
    code, out, _ = ketum("evidence", "zzzz-no-such-thing")
    assert code == 0
    assert "nothing on file" in out


def test_exported_sbml_is_read_by_libsbml_without_an_error(ketum, tmp_path):
    import libsbml

    code, _, _ = ketum("model", "kratom", "--sbml", tmp_path / "kratom.xml")
    assert code == 0
    document = libsbml.readSBML(str(tmp_path / "kratom.xml"))
    assert document.checkConsistency() == 0
    assert document.getModel().getNumReactions() > 0


def test_a_model_that_does_not_exist_is_refused(ketum):
    code, _, err = ketum("model", "kratm")
    assert code == 2
    assert "kratom" in err


def test_an_internal_fault_ends_with_3_and_says_what_to_send(ketum, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a cog broke")

    monkeypatch.setattr("ketum.case.load_case", broken)
    code, _, err = ketum("check", EXAMPLE)
    assert code == 3
    assert "a cog broke" in err
    assert "report" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["run"], ["fly"], ["run", "x.toml", "-n", "0"], ["run", "x.toml", "--seed", "-1"]])
def test_a_wrong_command_ends_with_2(ketum, words):
    code, _, err = ketum(*words)
    assert code == 2
    assert err


def test_help_does_not_load_the_heavy_parts():
    heavy = ["numpy", "pandas", "xarray", "heyoka", "altair", "scipy", "libsbml", "pint"]
    code = (
        "import sys, ketum.cli; sys.argv = ['ketum', '--help']\n"
        "try: ketum.cli.main()\n"
        f"finally: sys.stderr.write(','.join(m for m in {heavy} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "Usage" in done.stdout
    assert done.stderr == ""


def test_nothing_but_the_report_line_is_printed_on_a_pipe(tmp_path):
    command = [sys.executable, "-m", "ketum.cli", "run", str(EXAMPLE), "-o", str(tmp_path / "out"), "-n", "10"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.strip().splitlines() == [f"report: {tmp_path / 'out' / 'index.html'}"]


# An emergency is said first, by every command that reads a case

GRAVE = CASE + '[today]\nsymptoms = ["cannot be woken", "blue lips"]\n'


@pytest.mark.parametrize("words", [["run", "-n", "2"], ["check"], ["margins", "-n", "10"], ["screen"]])
def test_an_emergency_is_said_before_anything_else(ketum, write, tmp_path, words):
    command, *options = words
    place = ["-o", tmp_path / "out"] if command == "run" else []
    code, out, err = ketum(command, write(GRAVE), *options, *place)
    assert code == 0
    said = err if command != "screen" else out
    assert said.startswith("EMERGENCY")
    assert "emergency.now" in said


@pytest.mark.parametrize("words", [["run", "-n", "2"], ["check"], ["margins", "-n", "10"], ["screen"]])
def test_a_case_without_one_says_none(ketum, write, tmp_path, words):
    command, *options = words
    place = ["-o", tmp_path / "out"] if command == "run" else []
    _, out, err = ketum(command, write(CASE), *options, *place)
    assert "EMERGENCY" not in out + err


@pytest.mark.parametrize("command", ["screen", "margins"])
def test_a_refusal_with_json_is_json_and_hides_no_emergency(ketum, write, command):
    code, out, err = ketum(command, write(GRAVE.replace("2 g", "3 kg")), "--json")
    assert code == 2
    shown = json.loads(out)
    assert [finding["code"] for finding in shown["emergencies"]] == ["emergency.now"]
    (problem,) = shown["error"]["problems"]
    assert "amount" in problem["where"]
    assert problem["given"] == '"3 kg"'
    assert err.index("EMERGENCY") < err.index("amount")


def test_a_letter_that_the_terminal_does_not_have_loses_nothing(write):
    path = write(GRAVE.replace("blue lips", "blue lips ริมฝีปาก").replace('region = "US-CO"', 'region = "TH"'))
    words = [sys.executable, "-m", "ketum.cli", "screen", str(path)]
    done = subprocess.run(words, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "cp1252"}, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(b"EMERGENCY")
    assert b"[law." in done.stdout, "what stands after the letter is there too"
