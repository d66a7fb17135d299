"""How well independent clouds agree: nested R-hat and effective sample size, as ArviZ computes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from arviz_stats.base import array_stats
from tempering import Cloud

MOST_R_HAT = 1.05
"""Above it clouds have not found the same posterior."""


def report(names: Sequence[str], clouds: Sequence[Cloud]) -> None:
    """Print the worst five unknowns; where clouds do not agree, stop before anything is written.

    Parameters
    ----------
    names
        Of the unknowns.
    clouds
        Independent ones; each of their points is a short chain.
    """
    paths = np.concatenate([cloud.points for cloud in clouds])  # (chains, steps, unknowns)
    cloud_of = np.repeat(np.arange(len(clouds)), [len(cloud.points) for cloud in clouds])
    r_hat = np.array([array_stats.rhat_nested(paths[..., i], cloud_of) for i in range(len(names))])
    ess = np.array([array_stats.ess(paths[..., i]) for i in range(len(names))])
    print(
        f"R-hat over {len(clouds)} clouds: at most {r_hat.max():.3f}; effective sample size: at least {ess.min():.0f}"
    )
    for i in np.argsort(-r_hat)[:5]:
        print(f"  {names[i]:16} R-hat {r_hat[i]:.3f}, effective sample size {ess[i]:.0f}")
    if r_hat.max() > MOST_R_HAT:
        raise SystemExit(f"R-hat is above {MOST_R_HAT}: nothing is written; give clouds more points or moves")
