"""The section on interactions: its table, and the figure of the enzymes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketum.answers.interactions import YARDSTICK, EnzymeBand, Interactions
from ketum.evidence import fact
from ketum.medicine.taken import SPELT
from ketum.report.figure import Data, Figure, Row
from ketum.report.look import BAND_90, LOOK, MEDIAN, WIDTH, row_title
from ketum.sizes import Interval
from ketum.writing.numbers import interval, number

if TYPE_CHECKING:
    import altair as alt

DAY = 24.0
_PANEL_HEIGHT = 90
PLACES = {"gut": "Gut wall", "liver": "Liver"}


def table(found: Interactions) -> list[dict[str, object]]:
    """Lay the sizes out for the page."""
    return [
        {
            "medicine": SPELT.get(one.medicine, one.medicine) + " (as a yardstick)" * (one.medicine == YARDSTICK),
            "what": f"{one.quantity} by way of {one.enzyme}",
            "who": "kratom changes it" if one.role == "victim" else "it changes kratom",
            "ratio": ratio(one.ratio),
            "after": ratio(one.after_stopping) if one.after_stopping else "",
            "method": one.method,
            "note": one.note,
            "facts": one.fact_ids,
        }
        for one in found.sizes
    ]


def studied() -> str:
    """Name the one study in people that stands behind every size."""
    seen = fact("ddi01")
    return f"{seen.details['object']} after one tea from {seen.details['precipitant_dose']}, × {number(seen.number())}"


def ratio(given: Interval) -> str:
    """Write a ratio: two figures are more than it deserves."""
    return f"× {number(given.median, 2)} ({interval(number(given.low, 2), number(given.high, 2))})"


def enzyme_figure(found: Interactions) -> Figure | None:
    """Draw active CYP3A of gut wall and liver; None where it was not worked out."""
    import altair as alt

    if not found.enzymes:
        return None

    data = Data()
    panels = [_panel(band, data) for band in found.enzymes]
    lowest = {band.place: min(band.p50) for band in found.enzymes}
    said = " ".join(f"{PLACES[place]}: at its lowest {number(least, 2)} of normal." for place, least in lowest.items())
    return Figure(
        name="enzymes",
        chart=alt.vconcat(*panels, spacing=10, config=LOOK),
        data=data.rows,
        title="Active CYP3A while kratom is taken, and in the week after",
        caption=(
            "CYP3A clears many medicines. Shown is what kratom does to it, without other medicines. Line: median of "
            "the virtual people; band: nine of ten. 1 is normal. Of long use only the last two weeks are shown. When "
            "kratom is stopped the enzyme comes back over days, and the level of such a medicine falls with it."
        ),
        alternative=said,
    )


def _panel(band: EnzymeBand, data: Data) -> alt.LayerChart:
    import altair as alt

    rows: list[Row] = [
        {"day": t / DAY, "low": low, "middle": middle, "high": high}
        for t, low, middle, high in zip(band.time_h, band.p05, band.p50, band.p95, strict=True)
    ]
    base = alt.Chart(data.add(rows)).encode(x=alt.X("day:Q", title="days", scale={"nice": False}))
    scale = {"domain": [0, max(1.05, max(band.p95))], "nice": False}
    axis = {"values": [0, 0.5, 1.0]}
    area = base.mark_area(color=BAND_90).encode(y=alt.Y("low:Q", scale=scale, axis=axis, title=None), y2="high:Q")
    line = base.mark_line(color=MEDIAN, strokeWidth=1.6).encode(y="middle:Q")
    return alt.LayerChart(layer=[area, line], width=WIDTH, height=_PANEL_HEIGHT, title=row_title(PLACES[band.place]))
