"""How much more of an alkaloid a failing liver may let through: bounds in closed form, not a prediction.

Nobody measured kratom in liver disease. Loss in the liver is scaled as that of midazolam, the drug that was measured
most; blood that goes around the liver and weaker binding to protein are each taken as none and as the most on file.
The gut wall is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np

from ketum.arrays import Array
from ketum.evidence import fact

_BINDING = "EK074"
"""How the unbound fraction follows the protein."""


@dataclass(frozen=True)
class ImpairedLiver:
    """A class of liver disease, as facts that say what is left; each a ratio to healthy people.

    Parameters
    ----------
    clearance
        Of midazolam; their disagreement is the width.
    portal
        Blood of the portal vein that still reaches the liver.
    protein
        The plasma protein that is lost most.
    """

    clearance: tuple[str, ...]
    portal: str
    protein: str

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact behind it."""
        return (*self.clearance, self.portal, self.protein, _BINDING)


LIVERS: Mapping[str, ImpairedLiver] = MappingProxyType(
    {
        "child-pugh-a": ImpairedLiver(("EK056", "EK008"), "EK044", "EK038"),
        "child-pugh-b": ImpairedLiver(("EK058", "EK064"), "EK045", "EK039"),
        "child-pugh-c": ImpairedLiver(("EK060", "EK062", "EK067"), "EK046", "EK040"),
    }
)


def exposure_bounds(own: Mapping[str, Array], code: str, liver: ImpairedLiver) -> tuple[Array, Array]:
    """Bound the unbound exposure (AUC) after swallowing with an impaired liver, over that with a healthy one.

    Parameters
    ----------
    own
        Each person's parameters, shape (people,).
    code
        Alkaloid.
    liver
        The class of disease.

    Returns
    -------
    low, high : ndarray, shape (people,)
        Over every corner of what is on file.
    """
    left = [fact(fact_id).number() for fact_id in liver.clearance]
    around = 1.0 - fact(liver.portal).number()
    freed = freed_by(own[f"fu_{code}"], fact(liver.protein).number())
    corners = np.array(
        [
            exposure_ratio(own["Q_H"], own[f"CLint_{code}"], each, shunted, free)
            for each, shunted, free in product((min(left), max(left)), (0.0, around), (np.ones_like(freed), freed))
        ]
    )
    return corners.min(axis=0), corners.max(axis=0)


def exposure_ratio(flow: Array, clint: Array, left: float, shunted: float, freed: Array) -> Array:
    """Return the ratio of unbound exposures after swallowing, in a well-stirred liver with a path around it.

    Parameters
    ----------
    flow, clint
        Blood flow through the liver and intrinsic clearance times unbound fraction, both of a healthy liver, in L/h.
    left
        Share of the unbound intrinsic clearance that is left.
    shunted
        Share of the swallowed alkaloid that goes around the liver on its first pass; the flow through it stays.
    freed
        Unbound fraction over a healthy person's.
    """
    healthy = clint / (flow + clint)
    now = left * freed * clint / (flow + left * freed * clint)
    passing = shunted + (1.0 - shunted) * (1.0 - now)
    return np.asarray(freed * (passing / now) / ((1.0 - healthy) / healthy))


def freed_by(unbound: Array, protein: float) -> Array:
    """Return the unbound fraction with a share of the protein left, over that with all of it (fact EK074)."""
    return np.asarray(1.0 / (1.0 - protein + protein / unbound) / unbound)
