"""Exposure margins: for every target with a potency on file, the unbound peak in blood over that potency.

Cut-offs and what they mean stand in docs/explanation/margins.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.errors import KetumError
from ketum.evidence import Fact, fact
from ketum.pharmacology import ALKALOIDS, alkaloid
from ketum.pharmacology.alkaloids import molar_mass
from ketum.rows import read_rows
from ketum.writing.texts import Text, commas, joined, say, term

REACHED, NEAR, BELOW = 1.0, 0.1, 0.01
"""Ratios of unbound peak to potency where the verdict changes."""
EXPECTED, POSSIBLE, UNLIKELY, NOT_EXPECTED, NOT_KNOWN = VERDICTS = (
    say("expected"),
    say("possible"),
    say("unlikely"),
    say("not expected at these levels"),
    say("not known"),
)


if TYPE_CHECKING:
    from ketum.simulation.simulate import Run

GUT = "blood and gut wall"
GUT_NOTE = say(
    "the gut wall meets far more than blood: there the ratio says nothing, and midazolam, cleared in it, rose {ddi01}-fold"
)


@dataclass(frozen=True)
class Target:
    """A potency on file; a row of ``targets.csv``.

    Parameters
    ----------
    alkaloid
        Its code; empty where the model does not follow it.
    used
        number | words (no potency can be read off it) | no (unusable, and why stands in the note).
    site
        Where the alkaloid meets it: blood, or blood and gut wall, which meets far more than blood.
    """

    fact_id: str
    alkaloid: str
    group: str
    target: str
    site: str
    used: str
    note: str


@dataclass(frozen=True)
class Margin:
    """One potency beside the levels of a run.

    Parameters
    ----------
    potency
        As published; `potency_nM` is the same as lowest and highest, None where it is in words.
    peak_nM
        Unbound peak in blood: p05, median, p95; None where the alkaloid is not simulated.
    ratio
        Peak over potency: low, median, high; infinite where the potency has no lower end on file.
    verdict
        One of `VERDICTS`.
    contradicts
        Facts on the same alkaloid and target whose potency differs three-fold or more.
    """

    group: Text
    target: Text
    alkaloid: Text
    parameter: Text
    potency: Text
    fact_id: str
    seen: Text
    verified: bool
    potency_nM: tuple[float, float] | None
    peak_nM: tuple[float, float, float] | None
    ratio: tuple[float, float, float] | None
    verdict: Text
    note: Text
    contradicts: tuple[str, ...] = field(default=())


@cache
def targets() -> tuple[Target, ...]:
    """Read ``targets.csv``."""
    return tuple(Target(**row) for row in read_rows(__package__, "targets.csv"))


def unbound_peaks(run: Run) -> dict[str, Array]:
    """Work out each person's unbound peak in blood of the simulated alkaloids, in nM, by code; shape (people,)."""
    unbound = run.tree["endpoints"]["Cmax_unbound"]
    each = {known.code: unbound.sel(alkaloid=known.name).to_numpy() for known in ALKALOIDS}
    return {code: peak for code, peak in each.items() if peak.any()}


def margins(peaks: dict[str, Array]) -> tuple[Margin, ...]:
    """Put every potency on file beside unbound peaks.

    Parameters
    ----------
    peaks
        By alkaloid code, in nM, shape (people,).
    """
    found = [_margin(target, peaks) for target in targets()]
    return tuple(_with_contradictions(margin, found) for margin in found)


def _margin(target: Target, peaks: dict[str, Array]) -> Margin:
    row = fact(target.fact_id)
    potency = potency_nM(row) if target.used == "number" else None
    peak = peaks.get(target.alkaloid)
    levels = None if peak is None else _three(np.quantile(peak, [0.05, 0.5, 0.95]))
    ratio = None if potency is None or levels is None else _ratio(levels, potency)
    judged = verdict(ratio)
    if target.site == GUT and judged in (UNLIKELY, NOT_EXPECTED):
        judged = POSSIBLE
    compound = alkaloid(target.alkaloid).name if target.alkaloid else row.details["compound"]
    notes = [term(target.note)]
    if target.site == GUT and potency is not None:
        notes.append(GUT_NOTE)
    if peak is None and potency is not None:
        notes.append(_no_level(target, compound))
    return Margin(
        group=term(target.group),
        target=term(target.target),
        alkaloid=term(compound),
        parameter=term(row.details.get("parameter", "")),
        potency=term(f"{row.value} {row.unit}".strip()),
        fact_id=row.fact_id,
        seen=term(row.seen),
        verified=row.verified,
        potency_nM=potency,
        peak_nM=levels,
        ratio=ratio,
        verdict=judged,
        note=joined("; ", notes),
    )


TEA_PEAKS = {"speciogynine": "HX004", "paynantheine": "HX007"}
"""Total peaks of alkaloids that the model does not follow, in the one study of them."""


def _no_level(target: Target, compound: str) -> Text:
    if target.alkaloid:
        return say("none is taken")
    if compound not in TEA_PEAKS:
        return say("its level is not simulated")
    row = fact(TEA_PEAKS[compound])
    return say(
        "its level is not simulated; {value} {unit}, bound and free, after tea from 2 g ({fact_id})",
        value=row.value,
        unit=row.unit,
        fact_id=row.fact_id,
    )


def potency_nM(row: Fact) -> tuple[float, float] | None:
    """Read a potency in nM: lowest and highest, equal for a single number; None where it is words.

    A limit stays open: ``>45 uM`` is 45,000 to infinity, ``<25 ppm`` is nothing to its number.
    """
    try:
        low, high = row.bounds()
    except KetumError:
        return None
    per = {"nM": 1.0, "uM": 1e3}.get(row.unit)
    if per is None:
        grams = {"ug/mL": 1e6, "ppm": 1e6, "mg/mL": 1e9}.get(row.unit)
        if grams is None:
            return None
        per = grams / molar_mass("MG")
    return (max(low, 0.0) * per, high * per)


def _ratio(levels: tuple[float, float, float], potency: tuple[float, float]) -> tuple[float, float, float]:
    low, high = potency
    middle = math.sqrt(low * high) if low > 0 and math.isfinite(high) else (low if low > 0 else high)
    return (levels[0] / high, levels[1] / middle, levels[2] / low if low > 0 else math.inf)


def verdict(ratio: tuple[float, float, float] | None) -> Text:
    """Judge a ratio by the fixed cut-offs: the upper end decides that something is not expected, never the middle."""
    if ratio is None or not all(math.isfinite(part) for part in ratio):
        return NOT_KNOWN
    _, middle, high = ratio
    if middle >= REACHED:
        return EXPECTED
    if high >= NEAR:
        return POSSIBLE
    return UNLIKELY if high >= BELOW else NOT_EXPECTED


DIFFERENT_FOLD = 3.0
"""Potencies on one target that lie this far apart are said to contradict each other."""


def _with_contradictions(margin: Margin, others: Sequence[Margin]) -> Margin:
    from dataclasses import replace

    if margin.potency_nM is None:
        return margin
    against = [other.fact_id for other in others if _apart(margin, other)]
    return replace(margin, contradicts=tuple(against))


def _apart(margin: Margin, other: Margin) -> bool:
    if margin.potency_nM is None or other.potency_nM is None:
        return False
    same = (margin.target, margin.alkaloid, margin.parameter) == (other.target, other.alkaloid, other.parameter)
    (low, high), (other_low, other_high) = margin.potency_nM, other.potency_nM
    return same and (other_low > DIFFERENT_FOLD * high or low > DIFFERENT_FOLD * other_high)


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(value) for value in values)
    return low, middle, high


def table(found: Sequence[Margin]) -> str:
    """Lay margins out for a terminal."""
    lines = []
    for group in dict.fromkeys(margin.group for margin in found):
        lines += ["", f"{group.upper()}"]
        for margin in (margin for margin in found if margin.group == group):
            ratio = "" if margin.ratio is None else _median_and_interval(margin.ratio)
            mark = "" if margin.verified else say("  NOT VERIFIED")
            potency = margin.potency if margin.potency_nM else ""
            lines.append(
                f"  {margin.target:45.45}{margin.alkaloid:26.26}{margin.parameter[:5]:>5} {potency:>13.13}  {ratio:30}"
                f"{margin.verdict}{mark}  [{margin.fact_id}]"
            )
            if not margin.potency_nM:
                lines.append(f"  {'':44}{say('says: {potency}', potency=margin.potency)}")
            if margin.contradicts:
                lines.append(f"  {'':44}{say('contradicted by {facts}', facts=commas(margin.contradicts))}")
            if margin.note:
                lines.append(f"  {'':44}{margin.note}")
    lines += [
        "",
        say(
            "ratio: unbound peak in blood over potency, median (90 % interval). A target on which nothing is on\nfile is not ruled out. Cut-offs: docs/explanation/margins.md"
        ),
    ]
    return "\n".join(lines).lstrip("\n")


def _median_and_interval(ratio: tuple[float, float, float]) -> Text:
    low, middle, high = ratio
    return say("{median:.2g} ({low:.2g} to {high:.2g})", median=middle, low=low, high=high)
