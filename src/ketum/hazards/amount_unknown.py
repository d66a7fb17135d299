"""What is taken, how much of it or how often is not known: that is said, because it never means little.

The rule
--------
- ``dose.unknown`` is a note where the case says that an amount is unknown, or that something is taken as needed without
  a shortest time between doses; what is assumed instead stands in the report.
- It is a caution where the kind of product is unknown: it may be a concentrate that no study gave.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.kinds import in_group
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, say, sentences

UNKNOWN = Grounds("dose.unknown", ("PQ001", "PQ002", "pc010", "pc016"))
FACTS = (UNKNOWN,)


def amount_unknown(situation: Situation) -> Iterator[Finding]:
    """Yield what is not known of the kratom products of a case; once, however many products it holds for."""
    kind = any(in_group(portion.product, "unknown") for portion in situation.portions)
    much = any(not portion.amount_known for portion in situation.portions)
    often = any(not portion.often_known for portion in situation.portions)
    asked = (
        (say("what kind of product it is"), kind),
        (say("how much is taken at one time"), much),
        (say("how often it is taken"), often),
    )
    if missing := [words for words, holds in asked if holds]:
        yield _unknown(listed(missing), kind)


def _unknown(missing: str, kind: bool) -> Finding:
    concentrate = say(
        "It may be an extract or a 7-OH product, and a little of those can hold as much as many grams of leaf."
    )
    return Finding(
        code=UNKNOWN.code,
        severity="caution" if kind else "note",
        title=say("It is not known what is taken") if kind else say("It is not known how much is taken"),
        because=sentences(
            say("Not known here: {missing}.", missing=missing),
            say("Unknown does not mean small: users of leaf took from 2.0 to 205.9 mg of mitragynine at one time."),
            concentrate if kind else NOTHING,
            say("What is computed here assumes a wide range instead, and may be wrong."),
        ),
        clinical=sentences(
            say("Not told: {missing}.", missing=missing),
            say(
                "Dose sizes rest on the range of use among US users and are wide; absence of a dose-related finding is not evidence of a low dose."
            ),
        ),
        numbers=(
            Number.of_fact(say("mitragynine taken per use by US users"), "PQ001"),
            *((Number.of_fact(say("7-OH in one labelled dose of such products"), "pc016"),) if kind else ()),
        ),
        evidence=("PQ001", "PQ002", *(("pc010", "pc016") if kind else ())),
        certainty="moderate",
        watch=say("Stronger effects than expected: sleep that is hard to wake from, slow breathing, a fit."),
        ask=say("The seller or the label, for what it is and holds; a pharmacist, with the package in hand."),
    )
