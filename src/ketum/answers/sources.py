"""The sources behind an answer, each with what was seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from ketum.answers.content import SourceLine
from ketum.clinic import helplines
from ketum.evidence import fact, sources
from ketum.hazards.emergency import SIGNS_FACTS
from ketum.writing.texts import Text, joined, quoted, term

if TYPE_CHECKING:
    from ketum.answers.content import Answer


def facts_of(answer: Answer) -> set[str]:
    """Collect every fact that an answer shows or rests on."""
    shown = {
        *SIGNS_FACTS,
        *helplines.facts(answer.case.person.region),
        *(fact_id for dose in answer.doses for fact_id in dose.fact_ids),
        *(fact_id for finding in answer.findings for fact_id in finding.evidence),
        *(level.fact_id for level in answer.published),
        *(margin.fact_id for margin in answer.margins),
        *(fact_id for note in answer.organs for fact_id in note.fact_ids),
        *answer.behind,
    }
    said = (answer.unknown, answer.assumed, answer.limits, answer.margins, answer.effects, answer.withdrawal)
    shown |= {fact_id for text in texts_in(said) for fact_id in quoted(text)}
    for section in (answer.interactions, answer.effects, answer.withdrawal):
        if section is not None:
            shown |= set(section.fact_ids)
    return shown


def texts_in(part: Any) -> Iterator[Text]:
    """Yield every text in a part of an answer."""
    if isinstance(part, Text):
        yield part
    elif is_dataclass(part):
        for each in fields(part):
            yield from texts_in(getattr(part, each.name))
    elif isinstance(part, tuple | list):
        for one in part:
            yield from texts_in(one)


def sources_of(fact_ids: Iterable[str]) -> tuple[SourceLine, ...]:
    """List the sources of facts, and which facts are from each."""
    by_source: dict[str, list[str]] = {}
    for fact_id in sorted(fact_ids):
        for source_id in fact(fact_id).source_ids:
            by_source.setdefault(source_id, []).append(fact_id)
    return tuple(_source_line(source_id, ids, sources()) for source_id, ids in sorted(by_source.items()))


def _source_line(source_id: str, ids: list[str], known: Mapping[str, Any]) -> SourceLine:
    source = known[source_id]
    seen = joined("; ", map(term, sorted({fact(fact_id).seen for fact_id in ids})))
    citation = str(source)
    return SourceLine(source_id, citation, source.doi, source.pmid, source.access, seen, tuple(ids))
