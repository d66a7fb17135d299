"""Driving and machines.

The rule
--------
``function.driving`` is a note wherever kratom is taken: no driving study was found, and no dose is known to spare it.
It is a caution where sleepiness, dizziness or very small pupils are named, where a 7-OH product is taken, or where more
than two drinks a day come with it. Sedating medicines have findings of their own.
"""

from __future__ import annotations

from ketum.hazards.finding import Finding, Number
from ketum.hazards.use import Use
from ketum.words.understanding import Understood

_DRINKS = 2.0


def driving(used: Use, said: Understood, drinks_per_day: float | None = None) -> tuple[Finding, ...]:
    """Return what concerns driving.

    Parameters
    ----------
    used
        How kratom is used.
    said
        Symptoms and conditions.
    drinks_per_day
        Standard drinks, None where unknown.
    """
    sleepy = said.named("sedation")
    lifted = bool(sleepy) or used.concentrated or (drinks_per_day or 0.0) > _DRINKS
    named = f" Named here: {', '.join(sleepy)}." if sleepy else ""
    return (
        Finding(
            code="function.driving",
            severity="caution" if lifted else "note",
            title="Do not drive while it makes you sleepy or dizzy" if lifted else "It can make driving worse",
            because=(
                f"Kratom can make people drowsy or dizzy, and slower.{named} Nobody has measured how it changes "
                f"driving. "
                "In many places, driving under the influence of any drug is an offence, also where kratom itself "
                "is legal."
            ),
            clinical=(
                "Drowsiness in about 14 % of poison-centre calls; regular users differed from controls only in "
                "paired-associates "
                "learning. Mitragynine was found in 0.24 % of impaired drivers, always with other drugs. No "
                "driving study was found."
            ),
            numbers=(
                Number.of_fact("poison-centre calls about kratom alone with drowsiness", "AE021"),
                Number.of_fact("impaired drivers with mitragynine in the blood, always with other drugs", "PO021"),
            ),
            evidence=("AE021", "PO020", "PO021", "CC031"),
            certainty="low",
            watch="Heavy eyelids, blurred sight, slow reactions, more so in the first hours and with alcohol.",
            ask="A doctor or pharmacist.",
        ),
    )
