"""Tables of a room, as CSV files beside its code."""

from __future__ import annotations

import csv
from importlib.resources import files


def read_rows(room: str, name: str) -> list[dict[str, str]]:
    """Read a table, one dict a row.

    Parameters
    ----------
    room
        The package that holds it, such as ``ketum.trials``.
    name
        Of the file, such as ``trials.csv``.
    """
    with files(room).joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def several(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds several, divided by semicolons; none of an empty cell."""
    return tuple(cell.split(";")) if cell else ()
