"""Medicines that could not be looked up.

The rule
--------
``medicine.unknown`` is a caution for every name that no entry matches once situation, salt, strength and form are set
aside. A near match is screened as that medicine and named as a guess; without one the screen is incomplete, and says
so.
"""

from __future__ import annotations

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.lists import listed

UNKNOWN = Grounds("medicine.unknown", ("AE015", "AE016", "AE038"))
FACTS = (UNKNOWN,)

KRATOM = "kratom"


def unknown(situation: Situation) -> tuple[Finding, ...]:
    """Say which names were not found, and what they were guessed to be."""
    # The same name twice is one unknown.
    matches = {found.given.casefold(): found for found in situation.matches if not found.known}
    own = sorted({found.given for found in situation.matches if KRATOM in found.generics}, key=str.casefold)
    if not matches and not own:
        return ()
    every = sorted(matches.values(), key=lambda one: one.given.casefold())
    guessed = [one for one in every if one.guessed]
    lost = [name for one in every if not one.guessed for name in (one.unread or (one.given,))]
    guesses = [f'"{one.given}" as {" and as ".join(one.generics)}' for one in guessed]
    said = []
    if guessed:
        said.append(f"Guessed, not known: read {listed(guesses)}. If that is wrong, so is what is said of it here.")
    if lost:
        said.append(
            f"Nothing on file has the name {listed(lost)}. The screen is incomplete: that nothing is said of it means "
            "nothing."
        )
    if own:
        said.append(
            f"This is kratom itself: {listed(own)}. Written as a medicine or an ingredient it is not counted; "
            "write it as a "
            "[[kratom]] product with its amount."
        )
    names = listed([*(one.given for one in guessed), *lost, *own])
    return (
        Finding(
            code=UNKNOWN.code,
            severity="caution",
            title=f"Not known: {names}",
            because=" ".join(said),
            clinical=(
                "Name not in the catalogue; look it up by hand for opioid, sedative, CYP3A, CYP2D6, QT, "
                "serotonergic and "
                "liver effects. Near matches are by spelling alone and may be look-alikes."
            ),
            numbers=(Number.of_fact("odds of a serious outcome, several substances against one", "AE015"),),
            evidence=UNKNOWN.facts,
            certainty="moderate",
            watch="Sleepiness that is hard to wake from, slow breathing, confusion, fainting.",
            ask="A pharmacist, with the package.",
        ),
    )
