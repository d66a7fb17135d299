"""Driving and machines.

The rule
--------
``function.driving`` is a note wherever kratom is taken: no driving study was found, and no dose is known to spare it.
It is a caution where sleepiness, dizziness or very small pupils are named, where a 7-OH product is taken, or where more
than two drinks a day come with it. Sedating medicines have findings of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.hazards.wording import named_here
from ketum.writing.texts import say, sentences

DRIVING = Grounds("function.driving", ("AE021", "PO020", "PO021", "CC031"))
FACTS = (DRIVING,)

_DRINKS = 2.0


def driving(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns driving."""
    sleepy = situation.said.named("sedation")
    lifted = bool(sleepy) or situation.use.concentrated or situation.drinks_per_day > _DRINKS
    yield Finding(
        code=DRIVING.code,
        severity="caution" if lifted else "note",
        title=say("Do not drive while it makes you sleepy or dizzy") if lifted else say("It can make driving worse"),
        because=sentences(
            say("Kratom can make people drowsy or dizzy, and slower."),
            named_here(sleepy),
            say(
                "Nobody has measured how it changes driving. "
                "In many places, driving under the influence of any drug is an offence, also where kratom itself is legal."
            ),
        ),
        clinical=say(
            "Drowsiness in about {AE021:.0f} % of poison-centre calls; regular users differed from controls only in paired-associates learning. "
            "Mitragynine was found in {PO021} % of impaired drivers, always with other drugs. "
            "No driving study was found."
        ),
        numbers=(
            Number.of_fact(say("poison-centre calls about kratom alone with drowsiness"), "AE021"),
            Number.of_fact(say("impaired drivers with mitragynine in the blood, always with other drugs"), "PO021"),
        ),
        evidence=DRIVING.facts,
        certainty="low",
        watch=say("Heavy eyelids, blurred sight, slow reactions, more so in the first hours and with alcohol."),
        ask=say("A doctor or pharmacist."),
    )
