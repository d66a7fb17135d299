"""The section on interactions: its table, and the figure of the enzymes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketum.answers.interactions import YARDSTICK, EnzymeBand, Interactions
from ketum.evidence import fact
from ketum.medicine.taken import SPELT
from ketum.report.figure import Data, Figure, Row
from ketum.report.look import BAND_90, LOOK, MEDIAN, WIDTH, row_title
from ketum.sizes import Interval
from ketum.writing.lists import listed
from ketum.writing.numbers import interval, number
from ketum.writing.texts import NOTHING, Text, say, sentences, term

if TYPE_CHECKING:
    import altair as alt

DAY = 24.0
_PANEL_HEIGHT = 90
PLACES = {"gut": say("Gut wall"), "liver": say("Liver")}


def table(found: Interactions) -> list[dict[str, object]]:
    """Lay the sizes out for the page."""
    return [
        {
            "medicine": _medicine(one.medicine),
            "what": say("{quantity} by way of {enzyme}", quantity=term(one.quantity), enzyme=one.enzyme),
            "who": say("kratom changes it") if one.role == "victim" else say("it changes kratom"),
            "ratio": ratio(one.ratio),
            "after": ratio(one.after_stopping) if one.after_stopping else NOTHING,
            "method": one.method,
            "note": one.note,
            "facts": one.fact_ids,
        }
        for one in found.sizes
    ]


def _medicine(generic: str) -> Text:
    name = term(SPELT.get(generic, generic))
    return say("{name} (as a yardstick)", name=name) if generic == YARDSTICK else name


def hypotheses(found: Interactions) -> list[Text]:
    """Say what each hypothesis is."""
    return [say("{name}, {words}", name=term(one.name), words=term(one.words)) for one in found.hypotheses]


def unsure(found: Interactions) -> Text:
    """Say beside which medicines it is not known whether kratom acts more or less, and what people have shown."""
    if not found.hypotheses:
        return NOTHING
    names = listed(_medicine(name) for name in found.unsure)
    pulled = say(
        "With {names} the two pull apart: whether there is more or less of kratom's substances, and whether it acts more or less, is not known.",
        names=names,
    )
    return sentences(pulled if found.unsure else NOTHING, found.in_people)


def studied() -> Text:
    """Name the one study in people that stands behind every size."""
    seen = fact("ddi01")
    return say(
        "{medicine} after one tea from {dose}, × {ddi01}",
        medicine=term(seen.details["object"]),
        dose=term(seen.details["precipitant_dose"]),
    )


def ratio(given: Interval) -> Text:
    """Write a ratio: two figures are more than it deserves."""
    ends = interval(number(given.low, 2), number(given.high, 2))
    return say("× {median} ({interval})", median=number(given.median, 2), interval=ends)


def enzyme_figure(found: Interactions) -> Figure | None:
    """Draw active CYP3A of gut wall and liver; None where it was not worked out."""
    import altair as alt

    if not found.enzymes:
        return None

    data = Data()
    panels = [_panel(band, data) for band in found.enzymes]
    lowest = {band.place: min(band.p50) for band in found.enzymes}
    said = sentences(
        *(
            say("{place}: at its lowest {least} of normal.", place=PLACES[place], least=number(least, 2))
            for place, least in lowest.items()
        )
    )
    return Figure(
        name="enzymes",
        chart=alt.vconcat(*panels, spacing=10, config=LOOK),
        data=data.rows,
        title=say("Active CYP3A while kratom is taken, and in the week after"),
        caption=say(
            "CYP3A clears many medicines. Shown is what kratom does to it, without other medicines. Line: median of the virtual people; band: nine of ten. 1 is normal. Of long use only the last two weeks are shown. When kratom is stopped the enzyme comes back over days, and the level of such a medicine falls with it."
        ),
        alternative=said,
    )


def _panel(band: EnzymeBand, data: Data) -> alt.LayerChart:
    import altair as alt

    rows: list[Row] = [
        {"day": t / DAY, "low": low, "middle": middle, "high": high}
        for t, low, middle, high in zip(band.time_h, band.p05, band.p50, band.p95, strict=True)
    ]
    base = alt.Chart(data.add(rows)).encode(x=alt.X("day:Q", title=say("days"), scale={"nice": False}))
    scale = {"domain": [0, max(1.05, max(band.p95))], "nice": False}
    axis = {"values": [0, 0.5, 1.0]}
    area = base.mark_area(color=BAND_90).encode(y=alt.Y("low:Q", scale=scale, axis=axis, title=None), y2="high:Q")
    line = base.mark_line(color=MEDIAN, strokeWidth=1.6).encode(y="middle:Q")
    return alt.LayerChart(layer=[area, line], width=WIDTH, height=_PANEL_HEIGHT, title=row_title(PLACES[band.place]))
