"""Medicines that change CYP3A: how strongly, by what mechanism, and how fast they come and go.

Strength comes from what a medicine did to oral midazolam (``perpetrators.csv``); where no such study is on file,
from its FDA strength class, whose cut-offs are the definition of the class. The same activity is taken in gut wall
and liver: with it, oral midazolam studies predict intravenous ones (see the pairs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from ketum.arrays import Array
from ketum.chance import Stream
from ketum.enzymes.algebra import activity_of, gut_activity_of
from ketum.enzymes.strengths import between_studies, mean_ratio
from ketum.evidence import facts_in
from ketum.rows import read_rows
from ketum.writing.texts import say, term

CLASS_RATIO = {
    ("inhibitor", "strong"): (5.0, 12.0),
    ("inhibitor", "moderate"): (2.0, 5.0),
    ("inhibitor", "weak"): (1.25, 2.0),
    ("inducer", "strong"): (0.05, 0.2),
    ("inducer", "moderate"): (0.2, 0.5),
    ("inducer", "weak"): (0.5, 0.8),
}
"""AUC ratios of a sensitive victim that define the classes; open ends closed near the strongest (PT001, PT006)."""
CLASS_HALF_LIFE_H = 12.0
LONG_AGO_H, HISTORY_STEPS = 60 * 24.0, 80
STRENGTH = "strength/"
"""Begins the name of a medicine's strength among random numbers."""
MECHANISMS = ("inhibition", "inactivation", "induction")
PLACES = ("gut", "liver")


@dataclass(frozen=True)
class Perpetrator:
    """One medicine that changes CYP3A.

    Parameters
    ----------
    mechanism
        ``inhibition`` (reversible), ``inactivation`` or ``induction``.
    ratio, ratio_sd
        What it does to the AUC of oral midazolam, and the SD of the logarithm between studies.
    half_life_h
        Of its own level, as it comes and goes.
    facts, note
        Where from, and what to know.
    places
        Where it acts.
    by_class
        Whether only its class is on file.
    """

    generic: str
    mechanism: str
    ratio: float
    ratio_sd: float
    half_life_h: float
    facts: tuple[str, ...]
    note: str
    places: tuple[str, ...] = PLACES
    by_class: bool = False


@cache
def perpetrators() -> Mapping[str, Perpetrator]:
    """Read every medicine on file that changes CYP3A, by its generic name."""
    found = _by_class()
    for row in read_rows(__package__, "perpetrators.csv"):
        strength = tuple(row["strength"].split(";"))
        gut_only = row["where"] == "gut"
        found[row["generic"]] = Perpetrator(
            row["generic"],
            row["mechanism"],
            # What acts in the gut wall alone leaves nothing to be lost there at most: its strength is an Fg.
            1.0 / mean_ratio(strength) if gut_only else mean_ratio(strength),
            between_studies(strength),
            float(row["half_life_h"]),
            tuple(dict.fromkeys((*strength, *row["facts"].split(";")))),
            row["note"],
            ("gut",) if gut_only else PLACES,
        )
    return found


def _by_class() -> dict[str, Perpetrator]:
    found: dict[str, Perpetrator] = {}
    for row in facts_in("perpetrator_classes"):
        if row.details["enzyme"] != "CYP3A":
            continue
        name, key = row.details["perpetrator"].casefold(), (row.details["role"], row.value)
        if key not in CLASS_RATIO:
            continue
        low, high = CLASS_RATIO[key]
        other = found.get(name)
        if other is not None and abs(np.log(other.ratio)) >= abs(np.log(low * high)) / 2:
            continue  # sources differ: the strongest counts
        mechanism = {"inhibitor": "inhibition", "inducer": "induction"}[key[0]]
        found[name] = Perpetrator(
            name,
            mechanism,
            float(np.sqrt(low * high)),
            float(np.log(high / low) / 3.29),
            CLASS_HALF_LIFE_H,
            (row.fact_id,),
            say(
                "no midazolam study on file: size and speed are those of its class ({strength} {role})",
                strength=term(row.value),
                role=term(key[0]),
            ),
            by_class=True,
        )
    return found


def spread(perpetrator: Perpetrator, stream: Stream) -> Array:
    """Draw how far a medicine's strength is from the mean of its studies, as standard normal numbers."""
    return stream.normal("knowledge", STRENGTH + perpetrator.generic)


def parameters(
    perpetrator: Perpetrator, own: Mapping[str, Array], z: Array, started_h: float | None, stopped_h: float | None
) -> dict[str, Array]:
    """Give the model's parameters of a person who takes it, or took it.

    Parameters
    ----------
    own
        Each person's parameters, shape (people,).
    z
        Standard normal numbers for the spread between studies, shape (people,).
    started_h, stopped_h
        How long before time 0 it was started and stopped; None: long ago, and not at all.
    """
    ratio = perpetrator.ratio * np.exp(perpetrator.ratio_sd * z)
    if perpetrator.places == PLACES:
        active = activity_of(ratio, own["trial_Fg"], own["trial_3A"])
    else:
        active = gut_activity_of(ratio, own["trial_Fg"])
    k = np.log(2) / perpetrator.half_life_h
    strength = {
        f"co_{perpetrator.mechanism}_{place}": _strength(perpetrator.mechanism, active, own[f"kdeg_{place}"])
        if place in perpetrator.places
        else np.zeros_like(active)
        for place in PLACES
    }
    stopped = stopped_h or 0.0
    taking = max((started_h if started_h is not None else LONG_AGO_H + stopped) - stopped, 0.0)
    level, gut, liver = _history(perpetrator.mechanism, strength, own, k, (taking, stopped))
    taken = float(stopped_h is None)
    return strength | {
        "co_k": np.full(active.size, k),
        "co_taken": np.full(active.size, taken),
        "co_start": np.full(active.size, level),
        "co_CYP3A_gut_start": gut,
        "co_CYP3A_liver_start": liver,
    }


def together(several: Sequence[Mapping[str, Array]], own: Mapping[str, Array]) -> dict[str, Array]:
    """Add up what several medicines do that have all been there, in full, for long.

    Reversible inhibitors share one site, so their terms add up; so do the rates at which an enzyme is lost, and what is
    made of it beyond normal.

    Parameters
    ----------
    several
        Each medicine's own parameters, as `parameters` gives them.
    own
        Each person's parameters, shape (people,).
    """
    absent = np.zeros_like(own["kdeg_gut"])
    total = {
        f"co_{mechanism}_{place}": sum(
            (medicine.get(f"co_{mechanism}_{place}", absent) for medicine in several), absent
        )
        for mechanism in MECHANISMS
        for place in PLACES
    }
    start = {
        f"co_CYP3A_{place}_start": (1 + total[f"co_induction_{place}"])
        / (1 + total[f"co_inactivation_{place}"] / own[f"kdeg_{place}"])
        for place in PLACES
    }
    return total | start | dict.fromkeys(("co_k", "co_taken", "co_start"), np.ones_like(absent))


def _strength(mechanism: str, active: Array, kdeg: Array) -> Array:
    if mechanism == "induction":
        return np.maximum(active - 1.0, 0.0)
    surplus = np.maximum(1.0 / active - 1.0, 0.0)
    return surplus if mechanism == "inhibition" else kdeg * surplus


def _history(
    mechanism: str,
    strength: Mapping[str, Array],
    own: Mapping[str, Array],
    k: float,
    lengths: tuple[float, float],
) -> tuple[float, Array, Array]:
    """Level and enzymes at time 0, from how long it was taken and then stopped, in h."""
    taking, stopped = lengths
    peak = 1.0 - np.exp(-k * min(taking, LONG_AGO_H))
    level = float(peak * np.exp(-k * stopped))
    enzymes = []
    for place in PLACES:
        kdeg, A = own[f"kdeg_{place}"], np.ones_like(own[f"kdeg_{place}"])
        effect = strength[f"co_{mechanism}_{place}"]
        for length, start, target in ((taking, 0.0, 1.0), (stopped, peak, 0.0)):
            # Steps in which the level changes by little; the enzyme's own course is exact within them.
            ends = _even(k, min(length, LONG_AGO_H)) if mechanism != "inhibition" else np.zeros(1)
            for begin, end in pairwise(ends.tolist()):
                dt = end - begin
                x = target + (start - target) * (np.exp(-k * begin) - np.exp(-k * end)) / (k * dt)
                lost = kdeg + (effect * x if mechanism == "inactivation" else 0.0)
                settled = kdeg * (1.0 + (effect * x if mechanism == "induction" else 0.0)) / lost
                A = settled + (A - settled) * np.exp(-lost * dt)
        enzymes.append(A)
    return level, enzymes[0], enzymes[1]


def _even(k: float, length: float) -> Array:
    """Cut a time into steps in which exp(-k t) falls, and t rises, by little; shape (ends,), 0 alone for no time."""
    shares = np.arange(HISTORY_STEPS) / HISTORY_STEPS
    return np.unique([*-np.log1p(shares * np.expm1(-k * length)) / k, *shares * length, length])
