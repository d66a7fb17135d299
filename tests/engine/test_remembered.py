"""Compiled equations that are remembered on disk: used where they are whole, and never where a bit has flipped."""

import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest

from ketum.engine.solve import remembered
from ketum.engine.solve.library import hy

NONE = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
MODEL = "model m; k = 0.7; x = 1; y = 2; x' = -k * x * y; y' = x * x - y / (1 + x); end"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "ketum" / "compiled"


@pytest.fixture
def model(load):
    return load(MODEL)


def bits(model):
    """Solve as a new process would, with nothing remembered in memory."""
    hy.llvm_state.clear_memcache()
    found = []
    thread = threading.Thread(target=lambda: found.append(model.solve(NONE, np.linspace(0, 9, 50)).to_array().values))
    thread.start()
    thread.join()
    return found[0].tobytes()


def test_what_was_compiled_is_found_again(model, folder, monkeypatch):
    first = bits(model)
    (path,) = folder.iterdir()
    written = []
    monkeypatch.setattr(remembered, "_write", lambda *_: written.append(1))
    assert bits(model) == first
    assert not written, "it was compiled again"
    path.unlink()
    assert bits(model) == first
    assert written, "this test sees nothing"


@pytest.mark.parametrize("place", [0, 31, 32, 0.25, 0.5, 0.75, 0.999])
def test_a_flipped_bit_is_noticed_and_compiled_again(model, folder, place):
    first = bits(model)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    spoilt = bytearray(whole)
    spoilt[place if isinstance(place, int) else int(place * len(whole))] ^= 16
    path.write_bytes(spoilt)
    assert remembered._read(path) == b""
    assert bits(model) == first
    assert remembered._read(path), "it was not written anew"


@pytest.mark.parametrize("length", [0, 10, 32, 5000])
def test_half_a_file_is_as_good_as_none(model, folder, length):
    first = bits(model)
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:length])
    assert bits(model) == first
    assert remembered._read(path)


def test_a_folder_that_others_may_write_into_is_not_used(model, folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    bits(model)
    assert list(folder.iterdir()) == []


def test_no_more_than_some_are_kept(model, folder, monkeypatch):
    monkeypatch.setattr(remembered, "KEPT", 2)
    for rtol in (1e-6, 1e-7, 1e-8, 1e-9):
        hy.llvm_state.clear_memcache()
        model.solve(NONE, [0.0, 1.0], rtol=rtol)
    assert len(list(folder.iterdir())) == 2


SCRIPT = """
import sys
import pandas as pd
from ketum.engine import Model
found = Model.from_file(sys.argv[1]).solve(pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}), [0.0, 1.0])
print(float(found["x"].values[0, 1]))
"""


@pytest.mark.parametrize("home", ["usual", "none", "closed"])
def test_heyokas_own_memory_is_off_and_nothing_else_is_printed(model, tmp_path, home):
    path, place = tmp_path / "m.xml", tmp_path / "home"
    path.write_text(model.sbml)
    place.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(filter(None, sys.path))}
    environment |= {"usual": {"HOME": str(place)}, "closed": {"HOME": "/proc/1/nowhere"}, "none": {}}[home]
    environment |= {"none": {"XDG_CACHE_HOME": "/proc/1/nowhere"}}.get(home, {})
    done = subprocess.run([sys.executable, "-c", SCRIPT, path], env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert 0 < float(line) < 1
    assert not (place / ".cache" / "heyoka").exists()
