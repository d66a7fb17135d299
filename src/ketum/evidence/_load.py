"""The one loader: every table is read once and kept; a row becomes a fact when it is asked for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ketum.errors import KetumError
from ketum.evidence._fact import Fact, Source

# How a row of each table becomes a readable line: the columns in order; those within one entry are joined by a space.
_WHAT: Mapping[str, tuple[str, ...]] = {
    "pk_summary": ("analyte parameter", "statistic", "matrix", "study arm"),
    "pk_timecourse": ("analyte concentration", "matrix", "study arm", "point_type"),
    "adme_inputs": ("compound parameter", "statistic", "species", "system"),
    "product_content": ("analyte content", "statistic", "product", "country"),
    "user_blood_levels": ("analyte", "matrix", "statistic", "population"),
    "ddi_clinical": ("object parameter", "with precipitant precipitant_dose", "statistic", "evidence"),
    "molecular_weights": ("molar mass of compound", "formula"),
    "derived_checks": ("quantity", "derived_from"),
    "legal_status": ("law in jurisdiction", "last_known_status"),
    "regulator": ("agency", "topic", "date"),
    "product_quality": ("parameter", "product_type", "topic"),
    "populations": ("finding", "topic", "population"),
    "dependence": ("measure", "population", "exposure"),
    "adverse_events": ("event", "setting", "dose_or_arm"),
    "analgesia": ("measure", "arm dose", "time_h h"),
    "cardiac_cns": ("outcome", "exposure", "system"),
    "liver": ("measure", "case_set"),
    "other_effects": ("measure", "exposure"),
    "effect_anchors": ("compound measure", "population"),
    "toxicology": ("analyte", "matrix", "statistic", "context"),
    "receptor_affinity": ("compound parameter", "at target", "species", "assay"),
    "functional_potency": ("compound parameter", "at target", "species", "assay"),
    "binding_kinetics": ("compound parameter", "at target", "species"),
    "offtarget": ("compound parameter", "at target", "species", "assay"),
    "enzyme_inhibition": ("compound parameter", "on target", "species", "assay"),
    "metabolism": ("compound parameter", "by target", "species"),
    "cardiac": ("compound parameter", "at target", "species"),
    "inflammation": ("compound parameter", "on target", "species"),
    "animal_effects": ("compound parameter", "target", "species", "assay"),
    "human_exposure_reference": ("compound parameter", "in target", "assay"),
    "victim_facts_long": ("field", "of generic"),
    "medicine_additions": ("field", "of generic"),
    "perpetrator_inputs": ("victim_route victim exposure", "with perpetrator perpetrator_dose", "regimen", "study"),
    "perpetrator_classes": ("perpetrator", "role", "enzyme"),
    "index_substrates": ("substrate", "substrate of enzyme"),
    "enzyme_kinetics": ("subject quantity", "system"),
    "ddi_reports": ("combination", "report_kind"),
    "care_effects": ("intervention", "for condition", "comparator", "outcome", "timepoint"),
    "formulas": ("formula", "example_input"),
    "instruments": ("instrument", "scoring"),
    "monitoring": ("topic", "item", "when"),
    "codes": ("system", "concept"),
    "serving_weights": ("weight of one measure of material", "role"),
    "studied_amounts": ("quantity", "product_kind"),
    "warning_signs": ("sign", "setting"),
}
_COMMON = ("fact_id", "source_id", "locator", "access", "value", "unit", "spread", "spread_type", "n", "conditions")


class UnknownFactError(KetumError, KeyError):
    """A fact id that no table holds."""

    def __str__(self) -> str:
        # KeyError would print the message in quotation marks.
        return str(self.args[0])


@cache
def facts() -> Mapping[str, Fact]:
    """Return every fact by its id, in the order of the tables."""
    return MappingProxyType({row.fact_id: row for table in _WHAT for row in facts_in(table)})


@cache
def facts_in(table: str) -> tuple[Fact, ...]:
    """Return one table's facts, in its order: who needs few tables need not wait for all."""
    return tuple(fact(row["fact_id"]) for row in rows_in(table))


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by its id."""
    return MappingProxyType({row["source_id"]: Source(**row) for row in rows_in("sources")})


def fact(fact_id: str) -> Fact:
    """Return one fact.

    Raises
    ------
    UnknownFactError
        Where there is none of that id; the message names the nearest.
    """
    if fact_id not in _places():
        raise UnknownFactError(f"no fact {fact_id!r}{_nearest(fact_id)}")
    return _made(fact_id)


@cache
def _made(fact_id: str) -> Fact:
    return _fact(*_places()[fact_id])


@cache
def _places() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Find every fact's table and row by its id."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for table in _WHAT:
        for row in rows_in(table):
            if row["fact_id"] in found:
                raise KetumError(f"fact {row['fact_id']} stands in both {found[row['fact_id']][0]} and {table}")
            found[row["fact_id"]] = table, row
    return found


def _nearest(fact_id: str) -> str:
    from rapidfuzz import process  # only where something went wrong

    best = process.extract(fact_id.strip(), list(_places()), processor=str.casefold, limit=3, score_cutoff=60)
    near = [name for name, _, _ in best]
    return f"; near: {', '.join(near)}" if near else ""


@cache
def rows_in(table: str) -> tuple[Mapping[str, str], ...]:
    """Return one table's rows as they are written, for who looks through thousands to find a few facts."""
    with files(__package__).joinpath("tables", f"{table}.csv").open(encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header = next(reader)
        return tuple(dict(zip(header, row, strict=True)) for row in reader)


def _fact(table: str, row: Mapping[str, str]) -> Fact:
    return Fact(
        fact_id=row["fact_id"],
        table=table,
        source_ids=tuple(name.strip() for name in row["source_id"].split(";")),
        locator=row["locator"],
        access=row["access"],
        what=_what(table, row),
        value=row["value"],
        unit=row["unit"],
        spread=row["spread"],
        spread_type=row.get("spread_type", ""),
        n=row["n"],
        conditions=row["conditions"],
        details=MappingProxyType({name: text for name, text in row.items() if text and name not in _COMMON}),
    )


def _what(table: str, row: Mapping[str, str]) -> str:
    # A word of the recipe that is no column is a word of the sentence; it goes where none of its columns says anything.
    parts = []
    for words in _recipe(table):
        said = [row.get(word, word) for word in words]
        if any(text and word in row for word, text in zip(words, said, strict=True)):
            parts.append(" ".join(filter(None, said)))
    return ", ".join(parts).replace("_", " ")


@cache
def _recipe(table: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(entry.split()) for entry in _WHAT[table])
