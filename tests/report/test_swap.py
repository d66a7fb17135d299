"""Killed or failing at every single step, one set of files replaces another whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ketum.report import swap

STAGE = ".stage"
A = {"list": "A", "index": "A", "figures/one": "A", "only/a": "A"}
B = {"list": "B", "index": "B", "figures/one": "B", "deep/er/b": "B"}
STEPS = {"os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.mkdir"}


def put(target: Path, files: dict[str, str], before: dict[str, str]) -> None:
    def writer(text: str) -> Callable[[Path], None]:
        return lambda path: path.write_text(text) and None

    (target / STAGE).mkdir(exist_ok=True)
    swap.put(target, target / STAGE, {name: writer(text) for name, text in files.items()}, set(before))
    (target / STAGE).rmdir()


def seen(target: Path) -> dict[str, str]:
    """Every file as who looks finds it, wherever it lies; the hidden folder apart."""
    paths = (path for path in target.rglob("*") if STAGE not in path.relative_to(target).parts)
    return {path.relative_to(target).as_posix(): path.read_text() for path in paths if path.is_file()}


def stopped_at(step: int, target: Path, before: dict[str, str], stop: Callable[[], None]) -> bool:
    """Replace `before` by B in a process that is stopped at a step; False where it came to its end."""
    child = os.fork()
    if not child:
        count = 0

        def audit(event: str, _: tuple[object, ...]) -> None:
            nonlocal count
            count += event in STEPS
            if event in STEPS and count == step:
                stop()

        sys.addaudithook(audit)
        code = 2
        try:
            put(target, B, before)
            code = 0 if count < step else 1
        except OSError:
            code = 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] != 0


def kill() -> None:
    os._exit(9)


def fail() -> None:
    raise OSError(28, "No space left on device")


def without_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("before", [A, {}], ids=["another's report", "nothing"])
@pytest.mark.parametrize("hard_links", [True, False])
def test_killed_at_any_step_it_is_the_one_whole_or_the_other(tmp_path, monkeypatch, before, hard_links):
    if not hard_links:
        monkeypatch.setattr(os, "link", without_links)
    step, whose = 0, []
    going = True
    while going:
        step += 1
        target = tmp_path / str(step)
        target.mkdir()
        if before:
            put(target, before, {})
        (target / "notes").write_text("mine")
        inode = target.stat().st_ino
        going = stopped_at(step, target, before, kill)
        found = seen(target)
        assert found.pop("notes") == "mine"
        assert found in (before, B), f"a mix after a kill at step {step}"
        whose.append(found == B)

        if (target / STAGE).exists():
            swap.settle(target, target / STAGE)
            assert not any((target / STAGE).iterdir()), "what a killed run left holds a person's data"
        assert seen(target) == found | {"notes": "mine"}
        assert not any(path.is_symlink() for path in target.rglob("*"))
        put(target, B, found)
        assert seen(target) == B | {"notes": "mine"}
        assert not (target / "only").exists()
        assert target.stat().st_ino == inode
    assert step > 20
    assert whose == sorted(whose), "there is one instant at which the one becomes the other"
    assert whose[0] is False
    assert whose[-1] is True


def test_failing_once_at_any_step_leaves_one_whole_and_nothing_hidden(tmp_path):
    step, going = 0, True
    while going:
        step += 1
        target = tmp_path / str(step)
        target.mkdir()
        put(target, A, {})
        (target / "notes").write_text("mine")
        going = stopped_at(step, target, A, fail)
        swap.settle(target, target / STAGE)  # as whoever holds the folder does on leaving
        assert seen(target) in (A | {"notes": "mine"}, B | {"notes": "mine"})
        assert not any(path.is_symlink() for path in target.rglob("*"))
        assert not (target / STAGE).exists() or not any((target / STAGE).iterdir())
    assert step > 20


def test_where_the_disk_knows_no_links_a_kill_never_leaves_a_mix(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "symlink", without_links)
    step, going = 0, True
    while going:
        step += 1
        target = tmp_path / str(step)
        target.mkdir()
        put(target, A, {})
        (target / "notes").write_text("mine")
        going = stopped_at(step, target, A, kill)
        found = seen(target)
        assert found.pop("notes") == "mine"
        assert "list" in found, "without its list a later run would not know what is ketum's"
        others = {text for name, text in found.items() if name != "list"}
        assert len(others) <= 1
        assert not others or others == {found["list"]}
        put(target, B, found)
        assert seen(target) == B | {"notes": "mine"}
    assert found == B


def test_what_is_no_link_of_ours_is_left_alone(tmp_path):
    put(tmp_path, A, {})
    stage = tmp_path / STAGE
    (stage / "new").mkdir(parents=True)
    (stage / "new" / "index").write_text("from elsewhere")
    (stage / "now").symlink_to("new")
    swap.settle(tmp_path, stage)
    assert seen(tmp_path) == A


def test_links_that_lead_elsewhere_move_nothing(tmp_path):
    """A folder that others may write to could hold such links."""
    target, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    for folder in (target / STAGE / "new", elsewhere):
        folder.mkdir(parents=True)
        (folder / "index").write_text("precious")
    (target / STAGE / "now").symlink_to("../../elsewhere")
    (target / "index").symlink_to(f"{STAGE}/now/index")
    swap.settle(target, target / STAGE)
    assert (elsewhere / "index").read_text() == "precious"
