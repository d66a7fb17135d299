"""Runs of more people than memory holds: the same numbers, going on after any end, words when it cannot."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import ketum
from ketum import cli
from ketum.case import parse_case
from ketum.errors import OutputError, StoppedError
from ketum.simulation import ledger, many
from ketum.simulation.bands import LOWEST, RELATIVE_ERROR, Bands
from ketum.simulation.simulate import simulate

CASE = """
[person]
age_years = 40
sex = "female"
weight_kg = 70
region = "US-CO"

[[kratom]]
product = "leaf-powder"
amount = "2 g"
every = "8 h"
days = 1
"""
PEOPLE = 130


@pytest.fixture
def case():
    return parse_case(CASE, "case")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Blocks of a few people, so that a small run has several of them, and the last is short."""
    monkeypatch.setattr(ledger, "BLOCK", 32)
    monkeypatch.setattr(ledger, "PER_FILE", 2)
    monkeypatch.setattr(many, "MANY", 100)


def run(case, folder, **how):
    return many.simulate_many(case, folder / "people.zarr", number=PEOPLE, seed=3, **{"workers": 1, **how})


def same(one, two):
    for group in ("bands", "summary"):
        xr.testing.assert_identical(one.tree[group].to_dataset(), two.tree[group].to_dataset())


# ------------------------------------------------------------------------------------------------ bands


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(2 * LOWEST, 1e6), min_size=1, max_size=300), st.floats(0, 1), st.integers(1, 5))
def test_a_quantile_off_the_counts_is_within_the_stated_error(values, at, parts):
    levels = np.array(values)[:, None]
    bands = Bands((1,))
    for part in np.array_split(levels, parts):
        bands.add(part)
    exact = np.quantile(levels, at, method="lower")
    assert abs(bands.quantiles([at])[0, 0] - exact) <= RELATIVE_ERROR * exact * (1 + 1e-9)


def test_zero_stays_zero_and_places_stay_apart():
    bands = Bands((2, 3))
    levels = np.zeros((5, 2, 3), dtype=np.float32)
    levels[:, 1, 2] = 7.0
    bands.add(levels)
    found = bands.quantiles([0.0, 0.5, 1.0])
    assert found.shape == (3, 2, 3)
    np.testing.assert_allclose(found[:, 1, 2], 7.0, rtol=RELATIVE_ERROR)
    found[:, 1, 2] = 0
    assert (found == 0).all()


# ------------------------------------------------------------------------------------------------ numbers


def test_the_numbers_are_those_of_a_run_in_memory(case, tmp_path):
    """Endpoints bit for bit, their quantiles and shares too; bands within what is said."""
    found, whole = run(case, tmp_path), simulate(case, number=PEOPLE, seed=3, workers=1)
    stored = xr.open_zarr(tmp_path / "people.zarr", group="endpoints", chunks=None)
    expected = whole.tree["endpoints"].to_dataset()
    assert stored["alkaloid"].to_numpy().tolist() == expected["alkaloid"].to_numpy().tolist()
    for name in expected.data_vars:
        np.testing.assert_array_equal(stored[name].to_numpy(), expected[name].to_numpy(), err_msg=name)
        assert stored[name].attrs["units"] == expected[name].attrs["units"]
    np.testing.assert_array_equal(found.tree["summary"]["value"].to_numpy(), whole.tree["summary"]["value"].to_numpy())
    np.testing.assert_array_equal(found.tree["summary"]["share"], whole.tree["summary"]["share"])
    levels = whole.tree["trajectory"]["concentration"].to_numpy()
    bands = found.tree["bands"]["concentration"]
    exact = np.quantile(levels, bands["quantile"].to_numpy(), axis=1, method="lower")
    np.testing.assert_allclose(bands.to_numpy(), exact, rtol=RELATIVE_ERROR * 1.001, atol=LOWEST)
    assert found.tree["bands"].attrs["relative_error"] == RELATIVE_ERROR
    assert found.tree.attrs == whole.tree.attrs


def test_workers_and_blocks_change_nothing(case, tmp_path, monkeypatch):
    first = run(case, tmp_path / "a")
    same(run(case, tmp_path / "b", workers=2), first)
    monkeypatch.setattr(ledger, "BLOCK", 8)
    same(run(case, tmp_path / "c"), first)


# ------------------------------------------------------------------------------------------------ stopping, going on


def stopping_at(people, error):
    def progress(done, total):
        if done >= people:
            raise error

    return progress


def test_a_run_that_is_stopped_goes_on_and_says_how(case, tmp_path):
    with pytest.raises(StoppedError, match=r"96 of 130 people are in .*people.zarr; .*the same call goes on"):
        run(case, tmp_path, progress=stopping_at(96, KeyboardInterrupt))
    seen = []
    found = run(case, tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (96, PEOPLE + 3 * PEOPLE)
    assert seen[-1][0] == seen[-1][1]
    same(found, run(case, tmp_path / "other"))


def test_what_was_written_after_the_last_save_is_computed_again(case, tmp_path):
    """As after a crash: blocks that stand in the store and not in the list."""
    with pytest.raises(ZeroDivisionError):
        run(case, tmp_path, progress=stopping_at(96, ZeroDivisionError))
    seen = []
    found = run(case, tmp_path, progress=lambda done, _: seen.append(done))
    assert seen[0] == 0
    same(found, run(case, tmp_path / "other"))


def test_a_finished_run_is_only_read(case, tmp_path, monkeypatch):
    first = run(case, tmp_path)
    computed = []
    real = many.solve_block
    monkeypatch.setattr(many, "solve_block", lambda block: computed.append(block.people) or real(block))
    same(run(case, tmp_path), first)
    assert computed == [many.PROBE]


def test_a_lost_piece_is_computed_again_and_counted_once(case, tmp_path):
    """Its people read as NaN, which quantiles leave out: other numbers without a word."""
    first = run(case, tmp_path)
    lost = tmp_path / "people.zarr" / "endpoints" / "Cmax" / "c" / "0" / "0"
    lost.unlink()
    same(run(case, tmp_path), first)
    assert lost.is_file()
    counts = tmp_path / "people.zarr" / ledger.PROGRESS
    content = bytearray(counts.read_bytes())
    content[len(content) // 2] ^= 4
    counts.write_bytes(content)
    same(run(case, tmp_path), first)


def test_a_store_without_an_array_is_refused_by_name(case, tmp_path):
    run(case, tmp_path)
    shutil.rmtree(tmp_path / "people.zarr" / "endpoints" / "Cmax")
    with pytest.raises(OutputError, match=r"endpoints/Cmax/zarr\.json"):
        run(case, tmp_path)


def test_another_run_is_not_mixed_in(case, tmp_path):
    run(case, tmp_path)
    with pytest.raises(OutputError, match="different: seed\n"):
        many.simulate_many(case, tmp_path / "people.zarr", number=PEOPLE, seed=4, workers=1)
    with pytest.raises(OutputError, match="different: number of people, length of the run\n"):
        many.simulate_many(case, tmp_path / "people.zarr", number=40, days=2, seed=3, workers=1)
    other = parse_case(CASE.replace("2 g", "3 g"), "case")
    with pytest.raises(OutputError, match="different: case, parameters or products\n"):
        run(other, tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", None])
def test_what_is_no_store_is_left_alone(case, tmp_path, content):
    (tmp_path / "people.zarr").mkdir()
    file = tmp_path / "people.zarr" / ("notes.txt" if content is None else ledger.PROGRESS)
    file.write_bytes(content or b"mine")
    with pytest.raises(OutputError, match="not a store of people"):
        run(case, tmp_path)
    assert file.read_bytes() == (content or b"mine")


def test_a_full_disk_is_said_in_words_and_nothing_is_lost(case, tmp_path, monkeypatch):
    import zarr.storage._local as local

    real, written = local._put, []

    def put(path, *rest, **named):
        if "c" in path.parts:  # numbers, not the layout of the store
            written.append(path)
        if len(written) > 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, *rest, **named)

    monkeypatch.setattr(local, "_put", put)
    with pytest.raises(OutputError, match=r"No space left(.|\n)*make room there; what is finished stays there"):
        run(case, tmp_path)
    assert len(written) > 100
    monkeypatch.setattr(local, "_put", real)
    seen = []
    found = run(case, tmp_path, progress=lambda done, _: seen.append(done))
    assert 0 < seen[0] < PEOPLE
    same(found, run(case, tmp_path / "other"))


# ------------------------------------------------------------------------------------------------ command line


def ketum_run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["ketum", "run", *map(str, words)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, *capsys.readouterr()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    return path


def test_a_report_comes_of_it(file, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    code, _, err = ketum_run(monkeypatch, capsys, file, "-n", PEOPLE, "-o", out, "--workers", 1)
    assert (code, err) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        "index.html",
        "report.json",
        "summary.nc",
        "figures",
        "people.zarr",
    }
    report = json.loads((out / "report.json").read_text())
    assert report["population"] == PEOPLE
    assert {level["alkaloid"] for level in report["levels"]} >= {"mitragynine", "speciociliatine"}
    assert any("within 0.5 %" in line for line in report["limits"])
    with xr.open_datatree(out / "summary.nc") as tree:
        assert tree["bands"].attrs["relative_error"] == RELATIVE_ERROR
    assert ketum_run(monkeypatch, capsys, file, "-n", PEOPLE, "-o", out, "--workers", 1)[0] == 0
    assert (out / "people.zarr").is_dir()


@pytest.fixture
def others(file, tmp_path):
    """Another person's case."""
    path = tmp_path / "other.toml"
    path.write_text(CASE.replace("female", "male"))
    return path


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_people_of_an_earlier_report_go_with_it(file, others, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    assert ketum_run(monkeypatch, capsys, file, "-n", PEOPLE, "-o", out, "--workers", 1)[0] == 0
    assert ketum_run(monkeypatch, capsys, others, "-n", 20, "-o", out, "--workers", 1)[0] == 0
    assert {path.name for path in out.iterdir()} == {"index.html", "report.json", "trajectories.nc", "figures"}
    report = json.loads((out / "report.json").read_text())
    assert (report["population"], report["case"]["person"]["sex"]) == (20, "male")
    assert "people_in" not in report


def test_what_ketum_did_not_write_stays_where_people_were(file, others, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    assert ketum_run(monkeypatch, capsys, file, "-n", PEOPLE, "-o", out, "--workers", 1)[0] == 0
    mine = [out / "people.zarr" / name for name in ("notes.txt", "endpoints/Cmax/zarr.json.bak", "mine/c/0")]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    for _ in range(2):
        assert ketum_run(monkeypatch, capsys, others, "-n", 20, "-o", out, "--workers", 1)[0] == 0
        assert {path for path in (out / "people.zarr").rglob("*") if path.is_file()} == set(mine)
        assert {path.read_text() for path in mine} == {"mine"}


@pytest.mark.parametrize("earlier", [None, "small", "large"])
def test_people_of_a_run_that_was_not_finished_are_kept_and_nothing_is_written_beside_them(
    file, others, tmp_path, monkeypatch, capsys, earlier
):
    """Also where the report of another run stands there, whose people somebody has taken away."""
    out = tmp_path / "out"
    if earlier is None:
        out.mkdir()
    else:
        number = 20 if earlier == "small" else PEOPLE
        assert ketum_run(monkeypatch, capsys, file, "-n", number, "-o", out, "--workers", 1)[0] == 0
        shutil.rmtree(out / "people.zarr", ignore_errors=True)
    run(parse_case(CASE.replace("2 g", "3 g"), "case"), out)
    before = content(out)
    monkeypatch.setattr("ketum.simulation.simulate.solve", None)  # nothing is computed in vain
    code, _, err = ketum_run(monkeypatch, capsys, others, "-n", 20, "-o", out, "--workers", 1)
    assert code == 2
    assert "the people of another run" in err
    assert "people.zarr" in err
    assert "finish that run by its own command" in err
    assert content(out) == before


def test_people_in_another_folder_are_no_part_of_a_report(case, tmp_path):
    few = ketum.ask(case, people=20, workers=1)
    many_people = ketum.ask(case, people=PEOPLE, workers=1, store=tmp_path / "store" / "people.zarr")
    kept = content(tmp_path / "store")
    for answer in (many_people, few):
        answer.write(tmp_path / "out")
        assert "people_in" not in json.loads((tmp_path / "out" / "report.json").read_text())
        assert content(tmp_path / "store") == kept
    with pytest.raises(OutputError, match="the people of another run"):
        few.write(tmp_path / "store")
    assert content(tmp_path / "store") == kept
    many_people.write(tmp_path / "store")
    assert content(tmp_path / "store").items() >= kept.items()
    few.write(tmp_path / "store")
    assert not (tmp_path / "store" / "people.zarr").exists()


@pytest.mark.parametrize("number", [20, PEOPLE])
def test_ctrl_c_is_answered(file, tmp_path, monkeypatch, capsys, number):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ketum.simulation.simulate.shares_of", interrupted)
    monkeypatch.setattr("ketum.simulation.simulate.FEWEST_FOR_SHARES", 1)
    code, _, err = ketum_run(monkeypatch, capsys, file, "-n", number, "-o", tmp_path / "out", "--workers", 1)
    assert code == 130
    assert err.startswith("ketum: stopped")
    assert ("130 of 130 people are in" in err) == (number == PEOPLE)


RUN = """
import sys
from ketum import cli
from ketum.simulation import ledger, many
many.MANY, ledger.BLOCK, ledger.SAVED_EVERY_S = 100, 100, 0.0
cli.main()
"""


def children(pid):
    folders = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for folder in folders for child in folder.read_text().split()]


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
def test_ctrl_c_ends_the_workers_and_the_same_command_goes_on(file, tmp_path):
    """A run in a process group of its own, interrupted as a terminal does it."""
    script = tmp_path / "run.py"
    script.write_text(f"if __name__ == '__main__':\n{''.join(f'    {line}' for line in RUN.splitlines(keepends=True))}")
    out = tmp_path / "out"
    words = [sys.executable, str(script), "run", str(file), "-n", "100000", "-o", str(out), "--workers", "2"]
    ours = os.environ | {"PYTHONPATH": str(Path(ketum.__file__).parent.parent)}
    process = subprocess.Popen(words, env=ours, stderr=subprocess.PIPE, text=True, start_new_session=True)
    progress = out / "people.zarr" / ledger.PROGRESS

    def done():
        with np.load(progress) as kept:
            return kept["done"].size

    try:
        until = time.monotonic() + 90
        while not (progress.exists() and done() >= 3):
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.1)
        workers = children(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert "ketum: stopped; " in err
    assert "goes on from it" in err
    assert "Traceback" not in err
    assert f"{done() * 100} of 100000 people" in err
    for _ in range(3000):  # a limit for a test that would otherwise never end, not a bar
        if all(map(ended, workers)):
            break
        time.sleep(0.02)
    assert len(workers) >= 2
    assert all(map(ended, workers))
