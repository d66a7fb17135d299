"""Everything on disk, or nothing: a report is written beside its place and then moved into it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ketum.answers.as_json import report_json
from ketum.answers.content import Report
from ketum.errors import OutputError, Problem
from ketum.report.charts import figures
from ketum.report.page import render_page

_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)
PAGE, JSON = "index.html", "report.json"
Writer = Callable[[Path], None]


def write_report(report: Report, folder: Path | str, extra_files: Mapping[str, Writer] | None = None) -> Path:
    """Write the page, the JSON, the figures and what else is given into one folder.

    An earlier report of ketum's there is replaced as a whole. In a folder that also holds other files, ketum's own
    are replaced one by one and the others are left alone.

    Parameters
    ----------
    report
        A finished run.
    folder
        Where to; its parent must exist.
    extra_files
        By relative name, a function that writes that file at the path it is given.

    Returns
    -------
    Path
        The folder, resolved.

    Raises
    ------
    OutputError
        If the folder cannot be written. What was there before is then still there, and nothing else.
    """
    target = Path(folder).resolve()
    writers = _writers(report, extra_files or {})
    with _telling(target):
        _check_place(target)
        _check_foreign(target, writers)
        with _stage(target) as stage:
            for name, write in writers.items():
                _write(write, stage / name)
            _move_in(stage, target, set(writers))
    return target


def check_folder(folder: Path | str) -> None:
    """Refuse a folder that a report could not be written to, before anything is computed for it.

    Parameters
    ----------
    folder
        Where a report is to go.

    Raises
    ------
    OutputError
        If it cannot be written now. Nothing is left behind by the attempt.
    """
    target = Path(folder).resolve()
    with _telling(target):
        _check_place(target)
        _check_foreign(target, (PAGE, JSON))
        with _stage(target):
            pass


def _writers(report: Report, extra_files: Mapping[str, Writer]) -> dict[str, Writer]:
    """Every file of the report by name; rendered before anything touches the disk."""
    drawings = figures(report)
    page = render_page(report, drawings)
    writers: dict[str, Writer] = {PAGE: _text(page)}
    for name, figure in drawings.items():
        writers[f"figures/{name}.svg"] = _text(figure.svg)
        writers[f"figures/{name}.png"] = _bytes(figure.png)
    writers |= extra_files
    writers[JSON] = _text(report_json(report, files=(*writers, JSON)))
    return writers


def _text(text: str) -> Writer:
    return _bytes(text.encode("utf-8"))


def _bytes(content: bytes) -> Writer:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _write(write: Writer, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write(path)
    except RuntimeError as error:
        # netCDF's library hides the operating system's reason, such as a full disk, behind an error of its own.
        if "NetCDF" not in str(error) and "HDF" not in str(error):
            raise
        raise OSError(f"{path.name}: {error}; is the disk full?") from error


# ------------------------------------------------------------------------------------------------ before writing


def _check_place(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise _refusal(target, "a file stands where the folder should be", cure="name another folder with -o")
    if not target.parent.is_dir():
        raise _refusal(target, "the folder that should hold it does not exist", cure=f"make {target.parent} first")


def _check_foreign(target: Path, names: Iterable[str]) -> None:
    """Refuse to write over a file that ketum did not make."""
    foreign = sorted(name for name in names if (target / name).exists() and name not in _own_files(target))
    if foreign:
        raise _refusal(
            target,
            f"it holds files of the same name that ketum did not write: {', '.join(foreign)}",
            cure="name another folder with -o, or move these files away",
        )


def _own_files(target: Path) -> frozenset[str]:
    """The files of an earlier report, as its own JSON lists them; none where there is no such report."""
    try:
        earlier = json.loads((target / JSON).read_text(encoding="utf-8"))
        listed = earlier["files"] if earlier["made_by"] == "ketum" else []
        return frozenset(name for name in listed if _stays_inside(name))
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _holds_only(target: Path, names: frozenset[str]) -> bool:
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    held = ((path.relative_to(target).as_posix(), path) for path in target.rglob("*"))
    return all(name in (folders if path.is_dir() and not path.is_symlink() else names) for name, path in held)


# ------------------------------------------------------------------------------------------------ moving in


@contextlib.contextmanager
def _stage(target: Path) -> Iterator[Path]:
    """A folder beside the target, on the same disk, that is gone afterwards whatever happens."""
    stage = _sibling(target, "new")
    try:
        stage.mkdir()
    except OSError as error:
        # The target may be writable where its parent is not, as a mounted folder in a container is.
        if error.errno not in _FORBIDDEN or not target.is_dir():
            raise
        stage = target / stage.name
        stage.mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sibling(target: Path, purpose: str) -> Path:
    return target.parent / f".{target.name}.{purpose}-{secrets.token_hex(4)}"


def _move_in(stage: Path, target: Path, names: set[str]) -> None:
    if not target.exists():
        stage.rename(target)
    elif stage.parent == target or not _holds_only(target, _own_files(target)) or os.path.ismount(target):
        _replace_files(stage, target, names)
    else:
        _swap(stage, target)


def _swap(stage: Path, target: Path) -> None:
    """Put the new folder in the old one's place; the old one is removed only when the new one stands."""
    old = _sibling(target, "old")
    target.rename(old)
    try:
        stage.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _replace_files(stage: Path, target: Path, names: set[str]) -> None:
    """Replace file by file, and put every old file back if one cannot be replaced."""
    outdated = _own_files(target) - names
    kept = stage / ".old"
    moved: list[tuple[Path, Path]] = []
    fresh: list[Path] = []
    try:
        for name in sorted(names | outdated):
            if (target / name).exists():
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                (target / name).rename(kept / name)
                moved.append((kept / name, target / name))
            if name in names:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(stage / name, target / name)
                fresh.append(target / name)
    except BaseException:
        for path in fresh:
            path.unlink()
        for old, place in moved:
            os.replace(old, place)
        raise


# ------------------------------------------------------------------------------------------------ when it fails


@contextlib.contextmanager
def _telling(target: Path) -> Iterator[None]:
    """Turn what the operating system says into what a person can act on."""
    try:
        yield
    except OSError as error:
        raise _refusal(target, f"it cannot be written: {error.strerror or error}", cure=_cure(error, target)) from error


def _cure(error: OSError, target: Path) -> str:
    if error.errno in _FULL:
        return f"free some space on the disk of {target.parent}, or name a folder on another disk with -o"
    if error.errno in _FORBIDDEN:
        return "name a folder that you may write with -o"
    return "name another folder with -o"


def _refusal(target: Path, what: str, cure: str) -> OutputError:
    problem = Problem(
        where="output folder",
        what=what,
        given=str(target),
        allowed="a new folder, an empty one, or that of an earlier report",
        cure=cure,
    )
    return OutputError(str(target), [problem])
