"""One drawing, with the words that go with it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ketum.report.svg import Drawing, draw
from ketum.writing.texts import Text

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
    title: Text
    caption: Text
    alternative: Text

    @property
    def specification(self) -> dict[str, Any]:
        """The whole figure as Vega-Lite, data and all."""
        return self.chart.to_dict(validate=False) | {"datasets": dict(self.data)}

    @cached_property
    def drawing(self) -> Drawing:
        """As it looks; drawn once, for page and file alike. May raise `DrawingError`."""
        (drawing,) = draw([self._chart])
        return drawing

    @property
    def svg(self) -> str:
        """The drawing as a self-contained SVG."""
        return self.drawing.svg

    @property
    def png(self) -> bytes:
        """The drawing as a PNG at twice the page's size."""
        return self.drawing.png

    @property
    def _chart(self) -> dict[str, str]:
        words = {"name": self.name, "title": self.title, "alternative": self.alternative}
        return words | {"specification": json.dumps(self.specification)}


def draw_together(figures: Collection[Figure]) -> None:
    """Draw figures in one process, as each on its own would cost half a second to start.

    Raises
    ------
    DrawingError
        If they cannot be drawn.
    """
    if not figures:
        return
    for figure, drawing in zip(figures, draw([figure._chart for figure in figures]), strict=True):
        vars(figure)["drawing"] = drawing  # where the cached property keeps it
