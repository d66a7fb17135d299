"""Compiled equations, remembered on disk from one process to the next: to compile anew takes seconds.

heyoka can remember by itself, but uses what it finds as it is, and a flipped bit in machine code is another number. So
its own memory on disk is switched off, and lent a scratch folder while equations are compiled. What it leaves there is
kept in one file with a checksum. A file that is not what was written is as good as none.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from ketum.engine.solve.library import hy

DATABASE = "cache.db"
"""What heyoka calls its file."""
KEPT = 50
"""Files that are kept, the youngest ones; about a megabyte each."""
_turn = threading.Lock()


@contextmanager
def remembered(key: str) -> Iterator[None]:
    """Compile quickly in this block what was compiled before under the same key.

    Parameters
    ----------
    key
        Names what is compiled. Two things under one key cost time, never numbers: heyoka looks for the very code.
    """
    memory = hy.llvm_state
    folder, room = _folder(), None
    with suppress(OSError):
        room = TemporaryDirectory(prefix="ketum-", ignore_cleanup_errors=True)
    if folder is None or room is None or not hasattr(memory, "set_diskcache_path"):
        yield
        return
    path = folder / hashlib.sha256(f"{key}/{hy.__version__}/{_processor()}".encode()).hexdigest()
    with _turn, room as scratch:  # in turn: there is one memory for all threads
        database, before = Path(scratch, DATABASE), _read(path)
        with suppress(OSError):
            database.write_bytes(before)
        memory.set_diskcache_path(scratch)
        memory.set_diskcache_enabled(True)
        held = _size()
        try:
            yield
        finally:
            more = _size() > held
            memory.set_diskcache_enabled(False)
            memory.set_diskcache_path(os.devnull)  # and with that it closes the file
        with suppress(OSError):  # no room: it is compiled again next time
            if more:
                _write(path, database.read_bytes())


def _size() -> int:
    """How much heyoka remembers; 0 where it cannot use the scratch folder."""
    try:
        return int(hy.llvm_state.get_diskcache_size())
    except RuntimeError:
        return 0


def _folder() -> Path | None:
    """Find the user's own folder for what can be made again; None where there is none, or others may write there."""
    if sys.platform == "win32":
        return None
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(home, "ketum", "compiled")
        folder.mkdir(0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):
        return None
    return folder if found.st_uid == os.geteuid() and not found.st_mode & 0o022 else None


def _processor() -> str:
    """Say what machine code is made for."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return "/".join(dict.fromkeys(line for line in lines if line.startswith(("model name", "flags", "Features"))))
    return ""


def _read(path: Path) -> bytes:
    """Read what was kept; nothing where it is not there, or not what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return b""
    checksum, database = content[:32], content[32:]
    return database if hashlib.sha256(database).digest() == checksum else b""


def _write(path: Path, database: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(hashlib.sha256(database).digest() + database)
            file.flush()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise
    every = sorted(path.parent.iterdir(), key=lambda each: each.stat().st_mtime)
    for old in every[:-KEPT]:
        old.unlink(missing_ok=True)
