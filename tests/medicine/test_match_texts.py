"""Several medicines in one text: each is read or named as unread, and nothing vanishes."""

import pytest

from ketum.medicine import match, names
from ketum.medicine.match import matches

LONG = (
    "ibuprofen, omeprazole, atorvastatin, metformin, amlodipine, levothyroxine, vitamin D, magnesium, paracetamol, "
    "aspirin, oxycodone"
)


def test_the_eleventh_of_a_list_is_read():
    found = match(LONG)
    assert {"oxycodone", "ibuprofen", "amlodipine", "aspirin"} <= set(found.generics)
    assert not found.guessed


@pytest.mark.parametrize("filler", [", ibuprofen", " and ibuprofen", "; xyzzyq", "\nibuprofen"])
def test_no_list_is_too_long(filler):
    assert "oxycodone" in match("aspirin" + filler * 60 + ", oxycodone").generics


@pytest.mark.parametrize(
    ("text", "generics"),
    [
        ("oxycodone as needed", {"oxycodone"}),
        ("morphine for back pain", {"morphine"}),
        ("takes sertraline 100 mg every morning", {"sertraline"}),
        ("oxycodone 5 mg twice a day and gabapentin at night", {"oxycodone", "gabapentin"}),
        ("Oxycontin from my doctor", {"oxycodone"}),
    ],
)
def test_a_sentence_is_read(text, generics):
    found = match(text)
    assert set(found.generics) == generics
    assert found.unread == ()
    assert found.known


def test_a_stranger_in_a_sentence_is_named():
    found = match("oxycodone beside xyzzyqol at night")
    assert found.generics == ("oxycodone",)
    assert any("xyzzyqol" in lost for lost in found.unread)


def test_a_stranger_in_a_list_is_named():
    assert match("aspirin, xyzzyqol").unread == ("xyzzyqol",)


def test_a_slip_in_a_list_is_guessed_and_makes_no_guess_of_the_others():
    whole, slip = matches("aspirin, oxycodonne")
    assert (whole.generics, whole.guessed) == (("aspirin",), False)
    assert (slip.given, slip.generics, slip.guessed) == ("oxycodonne", ("oxycodone",), True)


@pytest.mark.parametrize("text", ["xyzzyqol", "a long story about nothing in particular", "no medicine at all"])
def test_what_names_no_medicine_reads_none(text):
    assert not match(text).known


def test_every_name_is_found_as_needed():
    """Each name on file that a sentence can tell from other words is found in one."""
    single = [name for name in names() if " " not in name and len(name) >= 6 and name.isalpha()]
    lost = [name for name in single if not set(names()[name]) <= set(match(f"takes {name} as needed").generics)]
    assert len(single) > 500
    assert lost == []
