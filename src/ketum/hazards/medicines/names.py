"""How findings name medicines, and say what of them is remembered or was stopped."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.evidence import Fact
from ketum.hazards.finding import RANK, Certainty, Severity
from ketum.medicine import Taken
from ketum.writing.lists import listed

OLD = 65


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
