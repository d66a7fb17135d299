"""Emergency signs in a case file that is refused: they are said before what is wrong with the file.

A wrong unit elsewhere must not hide that somebody does not wake up. Whatever can be read of the symptoms, conditions
and vital signs is read, from the table if the file is TOML at all, else from its text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ketum.case.measures import VITALS, read_vitals
from ketum.case.refusal import RefusalError
from ketum.hazards.emergency import emergency
from ketum.hazards.finding import Finding
from ketum.words.understanding import understand

_MOST_BYTES = 1_000_000
_LONGEST = 300
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SYMPTOMS = re.compile(r"^\s*(?:today\.)?symptoms?\s*=(.*?)(?:\]|^\s*\[|^\s*\w+\s*=|\Z)", re.MULTILINE | re.DOTALL)
_REGION = re.compile(r"^\s*region\s*=\s*[\"']([A-Za-z]{2})", re.MULTILINE)
_VITAL = re.compile(rf"\b({'|'.join(VITALS)})\s*=\s*(\"[^\"\n]*\"|'[^'\n]*'|[-+.\d]+)")


def emergencies_of(path: str) -> tuple[Finding, ...]:
    """Return the emergencies in a file that could not be read as a case; none where it cannot be opened either."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except (OSError, ValueError):
        return ()
    return emergencies_in(text)


def emergencies_in(text: str) -> tuple[Finding, ...]:
    """Return the emergencies that a text names, however wrong it is as a case."""
    try:
        table: Mapping[str, Any] = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        table = {}
    today, person = _table(table.get("today")), _table(table.get("person"))
    symptoms = list(_texts(today.get("symptoms"))) or list(_texts(table.get("symptoms"))) or list(_written(text))
    vitals = dict(_vitals(_table(today.get("vitals")) or dict(_written_vitals(text))))
    region = next((str(found[1]) for found in [_REGION.search(text)] if found), "")
    age = person.get("age_years")
    years = float(age) if isinstance(age, int | float) and not isinstance(age, bool) and 0 <= age <= 120 else None
    return emergency(understand(symptoms, _texts(person.get("conditions"))), vitals, region, years)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:_LONGEST]
    elif isinstance(value, list | tuple):
        yield from (one[:_LONGEST] for one in value if isinstance(one, str))


def _written(text: str) -> Iterator[str]:
    for found in _SYMPTOMS.finditer(text):
        quoted = [(double or single)[:_LONGEST] for double, single in _QUOTED.findall(found[1])]
        # Without quotes the words still stand there.
        yield from quoted or [part[:_LONGEST] for part in re.split(r"[\[\],\n\"']", found[1]) if part.strip()]


def _written_vitals(text: str) -> Iterator[tuple[str, Any]]:
    for found in _VITAL.finditer(text):
        value = found[2]
        if value[0] in "\"'":
            yield found[1], value[1:-1]
        else:
            try:
                yield found[1], float(value)
            except ValueError:
                continue


def _vitals(given: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, value in given.items():
        try:
            yield name, read_vitals({name: value})[name].value
        except (RefusalError, KeyError):
            continue
