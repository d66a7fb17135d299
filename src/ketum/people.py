"""Virtual people: what a typical person is like, how people differ, and how well either is known.

Three layers of spread are drawn apart, so that each can be held still while the others move:

``people``
    random effects and, where a trial does not give it, body weight;
``product``
    what a product holds (see `ketum.products`);
``knowledge``
    a row of the joint posterior.

Every random number is keyed by (seed, layer, name, person): it does not depend on how many people there are, on chunks
or workers, nor on which other quantities are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtri

from ketum import pharmacology
from ketum.pharmacology.tables import Array, Effect, Parameter

LAYERS = ("people", "product", "knowledge")


@dataclass(frozen=True)
class Stream:
    """Random numbers for people ``0 ... people - 1``.

    Parameters
    ----------
    seed
        The run's seed.
    people
        How many people.
    reseeded
        Layers that take their numbers from an independent second stream; used to tell which layer drives a result.
    first
        Number of the first of them, a multiple of four, where they are a part of a larger crowd.
    """

    seed: int
    people: int
    reseeded: frozenset[str] = frozenset()
    first: int = 0

    def uniform(self, layer: str, name: str) -> Array:
        """Draw from (0, 1), shape (people,)."""
        salt = "second" if layer in self.reseeded else "first"
        digest = hashlib.blake2b(f"{salt}/{layer}/{name}".encode(), digest_size=8).digest()
        key = np.array([self.seed, int.from_bytes(digest, "big")], dtype=np.uint64)
        # One counter step of Philox yields four numbers; the nth number of the stream is person n's.
        numbers = np.random.Generator(np.random.Philox(key=key).advance(self.first // 4)).random(self.people)
        return np.clip(numbers, 2.0**-54, 1 - 2.0**-53)

    def normal(self, layer: str, name: str) -> Array:
        """Draw from a standard normal distribution, shape (people,)."""
        return np.asarray(ndtri(self.uniform(layer, name)))

    def together(self, layer: str, name: str, table: Mapping[str, Array]) -> dict[str, Array]:
        """Draw rows of a table of joint draws, columns of shape (draws,): numbers that belong together stay so."""
        draws = next(iter(table.values())).size
        row = (self.uniform(layer, name) * draws).astype(int)
        return {name: column[row] for name, column in table.items()}


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


def moved(value: Array, step: Array, scale: str) -> Array:
    """Move a positive number (``log``) or a fraction (``logit``) by a step on its scale."""
    return np.asarray(value * np.exp(step) if scale == "log" else expit(logit(value) + step))
