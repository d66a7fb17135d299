"""What effects that add up have in common: a flag on file, how well it was seen, and how many medicines carry it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ketum.evidence import Fact
from ketum.hazards.situation import Situation
from ketum.medicine import Taken


@dataclass(frozen=True, slots=True)
class Carrier:
    """A medicine that carries an effect.

    Parameters
    ----------
    taken
        The medicine.
    ground
        What says so.
    weight
        2 where it is strong, 1 where it is weaker.
    """

    taken: Taken
    ground: Fact
    weight: int


def carriers(
    situation: Situation, effect: str, weigh: Callable[[Taken], tuple[Fact, int] | None]
) -> tuple[Carrier, ...]:
    """Return the medicines that carry an effect and still act, the heavier first."""
    found = [
        Carrier(medicine, *weighed)
        for medicine in situation.medicines
        if medicine.acts(effect) and (weighed := weigh(medicine)) is not None
    ]
    return tuple(sorted(found, key=lambda carrier: (-carrier.weight, carrier.taken.generic)))
