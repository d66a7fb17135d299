"""What drives the spread: people, products, or not knowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ketum.answers.content import Answer, Endpoint
from ketum.report.figure import Data, Figure, Row
from ketum.report.look import INK, LOOK, MEDIAN, SHARE_COLOURS, SHARE_INKS, WIDTH, pixels, row_title
from ketum.writing.names import capital, quantity_name, share_name, unique
from ketum.writing.numbers import is_finite, percent
from ketum.writing.texts import Text, commas, say, sentences, term

if TYPE_CHECKING:
    import altair as alt

_LABELS = 190
_BARS = WIDTH + 42 - _LABELS
_ROW = 21
_DRAWN = ("Cmax", "tmax", "AUC", "Cmin", "half_life_structural")
_NARROWEST_LABELLED = 0.07


def drivers_figure(answer: Answer) -> Figure | None:
    """Draw the shares of the main endpoints of the whole run; the table has the others. None where none is known."""
    import altair as alt

    known = [e for e in answer.endpoints if e.quantity in _DRAWN and shares(e)]
    if not known:
        return None
    alkaloids = unique(endpoint.alkaloid for endpoint in known)
    data = Data()
    panels = [_panel([e for e in known if e.alkaloid == alkaloid], data) for alkaloid in alkaloids]
    return Figure(
        name="drivers",
        chart=alt.vconcat(*panels, _key(data), spacing=12, config=LOOK),
        data=data.rows,
        title=say("What drives the spread"),
        caption=say(
            "How much of each spread comes from differences between people, from differences between products, and from what is not known. More study can shrink only the last of the three."
        ),
        alternative=sentences(*map(_in_words, known)),
    )


def shares(endpoint: Endpoint) -> dict[str, float]:
    """Take the known shares of one endpoint, none of them negative and together not above one."""
    given = {key: getattr(endpoint.share, key) for key in SHARE_COLOURS}
    finite = {key: max(float(part), 0.0) for key, part in given.items() if is_finite(part)}
    total = max(1.0, sum(finite.values()))
    return {key: part / total for key, part in finite.items()}


def shares_in_words(endpoint: Endpoint) -> Text:
    """Say the shares of one endpoint in a line."""
    return commas(
        say("{layer} {share}", layer=share_name(key), share=percent(part)) for key, part in shares(endpoint).items()
    )


def _in_words(endpoint: Endpoint) -> Text:
    plain, _ = quantity_name(endpoint.quantity)
    return say(
        "{alkaloid:capital}, {quantity:lower}: {shares}.",
        alkaloid=term(endpoint.alkaloid),
        quantity=plain,
        shares=shares_in_words(endpoint),
    )


def _panel(endpoints: Sequence[Endpoint], data: Data) -> alt.LayerChart:
    import altair as alt

    rows = [row for endpoint in endpoints for row in _segments(endpoint)]
    order = unique(str(row["what"]) for row in rows)
    axis = {"title": None, "ticks": False, "minExtent": _LABELS, "maxExtent": _LABELS, "labelLimit": _LABELS}
    scale = {"paddingInner": 0.25, "paddingOuter": 0.1}
    part = {"domain": [0, 1], "nice": False}
    base = alt.Chart(data.add(rows)).encode(y=alt.Y("what:N", sort=order, scale=scale, axis=axis))
    bars = base.mark_bar(stroke=MEDIAN, strokeWidth=0.6).encode(
        x=alt.X("start:Q", scale=part, axis=None), x2=alt.X2("end"), color=_by_share(SHARE_COLOURS)
    )
    labels = base.mark_text().encode(
        x=alt.X("middle:Q", scale=part, axis=None), text="text:N", color=_by_share(SHARE_INKS)
    )
    return alt.LayerChart(
        layer=[bars, labels],
        resolve={"scale": {"color": "independent"}},
        width=_BARS,
        height=_ROW * len(order),
        title=row_title(capital(term(endpoints[0].alkaloid))),
    )


def _segments(endpoint: Endpoint) -> list[Row]:
    plain, symbol = quantity_name(endpoint.quantity)
    what = say("{quantity} ({symbol})", quantity=plain, symbol=symbol.split(",")[0]) if symbol else plain
    segments: list[Row] = []
    start = 0.0
    for key, part in shares(endpoint).items():
        text = percent(part) if part >= _NARROWEST_LABELLED else ""
        place = {"start": start, "end": start + part, "middle": start + part / 2}
        segments.append({"what": what, "key": key, "text": text, **place})
        start += part
    return segments


def _by_share(colours: Mapping[str, str]) -> alt.Color:
    import altair as alt

    return alt.Color("key:N", scale={"domain": list(colours), "range": list(colours.values())}, legend=None)


def _key(data: Data) -> alt.LayerChart:
    import altair as alt

    one = alt.Chart(data.add([{}]))
    words = (say("between people"), say("between products"), say("not knowing"))
    layers: list[alt.Chart] = []
    for place, (colour, text) in enumerate(zip(SHARE_COLOURS.values(), words, strict=True)):
        x = 8 + 150 * place
        swatch = one.mark_rect(color=colour, stroke=MEDIAN, strokeWidth=0.6, width=15, height=11)
        said = one.mark_text(text=text, align="left", color=INK)
        layers += [swatch.encode(**pixels(x=x, y=9)), said.encode(**pixels(x=x + 14, y=9))]
    return alt.LayerChart(layer=layers, width=_BARS, height=18)
