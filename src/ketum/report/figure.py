"""One drawing, with the words that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ketum.report.svg import draw_svg, svg_to_png

if TYPE_CHECKING:
    import altair as alt


Row = dict[str, float | str]


@dataclass(frozen=True)
class Data:
    """The rows that a chart's layers name.

    Kept beside the chart, because Altair copies whatever is inside it each time charts are joined.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, rows: list[Row]) -> alt.NamedData:
        """Store `rows`, and give the name that stands for them in a chart."""
        import altair as alt

        name = f"data-{len(self.rows)}"
        self.rows[name] = rows
        return alt.NamedData(name)


@dataclass(frozen=True, eq=False)
class Figure:
    """One drawing.

    Parameters
    ----------
    name
        Its file name without ending.
    chart
        The Altair chart, which names its data.
    data
        The rows of each name.
    title, caption
        What it shows, in a line and in a sentence or two.
    alternative
        The same in words, for who cannot see it.
    """

    name: str
    chart: alt.VConcatChart
    data: Mapping[str, list[Row]]
    title: str
    caption: str
    alternative: str

    @property
    def specification(self) -> dict[str, Any]:
        """The whole figure as Vega-Lite, data and all."""
        return self.chart.to_dict(validate=False) | {"datasets": dict(self.data)}

    @cached_property
    def svg(self) -> str:
        """The drawing as a self-contained SVG; rendered once, for page and file alike."""
        return draw_svg(self.specification, name=self.name, title=self.title, alternative=self.alternative)

    @cached_property
    def png(self) -> bytes:
        """The drawing as a PNG at twice the page's size."""
        return svg_to_png(self.svg)
