"""What the law says where the person is, and when that was last seen.

The rule
--------
- Leaf, concentrated 7-OH and pseudoindoxyl are looked up apart; extracts, shots and mixtures count as leaf,
  with the hint that stricter rules may hold for them. Where pseudoindoxyl has no status of its own, that of
  concentrated 7-OH holds.
- State and country are both looked up and the stricter one counts: banned, then unclear, then restricted, then legal.
  Where they agree, the state is shown.
- Where a country's law differs from state to state and the state is unknown or not listed, the law is unclear.
- What was last seen more than 18 months ago, or on no known date, is unclear, unless it was a ban. A date known only to
  the month or year counts from its first day. "Legal" that rests on a weak source is unclear too.
- Unclear is to be treated as banned until checked.
- A town or county never overrides, but its ban is told.
- Where a certificate shows more 7-OH among the alkaloids than a state's cap allows, ``law.restricted`` is a caution and
  says so.
- ``law.banned`` is a caution where having it is not allowed and a note where only trade is; ``law.restricted`` and
  ``law.unclear`` are notes. Being younger than the age limit is a caution, ``law.age-limit``; where sources give two
  limits, the higher counts. What is legal, fresh and well seen gives no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

from ketum.evidence import Fact, facts_in
from ketum.hazards.finding import Certainty, Finding, Number, Severity

Substance = Literal["leaf", "7oh", "pseudoindoxyl"]
Status = Literal["banned", "unclear", "regulated", "legal"]

_SUBSTANCE: dict[str, Substance] = {"7oh-product": "7oh", "pseudoindoxyl-product": "pseudoindoxyl"}
_COLUMNS: dict[Substance, tuple[str, ...]] = {
    "leaf": ("status_leaf",),
    "7oh": ("status_7oh_concentrated",),
    "pseudoindoxyl": ("status_pseudoindoxyl", "status_7oh_concentrated"),
}
_NAMES: dict[Substance, str] = {"leaf": "kratom leaf", "7oh": "concentrated 7-OH", "pseudoindoxyl": "pseudoindoxyl"}
_STRICTEST: tuple[Status, ...] = ("banned", "unclear", "regulated", "legal")
_CERTAINTY: dict[str, Certainty] = {"high": "high", "medium": "moderate", "low": "low"}
_NOT_PLAIN = ("extract", "liquid-shot", "mixed")
_OTHER_FORMS = " An extract, a shot or a mixture may fall under stricter rules than plain leaf."
_STALE_MONTHS = 18
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class _Law:
    """The row that governs, and why it may not be relied on."""

    region: str
    substance: Substance
    row: Fact | None
    national: Fact | None
    status: Status
    doubt: str
    hint: str = ""
    share: float | None = None


def law(
    region: str, products: Iterable[str], age_years: float, today: date, seven_oh_percent: float | None = None
) -> tuple[Finding, ...]:
    """Return what the law says about these products.

    Parameters
    ----------
    region
        ISO 3166-1 alpha-2 or 3166-2 code.
    products
        Kinds of product, as in a case.
    age_years
        The person's age.
    today
        The day from which the age of a source is counted.
    seven_oh_percent
        The largest share of 7-OH among the alkaloids that a certificate shows, None where none does.
    """
    kinds = tuple(products)
    substances = sorted({_SUBSTANCE.get(kind, "leaf") for kind in kinds})
    hint = _OTHER_FORMS if any(kind in _NOT_PLAIN for kind in kinds) else ""
    return tuple(
        found
        for substance in substances
        for found in _findings(
            replace(_look_up(region, substance, today), hint=hint, share=seven_oh_percent), age_years
        )
    )


def _findings(found: _Law, age_years: float) -> Iterator[Finding]:
    if found.status == "banned":
        yield _banned(found)
        return
    if found.status == "unclear":
        yield _unclear(found)
    if found.status == "regulated":
        yield _restricted(found)
    limit = _age_limit(found.row)
    if limit is not None and age_years < limit:
        yield _too_young(found, limit, age_years)


def _look_up(region: str, substance: Substance, today: date) -> _Law:
    country = region[:2]
    national = _row(country, substance)
    local = _row(region, substance) if region != country else None
    if local is None and _divided(country) and _status(national, substance) != "banned":
        missing = (
            "the state is not listed" if region != country else "the state is not named, and the law differs by state"
        )
        return _Law(region, substance, None, national, "unclear", missing)
    rows = [row for row in (local, national) if row is not None]
    if not rows:
        return _Law(region, substance, None, None, "unclear", "this place is not in the table")
    row = min(rows, key=lambda one: _STRICTEST.index(_status(one, substance)))
    return _Law(region, substance, row, national, *_relied_on(row, substance, today))


def _relied_on(row: Fact, substance: Substance, today: date) -> tuple[Status, str]:
    status = _status(row, substance)
    stale = _months_old(row, today) > _STALE_MONTHS
    if stale and status != "unclear":
        doubt = f"what was seen said {status}, but that is too old to rely on"
        return ("banned", "a ban may have been lifted since") if status == "banned" else ("unclear", doubt)
    if status == "legal" and row.details["confidence"] == "low":
        return "unclear", "what was seen said legal, but only by leaving it out of a list of bans"
    return status, ""


@cache
def _listed() -> tuple[Fact, ...]:
    return facts_in("legal_status")


def _row(region: str, substance: Substance) -> Fact | None:
    """Return the newest row of a region that speaks of this substance, in its own column first."""
    here = [one for one in _listed() if one.details["iso"] == region and one.details["level"] != "local"]
    for column in _COLUMNS[substance]:
        if rows := [one for one in here if column in one.details]:
            return max(rows, key=_seen_on)
    return None


def _divided(country: str) -> bool:
    return any(one.details["level"] == "state" and one.details["iso"].startswith(f"{country}-") for one in _listed())


def _status(row: Fact | None, substance: Substance) -> Status:
    said = next((row.details[name] for name in _COLUMNS[substance] if name in row.details), "") if row else ""
    return next((status for status in _STRICTEST if status == said), "unclear")


def _seen_on(row: Fact) -> date:
    written = _DATE.match(row.details.get("last_checked_source_date", ""))
    return date(int(written[1]), int(written[2] or 1), int(written[3] or 1)) if written else date.min


def _months_old(row: Fact, today: date) -> float:
    return (today - _seen_on(row)).days / 30.4375


def _age_limit(row: Fact | None) -> int | None:
    years = re.findall(r"\d+", row.details.get("age_limit", "")) if row else []
    return max(map(int, years), default=None)


def _over_the_cap(found: _Law) -> float | None:
    """Return the cap on 7-OH, in percent of the alkaloids, where the certificate shows more; else None."""
    written = re.match(r"[\d.]+", found.row.details.get("cap_7oh_pct_of_alkaloids", "")) if found.row else None
    cap = float(written[0]) if written else None
    return cap if cap is not None and found.share is not None and found.share > cap else None


def _local_bans(region: str) -> str:
    towns = [one for one in _listed() if one.details["iso"] == region and one.details["level"] == "local"]
    names = [one.details["jurisdiction"].rsplit(",", 1)[0] for one in towns if one.value == "banned"]
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f" Some towns or counties there were seen to ban it themselves: {'; '.join(names[:3])}{more}."


def _hint(found: _Law) -> str:
    return found.hint if found.substance == "leaf" and found.status != "banned" else ""


def _place(found: _Law) -> str:
    return found.row.details["jurisdiction"] if found.row else found.region


def _checked(found: _Law) -> str:
    written = found.row.details.get("last_checked_source_date", "") if found.row else ""
    return f"as far as was seen on {written}" if written else "though no dated source was seen"


def _rows(found: _Law) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(row for row in (found.row, found.national) if row is not None))


def _numbers(found: _Law) -> Iterator[Number]:
    for row in _rows(found):
        origin = f"{', '.join(row.source_ids)} ({row.seen})"
        place, day = row.details["jurisdiction"], row.details.get("last_checked_source_date", "unknown")
        yield Number(f"source on {place} last checked", day, "date", origin=origin, fact_ids=(row.fact_id,))
        if limit := _age_limit(row):
            yield Number(f"age limit in {place}", float(limit), "years", origin=origin, fact_ids=(row.fact_id,))


def _clinical(found: _Law) -> str:
    told = [f"{row.details['jurisdiction']}: {_known(row)}." for row in _rows(found)]
    doubt = f"{found.doubt[0].upper()}{found.doubt[1:]}." if found.doubt else ""
    return " ".join((*told, doubt)).strip()


def _known(row: Fact) -> str:
    parts = (row.details.get("last_known_status", ""), row.details.get("cap_rule_7oh", ""))
    return "; ".join(part for part in parts if part and not part.startswith("none")) or "nothing on file"


def _certainty(found: _Law) -> Certainty:
    if found.row is None or not found.row.verified:
        return "very low"
    return "low" if found.doubt else _CERTAINTY[found.row.details["confidence"]]


def _finding(found: _Law, code: str, severity: Severity, title: str, because: str) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        title=title,
        because=f"{because} Check before relying on this.{_hint(found)}{_local_bans(found.region)}",
        clinical=_clinical(found),
        numbers=tuple(_numbers(found)),
        evidence=tuple(row.fact_id for row in _rows(found)),
        certainty=_certainty(found),
        watch="The law changes often: look at the date of the source.",
        ask="A lawyer, or the state or national health or drug authority.",
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _banned(found: _Law) -> Finding:
    # The column speaks of leaf; nothing says that a banned concentrate may be kept.
    may_have = (
        found.substance == "leaf" and found.row is not None and found.row.details.get("possession_leaf_ok") == "yes"
    )
    having = "Selling it is not allowed there." if may_have else "Having it may be a crime there."
    title = _sentence(f"{_NAMES[found.substance]} is banned in {_place(found)}")
    because = f"{title}, {_checked(found)}. {having}"
    return _finding(found, "law.banned", "note" if may_have else "caution", title, because)


def _restricted(found: _Law) -> Finding:
    limit = _age_limit(found.row)
    rules = (
        f"There are rules on selling it, with an age limit of {limit}." if limit else "There are rules on selling it."
    )
    over = _over_the_cap(found)
    told = f" By its certificate this product holds more 7-OH than the {over:g} % allowed there." if over else ""
    because = _sentence(
        f"{_NAMES[found.substance]} is allowed with rules in {_place(found)}, {_checked(found)}. {rules}{told}"
    )
    title = f"The law limits {_NAMES[found.substance]} in {_place(found)}"
    return _finding(found, "law.restricted", "caution" if over else "note", title, because)


def _unclear(found: _Law) -> Finding:
    name = _NAMES[found.substance]
    why = f" ({found.doubt})" if found.doubt else ""
    because = (
        f"It is not clear what the law says about {name} in {_place(found)}, "
        f"{_checked(found)}{why}. Treat it as banned until you have checked."
    )
    return _finding(found, "law.unclear", "note", f"The law on {name} in {_place(found)} is unclear", because)


def _too_young(found: _Law, limit: int, age_years: float) -> Finding:
    because = (
        f"In {_place(found)} a buyer must be at least {limit} years old, {_checked(found)}. "
        f"This person is {age_years:g} years old."
    )
    return _finding(found, "law.age-limit", "caution", f"Under the legal age of {limit} in {_place(found)}", because)
