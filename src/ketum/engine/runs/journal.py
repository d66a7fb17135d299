"""The journal of a store: an entry a line, each with a checksum, so that one that is lost or spoilt is noticed."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from ketum.engine.runs.files import lock, writing
from ketum.errors import OutputError, Problem

JOURNAL = "journal.jsonl"


def checksum(values: np.ndarray[Any, Any]) -> int:
    """Sum numbers up, so that one that is lost or changed is noticed."""
    return zlib.crc32(np.ascontiguousarray(values).tobytes())


def sum_of(path: Path) -> int:
    """Sum a file up; -1 where there is none."""
    try:
        return zlib.crc32(path.read_bytes())
    except OSError:
        return -1


def line(entry: Mapping[str, Any]) -> bytes:
    """Write an entry as a line of the journal."""
    text = json.dumps(entry)
    return f"{zlib.crc32(text.encode()):08x} {text}\n".encode()


def locked(path: Path, kind: str) -> IO[bytes]:
    """Open the journal, and keep every other run away until it is closed."""
    try:
        journal = (path / JOURNAL).open("r+b")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _no_store(path, kind) from error
    except OSError as error:
        problem = Problem("", f"cannot be written: {error.strerror}", cure="choose a folder that is writable")
        raise OutputError(str(path), [problem]) from error
    try:
        lock(journal)
    except (BlockingIOError, PermissionError) as error:
        journal.close()
        cure = "wait until it has ended, or choose another folder"
        raise OutputError(str(path), [Problem("", "another run is writing into this store", cure=cure)]) from error
    return journal


def entries(path: Path, journal: IO[bytes], kind: str) -> list[dict[str, Any]]:
    """Read the journal, leaving out lines that are not as they were written."""
    journal.seek(0)
    written = journal.read()
    found: list[dict[str, Any]] = []
    for each in written[: written.rfind(b"\n") + 1].splitlines():
        try:
            entry = json.loads(each[9:]) if int(each[:8], 16) == zlib.crc32(each[9:]) else None
        except ValueError:
            entry = None
        if entry is not None:
            found.append(entry)
        elif not found:  # the header
            break
    if not found or "made_from" not in found[0]:
        raise _no_store(path, kind)
    with writing(path):
        journal.truncate(written.rfind(b"\n") + 1)  # a line that was cut off would spoil the next
        journal.seek(0, os.SEEK_END)
    return found


def _no_store(path: Path, kind: str) -> OutputError:
    problem = Problem("", f"there is something here that is not {kind}", cure="choose another name")
    return OutputError(str(path), [problem])
