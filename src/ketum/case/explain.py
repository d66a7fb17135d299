"""From what pydantic collected to problems in plain words, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ketum.case.further import Before, Care, Level, Step
from ketum.case.lines import Lines, Path
from ketum.case.model import Case, Today
from ketum.case.person import Person
from ketum.case.refusal import RefusalError, did_you_mean, listed, shown, visible
from ketum.case.table import Table
from ketum.case.taken import Kratom, Medicine
from ketum.errors import Problem

TABLES: dict[str, type[Table]] = {
    "person": Person,
    "kratom": Kratom,
    "medicine": Medicine,
    "today": Today,
    "before": Before,
    "level": Level,
    "care": Care,
}


def explain(error: ValidationError, text: str | None, keys: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every problem of a case, in the order in which its keys were written.

    Parameters
    ----------
    error
        What pydantic collected.
    text
        The file, which gives each problem its line; None where there is none.
    keys
        What was validated.
    """
    lines = Lines(text or "")
    found = [problem for details in error.errors(include_url=False) for problem in _problems(details)]
    place: Callable[[Problem], Any] = partial(_order, keys) if text is None else partial(_line, lines)
    return tuple(_placed(problem, lines.of(problem.path) or 0) for problem in sorted(found, key=place))


def _line(lines: Lines, problem: Problem) -> int:
    return lines.of(problem.path) or 0


def _order(keys: Any, problem: Problem) -> tuple[int, ...]:
    """Where a problem's key stands in a dictionary: its number at each level, as far as it is there."""
    places: list[int] = []
    for part in problem.path:
        if isinstance(keys, Mapping) and part in keys:
            places.append(list(keys).index(part))
            keys = keys[part]
        elif isinstance(keys, list | tuple) and isinstance(part, int) and part < len(keys):
            places.append(part)
            keys = keys[part]
        else:
            break
    return tuple(places)


def _placed(problem: Problem, line: int) -> Problem:
    """A problem with its place in words, and nothing in it that could rewrite a terminal."""
    words = (problem.what, problem.given, problem.allowed, problem.cure)
    what, given, allowed, cure = map(visible, words)
    return Problem(_where(problem.path, line), what, given, allowed, cure, problem.path)


def _problems(details: ErrorDetails) -> Iterator[Problem]:
    """The problems behind one of pydantic's errors, each with its full path."""
    path = details["loc"]
    refused = details.get("ctx", {}).get("error")
    if isinstance(refused, RefusalError):
        for problem in refused.problems:
            yield replace(problem, path=(*path, *problem.path))
    else:
        yield replace(_translated(details), path=path)


def _translated(details: ErrorDetails) -> Problem:
    """What only pydantic sees: keys missing or unknown, and tables of the wrong shape."""
    path, given = details["loc"], shown(details["input"])
    key = str(path[-1]) if path else ""
    match details["type"]:
        case "missing":
            return Problem("", f"{key} is required and missing", cure=f"write {_example(path)}")
        case "extra_forbidden":
            keys = _keys(_table(path))
            return Problem("", f"there is no key {_quoted(key)} here", "", listed(keys), did_you_mean(key, keys))
        case "tuple_type":
            return Problem("", f"{key} may stand several times", given, "", f"write [[{key}]] instead of [{key}]")
        case _:
            return Problem("", "a table is needed here", given, cure=f"write {_header(path)} on a line of its own")


def _table(path: Path) -> type[Table]:
    """The table that holds the key at a path."""
    if path[:2] == ("care", "taper") and len(path) > 3:
        return Step
    return TABLES.get(str(path[0]), Case) if len(path) > 1 else Case


def _keys(table: type[Table]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in table.model_fields.items())


def _example(path: Path) -> str:
    examples = _table(path).model_fields[str(path[-1])].examples or [str(path[-1])]
    return str(examples[0])


def _header(path: Path) -> str:
    return f"[[{path[0]}]]" if len(path) > 1 and isinstance(path[-1], int) else f"[{path[0]}]"


def _where(path: Path, line: int) -> str:
    """A path as text, such as ``line 12, kratom[0].amount``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}" if text else _quoted(part)
    return f"line {line}, {text}" if line else text


def _quoted(key: str) -> str:
    """A key as TOML writes it: bare where it may be, else in quotes; cut where it is absurdly long."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else shown(key)
