"""What needs no solver works where none can be installed, and what needs one says how to get it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ketum.engine.solve import library

ROOT = Path(__file__).parents[2]
CASES = [path for path in sorted((ROOT / "examples").glob("*.toml")) if "medicines" not in path.read_text("utf-8")]
BLOCKED = """
import sys
for name in ("heyoka", "numba", "llvmlite", "antimony"):
    sys.modules[name] = None
sys.argv = ["ketum", *sys.argv[1:]]
from ketum.cli import main
main()
"""


def ketum(*words, **more):
    return subprocess.run([sys.executable, "-c", BLOCKED, *map(str, words)], capture_output=True, text=True, **more)


def test_there_are_cases_to_try():
    assert len(CASES) >= 3


@pytest.mark.parametrize("case", CASES[:3], ids=lambda path: path.stem)
def test_a_case_is_checked_and_screened(case):
    checked = ketum("check", case)
    assert (checked.returncode, checked.stderr) == (0, "")
    screened = ketum("screen", case, "--json")
    assert screened.returncode == 0, screened.stderr
    assert json.loads(screened.stdout)["findings"]


def test_evidence_is_looked_up():
    found = ketum("evidence", "pk001")
    assert found.returncode == 0, found.stderr
    assert "pk001" in found.stdout


def test_a_model_is_shown_and_exported(tmp_path):
    assert "model kratom" in ketum("model").stdout
    exported = ketum("model", "--sbml", tmp_path / "kratom.xml")
    assert exported.returncode == 0, exported.stderr
    assert "<sbml" in (tmp_path / "kratom.xml").read_text()


def test_a_run_says_in_words_what_to_install(tmp_path):
    done = ketum("run", CASES[0], "-n", 2, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "heyoka" in done.stderr
    assert "conda-forge" in done.stderr
    assert "WSL2" in done.stderr
    assert "Traceback" not in done.stderr
    assert "internal fault" not in done.stderr


def test_ctrl_c_while_the_solver_is_loaded_stops_and_blames_no_installation(tmp_path, monkeypatch):
    """An extension module that is interrupted says that it cannot be loaded."""
    (tmp_path / "heyoka.py").write_text(
        "import signal\n"
        "try:\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "except KeyboardInterrupt as stop:\n"
        "    raise ImportError('initialization failed') from stop\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "heyoka", raising=False)
    library._loaded.cache_clear()
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            getattr(library.hy, "cos")  # noqa: B009 - the look alone loads it
    finally:
        library._loaded.cache_clear()
        sys.modules.pop("heyoka", None)
    assert signal.getsignal(signal.SIGINT) is before
