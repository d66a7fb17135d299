"""Text that comes from a file, made harmless for a terminal and a page, whatever letters they have."""

from __future__ import annotations

import re
from typing import Any

# Commands to a terminal, C0 and C1, of which only the end of a line is wanted; and halves of letters.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Marks that turn the direction of what follows, so that a text reads as another one than it is.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile("\r\n?|[\t\x85\u2028\u2029]")
_BEYOND_ASCII = re.compile("[^\x00-\x7e]")


def plain(text: str) -> str:
    """Take out what would command a terminal or turn the direction of reading.

    Ends of lines stay, a tab becomes a space, a control character becomes a replacement character, so that it can be
    seen that something stood there; marks of direction go without a trace.
    """
    text = _SPACES.sub(lambda found: "\n" if found[0].startswith("\r") else " ", text)
    return _DIRECTIONS.sub("", _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text))


def plain_json(text: str, encoding: str | None) -> str:
    r"""Write JSON so that a terminal takes no command from it and its encoding holds every letter.

    What cannot stand as it is becomes ``\uXXXX``, which means the same to who reads the JSON.

    Parameters
    ----------
    text
        JSON.
    encoding
        That of the stream it goes to; UTF-8 where it is not known.
    """
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return _BEYOND_ASCII.sub(_escaped, text)
    return _DIRECTIONS.sub(_escaped, _COMMANDS.sub(_escaped, text))


def never_fail(*streams: Any) -> None:
    """Let a letter that a stream cannot hold stand as its number: nothing else of a text may be lost for it."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _escaped(letter: re.Match[str]) -> str:
    units = letter[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
