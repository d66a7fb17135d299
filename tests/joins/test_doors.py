"""At the doors: how a command ends, and that two commands say the same of one case."""

import json
import sys
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from tests.joins.made import BRIEF, alone, case, medicine, product, text, told

from ketum import ask, cli
from ketum.errors import SolveError

LEAF = product("leaf-powder", "3 g", every='"8 h"', days=5)
ORDER = ("note", "caution", "danger", "emergency")
AMOUNTS = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


@pytest.fixture
def ketum(monkeypatch, capsys):
    """Run a command in this process; returns (exit code, standard output, standard error)."""

    def run(*words):
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
def file(tmp_path):
    def write(content, name="case.toml"):
        path = tmp_path / name
        path.write_text(content)
        return path

    return write


# How a command ends

COMMANDS = ("check", "screen", "margins")


@pytest.mark.parametrize("command", [*COMMANDS, "run"])
@pytest.mark.parametrize("wrong", ['region = "XX"', "weight_kg = 0", "unheard_of = 1", 'sex = "none"'])
def test_a_wrong_input_ends_with_2_and_its_name(ketum, file, tmp_path, command, wrong):
    key = wrong.split(" ")[0]
    lines = [line for line in text(LEAF).splitlines() if not line.startswith(key)]
    path = file("\n".join([lines[0], wrong, *lines[1:]]))
    code, out, err = ketum(command, path, *(["-o", tmp_path / "out"] if command == "run" else []))
    assert code == 2
    assert out == ""
    assert str(path) in err
    assert key in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words", [["run", "none.toml"], ["screen", "none.toml"], ["model", "none"],
              ["screen"], ["run", "-n", "0"], ["unheard-of"]]
)  # fmt: skip
def test_what_is_not_there_ends_with_2(ketum, words):
    code, _, err = ketum(*words)
    assert code == 2
    assert "Traceback" not in err
    assert err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", [ZeroDivisionError("by nothing"), KeyError("lost"), ValueError("odd"), MemoryError()])
def test_an_internal_fault_ends_with_3_and_what_to_send(ketum, file, monkeypatch, command, fault):
    def broken(*_, **__):
        raise fault

    path = file(text(LEAF))
    monkeypatch.setattr("ketum.case.load_case", broken)
    code, out, err = ketum(command, path)
    assert code == 3
    assert out == ""
    assert type(fault).__name__ in err
    assert "broken" in err, "where it was"
    assert "Traceback" not in err
    assert str(path) not in err.splitlines()[0], "the file is not to blame"


def test_a_failed_integration_is_an_internal_fault_and_not_the_files(ketum, file, monkeypatch):
    def broken(*_, **__):
        raise SolveError("the integration failed for person 3")

    monkeypatch.setattr("ketum.engine.Model.solve", broken)
    code, out, err = ketum("margins", file(text(LEAF)), "-n", 10)
    assert (code, out) == (3, "")
    assert "person 3" in err
    assert "Traceback" not in err


def test_a_command_that_did_its_work_ends_with_0(ketum, file):
    path = file(text(LEAF))
    for command in ("check", "screen"):
        code, out, err = ketum(command, path)
        assert (code, err) == (0, "")
        assert out


# More is never less


def severities(ketum, path):
    """Return the worst severity of each code."""
    code, out, _ = ketum("screen", path, "--json")
    assert code == 0
    worst = {}
    for found in json.loads(out)["findings"]:
        grade = ORDER.index(found["severity"])
        worst[found["code"]] = max(grade, worst.get(found["code"], 0))
    return worst


@given(
    kind=st.sampled_from(["leaf-powder", "tea", "extract", "7oh-product", "mixed"]),
    two=st.tuples(st.sampled_from(AMOUNTS), st.sampled_from(AMOUNTS)).filter(lambda two: two[0] < two[1]),
    pill=st.sampled_from(["", "midazolam", "fluconazole", "diazepam", "morphine", "simvastatin", "sertraline"]),
    regular=st.booleans(),
)
@how(BRIEF, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_larger_dose_takes_no_finding_away_and_lowers_none(ketum, file, kind, two, pill, regular):
    pills = [medicine(pill)] if pill else []
    often = {"every": '"8 h"', "days": 10} if regular else {}
    less, more = (
        severities(ketum, file(text(product(kind, f"{amount} g", **often), *pills))) for amount in sorted(two)
    )
    for code, grade in less.items():
        assert more.get(code, -1) >= grade, code


@pytest.mark.parametrize(
    ("kind", "ladder", "pill"),
    [
        ("leaf-powder", (0.2, 2, 6, 30), "midazolam"),
        ("extract", (0.02, 0.1, 0.4, 3), "fluconazole"),
        ("tea", (1, 20), ""),
    ],
)
def test_up_a_ladder_of_doses_no_finding_goes_and_none_is_lowered(ketum, file, kind, ladder, pill):
    """From less than was ever studied to more."""
    pills = [medicine(pill)] if pill else []
    found = [severities(ketum, file(text(product(kind, f"{grams} g"), *pills))) for grams in ladder]
    for less, more in pairwise(found):
        for code, grade in less.items():
            assert more.get(code, -1) >= grade, code
    assert found[-1]["dose.above-studied"] > found[0].get("dose.above-studied", -1)


@pytest.mark.parametrize(("key", "less", "more"), [("days", 3, 60), ("every", '"12 h"', '"4 h"')])
def test_longer_and_more_often_take_no_finding_away_and_lower_none(ketum, file, key, less, more):
    keys = {"every": '"8 h"', "days": 10}
    one, two = (
        severities(ketum, file(text(product("leaf-powder", "4 g", **(keys | {key: by})), medicine("midazolam"))))
        for by in (less, more)
    )
    for code, grade in one.items():
        assert two.get(code, -1) >= grade, code


# Two commands, one case

CASES = {
    "leaf near the largest dose that was studied": (product("leaf-powder", "4.3 g"),),
    "leaf beside medicines": (LEAF, medicine("midazolam"), medicine("fluconazole", started_days_ago=30)),
    "an extract": (product("extract", "100 mg", every='"12 h"', days=3), medicine("morphine")),
    "7-OH": (product("7oh-product", "500 mg", every='"6 h"', days=2), medicine("diazepam")),
}


@pytest.mark.parametrize("name", CASES)
def test_screen_and_run_find_the_same(ketum, file, name):
    """Codes, severities, and every number: the findings of a case are not a matter of chance or of the command."""
    code, out, _ = ketum("screen", file(text(*CASES[name])), "--json")
    assert code == 0
    assert told(*CASES[name], people=11, seed=3)[1]["findings"] == json.loads(out)["findings"]


@pytest.mark.parametrize(
    "tables", [(product("pseudoindoxyl-product", "1 g"),), (alone(5.0, "HM"), medicine("diazepam"))]
)
def test_where_nothing_is_drawn_screen_and_run_find_the_same(ketum, file, tables):
    code, out, _ = ketum("screen", file(text(*tables)), "--json")
    assert code == 0
    assert told(*tables, people=11, seed=3)[1]["findings"] == json.loads(out)["findings"]


def test_drivers_are_found_in_the_way_that_is_asked_for():
    """By the method and the number of samples that are named, and none where nobody asks."""
    here = case(alone(5.0, "HM"))
    assert ask(here, people=5).drivers is None
    found = ask(here, people=5, drivers=16, method="morris").drivers
    assert found.method == "morris"
    inputs = len(found.endpoints[0].inputs)
    assert found.runs == 16 * (inputs + 1)
