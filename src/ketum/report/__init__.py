"""Figures and the page: the only room that draws, and it never simulates."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ketum.answers.as_json import answer_json, json_text
    from ketum.answers.content import Answer, DoseContent, DoseLine, Endpoint, PublishedLevel, SourceLine, Unknown
    from ketum.answers.curves import Levels, Share
    from ketum.report.charts import figures
    from ketum.report.figure import Figure
    from ketum.report.page import render_page
    from ketum.report.writing import check_folder, claimed, write_report

__all__ = [
    "Answer",
    "DoseContent",
    "DoseLine",
    "Endpoint",
    "Figure",
    "Levels",
    "PublishedLevel",
    "Share",
    "SourceLine",
    "Unknown",
    "answer_json",
    "check_folder",
    "claimed",
    "figures",
    "json_text",
    "render_page",
    "write_report",
]

_CONTENT = ("Answer", "DoseContent", "DoseLine", "Endpoint", "PublishedLevel", "SourceLine", "Unknown")
_HOMES = {
    **dict.fromkeys(_CONTENT, "ketum.answers.content"),
    **dict.fromkeys(("Levels", "Share"), "ketum.answers.curves"),
    **dict.fromkeys(("answer_json", "json_text"), "ketum.answers.as_json"),
    **dict.fromkeys(("check_folder", "claimed", "write_report"), "ketum.report.writing"),
    "Figure": "ketum.report.figure",
    "figures": "ketum.report.charts",
    "render_page": "ketum.report.page",
}


def __getattr__(name: str) -> Any:
    # Findings on a terminal need no charts: `ketum screen` must answer within a second.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
