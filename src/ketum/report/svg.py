"""From charts to SVG and PNG, without a browser, in a process that may fail without harm."""

from __future__ import annotations

import base64
import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketum.errors import DrawingError
from ketum.writing.texts import Text, say

_NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')
_LONGEST_S = 300.0
RESERVED_GB = 70
"""Addresses that V8 reserves, about; measured."""


@dataclass(frozen=True)
class Drawing:
    """A figure as a self-contained SVG, and as a PNG at twice its size."""

    svg: str
    png: bytes


def draw(charts: Sequence[dict[str, Any]]) -> list[Drawing]:
    """Draw charts, all in one process.

    Parameters
    ----------
    charts
        Each ``{name, title, alternative, specification}``; the last is Vega-Lite, the others stand in the SVG.

    Raises
    ------
    DrawingError
        If they cannot be drawn; it says why. This process goes on.
    """
    command = [sys.executable, "-P", str(Path(__file__).with_name("draw.py"))]
    try:
        done = subprocess.run(
            command, input=json.dumps(charts).encode(), capture_output=True, timeout=_LONGEST_S, check=False
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise DrawingError(say("the process that draws: {said}", said=str(error))) from error
    if done.returncode:
        raise DrawingError(_why(done.returncode, done.stderr.decode("utf-8", "replace")))
    return [Drawing(one["svg"], base64.b64decode(one["png"])) for one in json.loads(done.stdout)]


def _why(code: int, said: str) -> Text:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        return say(
            "drawing reserves about {reserved} GB of addresses, and here a process may have {limit:.0f} GB (ulimit -v); run again without that limit, the same seed gives the same numbers",
            reserved=RESERVED_GB,
            limit=limit / 1e9,
        )
    lines = said.strip().splitlines() or [say("it said nothing")]
    if code < 0:
        return say("the process that draws was ended by {signal}", signal=signal.Signals(-code).name)
    return say("the process that draws: {said}", said=lines[-1])


def for_page(svg: str) -> str:
    """Fit a stand-alone SVG into an HTML page, which needs no namespaces."""
    return _NAMESPACE.sub("", svg[svg.index("<svg") :])
