"""The tables: nothing lost, nothing without a source, and formulas that weigh what they should."""

import csv
import math
import re
from importlib.resources import files

import pytest

from ketum.errors import KetumError
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


MARKS = TABLES / "README.md"


def marked(*names):
    return [one for one in facts().values() if set(one.details.get("mark", "").split(";")) & set(names)]


def test_every_mark_of_a_ratio_is_told_in_the_readme():
    told = set(re.findall(r"`([^`]+)`", MARKS.read_text(encoding="utf-8")))
    used = {mark for one in facts().values() for mark in one.details.get("mark", "").split(";") if mark}
    assert used
    assert used <= told


def test_what_compares_genotypes_or_metabolites_is_no_ratio_of_a_medicine():
    for one in facts().values():
        if one.table == "perpetrator_inputs" and ("DDGI Ratios" in one.conditions or "1/CLR" in one.conditions):
            assert one in marked("genotypes compared", "not an AUC ratio"), one.fact_id


def test_a_ratio_with_different_doses_is_corrected_or_says_that_it_is_not():
    """Rifampicin lowers midazolam in a vein in every study: none may stand above 1."""
    different = [one for one in facts().values() if "Different dose" in one.conditions]
    assert len(different) > 5
    for one in different:
        assert one in marked("dose corrected", "dose differs", "mean of rows"), one.fact_id
    for one in facts().values():
        mine = (one.details.get("perpetrator"), one.details.get("victim"), one.details.get("victim_route"))
        if mine == ("Rifampicin", "Midazolam", "IV"):
            assert one.number() < 1, one.fact_id


def test_a_share_of_gut_and_liver_is_a_share():
    for one in facts().values():
        if one.details.get("field", "").split("_")[0] in ("Fg", "F", "Fh", "fm") and one.unit == "fraction":
            try:
                low, high = one.bounds()
            except KetumError:
                continue
            assert high == math.inf or 0 <= high <= 1.0, one.fact_id
            assert low == -math.inf or 0 <= low <= 1.0, one.fact_id


def test_serving_weights_lie_within_what_was_observed():
    for measure in ("capsule", "teaspoon"):
        found = [one for one in facts().values() if one.details.get("measure") == measure]
        (joined,) = [one for one in found if one.details["role"] == "for conversion"]
        low, high = joined.interval()
        assert low <= joined.number() <= high
        named = joined.details["derived_from"].split(";")
        assert all(low <= bound <= high for name in named for bound in fact(name).bounds())
