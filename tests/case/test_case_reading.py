"""What a valid case file becomes."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ketum.case import Amount, load_case, parse_case
from ketum.case.units import USUAL, convert, registry

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


def test_the_contract_example_loads_as_written(contract):
    case = parse_case(contract)
    assert case.title == "Low back pain, three months of kratom"
    person = case.person
    assert (person.age_years, person.sex, person.weight_kg, person.region) == (46.0, "female", 71.0, "US-OH")
    assert (person.conditions, person.pregnant, person.liver, person.egfr) == (
        ("low back pain",),
        False,
        "normal",
        88.0,
    )
    (kratom,) = case.kratom
    assert kratom.amount == Amount("3 g", "product", 3000.0)
    assert (kratom.every_h, kratom.days, kratom.start_h) == (8.0, 14.0, 0.0)
    assert kratom.certificate == {"mitragynine": 0.014, "7-hydroxymitragynine": 0.0002}
    assert (kratom.tested, kratom.with_) == (("metals", "microbes"), ("kava",))
    (medicine,) = case.medicine
    assert (medicine.name, medicine.amount.mg, medicine.every_h, medicine.route) == ("sertraline", 100.0, 24.0, "oral")
    assert (medicine.started_days_ago, medicine.stopped_days_ago) == (400.0, 0.0)
    today = case.today
    assert (today.symptoms, today.last_dose_hours_ago, today.stopped_hours_ago) == (("itching",), 4.0, 30.0)
    assert (today.labs["alt"].value, today.labs["alt"].unit, today.labs["alt"].text) == (31.0, "U/L", "31 U/L")
    assert today.upper_limits["bilirubin_total"].value == 1.2
    assert (today.vitals["spo2"].value, today.vitals["temperature"].value) == (97.0, 36.8)


def test_optional_keys_left_out_are_unknown_and_not_defaults(case_text):
    case = parse_case(case_text())
    person = case.person.model_dump(exclude={"age_years", "sex", "weight_kg", "region", "conditions"})
    assert set(person.values()) == {None}
    assert case.person.conditions == ()
    (kratom,) = case.kratom
    assert (kratom.every_h, kratom.certificate, kratom.tested, kratom.with_) == (None, None, None, None)
    assert case.title is None
    assert case.medicine == ()
    assert case.today.pain_nrs is None
    assert (case.today.symptoms, case.today.labs, case.today.vitals) == ((), {}, {})


def test_unknown_names_what_was_left_out_and_matters(case_text):
    unknown = parse_case(case_text()).unknown()
    assert {"person.liver", "person.egfr", "person.pregnant", "person.conditions"} <= set(unknown)
    assert {"kratom[0].certificate", "kratom[0].tested"} <= set(unknown)
    assert "kratom[0].with" not in unknown


@pytest.mark.parametrize(
    ("person", "absent"),
    [
        ({"sex": '"male"'}, "person.pregnant"),
        ({"sex": '"male"'}, "person.breastfeeding"),
        ({"age_years": "72"}, "person.pregnant"),
        ({"pregnant": "false"}, "person.gestation_weeks"),
        ({"kratom_experience": '"new"'}, "person.kratom_months"),
        ({"conditions": "[]"}, "person.conditions"),
    ],
)
def test_unknown_leaves_out_what_cannot_matter(case_text, person, absent):
    assert absent not in parse_case(case_text(person=person)).unknown()


def test_a_word_for_unknown_counts_as_unknown(case_text):
    assert "person.cyp2d6" in parse_case(case_text(person={"cyp2d6": '"unknown"'})).unknown()


def test_the_rest_of_a_mixed_product_is_unknown_when_not_named(case_text):
    assert "kratom[0].with" in parse_case(case_text(kratom={"product": '"mixed"'})).unknown()


@pytest.mark.parametrize(
    ("text", "kind", "value", "alkaloid", "count_unit"),
    [
        ("3 g", "product", 3000.0, None, None),
        ("3g", "product", 3000.0, None, None),
        ("500 mg", "product", 500.0, None, None),
        ("2.5 grams", "product", 2500.0, None, None),
        ("250 µg", "product", 0.25, None, None),
        ("250 mcg", "product", 0.25, None, None),
        ("0.1 kg", "product", 100_000.0, None, None),
        ("25 mg mitragynine", "alkaloid", 25.0, "mitragynine", None),
        ("0.025 g mitragynine", "alkaloid", 25.0, "mitragynine", None),
        ("15 mg 7-hydroxymitragynine", "alkaloid", 15.0, "7-hydroxymitragynine", None),
        ("15 mg 7-OH", "alkaloid", 15.0, "7-hydroxymitragynine", None),
        ("15 mg 7-OH-mitragynine", "alkaloid", 15.0, "7-hydroxymitragynine", None),
        ("5 mg speciociliatine", "alkaloid", 5.0, "speciociliatine", None),
        ("5 mg pseudoindoxyl", "alkaloid", 5.0, "mitragynine pseudoindoxyl", None),
        ("5 mg mitragynine pseudoindoxyl", "alkaloid", 5.0, "mitragynine pseudoindoxyl", None),
        ("5 mg paynantheine", "alkaloid", 5.0, "paynantheine", None),
        ("5 mg speciogynine", "alkaloid", 5.0, "speciogynine", None),
        ("6 capsules", "count", 6.0, None, "capsule"),
        ("1 capsule", "count", 1.0, None, "capsule"),
        ("2 teaspoons", "count", 2.0, None, "teaspoon"),
        ("0.5 tsp", "count", 0.5, None, "teaspoon"),
        ("1 serving", "count", 1.0, None, "serving"),
        ("half a gram", "product", 500.0, None, None),
        ("three g", "product", 3000.0, None, None),
        ("two caps", "count", 2.0, None, "capsule"),
        ("1 1/2 tsp", "count", 1.5, None, "teaspoon"),
        ("2½ teaspoons", "count", 2.5, None, "teaspoon"),
    ],
)
def test_amounts(case_text, text, kind, value, alkaloid, count_unit):
    amount = parse_case(case_text(kratom={"amount": f'"{text}"'})).kratom[0].amount
    assert amount == Amount(text, kind, value, alkaloid, count_unit)


@pytest.mark.parametrize(
    ("product", "text", "value", "unit"),
    [
        *(("liquid-shot", text, 60.0, "mL") for text in ("60 mL", "60ml", "60 millilitres", "6 cl", "0.06 L")),
        *(("liquid-shot", text, 59.147, "mL") for text in ("2 fl oz", "2 fl. oz.", "2floz", "two fluid ounces")),
        *(("liquid-shot", text, 0.5, "bottle") for text in ("half a bottle", "Half bottle", ".5 bottle", "1/2 bottle")),
        *(("liquid-shot", text, 1.0, "bottle") for text in ("a bottle", "1 bottle", "one shot", "1 shots")),
        *(("liquid-shot", text, 1.5, "bottle") for text in ("one and a half bottles", "1 1/2 bottles", "1½ bottles")),
        ("liquid-shot", "three quarters of a bottle", 0.75, "bottle"),
        ("liquid-shot", "a quarter of a bottle", 0.25, "bottle"),
        ("liquid-shot", "a can", 1.0, "can"),
        *(("7oh-product", text, 2.0, "tablet") for text in ("2 tablets", "two tabs", "2 pills", "2 chewables")),
        *(("7oh-product", text, 1.0, "gummy") for text in ("1 gummy", "a gummy", "1 gummies")),
        ("tea", "1 cup", 1.0, "cup"),
        ("tea", "2 glasses", 2.0, "cup"),
        ("tea", "250 mL", 250.0, "mL"),
        ("extract", "2 soft gels", 2.0, "capsule"),
    ],
)
def test_counts_as_people_write_them(case_text, product, text, value, unit):
    (kratom,) = parse_case(case_text(kratom={"product": f'"{product}"', "amount": f'"{text}"'})).kratom
    assert (kratom.amount.kind, kratom.amount.count_unit, kratom.amount.text) == ("count", unit, text)
    assert kratom.amount.value == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("kratom", "times"),
    [
        ({}, (0.0,)),
        ({"start": '"90 min"'}, (1.5,)),
        ({"every": '"8 h"'}, (0.0, 8.0, 16.0)),
        ({"every": '"8 h"', "start": '"1 day"'}, (24.0, 32.0, 40.0)),
        ({"every": '"12 hours"', "days": "2"}, (0.0, 12.0, 24.0, 36.0)),
        ({"every": '"7 h"'}, (0.0, 7.0, 14.0, 21.0)),
        ({"every": '"2 d"', "days": "1"}, (0.0,)),
        ({"every": '"12 h"', "days": "1.5"}, (0.0, 12.0, 24.0)),
    ],
)
def test_dose_times(case_text, kratom, times):
    assert parse_case(case_text(kratom=kratom)).kratom[0].dose_times_h == times


def test_a_third_of_an_hour_gains_no_dose_from_rounding(case_text):
    assert len(parse_case(case_text(kratom={"every": '"20 min"'})).kratom[0].dose_times_h) == 72


@pytest.mark.parametrize(
    ("text", "fraction"), [("1.4 %", 0.014), ("14 mg/g", 0.014), ("14 g/kg", 0.014), ("0 %", 0.0), ("100 %", 1.0)]
)
def test_certificates_are_mass_fractions(case_text, text, fraction):
    case = parse_case(case_text(kratom={"certificate": f'{{ mitragynine = "{text}" }}'}))
    assert case.kratom[0].certificate == {"mitragynine": fraction}


# Conversions by hand: the molar masses and factors are those of the clinical laboratory's tables.
@pytest.mark.parametrize(
    ("name", "text", "value", "unit"),
    [
        ("alt", '"31 IU/L"', 31.0, "U/L"),
        ("alt", '"1 ukat/L"', 60.0, "U/L"),
        ("bilirubin_total", '"17.1 umol/L"', 1.0, "mg/dL"),
        ("bilirubin_total", '"10 mg/L"', 1.0, "mg/dL"),
        ("creatinine", '"88.4 umol/L"', 1.0, "mg/dL"),
        ("glucose", '"5.55 mmol/L"', 100.0, "mg/dL"),
        ("albumin", '"42 g/L"', 4.2, "g/dL"),
        ("sodium", '"140 mEq/L"', 140.0, "mmol/L"),
        ("magnesium", '"2.43 mg/dL"', 1.0, "mmol/L"),
        ("magnesium", '"2 mEq/L"', 1.0, "mmol/L"),
        ("inr", '"1.0"', 1.0, ""),
        ("inr", "1.0", 1.0, ""),
        ("qtc", '"0.41 s"', 410.0, "ms"),
        ("platelets", '"250 x10^9/L"', 250.0, "10^9/L"),
        ("platelets", '"250000 /uL"', 250.0, "10^9/L"),
    ],
)
def test_labs_in_canonical_units(case_text, name, text, value, unit):
    lab = parse_case(case_text(today={"labs": f"{{ {name} = {text} }}"})).today.labs[name]
    assert lab.value == pytest.approx(value, rel=2e-3)
    assert lab.unit == unit


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", '"36.8 degC"', 36.8),
        ("temperature", '"36.8 °C"', 36.8),
        ("temperature", '"98.6 degF"', 37.0),
        ("temperature", '"98.6 °F"', 37.0),
        ("temperature", '"310.15 K"', 37.0),
        ("respiratory_rate", "14", 14.0),
        ("respiratory_rate", '"14 1/min"', 14.0),
        ("heart_rate", '"80 bpm"', 80.0),
        ("systolic", '"16 kPa"', 120.01),
        ("spo2", "97", 97.0),
        ("gcs", "3", 3.0),
    ],
)
def test_vitals_in_canonical_units(case_text, name, text, value):
    vital = parse_case(case_text(today={"vitals": f"{{ {name} = {text} }}"})).today.vitals[name]
    assert vital.value == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "mg", "mg_per_h"),
    [
        ("100 mg", 100.0, None),
        ("25 mcg", 0.025, None),
        ("25 ug/h", None, 0.025),
        ("1.5 mg/h", None, 1.5),
        ("1000 IU", None, None),
        ("2 tablets", None, None),
        ("10 mL", None, None),
        ("5/325 mg", None, None),
        ("5 mg/325 mg", None, None),
        ("10 units", None, None),
    ],
)
def test_medicine_amounts_keep_their_text(case_text, text, mg, mg_per_h):
    amount = parse_case(case_text(medicine={"amount": f'"{text}"'})).medicine[0].amount
    assert (amount.text, amount.mg, amount.mg_per_h) == (text, mg, mg_per_h)


@pytest.mark.parametrize(
    ("written", "region"),
    [("us-oh", "US-OH"), ("DE", "DE"), ("gb", "GB"), ("US-DC", "US-DC"), ("US-PR", "US-PR"), ("GB-ENG", "GB-ENG")],
)
def test_regions_in_capitals(case_text, written, region):
    assert parse_case(case_text(person={"region": f'"{written}"'})).person.region == region


def test_a_byte_order_mark_and_windows_lines_are_accepted(tmp_path, case_text):
    file = tmp_path / "case.toml"
    file.write_bytes(b"\xef\xbb\xbf" + case_text().replace("\n", "\r\n").encode())
    assert load_case(file).person.age_years == 46.0


def test_a_case_cannot_be_changed(case_text):
    case = parse_case(case_text())
    with pytest.raises(ValueError, match="frozen"):
        case.person.age_years = 30.0


def test_a_case_travels_to_other_processes_and_to_json(contract):
    case = parse_case(contract)
    assert pickle.loads(pickle.dumps(case)) == case
    written = json.loads(json.dumps(case.model_dump(mode="json")))
    assert written["person"]["weight_kg"] == 71.0
    assert written["today"]["labs"]["alt"]["value"] == 31.0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_load_and_give_no_dose_advice(path):
    case = load_case(path)
    assert all(math.isfinite(time_h) for kratom in case.kratom for time_h in kratom.dose_times_h)
    assert "not a recommendation" in path.read_text()


def test_there_are_examples():
    assert len(EXAMPLES) >= 8


def test_a_case_is_read_without_the_heavy_parts(tmp_path, contract):
    """A screen answers in about a second: nothing that integrates, tabulates or draws may come with the case."""
    file = tmp_path / "case.toml"
    file.write_text(contract)
    heavy = ("heyoka", "pandas", "xarray", "altair", "libsbml")
    program = (
        f"import sys; from ketum.case import load_case; load_case({str(file)!r}); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("pair", USUAL, ids=str)
def test_what_is_converted_without_pint_is_what_pint_says(pair):
    unit, target = pair
    assert registry().Quantity(Decimal("1.4"), unit).m_as(target) == convert(Decimal("1.4"), unit, target, "", "")
