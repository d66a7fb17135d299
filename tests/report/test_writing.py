from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from ketum.errors import DrawingError, DrawingWarning, OutputError
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


def test_the_folder_itself_stays_the_same(tmp_path, bare):
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o700)
    before = folder.stat()
    for _ in range(2):
        write_report(bare, folder, {})
        assert (folder.stat().st_ino, folder.stat().st_mode) == (before.st_ino, before.st_mode)


def test_a_link_to_a_folder_is_followed_and_stays(tmp_path, bare):
    (tmp_path / "there").mkdir()
    (tmp_path / "out").symlink_to("there")
    for _ in range(2):
        assert write_report(bare, tmp_path / "out", {}) == tmp_path / "there"
    assert (tmp_path / "out").readlink() == Path("there")
    assert names(tmp_path / "there") == BARE


def test_nothing_is_written_through_a_link_inside_the_folder(tmp_path, report):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "figures").symlink_to(elsewhere)
    with pytest.raises(OutputError, match=r"figures/levels\.svg"):
        write_report(report, tmp_path / "out", {})
    assert list(elsewhere.iterdir()) == []


def test_the_results_are_in_place_before_a_figure_is_drawn(tmp_path, report, monkeypatch):
    folder = tmp_path / "out"

    def killed(_: object) -> None:
        assert names(folder) >= BARE | {"trajectories.nc"}
        assert "This page has no figures" in (folder / "index.html").read_text()
        raise KeyboardInterrupt

    monkeypatch.setattr("ketum.report.writing.draw_together", killed)
    with pytest.raises(KeyboardInterrupt):
        write_report(report, folder, {"trajectories.nc": lambda path: path.write_bytes(b"nc")})
    assert names(folder) == BARE | {"trajectories.nc"}


def test_where_figures_cannot_be_drawn_the_report_says_so(tmp_path, report, monkeypatch):
    def failing(_: object) -> None:
        raise DrawingError("no <paper> left")

    monkeypatch.setattr("ketum.report.writing.draw_together", failing)
    with pytest.warns(DrawingWarning, match="no <paper> left"):
        folder = write_report(report, tmp_path / "out", {"trajectories.nc": lambda path: path.write_bytes(b"nc")})
    assert "no &lt;paper&gt; left" in (folder / "index.html").read_text()
    assert names(folder) == BARE | {"trajectories.nc"} == set(json.loads((folder / "report.json").read_text())["files"])
    assert (folder / "trajectories.nc").read_bytes() == b"nc"


def test_a_page_with_figures_does_not_say_that_it_has_none(page):
    assert "This page has no figures" not in page


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
