"""The key under figures of blood levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketum.report.figure import Data, Row
from ketum.report.levels_panel import draw_points, point_style
from ketum.report.look import BAND_50, BAND_90, INK, MEDIAN, WIDTH, pixels
from ketum.report.series import Series
from ketum.writing.texts import Text, say

if TYPE_CHECKING:
    import altair as alt

_ROW = 17
_PREDICTION_TEXTS: tuple[tuple[float, Text], ...] = (
    (28, say("median")),
    (112, say("50 % of virtual people")),
    (284, say("90 % of virtual people")),
)
_DOSE_TEXT: tuple[float, Text] = (436, say("a dose is taken"))


def draw_key(published: Sequence[Series], alkaloids: Sequence[str], data: Data, *, doses: bool) -> alt.LayerChart:
    """Explain the prediction in the first row, and one published study in each row below."""
    import altair as alt

    drawn = [
        (row, index, series)
        for row, (index, series) in enumerate(
            ((index, series) for index, series in enumerate(published) if any(map(series.of, alkaloids))), start=1
        )
    ]
    texts = [*_PREDICTION_TEXTS, *([_DOSE_TEXT] if doses else [])]
    rows: list[Row] = [{"x": x, "y": _ROW / 2, "text": text} for x, text in texts]
    rows += [{"x": 46, "y": _row_y(row), "text": _study_in_words(series)} for row, _, series in drawn]
    letters: list[Row] = [{"x": 28, "y": _row_y(row), "text": series.letter} for row, _, series in drawn]
    marks: list[Row] = [{"x": 11, "y": _row_y(row), **point_style(index, series)} for row, index, series in drawn]
    x, y, text = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None), alt.Text("text:N")
    layers = [
        *_prediction_marks(data, doses),
        alt.Chart(data.add(rows)).mark_text(align="left", color=INK, limit=WIDTH - 46).encode(x=x, y=y, text=text),
    ]
    if drawn:
        bold = alt.Chart(data.add(letters)).mark_text(align="left", color=INK, fontWeight="bold")
        layers += [draw_points(alt.Chart(data.add(marks)), 34).encode(x=x, y=y), bold.encode(x=x, y=y, text=text)]
    return alt.LayerChart(layer=layers, width=WIDTH, height=_ROW * (len(drawn) + 1))


def _row_y(row: int) -> float:
    return _ROW * (row + 0.5)


def _study_in_words(series: Series) -> Text:
    if series.matches_product:
        return series.label
    return say("{study} (another kind of product)", study=series.label)


def _prediction_marks(data: Data, doses: bool) -> list[alt.Chart]:
    import altair as alt

    one, middle = alt.Chart(data.add([{}])), _ROW / 2
    median, half, most = (x for x, _ in _PREDICTION_TEXTS)
    line = one.mark_rule(color=MEDIAN, strokeWidth=2).encode(**pixels(x=median - 28, x2=median - 6, y=middle))
    swatches = [
        one.mark_rect(color=colour, height=11, width=22).encode(**pixels(x=x - 17, y=middle))
        for colour, x in ((BAND_50, half), (BAND_90, most))
    ]
    foot = one.mark_rule(color=INK).encode(**pixels(x=_DOSE_TEXT[0] - 7, y=5, y2=12))
    return [line, *swatches, *([foot] if doses else [])]
