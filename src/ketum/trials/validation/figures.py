"""Rows summed up by what kind of prediction they are, what was fitted apart from what was predicted; and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy.stats import binom, norm

from ketum.trials.validation.row import Row
from ketum.trials.validation.verdict import Judgement, Verdict, judge
from ketum.writing.texts import Text, commas, joined, say, term

GROUPS = ("blood", "interactions", "effects")
ROLES = ("calibration", "check")
PROMISED = 0.9
"""Share of observations that a 90 % interval promises to hold."""
CHANCE = 0.05
"""Less likely than this by chance, what a group shows is a conflict."""
MOST_WIDE = 0.5
"""A group of which more than this share is too wide to tell is itself too wide to tell."""
MEANING = {
    "calibration": say("fitted to these rows: agreement is no evidence of prediction"),
    "check": say("never fitted: predicted"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group's rows say together.

    Parameters
    ----------
    group, role
        Which rows: ``calibration`` were fitted, and are no evidence of prediction; ``check`` were predicted.
    rows, agrees, too_wide, conflicts, not_compared
        Numbers of rows by verdict; not compared are those with words only.
    numbers, inside
        Rows with an observed number, and those of them inside the prediction's 90 % interval.
    missed
        Facts of which neither holds the other: the observation lies outside the prediction's interval, and the
        prediction outside the observation's own error; and bounds in conflict.
    share_inside
        Inside over numbers; None where there are none.
    gmfe, bias
        Geometric means of the fold error, and of predicted over observed (above 1: predicted too much); None where no
        row has a ratio.
    verdict
        ``conflict`` where more rows are missed than 90 % intervals allow, or where one row lies farther off than chance
        brings any of so many; ``too wide to tell`` where most rows are; None without a row that is compared.
    """

    group: str
    role: str
    rows: int
    agrees: int
    too_wide: int
    conflicts: int
    not_compared: int
    numbers: int
    inside: int
    missed: tuple[str, ...]
    share_inside: float | None
    gmfe: float | None
    bias: float | None
    verdict: Verdict | None

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain data for JSON."""
        return asdict(self)


def figures(found: Sequence[Row]) -> tuple[Figures, ...]:
    """Sum rows up; groups without rows are left out."""
    sorted_out = ([row for row in found if (row.group, row.role) == (g, r)] for g in GROUPS for r in ROLES)
    return tuple(_summed(rows) for rows in sorted_out if rows)


def conflicting(found: Sequence[Row]) -> tuple[Row, ...]:
    """Pick the rows in conflict."""
    return tuple(row for row in found if judge(row).verdict == "conflict")


def missed(row: Row) -> bool:
    """Whether neither holds the other: what a group counts."""
    return _missed(judge(row))


def _summed(rows: Sequence[Row]) -> Figures:
    judged = [judge(row) for row in rows]
    verdicts = [one.verdict for one in judged]
    held = [one.inside_interval for one in judged if one.inside_interval is not None]
    lost = tuple(row.fact_id for row, one in zip(rows, judged, strict=True) if _missed(one))
    folds = [math.log(row.fold_error) for row in rows if math.isfinite(row.fold_error)]
    ratios = [math.log(row.predicted / row.observed) for row in rows if math.isfinite(row.fold_error)]
    return Figures(
        group=rows[0].group,
        role=rows[0].role,
        rows=len(rows),
        agrees=verdicts.count("agrees"),
        too_wide=verdicts.count("too wide to tell"),
        conflicts=verdicts.count("conflict"),
        not_compared=verdicts.count(None),
        numbers=len(held),
        inside=sum(held),
        missed=lost,
        share_inside=sum(held) / len(held) if held else None,
        gmfe=_geometric_mean(folds),
        bias=_geometric_mean(ratios),
        verdict=_verdict(judged),
    )


def _missed(one: Judgement) -> bool:
    if one.inside_interval is None:
        return one.verdict == "conflict"
    return not (one.inside_interval or one.inside_own_error)


def _verdict(judged: Sequence[Judgement]) -> Verdict | None:
    compared = sum(one.verdict is not None for one in judged)
    if not compared:
        return None
    apart = [one.apart for one in judged if one.apart is not None]
    # Bounds that agree must not thin out numbers that are missed, so both are counted: numbers alone, and all.
    numbers = sum(_missed(one) for one in judged if one.apart is not None)
    too_many = _beyond_chance(numbers, len(apart)) or _beyond_chance(sum(map(_missed, judged)), compared)
    too_far = bool(apart) and 2 * norm.sf(max(apart)) * len(apart) < CHANCE
    if too_many or too_far:
        return "conflict"
    wide = sum(one.verdict == "too wide to tell" for one in judged)
    return "too wide to tell" if wide > MOST_WIDE * compared else "agrees"


def _beyond_chance(count: int, of: int) -> bool:
    return bool(binom.sf(count - 1, of, 1 - PROMISED) < CHANCE)


def _geometric_mean(logs: Sequence[float]) -> float | None:
    return math.exp(sum(logs) / len(logs)) if logs else None


def name(one: Figures) -> Text:
    """Name a group."""
    return say("{group}, {role}", group=term(one.group), role=term(one.role))


def verdict_said(found: Sequence[Row]) -> Text:
    """Say in one line where the model conflicts with what was seen, or that it does not."""
    wrong = [one for one in figures(found) if one.verdict == "conflict"]
    single = conflicting(found)
    named = say("rows in conflict: {facts}", facts=commas(dict.fromkeys(row.fact_id for row in single)))
    if wrong:
        groups = joined("; ", map(_group_said, wrong))
        return say(
            "CONFLICT: {groups}; {rows}", groups=groups, rows=named if single else say("no single row in conflict")
        )
    if single:
        return say("no group conflicts with what was seen; {rows}", rows=named)
    return say("no conflict with what was seen")


def _group_said(one: Figures) -> Text:
    if not one.numbers:
        return say("{name}: {count} of {all} bounds", name=name(one), count=one.conflicts, all=one.rows)
    return say(
        "{name}: {inside} of {all} inside their 90 % intervals",
        name=name(one),
        inside=one.inside,
        all=one.numbers,
    )
