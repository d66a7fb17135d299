"""The rows of the page's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ketum.answers.content import DoseLine, Endpoint
from ketum.report.drivers_figure import shares, shares_in_words
from ketum.writing.names import SPANS, quantity_name, share_name, split_quantity, unique, unit_name
from ketum.writing.numbers import interval, is_finite, number
from ketum.writing.texts import NOTHING, Text, say, term


@dataclass(frozen=True)
class Cell:
    """A median with its 90 % interval."""

    name: str
    median: str
    interval: str
    unit: Text


@dataclass(frozen=True)
class Driver:
    """What drives one spread: a small bar and the same in words."""

    parts: tuple[tuple[str, str], ...]
    words: Text


@dataclass(frozen=True)
class ExposureRow:
    """One quantity of one alkaloid over the spans of the table; None where it was not computed."""

    plain: Text
    symbol: Text
    cells: tuple[Cell | None, ...]
    driver: Driver | None


@dataclass(frozen=True)
class ExposureTable:
    """All quantities of one alkaloid."""

    alkaloid: str
    spans: tuple[Text, ...]
    rows: tuple[ExposureRow, ...]


NOT_SHOWN = ("half_life",)
"""Kept in the files, not shown: what a trial would read off hangs on when it samples and how little it can measure."""


def exposure_tables(endpoints: Sequence[Endpoint]) -> tuple[ExposureTable, ...]:
    """Lay every endpoint out: one table an alkaloid, one row a quantity, one column a span."""
    endpoints = [e for e in endpoints if split_quantity(e.quantity)[0] not in NOT_SHOWN]
    spans = [span for span in SPANS if any(split_quantity(e.quantity)[1] == span for e in endpoints)]
    return tuple(
        _exposure_table(alkaloid, [e for e in endpoints if e.alkaloid == alkaloid], spans)
        for alkaloid in unique(e.alkaloid for e in endpoints)
    )


def _exposure_table(alkaloid: str, endpoints: Sequence[Endpoint], spans: Sequence[str]) -> ExposureTable:
    stems = unique(split_quantity(e.quantity)[0] for e in endpoints)
    by_place = {split_quantity(e.quantity): e for e in endpoints}
    return ExposureTable(
        alkaloid=alkaloid,
        spans=tuple(SPANS[span] for span in spans),
        rows=tuple(_exposure_row(stem, [by_place.get((stem, span)) for span in spans]) for stem in stems),
    )


def _exposure_row(stem: str, endpoints: Sequence[Endpoint | None]) -> ExposureRow:
    plain, symbol = quantity_name(stem)
    known = [e for e in endpoints if e is not None]
    # The whole run comes first; where only an interval was computed, its driver is the one to show.
    driven = next((e for e in known if shares(e)), None)
    cells = tuple(_cell(e) if e is not None else None for e in endpoints)
    return ExposureRow(plain, symbol, cells, driver_of(driven) if driven else None)


def _cell(endpoint: Endpoint) -> Cell:
    return Cell(
        name=f"{endpoint.alkaloid}:{endpoint.quantity}",
        median=number(endpoint.median),
        interval=interval(endpoint.p05, endpoint.p95),
        unit=unit_name(endpoint.unit) if is_finite(endpoint.median) else NOTHING,
    )


def driver_of(endpoint: Endpoint) -> Driver:
    """Draw and say the shares of one endpoint."""
    parts = tuple((key, f"{100 * part:.1f}%") for key, part in shares(endpoint).items())
    return Driver(parts, shares_in_words(endpoint))


@dataclass(frozen=True)
class ContentRow:
    """One alkaloid in one dose of one product."""

    alkaloid: str
    median: str
    interval: str


@dataclass(frozen=True)
class ContentTable:
    """One product as it is taken."""

    dose: DoseLine
    fact_ids: tuple[str, ...]
    rows: tuple[ContentRow, ...]


def content_tables(doses: Sequence[DoseLine]) -> tuple[ContentTable, ...]:
    """Write the content of each product."""
    return tuple(
        ContentTable(
            dose,
            unique(dose.fact_ids),
            tuple(ContentRow(c.alkaloid, number(c.median), interval(c.low, c.high)) for c in dose.contents),
        )
        for dose in doses
    )


@dataclass(frozen=True)
class InputRow:
    """What one input does to one endpoint."""

    layer: Text
    label: Text
    alone: str
    in_all: str


@dataclass(frozen=True)
class InputTable:
    """The strongest inputs of one endpoint."""

    title: Text
    rows: tuple[InputRow, ...]


DRIVEN = ("Cmax", "AUC", "Cmin_last", "half_life_structural")
STRONGEST, STRONGEST_TIED = 6, 3


def input_tables(drivers: Mapping[str, Any] | None) -> tuple[InputTable, ...]:
    """List the strongest inputs of the main endpoints; the JSON has all."""
    endpoints = drivers["endpoints"] if drivers else ()
    return tuple(
        InputTable(
            say(
                "{alkaloid:capital}: {quantity:lower}",
                alkaloid=term(endpoint["alkaloid"]),
                quantity=quantity_name(split_quantity(endpoint["quantity"])[0])[0],
            ),
            tuple(map(_input_row, (*endpoint["inputs"][:STRONGEST], *endpoint["tied"][:STRONGEST_TIED]))),
        )
        for endpoint in endpoints
        if endpoint["quantity"] in DRIVEN
    )


def _input_row(given: Mapping[str, Any]) -> InputRow:
    alone, in_all = (
        f"{given[name]:.2f} ± {given[f'{name}_interval']:.2f}" if is_finite(given[name]) else ""
        for name in ("first", "total")
    )
    return InputRow(share_name(given["layer"]), given["label"], alone, in_all)
