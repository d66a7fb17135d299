"""Medicines that could not be looked up.

The rule
--------
``medicine.unknown`` is a caution for every name that no entry matches once case, salt, strength and form are set
aside. A near match is screened as that medicine and named as a guess; without one the screen is incomplete, and says
so.
"""

from __future__ import annotations

from ketum.screen.beside import Beside, listed
from ketum.screen.finding import Finding, Number


def unknown(case: Beside) -> tuple[Finding, ...]:
    """Say which names were not found, and what they were guessed to be."""
    # The same name twice is one unknown.
    matches = {found.given.casefold(): found for found in case.matches if not found.known}
    if not matches:
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
            f"{listed(lost)}: nothing on file has this name. The screen is incomplete: that nothing is said of it "
            "means nothing."
        )
    names = listed([*(one.given for one in guessed), *lost])
    return (
        Finding(
            code="medicine.unknown",
            severity="caution",
            title=f"Not known: {names}",
            because=" ".join(said),
            clinical=(
                "Name not in the catalogue; look it up by hand for opioid, sedative, CYP3A, CYP2D6, QT, "
                "serotonergic and "
                "liver effects. Near matches are by spelling alone and may be look-alikes."
            ),
            numbers=(Number.of_fact("odds of a serious outcome, several substances against one", "AE015"),),
            evidence=("AE015", "AE016", "AE038"),
            certainty="moderate",
            watch="Sleepiness that is hard to wake from, slow breathing, confusion, fainting.",
            ask="A pharmacist, with the package.",
        ),
    )
