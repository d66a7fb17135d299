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
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from ketum.evidence import Fact
from ketum.hazards.finding import Certainty, Finding, Number, Severity, seen
from ketum.hazards.grounds import Grounds
from ketum.hazards.portion import Portion
from ketum.hazards.product import most_seven_oh
from ketum.hazards.situation import Situation
from ketum.hazards.statutes import Ruling, Substance, age_limit, banning_towns, look_up
from ketum.hazards.use import CONCENTRATED
from ketum.kinds import in_group, kinds
from ketum.writing.texts import NOTHING, Text, joined, say, sentences, term

BANNED = Grounds("law.banned", tables=("legal_status",))
RESTRICTED = Grounds("law.restricted", tables=("legal_status",))
UNCLEAR = Grounds("law.unclear", tables=("legal_status",))
AGE_LIMIT = Grounds("law.age-limit", tables=("legal_status",))
FACTS = (BANNED, RESTRICTED, UNCLEAR, AGE_LIMIT)

_NAMES: dict[Substance, Text] = {
    "leaf": say("kratom leaf"),
    "7oh": say("concentrated 7-OH"),
    "pseudoindoxyl": say("pseudoindoxyl"),
}
_CERTAINTY: dict[str, Certainty] = {"high": "high", "medium": "moderate", "low": "low"}
_OTHER_FORMS = say("An extract, a shot or a mixture may fall under stricter rules than plain leaf.")
_TOWNS = 3


def law(situation: Situation) -> Iterator[Finding]:
    """Yield what the law says about the products."""
    named = tuple(map(_legal_kind, situation.portions))
    hint = _OTHER_FORMS if any(in_group(name, "extract", "mixture", "unknown") for name in named) else NOTHING
    share = most_seven_oh(situation.portions)
    for substance in sorted({cast(Substance, kinds()[name].law) for name in named}):
        found = look_up(situation.person.region, substance, situation.day)
        yield from _findings(replace(found, hint=hint, share=share), situation.person.age_years)


def _legal_kind(portion: Portion) -> str:
    # What is dosed in 7-OH is a 7-OH product before the law, whatever it is called.
    return CONCENTRATED.get(portion.alkaloid or "", portion.product)


def _findings(found: Ruling, age_years: float) -> Iterator[Finding]:
    if found.status == "banned":
        yield _banned(found)
        return
    if found.status == "unclear":
        yield _unclear(found)
    if found.status == "regulated":
        yield _restricted(found)
    limit = age_limit(found.row)
    if limit is not None and age_years < limit:
        yield _too_young(found, limit, age_years)


def _over_the_cap(found: Ruling) -> float | None:
    """Return the cap on 7-OH, in percent of the alkaloids, where the certificate shows more; else None."""
    written = re.match(r"[\d.]+", found.row.details.get("cap_7oh_pct_of_alkaloids", "")) if found.row else None
    cap = float(written[0]) if written else None
    return cap if cap is not None and found.share is not None and found.share > cap else None


def _local_bans(region: str) -> Text:
    names = banning_towns(region)
    if not names:
        return NOTHING
    first, more = joined("; ", names[:_TOWNS]), len(names) - _TOWNS
    if more > 0:
        return say(
            "Some towns or counties there were seen to ban it themselves: {towns} and {more} more.",
            towns=first,
            more=more,
        )
    return say("Some towns or counties there were seen to ban it themselves: {towns}.", towns=first)


def _hint(found: Ruling) -> Text:
    return found.hint if found.substance == "leaf" and found.status != "banned" else NOTHING


def _place(found: Ruling) -> str:
    return found.row.details["jurisdiction"] if found.row else found.region


def _checked(found: Ruling) -> Text:
    written = found.row.details.get("last_checked_source_date", "") if found.row else ""
    return say("as far as was seen on {day}", day=written) if written else say("though no dated source was seen")


def _rows(found: Ruling) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(row for row in (found.row, found.national) if row is not None))


def _numbers(found: Ruling) -> Iterator[Number]:
    for row in _rows(found):
        origin = seen(row)
        place, day = row.details["jurisdiction"], row.details.get("last_checked_source_date", "unknown")
        yield Number(
            say("source on {place} last checked", place=place), day, "date", origin=origin, fact_ids=(row.fact_id,)
        )
        if limit := age_limit(row):
            yield Number(
                say("age limit in {place}", place=place), float(limit), "years", origin=origin, fact_ids=(row.fact_id,)
            )


def _clinical(found: Ruling) -> Text:
    told = (say("{place}: {law}.", place=row.details["jurisdiction"], law=_known(row)) for row in _rows(found))
    return sentences(*told, say("{doubt:capital}.", doubt=found.doubt) if found.doubt else NOTHING)


def _known(row: Fact) -> Text:
    parts = (row.details.get("last_known_status", ""), row.details.get("cap_rule_7oh", ""))
    known = joined("; ", (term(part) for part in parts if not part.startswith("none")))
    return known or say("nothing on file")


def _certainty(found: Ruling) -> Certainty:
    if found.row is None or not found.row.verified:
        return "very low"
    return "low" if found.doubt else _CERTAINTY[found.row.details["confidence"]]


def _finding(found: Ruling, grounds: Grounds, severity: Severity, title: Text, because: Text) -> Finding:
    check = say("Check before relying on this.")
    return Finding(
        code=grounds.code,
        severity=severity,
        title=title,
        because=sentences(because, check, _hint(found), _local_bans(found.region)),
        clinical=_clinical(found),
        numbers=tuple(_numbers(found)),
        evidence=tuple(row.fact_id for row in _rows(found)),
        certainty=_certainty(found),
        watch=say("The law changes often: look at the date of the source."),
        ask=say("A lawyer, or the state or national health or drug authority."),
    )


def _banned(found: Ruling) -> Finding:
    # The column speaks of leaf; nothing says that a banned concentrate may be kept.
    may_have = (
        found.substance == "leaf" and found.row is not None and found.row.details.get("possession_leaf_ok") == "yes"
    )
    name, place = _NAMES[found.substance], _place(found)
    because = sentences(
        say("{name:capital} is banned in {place}, {checked}.", name=name, place=place, checked=_checked(found)),
        say("Selling it is not allowed there.") if may_have else say("Having it may be a crime there."),
    )
    title = say("{name:capital} is banned in {place}", name=name, place=place)
    return _finding(found, BANNED, "note" if may_have else "caution", title, because)


def _restricted(found: Ruling) -> Finding:
    limit, over = age_limit(found.row), _over_the_cap(found)
    name, place = _NAMES[found.substance], _place(found)
    because = sentences(
        say(
            "{name:capital} is allowed with rules in {place}, {checked}.",
            name=name,
            place=place,
            checked=_checked(found),
        ),
        say("There are rules on selling it, with an age limit of {limit}.", limit=limit)
        if limit
        else say("There are rules on selling it."),
        say("By its certificate this product holds more 7-OH than the {cap:g} % allowed there.", cap=over)
        if over
        else NOTHING,
    )
    title = say("The law limits {name} in {place}", name=name, place=place)
    return _finding(found, RESTRICTED, "caution" if over else "note", title, because)


def _unclear(found: Ruling) -> Finding:
    name, place = _NAMES[found.substance], _place(found)
    because = sentences(
        say(
            "It is not clear what the law says about {name} in {place}, {checked}{why}.",
            name=name,
            place=place,
            checked=_checked(found),
            why=say(" ({doubt})", doubt=found.doubt) if found.doubt else NOTHING,
        ),
        say("Treat it as banned until you have checked."),
    )
    return _finding(
        found, UNCLEAR, "note", say("The law on {name} in {place} is unclear", name=name, place=place), because
    )


def _too_young(found: Ruling, limit: int, age_years: float) -> Finding:
    place = _place(found)
    because = sentences(
        say(
            "In {place} a buyer must be at least {limit} years old, {checked}.",
            place=place,
            limit=limit,
            checked=_checked(found),
        ),
        say("This person is {age:g} years old.", age=age_years),
    )
    title = say("Under the legal age of {limit} in {place}", limit=limit, place=place)
    return _finding(found, AGE_LIMIT, "caution", title, because)
