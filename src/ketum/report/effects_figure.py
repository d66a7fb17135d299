"""Drawings from receptor to relief: bands over time, the yardstick of other care, and withdrawal after stopping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.content import Answer
from ketum.answers.curves import QUANTILES, Levels
from ketum.answers.effects import Yardstick
from ketum.answers.stopping import ScorePoint, Withdrawal, scale
from ketum.answers.thin import thin
from ketum.report.figure import Data, Figure, Row
from ketum.report.look import BAND_50, BAND_90, INK, LOOK, MEASURED, MEDIAN, WIDTH, pixels, row_title
from ketum.writing.numbers import interval, number
from ketum.writing.texts import Text, say, sentences, term

if TYPE_CHECKING:
    import altair as alt

_LABELS = 330
_ROW = 22
_PANEL = 100
_POINTS = 420


def receptor_figure(answer: Answer) -> Figure | None:
    """Draw receptors taken and responsiveness left, over the run."""
    import altair as alt

    if answer.effects is None or not answer.effects.curves:
        return None
    curves = [thin(one, _POINTS) for one in answer.effects.curves]
    data = Data()
    end = max(float(one.time_h[-1]) for one in curves)
    unit = 24.0 if end > 72 else 1.0
    panels = [_bands(one, unit, data, lowest=one is curves[-1]) for one in curves]
    return Figure(
        name="receptors",
        chart=alt.vconcat(*panels, _key(data), spacing=12, config=LOOK),
        data=data.rows,
        title=say("At the receptor"),
        caption=say(
            "Share of mu-opioid receptors that are taken, and how much of their first effect is left. Half of the virtual people lie in the dark band, nine of ten in the light one; nearly all of the width is not knowing."
        ),
        alternative=sentences(*map(_in_words, curves)),
    )


def _in_words(one: Levels) -> Text:
    at = int(np.argmax(one.p95))
    return say(
        "{what}: median between {least} and {most} percent; where it is widest, nine of ten lie at {interval} percent.",
        what=term(one.alkaloid),
        least=number(one.p50.min()),
        most=number(one.p50.max()),
        interval=interval(one.p05[at], one.p95[at]),
    )


def _since_the_first(unit: float) -> Text:
    return say("days since the first dose") if unit > 1 else say("hours since the first dose")


def _bands(one: Levels, unit: float, data: Data, *, lowest: bool) -> alt.LayerChart:
    import altair as alt

    columns = {name: np.round(getattr(one, name), 4).tolist() for name in QUANTILES}
    columns["time"] = np.round(one.time_h / unit, 4).tolist()
    rows: list[Row] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    end = columns["time"][-1]
    x = alt.X(
        "time:Q",
        scale={"domain": [0, end], "nice": False},
        axis={
            "title": _since_the_first(unit) if lowest else None,
            "labels": lowest,
            "tickCount": 12,
        },
    )
    base = alt.Chart(data.add(rows))

    def y(name: str) -> alt.Y:
        return alt.Y(
            f"{name}:Q",
            scale={"domain": [0, 100]},
            axis={"title": "%", "values": [0, 25, 50, 75, 100], "minExtent": 42, "maxExtent": 42},
        )

    layers = [
        base.mark_area(color=BAND_90).encode(x=x, y=y("p05"), y2=alt.Y2("p95")),
        base.mark_area(color=BAND_50).encode(x=x, y=y("p25"), y2=alt.Y2("p75")),
        base.mark_line(color=MEDIAN, strokeWidth=1.4).encode(x=x, y=y("p50")),
    ]
    return alt.LayerChart(layer=layers, width=WIDTH, height=_PANEL, title=row_title(term(one.alkaloid)))


def _key(data: Data) -> alt.LayerChart:
    import altair as alt

    one = alt.Chart(data.add([{}]))
    layers: list[alt.Chart] = [one.mark_rule(color=MEDIAN, strokeWidth=2).encode(**pixels(x=0, x2=22, y=9))]
    for x, colour in ((95, BAND_50), (267, BAND_90)):
        layers.append(one.mark_rect(color=colour, height=11, width=22).encode(**pixels(x=x, y=9)))
    for x, text in ((28, say("median")), (112, say("50 % of virtual people")), (284, say("90 % of virtual people"))):
        layers.append(one.mark_text(text=text, align="left", color=INK).encode(**pixels(x=x, y=9)))
    return alt.LayerChart(layer=layers, width=WIDTH, height=18)


def relief_figure(answer: Answer) -> Figure | None:
    """Draw the computed relief beside what other care gave in trials."""
    import altair as alt

    if answer.effects is None:
        return None
    rows = answer.effects.yardstick
    data = Data()
    top = max(3.0, *(row.high for row in rows))
    drawn: list[Row] = [
        {
            "what": row.label,
            "value": row.points,
            "low": row.low,
            "high": row.high,
            "colour": MEDIAN if row.kind == "computed" else MEASURED,
            "fill": "#ffffff" if row.kind == "computed" else MEASURED,
        }
        for row in rows
    ]
    order = [str(row["what"]) for row in drawn]
    axis = {"title": None, "ticks": False, "minExtent": _LABELS, "maxExtent": _LABELS, "labelLimit": _LABELS}
    base = alt.Chart(data.add(drawn)).encode(y=alt.Y("what:N", sort=order, axis=axis))
    scale = {"domain": [0, top], "nice": False}
    x = alt.X("value:Q", scale=scale, axis={"title": say("points of pain less, on the scale of 0 to 10"), "grid": True})
    colour = alt.Color("colour:N", scale=None, legend=None)
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2=alt.X2("high"), color=colour),
        base.mark_point(size=55, opacity=1, strokeWidth=1.6).encode(
            x=x,
            stroke=alt.Stroke("colour:N", scale=None, legend=None),
            fill=alt.Fill("fill:N", scale=None, legend=None),
        ),
    ]
    panel = alt.LayerChart(layer=layers, width=WIDTH + 42 - _LABELS, height=_ROW * len(drawn))
    return Figure(
        name="relief",
        chart=alt.vconcat(panel, config=LOOK),
        data=data.rows,
        title=say("Relief beside a yardstick"),
        caption=say(
            "Hollow: computed, as if kratom relieved chronic pain like opioids with the same receptor effect; no trial in chronic pain exists. Filled: measured. Controls differ between rows, so they do not rank each other; a placebo and time alone move pain too. About 2 points are a change that matters to people."
        ),
        alternative=sentences(*map(_relief_in_words, rows)),
    )


def _relief_in_words(row: Yardstick) -> Text:
    return say(
        "{label}: {points} points, {interval}.",
        label=row.label,
        points=number(row.points),
        interval=interval(row.low, row.high),
    )


def withdrawal_figure(answer: Answer) -> Figure | None:
    """Draw the withdrawal score after the last dose beside what was measured."""
    import altair as alt

    stop = answer.withdrawal
    if stop is None:
        return None
    data = Data()
    top = max(30.0, *(point.p95 for point in stop.points))
    chart = alt.LayerChart(layer=_score_layers(stop, data, top), width=WIDTH, height=150)
    key = _score_key(stop, data)
    return Figure(
        name="withdrawal",
        chart=alt.vconcat(chart, key, spacing=12, config=LOOK),
        data=data.rows,
        title=say("After the last dose of the run: withdrawal"),
        caption=sentences(
            scale(),
            say(
                "Line and band: median and nine of ten virtual people. Marks: measured, with one standard deviation; when the right one was felt is not stated."
            ),
        ),
        alternative=sentences(*map(_point_in_words, stop.points[::2])),
    )


def _point_in_words(point: ScorePoint) -> Text:
    return say(
        "After {hours} hours: {median} points, {interval}.",
        hours=number(point.hours),
        median=number(point.median),
        interval=interval(point.p05, point.p95),
    )


def _score_layers(stop: Withdrawal, data: Data, top: float) -> Sequence[alt.Chart]:
    import altair as alt

    rows: list[Row] = [
        {"day": point.hours / 24, "low": point.p05, "mid": point.median, "high": point.p95} for point in stop.points
    ]
    end = rows[-1]["day"]
    x = alt.X(
        "day:Q",
        scale={"domain": [0, float(end) + 0.4], "nice": False},
        axis={"title": say("days since the last dose"), "tickCount": 14},
    )
    scale = {"domain": [0, top], "nice": True}
    axis = {"title": say("points"), "tickCount": 5, "minExtent": 42, "maxExtent": 42}
    band = alt.Chart(data.add(rows))
    anchors: list[Row] = [
        {
            "day": float(end) if anchor.hours is None else anchor.hours / 24,
            "low": anchor.low,
            "mid": anchor.value,
            "high": anchor.high,
            "text": letter,
            "fill": "#ffffff" if anchor.hours is None else MEASURED,
        }
        for letter, anchor in zip("AB", stop.anchors, strict=True)
    ]
    marks = alt.Chart(data.add(anchors))
    letter = marks.encode(x=x, y=alt.Y("mid:Q", scale=scale), text=alt.Text("text:N"))
    return [
        band.mark_area(color=BAND_90).encode(x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2=alt.Y2("high")),
        band.mark_line(color=MEDIAN, strokeWidth=1.4).encode(x=x, y=alt.Y("mid:Q", scale=scale)),
        marks.mark_rule(color=MEASURED).encode(x=x, y=alt.Y("low:Q", scale=scale), y2=alt.Y2("high")),
        marks.mark_point(size=40, opacity=1, stroke=MEASURED, strokeWidth=1.4).encode(
            x=x, y=alt.Y("mid:Q", scale=scale), fill=alt.Fill("fill:N", scale=None, legend=None)
        ),
        letter.mark_text(stroke="#ffffff", strokeWidth=3, fontWeight="bold", dx=10, dy=-7),
        letter.mark_text(color=INK, fontWeight="bold", dx=10, dy=-7),
    ]


def _score_key(stop: Withdrawal, data: Data) -> alt.LayerChart:
    """Say what the letters stand for, one a row."""
    import altair as alt

    rows: list[Row] = [
        {"x": 28, "y": 9 + 17 * row, "text": Text("{letter}  {label}", {"letter": letter, "label": anchor.label})}
        for row, (letter, anchor) in enumerate(zip("AB", stop.anchors, strict=True))
    ]
    marks: list[Row] = [
        {"x": 11, "y": 9 + 17 * row, "fill": "#ffffff" if anchor.hours is None else MEASURED}
        for row, anchor in enumerate(stop.anchors)
    ]
    x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
    fill = alt.Fill("fill:N", scale=None, legend=None)
    points = alt.Chart(data.add(marks)).mark_point(size=40, opacity=1, stroke=MEASURED, strokeWidth=1.4)
    words = alt.Chart(data.add(rows)).mark_text(align="left", color=INK).encode(x=x, y=y, text=alt.Text("text:N"))
    return alt.LayerChart(layer=[points.encode(x=x, y=y, fill=fill), words], width=WIDTH, height=17 * len(rows))
