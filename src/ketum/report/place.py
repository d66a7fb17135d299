"""The folder that a report goes to: whether it can be used, and whose turn it is.

Whoever writes holds the folder from before the computing until the report stands, so that two runs never mix in it.
The lock is the operating system's: it ends with its process, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from ketum.errors import OutputError, Problem
from ketum.report.people import PEOPLE, is_store, journal_of, written_in
from ketum.report.swap import settle
from ketum.writing.texts import Text, commas, say

PAGE, JSON = "index.html", "report.json"
STAGE = ".ketum-writing"
"""Hidden folder inside the target where a report is made ready; it is there only while one is being written."""
_LOCK = "lock"
_TRIES = 20
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_LOCKS_HERE = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)


@dataclass(frozen=True)
class Place:
    """A folder that this run alone writes to.

    Parameters
    ----------
    path
        The folder itself, with symbolic links followed.
    """

    path: Path

    @property
    def stage(self) -> Path:
        """The hidden folder inside it."""
        return self.path / STAGE

    def own_files(self) -> frozenset[str]:
        """Name the files of the report that stands here, as its own JSON lists them; none where there is none."""
        try:
            earlier = json.loads((self.path / JSON).read_text(encoding="utf-8"))
            listed = earlier["files"] if earlier["made_by"] == "ketum" else []
            names = {*listed, *self._people_of(**earlier["people_in"])} if "people_in" in earlier else listed
            return frozenset(name for name in names if self._is_inside(name))
        except (OSError, ValueError, KeyError, TypeError):
            return frozenset()

    def mark_of(self, people_in: str) -> Mapping[str, str]:
        """Say by what a report's JSON knows its store of people again."""
        return {"folder": people_in, "journal_sha256": journal_of(self.path / people_in)}

    def _people_of(self, folder: str, journal_sha256: str) -> frozenset[str]:
        """Name the files of a report's store of people; none where another run's stands in its place."""
        store = self.path / folder
        if not is_store(store) or not self._is_inside(f"{folder}/{PEOPLE}") or journal_of(store) != journal_sha256:
            return frozenset()
        return frozenset(f"{folder}/{name}" for name in written_in(store))

    def check_people(self) -> None:
        """Refuse to write a report beside people of another run that no report here speaks of."""
        if is_store(self.path / PEOPLE) and not any(name.startswith(f"{PEOPLE}/") for name in self.own_files()):
            raise refusal(
                self.path,
                say("it holds the people of another run, which may not have been finished: {folder}", folder=PEOPLE),
                cure=say("name another folder with -o, finish that run by its own command, or take its people away"),
            )

    def check_foreign(self, names: Iterable[str]) -> None:
        """Refuse to write over a file that ketum did not make."""
        own = self.own_files()
        foreign = sorted(name for name in names if name not in own and os.path.lexists(self.path / name))
        foreign += sorted(name for name in names if not self._is_inside(name))
        if foreign:
            raise refusal(
                self.path,
                say("it holds files of the same name that ketum did not write: {names}", names=commas(foreign)),
                cure=say("name another folder with -o, or move these files away"),
            )

    def _is_inside(self, name: str) -> bool:
        """Say whether a name stays in the folder, and no link on its way leads elsewhere."""
        path = PurePosixPath(name)
        on_the_way = [self.path / parent for parent in path.parents]
        return not path.is_absolute() and ".." not in path.parts and not any(map(_leads_away, on_the_way[:-1]))


_HELD: ContextVar[frozenset[Place]] = ContextVar("held folders", default=frozenset())


def _leads_away(path: Path) -> bool:
    return path.is_symlink() or (path.exists() and not path.is_dir())


@contextlib.contextmanager
def claimed(folder: Path | str) -> Iterator[Place]:
    """Hold a folder for one run; what a run that was killed there left half done is put right first.

    Whoever holds it may claim it again within: it is the same claim.

    Parameters
    ----------
    folder
        Where a report is to go; made if it does not exist, and gone again if nothing came of it.

    Raises
    ------
    OutputError
        If the folder cannot be written, holds files of others with a report's names, or another run holds it.
    """
    place = Place(Path(folder).resolve())
    held = _HELD.get()
    if place in held:
        yield place
        return
    with telling(place.path):
        _check_place(place.path)
        existed = place.path.is_dir()
        lock = _take(place)
    token = _HELD.set(held | {place})
    try:
        with telling(place.path):
            settle(place.path, place.stage)
            _clear_earlier_kinds(place.path)
        place.check_foreign((PAGE, JSON))
        yield place
    finally:
        _HELD.reset(token)
        _leave(place, lock, existed)


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
    with claimed(folder):
        pass


# ------------------------------------------------------------------------------------------------ the lock


def _take(place: Place) -> int:
    for _ in range(_TRIES):
        # Whoever leaves takes the folder away; then it is made anew.
        with contextlib.suppress(FileNotFoundError):
            place.path.mkdir(exist_ok=True)
            place.stage.mkdir(exist_ok=True)
            lock = os.open(place.stage / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            if _locked(lock, place):
                return lock
            os.close(lock)
    raise refusal(
        place.path, say("runs come and go in it too fast"), cure=say("try again, or name another folder with -o")
    )


def _locked(lock: int, place: Place) -> bool:
    """Lock an open file; False where it is no longer the one that others would lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 200, 0).decode("utf-8", "replace") or "which has just begun"
        os.close(lock)
        raise refusal(
            place.path,
            say("another run of ketum is writing there: {holder}", holder=holder),
            cure=say("wait until it has ended, or name another folder with -o"),
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS_HERE:
            os.close(lock)
            raise
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(lock), os.stat(place.stage / _LOCK)):
            os.ftruncate(lock, 0)
            os.pwrite(
                lock, f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%H:%M}".encode(), 0
            )
            return True
    return False


def _leave(place: Place, lock: int, existed: bool) -> None:
    """Take the hidden folder away, then let go."""
    with contextlib.suppress(OSError):
        settle(place.path, place.stage)
    with contextlib.suppress(OSError):
        (place.stage / _LOCK).unlink()
        place.stage.rmdir()
        if not existed:
            place.path.rmdir()  # only where nothing came of it: a folder with something in it stays
    with contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_UN)  # workers that were forked may still hold the file open
    os.close(lock)


def _clear_earlier_kinds(target: Path) -> None:
    """Remove the hidden folders that killed runs of ketum up to 0.1 left: each holds a person's report."""
    kind = re.compile(rf"\.{re.escape(target.name)}\.(new|old)-[0-9a-f]{{8}}")
    for home in (target.parent, target):
        with contextlib.suppress(OSError):
            for path in home.iterdir():
                if kind.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)


# ------------------------------------------------------------------------------------------------ refusals


def _check_place(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise refusal(target, say("a file stands where the folder should be"), cure=say("name another folder with -o"))
    if not target.parent.is_dir():
        raise refusal(
            target,
            say("the folder that should hold it does not exist"),
            cure=say("make {folder} first", folder=str(target.parent)),
        )


@contextlib.contextmanager
def telling(target: Path) -> Iterator[None]:
    """Turn what the operating system says into what a person can act on."""
    try:
        yield
    except OSError as error:
        why = say("it cannot be written: {why}", why=error.strerror or str(error))
        raise refusal(target, why, cure=_cure(error, target)) from error


def _cure(error: OSError, target: Path) -> Text:
    if error.errno in _FULL:
        return say(
            "free some space on the disk of {folder}, or name a folder on another disk with -o",
            folder=str(target.parent),
        )
    if error.errno in _FORBIDDEN:
        return say("name a folder that you may write with -o")
    return say("name another folder with -o")


def refusal(target: Path, what: str, cure: str) -> OutputError:
    """Say why a folder cannot be used."""
    problem = Problem(
        where=say("output folder"),
        what=what,
        given=str(target),
        allowed=say("a new folder, an empty one, or that of an earlier report"),
        cure=cure,
    )
    return OutputError(str(target), [problem])
