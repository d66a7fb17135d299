"""The store of people beside a large run's report: whose it is, and which files in it ketum wrote.

A run writes it long before its report, and one that was stopped goes on from it. So a report owns a store only where it
says so, and for as long as the store's journal is the one that it says.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

PEOPLE = "people.zarr"
"""Folder beside the report where ``ketum run`` puts the people of a large run."""
JOURNAL = "journal.jsonl"
"""File without which a folder is no store."""
_WRITTEN = re.compile(
    r"\.?zarr\.json|journal\.jsonl|\.?progress\.npz|(endpoints|effects)(/\w+)?/zarr\.json|(endpoints|effects)/\w+/c(/\d+)*"
)


def is_store(folder: Path) -> bool:
    """Whether a folder is a store, finished or not."""
    return (folder / JOURNAL).is_file()


def journal_of(folder: Path) -> str:
    """Sum the journal of a store up: it says what the store was made from, and every block that is finished."""
    with (folder / JOURNAL).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def written_in(folder: Path) -> frozenset[str]:
    """Name the files of a store that ketum wrote, below the store's own folder; what else lies in it is not ketum's."""
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return frozenset(name for name in files if _WRITTEN.fullmatch(name))
