"""Draws charts in a process of its own: run by path, reads a list of them as JSON, and answers with SVG and PNG.

V8, which lays the charts out, reserves tens of GB of addresses and ends its whole process where it does not get them;
so no process that holds results draws. Nothing of ketum is imported here, so that starting costs little.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from html import escape
from typing import Any

_LONG_DECIMAL = re.compile(r"(\d\.\d\d)\d+")
_OPENING = re.compile(r"<svg\b[^>]*>")


def drawn(chart: dict[str, Any]) -> dict[str, str]:
    """Render a Vega-Lite specification; give it a name, a description, and ids that no other drawing has."""
    import vl_convert

    svg = _labelled(vl_convert.vegalite_to_svg(chart["specification"]), chart)
    # Twice the page's size.
    return {"svg": svg, "png": base64.b64encode(vl_convert.svg_to_png(svg, scale=2)).decode("ascii")}


def _labelled(raw: str, chart: dict[str, Any]) -> str:
    name = chart["name"]
    # A hundredth of a pixel is finer than any print; the rest would be most of the page's weight.
    svg = _LONG_DECIMAL.sub(r"\1", raw)
    svg = re.sub(r'\bid="', f'id="{name}-', svg).replace("url(#", f"url(#{name}-")
    words = (
        f'<title id="{name}-title">{escape(chart["title"])}</title>'
        f'<desc id="{name}-description">{escape(chart["alternative"])}</desc>'
    )
    opening = _OPENING.search(svg)
    if opening is None:
        raise ValueError("vl_convert gave something that is no SVG")
    labelled = f'{opening[0][:-1]} role="img" aria-labelledby="{name}-title {name}-description">'
    return svg[: opening.start()] + labelled + words + svg[opening.end() :]


if __name__ == "__main__":
    json.dump([drawn(chart) for chart in json.load(sys.stdin)], sys.stdout)
