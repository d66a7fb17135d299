"""What reaches a terminal from the command line, whatever the case file holds and whatever the terminal can show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "several-medicines.toml"


def ketum(*words: object, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ketum.cli", *map(str, words)],
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


@pytest.fixture
def case(tmp_path):
    def write(medicine: str, more: str = "") -> Path:
        path = tmp_path / "case.toml"
        path.write_text(
            'title = "t"\n[person]\nage_years = 40\nsex = "female"\nweight_kg = 70\nregion = "US-CO"\n'
            f'{more}[[kratom]]\nproduct = "leaf-powder"\namount = "2 g"\n[[medicine]]\nname = "{medicine}"\n',
            encoding="utf-8",
        )
        return path

    return write


def test_without_words_there_is_help():
    code, out, err = ketum()
    assert code in (0, 2)
    assert "Usage" in out + err
    assert "fault" not in out + err


@pytest.mark.parametrize("command", [["screen"], ["check"], ["screen", "--json"]])
def test_no_control_character_of_a_case_reaches_the_terminal(case, command):
    _, out, err = ketum(*command, case("\\u001b[2Jfentanyl\\u009b\\u202e"))
    assert {letter for letter in out + err if letter != "\n" and (letter < " " or "\x7e" < letter < "\xa0")} == set()
    assert "\u202e" not in out + err


def test_a_letter_that_the_terminal_does_not_have_loses_no_finding(case):
    code, out, _ = ketum("screen", case("ยาแก้ปวด, oxycodone"), PYTHONIOENCODING="cp1252")
    wide_code, wide, _ = ketum("screen", case("ยาแก้ปวด, oxycodone"), PYTHONIOENCODING="utf-8")
    assert code == wide_code == 0
    assert out.count("How sure:") == wide.count("How sure:") > 0


def test_an_internal_fault_asks_for_no_case_file(tmp_path):
    script = (
        "import sys, ketum.case\n"
        "def broken(*_): raise RuntimeError('a \\x1b[2J cog broke')\n"
        "ketum.case.load_case = broken\n"
        "from ketum import cli\n"
        f"sys.argv = ['ketum', 'check', {str(EXAMPLE)!r}]\ncli.main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Do not send the case file" in done.stderr
    assert "about a person's health" in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
