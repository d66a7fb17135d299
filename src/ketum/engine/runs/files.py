"""What a store needs of a file system and of Zarr: locks, files that are surely written, refusals in words."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ketum.errors import OutputError, Problem

GOES_ON = "what is finished stays there, and the same call goes on from it"


def lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed, however that comes about; where the file system cannot, do without."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        file.seek(1 << 40)  # beyond what is written: under Windows nobody could read what is locked
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return


def flush(path: Path) -> None:
    """Make sure that a file or folder is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def clear(folder: Path) -> None:
    """Remove what a run that failed has left, which its last threads may be writing to still."""
    for wait_s in (0.0, *(0.05,) * 40):
        time.sleep(wait_s)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def consolidate(path: Path) -> None:
    """Gather what readers need to open the store in one file, so that they need not list the folder."""
    import zarr

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this is not part of Zarr's own specification yet; every reader knows it
        zarr.consolidate_metadata(path, zarr_format=3)


def compressor() -> Any:
    """Compress with a checksum, so that other readers notice a flipped bit too."""
    from zarr.codecs import ZstdCodec

    return ZstdCodec(level=0, checksum=True)


def occupied(path: Path) -> bool:
    """Tell whether there is something at a path, other than an empty folder."""
    return path.exists() and not (path.is_dir() and not any(path.iterdir()))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in words that a disk is full or a folder closed."""
    try:
        yield
    except OSError as error:
        problem = Problem("", f"cannot be written: {error.strerror or error}", cure=f"make room there; {GOES_ON}")
        raise OutputError(str(path), [problem]) from error
