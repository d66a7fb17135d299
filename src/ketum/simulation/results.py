"""Results with their labels: what a run found, as an xarray DataTree with names and units."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ketum import __version__, pharmacology
from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import LAYERS
from ketum.crowd.model import kratom_model
from ketum.endpoints import effect, exposure
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.effects import UNITS

if TYPE_CHECKING:
    import xarray as xr

    from ketum.crowd.crowd import Crowd

Found = dict[str, dict[str, Array]]
"""Endpoints by alkaloid code or `EFFECTS`, then quantity; shape (people,)."""
EFFECTS = "effects"
AT = (0.05, 0.5, 0.95)
"""Quantiles over people that endpoints are summed up by."""
BANDS_AT = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles over people that curves are summed up by."""


def tree(
    case: Case,
    everyone: Crowd,
    times: Array,
    levels: npt.NDArray[np.float32],
    found: Found,
    shares: Mapping[str, Found],
    seed: int,
) -> xr.DataTree:
    """Put everything that a run found into one tree.

    Parameters
    ----------
    case, everyone, seed
        What was simulated.
    times, levels
        Stored times, and curves there: alkaloids in ng/mL, then the signals of `effect`; shape (curves, people, times).
    found, shares
        Endpoints, and the layers' shares in them.
    """
    import xarray as xr

    names = [a.name for a in ALKALOIDS]
    subject = np.arange(everyone.stream.people)
    quantities = list(found["MG"])
    values = np.array([[found[a.code][q] for q in quantities] for a in ALKALOIDS])
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=attributes(case, everyone.stream.people, seed)),
            "/population": xr.Dataset(
                {name: ("subject", column, {"units": _unit(name)}) for name, column in everyone.own.items()}
                | {
                    f"dose_{i}_{code}": ("subject", mg, {"units": "mg"})
                    for i, intake in enumerate(everyone.taken)
                    for code, mg in intake.mg.items()
                },
                coords={"subject": subject},
            ),
            "/trajectory": xr.Dataset(
                {
                    "concentration": (
                        ("alkaloid", "subject", "time"),
                        levels[: len(names)],
                        {"units": "ng/mL", "what": "in plasma"},
                    )
                }
                | {
                    name: (("subject", "time"), levels[i], {"units": effect.SIGNALS[name]})
                    for i, name in enumerate(effect.KEPT, start=len(names))
                },
                coords={"alkaloid": names, "subject": subject, "time": ("time", times, {"units": "h"})},
            ),
            "/bands": bands(times, np.quantile(levels, BANDS_AT, axis=1).astype(float)),
            "/endpoints": xr.Dataset(
                {q: (("alkaloid", "subject"), values[:, i], {"units": unit_of(q)}) for i, q in enumerate(quantities)},
                coords={"alkaloid": names, "subject": subject},
            ),
            "/summary": summary(quantiles(values, AT), quantities, shares),
            "/effects": effects(found[EFFECTS], shares),
        }
    )


def _unit(parameter: str) -> str:
    """Look up a parameter's unit: its row's, or the model's own name of it where no row says one."""
    rows = (*pharmacology.parameters(), *pharmacology.effect_parameters())
    return next((row.unit for row in rows if row.name == parameter), kratom_model().system.units.get(parameter, ""))


def effects(found: Mapping[str, Any], shares: Mapping[str, Found]) -> xr.Dataset:
    """Label the effects of people, each of shape (people,), and the layers' shares."""
    import xarray as xr

    share = [[float(shares[y][EFFECTS][q]) if shares else np.nan for y in LAYERS] for q in found]
    return xr.Dataset(
        {q: ("subject", value, {"units": UNITS[q]}) for q, value in found.items()}
        | {"share": (("quantity", "layer"), np.array(share))},
        coords={"quantity": list(found), "layer": list(LAYERS)},
    )


def attributes(case: Case, number: int, seed: int) -> dict[str, str | int]:
    """Say what the numbers depend on."""
    from ketum.engine.solve.integrate import settings

    return {
        "ketum": __version__,
        "seed": seed,
        "people": number,
        "title": case.title or "",
        "model": kratom_model().system.name,
        "model_sha256": kratom_model().system.sha256,
        **settings(),
    }


def bands(times: Array, found: Array) -> xr.Dataset:
    """Label quantiles of curves over people, shape (quantiles, alkaloids and signals, times)."""
    import xarray as xr

    levels = found[:, : len(ALKALOIDS)]
    signals = {
        name: (("quantile", "time"), found[:, i], {"units": effect.SIGNALS[name]})
        for i, name in enumerate(effect.KEPT, start=len(ALKALOIDS))
    }
    return xr.Dataset(
        {"concentration": (("quantile", "alkaloid", "time"), levels, {"units": "ng/mL", "what": "in plasma"})}
        | signals,
        coords={
            "quantile": list(BANDS_AT),
            "alkaloid": [a.name for a in ALKALOIDS],
            "time": ("time", times, {"units": "h"}),
        },
    )


def summary(quantile: Array, quantities: list[str], shares: Mapping[str, Found]) -> xr.Dataset:
    """Label quantiles of endpoints over people, shape (statistics, alkaloids, quantities), and the layers' shares."""
    import xarray as xr

    share = np.array(
        [[[float(shares[y][a.code][q]) if shares else np.nan for y in LAYERS] for q in quantities] for a in ALKALOIDS]
    )
    return xr.Dataset(
        {
            "value": (("statistic", "alkaloid", "quantity"), quantile),
            "share": (("alkaloid", "quantity", "layer"), share),
            "units": ("quantity", [unit_of(q) for q in quantities]),
        },
        coords={
            "statistic": ["p05", "median", "p95"],
            "alkaloid": [a.name for a in ALKALOIDS],
            "quantity": quantities,
            "layer": list(LAYERS),
        },
    )


def unit_of(quantity: str) -> str:
    """Look up an endpoint's unit, whatever stretch it is of."""
    return exposure.UNITS[quantity.removesuffix("_first").removesuffix("_last")]


def quantiles(values: Array, at: Sequence[float]) -> Array:
    """Take quantiles over people, leaving out those for whom a number is not defined; NaN where it is for nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nanquantile warns where nobody has the number
        return np.asarray(np.nanquantile(np.where(np.isfinite(values), values, np.nan), at, axis=-1))
