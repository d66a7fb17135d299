"""One run holds a folder; another is told which; what a killed run left is put right."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ketum.errors import OutputError
from ketum.report import claimed, write_report

HOLDS = """
import sys
from ketum.report import claimed
with claimed(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_run(tmp_path):
    """Another process that holds ``tmp_path/out``."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "out")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()


def test_a_second_run_is_refused_and_told_which_is_there(tmp_path, bare, other_run):
    with pytest.raises(OutputError, match=f"another run of ketum is writing there: process {other_run.pid} on "):
        write_report(bare, tmp_path / "out", {})
    assert os.listdir(tmp_path / "out") == [".ketum-writing"]
    other_run.stdin.close()
    assert other_run.wait() == 0
    assert os.listdir(tmp_path) == []
    write_report(bare, tmp_path / "out", {})


def test_the_lock_of_a_killed_run_holds_nobody_up(tmp_path, bare, other_run):
    other_run.kill()
    other_run.wait()
    write_report(bare, tmp_path / "out", {})
    assert sorted(os.listdir(tmp_path / "out")) == ["index.html", "report.json"]


def test_who_holds_a_folder_is_told_without_what_a_killed_run_had_written(tmp_path):
    lock = tmp_path / "out" / ".ketum-writing" / "lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("x" * 300)
    with claimed(tmp_path / "out"):
        told = lock.read_text()
    assert told.startswith(f"process {os.getpid()} on ")
    assert not told.endswith("x" * 5)


def test_another_folder_is_free(tmp_path, bare, other_run):
    write_report(bare, tmp_path / "elsewhere", {})


def test_two_threads_do_not_share_a_claim_but_one_thread_does(tmp_path):
    refused = []

    def second() -> None:
        try:
            with claimed(tmp_path / "out"):
                pass
        except OutputError as error:
            refused.append(str(error))

    with claimed(tmp_path / "out") as place, claimed(tmp_path / "out") as again:
        assert place == again
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(refused) == 1
    assert f"process {os.getpid()} on " in refused[0]
    second()
    assert len(refused) == 1
    assert os.listdir(tmp_path) == []


def test_threads_that_come_and_go_never_hold_it_together(tmp_path):
    inside, most, refused = [], [], []

    def come_and_go() -> None:
        for _ in range(50):
            try:
                with claimed(tmp_path / "out"):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
            except OutputError:
                refused.append(1)

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) + len(refused) == 200
    assert set(most) == {1}
    assert [path for path in tmp_path.rglob("*") if path.name != "out"] == []


@pytest.mark.parametrize("kind", ["new", "old"])
def test_hidden_reports_of_earlier_kinds_of_killed_runs_go(tmp_path, bare, kind):
    for home in (tmp_path, tmp_path / "out"):
        left = home / f".out.{kind}-0a1b2c3d"
        left.mkdir(parents=True)
        (left / "report.json").write_text("{}")
    mine = [tmp_path / ".out.new-plans", tmp_path / ".other.new-0a1b2c3d", tmp_path / f".out.{kind}-0a1b2c3d.txt"]
    for path in mine:
        path.mkdir()
    write_report(bare, tmp_path / "out", {})
    assert set(tmp_path.iterdir()) == {tmp_path / "out", *mine}
    assert sorted(os.listdir(tmp_path / "out")) == ["index.html", "report.json"]


def test_a_disk_that_knows_no_locks_can_still_be_written(tmp_path, bare, monkeypatch):
    def unknown(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", unknown)
    write_report(bare, tmp_path / "out", {})
    assert sorted(path.name for path in Path(tmp_path / "out").iterdir()) == ["index.html", "report.json"]
