"""``ketum evidence``: a fact or source, what of it was seen, and where ketum uses it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ketum import pharmacology
from ketum.answers.margins import targets
from ketum.evidence import Fact, facts, search, sources
from ketum.hazards import Grounds, grounds
from ketum.hazards.emergency import SIGNS_FACTS
from ketum.trials import blood as trials
from ketum.trials.effects import effect_data, studies
from ketum.writing.texts import NOTHING, Text, commas, joined, say, term

MOST_SHOWN = 40


@cache
def uses() -> Mapping[str, tuple[Text, ...]]:
    """List, by fact id, the places whose numbers rest on the fact."""
    found: dict[str, list[Text]] = {}

    def note(ids: tuple[str, ...], place: Text) -> None:
        for fact_id in ids:
            found.setdefault(fact_id, []).append(place)

    for parameter in pharmacology.parameters():
        note(parameter.facts, say("parameter {name} ({how})", name=parameter.name, how=term(parameter.how)))
    for effect in pharmacology.effects():
        note(effect.facts, say("spread between people: {name} ({how})", name=effect.name, how=term(effect.how)))
    for parameter in pharmacology.effect_parameters():
        note(parameter.facts, say("effect parameter {name} ({how})", name=parameter.name, how=term(parameter.how)))
    for effect in pharmacology.effect_variability():
        note(
            effect.facts,
            say("spread of effects between people: {name} ({how})", name=effect.name, how=term(effect.how)),
        )
    for opioid in pharmacology.opioids():
        note(opioid.facts, say("{medicine} beside kratom", medicine=term(opioid.medicine)))
    for target in targets():
        note((target.fact_id,), say("exposure margin: {target}", target=term(target.target)))
    for effect_datum in effect_data():
        note((effect_datum.fact_id,), say("validation of effects ({role})", role=term(effect_datum.role)))
    for study in studies().values():
        note(study.facts, say("design of {study}", study=study.name))
    for kind in pharmacology.products().values():
        note(kind.facts, say("content of {product}", product=term(kind.name)))
        for companion in kind.companions:
            note(
                companion.facts,
                say(
                    "{alkaloid} in {product}",
                    alkaloid=term(pharmacology.alkaloid(companion.alkaloid).name),
                    product=term(kind.name),
                ),
            )
    for (product, _), serving in pharmacology.servings().items():
        note(serving.facts, say("size of a {unit} of {product}", unit=term(serving.unit), product=term(product)))
    for alkaloid in pharmacology.ALKALOIDS:
        note((alkaloid.molar_mass,), say("molar mass of {alkaloid}", alkaloid=term(alkaloid.name)))
    for datum in trials.data():
        note((datum.fact_id,), say("validation ({role})", role=term(datum.role)))
    for arm in trials.arms():
        note(arm.facts, say("design of {trial}, {arm}", trial=arm.trial, arm=term(arm.name)))
    for declared in grounds():
        for fact in declared.every():
            note((fact.fact_id,), _place(declared, fact))
    note(SIGNS_FACTS, say("report: emergency signs"))
    return {fact_id: tuple(dict.fromkeys(places)) for fact_id, places in found.items()}


def _place(declared: Grounds, fact: Fact) -> Text:
    # A table, or a field of every medicine, is read for more than it is told.
    if fact.fact_id in declared.facts:
        return say("finding {code}", code=declared.code)
    return say("finding {code}, where its rule fits", code=declared.code)


def as_dicts(query: str) -> dict[str, Any]:
    """Give what was found as plain data: ``{query, facts, sources}``."""
    found = found_by(query)
    return {
        "query": query,
        "facts": [_fact(fact) for fact in found],
        "sources": [_source(source_id) for source_id in _source_ids(found, query)],
    }


def as_text(query: str) -> str:
    """Lay what was found out for a terminal."""
    found = found_by(query)
    lines = [line for fact in found[:MOST_SHOWN] for line in _lines(fact)]
    if len(found) > MOST_SHOWN:
        lines.append(say("... and {more} more; use more words, or --json for all", more=len(found) - MOST_SHOWN))
    ids = _source_ids(found[:MOST_SHOWN], query)
    if ids:
        lines += ["", say("Sources"), *(f"  {source_id}: {sources()[source_id]}" for source_id in ids)]
    if not lines:
        return say("nothing on file matches {query}; try a fact id, a source, or fewer words", query=repr(query))
    return "\n".join(lines)


def found_by(query: str) -> tuple[Fact, ...]:
    """Return the facts that a query finds, every fact where it is empty."""
    return search(query) if query.strip() else tuple(facts().values())


def _source_ids(found: tuple[Fact, ...], query: str) -> list[str]:
    ids = {source_id for fact in found for source_id in fact.source_ids}
    ids |= {query.strip()} & set(sources())
    return sorted(source_id for source_id in ids if source_id in sources())


def _lines(fact: Fact) -> list[str]:
    value = f"{fact.value} {fact.unit}".strip()
    spread = f" ({fact.spread_type + ' ' if fact.spread_type else ''}{fact.spread})" if fact.spread else ""
    number = say(", n = {n}", n=fact.n) if fact.n else NOTHING
    lines = [f"{fact.fact_id}  {fact.what}", f"    {value}{spread}{number}"]
    if fact.conditions:
        lines.append(f"    {fact.conditions}")
    whence = say(
        "source: {sources}, {locator}; seen: {seen}",
        sources=commas(fact.source_ids),
        locator=fact.locator,
        seen=term(fact.seen),
    )
    places = uses().get(fact.fact_id)
    used = say("used for: {places}", places=joined("; ", places)) if places else say("used for: nothing yet")
    return [*lines, f"    {whence}", f"    {used}"]


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "fact_id": fact.fact_id,
        "table": fact.table,
        "what": fact.what,
        "value": fact.value,
        "unit": fact.unit,
        "spread": fact.spread,
        "spread_type": fact.spread_type,
        "n": fact.n,
        "conditions": fact.conditions,
        "sources": list(fact.source_ids),
        "locator": fact.locator,
        "access": fact.access,
        "seen": fact.seen,
        "details": dict(fact.details),
        "used_for": list(uses().get(fact.fact_id, ())),
    }


def _source(source_id: str) -> dict[str, Any]:
    source = sources()[source_id]
    return {
        "source_id": source_id,
        "citation": str(source),
        "doi": source.doi,
        "pmid": source.pmid,
        "access": source.access,
        "note": source.note,
    }
