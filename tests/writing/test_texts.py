"""Texts: they are their English, they can be said again in another language, and they quote facts."""

import ast
import copy
import json
import pickle
import re
import string
from gettext import NullTranslations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketum.evidence import UnknownFactError, fact, facts
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, commas, say, say_plural, sentences, verbatim

SOURCE = Path(__file__).parents[2] / "src" / "ketum"
FORMS = {"say": 1, "say_plural": 2}


GERMAN = {
    "{names} can injure the liver.": "{names} kann der Leber schaden.",
    "{first} and {last}": "{first} und {last}",
    "See a doctor today.": "Noch heute zum Arzt.",
}


class German(NullTranslations):
    """A catalogue of three messages."""

    def gettext(self, message):
        return GERMAN.get(message, message)

    def ngettext(self, one, many, count):
        assert (one, many) == ("{count} dose", "{count} doses")
        return "{count} Dosis" if count == 1 else "{count} Dosen"


def test_a_text_is_its_english():
    text = say("{names} can injure the liver.", names="kava")
    assert text == "kava can injure the liver."
    assert json.dumps([text]) == '["kava can injure the liver."]'
    assert (text.message, text.values) == ("{names} can injure the liver.", {"names": "kava"})


def test_a_text_is_said_again_in_another_language():
    text = sentences(say("{names} can injure the liver.", names=listed(["a", "b", "c"])), say("See a doctor today."))
    assert text == "a, b and c can injure the liver. See a doctor today."
    assert text.translated(German()) == "a, b und c kann der Leber schaden. Noch heute zum Arzt."
    assert text.translated(NullTranslations()) == text


@pytest.mark.parametrize(("count", "english", "german"), [(1, "1 dose", "1 Dosis"), (3, "3 doses", "3 Dosen")])
def test_number_chooses_the_form(count, english, german):
    text = say_plural("{count} dose", "{count} doses", count)
    assert (text, text.translated(German())) == (english, german)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])
def test_a_copy_can_still_be_translated(again):
    text = again(say("{names} can injure the liver.", names=listed(["a", "b"])))
    assert text.translated(German()) == "a und b kann der Leber schaden."


@given(st.text(), st.text())
def test_what_people_write_is_never_read_as_a_placeholder(first, last):
    assert say("{first}, {last}", first=first, last=last) == f"{first}, {last}"
    assert verbatim(first) == first
    assert commas([first, last]) == ", ".join(filter(None, [first, last]))
    assert say("{first:capital}", first=first) == first[:1].upper() + first[1:]


def test_nothing_said_leaves_no_gap():
    assert sentences(say("One."), NOTHING, say("Two.")) == "One. Two."
    assert sentences(NOTHING) == ""
    assert listed([]) == ""


def test_a_fact_is_quoted_from_its_row():
    row = fact("AE021")
    assert say("{AE021} {AE021:unit} of {AE021:n}") == f"{row.value} {row.unit} of {row.n}"
    assert say("about {AE021:.0f} %") == f"about {float(row.value):.0f} %"
    assert say("{ddi01:low}-{ddi01:high}") == "1.23-1.57"
    assert say("{AE021}", AE021="a value of that name goes first") == "a value of that name goes first"


def test_a_fact_that_is_not_on_file_fails_loudly():
    with pytest.raises(UnknownFactError):
        say("{ZZ999} %")


def messages():
    """Every message in the source, as xgettext or pybabel would find it: where, its forms, and the values it gets."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
                values = {keyword.arg for keyword in node.keywords}
                yield f"{path.relative_to(SOURCE)}:{node.lineno}", node.args[: FORMS[node.func.id]], values


def placeholders(forms):
    return [(name, spec) for form in forms for _, name, spec, _ in string.Formatter().parse(form.value) if name]


def test_every_message_is_a_literal_that_a_tool_can_extract():
    for where, forms, _ in messages():
        assert all(isinstance(form, ast.Constant) and isinstance(form.value, str) and form.value for form in forms), (
            where
        )


def test_every_placeholder_is_a_value_or_a_fact():
    for where, forms, values in messages():
        for name, spec in placeholders(forms):
            if name in values | {"count"}:
                continue
            assert name in facts(), (where, name)
            if spec in ("low", "high"):
                assert fact(name).interval() or fact(name).bounds(), (where, name)
            elif spec not in ("", "unit", "n", "spread"):
                format(fact(name).number(), spec)


def test_every_value_has_its_place():
    """A value that no form of the message names is left over from a change."""
    for where, forms, values in messages():
        assert values <= {name for name, _ in placeholders(forms)}, where


SPEAKING = (
    "answers",
    "console.py",
    "cli.py",
    "crowd",
    "enzymes",
    "interaction",
    "report",
    "simulation",
    "trials",
    "writing",
)
SENTENCE = re.compile(r"^[A-Z][a-z]+( \S+){2,}|(\w+[,;:]? ){4}|\w \w+[.!?]( |$)")
NO_SENTENCES = {
    "is not in the model",  # looked for, not said
    "15 min to 3650 days",  # what the case's own refusal names as allowed
    "Liberation Sans, Arial, Helvetica, sans-serif",
    "version of ketum or of its integrator",  # a key of the store
}


def bare(path):
    """Every string of a file that is neither said, a description, nor raised at a programmer."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    spared = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        said = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS
        fault = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError"
        if said or fault:
            spared |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spared:
            yield node.lineno, node.value


@pytest.mark.parametrize("room", SPEAKING)
def test_no_sentence_is_put_together_beside_say(room):
    """Neither a bare literal nor an f-string is a sentence: both would stay English for ever."""
    for path in [SOURCE / room] if room.endswith(".py") else sorted((SOURCE / room).rglob("*.py")):
        found = [(line, text) for line, text in bare(path) if SENTENCE.search(text) and text not in NO_SENTENCES]
        assert found == [], path.name


def test_case_of_letters_is_a_matter_of_format():
    assert say("{name:capital}, {name:lower}", name="An ACE inhibitor") == "An ACE inhibitor, an ace inhibitor"
    assert say("{name:lower}", name=say("Half-life")) == "half-life"


def test_text_has_the_methods_of_a_string():
    assert isinstance(say("a"), str)
    assert type(say("a") + "b") is str
    assert Text("") == NOTHING
