"""What a case tells of liver, kidneys, CYP2D6 and age, and the levels do not use: said beside them.

The rule
--------
- The numbers stay those of a healthy adult. What they leave out is said wherever they are shown.
- For Child-Pugh B and C bounds are given beside them: how much higher the exposure could be, with very low certainty.
"""

from __future__ import annotations

import numpy as np

from ketum.answers.content import OrganBound, OrganNote
from ketum.case import Case
from ketum.chance import Stream
from ketum.crowd import people
from ketum.pharmacology import alkaloid
from ketum.pharmacology.impaired_liver import LIVERS, exposure_bounds
from ketum.writing.texts import Text, joined, say, sentences, term

PEOPLE = 500
"""How many people the bounds are taken over: from a twentieth of the low ends to a twentieth of the high ends."""

OLD_YEARS = 65
BOUNDED = ("child-pugh-b", "child-pugh-c")
_FOLLOWED = ("MG", "HM")


def organ_notes(case: Case, codes: set[str], seed: int = 0) -> tuple[OrganNote, ...]:
    """List what a case tells of the person and the levels do not use.

    Parameters
    ----------
    case
        The case.
    codes
        Codes of its findings: a liver or kidney disease may be told in words.
    seed
        Chooses the virtual people of the bounds.
    """
    person = case.person
    found = []
    if person.liver not in (None, "normal") or "liver.disease" in codes:
        found.append(_liver(case, str(person.liver), seed))
    if "condition.kidney" in codes or (person.egfr is not None and person.egfr < 60):
        found.append(_KIDNEY)
    if person.cyp2d6 in ("poor", "intermediate", "ultrarapid"):
        found.append(
            OrganNote(
                "cyp2d6",
                say("Simulated without regard to the CYP2D6 type: no human data by type were found."),
            )
        )
    if person.age_years >= OLD_YEARS:
        found.append(_AGE)
    return tuple(found)


_KIDNEY = OrganNote(
    "kidney",
    say(
        "Simulated with normal kidneys: they hardly remove mitragynine itself ({ad037} % of a dose), but what it becomes was not followed in anybody with weak kidneys."
    ),
    fact_ids=("ad037", "EK075"),
)
_AGE = OrganNote(
    "age",
    say(
        "Simulated as a younger adult: nobody measured kratom by age. Old men cleared midazolam {EK078} times as well as young ones in one study, and as well in another."
    ),
    fact_ids=("EK078", "EK081"),
)


def _liver(case: Case, state: str, seed: int) -> OrganNote:
    simulated = say("Simulated with a normal liver: nobody measured kratom in liver disease.")
    if state not in BOUNDED:
        return OrganNote("liver", simulated)
    bounds = liver_bounds(case, state, seed)
    letter = state[-1].upper()
    text = sentences(
        say(
            "With a liver as in Child-Pugh {letter} the exposure (the level over time of what is not bound to protein) could be this many times the one shown: {bounds}.",
            letter=letter,
            bounds=joined(", ", (_in_words(bound) for bound in bounds)),
        ),
        say(
            "The first peak would rise less; the levels would last longer and build up more. These are bounds, not a prediction: what is known of midazolam in cirrhosis, put on kratom. Certainty: very low."
        ),
    )
    return OrganNote("liver", simulated, text, bounds, "very low", LIVERS[state].facts)


def _in_words(bound: OrganBound) -> Text:
    return say(
        "{alkaloid} {low:.2g} to {high:.2g}",
        low=bound.low,
        high=bound.high,
        alkaloid=term(bound.alkaloid),
    )


def liver_bounds(case: Case, state: str, seed: int = 0) -> tuple[OrganBound, ...]:
    """Bound the exposure with an impaired liver: nineteen of twenty people lie above the low, as many below the high."""
    stream = Stream(seed, PEOPLE)
    weight = np.full(PEOPLE, case.person.weight_kg)
    own = people.individual(people.draw_knowledge(stream), people.draw_effects(stream), weight)
    found = []
    for code in _FOLLOWED:
        low, high = exposure_bounds(own, code, LIVERS[state])
        found.append(
            OrganBound(
                alkaloid(code).name,
                "unbound AUC",
                float(np.quantile(low, 0.05)),
                float(np.quantile(high, 0.95)),
            )
        )
    return tuple(found)
