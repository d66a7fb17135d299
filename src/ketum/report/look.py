"""One quiet look for every figure: fonts, colours, sizes."""

from __future__ import annotations

import textwrap
from typing import Any

WIDTH = 600
_NOTE_LETTER = 5.4
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
INK, QUIET, RULE = "#1a1a1a", "#555555", "#dcdcdc"
# Okabe-Ito hues, taken at lightnesses that stay apart in grey.
BAND_90, BAND_50, MEDIAN = "#d3e5f1", "#93bfdd", "#00456b"
MEASURED = "#9c3d00"
SHARE_COLOURS = {"people": "#00578a", "product": "#e69f00", "knowledge": "#e3eef6"}
SHARE_INKS = {"people": "#ffffff", "product": "#1a1a1a", "knowledge": "#1a1a1a"}
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


def row_title(text: str, note: str = "") -> dict[str, Any]:
    """Head one panel, with its warning below, in lines no wider than the figure."""
    return {"text": text, "subtitle": textwrap.wrap(note, int(WIDTH / _NOTE_LETTER))} if note else {"text": text}


def pixels(**places: float) -> dict[str, Any]:
    """Pin channels to places on the drawing: ``encode(**pixels(x=3, y=7))``."""
    import altair as alt

    channels: dict[str, Any] = {"x": alt.XValue, "x2": alt.X2Value, "y": alt.YValue, "y2": alt.Y2Value}
    return {channel: channels[channel](place) for channel, place in places.items()}


LOOK: dict[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "padding": 4,
    # The figure as a whole has a title and a description; a reader need not hear of six hundred points.
    "aria": False,
    "view": {"stroke": None},
    "text": {"fontSize": 11},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": QUIET,
        "gridColor": RULE,
        "gridWidth": 0.6,
        "domainColor": QUIET,
        "tickColor": QUIET,
        "tickSize": 4,
    },
    # Our own ticks never collide, and asking Vega whether they do is what costs most of a drawing's time.
    "axisQuantitative": {"labelOverlap": False},
    "axisX": {"grid": False, "labelFlush": False},
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 12.5,
        "fontWeight": "bold",
        "color": INK,
        "offset": 5,
        "subtitleFontSize": 11,
        "subtitleFontStyle": "italic",
        "subtitleColor": QUIET,
        "subtitlePadding": 3,
    },
}
