"""Names: every one on file finds itself, and what is no part of a name changes nothing."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ketum.evidence import facts
from ketum.medicine import is_any, match
from ketum.medicine.catalogue import combinations, entries, names

GENERICS = sorted(entries())
COMMON = sorted({one.details["generic"] for one in facts().values() if one.table == "victim_facts_long"})


def test_every_medicine_of_the_safety_table_is_there():
    assert len(COMMON) == 195
    assert set(COMMON) <= set(GENERICS)


@pytest.mark.parametrize("generic", GENERICS)
def test_every_generic_name_finds_itself(generic):
    assert match(generic).generics == (generic,)
    assert match(generic).known


def test_every_brand_finds_its_medicine():
    for name, generics in names().items():
        found = match(name)
        assert found.generics == generics, name
        assert found.known, name


def test_every_combination_is_made_of_known_medicines():
    for name, parts in combinations().items():
        assert set(parts) <= set(GENERICS), name
        assert match(name).generics == parts, name


SALTS = st.sampled_from(["", " hydrochloride", " HCl", " maleate", " tartrate", " sulfate", " sodium"])
STRENGTHS = st.sampled_from(
    ["", " 100 mg", " 5mg", " 2.5 mg", " 25 mcg/h", " 10 mg/5 ml", " 0.5 g", " 1,000 IU", " 5 %"]
)
FORMS = st.sampled_from(["", " XR", " ER", " retard", " tablets", " extended release", " oral solution", " patch"])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(names())), SALTS, STRENGTHS, FORMS, st.booleans(), st.sampled_from([" ", "  ", "\t"]))
def test_case_salt_strength_form_and_spaces_change_nothing(name, salt, strength, form, capitals, space):
    written = f"{name}{salt}{strength}{form}"
    assume(written.strip() not in names() or written == name)
    assume(" ".join((name + salt).split()) not in names() or not salt)
    written = (written.upper() if capitals else written.title()).replace(" ", space)
    found = match(f" {written} ")
    assert found.generics == names()[name], written
    assert found.known


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("oxycodone/acetaminophen 5/325 mg", ("oxycodone", "acetaminophen")),
        ("hydrocodone-acetaminophen 10-325", ("hydrocodone", "acetaminophen")),
        ("buprenorphine and naloxone", ("buprenorphine", "naloxone")),
        ("Tylenol #3", ("codeine", "acetaminophen")),
        ("St. John’s Wort", ("st john's wort",)),
        ("Saint John's Wort extract 300 mg", ("st john's wort",)),
        ("CBD oil", ("cannabidiol",)),
        ("Rifampin", ("rifampicin",)),
        ("Xanax XR 2mg", ("alprazolam",)),
        ("lithium carbonate", ("lithium",)),
        ("7-OH", ("kratom",)),
    ],
)
def test_names_as_people_write_them(written, expected):
    assert match(written).generics == expected


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("oxycodon", "oxycodone"), ("alprazolan", "alprazolam"), ("seroquil", "quetiapine"),
        ("gabapentine", "gabapentin"),
        ("tramadal", "tramadol"), ("sertralin", "sertraline"), ("fluoxitine", "fluoxetine"), ("xanex", "alprazolam"),
        ("amitryptiline", "amitriptyline"), ("methadon", "methadone"), ("metropolol", "metoprolol"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_a_guess_and_called_so(misspelt, meant):
    found = match(misspelt)
    assert found.guessed
    assert not found.known
    assert found.generics[0] == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hydroxyzine", "hydralazine"), ("clonidine", "clonazepam"), ("prednisone", "prednisolone"),
        ("tramadol", "trazodone"), ("bupropion", "buspirone"), ("lamotrigine", "terbinafine"), ("codeine", "cocaine"),
        ("celecoxib", "citalopram"), ("methadone", "methylphenidate"), ("chlorpromazine", "clomipramine"),
        ("quetiapine", "olanzapine"), ("naloxone", "naltrexone"), ("propofol", "propranolol"),
    ],
)  # fmt: skip
def test_look_alikes_are_told_apart(one, other):
    assert match(one).generics == (one,)
    assert match(other).generics == (other,)


def test_a_slip_is_not_read_as_what_merely_rhymes():
    assert match("hydroxizine").generics == ("hydroxyzine",)
    assert match("trazadone").generics == ("trazodone",)


def test_two_candidates_of_a_slip_both_count():
    assert {"prednisone", "prednisolone"} <= set(match("prednisolon").generics)


@given(st.text(max_size=80))
def test_no_name_crashes(name):
    found = match(name)
    assert set(found.generics) <= set(GENERICS)


@pytest.mark.parametrize(
    ("generic", "belongs", "not_to"),
    [
        ("oxycodone", "opioid agonist", "partial opioid agonist"),
        ("tramadol", "opioid agonist", "benzodiazepine"),
        ("methadone", "opioid agonist", "partial opioid agonist"),
        ("buprenorphine", "partial opioid agonist", "opioid agonist"),
        ("naltrexone", "opioid antagonist", "opioid agonist"),
        ("dextromethorphan", "", "opioid agonist"),
        ("loperamide", "opioid of the gut", "opioid agonist"),
        ("clonazepam", "benzodiazepine", "opioid agonist"),
        ("zolpidem", "z-drug", "benzodiazepine"),
        ("pregabalin", "gabapentinoid", "benzodiazepine"),
        ("phenelzine", "MAO inhibitor", "MAO-B inhibitor"),
        ("selegiline", "MAO-B inhibitor", "MAO inhibitor"),
        ("lithium", "", "antipsychotic"),
        ("melatonin", "", "benzodiazepine"),
        ("cetirizine", "", "sedating antihistamine"),
        ("atomoxetine", "", "amphetamine or like"),
        ("linezolid", "", "MAO inhibitor"),
    ],
)
def test_classes_follow_the_atc_code(generic, belongs, not_to):
    assert not belongs or is_any(entries()[generic], belongs)
    assert not is_any(entries()[generic], not_to)
