"""Blood levels: the predicted bands, and the published levels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.content import Report
from ketum.answers.curves import QUANTILES, Levels
from ketum.answers.thin import POINTS_PER_PANEL, between, thin
from ketum.report.figure import Data, Figure, Row
from ketum.report.look import BAND_50, BAND_90, INK, LOOK, MEASURED, MEDIAN, SHAPES, WIDTH, pixels, row_title
from ketum.report.series import Series, series_of
from ketum.writing.names import capital
from ketum.writing.numbers import interval, is_finite, number

if TYPE_CHECKING:
    import altair as alt

DAY = 24.0
_LONG_RUN = 3 * DAY
_MOST_DOSE_MARKS = 120
_PANEL_HEIGHT = 120
_KEY_ROW = 17
_Y_LABELS = 42
_GAP = 32
_HEADROOM = 1.04
_STEPS = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 7 * 24, 14 * 24, 28 * 24)
_PREDICTION_TEXTS: tuple[tuple[float, str], ...] = (
    (28, "median"),
    (112, "50 % of virtual people"),
    (284, "90 % of virtual people"),
)
_DOSE_TEXT: tuple[float, str] = (436, "a dose is taken")


@dataclass(frozen=True)
class Window:
    """A stretch of time to draw, in hours since the first dose."""

    start: float
    end: float
    words: str = ""

    def holds(self, time: float) -> bool:
        """Say whether `time` lies in it."""
        return self.start <= time <= self.end


@dataclass(frozen=True)
class _Panel:
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
        return DAY if self.window.end - self.window.start > _LONG_RUN else 1.0


def levels_figure(report: Report) -> Figure | None:
    """Draw the whole run, one panel an alkaloid; None where no level is known."""
    import altair as alt

    drawn = _drawable(report.levels)
    if not drawn:
        return None
    whole = Window(min(float(c.time_h[0]) for c in drawn), max(float(c.time_h[-1]) for c in drawn))
    published = series_of(report.published)
    specks = bool(close_up_windows(report))
    data = Data()
    panels = [
        _draw(
            _Panel(
                curves=curves,
                window=whole,
                published=published,
                dose_times=report.dose_times_h,
                top=_top([curves], [whole], published),
                lowest=curves is drawn[-1],
                specks=specks,
            ),
            data,
        )
        for curves in drawn
    ]
    key = _key(published, [curves.alkaloid for curves in drawn], data, doses=_marks_doses(report.dose_times_h))
    return Figure(
        name="levels",
        chart=alt.vconcat(*panels, key, spacing=12, config=LOOK),
        data=data.rows,
        title="Blood levels over the whole run",
        caption=(
            "Predicted concentration in plasma; each panel has its own scale. Half of the virtual people lie in the "
            "dark band, nine of ten in the light one. The bands hold everything that varies or is not known: people, "
            "product, and gaps in the evidence."
        ),
        alternative=_levels_in_words(drawn, published),
    )


def close_up_figure(report: Report) -> Figure | None:
    """Draw the first and the last stretch of repeated dosing; None for a single dose or a short run."""
    import altair as alt

    stretches, drawn = close_up_windows(report), _drawable(report.levels)
    if not stretches or not drawn:
        return None
    published = series_of(report.published)
    first, last = stretches
    data = Data()
    rows = _close_up_rows(report, stretches, published, data)
    key = _key(published, [curves.alkaloid for curves in drawn], data, doses=True)
    return Figure(
        name="levels-close-up",
        chart=alt.vconcat(*rows, key, spacing=12, config=LOOK),
        data=data.rows,
        title=f"Close up: the {first.words} and the {last.words}",
        caption=(
            "Left and right share one scale, so the change from the first day to the last can be read off. Published "
            "levels come from the doses their labels name, not from this case."
            + (" What is said above on how sure each curve is holds here too." if _notes(drawn) else "")
        ),
        alternative=" ".join(_stretches_in_words(curves, stretches) for curves in drawn),
    )


def close_up_windows(report: Report) -> tuple[Window, ...]:
    """Find the first and the last 24 hours of dosing, or dosing intervals where those are longer.

    The last stretch ends where the next dose would have come, so that days after the last dose do not hide the
    steady state. One dose, or a run that shows it all anyway, has none.
    """
    doses = sorted(time for time in report.dose_times_h if is_finite(time))
    end = max((float(curves.time_h[-1]) for curves in _drawable(report.levels)), default=0.0)
    if len(doses) < 2 or end <= 2 * DAY:
        return ()
    span = max(DAY, doses[1] - doses[0])
    last_end = min(end, 2 * doses[-1] - doses[-2])
    if last_end - span < doses[0] + span:
        return ()
    words = f"{number(span)} hours"
    return (
        Window(doses[0], doses[0] + span, f"first {words}"),
        Window(last_end - span, last_end, f"last {words} of dosing"),
    )


def _notes(levels: Sequence[Levels]) -> bool:
    return any(curves.certainty_note for curves in levels)


def _drawable(levels: Sequence[Levels], most: int = POINTS_PER_PANEL) -> tuple[Levels, ...]:
    return tuple(curves for curves in (thin(whole, most) for whole in levels) if len(curves.time_h) > 1)


def _close_up_rows(
    report: Report, stretches: Sequence[Window], published: tuple[Series, ...], data: Data
) -> list[alt.HConcatChart]:
    import altair as alt

    rows = []
    for whole in report.levels:
        parts = _drawable([between(whole, window.start, window.end) for window in stretches], POINTS_PER_PANEL // 2)
        if len(parts) < len(stretches):
            continue
        top = _top(parts, stretches, published)
        panels = [
            _draw(
                _Panel(
                    curves=part,
                    window=window,
                    published=published,
                    dose_times=report.dose_times_h,
                    top=top,
                    width=(WIDTH - _GAP) // 2,
                    lowest=whole is report.levels[-1],
                    leftmost=window is stretches[0],
                ),
                data,
            )
            for part, window in zip(parts, stretches, strict=True)
        ]
        rows.append(alt.hconcat(*panels, spacing=_GAP, bounds="flush"))
    return rows


# ------------------------------------------------------------------------------------------------ one panel


def _draw(panel: _Panel, data: Data) -> alt.LayerChart:
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
    heading = ", ".join(text for text in (capital(panel.curves.alkaloid), panel.window.words) if text)
    # A close-up stands under the whole run, which has already said how sure the curve is.
    title = row_title(heading, "" if panel.window.words else panel.curves.certainty_note)
    return alt.LayerChart(layer=layers, width=panel.width, height=_PANEL_HEIGHT, title=title)


def _time_axis(panel: _Panel) -> alt.X:
    import altair as alt

    unit = panel.hours_per_tick
    start, end = panel.window.start / unit, panel.window.end / unit
    axis = {"values": _ticks(start, end, panel.width // 40), "format": "~f", "labels": panel.lowest}
    title = f"{'days' if unit == DAY else 'hours'} since the first dose" if panel.lowest else None
    return alt.X("time:Q", scale={"domain": [start, end], "nice": False}, axis=axis | {"title": title})


def _ticks(start: float, end: float, most: int) -> list[float]:
    """Round steps of a clock or a calendar, where decimal ones would cut days and hours in odd places."""
    span = max(end - start, 1e-9)
    step = next((step for step in _STEPS if span / step <= most), span / most)
    first = int(np.ceil(start / step - 1e-9))
    return [step * place for place in range(first, int(np.floor(end / step + 1e-9)) + 1)]


def _level_axis(column: str, panel: _Panel) -> alt.Y:
    import altair as alt

    title = "ng/mL" if panel.leftmost else None
    axis = {"title": title, "tickCount": 4, "labels": panel.leftmost}
    margin = {"minExtent": _Y_LABELS, "maxExtent": _Y_LABELS} if panel.leftmost else {}
    return alt.Y(f"{column}:Q", scale={"domain": [0, panel.top], "nice": True}, axis=axis | margin)


def _rows(panel: _Panel) -> list[Row]:
    columns = {name: np.round(getattr(panel.curves, name), 5).tolist() for name in QUANTILES}
    columns["time"] = np.round(panel.curves.time_h / panel.hours_per_tick, 5).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _marks_doses(times: Sequence[float]) -> bool:
    return 0 < len(times) <= _MOST_DOSE_MARKS


def _dose_marks(panel: _Panel, x: alt.X, data: Data) -> list[alt.Chart]:
    import altair as alt

    inside = [time / panel.hours_per_tick for time in panel.dose_times if panel.window.holds(time)]
    if not _marks_doses(inside):
        return []
    feet = alt.Chart(data.add([{"time": time} for time in inside]))
    return [feet.mark_rule(color=INK).encode(x=x, **pixels(y=_PANEL_HEIGHT - 6, y2=_PANEL_HEIGHT))]


def _measured(panel: _Panel, x: alt.X, data: Data) -> list[alt.Chart]:
    """Published points: a thin dotted line a study, ranges, marks, and each study's letter at its highest."""
    import altair as alt

    studies = [rows for index, series in enumerate(panel.published) if (rows := _measured_rows(panel, series, index))]
    if not studies:
        return []
    points = alt.Chart(data.add([row for rows in studies for row in rows]))
    value, low = _level_axis("value", panel), _level_axis("low", panel)
    marks = _points(points, 12 if panel.specks else 34).encode(x=x, y=value)
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


def _letters(panel: _Panel, studies: Sequence[list[Row]], x: alt.X, data: Data) -> list[alt.Chart]:
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


def _measured_rows(panel: _Panel, series: Series, index: int) -> list[Row]:
    return [
        {
            "time": level.time_h / panel.hours_per_tick,
            "value": level.value,
            "low": _or(level.low, level.value),
            "high": _or(level.high, level.value),
            **_point_style(index, series),
        }
        for level in series.of(panel.curves.alkaloid)
        if panel.window.holds(level.time_h)
    ]


def _point_style(index: int, series: Series) -> Row:
    """Fill the mark where the study gave this kind of product, and leave it hollow where it did not."""
    return {
        "letter": series.letter,
        "shape": SHAPES[index % len(SHAPES)],
        "fill": MEASURED if series.matches_product else "#ffffff",
    }


def _points(chart: alt.Chart, size: int) -> alt.Chart:
    import altair as alt

    marks: alt.Chart = chart.mark_point(size=size, opacity=1, stroke=MEASURED, strokeWidth=1.2)
    return marks.encode(
        shape=alt.Shape("shape:N", scale=None, legend=None), fill=alt.Fill("fill:N", scale=None, legend=None)
    )


def _top(parts: Sequence[Levels], windows: Sequence[Window], published: Sequence[Series]) -> float:
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


# ------------------------------------------------------------------------------------------------ the key


def _key(published: Sequence[Series], alkaloids: Sequence[str], data: Data, *, doses: bool) -> alt.LayerChart:
    """Explain the prediction in the first row, and one published study in each row below."""
    import altair as alt

    drawn = [
        (row, index, series)
        for row, (index, series) in enumerate(
            ((index, series) for index, series in enumerate(published) if any(map(series.of, alkaloids))), start=1
        )
    ]
    texts = [*_PREDICTION_TEXTS, *([_DOSE_TEXT] if doses else [])]
    rows: list[Row] = [{"x": x, "y": _KEY_ROW / 2, "text": text} for x, text in texts]
    rows += [{"x": 46, "y": _row_y(row), "text": _study_in_words(series)} for row, _, series in drawn]
    letters: list[Row] = [{"x": 28, "y": _row_y(row), "text": series.letter} for row, _, series in drawn]
    marks: list[Row] = [{"x": 11, "y": _row_y(row), **_point_style(index, series)} for row, index, series in drawn]
    x, y, text = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None), alt.Text("text:N")
    layers = [
        *_prediction_marks(data, doses),
        alt.Chart(data.add(rows)).mark_text(align="left", color=INK, limit=WIDTH - 46).encode(x=x, y=y, text=text),
    ]
    if drawn:
        bold = alt.Chart(data.add(letters)).mark_text(align="left", color=INK, fontWeight="bold")
        layers += [_points(alt.Chart(data.add(marks)), 34).encode(x=x, y=y), bold.encode(x=x, y=y, text=text)]
    return alt.LayerChart(layer=layers, width=WIDTH, height=_KEY_ROW * (len(drawn) + 1))


def _row_y(row: int) -> float:
    return _KEY_ROW * (row + 0.5)


def _study_in_words(series: Series) -> str:
    return series.label + ("" if series.matches_product else " (another kind of product)")


def _prediction_marks(data: Data, doses: bool) -> list[alt.Chart]:
    import altair as alt

    one, middle = alt.Chart(data.add([{}])), _KEY_ROW / 2
    median, half, most = (x for x, _ in _PREDICTION_TEXTS)
    line = one.mark_rule(color=MEDIAN, strokeWidth=2).encode(**pixels(x=median - 28, x2=median - 6, y=middle))
    swatches = [
        one.mark_rect(color=colour, height=11, width=22).encode(**pixels(x=x - 17, y=middle))
        for colour, x in ((BAND_50, half), (BAND_90, most))
    ]
    foot = one.mark_rule(color=INK).encode(**pixels(x=_DOSE_TEXT[0] - 7, y=5, y2=12))
    return [line, *swatches, *([foot] if doses else [])]


# ------------------------------------------------------------------------------------------------ in words


def _levels_in_words(levels: Sequence[Levels], published: Sequence[Series]) -> str:
    studies = "; ".join(f"{series.letter}, {series.label}" for series in published)
    return " ".join(map(_curve_in_words, levels)) + (f" Published levels: {studies}." if studies else "")


def _curve_in_words(curves: Levels) -> str:
    peak = int(np.argmax(curves.p50))
    note = f" ({curves.certainty_note})" if curves.certainty_note else ""
    return (
        f"{capital(curves.alkaloid)}{note}: the median is highest, {number(curves.p50[peak])} ng/mL, "
        f"{number(curves.time_h[peak])} hours after the first dose; 90 % of people then lie at "
        f"{interval(curves.p05[peak], curves.p95[peak])} ng/mL."
    )


def _stretches_in_words(curves: Levels, stretches: Sequence[Window]) -> str:
    parts = [(window, between(curves, window.start, window.end)) for window in stretches]
    said = [
        f"{number(part.p50.min())} and {number(part.p50.max())} ng/mL in the {window.words}"
        for window, part in parts
        if len(part.time_h)
    ]
    return f"{capital(curves.alkaloid)}: the median moves between {', and between '.join(said)}." if said else ""
