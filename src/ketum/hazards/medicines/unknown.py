"""Medicines that could not be looked up.

The rule
--------
``medicine.unknown`` is a caution for every name that no entry matches once situation, salt, strength and form are set
aside. A near match is screened as that medicine and named as a guess; without one the screen is incomplete, and says
so.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, joined, say, sentences

UNKNOWN = Grounds("medicine.unknown", ("AE015", "AE016", "AE038"))
FACTS = (UNKNOWN,)

KRATOM = "kratom"


def unknown(situation: Situation) -> Iterator[Finding]:
    """Say which names were not found, and what they were guessed to be."""
    # The same name twice is one unknown.
    matches = {found.given.casefold(): found for found in situation.matches if not found.known}
    own = sorted({found.given for found in situation.matches if KRATOM in found.generics}, key=str.casefold)
    if not matches and not own:
        return
    every = sorted(matches.values(), key=lambda match: match.given.casefold())
    guessed = [match for match in every if match.guessed]
    lost = [name for match in every if not match.guessed for name in (match.unread or (match.given,))]
    guesses = listed(
        say('"{given}" as {names}', given=found.given, names=joined(" and as ", found.generics)) for found in guessed
    )
    names = listed([*(match.given for match in guessed), *lost, *own])
    yield Finding(
        code=UNKNOWN.code,
        severity="caution",
        title=say("Not known: {names}", names=names),
        because=sentences(
            say(
                "Guessed, not known: read {guesses}. If that is wrong, so is what is said of it here.",
                guesses=guesses,
            )
            if guessed
            else NOTHING,
            say(
                "Nothing on file has the name {names}. "
                "The screen is incomplete: that nothing is said of it means nothing.",
                names=listed(lost),
            )
            if lost
            else NOTHING,
            say(
                "This is kratom itself: {names}. "
                "Written as a medicine or an ingredient it is not counted; write it as a [[kratom]] product with its amount.",
                names=listed(own),
            )
            if own
            else NOTHING,
        ),
        clinical=say(
            "Name not in the catalogue; look it up by hand for opioid, sedative, CYP3A, CYP2D6, QT, serotonergic and liver effects. "
            "Near matches are by spelling alone and may be look-alikes."
        ),
        numbers=(Number.of_fact(say("odds of a serious outcome, several substances against one"), "AE015"),),
        evidence=UNKNOWN.facts,
        certainty="moderate",
        watch=say("Sleepiness that is hard to wake from, slow breathing, confusion, fainting."),
        ask=say("A pharmacist, with the package."),
    )
