"""One panel of blood levels: bands, doses, and published points beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.curves import QUANTILES, Levels
from ketum.report.figure import Data, Row
from ketum.report.look import BAND_50, BAND_90, INK, MEASURED, MEDIAN, SHAPES, WIDTH, pixels, row_title
from ketum.report.series import Series
from ketum.writing.names import capital
from ketum.writing.numbers import is_finite
from ketum.writing.texts import NOTHING, Text, commas, say, term

if TYPE_CHECKING:
    import altair as alt

DAY = 24.0
_LONG_RUN = 3 * DAY
_MOST_DOSE_MARKS = 120
_PANEL_HEIGHT = 120
_Y_LABELS = 42
_HEADROOM = 1.04
_STEPS = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 7 * 24, 14 * 24, 28 * 24)
"""Between ticks, in hours."""


@dataclass(frozen=True)
class Window:
    """A stretch of time to draw, in hours since the first dose."""

    start: float
    end: float
    words: Text = NOTHING

    def holds(self, time: float) -> bool:
        """Say whether `time` lies in it."""
        return self.start <= time <= self.end


@dataclass(frozen=True)
class Panel:
    """What one panel shows."""

    curves: Levels
    window: Window
    published: tuple[Series, ...]
    dose_times: tuple[float, ...]
    top: float
    width: int = WIDTH
    # Panels above and to the right share the scales of those with labels.
    lowest: bool = True
    leftmost: bool = True
    # In a run of weeks the points of one day are a speck; their ranges and letters stand in the close-up.
    specks: bool = False

    @property
    def hours_per_tick(self) -> float:
        """The unit of its time axis: hours, or days of a long run."""
        return DAY if self.window.end - self.window.start > _LONG_RUN else 1.0


def draw_panel(panel: Panel, data: Data) -> alt.LayerChart:
    """Draw one panel; its rows go to `data`."""
    import altair as alt

    x = _time_axis(panel)
    low, quarter, median = (_level_axis(name, panel) for name in ("p05", "p25", "p50"))
    bands = alt.Chart(data.add(_rows(panel)))
    layers: list[alt.Chart] = [
        bands.mark_area(color=BAND_90).encode(x=x, y=low, y2=alt.Y2("p95")),
        bands.mark_area(color=BAND_50).encode(x=x, y=quarter, y2=alt.Y2("p75")),
        bands.mark_line(color=MEDIAN, strokeWidth=1.4).encode(x=x, y=median),
        *_dose_marks(panel, x, data),
        *_measured(panel, x, data),
    ]
    heading = commas((capital(term(panel.curves.alkaloid)), panel.window.words))
    # A close-up stands under the whole run, which has already said how sure the curve is.
    title = row_title(heading, "" if panel.window.words else panel.curves.certainty_note)
    return alt.LayerChart(layer=layers, width=panel.width, height=_PANEL_HEIGHT, title=title)


def _time_axis(panel: Panel) -> alt.X:
    import altair as alt

    unit = panel.hours_per_tick
    start, end = panel.window.start / unit, panel.window.end / unit
    ticks = [hour / unit for hour in _ticks(panel.window.start, panel.window.end, panel.width // 40)]
    axis = {"values": ticks, "format": "~f", "labels": panel.lowest}
    since = say("days since the first dose") if unit == DAY else say("hours since the first dose")
    title = since if panel.lowest else None
    return alt.X("time:Q", scale={"domain": [start, end], "nice": False}, axis=axis | {"title": title})


def _ticks(start: float, end: float, most: int) -> list[float]:
    """Give hours at round steps of a clock or a calendar, where decimal ones would cut days and hours in odd places."""
    span = max(end - start, 1e-9)
    step = next((step for step in _STEPS if span / step <= most), span / most)
    first = int(np.ceil(start / step - 1e-9))
    return [step * place for place in range(first, int(np.floor(end / step + 1e-9)) + 1)]


def _level_axis(column: str, panel: Panel) -> alt.Y:
    import altair as alt

    title = "ng/mL" if panel.leftmost else None
    axis = {"title": title, "tickCount": 4, "labels": panel.leftmost}
    margin = {"minExtent": _Y_LABELS, "maxExtent": _Y_LABELS} if panel.leftmost else {}
    return alt.Y(f"{column}:Q", scale={"domain": [0, panel.top], "nice": True}, axis=axis | margin)


def _rows(panel: Panel) -> list[Row]:
    columns = {name: np.round(getattr(panel.curves, name), 5).tolist() for name in QUANTILES}
    columns["time"] = np.round(panel.curves.time_h / panel.hours_per_tick, 5).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def marks_doses(times: Sequence[float]) -> bool:
    """Say whether doses are marked: there are some, and not so many that the marks would run together."""
    return 0 < len(times) <= _MOST_DOSE_MARKS


def _dose_marks(panel: Panel, x: alt.X, data: Data) -> list[alt.Chart]:
    import altair as alt

    inside = [time / panel.hours_per_tick for time in panel.dose_times if panel.window.holds(time)]
    if not marks_doses(inside):
        return []
    feet = alt.Chart(data.add([{"time": time} for time in inside]))
    return [feet.mark_rule(color=INK).encode(x=x, **pixels(y=_PANEL_HEIGHT - 6, y2=_PANEL_HEIGHT))]


def _measured(panel: Panel, x: alt.X, data: Data) -> list[alt.Chart]:
    """Published points: a thin dotted line a study, ranges, marks, and each study's letter at its highest."""
    import altair as alt

    studies = [rows for index, series in enumerate(panel.published) if (rows := _measured_rows(panel, series, index))]
    if not studies:
        return []
    points = alt.Chart(data.add([row for rows in studies for row in rows]))
    value, low = _level_axis("value", panel), _level_axis("low", panel)
    marks = draw_points(points, 12 if panel.specks else 34).encode(x=x, y=value)
    if panel.specks:
        return [marks]
    return [
        points.mark_rule(color=MEASURED, strokeWidth=0.8).encode(x=x, y=low, y2=alt.Y2("high")),
        points.mark_line(color=MEASURED, strokeWidth=0.8, strokeDash=[1, 3]).encode(
            x=x, y=value, detail=alt.Detail("letter:N")
        ),
        marks,
        *_letters(panel, studies, x, data),
    ]


def _letters(panel: Panel, studies: Sequence[list[Row]], x: alt.X, data: Data) -> list[alt.Chart]:
    """Each study's letter beside its highest point: left and right by turns, as studies often peak together."""
    import altair as alt

    peaks = [max(rows, key=lambda row: float(row["value"])) for rows in studies]
    peaks.sort(key=lambda row: float(row["time"]))
    left = peaks[:-1:2]
    layers: list[alt.Chart] = []
    for side, some in ((-1, left), (1, [row for row in peaks if row not in left])):
        if not some:
            continue
        letter = alt.Chart(data.add(some)).encode(x=x, y=_level_axis("value", panel), text=alt.Text("letter:N"))
        halo = letter.mark_text(stroke="#ffffff", strokeWidth=3, fontWeight="bold", dx=9 * side, dy=-7)
        layers += [halo, letter.mark_text(color=INK, fontWeight="bold", dx=9 * side, dy=-7)]
    return layers


def _measured_rows(panel: Panel, series: Series, index: int) -> list[Row]:
    return [
        {
            "time": level.time_h / panel.hours_per_tick,
            "value": level.value,
            "low": _or(level.low, level.value),
            "high": _or(level.high, level.value),
            **point_style(index, series),
        }
        for level in series.of(panel.curves.alkaloid)
        if panel.window.holds(level.time_h)
    ]


def point_style(index: int, series: Series) -> Row:
    """Fill the mark where the study gave this kind of product, and leave it hollow where it did not."""
    return {
        "letter": series.letter,
        "shape": SHAPES[index % len(SHAPES)],
        "fill": MEASURED if series.matches_product else "#ffffff",
    }


def draw_points(chart: alt.Chart, size: int) -> alt.Chart:
    """Mark published points, each with the shape and the fill that its row names."""
    import altair as alt

    marks: alt.Chart = chart.mark_point(size=size, opacity=1, stroke=MEASURED, strokeWidth=1.2)
    return marks.encode(
        shape=alt.Shape("shape:N", scale=None, legend=None), fill=alt.Fill("fill:N", scale=None, legend=None)
    )


def top_of(parts: Sequence[Levels], windows: Sequence[Window], published: Sequence[Series]) -> float:
    """Find the upper end of a scale that holds the widest band and every published range."""
    measured = [
        _or(level.high, level.value)
        for series in published
        for level in series.of(parts[0].alkaloid)
        if any(window.holds(level.time_h) for window in windows)
    ]
    highest = max(*measured, *(float(part.p95.max()) for part in parts), 0.0)
    return _HEADROOM * highest or 1.0


def _or(value: float | None, other: float) -> float:
    return value if value is not None and is_finite(value) else other
