"""What is said of interactions: sizes, what has none and why, and the enzymes over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.case import Case
from ketum.enzymes.known import direction, inhibited
from ketum.medicine import Taken
from ketum.sizes import InteractionSize
from ketum.writing.texts import NOTHING, Text, quoted

if TYPE_CHECKING:
    from ketum.interaction import Unsized
    from ketum.interaction.changes import Hypothesis

YARDSTICK = "midazolam"
"""Shown in every report: the one medicine whose change was measured beside kratom."""
POINTS = 480


@dataclass(frozen=True, eq=False)
class EnzymeBand:
    """Active CYP3A of one place over time, relative to normal: median and where nine of ten lie."""

    place: str
    time_h: tuple[float, ...]
    p05: tuple[float, ...]
    p50: tuple[float, ...]
    p95: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Interactions:
    """What a report says of interactions.

    Parameters
    ----------
    sizes
        Every change with a size; the yardstick is among them.
    unsized
        Medicines that an enzyme or transporter handles, and why no size is given.
    enzymes
        Active CYP3A; empty where no product's mitragynine is known.
    hypotheses
        What is explained once where a medicine changes kratom: what CYP3A may be to 7-hydroxymitragynine.
    in_people
        What people have shown of medicines that change kratom, and what does not follow; empty where none does.
    """

    sizes: tuple[InteractionSize, ...]
    unsized: tuple[Unsized, ...]
    enzymes: tuple[EnzymeBand, ...]
    hypotheses: tuple[Hypothesis, ...] = ()
    in_people: Text = NOTHING

    @property
    def unsure(self) -> tuple[str, ...]:
        """Medicines, each once, of which it is not known whether they make kratom's alkaloids more or less."""
        of = (one for one in self.sizes if one.role == "perpetrator" and direction(one.ratio) == "not known")
        return tuple(dict.fromkeys(one.medicine for one in of))

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Every fact behind it."""
        return tuple(dict.fromkeys((*(f for size in self.sizes for f in size.fact_ids), *quoted(self.in_people))))


def interactions(case: Case, taken: Sequence[Taken], found: Sequence[InteractionSize]) -> Interactions:
    """Work out what a report says of a case's interactions.

    Parameters
    ----------
    case
        The case.
    taken
        The medicines beside kratom, each once.
    found
        The sizes of their interactions.
    """
    from ketum.interaction import enzyme_course, knows_mitragynine, sizes, unsized
    from ketum.interaction.changes import hypotheses

    if not knows_mitragynine(case):
        return Interactions((), unsized(case, taken), ())
    shown = tuple(found)
    if YARDSTICK not in (medicine.generic for medicine in taken):
        shown = (*sizes(case, [Taken.named(YARDSTICK)]), *shown)
    times, bands = enzyme_course(case)
    kept = np.unique(np.linspace(0, times.size - 1, POINTS).astype(int))
    columns = {place: [tuple(map(float, np.round(q[kept], 4))) for q in band] for place, band in bands.items()}
    enzymes = tuple(
        EnzymeBand(place, tuple(map(float, np.round(times[kept], 3))), low, middle, high)
        for place, (low, middle, high) in columns.items()
    )
    told = hypotheses() if any(size.role == "perpetrator" for size in shown) else ()
    return Interactions(shown, unsized(case, taken), enzymes, told, inhibited() if told else NOTHING)
