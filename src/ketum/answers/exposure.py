"""Blood levels of a finished run, ready to be shown: curves, endpoints, doses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.content import Endpoint
from ketum.answers.curves import QUANTILES, Levels, Share
from ketum.chance import LAYERS
from ketum.kinds import kinds
from ketum.pharmacology import ALKALOIDS, alkaloid
from ketum.writing.numbers import number
from ketum.writing.texts import Text, joined, say, term

if TYPE_CHECKING:
    from ketum.simulation.simulate import Run

LEAF_NOTE = say(
    "swallowed leaf: no published level fixes how much leaf gives up; it is taken to lie between tea and extract"
)


def levels(run: Run) -> tuple[Levels, ...]:
    """Give the curves of every alkaloid that is there at all."""
    bands = run.tree["bands"]["concentration"]
    times, quantiles = bands["time"].to_numpy(), bands.to_numpy()
    return tuple(
        Levels(
            known.name,
            times,
            **dict(zip(QUANTILES, quantiles[:, i], strict=True)),
            certainty_note=_certainty(run, known.code),
        )
        for i, known in enumerate(ALKALOIDS)
        if quantiles[:, i].any()
    )


def precision(run: Run) -> tuple[Text, ...]:
    """Say how exact the bands are where they were counted and not sorted."""
    error = run.tree["bands"].attrs.get("relative_error")
    if not error:
        return ()
    text = say(
        "With so many people the bands of levels are counted in bins: each is within {error} % of the exact one. Other numbers are exact.",
        error=number(100 * error),
    )
    return (text,)


def _certainty(run: Run, code: str) -> Text:
    # A concentrate's caveat holds for what it is a concentrate of even where that is only formed in the body.
    own = alkaloid(code).name
    taken = [(kinds()[held.product.name], code in held.mg) for held in run.contents]
    notes = [term(kind.caveat) for kind, holds in taken if kind.caveat and (holds or kind.concentrate_of == own)]
    if any(held.product.form == "leaf" for held in run.contents):
        notes.append(LEAF_NOTE)
    return joined("; ", dict.fromkeys(notes))


def endpoints(run: Run) -> tuple[Endpoint, ...]:
    """Give the endpoints over people, with what drives each."""
    summary = run.tree["summary"].to_dataset()
    rows = []
    for name in summary["alkaloid"].to_numpy():
        for quantity in summary["quantity"].to_numpy():
            here = summary.sel(alkaloid=name, quantity=quantity)
            p05, median, p95 = (float(value) for value in here["value"].to_numpy())
            if not np.isfinite(median) or (quantity == "Cmax" and p95 == 0.0):
                continue
            shares = [None if np.isnan(x) else round(float(x), 3) for x in here["share"].to_numpy()]
            share = Share(**dict(zip(LAYERS, shares, strict=True)))
            rows.append(Endpoint(str(name), str(quantity), str(here["units"].item()), median, p05, p95, share))
    simulated = {row.alkaloid for row in rows if row.quantity == "Cmax"}
    return tuple(row for row in rows if row.alkaloid in simulated)
