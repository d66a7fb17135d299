"""The page: one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ketum.clinic import helplines
from ketum.hazards.emergency import SIGNS_FACTS
from ketum.medicine.taken import SPELT
from ketum.report import effects_tables
from ketum.report.figure import Figure
from ketum.report.interactions import hypotheses_of, studied, table
from ketum.report.series import series_of
from ketum.report.svg import for_page
from ketum.report.tables import content_tables, exposure_tables, input_tables
from ketum.writing import numbers
from ketum.writing.lists import listed
from ketum.writing.names import capital, product_name, unique, unit_name
from ketum.writing.plain import plain

if TYPE_CHECKING:
    import jinja2

    from ketum.answers.content import Report

SEVERITIES = ("emergency", "danger", "caution", "note")
CERTAINTIES = ("very low", "low", "moderate", "high")


def render_page(report: Report, figures: Mapping[str, Figure], not_drawn: str = "") -> str:
    """Write a report as one self-contained HTML page.

    Parameters
    ----------
    report
        A finished run.
    figures
        Its drawings, as :func:`ketum.report.figures` gives them; those under ``levels...`` stand with the blood
        levels, ``drivers`` with the exposure table.
    not_drawn
        Why there are no figures, where there should be some.

    Returns
    -------
    str
        The page: no script, no font and no picture is fetched from elsewhere.
    """
    return _environment().get_template("page.html.j2").render(_view(report, figures), not_drawn=not_drawn)


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (files(__package__) / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {
        "number": numbers.number,
        "capital": capital,
        "product": product_name,
        "listed": _listed,
        "and_": _and,
        "drawing": _drawing,
    }
    return environment


def _harmless(value: Any) -> Any:
    """Let no control character or mark of direction of a case's texts reach the page; markup stays markup."""
    return type(value)(plain(value)) if isinstance(value, str) else value


def _view(report: Report, figures: Mapping[str, Figure]) -> dict[str, Any]:
    """Everything the template names, in the order of the page."""
    levels = [figure for name, figure in figures.items() if name.startswith("levels")]
    region = _region(report.case)
    return {
        "report": report,
        "title": report.title or "Kratom report",
        "person": person_in_words(report.case.get("person", {})),
        "medicines": [_medicine_in_words(medicine) for medicine in _dicts(report.case.get("medicine"))],
        "emergency_number": helplines.emergency_number(region),
        "poison_centre": helplines.poison_centre(region),
        "crisis_line": helplines.crisis_line(region),
        "emergency_facts": (*SIGNS_FACTS, *helplines.facts(region)),
        "findings": [_finding(finding) for finding in report.findings],
        "contents": content_tables(report.doses),
        "levels": levels,
        "series": series_of(report.published),
        "exposure": exposure_tables(report.endpoints),
        "drivers": figures.get("drivers"),
        "interactions": table(report.interactions) if report.interactions else [],
        "without_size": report.interactions.unsized if report.interactions else (),
        "enzymes": figures.get("enzymes"),
        "interactions_study": studied(),
        "hypotheses": hypotheses_of(report.interactions) if report.interactions else (),
        "effect_figures": [figures[name] for name in ("receptors", "relief") if name in figures],
        "withdrawal_figure": figures.get("withdrawal"),
        **effects_tables.view(report),
        "inputs": input_tables(report.drivers),
        "home_of": {fact: source.source_id for source in report.sources for fact in source.fact_ids},
    }


def person_in_words(person: Any) -> str:
    """Say who the person is in one line."""
    if not isinstance(person, Mapping):
        return ""
    said = [
        _with_unit(person.get("sex"), ""),
        _with_unit(person.get("age_years"), " years"),
        _with_unit(person.get("weight_kg"), " kg"),
        _with_unit(person.get("region"), ""),
        "pregnant" if person.get("pregnant") is True else "",
        "breastfeeding" if person.get("breastfeeding") is True else "",
        *(str(condition) for condition in _items(person.get("conditions"))),
    ]
    line = ", ".join(part for part in said if part)
    return capital(line)


def _with_unit(value: Any, unit: str) -> str:
    return "" if value is None or value == "" else f"{numbers.number(value)}{unit}"


def _region(case: Mapping[str, Any]) -> str:
    person = case.get("person")
    return str(person.get("region") or "") if isinstance(person, Mapping) else ""


def _medicine_in_words(medicine: Mapping[str, Any]) -> str:
    amount, every = medicine.get("amount"), medicine.get("every")
    hours = f"{numbers.number(every)} h" if numbers.is_finite(every) else every
    as_written = amount.get("text") if isinstance(amount, Mapping) else amount
    said = (medicine.get("name"), as_written, f"every {hours}" if hours else None)
    return " ".join(str(part) for part in said if part)


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    severity = str(finding.get("severity") or "note")
    certainty = str(finding.get("certainty") or "")
    given = [_number(number) for number in _dicts(finding.get("numbers"))]
    return {
        "code": str(finding.get("code") or ""),
        "severity": severity if severity in SEVERITIES else "note",
        "title": str(finding.get("title") or ""),
        "because": str(finding.get("because") or ""),
        "clinical": str(finding.get("clinical") or ""),
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
        "label": str(given.get("label") or ""),
        "value": numbers.number(given.get("value")),
        "unit": unit_name(str(given.get("unit") or "")),
        "interval": numbers.interval_of(given.get("interval")),
        "origin": str(given.get("origin") or ""),
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


def _and(names: Sequence[str]) -> str:
    return listed(SPELT.get(name, name) for name in names)


def _listed(items: Sequence[Any]) -> str:
    return "; ".join(str(item) for item in items)


def _drawing(figure: Figure) -> Any:
    from markupsafe import Markup

    return Markup(for_page(figure.svg))  # drawn by us; titles in it are escaped where it is made
