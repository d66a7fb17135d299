"""A gallery of broken files: each says where, what, and what to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketum.case import load_case, parse_case
from ketum.errors import CaseError, Problem


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(CaseError) as caught:
        parse_case(text, "broken.toml")
    return caught.value.problems


def assert_told_in_full(text: str) -> None:
    """The text is a case, or each of its problems is told; any other exception fails the test."""
    try:
        parse_case(text)
        problems: tuple[Problem, ...] = ()
    except CaseError as error:
        problems = error.problems or (Problem("", ""),)
    assert all(problem.what for problem in problems)


def problem_of_file(path) -> Problem:
    with pytest.raises(CaseError) as caught:
        load_case(path)
    (problem,) = caught.value.problems
    assert caught.value.subject == str(path)
    return problem


# The table, the key, its TOML value, where it is reported, and the words that the message must hold.
GALLERY = [
    # numbers
    ("person", "age_years", '"46"', "person.age_years", ["46", "without quotes", "0 to 120"]),
    ("person", "age_years", "true", "person.age_years", ["number", "true"]),
    ("person", "age_years", "-1", "person.age_years", ["range", "-1", "0 to 120"]),
    ("person", "age_years", "121", "person.age_years", ["0 to 120"]),
    ("person", "age_years", "nan", "person.age_years", ["no number"]),
    ("person", "weight_kg", "inf", "person.weight_kg", ["2 to 400"]),
    ("person", "weight_kg", "1.9", "person.weight_kg", ["2 to 400"]),
    ("person", "weight_kg", "401", "person.weight_kg", ["2 to 400"]),
    ("person", "weight_kg", "0x" + "f" * 6000, "person.weight_kg", ["2 to 400"]),
    ("person", "weight_kg", "[71]", "person.weight_kg", ["number", "array"]),
    ("person", "weight_kg", "1979-05-27", "person.weight_kg", ["number", "1979-05-27"]),
    ("person", "egfr", "-3", "person.egfr", ["mL/min"]),
    ("person", "drinks_per_day", "-1", "person.drinks_per_day", ["standard drinks"]),
    ("today", "pain_nrs", "11", "today.pain_nrs", ["0 to 10"]),
    # words, texts, flags
    ("person", "sex", '"woman"', "person.sex", ["female", "male"]),
    ("person", "sex", '"Female"', "person.sex", ["did you mean female"]),
    ("person", "liver", '"child-pugh-d"', "person.liver", ["child-pugh-c"]),
    ("person", "pregnant", '"no"', "person.pregnant", ["true | false"]),
    ("person", "pregnant", "0", "person.pregnant", ["true | false"]),
    ("person", "conditions", '"back pain"', "person.conditions", ['["back pain"]']),
    ("person", "conditions", '["back pain", 3]', "person.conditions[1]", ["text"]),
    ("person", "conditions", '[""]', "person.conditions[0]", ["empty"]),
    ("kratom", "product", '"leaf powder"', "kratom[0].product", ["did you mean leaf-powder"]),
    ("medicine", "name", '" "', "medicine[0].name", ["empty"]),
    ("medicine", "route", '"by mouth"', "medicine[0].route", ["oral"]),
    # keys
    ("person", "wieght_kg", "71", "person.wieght_kg", ["did you mean weight_kg"]),
    ("kratom", "dose", '"3 g"', "kratom[0].dose", ["amount"]),
    ("kratom", "every_h", "8", "kratom[0].every_h", ["did you mean every"]),
    ("medicine", "nmae", '"x"', "medicine[0].nmae", ["did you mean name"]),
    ("today", "pain", "3", "today.pain", ["did you mean pain_nrs"]),
    ("person", "age_years", None, "person.age_years", ["missing", "age_years = 46"]),
    ("kratom", "amount", None, "kratom[0].amount", ["missing", '"3 g"']),
    # regions
    ("person", "region", '"USA"', "person.region", ["did you mean US?"]),
    ("person", "region", '"UK"', "person.region", ["did you mean GB?"]),
    ("person", "region", '"OH"', "person.region", ["did you mean US-OH?"]),
    ("person", "region", '"XX"', "person.region", ["no such country"]),
    ("person", "region", '"US-OI"', "person.region", ["no such US state", "US-OH"]),
    ("person", "region", '"DE-BAYERN"', "person.region", ["one to three"]),
    ("person", "region", '"US-"', "person.region", ["state"]),
    ("person", "region", "1", "person.region", ["region code"]),
    # amounts
    ("kratom", "amount", "3", "kratom[0].amount", ["unit", "in quotes"]),
    ("kratom", "amount", '"3"', "kratom[0].amount", ["unit is missing"]),
    ("kratom", "amount", '""', "kratom[0].amount", ["number", '"3 g"']),
    ("kratom", "amount", '"some g"', "kratom[0].amount", ["number"]),
    ("kratom", "amount", '"0 g"', "kratom[0].amount", ["more than nothing"]),
    ("kratom", "amount", '"-3 g"', "kratom[0].amount", ["more than nothing"]),
    ("kratom", "amount", '"−3 g"', "kratom[0].amount", ["more than nothing"]),
    ("kratom", "amount", '"nan g"', "kratom[0].amount", ["number"]),
    ("kratom", "amount", '"inf g"', "kratom[0].amount", ["number"]),
    ("kratom", "amount", '"2,5 g"', "kratom[0].amount", ["comma", "2.5 g"]),
    ("kratom", "amount", '"1,000 mg"', "kratom[0].amount", ["comma", "1000 mg"]),
    ("kratom", "amount", '"3-4 g"', "kratom[0].amount", ["range"]),
    ("kratom", "amount", '"3 to 4 g"', "kratom[0].amount", ["range"]),
    ("kratom", "amount", '"3 gr"', "kratom[0].amount", ["gr", "did you mean g?"]),
    ("kratom", "amount", '"3 Mg"', "kratom[0].amount", ["did you mean mg?"]),
    ("kratom", "amount", '"3 h"', "kratom[0].amount", ["does not fit"]),
    ("kratom", "amount", '"3 mg/kg"', "kratom[0].amount", ["does not fit"]),
    ("kratom", "amount", '"3 %"', "kratom[0].amount", ["%", "does not fit"]),
    ("kratom", "amount", '"3 g leaf"', "kratom[0].amount", ["leaf", "without a name"]),
    ("kratom", "amount", '"3 mg mitragynin"', "kratom[0].amount", ["did you mean mitragynine?"]),
    ("kratom", "amount", '"6 capsuls"', "kratom[0].amount", ["did you mean capsules?"]),
    ("kratom", "amount", '"2 tablets"', "kratom[0].amount", ["tablet of leaf-", "capsules", "extract, 7oh-product"]),
    ("kratom", "amount", '"60 mL"', "kratom[0].amount", ["mL of leaf-", "teaspoons", "tea, liquid-shot"]),
    ("kratom", "amount", '"2 sprays"', "kratom[0].amount", ["sprays", '"15 mg 7-hydroxymitragynine"', "unknown"]),
    ("kratom", "amount", '"2 tea bags"', "kratom[0].amount", ["its weight"]),
    ("kratom", "amount", '"2 tbsp"', "kratom[0].amount", ["three teaspoons"]),
    ("kratom", "amount", '"60 mL bottle"', "kratom[0].amount", ["alone", '"60 mL"']),
    ("kratom", "amount", '"1/0 bottle"', "kratom[0].amount", ["/0"]),
    ("kratom", "amount", '"half"', "kratom[0].amount", ["number"]),
    ("kratom", "amount", '"3 kg"', "kratom[0].amount", ["up to 100 g", "check the unit"]),
    ("kratom", "amount", '"100.1 g"', "kratom[0].amount", ["up to 100 g"]),
    ("kratom", "amount", '"2001 mg mitragynine"', "kratom[0].amount", ["up to 2000 mg"]),
    ("kratom", "amount", '"201 capsules"', "kratom[0].amount", ["up to 200 capsules"]),
    ("kratom", "amount", '"31 teaspoons"', "kratom[0].amount", ["up to 30 teaspoons"]),
    ("kratom", "amount", '"21 servings"', "kratom[0].amount", ["up to 20 servings"]),
    ("kratom", "amount", '"1e99 g"', "kratom[0].amount", ["up to 100 g"]),
    ("medicine", "amount", '"some"', "medicine[0].amount", ["number"]),
    ("medicine", "amount", '"100 mgs of it"', "medicine[0].amount", ["not known"]),
    ("medicine", "amount", '"5-10 mg"', "medicine[0].amount", ["range"]),
    ("medicine", "amount", '"0 mg"', "medicine[0].amount", ["more than nothing"]),
    # times
    ("kratom", "every", "8", "kratom[0].every", ["unit is missing", '"8 h"']),
    ("kratom", "every", '"8"', "kratom[0].every", ["unit is missing"]),
    ("kratom", "every", '"8 g"', "kratom[0].every", ["does not fit"]),
    ("kratom", "every", '"14 min"', "kratom[0].every", ["15 min to 31 days"]),
    ("kratom", "every", '"32 days"', "kratom[0].every", ["15 min to 31 days"]),
    ("kratom", "every", '"0 h"', "kratom[0].every", ["15 min"]),
    ("kratom", "every", '"twice a day"', "kratom[0].every", ['"12 h"']),
    ("kratom", "start", '"-1 h"', "kratom[0].start", ["0 h to 3650 days"]),
    ("kratom", "days", "14", "kratom[0].days", ["single dose", "every"]),
    ("medicine", "started_days_ago", "-1", "medicine[0].started_days_ago", ["days"]),
    # certificates
    ("kratom", "certificate", '"1.4 %"', "kratom[0].certificate", ["table"]),
    ("kratom", "certificate", "{}", "kratom[0].certificate", ["no alkaloid"]),
    ("kratom", "certificate", "{ mitragynine = 1.4 }", "kratom[0].certificate.mitragynine", ["unit", "1.4 %"]),
    ("kratom", "certificate", '{ mitragynine = "1.4" }', "kratom[0].certificate.mitragynine", ["unit is missing"]),
    ("kratom", "certificate", '{ mitragynine = "101 %" }', "kratom[0].certificate.mitragynine", ["0 to 100 %"]),
    ("kratom", "certificate", '{ mitragynine = "-1 %" }', "kratom[0].certificate.mitragynine", ["0 to 100 %"]),
    (
        "kratom",
        "certificate",
        '{ mitragynin = "1 %" }',
        "kratom[0].certificate.mitragynin",
        ["did you mean mitragynine"],
    ),
    (
        "kratom",
        "certificate",
        '{ mitragynine = "60 %", speciociliatine = "41 %" }',
        "kratom[0].certificate",
        ["101 %", "100 %"],
    ),
    (
        "kratom",
        "certificate",
        '{ "7-OH" = "1 %", "7-hydroxymitragynine" = "1 %" }',
        "kratom[0].certificate.7-hydroxymitragynine",
        ["twice"],
    ),
    # laboratory values and vital signs
    ("today", "labs", '"alt 31"', "today.labs", ["table"]),
    ("today", "labs", "{ alt = 31 }", "today.labs.alt", ["unit is missing", "31 U/L"]),
    ("today", "labs", '{ alt = "31 mg/dL" }', "today.labs.alt", ["does not fit"]),
    ("today", "labs", '{ alt = "-1 U/L" }', "today.labs.alt", ["0 to 100000 U/L"]),
    ("today", "labs", '{ ALT = "31 U/L" }', "today.labs.ALT", ["did you mean alt?"]),
    ("today", "labs", '{ sgpt = "31 U/L" }', "today.labs.sgpt", ["did you mean alt?"]),
    ("today", "labs", '{ bilirubin = "1 mg/dL" }', "today.labs.bilirubin", ["did you mean bilirubin_total?"]),
    ("today", "labs", '{ inr = "1.0 s" }', "today.labs.inr", ["plain number"]),
    ("today", "labs", '{ potassium = "41 mmol/L" }', "today.labs.potassium", ["0.5 to 15"]),
    (
        "today",
        "labs",
        '{ bilirubin_total = "1 mg/dL", bilirubin_direct = "2 mg/dL" }',
        "today.labs.bilirubin_direct",
        ["bilirubin_total", "above"],
    ),
    ("today", "upper_limits", '{ alt = "0 U/L" }', "today.upper_limits.alt", ["more than 0"]),
    ("today", "vitals", "{ spo2 = 0.97 }", "today.vitals.spo2", ["1 to 100 %"]),
    ("today", "vitals", "{ spo2 = 101 }", "today.vitals.spo2", ["1 to 100 %"]),
    ("today", "vitals", "{ spo2 = nan }", "today.vitals.spo2", ["1 to 100 %"]),
    ("today", "vitals", "{ temperature = 36.8 }", "today.vitals.temperature", ["unit is missing", "degC"]),
    ("today", "vitals", '{ temperature = "98 degC" }', "today.vitals.temperature", ["10 to 46"]),
    ("today", "vitals", "{ gcs = 2 }", "today.vitals.gcs", ["3 to 15"]),
    ("today", "vitals", "{ gcs = 14.5 }", "today.vitals.gcs", ["whole"]),
    ("today", "vitals", "{ gcs = true }", "today.vitals.gcs", ["3 to 15"]),
    ("today", "vitals", "{ pulse = 80 }", "today.vitals.pulse", ["did you mean heart_rate?"]),
    ("today", "vitals", "{ systolic = 80, diastolic = 120 }", "today.vitals.diastolic", ["above systolic"]),
]


@pytest.mark.parametrize(
    ("table", "key", "value", "where", "words"), GALLERY, ids=[f"{row[3]}={str(row[2])[:30]}" for row in GALLERY]
)
def test_gallery(case_text, table, key, value, where, words):
    (problem,) = problems_of(case_text(**{table: {key: value}}))
    line, _, place = problem.where.partition(", ")
    assert line.startswith("line ")
    assert place == where
    missing = [word for word in words if word not in str(problem)]
    assert not missing, str(problem)


CONTRADICTIONS = [
    ("person", {"sex": '"male"', "pregnant": "true"}, "person.pregnant", ["sex", "male", "pregnant"]),
    ("person", {"age_years": "61", "pregnant": "true"}, "person.pregnant", ["age_years = 61", "pregnant"]),
    ("person", {"age_years": "66", "breastfeeding": "true"}, "person.breastfeeding", ["age_years = 66"]),
    ("person", {"age_years": "9", "breastfeeding": "true"}, "person.breastfeeding", ["age_years = 9"]),
    ("person", {"gestation_weeks": "20"}, "person.gestation_weeks", ["pregnant = true"]),
    ("person", {"pregnant": "false", "gestation_weeks": "20"}, "person.gestation_weeks", ["pregnant = true"]),
    ("person", {"pregnant": "true", "gestation_weeks": "46"}, "person.gestation_weeks", ["1 to 45"]),
    ("person", {"kratom_experience": '"new"', "kratom_months": "2"}, "person.kratom_months", ["kratom_experience"]),
    (
        "medicine",
        {"started_days_ago": "3", "stopped_days_ago": "5"},
        "medicine[0].stopped_days_ago",
        ["started_days_ago"],
    ),
    ("kratom", {"every": '"15 min"', "days": "300"}, "kratom[0].days", ["28800", "20000"]),
    ("kratom", {"every": '"8 h"', "days": "0.5"}, "kratom[0].days", ["1 to 3650"]),
    ("kratom", {"every": '"24 h"', "days": "3651"}, "kratom[0].days", ["1 to 3650"]),
    ("kratom", {"product": '"extract"', "amount": '"31 g"'}, "kratom[0].amount", ["up to 30 g", "extract"]),
    ("kratom", {"product": '"7oh-product"', "amount": '"31 g"'}, "kratom[0].amount", ["up to 30 g"]),
    ("kratom", {"product": '"liquid-shot"', "amount": '"1001 g"'}, "kratom[0].amount", ["up to 1000 g"]),
    ("kratom", {"product": '"liquid-shot"', "amount": '"1.1 L"'}, "kratom[0].amount", ["up to 1000 mL"]),
    ("kratom", {"product": '"liquid-shot"', "amount": '"21 bottles"'}, "kratom[0].amount", ["up to 20 bottles"]),
    (
        "kratom",
        {"product": '"liquid-shot"', "amount": '"6 capsules"'},
        "kratom[0].amount",
        ["mL, bottles, cans", "leaf-"],
    ),
    (
        "kratom",
        {"product": '"7oh-product"', "amount": '"1 teaspoon"'},
        "kratom[0].amount",
        ["tablets, gummies", "15 mg 7-"],
    ),
    ("kratom", {"product": '"7oh-product"', "amount": '"60 mL"'}, "kratom[0].amount", ["15 mg 7-hydroxymitragynine"]),
    ("kratom", {"product": '"extract"', "amount": '"2 tsp"'}, "kratom[0].amount", ["25 mg mitragynine", "capsules"]),
    ("kratom", {"product": '"unknown"', "amount": '"2 tablets"'}, "kratom[0].amount", ["extract, 7oh-product"]),
    ("kratom", {"product": '"pseudoindoxyl-product"', "amount": '"1 tablet"'}, "kratom[0].amount", ["pseudoindoxyl"]),
    ("kratom", {"product": '"tea"', "amount": '"6 capsules"'}, "kratom[0].amount", ["cups", "capsule of tea"]),
    ("kratom", {"product": '"pseudoindoxyl-product"', "amount": '"31 g"'}, "kratom[0].amount", ["up to 30 g"]),
]


def test_what_was_taken_before_fits_its_kind_too(case_text):
    text = case_text() + '\n[before]\nproduct = "tea"\namount = "6 capsules"\n'
    (problem,) = problems_of(text)
    assert problem.where.endswith("before.amount")
    assert "no size is on file for a capsule of tea" in problem.what


@pytest.mark.parametrize(("table", "keys", "where", "words"), CONTRADICTIONS)
def test_contradictions(case_text, table, keys, where, words):
    (problem,) = problems_of(case_text(**{table: keys}))
    assert problem.where.endswith(where)
    assert all(word in str(problem) for word in words), str(problem)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        ("\n  \n", ["empty"]),
        ("# only a comment\n", ["empty"]),
        ("[person]\nage_years = 46 years\n", ["line 2", "column", "age_years = 46 years"]),
        ("[person]\nsex = female\n", ["line 2", "sex = female", "quotes"]),
        ("[person]\nsex = 'female\n", ["line 2", "quote"]),
        ("[person]\nage_years = 1\nage_years = 2\n", ["line 3", "twice"]),
        ("[kratom]\n[kratom]\n", ["line 2", "[[kratom]]"]),
        ("x = " + "[" * 5000, ["nested"]),
        ("x = " + "9" * 6000, ["number"]),
        ("just words", ["line 1", "just words", "equals sign"]),
    ],
)
def test_text_that_is_no_case(text, words):
    (problem,) = problems_of(text)
    assert all(word in str(problem) for word in words), str(problem)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("[[kratom]]\nproduct = 'tea'\namount = '3 g'\n", "person", ["missing", "[person]"]),
        ("kratom = []\n", "kratom", ["no kratom", "[[kratom]]"]),
        ("[kratom]\nproduct = 'tea'\n", "kratom", ["[[kratom]]"]),
        ("[[person]]\nage_years = 3\n", "person", ["[person]"]),
        ("person = 3\n", "person", ["[person]"]),
        ("kratom = [1]\n", "kratom[0]", ["table"]),
        ("[medicines]\n", "medicines", ["did you mean medicine?"]),
        ("title = 3\n", "title", ["text"]),
        ('"a b" = 3\n', '"a b"', ["no key"]),
    ],
)
def test_tables_of_the_wrong_shape(text, where, words):
    found = [problem for problem in problems_of(text) if problem.where.split(", ")[-1] == where]
    assert len(found) == 1
    assert all(word in str(found[0]) for word in words), str(found[0])


def test_all_problems_at_once_and_in_the_order_of_the_file():
    text = """
[person]
age_years = "46"
sex = "male"
wieght_kg = 71
region = "USA"
pregnant = true

[[kratom]]
product = "leaf-powder"
amount = "3 kg"

[[kratom]]
product = "teas"
amount = "3 g"
days = 3

[today]
labs = { alt = 31, foo = "1 U/L" }
pain_nrs = 11
"""
    assert [problem.where for problem in problems_of(text)] == [
        "line 2, person.weight_kg",
        "line 3, person.age_years",
        "line 5, person.wieght_kg",
        "line 6, person.region",
        "line 7, person.pregnant",
        "line 11, kratom[0].amount",
        "line 14, kratom[1].product",
        "line 16, kratom[1].days",
        "line 19, today.labs.alt",
        "line 19, today.labs.foo",
        "line 20, today.pain_nrs",
    ]


def test_two_contradictions_of_one_key_are_both_told(case_text):
    problems = problems_of(case_text(person={"sex": '"male"', "age_years": "80", "pregnant": "true"}))
    assert [problem.where.split(", ")[1] for problem in problems] == ["person.pregnant", "person.pregnant"]


def test_lines_are_found_in_other_spellings_of_toml():
    dotted = 'person.age_years = 200\nperson.sex = "male"\nperson.weight_kg = 70\nperson.region = "DE"\n'
    tables = (
        'title = """\n[person]\n"""\n' + dotted + '[[kratom]]\nproduct = "tea"\namount = "4 g"\n'
        '[kratom.certificate]\n"mitragynine" = "200 %"\n[today.labs]\nalt = "31"\n'
    )
    assert [problem.where for problem in problems_of(tables)] == [
        "line 4, person.age_years",
        "line 12, kratom[0].certificate.mitragynine",
        "line 14, today.labs.alt",
    ]


def test_no_words_of_the_validation_library_reach_the_reader(case_text):
    for table, key, value, _, _ in GALLERY:
        for problem in problems_of(case_text(**{table: {key: value}})):
            assert not any(word in str(problem) for word in ("Input should", "pydantic", "type=", "dict", "NoneType"))


def test_a_missing_file_names_its_neighbours(tmp_path, case_text):
    (tmp_path / "back-pain.toml").write_text(case_text())
    problem = problem_of_file(tmp_path / "bakc-pain.toml")
    assert "no such file" in problem.what
    assert "back-pain.toml" in problem.cure


def test_a_missing_folder(tmp_path):
    assert "no folder" in problem_of_file(tmp_path / "nowhere" / "case.toml").cure


def test_a_folder_is_no_file(tmp_path, case_text):
    (tmp_path / "one.toml").write_text(case_text())
    problem = problem_of_file(tmp_path)
    assert "folder" in problem.what
    assert "one.toml" in problem.cure


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty"]),
        (b"\x00\x01\x02", ["not a text file"]),
        (b"\x89PNG\r\n\x1a\n", ["UTF-8"]),
        (b"title = 'x'\ntitle2 = 'na\xefve'\n", ["line 2", "0xef", "UTF-8"]),
        ("title = 'x'".encode("utf-16"), ["UTF-16", "UTF-8"]),
        (b"#" * 1_000_001, ["too large", "1 MB"]),
    ],
)
def test_files_that_are_no_cases(tmp_path, data, words):
    file = tmp_path / "case.toml"
    file.write_bytes(data)
    problem = problem_of_file(file)
    assert all(word in str(problem) for word in words), str(problem)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    # Not by chmod: root, as in a container, may read everything.
    monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read" in problem_of_file(tmp_path / "case.toml").what


def test_a_path_that_no_file_can_have():
    assert "cannot be read" in problem_of_file("a\0b").what
    assert "cannot be read" in problem_of_file("a" * 5000).what


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_else(data):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.toml"
        file.write_bytes(data)
        with pytest.raises(CaseError):
            load_case(file)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_case_raises_nothing_else(contract, data):
    start = data.draw(st.integers(0, len(contract)))
    end = data.draw(st.integers(start, min(len(contract), start + 40)))
    text = contract[:start] + data.draw(st.text(max_size=12)) + contract[end:]
    assert_told_in_full(text)


TOML_VALUES = st.sampled_from(
    [
        "true",
        "3",
        "-1",
        "1e400",
        "nan",
        '""',
        '"3 g"',
        '"1 %"',
        "[]",
        "[[]]",
        "{}",
        "{ a = 1 }",
        "07:32:00",
        "1979-05-27",
    ]
)
KEYS = st.sampled_from(
    [(table, key) for table, key in {(row[0], row[1]) for row in GALLERY} | {("medicine", "every"), ("kratom", "with")}]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, TOML_VALUES, max_size=6))
def test_any_value_under_any_key_raises_nothing_else(case_text, changes):
    tables: dict[str, dict[str, str]] = {}
    for (table, key), value in changes.items():
        tables.setdefault(table, {})[key] = value
    assert_told_in_full(case_text(**tables))
