"""Results with their labels: what a run found, as an xarray DataTree with names and units."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ketum import __version__, pharmacology
from ketum.case import Case
from ketum.crowd.model import kratom_model
from ketum.simulation.endpoints import Endpoints, unit_of
from ketum.simulation.solving import Solved

if TYPE_CHECKING:
    import xarray as xr

    from ketum.crowd.crowd import Crowd

AT = {"p05": 0.05, "median": 0.5, "p95": 0.95}
"""Quantiles over people that endpoints are summed up by, by their names."""
BANDS_AT = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles over people that curves are summed up by."""


def tree(case: Case, everyone: Crowd, solved: Solved, shares: Endpoints, seed: int) -> xr.DataTree:
    """Put everything that a run found into one tree.

    Parameters
    ----------
    case, everyone, seed
        What was simulated.
    solved
        What came of it.
    shares
        The layers' shares in the endpoints' spread.
    """
    import xarray as xr

    exposure = solved.endpoints.exposure
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=attributes(case, everyone.stream.people, seed)),
            "/population": population(everyone),
            "/trajectory": solved.curves,
            "/bands": bands(solved.curves),
            "/endpoints": exposure,
            "/summary": summary({name: quantiles(values) for name, values in exposure.items()}, shares.exposure),
            "/effects": effects(solved.endpoints.effects, shares.effects),
        }
    )


def population(everyone: Crowd) -> xr.Dataset:
    """Label each person's parameters, and what one dose of each product holds for them."""
    import xarray as xr

    own = {name: ("subject", column, {"units": _unit(name)}) for name, column in everyone.own.items()}
    doses = {
        f"dose_{i}_{code}": ("subject", mg, {"units": "mg"})
        for i, intake in enumerate(everyone.taken)
        for code, mg in intake.mg.items()
    }
    return xr.Dataset(own | doses, coords={"subject": np.arange(everyone.stream.people)})


def _unit(parameter: str) -> str:
    """Look up a parameter's unit: its row's, or the model's own name of it where no row says one."""
    rows = (*pharmacology.parameters(), *pharmacology.effect_parameters())
    return next((row.unit for row in rows if row.name == parameter), kratom_model().system.units.get(parameter, ""))


def effects(found: xr.Dataset, shares: xr.Dataset) -> xr.Dataset:
    """Put the layers' shares beside the effects of people."""
    return found.assign(share=shares.to_array("quantity").transpose("quantity", "layer"))


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


def bands(curves: xr.Dataset) -> xr.Dataset:
    """Take quantiles of curves over people."""
    return in_order(curves.quantile(list(BANDS_AT), "subject", keep_attrs=True).astype(float))


def in_order(found: xr.Dataset) -> xr.Dataset:
    """Put the dimensions of quantiles of curves in their order."""
    return found.transpose("quantile", "alkaloid", "time")


def summary(quantiles_of: Mapping[Hashable, xr.DataArray], shares: xr.Dataset) -> xr.Dataset:
    """Lay quantiles of endpoints over people, dims (statistic, alkaloid), beside the layers' shares."""
    import xarray as xr

    quantities = [str(name) for name in quantiles_of]
    value = xr.Dataset(quantiles_of).to_array("quantity").transpose("statistic", "alkaloid", "quantity")
    return xr.Dataset(
        {
            "value": value.drop_attrs(),
            "share": shares.to_array("quantity").transpose("alkaloid", "quantity", "layer"),
            "units": ("quantity", [unit_of(quantity) for quantity in quantities]),
        }
    )


def quantiles(values: xr.DataArray) -> xr.DataArray:
    """Take quantiles over people, leaving out those for whom a number is not defined; NaN where it is for nobody."""
    import xarray as xr

    place = values.get_axis_num("subject")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nanquantile warns where nobody has the number
        found = np.nanquantile(np.where(np.isfinite(values), values, np.nan), list(AT.values()), axis=place)
    kept = [dim for dim in values.dims if dim != "subject"]
    coords = {"statistic": list(AT), **{dim: values[dim] for dim in kept}}
    return xr.DataArray(found, dims=["statistic", *kept], coords=coords)
