"""The tables: nothing lost, nothing without a source, and formulas that weigh what they should."""

import csv
import re
from importlib.resources import files

import pytest

from ketum.evidence import ACCESS, fact, facts, sources

TABLES = files("ketum.evidence") / "tables"
NAMES = sorted(path.name.removesuffix(".csv") for path in TABLES.iterdir() if path.name.endswith(".csv"))
ATOMS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999}


def rows(table):
    with (TABLES / f"{table}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("table", [name for name in NAMES if name != "sources"])
def test_the_loader_keeps_every_row(table):
    assert [row["fact_id"] for row in rows(table)] == [one.fact_id for one in facts().values() if one.table == table]


@pytest.mark.parametrize("table", [name for name in NAMES if name != "sources"])
def test_the_loader_keeps_every_cell(table):
    for row in rows(table):
        one = fact(row["fact_id"])
        kept = {one.locator, one.access, one.value, one.unit, one.spread, one.spread_type, one.n, one.conditions}
        kept |= {one.fact_id, ";".join(one.source_ids), *one.details.values(), ""}
        assert set(row.values()) <= kept, one.fact_id


def test_ids_are_unique_in_and_across_tables():
    every = [row["fact_id"] for name in NAMES if name != "sources" for row in rows(name)]
    assert len(every) == len(set(every)) == len(facts())
    ids = [row["source_id"] for row in rows("sources")]
    assert len(ids) == len(set(ids)) == len(sources())


def test_every_source_of_every_fact_exists():
    missing = {(one.fact_id, name) for one in facts().values() for name in one.source_ids if name not in sources()}
    assert not missing


def test_every_access_is_known():
    assert {one.access for one in facts().values()} | {one.access for one in sources().values()} <= ACCESS.keys()


def test_every_fact_has_something_to_say():
    for one in facts().values():
        assert one.what, one.fact_id
        assert one.value, one.fact_id
        assert one.seen, one.fact_id


def test_facts_that_others_derive_from_exist():
    derived = [one for one in facts().values() if one.table in ("serving_weights", "studied_amounts")]
    cited = {name for one in derived for name in one.details.get("derived_from", "").split(";") if name}
    assert cited <= facts().keys()


@pytest.mark.parametrize(
    "one", [one for one in facts().values() if one.table == "molecular_weights"], ids=lambda one: one.what
)
def test_molar_mass_is_the_sum_of_its_atoms(one):
    atoms = re.findall(r"([A-Z])(\d+)", one.details["formula"])
    mass = sum(ATOMS[element] * int(count) for element, count in atoms)
    assert one.number() == pytest.approx(mass, abs=0.02)
    assert float(one.details["ng_per_mL_per_nM"]) == pytest.approx(mass / 1000, abs=1e-4)


def test_formulas_not_seen_stay_marked_as_remembered():
    weights = {one.fact_id for one in facts().values() if one.table == "molecular_weights" and not one.verified}
    assert weights == {"mw05", "mw06", "mw09", "mw10", "mw11"}


@pytest.mark.parametrize(
    "alkaloid", ["mitragynine", "speciogynine", "paynantheine", "speciociliatine", "mitraciliatine"]
)
def test_clearance_times_exposure_gives_the_dose_back(alkaloid):
    # Independent of the weights' own source: the authors' dose, clearance and area agree only if the weight is right.
    seen = {one.details["parameter"]: one for one in facts().values() if _tea(one, alkaloid)}
    weight = next(
        one for one in facts().values() if one.details.get("compound") == alkaloid and one.fact_id[:2] == "mw"
    )
    back = seen["CL/F"].number() * seen["AUC0-inf"].number() * weight.number() / 1e6
    assert back == pytest.approx(float(seen["CL/F"].details["dose_mg_alkaloid"]), rel=0.04)


def _tea(one, alkaloid):
    return one.table == "pk_summary" and one.source_ids == ("tanna2022",) and one.details["analyte"] == alkaloid


def test_no_repeated_dose_result_is_here():
    # The blind validation set: designs may be told, results may not.
    for one in facts().values():
        if {"huestis2024", "huestis2026"} & set(one.source_ids) and one.table in ("pk_summary", "pk_timecourse"):
            assert one.details.get("day") in ("single", None), one.fact_id


def test_serving_weights_lie_within_what_was_observed():
    for measure in ("capsule", "teaspoon"):
        found = [one for one in facts().values() if one.details.get("measure") == measure]
        (joined,) = [one for one in found if one.details["role"] == "for conversion"]
        low, high = joined.interval()
        assert low <= joined.number() <= high
        named = joined.details["derived_from"].split(";")
        assert all(low <= bound <= high for name in named for bound in fact(name).bounds())
