"""What follows from the model's parameters without solving it: half-lives, yardsticks of effect, ceilings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketum.arrays import Array
from ketum.pharmacology.alkaloids import alkaloid


def terminal_half_life(own: Mapping[str, Array], code: str) -> Array:
    """Work out the slowest half-life of an alkaloid's two-compartment disposition, in h, from a person's parameters.

    This is what the equations say; what a trial reports depends on when it samples and how little it can measure. A
    metabolite cannot fall more slowly than this nor, in the end, more quickly than its parent.
    """
    flow = own["Q_H"]
    clearance = flow * own[f"CLint_{code}"] / (flow + own[f"CLint_{code}"])
    k10, k12 = clearance / own[f"V1_{code}"], own[f"Q_{code}"] / own[f"V1_{code}"]
    k21 = own[f"Q_{code}"] / own[f"V2_{code}"]
    total = k10 + k12 + k21
    slow = 2 * k10 * k21 / (total + np.sqrt(total**2 - 4 * k10 * k21))
    half_life = np.asarray(np.log(2.0) / slow)
    parent = alkaloid(code).formed_from
    return np.asarray(np.maximum(half_life, terminal_half_life(own, parent))) if parent else half_life


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
