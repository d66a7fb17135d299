"""The models of this room: readable Antimony files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

ROOM = Path(str(files(__package__)))


def model_path(name: str = "kratom") -> Path:
    """Find an Antimony file of this room."""
    return ROOM / f"{name}.ant"


def model_names() -> tuple[str, ...]:
    """List the models of this room."""
    return tuple(sorted(path.stem for path in ROOM.glob("*.ant")))
