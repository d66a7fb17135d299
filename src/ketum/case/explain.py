"""From what pydantic collected to problems in plain words, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ketum.case.lines import Lines, Path
from ketum.case.model import Case, Kratom, Medicine, Person, Table, Today
from ketum.case.refusal import RefusalError, did_you_mean, listed, shown
from ketum.errors import Problem

TABLES: dict[str, type[Table]] = {"person": Person, "kratom": Kratom, "medicine": Medicine, "today": Today}


def explain(error: ValidationError, text: str) -> tuple[Problem, ...]:
    """Every problem of a case, in the order of the file."""
    lines = Lines(text)
    found = [
        (lines.of(path) or 0, path, problem)
        for details in error.errors(include_url=False)
        for path, problem in _problems(details)
    ]
    found.sort(key=lambda one: one[0])
    return tuple(
        Problem(_where(path, line), problem.what, problem.given, problem.allowed, problem.cure)
        for line, path, problem in found
    )


def _problems(details: ErrorDetails) -> Iterator[tuple[Path, Problem]]:
    """The problems behind one of pydantic's errors, each with its full path."""
    path = details["loc"]
    refused = details.get("ctx", {}).get("error")
    if isinstance(refused, RefusalError):
        for problem in refused.problems:
            yield (*path, *_relative(problem.where)), problem
    else:
        yield path, _translated(details)


def _relative(where: str) -> Path:
    """The part of a value that a refusal names: a key, or ``[2]``."""
    if not where:
        return ()
    index = re.fullmatch(r"\[([0-9]+)\]", where)
    return (int(index[1]),) if index else (where,)


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
    return TABLES.get(str(path[0]), Case) if len(path) > 1 else Case


def _keys(table: type[Table]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in table.model_fields.items())


def _example(path: Path) -> str:
    examples = _table(path).model_fields[str(path[-1])].examples or [str(path[-1])]
    return str(examples[0])


def _header(path: Path) -> str:
    return f"[[{path[0]}]]" if len(path) > 1 else f"[{path[0]}]"


def _where(path: Path, line: int) -> str:
    """A path as text, such as ``line 12, kratom[0].amount``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_quoted(part)}" if text else _quoted(part)
    return f"line {line}, {text}" if line else text


def _quoted(key: str) -> str:
    """A key as TOML writes it: bare where it may be, else in quotes; cut where it is absurdly long."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else shown(key)
