"""The page: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ketum.clinic import helplines
from ketum.hazards.emergency import SIGNS_FACTS
from ketum.medicine.taken import SPELT
from ketum.report import effects_tables
from ketum.report.figure import Figure
from ketum.report.interactions import hypotheses, studied, table, unsure
from ketum.report.series import series_of
from ketum.report.svg import for_page
from ketum.report.tables import content_tables, exposure_tables, input_tables
from ketum.writing import numbers
from ketum.writing.lists import listed
from ketum.writing.names import capital, product_name, unique, unit_name
from ketum.writing.plain import plain
from ketum.writing.texts import ENGLISH, Catalogue, Text, commas, joined, say, term, terms

if TYPE_CHECKING:
    import jinja2

    from ketum.answers.content import Answer
    from ketum.case import Medicine, Person

SEVERITIES = ("emergency", "danger", "caution", "note")
CERTAINTIES = ("very low", "low", "moderate", "high")


def render_page(
    answer: Answer, figures: Mapping[str, Figure], not_drawn: str = "", catalogue: Catalogue = ENGLISH
) -> str:
    """Write a report as one self-contained HTML page.

    Parameters
    ----------
    answer
        What is drawn.
    figures
        Its drawings, as :func:`ketum.report.figures` gives them; those under ``levels...`` stand with the blood
        levels, ``drivers`` with the exposure table.
    not_drawn
        Why there are no figures, where there should be some.
    catalogue
        Of translations, which says what it knows in its language; English by default.

    Returns
    -------
    str
        The page: no script, no font and no picture is fetched from elsewhere.
    """
    template = environment(catalogue).get_template("page.html.j2")
    return template.render(_view(answer, figures), not_drawn=not_drawn)


@cache
def environment(catalogue: Catalogue = ENGLISH) -> jinja2.Environment:
    """Return what reads the page's templates and says their texts; tools find the messages in them through it."""
    import jinja2

    said = partial(_said, catalogue)
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (files(__package__) / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=said,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "number": numbers.number,
        "capital": lambda word: capital(term(word)),
        "product": product_name,
        "term": term,
        "terms": terms,
        "commas": commas,
        "listed": partial(joined, "; "),
        "and_": _and,
        "said": said,  # for what stands in a translated block, which is not finalized
        "drawing": _drawing,
    }
    return made


def _said(catalogue: Catalogue, value: Any) -> Any:
    """Say a text in the page's language, and let no control character or mark of direction of a case reach the page.

    Markup stays markup.
    """
    if isinstance(value, Text):
        return plain(value.translated(catalogue))
    return type(value)(plain(value)) if isinstance(value, str) else value


def _view(answer: Answer, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Everything the template names, in the order of the page."""
    levels = [figure for name, figure in figures.items() if name.startswith("levels")]
    region = answer.case.person.region
    inputs = answer.drivers.as_dict() if answer.drivers else None
    return {
        "report": answer,
        "title": answer.title or say("Kratom report"),
        "person": person_in_words(answer.case.person),
        "medicines": list(map(_medicine_in_words, answer.case.medicine)),
        "emergency_number": helplines.emergency_number(region),
        "poison_centre": helplines.poison_centre(region),
        "crisis_line": helplines.crisis_line(region),
        "emergency_facts": (*SIGNS_FACTS, *helplines.facts(region)),
        "findings": [_finding(finding.as_dict()) for finding in answer.findings],
        "contents": content_tables(answer.doses),
        "levels": levels,
        "series": series_of(answer.published),
        "exposure": exposure_tables(answer.endpoints),
        "drivers": figures.get("drivers"),
        "interactions": table(answer.interactions) if answer.interactions else [],
        "without_size": answer.interactions.unsized if answer.interactions else (),
        "enzymes": figures.get("enzymes"),
        "interactions_study": studied(),
        "hypotheses": hypotheses(answer.interactions) if answer.interactions else (),
        "unsure": unsure(answer.interactions) if answer.interactions else "",
        "effect_figures": [figures[name] for name in ("receptors", "relief") if name in figures],
        "withdrawal_figure": figures.get("withdrawal"),
        **effects_tables.view(answer),
        "measured": inputs,
        "inputs": input_tables(inputs),
        "home_of": {fact: source.source_id for source in answer.sources for fact in source.fact_ids},
    }


def person_in_words(person: Person) -> Text:
    """Say who the person is in one line."""
    said = (
        term(person.sex),
        say("{age} years", age=numbers.number(person.age_years)),
        say("{weight} kg", weight=numbers.number(person.weight_kg)),
        person.region,
        say("pregnant") if person.pregnant else "",
        say("breastfeeding") if person.breastfeeding else "",
        *person.conditions,
    )
    return say("{person:capital}", person=commas(said))


def _medicine_in_words(medicine: Medicine) -> Text:
    amount = medicine.amount.text if medicine.amount else ""
    every = say("every {hours} h", hours=numbers.number(medicine.every_h)) if medicine.every_h else ""
    return joined(" ", (medicine.name, amount, every))


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    severity = str(finding.get("severity") or "note")
    certainty = str(finding.get("certainty") or "")
    given = [_number(number) for number in _dicts(finding.get("numbers"))]
    return {
        "code": str(finding.get("code") or ""),
        "severity": severity if severity in SEVERITIES else "note",
        "title": finding.get("title") or "",
        "because": finding.get("because") or "",
        "clinical": finding.get("clinical") or "",
        "numbers": given,
        "intervals": any(number["interval"] for number in given),
        "certainty": certainty,
        # Filled and hollow dots say the grade again to who skims, and in grey.
        "grade": CERTAINTIES.index(certainty) + 1 if certainty in CERTAINTIES else 0,
        "watch": _items(finding.get("watch")),
        "ask": _items(finding.get("ask")),
        "evidence": unique(map(str, _items(finding.get("evidence")))),
    }


LONG = 90
"""Letters from which an origin gets a line of its own: in a column it would be tall and narrow."""


def _number(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "long": len(str(given.get("origin") or "")) > LONG,
        "label": given.get("label") or "",
        "value": term(numbers.number(given.get("value"))),
        "unit": unit_name(str(given.get("unit") or "")),
        "interval": numbers.interval_of(given.get("interval")),
        "origin": given.get("origin") or "",
        "evidence": unique(map(str, _items(given.get("evidence")))),
    }


def _dicts(given: Any) -> list[Mapping[str, Any]]:
    return [item for item in _items(given) if isinstance(item, Mapping)]


def _items(given: Any) -> list[Any]:
    """Take one thing or several alike; nothing is an empty list."""
    if given is None or given == "":
        return []
    if isinstance(given, Sequence) and not isinstance(given, str):
        return list(given)
    return [given]


def _and(names: Sequence[str]) -> Text:
    return listed(term(SPELT.get(name, name)) for name in names)


def _drawing(figure: Figure) -> Any:
    from markupsafe import Markup

    return Markup(for_page(figure.svg))  # drawn by us; titles in it are escaped where it is made
