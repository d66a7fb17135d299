"""Published levels that may stand beside a case's own: those of comparable doses only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ketum.answers.content import PublishedLevel
from ketum.crowd.contents import Contents
from ketum.evidence import fact
from ketum.pharmacology import alkaloid, molar_mass

STUDY_LEVELS = (
    ("pk001", "pk002", "MG", "tea", 39.0, "2 g of leaf as tea (39 mg mitragynine in the leaf)"),
    ("pk037", "pk038", "HM", "tea", 39.0, "2 g of leaf as tea (39 mg mitragynine in the leaf)"),
    ("pk019", "pk020", "SC", "tea", 39.0, "2 g of leaf as tea (39 mg mitragynine in the leaf)"),
    ("pk073", "pk082", "MG", "extract", 9.9, "extract with 9.9 mg mitragynine"),
    ("pk075", "pk082", "HM", "extract", 9.9, "extract with 9.9 mg mitragynine"),
    ("pk079", "pk082", "MG", "extract", 59.2, "extract with 59.2 mg mitragynine"),
)
"""Published peaks: facts of the level and of its time, alkaloid, kind of product, mg of mitragynine, what was given."""

COMPARABLE_FOLD = 3.0
"""A published level is drawn where its dose of mitragynine is within this factor of the case's: others mislead."""


def published(held: Iterable[Contents]) -> Iterable[PublishedLevel]:
    """Give the published peaks whose dose of mitragynine is near one of the case's."""
    every = tuple(held)
    doses = [one.mg["MG"].median for one in every if "MG" in one.mg]
    products = {one.product.name for one in every}
    for level_id, time_id, code, kind, mg, given in STUDY_LEVELS:
        if not any(1 / COMPARABLE_FOLD <= dose / mg <= COMPARABLE_FOLD for dose in doses):
            continue
        level = fact(level_id)
        scale = molar_mass(code) / 1000 if level.unit == "nM" else 1.0
        low, high = _interval(level)
        spread = "range" if level.spread_type == "range" else "SD"
        study = level.details.get("study", "")
        yield PublishedLevel(
            alkaloid=alkaloid(code).name,
            study=study,
            label=f"{study}: {given}, {level.details.get('statistic', '')} and {spread}",
            time_h=fact(time_id).number(),
            value=level.number() * scale,
            low=None if low is None else low * scale,
            high=None if high is None else high * scale,
            fact_id=level_id,
            access=level.seen,
            matches_product=kind in products,
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
