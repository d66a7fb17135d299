"""Figures and the page: the only room that draws, and it never simulates."""

from ketum.answers.as_json import answer_json, json_text
from ketum.answers.content import Answer, DoseContent, DoseLine, Endpoint, PublishedLevel, SourceLine, Unknown
from ketum.answers.curves import Levels, Share
from ketum.report.charts import figures
from ketum.report.figure import Figure
from ketum.report.page import render_page
from ketum.report.writing import check_folder, write_report

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
    "figures",
    "json_text",
    "render_page",
    "write_report",
]
