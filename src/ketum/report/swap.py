"""One set of files put in the place of another, at one instant, in a folder that goes on being the same.

Each name that changes is first made a symbolic link to the old file, by way of a link called ``now``; that shows
nothing new. Then ``now`` is turned from the old files to the new ones: this is the instant. At last each link is
replaced by the file that it leads to, which again shows nothing new. So at any moment, and after a kill at any moment,
whoever looks finds the one set whole or the other whole. The links say by themselves what is still to do: `settle` goes
on from wherever a run was killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path, PurePosixPath

Writer = Callable[[Path], None]
_NOW, _NEW, _OLD, _LINK = "now", "new", "old", "link"


def put(target: Path, stage: Path, writers: Mapping[str, Writer], outdated: AbstractSet[str]) -> None:
    """Write files, and let them take the place of the old ones.

    Parameters
    ----------
    target
        The folder.
    stage
        A folder inside it for files that are not yet in their place.
    writers
        By relative name, a function that writes that file at the path it is given. The first one's file lists all.
    outdated
        Names that are to go.

    Raises
    ------
    OSError
        If something cannot be written. The folder is then as it was.
    """
    try:
        for name, write in writers.items():
            path = stage / _NEW / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
            _flush(path)
        outdated = outdated - writers.keys()
        if _can_link(stage):
            _turn(target, stage, writers.keys() | outdated)
        else:
            _one_by_one(target, stage, tuple(writers), outdated)
    finally:
        settle(target, stage)


def settle(target: Path, stage: Path) -> None:
    """Replace each link that a change left behind by the file that it leads to, and forget what is not needed."""
    now = stage / _NOW
    shown = stage / (_NEW if now.is_symlink() and os.readlink(now) == _NEW else _OLD)
    for name in sorted(_names(stage / _NEW) | _names(stage / _OLD)):
        place = target / name
        ours = place.is_symlink() and os.readlink(place) == _way(stage, name)
        if ours and os.path.lexists(shown / name):
            os.replace(shown / name, place)
        elif ours or not os.path.lexists(place):
            _drop(place, target)
    for name in (_LINK, _NOW):
        (stage / name).unlink(missing_ok=True)
    for name in (_NEW, _OLD):
        shutil.rmtree(stage / name, ignore_errors=True)


def _turn(target: Path, stage: Path, names: AbstractSet[str]) -> None:
    for name in sorted(names):
        if os.path.lexists(target / name):
            _keep(target / name, stage / _OLD / name)
    (stage / _NOW).symlink_to(_OLD)
    for name in sorted(names):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        _link(_way(stage, name), target / name, stage)
    _link(_NEW, stage / _NOW, stage)


def _one_by_one(target: Path, stage: Path, names: tuple[str, ...], outdated: AbstractSet[str]) -> None:
    """Where the disk knows no links: first the old files go, so that a kill leaves too little, but never a mix.

    The first name is that of the list of all files. It always stands, so that a later run knows what is ketum's.
    """
    for name in [*reversed(names[1:]), *sorted(outdated)]:
        _drop(target / name, target)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(stage / _NEW / name, target / name)


def _can_link(stage: Path) -> bool:
    try:
        (stage / _LINK).symlink_to(_NEW)
        (stage / _LINK).unlink()
    except OSError:
        return False
    return True


def _link(way: str, place: Path, stage: Path) -> None:
    """Make a link, in one step even where something stands in its place."""
    (stage / _LINK).symlink_to(way)
    os.replace(stage / _LINK, place)


def _way(stage: Path, name: str) -> str:
    up = "../" * (len(PurePosixPath(name).parts) - 1)
    return f"{up}{stage.name}/{_NOW}/{name}"


def _keep(file: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, copy, follow_symlinks=False)
    except OSError:  # a file of another user, or a disk without hard links
        shutil.copy2(file, copy, follow_symlinks=False)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _drop(place: Path, target: Path) -> None:
    """Remove a file, and the folders on its way that it leaves empty."""
    place.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for folder in place.parents:
            if folder == target:
                return
            folder.rmdir()


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
