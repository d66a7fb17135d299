"""A finished run with numbers chosen by hand: what is said of it is known beforehand, and nothing is solved."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr
from tests.joins.made import case

from ketum.case import Case
from ketum.crowd.contents import contents
from ketum.simulation.effects import UNITS

PEOPLE = 101
NAMES = ("mitragynine", "7-hydroxymitragynine", "speciociliatine")
LAYERS = ("people", "product", "knowledge")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HUNDRED = np.random.default_rng(0).permutation(PEOPLE).astype(float)
"""0 to 100 in any order: the 5th, 50th and 95th percentile are 5, 50 and 95."""
FACTOR = {quantity: 1.0 + i for i, quantity in enumerate(UNITS)}
SHARES = {quantity: (0.1, 0.2 + i / 100, float("nan")) for i, quantity in enumerate(UNITS)}
SIDES = {"agonist_SC": HUNDRED % 2 == 1, "as_new": HUNDRED % 3 == 0, "full_HM": HUNDRED % 5 < 2}
"""Who lives on which side of a hypothesis: no two of them are parted alike."""
TIMES = np.array([0.0, 1.0, 4.0])
SIGNALS = ("occupied_kratom", "occupied_other", "responsiveness")


def effects(**changes: np.ndarray) -> xr.Dataset:
    """Every quantity is its own multiple of 0 to 100."""
    columns = {quantity: ("subject", FACTOR[quantity] * HUNDRED) for quantity in UNITS}
    columns |= {name: ("subject", side.astype(float)) for name, side in SIDES.items()}
    columns |= {name: ("subject", values) for name, values in changes.items()}
    shares = np.array([SHARES[quantity] for quantity in UNITS])
    coords = {"quantity": list(UNITS), "layer": list(LAYERS)}
    return xr.Dataset({**columns, "share": (("quantity", "layer"), shares)}, coords)


def bands(levels: np.ndarray | None = None, **attrs: float) -> xr.Dataset:
    """Levels of shape (quantile, alkaloid, time), by default the third alkaloid's nothing; signals between 0 and 1."""
    if levels is None:
        levels = np.arange(45.0).reshape(5, 3, 3)
        levels[:, 2] = 0.0
    signals = {
        name: (("quantile", "time"), (np.arange(15.0).reshape(5, 3) + i) / 100) for i, name in enumerate(SIGNALS)
    }
    found = {"concentration": (("quantile", "alkaloid", "time"), levels)} | signals
    return xr.Dataset(found, {"quantile": list(QUANTILES), "alkaloid": list(NAMES), "time": TIMES}, attrs)


def summary(values: dict[tuple[str, str], tuple[float, float, float]]) -> xr.Dataset:
    """Three numbers by alkaloid and quantity; what is not given is no number."""
    quantities = list(dict.fromkeys(quantity for _, quantity in values))
    value, share = np.full((3, len(quantities), 3), np.nan), np.full((3, len(quantities), 3), np.nan)
    for (name, quantity), numbers in values.items():
        at = NAMES.index(name), quantities.index(quantity)
        value[at], share[at] = numbers, (0.12345, np.nan, 0.5)
    coords = {
        "alkaloid": list(NAMES),
        "quantity": quantities,
        "statistic": ["p05", "median", "p95"],
        "layer": list(LAYERS),
    }
    units = [f"unit of {quantity}" for quantity in quantities]
    return xr.Dataset(
        {
            "value": (("alkaloid", "quantity", "statistic"), value),
            "share": (("alkaloid", "quantity", "layer"), share),
            "units": ("quantity", units),
        },
        coords,
    )


def run(
    given: Case | str, *, others: tuple[str, ...] = (), unlike: xr.Dataset | None = None, **groups: xr.Dataset
) -> Any:
    """A run of a case; others are the opioids beside, unlike the effects had the people the potency of others."""
    found = case(given) if isinstance(given, str) else given
    tree = xr.DataTree.from_dict({"effects": effects(), "bands": bands()} | groups)
    tree.attrs |= {"people": PEOPLE, "model_sha256": "0123456789abcdef"}
    return SimpleNamespace(
        case=found,
        contents=contents(found),
        tree=tree,
        end_h=36.0,
        dose_times=np.array([0.0, 8.0]),
        store=None,
        other=None if unlike is None else SimpleNamespace(effects=unlike),
        beside=SimpleNamespace(names=others, unknown=("of the other",), facts=("EA028",)),
        enzymes=SimpleNamespace(
            names=("fluconazole",), unknown=("of the enzyme",), facts=("ddi01",), assumptions=("of it",)
        ),
    )
