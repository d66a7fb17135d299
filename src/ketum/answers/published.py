"""Published levels that may stand beside a case's own: those of comparable doses only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ketum.answers.content import PublishedLevel
from ketum.crowd.contents import Contents
from ketum.evidence import fact
from ketum.pharmacology import alkaloid, molar_mass
from ketum.rows import read_rows
from ketum.writing.texts import say, term, verbatim

COMPARABLE_FOLD = 3.0
"""A published level is drawn where its dose of mitragynine is within this factor of the case's: others mislead."""


def published(held: Iterable[Contents]) -> Iterable[PublishedLevel]:
    """Give the published peaks whose dose of mitragynine is near one of the case's."""
    every = tuple(held)
    doses = [content.mg["MG"].median for content in every if "MG" in content.mg]
    products = {content.product.name for content in every}
    for row in read_rows(__package__, "study_levels.csv"):
        level_id, code, mg = row["level"], row["alkaloid"], float(row["mg_mitragynine"])
        if not any(1 / COMPARABLE_FOLD <= dose / mg <= COMPARABLE_FOLD for dose in doses):
            continue
        level = fact(level_id)
        scale = molar_mass(code) / 1000 if level.unit == "nM" else 1.0
        low, high = _interval(level)
        spread = say("range") if level.spread_type == "range" else say("SD")
        study = level.details.get("study", "")
        yield PublishedLevel(
            alkaloid=alkaloid(code).name,
            study=study,
            label=say(
                "{study}: {given}, {statistic} and {spread}",
                study=verbatim(study),
                given=term(row["given"]),
                statistic=term(level.details.get("statistic", "")),
                spread=spread,
            ),
            time_h=fact(row["time"]).number(),
            value=level.number() * scale,
            low=None if low is None else low * scale,
            high=None if high is None else high * scale,
            fact_id=level_id,
            access=term(level.seen),
            matches_product=row["product"] in products,
        )


def _interval(level: Any) -> tuple[float | None, float | None]:
    found = level.interval()
    if found:
        return found[0], found[1]
    try:
        sd = float(level.spread)
    except ValueError:
        return None, None
    return level.number() - sd, level.number() + sd
