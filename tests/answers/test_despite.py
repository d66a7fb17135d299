"""An emergency in a file that is refused is said all the same; a harmless file is not made one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketum.answers.despite import emergencies_in, emergencies_of
from ketum.case import load_case, parse_case
from ketum.case.loose import cleaned, decoded
from ketum.case.loose_vitals import likely, sign_of
from ketum.errors import CaseError
from ketum.hazards import screen
from ketum.sizes import DoseSize

GALLERY = Path(__file__).parents[1] / "hazards" / "gallery"
EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = {
    path.stem: path for path in sorted([*GALLERY.glob("*.toml"), *EXAMPLES.glob("*.toml")]) if path.stem != "expected"
}


def told(text):
    return [one.code for one in emergencies_in(text)]


def screened(case):
    found = screen(case, [DoseSize()] * len(case.kratom), today=date(2026, 11, 1))
    return [one.code for one in found if one.severity == "emergency"]


SAID = {name: screened(load_case(path)) for name, path in FILES.items()}
URGENT = {name: codes for name, codes in SAID.items() if codes}
BENIGN = sorted(name for name, codes in SAID.items() if not codes)


def text_of(name):
    return FILES[name].read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_a_right_file_says_the_same_either_way(name):
    assert told(text_of(name)) == SAID[name]


def swap(old, new):
    return lambda text: text.replace(old, new)


DAMAGES = {
    "a line that is no TOML": lambda text: text + "\nweight 70 kg\n",
    "an unknown key": lambda text: text.replace("[person]", "[person]\nwieght = 3", 1),
    "a wrong amount": swap("amount = ", "amount = 3 g # "),
    "big letters": lambda text: text.replace("symptoms", "Symptoms").replace("conditions", "CONDITIONS"),
    "misspelt": lambda text: (
        text.replace("symptoms", "symtoms").replace("conditions", "conditons").replace("vitals", "vital")
    ),
    "one letter of it": swap("symptoms", "symptom"),
    "no brackets": lambda text: text.replace('= ["', '= "').replace('"]', '"'),
    "no closing bracket": lambda text: text.replace('"]', '"'),
    "no quotes": lambda text: text.replace('["', "[").replace('"]', "]").replace('", "', ", "),
    "no headers": lambda text: "\n".join(line for line in text.splitlines() if not line.startswith("[")),
    "windows lines": lambda text: text.replace("\n", "\r\n") + "x\r\n",
    "a second value": lambda text: text + "\n[person]\nage_years = 3\n",
    "cut off": lambda text: text + '\n[[medicine]]\nname = "asp',
    "a huge list before it": lambda text: 'conditions = ["' + '", "'.join(map(str, range(3000))) + '"]\n' + text,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", URGENT)
def test_a_damaged_file_says_it_all_the_same(name, damage):
    assert set(SAID[name]) <= set(told(DAMAGES[damage](text_of(name))))


@pytest.mark.parametrize("damage", [one for one in DAMAGES if one != "no headers"])
@pytest.mark.parametrize("name", BENIGN)
def test_a_harmless_file_stays_harmless(name, damage):
    assert told(DAMAGES[damage](text_of(name))) == []


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_encoding_loses_nothing(tmp_path, encoding):
    path = tmp_path / "case.toml"
    path.write_bytes(text_of("emergency-cannot-be-woken").encode(encoding))
    assert [one.code for one in emergencies_of(str(path))] == ["emergency.now"]


def test_bytes_that_are_no_letters_lose_nothing():
    assert told(decoded(b'\xff[today]\nsymptoms = ["na\xefve, cannot be woken"]')) == ["emergency.now"]


HEAD = '[person]\nage_years = 40\nsex = "male"\n'
SAYS = [
    "[today]\nSymptoms = ['cannot be woken']",
    'symptoms: "cannot be woken"',
    '{"today": {"symptoms": ["itching", "cannot be woken"]}}',
    '[today]\nsymptoms = """\nHe lay down at three.\nNow he cannot be woken\n"""\nx',
    "[today]\nsymptoms = [\n  'itching',\n  'cannot be woken'\n",
    "[today]\nsymptoms = [\n  itching,\n  cannot be woken,\n]",
    "He took five capsules and cannot be woken",
    'today = { symptoms = ["cannot be woken"], vitals = { spo2 = 97 }, x }',
    '[today]\nnotes = "cannot be woken"',
    '[today]\ncomplaint = ["cannot be woken"]',
    "[today]\ncannot_be_woken = true",
    '[today]\n"not breathing" = "yes"',
    'conditions = ["not breathing"]\nweight 70 kg',
    'conditions = ["asthma, cannot be woken"]',
    'symptoms = { worst = "cannot be woken" }',
    'symptoms = [["cannot be woken"]]',
    'symptoms = ["cannot be wo\u00adken"]',
    'symptoms = ["\u202ecannot be woken"]',
    'symptoms = ["\\u001b[31mcannot be woken"]',
    'symptoms = ["' + "quite well and sat in the garden, " * 60 + 'now cannot be woken"]',
    'symptoms = ["' + "well " * 3000 + '. Now cannot be woken"',
    "[cannot be woken]",
    'days = """\n[tod\nsymptoms = [\'cannot be woken\']',
    "a." * 5000 + "a = 1\nsymptoms = ['cannot be woken']",
    "title = 'x\nsymptoms = ['cannot be woken']",
    'symptoms = ["itching]\nalso = "cannot be woken"',
    "[[kratom]]\namount = \"3 g\nsymptoms = ['cannot be woken']",
    '[today]\nvitals = { respiratory_rate = "4 breaths" }',
    "[today]\nvitals = { rr = 4 }",
    "[today]\nvitals = { RR = '4' }",
    "[today.vitals]\nrespiratory-rate = 'four breaths a minute'",
    "[today]\nvitals = { spo2 = '80 percent' }",
    "[today]\nvitals = { oxygen_saturation = 0.8 }",
    "[today]\nvitals = { SpO2 = 'eighty %' }",
    "[today]\nvitals = { blood_pressure = '80/40' }",
    "[today]\nvitals = { bp = '80/40 mmHg' }",
    "[today]\nvitals = { pulse = 30 }",
    "[today]\nvitals = { temp = 94 }",
    "[today]\nvitals = { temperature = 34.2 }",
    "[today]\nvitals = { gcs = '7/15' }",
    "[today]\nvitals = ['RR 4', 'SpO2 80 %']",
    "[today]\nvitals = 'RR 4, SpO2 80 %'",
    "rr: 4",
    "[today]\nvitals = { spo2 = 97 }\nvitals = { spo2 = 80 }",
]


@pytest.mark.parametrize("text", SAYS, ids=lambda text: text[:60])
def test_said_in_many_ways(text):
    with pytest.raises(CaseError):
        parse_case(HEAD + text)
    assert told(HEAD + text) == ["emergency.now"]
    assert told(text) == ["emergency.now"]


@pytest.mark.parametrize("letters", [59_000, 61_000, 200_000])
def test_a_sign_at_the_end_of_a_huge_file_is_found_and_what_is_no_sign_is_none(letters):
    lines = "".join(f"symptoms = ['itching since day {i}']\n" for i in range(letters // 32))
    assert told(f"{HEAD}{lines}symptoms = ['cannot be woken']") == ["emergency.now"]
    assert told(f"{HEAD}{lines}symptoms = ['awake, breathing well']") == []


SILENT = [
    "# cannot be woken\n[today]\nx",
    'title = "what to do if somebody cannot be woken"\nx',
    "[today]\nx = 1 # chest pain",
    '[[medicine]]\nname = "naloxone for when he cannot be woken"\nx',
    'name = "fainting goat kratom"',
    '[today]\nsymptoms = ["no chest pain, fainting or fits"]\nx',
    "[today]\nsymptoms = [no chest pain, fainting or fits]\n",
    '[today]\nsymptoms = ["chest pain: none"]\nx',
    "[today]\nchest_pain = false",
    "[today]\nnot_breathing = 'no'",
    "[today]\nvitals = { spo2 = '97 percent', rr = 14, pulse = '72 beats', bp = '120/80', temp = 98.6 }",
    "[today]\nvitals = { oxygen = '2 L/min' }",
    "[today]\nvitals = { spo2 = '11 kPa' }",
    "[today]\nvitals = { temperature = 36.8 }",
    "[today]\nvitals = ['RR 14', 'SpO2 97 %', 'BP 120/80', 'T 37.1']",
    "[care]\nwill_not = ['die in a hospital']\nx",
    "symptom_of_overdose = 3",
    "person = 3\nage_years = 4",
    "labs = { alt = 4, spo = 3 }",
    'conditions = ["epilepsy, no chest pain, fainting or fits"]\nx',
]


@pytest.mark.parametrize("text", SILENT, ids=lambda text: text[:60])
def test_no_emergency_is_made_up(text):
    assert told(HEAD + text) == []


def test_a_condition_that_is_a_sign_counts_in_a_right_file_too(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(
        HEAD + 'weight_kg = 70\nregion = "DE"\nconditions = ["asthma, cannot be woken"]\n'
        '[[kratom]]\nproduct = "tea"\namount = "2 g"\n',
        encoding="utf-8",
    )
    assert screened(load_case(path)) == ["emergency.now"]
    assert [one.code for one in emergencies_of(str(path))] == ["emergency.now"]


def test_the_number_of_the_country_is_said():
    (found,) = emergencies_in('region = "DE"\nsymptoms = ["cannot be woken"]\nx')
    assert "112" in found.title


def test_a_childs_fast_heart_is_no_emergency():
    text = "symptoms = []\nvitals = {{ heart_rate = 140 }}\nage_years = {}\nx"
    assert told(text.format("4")) == []
    assert told(text.format('"4 years"')) == []
    assert told(text.format(40)) == ["emergency.now"]


@pytest.mark.parametrize(
    ("key", "sign"),
    [
        ("RR", "respiratory_rate"),
        ("Respiratory-Rate", "respiratory_rate"),
        ("respiratory rat", "respiratory_rate"),
        ("O2 sat", "spo2"),
        ("hart_rate", "heart_rate"),
        ("amount", None),
        ("region", None),
        ("start", None),
        ("state", None),
        ("at", None),
        ("can", None),
    ],
)
def test_names_of_vital_signs(key, sign):
    assert sign_of(key) == sign


@pytest.mark.parametrize(
    ("sign", "written", "value"),
    [
        ("respiratory_rate", "4 breaths", 4),
        ("respiratory_rate", "twenty two per minute", 22),
        ("temperature", "94 F", (94 - 32) / 1.8),
        ("temperature", 36.8, 36.8),
        ("spo2", 0.8, 80),
        ("systolic", "80/40", 80),
        ("spo2", "80 mmHg", None),
        ("heart_rate", 10**400, None),
        ("gcs", "fine", None),
        ("temperature", "60", None),
    ],
)
def test_what_a_vital_sign_most_likely_means(sign, written, value):
    assert likely(sign, written) == (None if value is None else pytest.approx(value))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_stands_around_it_on_other_lines(before, after):
    """A text of several lines, a comment or a key may begin before it, but none on its own line."""
    text = f'{before}\nsymptoms = ["cannot be woken"]\n{after}'
    assert told(text) == ["emergency.now"] or "emergency.self-harm" in told(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_become_a_text(data):
    assert isinstance(cleaned(decoded(data)), str)
