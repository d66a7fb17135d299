"""Which row of the law on file governs a place, and how far it may be relied on; `law` states the rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from ketum.evidence import Fact, facts_in
from ketum.writing.texts import NOTHING, Text, say

Substance = Literal["leaf", "7oh", "pseudoindoxyl"]
Status = Literal["banned", "unclear", "regulated", "legal"]

_COLUMNS: dict[Substance, tuple[str, ...]] = {
    "leaf": ("status_leaf",),
    "7oh": ("status_7oh_concentrated",),
    "pseudoindoxyl": ("status_pseudoindoxyl", "status_7oh_concentrated"),
}
_STRICTEST: tuple[Status, ...] = ("banned", "unclear", "regulated", "legal")
_STALE_MONTHS = 18
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The row that governs, and why it may not be relied on.

    Parameters
    ----------
    row, national
        The row that counts, and the country's own.
    status, doubt
        What holds, and why it is not sure.
    hint
        What else may hold for the product's form.
    share
        7-OH and pseudoindoxyl among the alkaloids by a certificate, in percent.
    """

    region: str
    substance: Substance
    row: Fact | None
    national: Fact | None
    status: Status
    doubt: Text = NOTHING
    hint: Text = NOTHING
    share: float | None = None


def look_up(region: str, substance: Substance, today: date) -> Ruling:
    """Find the row that governs: of state and country the stricter, where either is on file and fresh."""
    country = region[:2]
    national = _row(country, substance)
    local = _row(region, substance) if region != country else None
    if local is None and _divided(country) and _status(national, substance) != "banned":
        missing = (
            say("the state is not listed")
            if region != country
            else say("the state is not named, and the law differs by state")
        )
        return Ruling(region, substance, None, national, "unclear", missing)
    rows = [row for row in (local, national) if row is not None]
    if not rows:
        return Ruling(region, substance, None, None, "unclear", say("this place is not in the table"))
    row = min(rows, key=lambda row: _STRICTEST.index(_status(row, substance)))
    return Ruling(region, substance, row, national, *_relied_on(row, substance, today))


def _relied_on(row: Fact, substance: Substance, today: date) -> tuple[Status, Text]:
    status = _status(row, substance)
    stale = _months_old(row, today) > _STALE_MONTHS
    if stale and status == "banned":
        return status, say("a ban may have been lifted since")
    if stale and status != "unclear":
        return "unclear", say("what was seen said {status}, but that is too old to rely on", status=status)
    if status == "legal" and row.details["confidence"] == "low":
        return "unclear", say("what was seen said legal, but only by leaving it out of a list of bans")
    return status, NOTHING


@cache
def _listed() -> tuple[Fact, ...]:
    return facts_in("legal_status")


def _row(region: str, substance: Substance) -> Fact | None:
    """Return the newest row of a region that speaks of this substance, in its own column first."""
    here = [row for row in _listed() if row.details["iso"] == region and row.details["level"] != "local"]
    for column in _COLUMNS[substance]:
        if rows := [row for row in here if column in row.details]:
            return max(rows, key=_seen_on)
    return None


def _divided(country: str) -> bool:
    return any(row.details["level"] == "state" and row.details["iso"].startswith(f"{country}-") for row in _listed())


def _status(row: Fact | None, substance: Substance) -> Status:
    said = next((row.details[name] for name in _COLUMNS[substance] if name in row.details), "") if row else ""
    return next((status for status in _STRICTEST if status == said), "unclear")


def _seen_on(row: Fact) -> date:
    written = _DATE.match(row.details.get("last_checked_source_date", ""))
    return date(int(written[1]), int(written[2] or 1), int(written[3] or 1)) if written else date.min


def _months_old(row: Fact, today: date) -> float:
    return (today - _seen_on(row)).days / 30.4375


def age_limit(row: Fact | None) -> int | None:
    """Return the age from which a row lets people buy, the higher where it gives two; None where it gives none."""
    years = re.findall(r"\d+", row.details.get("age_limit", "")) if row else []
    return max(map(int, years), default=None)


def banning_towns(region: str) -> tuple[str, ...]:
    """Name the towns and counties of a region that were seen to ban leaf themselves."""
    towns = [row for row in _listed() if row.details["iso"] == region and row.details["level"] == "local"]
    return tuple(row.details["jurisdiction"].rsplit(",", 1)[0] for row in towns if row.value == "banned")
