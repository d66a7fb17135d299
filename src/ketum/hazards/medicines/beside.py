"""What stands beside kratom in a case: all that findings on medicines read, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ketum.evidence import Fact
from ketum.hazards.finding import RANK, Certainty, Severity
from ketum.medicine import Match, Taken, taken_in
from ketum.sizes import DoseSize, InteractionSize, Interval
from ketum.words.understanding import understand
from ketum.writing.lists import listed

if TYPE_CHECKING:
    from ketum.case import Case

OLD = 65
STUDIED_MG = 39.0
"""Mitragynine in the one tea of which an interaction was measured in people (ddi01)."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Medicines beside kratom, and the person they meet.

    Parameters
    ----------
    taken
        Each medicine once, in the order of its name, so that the order of a case changes nothing.
    matches
        How each name was read.
    mitragynine_mg
        In the largest dose; None where no dose tells it.
    repeated
        Whether kratom is taken more than once.
    regular
        Whether the person is used to kratom, and so may be dependent.
    age_years, conditions, liver, egfr, cyp2d6, opioid_use, labs
        As in the case; None where unknown, which is never a zero.
    sizes
        Predicted sizes of interactions.
    systolic
        Blood pressure today, in mmHg; None where unknown.
    kratom_stopped_h
        How long ago kratom was stopped, in hours; None where it was not, as far as is known.
    """

    taken: tuple[Taken, ...] = ()
    matches: tuple[Match, ...] = ()
    mitragynine_mg: Interval | None = None
    repeated: bool = False
    regular: bool = False
    age_years: float | None = None
    conditions: tuple[str, ...] = ()
    liver: str | None = None
    egfr: float | None = None
    cyp2d6: str | None = None
    opioid_use: str | None = None
    labs: Mapping[str, float] = field(default_factory=dict)
    sizes: tuple[InteractionSize, ...] = ()
    kratom_stopped_h: float | None = None
    systolic: float | None = None

    def has(self, *means: str) -> bool:
        """Whether a condition of the person means any of these; denied ones do not count."""
        return bool(understand((), self.conditions).has(*means))

    def size(self, generic: str, role: str, enzyme: str) -> tuple[InteractionSize, ...]:
        """Return the predicted sizes of one interaction."""
        return tuple(one for one in self.sizes if (one.medicine, one.role, one.enzyme) == (generic, role, enzyme))


def beside(case: Case, doses: Sequence[DoseSize], sizes: Iterable[InteractionSize] = ()) -> Beside:
    """Gather what stands beside kratom in a case."""
    taken, matches = taken_in(case)
    who = case.person
    held = [dose.mitragynine_mg for dose in doses if dose.mitragynine_mg is not None]
    repeated = any(one.every_h is not None for one in case.kratom)
    return Beside(
        tuple(sorted(taken, key=lambda one: one.generic)),
        matches,
        max(held, key=lambda one: one.median, default=None),
        repeated,
        who.kratom_experience == "regular"
        or bool(who.kratom_months and who.kratom_months >= 1)
        or any(one.every_h is not None and one.days >= 7 for one in case.kratom),
        who.age_years,
        who.conditions,
        who.liver,
        who.egfr,
        who.cyp2d6,
        who.opioid_use,
        {name: measure.value for name, measure in case.today.labs.items()},
        tuple(sizes),
        case.today.stopped_hours_ago,
        systolic.value if (systolic := case.today.vitals.get("systolic")) else None,
    )


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of several severities."""
    return min(severities, key=RANK.__getitem__)


def shown(several: Iterable[Taken]) -> str:
    """Return medicines as words."""
    return listed(one.shown for one in several)


def not_verified(several: Iterable[tuple[Taken, Fact | None]]) -> str:
    """Say of which medicines the ground is only remembered; empty where of none."""
    names = [one.generic for one, ground in several if ground is not None and not ground.verified]
    return f" Not verified, only remembered: that this holds for {listed(names)}." if names else ""


def ids(grounds: Iterable[Fact | None]) -> tuple[str, ...]:
    """Return the ids of facts, each once."""
    return tuple(dict.fromkeys(one.fact_id for one in grounds if one is not None))


def stopped(several: Iterable[Taken]) -> str:
    """Say which medicines were stopped and still count; empty where none was."""
    names = [f"{one.generic} was stopped {one.stopped_days_ago:g} days ago" for one in several if one.stopped_days_ago]
    return f" {listed(names).capitalize()}, and still counts." if names else ""


def lower(certainty: Certainty, doubtful: bool) -> Certainty:
    """Return a certainty, or "very low" where the ground is doubtful."""
    return "very low" if doubtful else certainty
