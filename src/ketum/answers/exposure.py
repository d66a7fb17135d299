"""Blood levels of a finished run, ready to be shown: curves, endpoints, doses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.content import Endpoint
from ketum.answers.curves import QUANTILES, Levels, Share
from ketum.chance import LAYERS
from ketum.pharmacology import ALKALOIDS
from ketum.writing.numbers import number

if TYPE_CHECKING:
    from ketum.simulation.simulate import Run

NO_HUMAN_DATA = {
    "7oh-product": "order of magnitude only: no human data on swallowed 7-hydroxymitragynine were found",
    "pseudoindoxyl-product": "not simulated: nothing is known of what is swallowed",
    "liquid-shot": "wide on purpose: no human study of a liquid shot was found",
    "mixed": "wide on purpose: no human study of a mixed product was found; its other ingredients are not simulated",
}
LEAF_NOTE = (
    "swallowed leaf: no published level fixes how much leaf gives up; it is taken to lie between tea and extract"
)


def levels(run: Run) -> tuple[Levels, ...]:
    """Give the curves of every alkaloid that is there at all."""
    bands = run.tree["bands"]["concentration"]
    times, quantiles = bands["time"].to_numpy(), bands.to_numpy()
    return tuple(
        Levels(
            alkaloid.name,
            times,
            **dict(zip(QUANTILES, quantiles[:, i], strict=True)),
            certainty_note=_certainty(run, alkaloid.code),
        )
        for i, alkaloid in enumerate(ALKALOIDS)
        if quantiles[:, i].any()
    )


def precision(run: Run) -> tuple[str, ...]:
    """Say how exact the bands are where they were counted and not sorted."""
    error = run.tree["bands"].attrs.get("relative_error")
    words = (
        f"With so many people the bands of levels are counted in bins: each is within {number(100 * error)} %"
        if error
        else ""
    )
    return (f"{words} of the exact one. Other numbers are exact.",) if words else ()


def _certainty(run: Run, code: str) -> str:
    notes = [NO_HUMAN_DATA[i.product.name] for i in run.contents if i.product.name in NO_HUMAN_DATA and code in i.mg]
    if code == "HM" and any(i.product.name == "7oh-product" for i in run.contents):
        notes.append(NO_HUMAN_DATA["7oh-product"])
    if any(i.product.form == "leaf" for i in run.contents):
        notes.append(LEAF_NOTE)
    return "; ".join(dict.fromkeys(notes))


def endpoints(run: Run) -> tuple[Endpoint, ...]:
    """Give the endpoints over people, with what drives each."""
    summary = run.tree["summary"].to_dataset()
    rows = []
    for alkaloid in summary["alkaloid"].to_numpy():
        for quantity in summary["quantity"].to_numpy():
            here = summary.sel(alkaloid=alkaloid, quantity=quantity)
            p05, median, p95 = (float(value) for value in here["value"].to_numpy())
            if not np.isfinite(median) or (quantity == "Cmax" and p95 == 0.0):
                continue
            shares = [None if np.isnan(x) else round(float(x), 3) for x in here["share"].to_numpy()]
            share = Share(**dict(zip(LAYERS, shares, strict=True)))
            rows.append(Endpoint(str(alkaloid), str(quantity), str(here["units"].item()), median, p05, p95, share))
    simulated = {row.alkaloid for row in rows if row.quantity == "Cmax"}
    return tuple(row for row in rows if row.alkaloid in simulated)
