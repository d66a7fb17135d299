"""Blood levels: the predicted bands, and the published levels beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ketum.answers.content import Answer
from ketum.answers.curves import Levels
from ketum.answers.thin import POINTS_PER_PANEL, between, thin
from ketum.report.figure import Data, Figure
from ketum.report.levels_key import draw_key
from ketum.report.levels_panel import DAY, Panel, Window, draw_panel, marks_doses, top_of
from ketum.report.levels_words import levels_in_words, stretches_in_words
from ketum.report.look import LOOK, WIDTH
from ketum.report.series import Series, series_of
from ketum.writing.numbers import is_finite, number
from ketum.writing.texts import NOTHING, say, sentences

if TYPE_CHECKING:
    import altair as alt

_GAP = 32


def levels_figure(report: Answer) -> Figure | None:
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
        draw_panel(
            Panel(
                curves=curves,
                window=whole,
                published=published,
                dose_times=report.dose_times_h,
                top=top_of([curves], [whole], published),
                lowest=curves is drawn[-1],
                specks=specks,
            ),
            data,
        )
        for curves in drawn
    ]
    key = draw_key(published, [curves.alkaloid for curves in drawn], data, doses=marks_doses(report.dose_times_h))
    return Figure(
        name="levels",
        chart=alt.vconcat(*panels, key, spacing=12, config=LOOK),
        data=data.rows,
        title=say("Blood levels over the whole run"),
        caption=say(
            "Predicted concentration in plasma; each panel has its own scale. Half of the virtual people lie in the dark band, nine of ten in the light one. The bands hold everything that varies or is not known: people, product, and gaps in the evidence."
        ),
        alternative=levels_in_words(drawn, published),
    )


def close_up_figure(report: Answer) -> Figure | None:
    """Draw the first and the last stretch of repeated dosing; None for a single dose or a short run."""
    import altair as alt

    stretches, drawn = close_up_windows(report), _drawable(report.levels)
    if not stretches or not drawn:
        return None
    published = series_of(report.published)
    first, last = stretches
    data = Data()
    rows = _close_up_rows(report, stretches, published, data)
    key = draw_key(published, [curves.alkaloid for curves in drawn], data, doses=True)
    return Figure(
        name="levels-close-up",
        chart=alt.vconcat(*rows, key, spacing=12, config=LOOK),
        data=data.rows,
        title=say("Close up: the {first} and the {last}", first=first.words, last=last.words),
        caption=sentences(
            say(
                "Left and right share one scale, so the change from the first day to the last can be read off. Published levels come from the doses their labels name, not from this case."
            ),
            say("What is said above on how sure each curve is holds here too.") if _notes(drawn) else NOTHING,
        ),
        alternative=sentences(*(stretches_in_words(curves, stretches) for curves in drawn)),
    )


def close_up_windows(report: Answer) -> tuple[Window, ...]:
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
    hours = number(span)
    return (
        Window(doses[0], doses[0] + span, say("first {hours} hours", hours=hours)),
        Window(last_end - span, last_end, say("last {hours} hours of dosing", hours=hours)),
    )


def _notes(levels: Sequence[Levels]) -> bool:
    return any(curves.certainty_note for curves in levels)


def _drawable(levels: Sequence[Levels], most: int = POINTS_PER_PANEL) -> tuple[Levels, ...]:
    return tuple(curves for curves in (thin(whole, most) for whole in levels) if len(curves.time_h) > 1)


def _close_up_rows(
    report: Answer, stretches: Sequence[Window], published: tuple[Series, ...], data: Data
) -> list[alt.HConcatChart]:
    import altair as alt

    rows = []
    for whole in report.levels:
        parts = _drawable([between(whole, window.start, window.end) for window in stretches], POINTS_PER_PANEL // 2)
        if len(parts) < len(stretches):
            continue
        top = top_of(parts, stretches, published)
        panels = [
            draw_panel(
                Panel(
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
