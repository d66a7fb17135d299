"""What is common to all victims of CYP3A: the error between their studies, and what is believed of a class.

``common.csv`` is written by ``calibration/victims.py``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from ketum.errors import InputError, Problem
from ketum.writing.texts import say

NAME = "common.csv"


@dataclass(frozen=True)
class Common:
    """One row of ``common.csv`` each; the table says what it means."""

    inhibition: float
    induction: float
    noise: float
    marked: float
    fm_sensitive: float
    fm_moderate: float
    fm_other: float
    fm_sd: float
    Fg_sensitive: float
    Fg_moderate: float
    Fg_other: float
    Fg_sd: float
    Fg_fact_sd: float
    correlation: float
    access: float
    grapefruit_left: float


@cache
def common() -> Common:
    """Read ``common.csv``."""
    return read_common(Path(str(files(__package__).joinpath(NAME))))


def read_common(path: Path) -> Common:
    """Read such a table.

    Raises
    ------
    InputError
        Where a row or column is missing, or a number is none or out of its bounds.
    """
    rows = read_table(path, ("name", "value", "low", "high"))
    by_name = {row["name"]: row for row in rows}
    problems = [
        Problem(field.name, say("is missing"), allowed=say("a row of its own"))
        for field in fields(Common)
        if field.name not in by_name
    ]
    found: dict[str, float] = {}
    for field in fields(Common):
        if (row := by_name.get(field.name)) is not None:
            bounds = (float(row["low"]), float(row["high"]))
            found[field.name] = number(row["value"], bounds, field.name, problems)
    refuse(path, problems)
    return Common(**found)


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a table whose columns must all be there.

    Raises
    ------
    InputError
        Where it has no row, or a column is missing.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
    problems = [Problem(name, say("this column is missing"), cure=_CURE) for name in missing]
    if not rows:
        problems.append(Problem("", say("the table is empty"), cure=_CURE))
    refuse(path, problems)
    return rows


def number(text: str | None, bounds: tuple[float, float], where: str, problems: list[Problem]) -> float:
    """Return a number within bounds; where it is none, the problem is added to the others."""
    low, high = bounds
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        problems.append(
            Problem(
                where, say("is not a number within its bounds"), text or say("nothing"), f"{low:g} to {high:g}", _CURE
            )
        )
    return value


def refuse(path: Path, problems: list[Problem]) -> None:
    """Raise what is wrong with a table, all at once."""
    if problems:
        raise InputError(str(path), problems)


_CURE = say("make calibrate-victims writes it again")


def classes(shared: Common) -> Mapping[str, tuple[float, float]]:
    """Return the middle of fm and Fg (both logit) of each class."""
    return {
        "sensitive": (shared.fm_sensitive, shared.Fg_sensitive),
        "moderate": (shared.fm_moderate, shared.Fg_moderate),
        "other": (shared.fm_other, shared.Fg_other),
    }
