"""A case file that is wrong, read as far as it goes: which texts and numbers stand under which keys.

Nothing is validated here. What is TOML is read as TOML; else the text is cut into words by a few marks, so that a
missing quote or bracket loses nothing that stands beside it. Comments are left out. All of it takes time in proportion
to the length of the file.
"""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<long>\"{3}|'{3})
    | (?P<string>"(?:[^"\\\n]|\\.){0,2000}" | (?<!\w)'[^'\n]{0,2000}'(?!\w))
    | (?P<line>\n)
    | (?P<mark>[=\[\]{}])
    | (?P<bare>(?:[^\n=\[\]{}"'\#]|(?<=\w)')+ | ["'])
    """,
    re.VERBOSE,
)
_TORN = re.compile(r"(?P<line>\n)|(?P<mark>[=\[\]{}])|(?P<bare>[^\n=\[\]{}\"]+|\")")
_HEADER = re.compile(r"[ \t]*\[{1,2}([^\[\]\n=\"']{1,80})\]{1,2}[ \t]*(?:\#.*)?(?=\n|$)")
_LABEL = re.compile(r"\s*(\w[\w -]{0,30}?)\s*:\s*(?=\S)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_DEEPEST_KEY = re.compile(r"(?:^|[\[{,])[ \t]*(?:[\w\"'-]{1,40}[ \t]*\.[ \t]*){20}", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]?")
_JOINED = "\u200b\u200c\u200d\u00ad\ufeff"


@dataclass(frozen=True, slots=True)
class Piece:
    """One value of a file.

    Parameters
    ----------
    keys
        Where it stands, outermost first, as far as that was understood; empty for a line that is no key and value.
    value
        The text, number or boolean.
    """

    keys: tuple[str, ...]
    value: Any


def decoded(data: bytes) -> str:
    """The text of a file in whatever encoding it is; letters that cannot be read become question marks."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if data.count(b"\0") > len(data) // 4:
        # Latin letters in UTF-16 without its mark: every other byte is nought.
        first = sum(byte == 0 for byte in data[:2000:2])
        return data.decode("utf-16-be" if first > len(data[:2000]) // 8 else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # What Windows calls "ANSI"; UTF-8 with a broken letter reads no worse for the words that matter.
        return data.decode("cp1252", errors="replace")


def cleaned(text: str) -> str:
    """The text without letters that cannot be seen, which may stand in the middle of a word."""
    if text.isascii() and text.isprintable():
        return text
    kept = (letter for letter in _COLOUR.sub(" ", text) if letter not in _JOINED)
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter for letter in kept)


def pieces(text: str) -> Iterator[Piece]:
    """Yield every value of a file with its keys."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    table = _toml(text)
    if table:
        yield from _walked(table)
    else:
        yield from _Reader(text).pieces()


def too_deep(text: str) -> bool:
    """Whether a key has so many parts that a TOML reader would take hours over it."""
    return bool(_DEEPEST_KEY.search(text))


def _toml(text: str) -> Mapping[str, Any]:
    if too_deep(text):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _walked(table: Mapping[str, Any]) -> Iterator[Piece]:
    waiting: list[tuple[tuple[str, ...], Any]] = [((), table)]
    while waiting:
        keys, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*keys, key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(keys, inner) for inner in reversed(value)]
        else:
            yield Piece(keys, value)


@dataclass(slots=True)
class _Reader:
    """Reads what is no TOML, from left to right."""

    text: str
    table: tuple[str, ...] = ()
    key: str = ""
    pending: list[tuple[str, bool]] = field(default_factory=list)
    """Values since the last mark, each with whether it stood in quotes."""
    fresh: bool = True
    """Whether nothing has stood on this line yet."""
    long: bool = False
    """Whether the place is inside a text of several lines."""

    def pieces(self) -> Iterator[Piece]:
        at, torn = 0, False
        while found := (_TORN if torn else _TOKEN).match(self.text, at):
            at = found.end()
            # After a quote that nothing closes, none is looked for on that line: each look would go to its end.
            torn = (torn or found[0] in ('"', "'")) and found.lastgroup != "line"
            header = _HEADER.match(self.text, found.start()) if self.fresh and found["mark"] == "[" else None
            if header:
                yield from self._flush()
                at, self.table, self.key = header.end(), tuple(header[1].replace('"', "").split(".")), ""
                if " " in header[1].strip():  # no table has such a name: somebody wrote a list
                    yield Piece((), header[1])
            else:
                yield from self._read(found)
        yield from self._flush()

    def _read(self, found: re.Match[str]) -> Iterator[Piece]:
        kind, token = str(found.lastgroup), found[0]
        if kind == "long":
            self.long = not self.long
        elif kind == "line":
            yield from self._flush()
            self.fresh = True
            return
        elif kind == "string":
            self.pending.append((_unescaped(token), True))
        elif kind == "bare":
            yield from self._bare(token)
        elif token == "=" and not (self.long and self._in_prose()):
            yield from self._take_key()
        elif kind == "mark":
            yield from self._flush()
        self.fresh = self.fresh and (kind == "comment" or not token.strip())

    def _bare(self, token: str) -> Iterator[Piece]:
        text = token.strip()
        if text.startswith(":") and self.pending and self.pending[-1][1]:
            yield from self._take_key()
            text = text[1:].strip()
        elif self.fresh and text and not self.long:
            # A line of words belongs to no key, unless it says so.
            label = _LABEL.match(text)
            self.key = label[1] if label else ""
            if not label:
                self.table = () if " " in text else self.table
        if text.strip(",.;'\"\\ "):
            self.pending.append((text, False))

    def _in_prose(self) -> bool:
        """Whether an equals sign follows no single word: a long text that nothing closes must not hide later keys."""
        return len(self.pending) != 1 or not re.fullmatch(r"[\w.-]{1,40}", self.pending[0][0])

    def _take_key(self) -> Iterator[Piece]:
        """What stands before an equals sign is a key; what stands before that belongs to the key before."""
        key = ""
        if self.pending:
            last, quoted = self.pending.pop()
            before, comma, key = ("", "", last) if quoted else last.rpartition(",")
            if comma and before.strip():
                self.pending.append((before, False))
        yield from self._flush()
        self.key = key.strip()

    def _flush(self) -> Iterator[Piece]:
        keys = (*self.table, *self.key.split(".")) if self.key else ()
        for value, _ in self.pending:
            yield Piece(keys, value)
        self.pending.clear()


def _unescaped(token: str) -> str:
    inner = token[1:-1]
    if token[0] == "'" or "\\" not in inner:
        return inner
    return _ESCAPE.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else " " if found[2] in "nrt" else found[2], inner
    )
