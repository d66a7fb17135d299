"""What a finished run says: the page and the JSON are pure functions of a :class:`Report`.

Everything here is plain data. The simulation fills it; this room only reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ketum.answers.curves import Levels, Share

if TYPE_CHECKING:
    from ketum.answers.effects import Effects
    from ketum.answers.interactions import Interactions
    from ketum.answers.margins import Margin
    from ketum.answers.stopping import Withdrawal


@dataclass(frozen=True)
class PublishedLevel:
    """One measured level from the literature, to stand beside the prediction.

    Parameters
    ----------
    label
        The study and what was given, as it is to be read beside the figure. Levels with one label form one series.
    time_h
        Hours since the first dose of the run.
    low, high
        The published range or interval, where there is one.
    access
        How the source was seen ("abstract only").
    matches_product
        Whether the study gave the kind of product of this case.
    """

    alkaloid: str
    study: str
    label: str
    time_h: float
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = "ng/mL"
    fact_id: str = ""
    access: str = ""
    matches_product: bool = True


@dataclass(frozen=True)
class Endpoint:
    """One number of exposure over the virtual people.

    Parameters
    ----------
    quantity
        ``Cmax``, ``tmax``, ``AUC``, ``Cmin``, ``half_life`` or ``time_above_...``; with ``_first`` or ``_last`` for the
        first or the last dosing interval, and without for the whole run.
    """

    alkaloid: str
    quantity: str
    unit: str
    median: float
    p05: float
    p95: float
    share: Share = field(default_factory=Share)


@dataclass(frozen=True)
class DoseContent:
    """How much of one alkaloid is in one dose, in mg, with its 90 % interval."""

    alkaloid: str
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class DoseLine:
    """One product as it is taken.

    Parameters
    ----------
    amount, times
        In words ("3 g", "every 8 h for 14 days").
    contents
        The alkaloids in one dose.
    """

    product: str
    amount: str
    times: str
    contents: tuple[DoseContent, ...]
    fact_ids: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Something the case or the literature does not say, and what follows from that."""

    what: str
    consequence: str = ""


@dataclass(frozen=True)
class SourceLine:
    """One source that a number on the page came from.

    Parameters
    ----------
    access
        The evidence room's own word for how the source was seen.
    seen
        The same in plain words ("abstract only").
    fact_ids
        The facts of this source that the report uses.
    """

    source_id: str
    citation: str
    doi: str = ""
    pmid: str = ""
    access: str = ""
    seen: str = ""
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Report:
    """A finished run, ready to be shown.

    Parameters
    ----------
    case
        The case file, as it was understood, ready for JSON.
    population
        How many virtual people were simulated.
    days
        How long they were simulated.
    created
        The date, as text.
    dose_times_h
        When doses are taken, in hours since the first; marks the figures and sets their close-ups.
    findings
        As :mod:`ketum.hazards` gives them, emergency first.
    limits
        Where the model ends, one statement a line.
    interactions
        What kratom and other medicines do to each other; None where it was not worked out.
    effects, margins, withdrawal
        From receptor to relief; None or empty where they were not computed.
    levels_with
        Medicines whose effect on the loss of kratom is in the levels.
    drivers
        What drives each endpoint input by input, as `ketum.simulation.drivers` gives it; None where not asked for.
    """

    case: Mapping[str, Any]
    title: str | None
    version: str
    seed: int
    population: int
    days: float
    created: str
    model_hash: str
    levels: tuple[Levels, ...] = ()
    published: tuple[PublishedLevel, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    doses: tuple[DoseLine, ...] = ()
    dose_times_h: tuple[float, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    unknown: tuple[Unknown, ...] = ()
    assumed: tuple[str, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    limits: tuple[str, ...] = ()
    interactions: Interactions | None = None
    effects: Effects | None = None
    margins: tuple[Margin, ...] = ()
    withdrawal: Withdrawal | None = None
    drivers: Mapping[str, Any] | None = None
    levels_with: tuple[str, ...] = ()
