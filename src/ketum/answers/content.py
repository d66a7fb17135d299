"""What is said of a case, as plain data: page, JSON and terminal are pure functions of an `Answer`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ketum.answers.curves import Levels, Share
from ketum.writing.texts import NOTHING, Text

if TYPE_CHECKING:
    import xarray as xr

    from ketum.answers.effects import Effects
    from ketum.answers.interactions import Interactions
    from ketum.answers.margins import Margin
    from ketum.answers.stopping import Withdrawal
    from ketum.case import Case
    from ketum.hazards import Finding
    from ketum.medicine import Match, Taken
    from ketum.simulation.drivers import Drivers


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
    label: Text
    time_h: float
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = "ng/mL"
    fact_id: str = ""
    access: Text = NOTHING
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
    times: Text
    contents: tuple[DoseContent, ...]
    fact_ids: tuple[str, ...] = ()
    assumptions: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Something the case or the literature does not say, and what follows from that."""

    what: Text
    consequence: Text = NOTHING


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
    seen: Text = NOTHING
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrganBound:
    """By how much an alkaloid's exposure could be higher: times what is shown."""

    alkaloid: str
    quantity: str
    low: float
    high: float


@dataclass(frozen=True)
class OrganNote:
    """What the levels do not use of a case.

    Parameters
    ----------
    organ
        ``liver``, ``kidney``, ``cyp2d6`` or ``age``.
    simulated
        What was simulated instead, and what is known of the difference.
    could_be
        The bounds in words; empty where there are none.
    bounds
        The same in numbers.
    certainty
        Of the bounds; empty where there are none.
    """

    organ: Literal["liver", "kidney", "cyp2d6", "age"]
    simulated: Text
    could_be: Text = NOTHING
    bounds: tuple[OrganBound, ...] = ()
    certainty: str = ""
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """Everything that is said of a case. Whatever shows it computes nothing.

    Parameters
    ----------
    case
        The case, as it was understood.
    population
        How many virtual people were simulated; 0 where nobody was.
    days
        How long they were simulated.
    created
        The date, as text.
    dose_times_h
        When doses are taken, in hours since the first; marks the figures and sets their close-ups.
    findings
        As :mod:`ketum.hazards` gives them, emergency first.
    medicines, taken
        How each name of a medicine was read, and what is taken of them, each once.
    limits
        Where the model ends, one statement a line.
    interactions
        What kratom and other medicines do to each other; None where it was not worked out.
    effects, margins, withdrawal
        From receptor to relief; None or empty where they were not computed.
    levels_with
        Medicines whose effect on the loss of kratom is in the levels.
    organs
        What the case tells of liver, kidneys, CYP2D6 and age and the levels do not use; shown wherever they are.
    drivers
        What drives each endpoint input by input; None where not asked for.
    tree
        Every virtual person's numbers, as an xarray DataTree; None where nobody was simulated.
    store
        Folder that a large run has put its people in; None where they are in the tree.
    behind
        Ids of the facts that the model's numbers rest on.
    """

    case: Case
    title: str | None
    version: str
    seed: int
    created: str
    population: int = 0
    days: float = 0.0
    model_hash: str = ""
    levels: tuple[Levels, ...] = ()
    published: tuple[PublishedLevel, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    doses: tuple[DoseLine, ...] = ()
    dose_times_h: tuple[float, ...] = ()
    findings: tuple[Finding, ...] = ()
    medicines: tuple[Match, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    assumed: tuple[Text, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    limits: tuple[Text, ...] = ()
    interactions: Interactions | None = None
    effects: Effects | None = None
    margins: tuple[Margin, ...] = ()
    withdrawal: Withdrawal | None = None
    drivers: Drivers | None = None
    levels_with: tuple[str, ...] = ()
    organs: tuple[OrganNote, ...] = ()
    taken: tuple[Taken, ...] = ()
    tree: xr.DataTree | None = None
    store: Path | None = None
    behind: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Write it as JSON, the same whoever asked; what is not a finite number becomes null."""
        from ketum.answers.as_json import answer_json

        return answer_json(self)

    def write(self, folder: Path | str) -> Path:
        """Write the report into a folder, with the results beside it: the same bytes as ``ketum run``.

        Returns
        -------
        Path
            The page.

        Raises
        ------
        OutputError
            If the folder cannot be written; what was there before is then still there.
        """
        from ketum.report.run import write_answer  # the one arrow up, for the reader's convenience

        return write_answer(self, folder)
