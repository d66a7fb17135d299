"""Reading a case file; whatever is wrong with it becomes one `CaseError`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ketum.case.explain import explain
from ketum.case.loose import too_deep
from ketum.case.model import Case
from ketum.case.refusal import nearest, shortened, shown
from ketum.errors import CaseError, Problem

LARGEST_BYTES = 1_000_000
DEEPEST = 6
"""Levels of a dictionary that are looked at; a case has five."""

# The start of tomllib's message, and what to do then.
SYNTAX_CURES = {
    "Invalid value": 'texts stand in quotes, such as amount = "3 g"; yes and no are true and false',
    "Cannot overwrite a value": "the key stands twice; leave one of them out",
    "Cannot declare": "the table stands twice; several products or medicines each need double brackets: [[kratom]]",
    "Illegal character": "the text is not closed by a quote on the same line, or holds an invisible character",
    "Expected '=' after a key": 'each line is a key, an equals sign and a value: amount = "3 g"',
    "Expected newline": "one key on each line; texts stand in quotes",
    "Invalid statement": 'each line is a key, an equals sign and a value: amount = "3 g"; comments begin with #',
    'Expected "': "close the text with the quote that it begins with",
    "Unterminated string": "close the text with the quote that it begins with",
    "Unclosed array": "close the array with ]",
}


def load_case(path: str | os.PathLike[str]) -> Case:
    """Read a case from a TOML file.

    Parameters
    ----------
    path
        The file: TOML in UTF-8, at most 1 MB.

    Raises
    ------
    CaseError
        With every problem of the file at once.

    Examples
    --------
    >>> load_case("examples/back-pain-leaf.toml").kratom[0].amount.value
    3000.0
    """
    name = os.fspath(path)
    return parse_case(_decoded(_read(Path(name), name), name), name)


def parse_case(text: str, name: str = "case") -> Case:
    """Read a case from TOML text.

    Parameters
    ----------
    text
        What a case file holds.
    name
        What to call it in messages.

    Raises
    ------
    CaseError
        With every problem of the text at once.
    """
    text = text.removeprefix("\ufeff")
    table = _toml(text, name)
    if not table:
        raise _error(name, "the file is empty", cure="start from one of the files in examples/")
    return _validated(table, name, text)


def from_dict(keys: Mapping[str, Any], name: str = "case") -> Case:
    """Make a case of a dictionary; see `Case.from_dict`."""
    if not isinstance(keys, Mapping):
        raise _error(name, "a dictionary with the tables of a case is needed", given=shown(keys))
    return _validated(_plain(keys, DEEPEST), name, None)


def _validated(table: Mapping[str, Any], name: str, text: str | None) -> Case:
    try:
        return Case.model_validate(table)
    except ValidationError as error:
        raise CaseError(name, explain(error, text, table)) from None


def _plain(value: Any, depth: int) -> Any:
    """What TOML would hold of a value: keys are texts, and what is None is left out. Deeper levels stay as they are."""
    match value:
        case Mapping() if depth:
            return {str(key): _plain(item, depth - 1) for key, item in value.items() if item is not None}
        case list() | tuple() if depth:
            return [_plain(item, depth - 1) for item in value]
        case bool() | int() | float() | str():
            return value
        case Integral():
            return int(value)
        case _:
            return value


def _error(name: str, what: str, *, where: str = "", given: str = "", allowed: str = "", cure: str = "") -> CaseError:
    return CaseError(name, [Problem(where, what, given, allowed, cure)])


def _read(path: Path, name: str) -> bytes:
    """The bytes of a file, never more than a little too many."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise _error(name, "there is no such file", cure=_nearby(path)) from None
    except IsADirectoryError:
        raise _error(name, "this is a folder, not a file", cure=_one_of(path)) from None
    except PermissionError:
        raise _error(name, "the file may not be read", cure="give yourself permission: chmod u+r FILE") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _error(name, f"the file cannot be read: {reason or error}") from None
    if len(data) > LARGEST_BYTES:
        raise _error(name, "the file is too large for a case", given="more than 1 MB", allowed="up to 1 MB")
    return data


def _nearby(path: Path) -> str:
    """A cure for a missing file: the files beside it that resemble it."""
    try:
        beside = sorted(file.name for file in path.parent.iterdir() if file.is_file())
    except (OSError, ValueError):
        return f"there is no folder {path.parent} either; check the path"
    near = nearest(path.name, beside, most=3)
    return f"did you mean {' or '.join(str(path.parent / one) for one in near)}?" if near else "check the path"


def _one_of(folder: Path) -> str:
    """A cure for a folder: name a file in it."""
    try:
        first = min((file for file in folder.glob("*.toml")), default=None)
    except OSError:
        first = None
    return f"name a file in it, such as {first}" if first else "name a file"


def _decoded(data: bytes, name: str) -> str:
    cure = "write the case with a text editor and save it as UTF-8 text"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(name, "the file is UTF-16 text", allowed="UTF-8 text", cure=cure)
    if b"\0" in data:
        raise _error(name, "the file is not a text file", allowed="TOML in UTF-8", cure=cure)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        given = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else ""
        raise _error(
            name, "the file is not UTF-8 text", where=f"line {line}", given=given, allowed="UTF-8 text", cure=cure
        ) from None


def _toml(text: str, name: str) -> dict[str, Any]:
    if too_deep(text):
        raise _error(name, "a key has too many parts", cure="a case needs no more than three, such as today.labs.alt")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _error(name, "brackets are nested too deeply", cure="a case needs no more than three levels") from None
    # Not only TOMLDecodeError: an integer of five thousand digits is a plain ValueError.
    except ValueError as error:
        raise CaseError(name, [_syntax(str(error), text)]) from None


def _syntax(message: str, text: str) -> Problem:
    """A syntax error with its line, its column and the line itself."""
    found = re.fullmatch(r"(.*) \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)", message, re.DOTALL)
    if not found:
        return Problem("", "the file is not valid TOML: a number is too long", cure="shorten it")
    reason, line, column = found.groups()
    lines = text.rstrip().split("\n")
    at = min(int(line), len(lines)) if line else len(lines)
    return Problem(
        f"line {at}, column {column}" if column else f"line {at}, at the end of the file",
        f"the file is not valid TOML: {shortened(reason[:1].lower() + reason[1:])}",
        shortened(lines[at - 1]),
        cure=next((cure for start, cure in SYNTAX_CURES.items() if reason.startswith(start)), ""),
    )
