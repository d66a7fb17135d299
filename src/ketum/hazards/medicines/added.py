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
        Carrier(one, *weighed)
        for one in situation.medicines
        if one.acts(effect) and (weighed := weigh(one)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.taken.generic)))
