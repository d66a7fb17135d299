"""Endpoints of people, labelled from the start: by alkaloid and subject, with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.chance import LAYERS
from ketum.endpoints import exposure
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.effects import UNITS

if TYPE_CHECKING:
    import xarray as xr

FEWEST_FOR_SHARES = 100
"""With fewer people the shares of the layers are noise, and are not given."""


@dataclass(frozen=True, eq=False)
class Endpoints:
    """What curves amount to, for each person.

    Parameters
    ----------
    exposure
        Blood levels' numbers, dims (alkaloid, subject).
    effects
        From receptor to relief, dims (subject,).
    """

    exposure: xr.Dataset
    effects: xr.Dataset

    @property
    def people(self) -> int:
        """How many people they are of."""
        return int(self.exposure.sizes["subject"])

    def first(self, people: int) -> Endpoints:
        """Keep the first people only."""
        some = {"subject": slice(people)}
        return Endpoints(self.exposure.isel(some), self.effects.isel(some))


def unit_of(quantity: str) -> str:
    """Look up an endpoint's unit, whatever stretch it is of."""
    return exposure.UNITS[quantity.removesuffix("_first").removesuffix("_last")]


def labelled(by_alkaloid: Mapping[str, Mapping[str, Array]], effects: Mapping[str, Array], first: int) -> Endpoints:
    """Put labels on the numbers of people.

    Parameters
    ----------
    by_alkaloid
        By the alkaloid's code, then quantity; shape (people,).
    effects
        By quantity; shape (people,).
    first
        Number of the first of the people.
    """
    import xarray as xr

    people = next(iter(effects.values())).size
    subject = np.arange(first, first + people)
    quantities = by_alkaloid[ALKALOIDS[0].code]
    return Endpoints(
        xr.Dataset(
            {
                quantity: (
                    ("alkaloid", "subject"),
                    np.array([by_alkaloid[known.code][quantity] for known in ALKALOIDS]),
                    {"units": unit_of(quantity)},
                )
                for quantity in quantities
            },
            coords={"alkaloid": [known.name for known in ALKALOIDS], "subject": subject},
        ),
        xr.Dataset(
            {quantity: ("subject", values, {"units": UNITS[quantity]}) for quantity, values in effects.items()},
            coords={"subject": subject},
        ),
    )


def joined(parts: Sequence[Endpoints]) -> Endpoints:
    """Put parts of the people together, in order."""
    import xarray as xr

    return Endpoints(
        *(
            xr.concat([getattr(part, name) for part in parts], "subject", combine_attrs="override")
            for name in ("exposure", "effects")
        )
    )


def shares_between(found: Endpoints, again: Mapping[str, Endpoints]) -> Endpoints:
    """Tell how much of each endpoint's spread a layer explains by itself.

    Parameters
    ----------
    found
        Endpoints of people.
    again
        By layer, endpoints of the same people with that layer's random numbers kept and the others' drawn anew; empty
        where nobody was drawn again.

    Returns
    -------
    Endpoints
        First-order (Sobol) shares, dims (layer, alkaloid) and (layer,); NaN where they cannot be told.
    """
    import xarray as xr

    layers = xr.DataArray(list(LAYERS), dims="layer", name="layer")
    exposure_shares = [_shares(found.exposure, again[y].exposure if y in again else None) for y in LAYERS]
    effect_shares = [_shares(found.effects, again[y].effects if y in again else None) for y in LAYERS]
    return Endpoints(xr.concat(exposure_shares, layers), xr.concat(effect_shares, layers))


def _shares(first: xr.Dataset, second: xr.Dataset | None) -> xr.Dataset:
    """Correlate logarithms over people: with one layer kept, their covariance over their variance is its share."""
    shares = {}
    for quantity, values in first.items():
        shares[quantity] = (values.dims[:-1], np.full(values.shape[:-1], np.nan))
        if second is not None:
            people = values.sizes["subject"]
            pairs = zip(*(found.to_numpy().reshape(-1, people) for found in (values, second[quantity])), strict=True)
            each = np.array([_correlated(a, b) for a, b in pairs])
            shares[quantity] = (values.dims[:-1], each.reshape(values.shape[:-1]))
    return first.drop_dims("subject").assign(shares)


def _correlated(first: Array, second: Array) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.log(first), np.log(second)
    good = np.isfinite(a) & np.isfinite(b)
    if good.sum() < FEWEST_FOR_SHARES or a[good].std() < 1e-9 or b[good].std() < 1e-9:
        return np.nan
    return float(np.clip(np.corrcoef(a[good], b[good])[0, 1], 0.0, 1.0))
