"""Virtual people: what a typical person is like, how people differ, and how well either is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.chance import Stream
from ketum.pharmacology import Effect, Parameter
from ketum.pharmacology.parameters import moved


def draw_knowledge(stream: Stream) -> dict[str, Array]:
    """Give each person one joint row of the posteriors; what no fit has seen is drawn from its prior."""
    drawn = stream.together("knowledge", "posterior", {**pharmacology.posterior(), **pharmacology.effect_posterior()})
    rows: tuple[Parameter | Effect, ...] = (*pharmacology.effect_parameters(), *pharmacology.effect_variability())
    for row in rows:
        if row.name not in drawn:
            drawn[row.name] = _from_prior(row, stream)
    return drawn


def _from_prior(row: Parameter | Effect, stream: Stream) -> Array:
    scale = row.scale if isinstance(row, Parameter) else "log"
    if scale == "switch":
        return np.where(stream.uniform("knowledge", row.name) < row.prior_median, 1.0, 0.0)
    return moved(np.array(row.prior_median), row.prior_sd * stream.normal("knowledge", row.name), scale)


def draw_effects(stream: Stream) -> dict[str, Array]:
    """Draw each person's random effects, as standard normal numbers."""
    known = (*pharmacology.effects(), *pharmacology.effect_variability())
    return {effect.name: stream.normal("people", effect.name) for effect in known}


EXPERIENCE = {"new": 1.0, "regular": 0.0}
"""Whether studies of people new to kratom are a person's own; where nothing is said, each kind is half of the people's."""


def as_in_studies_of(own: Mapping[str, Array], experience: str | None, stream: Stream) -> dict[str, Array]:
    """Give people the potency of the studies that are theirs: of people new to kratom, or of regular users.

    Parameters
    ----------
    own
        Each person's parameters, shape (people,).
    experience
        What the case says; None where it says nothing.
    stream
        Random numbers.

    Returns
    -------
    dict of str to ndarray, shape (people,)
        ``potency``, and ``as_new``: 1 for those whose studies are of people new to kratom.
    """
    said = EXPERIENCE.get(experience or "")
    as_new = np.full(stream.people, said) if said is not None else 1.0 * (stream.uniform("knowledge", "as_new") < 0.5)
    return {
        "as_new": np.asarray(as_new),
        "potency": np.where(as_new > 0, own["potency"] * own["naive"], own["potency"]),
    }


def individual(typical: Mapping[str, Array], effects: Mapping[str, Array], weight_kg: Array) -> dict[str, Array]:
    """Work out each person's own parameters.

    Parameters
    ----------
    typical
        For each person, the typical values and effect SDs that hold there (a row of the posterior), shape (people,).
    effects
        Standard normal numbers for each effect, shape (people,).
    weight_kg
        Body weights, shape (people,).

    Returns
    -------
    dict of str to ndarray, shape (people,)
        One column a parameter that `typical` holds.
    """
    shift: dict[str, Array] = {}
    for effect in (*pharmacology.effects(), *pharmacology.effect_variability()):
        if effect.name not in typical:
            continue
        step = typical[effect.name] * effects[effect.name]
        for name in effect.on:
            shift[name] = shift.get(name, 0.0) + step
    own = {}
    for parameter in (*pharmacology.parameters(), *pharmacology.effect_parameters()):
        if parameter.name not in typical:
            continue
        value = typical[parameter.name]
        if parameter.name in shift:
            value = moved(value, shift[parameter.name], parameter.scale)
        own[parameter.name] = value * (weight_kg / 70.0) ** parameter.weight_exponent
    return own
