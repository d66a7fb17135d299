"""What a figure or a table shows, read as a reader of it would: panels, layers and places; cells."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ketum.report.figure import Figure


@dataclass(frozen=True)
class Layer:
    """One kind of mark, with what places it and the rows that it shows."""

    kind: str
    mark: Mapping[str, Any]
    encoding: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...]

    def at(self, channel: str) -> list[Any]:
        """Where each row stands on a channel."""
        given = self.encoding[channel]
        return [row[given["field"]] for row in self.rows] if "field" in given else [given["value"]] * len(self.rows)

    @property
    def said(self) -> list[str]:
        """The texts that it shows."""
        return self.at("text") if "text" in self.encoding else [self.mark["text"]] * len(self.rows)


@dataclass(frozen=True)
class Drawn:
    """One panel."""

    title: str
    subtitle: str
    width: float
    height: float
    layers: tuple[Layer, ...]

    def of(self, kind: str) -> list[Layer]:
        """Its layers of one kind."""
        return [layer for layer in self.layers if layer.kind == kind]

    def scale(self, channel: str) -> tuple[float, float]:
        """The one domain that all layers of the panel agree on."""
        places = [layer.encoding[channel] for layer in self.layers if channel in layer.encoding]
        domains = {tuple(place["scale"]["domain"]) for place in places if place.get("scale")}
        (domain,) = domains
        return domain


def rows_of_panels(figure: Figure) -> list[list[Drawn]]:
    """All panels, top to bottom and left to right."""
    whole = figure.specification
    rows = [part.get("hconcat", [part]) for part in whole["vconcat"]]
    return [[_panel(one, whole["datasets"], whole.get("data", {})) for one in row] for row in rows]


def panels(figure: Figure) -> list[Drawn]:
    """All panels of a figure in one list."""
    return [one for row in rows_of_panels(figure) for one in row]


def _panel(one: Mapping[str, Any], datasets: Mapping[str, Any], data: Mapping[str, Any]) -> Drawn:
    title = one.get("title", {})
    return Drawn(
        title.get("text", ""),
        " ".join(title.get("subtitle", [])),
        one["width"],
        one["height"],
        tuple(_layers(one, datasets, data, {})),
    )


def _layers(
    one: Mapping[str, Any], datasets: Mapping[str, Any], data: Mapping[str, Any], encoding: Mapping[str, Any]
) -> Iterator[Layer]:
    data, encoding = one.get("data", data), {**encoding, **one.get("encoding", {})}
    for part in one.get("layer", ()):
        yield from _layers(part, datasets, data, encoding)
    if "mark" in one:
        yield Layer(one["mark"]["type"], one["mark"], encoding, tuple(datasets[data["name"]]))


def swatches(key: Drawn) -> dict[str, str]:
    """By text of a key, the colour of the mark at its left."""
    found = {}
    marks = [(layer.at("x")[0], layer.mark["color"]) for layer in key.layers if layer.kind in ("rect", "rule")]
    for layer in key.of("text"):
        for x, said in zip(layer.at("x"), layer.said, strict=True):
            left = [mark for mark in marks if mark[0] < x]
            found[said] = max(left)[1]
    return found


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def cells(page: str, section: str) -> list[list[str]]:
    """The texts of the cells of a section's tables, row by row."""
    part = page[page.index(f'<section id="{section}"') :]
    part = part[: part.index("</section>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, re.DOTALL)
    return [
        [
            " ".join(html.unescape(re.sub(r"<[^>]*>", " ", cell)).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]
