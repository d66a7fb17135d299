from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from ketum.errors import OutputError
from ketum.report import check_folder, write_report

BARE = {"index.html", "report.json"}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def full_disk(path: Path) -> None:
    path.write_bytes(b"half")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def earlier(folder: Path, report) -> bytes:
    write_report(report, folder, {"trajectories.nc": lambda path: path.write_bytes(b"earlier")})
    return (folder / "index.html").read_bytes()


def test_everything_is_written(tmp_path, report):
    folder = write_report(report, tmp_path / "out", {"trajectories.nc": lambda path: path.write_bytes(b"nc")})
    drawings = {
        f"figures/{name}.{kind}" for name in ("levels", "levels-close-up", "drivers") for kind in ("svg", "png")
    }
    assert names(folder) == BARE | drawings | {"trajectories.nc"}
    assert set(json.loads((folder / "report.json").read_text())["files"]) == names(folder)
    assert os.listdir(tmp_path) == ["out"]


def test_an_earlier_report_is_replaced_whole(tmp_path, bare):
    earlier(tmp_path / "out", bare)
    write_report(bare, tmp_path / "out", {})
    assert names(tmp_path / "out") == BARE
    assert os.listdir(tmp_path) == ["out"]


def test_an_empty_folder_is_filled(tmp_path, bare):
    (tmp_path / "out").mkdir()
    write_report(bare, tmp_path / "out", {})
    assert names(tmp_path / "out") == BARE


def test_other_peoples_files_survive(tmp_path, bare):
    folder = tmp_path / "out"
    earlier(folder, bare)
    (folder / "notes.txt").write_text("mine")
    (folder / "empty").mkdir()
    write_report(bare, folder, {})
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "empty").is_dir()
    assert names(folder) == BARE | {"notes.txt"}, "what the earlier report had and this one has not is gone"


def test_an_empty_folder_of_others_survives(tmp_path, bare):
    folder = tmp_path / "out"
    earlier(folder, bare)
    (folder / "empty").mkdir()
    write_report(bare, folder, {})
    assert (folder / "empty").is_dir()


def test_a_file_of_the_same_name_that_is_not_ours_is_refused(tmp_path, bare):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("my home page")
    with pytest.raises(OutputError, match=r"did not write: index\.html"):
        write_report(bare, folder, {})
    assert (folder / "index.html").read_text() == "my home page"
    assert names(folder) == {"index.html"}


def test_a_listing_that_points_outside_deletes_nothing(tmp_path, bare):
    folder = tmp_path / "out"
    earlier(folder, bare)
    listed = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps(listed | {"files": [*listed["files"], "../precious"]}))
    (tmp_path / "precious").write_text("mine")
    (folder / "notes.txt").write_text("mine")
    write_report(bare, folder, {})
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_file_in_place_of_the_folder(tmp_path, bare):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError) as caught:
        write_report(bare, tmp_path / "out", {})
    (problem,) = caught.value.problems
    assert problem.given == str(tmp_path / "out")
    assert problem.cure
    assert problem.allowed
    assert (tmp_path / "out").read_text() == "mine"


def test_a_missing_parent(tmp_path, bare):
    with pytest.raises(OutputError, match="does not exist"):
        write_report(bare, tmp_path / "no" / "out", {})
    assert os.listdir(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path, bare):
    with pytest.raises(OutputError, match="free some space"):
        write_report(bare, tmp_path / "out", {"trajectories.nc": full_disk})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("foreign", [False, True])
def test_a_full_disk_leaves_the_earlier_report(tmp_path, bare, foreign):
    page = earlier(tmp_path / "out", bare)
    if foreign:
        (tmp_path / "out" / "notes.txt").write_text("mine")
    before = names(tmp_path / "out")
    with pytest.raises(OutputError):
        write_report(bare, tmp_path / "out", {"trajectories.nc": full_disk})
    assert names(tmp_path / "out") == before
    assert (tmp_path / "out" / "index.html").read_bytes() == page
    assert os.listdir(tmp_path) == ["out"]


def test_netcdf_hides_a_full_disk_behind_its_own_error(tmp_path, bare):
    def write(path: Path) -> None:
        raise RuntimeError("NetCDF: HDF error")

    with pytest.raises(OutputError, match="is the disk full"):
        write_report(bare, tmp_path / "out", {"trajectories.nc": write})
    assert os.listdir(tmp_path) == []


def test_a_fault_of_ours_is_not_dressed_as_the_disks_but_cleaned_up(tmp_path, bare):
    def write(path: Path) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_report(bare, tmp_path / "out", {"trajectories.nc": write})
    assert os.listdir(tmp_path) == []


def test_a_swap_that_fails_puts_the_earlier_report_back(tmp_path, bare, monkeypatch):
    page = earlier(tmp_path / "out", bare)
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError):
        write_report(bare, tmp_path / "out", {})
    assert (tmp_path / "out" / "index.html").read_bytes() == page
    assert os.listdir(tmp_path) == ["out"]


def test_a_replacement_that_fails_midway_is_undone(tmp_path, bare, build, monkeypatch):
    folder = tmp_path / "out"
    page = earlier(folder, bare)
    (folder / "notes.txt").write_text("mine")
    before = names(folder)
    replace = os.replace

    def failing(source: Path, target: Path) -> None:
        if Path(source).name == "report.json" and ".old" not in Path(source).parts:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OutputError):
        write_report(build.replace(bare, title="another"), folder, {"added.txt": lambda path: path.write_text("new")})
    assert names(folder) == before
    assert (folder / "index.html").read_bytes() == page


def test_a_folder_that_may_not_be_made(tmp_path, bare, monkeypatch):
    def forbidden(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", forbidden)
    with pytest.raises(OutputError, match="name a folder that you may write"):
        write_report(bare, tmp_path / "out", {})


def test_a_writable_folder_in_a_forbidden_parent(tmp_path, bare, monkeypatch):
    folder = tmp_path / "out"
    folder.mkdir()
    mkdir = Path.mkdir

    def forbidden(self: Path, *args: object, **kwargs: object) -> None:
        if self.parent == tmp_path and self != folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        mkdir(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", forbidden)
    write_report(bare, folder, {})
    assert names(folder) == BARE
    assert sorted(os.listdir(folder)) == ["index.html", "report.json"]


def test_a_folder_is_checked_before_the_work(tmp_path, bare):
    check_folder(tmp_path / "out")
    assert os.listdir(tmp_path) == []
    earlier(tmp_path / "out", bare)
    check_folder(tmp_path / "out")
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "no" / "out", tmp_path / "file" / "out"):
        with pytest.raises(OutputError):
            check_folder(place)
