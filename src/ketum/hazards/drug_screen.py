"""Drug tests: what they see and what they miss.

The rule
--------
``test.drug-screen`` is a note where a test is planned. It says nothing of what follows from a result.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.texts import NOTHING, say, sentences

DRUG_SCREEN = Grounds("test.drug-screen", ("MO012", "MO013", "MO014", "MO017", "PQ017"))
FACTS = (DRUG_SCREEN,)


def drug_screen(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns a drug test."""
    if not situation.now.drug_screen_planned:
        return
    other = (
        say("A 7-OH product may show little or no mitragynine: it needs its own test.")
        if situation.use.concentrated
        else NOTHING
    )
    yield Finding(
        code=DRUG_SCREEN.code,
        severity="note",
        title=say("A usual drug test does not look for kratom"),
        because=sentences(
            say(
                "The usual opioid test does not find kratom. "
                "A test that names kratom or mitragynine does, in very small amounts. "
                "How many days after a dose it still does is not well known."
            ),
            other,
            say("A test by name is also what a doctor needs to know what was taken."),
        ),
        clinical=say(
            "Standard opioid immunoassays miss mitragynine; order a named assay (cut-offs {MO012} {MO012:unit} immunoassay, {MO013} {MO013:unit} LC-MS/MS in urine). "
            "Mitragynine screens may blame leaf for 7-OH. "
            "The detection window is known from lay sources only."
        ),
        numbers=(
            Number.of_fact(say("cut-off of one urine test by name"), "MO012"),
            Number.of_fact(say("cut-off of its confirmation"), "MO013"),
        ),
        evidence=DRUG_SCREEN.facts,
        certainty="moderate",
        watch=say("Which test is meant: ask for its list of substances."),
        ask=say("The laboratory, or the doctor who orders the test."),
    )
