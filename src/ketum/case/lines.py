"""On which line a key stands. A hint for the reader: found by a scan, since TOML parsers keep no lines."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_QUOTES = re.compile(r'"""|' + "'''")


class Lines:
    """The lines of the keys of a TOML text.

    Parameters
    ----------
    text
        A valid TOML text.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        table: Path = ()
        in_long_text = False
        for number, line in enumerate(text.split("\n"), start=1):
            if not in_long_text:
                table = self._note(line, number, table)
            if len(_QUOTES.findall(line)) % 2:
                in_long_text = not in_long_text

    def of(self, path: Path) -> int | None:
        """The line of a key, or of the nearest table or array around it that stands on a line of its own."""
        for length in range(len(path), 0, -1):
            if line := self._lines.get(path[:length]):
                return line
        return None

    def _note(self, line: str, number: int, table: Path) -> Path:
        """Note what stands on one line, and return the table that the following lines belong to."""
        if header := _HEADER.match(line):
            parts = _parts(header[2])
            if header[1] == "[[":
                array = (*self._located(parts[:-1]), parts[-1])
                self._counts[array] = self._counts.get(array, 0) + 1
                self._lines.setdefault(array, number)
            table = self._located(parts)
            self._lines.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for part in _parts(key[1]):
                path = (*path, part)
                self._lines.setdefault(path, number)
        return table

    def _located(self, parts: tuple[str, ...]) -> Path:
        """The path of a table, with the index of the last element where an array of tables is passed."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
