"""Opioids taken beside kratom: from the case's medicines to levels at the receptor.

The model has room for two of them. A level rises at once with each dose and falls with the medicine's half-life; where
the interval or the half-life is not known it stands still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ketum.arrays import Array
from ketum.case import Case, Medicine
from ketum.chance import Lognormal, Stream
from ketum.medicine.match import match
from ketum.pharmacology import Opioid, opioids
from ketum.pharmacology.closed_forms import morphine_K
from ketum.writing.numbers import number
from ketum.writing.texts import Text, say, term, verbatim

PLACES = ("A", "B")
LEVEL_SD = 0.5
"""SD of the logarithm of a level after a known dose: people differ, and so do products."""
UNKNOWN_SD = 1.0
"""The same, added where the dose is not known."""
UNSEEN_SD = 1.5
"""The same where what level a dose makes was never seen."""
FALLBACK_NM = 5.0
"""Unbound level of an antagonist whose level was never seen; assumed."""


@dataclass(frozen=True, eq=False)
class OpioidsBeside:
    """What is taken beside kratom, as the model sees it.

    Parameters
    ----------
    names
        The medicines in the model's two places.
    own
        Each person's parameters of those places, shape (people,).
    doses
        Event table of their levels.
    assumptions, unknown
        In words.
    facts
        Ids of the facts behind the levels.
    """

    names: tuple[str, ...]
    own: Mapping[str, Array]
    doses: pd.DataFrame
    assumptions: tuple[Text, ...]
    unknown: tuple[Text, ...]
    facts: tuple[str, ...]


def opioid_of(name: str) -> Opioid | None:
    """Find a medicine, by any name that the catalogue reads, among the opioids on file."""
    wanted = {" ".join(name.lower().split()), *match(name).generics}
    return next((known for known in opioids() if not wanted.isdisjoint(known.names)), None)


def opioids_beside(case: Case, own: Mapping[str, Array], stream: Stream, end_h: float) -> OpioidsBeside:
    """Work out the levels of the opioids that a case names.

    Parameters
    ----------
    case
        The case.
    own
        Each person's parameters, among them those that anchor morphine; shape (people,).
    stream
        Random numbers.
    end_h
        Later doses are left out.
    """
    found = [(medicine, known) for medicine in case.medicine if (known := opioid_of(medicine.name))]
    parameters: dict[str, Array] = {}
    parts, assumptions, unknown = [], [], []
    for place, (medicine, known) in zip(PLACES, found, strict=False):
        level, words = _level(medicine, known, own, stream)
        if medicine.every_h is None and not medicine.stopped_days_ago:
            words.append(
                say("how often {name} is taken; its level is taken to stand still", name=verbatim(medicine.name))
            )
        unknown += words
        parameters |= _place(place, medicine, known, own)
        parts += _rows(place, medicine, known, level, end_h)
        assumptions.append(say("{name} beside kratom: {note}", name=term(known.medicine), note=term(known.note)))
    unknown += [
        say(
            "the effect of {name} at the receptor: two opioids beside kratom are followed", name=verbatim(medicine.name)
        )
        for medicine, _ in found[2:]
    ]
    doses = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["ID", "TIME", "AMT", "CMT"])
    facts = tuple(dict.fromkeys(fact for _, known in found[:2] for fact in known.facts))
    return OpioidsBeside(
        tuple(known.medicine for _, known in found[:2]), parameters, doses, tuple(assumptions), tuple(unknown), facts
    )


def _place(place: str, medicine: Medicine, known: Opioid, own: Mapping[str, Array]) -> dict[str, Array]:
    people = own["tau_M"].size
    # Full agonists are stated in morphine's concentration, and so bind with its affinity at this effect.
    affinity = morphine_K(own) if np.isnan(known.K_nM) else np.full(people, known.K_nM)
    return {
        f"K_{place}": affinity,
        f"n_{place}": np.full(people, known.n),
        f"eff_{place}": np.full(people, known.eff),
        f"k_{place}": np.full(people, _fall(medicine, known)),
    }


def _fall(medicine: Medicine, known: Opioid) -> float:
    """Give the rate at which a level falls, in 1/h: none where it is not known how often the medicine is taken."""
    taken_on = medicine.every_h is None and not medicine.stopped_days_ago
    return 0.0 if taken_on or np.isnan(known.half_life_h) else float(np.log(2.0)) / known.half_life_h


def _level(medicine: Medicine, known: Opioid, own: Mapping[str, Array], stream: Stream) -> tuple[Array, list[Text]]:
    """Work out the unbound level at the site right after a dose, in nM."""
    factor = np.exp(LEVEL_SD * stream.normal("people", f"level of {known.medicine}"))
    unknown = stream.normal("knowledge", f"level of {known.medicine}")
    mg = medicine.amount.mg if medicine.amount else None
    rate = medicine.amount.mg_per_h if medicine.amount else None
    at_site = own["fu_M"] * own["Kpuu_M"]
    if rate is not None and np.isfinite(known.morphine_per_mg_h):
        morphine_a_day = rate * known.morphine_per_mg_h
        return own["level_M"] * morphine_a_day / MORPHINE_OF_TRIALS_MG * at_site * factor, []
    words: list[Text] = []
    if mg is None or rate is not None:
        mg, factor = known.usual_mg, factor * np.exp(UNKNOWN_SD * unknown)
        words = [say("how much {name} is taken; {taken}", name=verbatim(medicine.name), taken=_taken(known))]
    if np.isfinite(known.morphine_per_mg) and np.isfinite(mg):
        return mg * known.morphine_per_mg * own["peak_M"] * at_site * factor, words
    if np.isfinite(known.nM_per_mg) and np.isfinite(mg):
        return mg * known.nM_per_mg * factor, words
    factor = np.exp(UNSEEN_SD * unknown)
    if known.role == "antagonist":
        wide = Lognormal(FALLBACK_NM).times(1.0, unseen=UNSEEN_SD).interval
        text = say(
            "which level of {name} is reached; {low} to {high} nM is assumed",
            name=verbatim(medicine.name),
            low=number(wide.low, 1),
            high=number(wide.high, 1),
        )
        return FALLBACK_NM * factor, [text]
    text = say(
        "which level of {name} is reached; as after {mg:g} mg of morphine a day is assumed, wide",
        name=verbatim(medicine.name),
        mg=MORPHINE_OF_TRIALS_MG,
    )
    return own["level_M"] * at_site * factor, [text]


MORPHINE_OF_TRIALS_MG = 60.0
"""Daily swallowed morphine that `level_M` stands for."""


def _taken(known: Opioid) -> Text:
    if np.isfinite(known.usual_mg):
        return say("{mg:g} mg is assumed, wide", mg=known.usual_mg)
    return say("a wide level is assumed")


def _rows(place: str, medicine: Medicine, known: Opioid, level: Array, end_h: float) -> list[pd.DataFrame]:
    """Write one row a person: doses at the case's interval, after what earlier doses have left."""
    every = medicine.every_h
    stopped_h = 24.0 * (medicine.stopped_days_ago or 0.0)
    fall = _fall(medicine, known)
    still = fall == 0
    # Doses before the run have built up, unless it began only now.
    left = 1 / -np.expm1(-fall * every) if every and not still and medicine.started_days_ago != 0 else 1.0
    people = np.arange(level.size)
    first = {"ID": people, "TIME": 0.0, "CMT": f"other_{place}", "II": 0.0, "ADDL": 0}
    if stopped_h > 0 or not every or still:
        return [pd.DataFrame(first | {"AMT": level * left * np.exp(-fall * stopped_h)})]
    start = pd.DataFrame(first | {"AMT": level * left})
    further = int(np.ceil(end_h / every)) - 2
    if further < 0:
        return [start]
    later = first | {"TIME": every, "II": every, "ADDL": further, "AMT": level}
    return [start, pd.DataFrame(later)]
