"""Figures and the page: the only room that draws, and it never simulates."""

from ketum.answers.as_json import json_text, report_json
from ketum.answers.content import DoseContent, DoseLine, Endpoint, PublishedLevel, Report, SourceLine, Unknown
from ketum.answers.curves import Levels, Share
from ketum.report.charts import figures
from ketum.report.figure import Figure
from ketum.report.page import render_page
from ketum.report.writing import check_folder, claimed, write_report

__all__ = [
    "DoseContent",
    "DoseLine",
    "Endpoint",
    "Figure",
    "Levels",
    "PublishedLevel",
    "Report",
    "Share",
    "SourceLine",
    "Unknown",
    "check_folder",
    "claimed",
    "figures",
    "json_text",
    "render_page",
    "report_json",
    "write_report",
]
