"""How findings name medicines, and say what of them is remembered or was stopped."""

from __future__ import annotations

from collections.abc import Iterable

from ketum.evidence import Fact
from ketum.hazards.finding import RANK, Certainty, Severity
from ketum.medicine import Taken
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, say

OLD = 65


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of several severities."""
    return min(severities, key=RANK.__getitem__)


def shown(several: Iterable[Taken]) -> Text:
    """Return medicines as words."""
    return listed(medicine.shown for medicine in several)


def not_verified(several: Iterable[tuple[Taken, Fact | None]]) -> Text:
    """Say of which medicines the ground is only remembered; nothing where of none."""
    names = [medicine.generic for medicine, ground in several if ground is not None and not ground.verified]
    if not names:
        return NOTHING
    return say("Not verified, only remembered: that this holds for {names}.", names=listed(names))


def ids(grounds: Iterable[Fact | None]) -> tuple[str, ...]:
    """Return the ids of facts, each once."""
    return tuple(dict.fromkeys(ground.fact_id for ground in grounds if ground is not None))


def stopped(several: Iterable[Taken]) -> Text:
    """Say which medicines were stopped and still count; nothing where none was."""
    past = [
        say("{name} was stopped {days:g} days ago", name=medicine.generic, days=medicine.stopped_days_ago)
        for medicine in several
        if medicine.stopped_days_ago
    ]
    return say("{those:capital}, and still counts.", those=listed(past)) if past else NOTHING


def lower(certainty: Certainty, doubtful: bool) -> Certainty:
    """Return a certainty, or "very low" where the ground is doubtful."""
    return "very low" if doubtful else certainty
