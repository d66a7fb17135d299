"""From a chart to SVG and PNG, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

_NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')
_LONG_DECIMAL = re.compile(r"(\d\.\d\d)\d+")
_OPENING = re.compile(r"<svg\b[^>]*>")


def draw_svg(specification: Mapping[str, Any], *, name: str, title: str, alternative: str) -> str:
    """Render a Vega-Lite specification; give it a name, a description, and ids that no other drawing has."""
    import vl_convert

    raw = vl_convert.vegalite_to_svg(json.dumps(specification))
    # A hundredth of a pixel is finer than any print; the rest would be most of the page's weight.
    drawn = _LONG_DECIMAL.sub(r"\1", raw)
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn).replace("url(#", f"url(#{name}-")
    words = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(alternative)}</desc>'
    )
    opening = _OPENING.search(drawn)
    if opening is None:
        raise ValueError("vl_convert gave something that is no SVG")
    labelled = f'{opening[0][:-1]} role="img" aria-labelledby="{name}-title {name}-description">'
    return drawn[: opening.start()] + labelled + words + drawn[opening.end() :]


def for_page(svg: str) -> str:
    """Fit a stand-alone SVG into an HTML page, which needs no namespaces."""
    return _NAMESPACE.sub("", svg[svg.index("<svg") :])


def svg_to_png(svg: str) -> bytes:
    """Draw an SVG at twice its size."""
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=2)
