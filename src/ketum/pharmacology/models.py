"""The models of this room: readable Antimony files, and the SBML that is made of them by ``make models``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

ROOM = Path(str(files(__package__)))


def model_path(name: str = "kratom") -> Path:
    """Find a model of this room, as SBML."""
    return ROOM / f"{name}.xml"


def antimony_path(name: str = "kratom") -> Path:
    """Find the Antimony that a model of this room is made of."""
    return ROOM / f"{name}.ant"


def model_names() -> tuple[str, ...]:
    """List the models of this room."""
    return tuple(sorted(path.stem for path in ROOM.glob("*.ant")))
