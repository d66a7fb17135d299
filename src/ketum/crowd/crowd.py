"""A case's virtual people, with all that they take: everything that the equations need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import Stream
from ketum.crowd import habit, people
from ketum.crowd.enzymes import Enzymes, enzymes_beside
from ketum.crowd.intake import Intake, dose_table, intakes
from ketum.crowd.opioids import OpioidsBeside, opioids_beside
from ketum.medicine import taken_in


@dataclass(frozen=True, eq=False)
class Crowd:
    """Virtual people and what they take.

    Parameters
    ----------
    own
        Each person's parameters, shape (people,).
    taken
        What they take of kratom.
    stream
        The random numbers behind all of it.
    beside
        The opioids taken beside kratom.
    enzymes
        The medicines that change how kratom is lost.
    """

    own: Mapping[str, Array]
    taken: tuple[Intake, ...]
    stream: Stream
    beside: OpioidsBeside
    enzymes: Enzymes


def draw_crowd(case: Case, stream: Stream, end_h: float, studies_of: str | None = None) -> Crowd:
    """Draw the virtual people of a case: they share what it says and differ in what it does not.

    Parameters
    ----------
    case
        The case.
    stream
        Random numbers, which also say how many.
    end_h
        Later doses are left out.
    studies_of
        Whose potency people get: that of studies of ``new`` or of ``regular`` users; as the case says when None.
    """
    typical = people.draw_knowledge(stream)
    weight = np.full(stream.people, case.person.weight_kg)
    own = people.individual(typical, people.draw_effects(stream), weight)
    own |= people.as_in_studies_of(own, studies_of or case.person.kratom_experience, stream)
    taken, others = intakes(case, stream), opioids_beside(case, own, stream, end_h)
    changed = enzymes_beside(taken_in(case)[0], own, stream)
    own |= dict(others.own)
    with_medicines = {**own, **changed.own}

    def before(until_h: float) -> pd.DataFrame:
        return pd.concat(
            [dose_table(taken, own, until_h), opioids_beside(case, own, stream, until_h).doses], ignore_index=True
        )

    earlier = with_medicines if changed.settled else own
    return Crowd(with_medicines | habit.start(case, earlier, before), taken, stream, others, changed)
