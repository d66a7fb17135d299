"""What follows from the model's parameters without solving it: half-lives, yardsticks of effect, ceilings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketum.arrays import Array
from ketum.pharmacology.alkaloids import alkaloid


def terminal_half_life(own: Mapping[str, Array], code: str) -> Array:
    """Work out the slowest half-life of an alkaloid's disposition, in h, from a person's parameters.

    This is what the equations say; what a trial reports depends on when it samples and how little it can measure. A
    metabolite cannot fall more slowly than this nor, in the end, more quickly than its parent.
    """
    half_life = np.asarray(np.log(2.0) / disposition_rates(own, code)[:, 0])
    parent = alkaloid(code).formed_from
    return np.asarray(np.maximum(half_life, terminal_half_life(own, parent))) if parent else half_life


def disposition_rates(own: Mapping[str, Array], code: str) -> Array:
    """Find the rates of the exponentials in which an alkaloid leaves the blood.

    In 1/h, rising, shape (people, volumes). A volume without flow to it holds nothing: its rate is left out where it is
    so in everybody, and infinite elsewhere.
    """
    flow = np.atleast_1d(own["Q_H"])
    V1 = own[f"V1_{code}"]
    beyond = [(f"Q_{code}", f"V2_{code}")]
    if np.any(own.get(f"Q3_{code}", 0.0)):
        beyond.append((f"Q3_{code}", f"V3_{code}"))
    size = 1 + len(beyond)
    rates = np.zeros((flow.size, size, size))
    rates[:, 0, 0] = flow * own[f"CLint_{code}"] / (flow + own[f"CLint_{code}"]) / V1
    for i, (Q, V) in enumerate(beyond, start=1):
        out, back = own[Q] / V1, own[Q] / own[V]
        rates[:, 0, 0] += out
        rates[:, i, i] = back
        # Similar to the matrix of flows, and symmetric.
        rates[:, 0, i] = rates[:, i, 0] = -np.sqrt(out * back)
    found = np.linalg.eigvalsh(rates)
    return np.sort(np.where(found > 1e-12 * found[:, -1:], found, np.inf), axis=1)


def morphine_K(own: Mapping[str, Array]) -> Array:
    """Work out morphine's dissociation constant at the effect site in nM; as K_M in the model."""
    return own["EC50_M"] * own["fu_M"] * own["Kpuu_M"] * (1 + own["tau_M"])


def relief(effect: Array, own: Mapping[str, Array]) -> Array:
    """Put a receptor effect on the yardstick of opioids in chronic pain: points of 10, placebo taken off.

    Relief is in proportion to the receptor effect, and morphine at the level of the trials has their relief. No trial
    of kratom in chronic pain stands behind it.
    """
    reference = _of_morphine(own["level_M"], own, 1.0)
    return np.asarray(own["relief_M"] * effect / reference)


def morphine_mg(effect: Array, own: Mapping[str, Array], reserve: Array | float = 1.0) -> Array:
    """Find the single swallowed dose of morphine, in mg, whose peak has this effect in somebody who takes none.

    Inverts effect = tau C / (K + (1 + tau) C). Infinite where no dose of morphine reaches it.
    """
    tau = own["tau_M"] * reserve
    most = tau / (1 + tau)
    # On the scale of total plasma morphine; with another reserve the half-effect moves, K does not.
    half = own["EC50_M"] * (1 + own["tau_M"]) / (1 + tau)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(effect < most, half * effect / (most - effect), np.inf)
    return np.asarray(level / own["peak_M"])


def _of_morphine(level_nM: Array, own: Mapping[str, Array], reserve: float) -> Array:
    tau = own["tau_M"] * reserve
    K = own["EC50_M"] * (1 + own["tau_M"])
    return np.asarray(tau * level_nM / (K + (1 + tau) * level_nM))


def ceiling(own: Mapping[str, Array]) -> Array:
    """Give the greatest effect on breathing that mitragynine itself can have, without what is formed of it."""
    tau = own["tau_M"] * own["reserve_B"] * own["eff_MG"]
    return np.asarray(tau / (1 + tau))
