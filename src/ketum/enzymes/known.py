"""What people have shown of medicines that change kratom, and what does not follow from it."""

from __future__ import annotations

from typing import Literal

from ketum.evidence import fact
from ketum.sizes import Interval
from ketum.writing.texts import Text, say, term

Direction = Literal["more", "less", "not known"]

IN_PEOPLE = ("ddi31", "ddi32")
"""Itraconazole beside kratom tea: the only numbers from people on file, of 7-hydroxymitragynine alone."""


def direction(ratio: Interval) -> Direction:
    """Say which way a ratio goes: not known where its interval, over all hypotheses, holds 1."""
    if ratio.low > 1.0:
        return "more"
    return "less" if ratio.high < 1.0 else "not known"


def inhibited() -> Text:
    """Tell the one study of an inhibitor, and how it is known."""
    return say(
        "In one study in people, itraconazole lowered 7-OH after kratom tea: its highest level to {ddi31} of the usual, its total to {ddi32} ({seen}). "
        "What happened to mitragynine is not in what was seen. Whether relief or harm changes does not follow from it.",
        seen=term(fact(IN_PEOPLE[0]).seen),
    )


def induced() -> Text:
    """Say that what an inducer does in people was not seen."""
    return say("Rifampicin was studied beside kratom in people, but the result was not seen.")


def measured() -> Text:
    """Give the one study's numbers in few words."""
    return say(
        "in people with itraconazole × {ddi31} (Cmax) and × {ddi32} (AUC) after tea; {seen}, the effect on mitragynine not",
        seen=term(fact(IN_PEOPLE[0]).seen),
    )
