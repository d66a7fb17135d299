"""Nothing that a person reads escapes translation: a catalogue that marks each message marks the whole page."""

import html
import re
from dataclasses import fields, is_dataclass
from gettext import NullTranslations
from importlib.resources import files

import pytest

import ketum
from ketum.answers.sources import texts_in
from ketum.case import parse_case
from ketum.report import render_page
from ketum.report.page import environment
from ketum.writing.texts import Text, quoted, say

TEMPLATES = sorted(file.name for file in files("ketum.report").iterdir() if file.name.endswith(".j2"))
CASE = """
title = "TITLE"
[person]
age_years = 52
sex = "female"
weight_kg = 81
region = "DE"
kratom_experience = "regular"
conditions = ["asthma"]
[[kratom]]
product = "leaf-powder"
amount = "2 teaspoons"
every = "as needed"
days = 4
[[kratom]]
product = "7oh-product"
amount = "20 mg 7-hydroxymitragynine"
[[medicine]]
name = "oxycodone"
amount = "10 mg"
every = "12 h"
[[medicine]]
name = "fluconazole"
[[medicine]]
name = "nosuchmedicine"
[today]
symptoms = ["sleepy"]
stopped_hours_ago = 20
"""
WRITTEN = (
    "TITLE",
    "asthma",
    "2 teaspoons",
    "20 mg 7-hydroxymitragynine",
    "oxycodone 10 mg",
    "fluconazole",
    "nosuchmedicine",
)
"""What the case says in the person's own words, which stay."""
NAMES = {
    "citation",
    "source_id",
    "study",
    "amount",
    "potency",
    "people",
    "interval",
    "model_hash",
    "title",
    "code",
    "unit",
    "words",
    "certainty",
}
"""Fields that hold names, or words of a table or code that become texts where they are shown."""
PROSE = re.compile(r"[A-Za-z]{3,} [a-z]{2,}")


class Marked(NullTranslations):
    """Marks every message that has words of its own."""

    def gettext(self, message):
        own = re.sub(r"\{[^}]*\}|%\(\w+\)s|<[^>]*>", "", message)
        return f"\u27e6{message}\u27e7" if re.search("[A-Za-z]", own) else message

    def ngettext(self, one, many, count):
        return self.gettext(one if count == 1 else many)


@pytest.fixture(scope="module")
def answer():
    return ketum.ask(parse_case(CASE, "case"), people=20)


def strings(part, name=""):
    """Every string in a part of an answer, with the name of its field."""
    if isinstance(part, str):
        yield name, part
    elif is_dataclass(part):
        for each in fields(part):
            yield from strings(getattr(part, each.name), each.name)
    elif isinstance(part, tuple | list):
        for one in part:
            yield from strings(one, name)


def unmarked(text):
    """What of a text stands outside of every mark."""
    marked = True
    while marked:
        text, marked = re.subn("\u27e6[^\u27e6\u27e7]*\u27e7", "", text)
    return text


def shown(answer):
    parts = {each.name: getattr(answer, each.name) for each in fields(answer)}
    return [part for name, part in parts.items() if name not in ("case", "taken", "medicines", "tree", "drivers")]


def test_every_sentence_of_an_answer_is_a_text(answer):
    found = list(strings(shown(answer)))
    assert sum(isinstance(text, Text) for _, text in found) > 300
    plain = [(name, text) for name, text in found if name not in NAMES and not isinstance(text, Text)]
    assert [(name, text) for name, text in plain if PROSE.search(text)] == []


def test_every_text_of_an_answer_is_translated(answer):
    for text in texts_in(shown(answer)):
        left = unmarked(text.translated(Marked()))
        for written in WRITTEN:
            left = left.replace(written, "")
        assert not PROSE.search(left), (text, left)


def test_no_sentence_hides_among_the_values_of_another(answer):
    for text in texts_in(shown(answer)):
        for value in values_in(text):
            assert value in WRITTEN or not PROSE.search(value), (text.message, value)


def values_in(text):
    for value in text.values.values():
        if isinstance(value, Text):
            yield from values_in(value)
        elif isinstance(value, str):
            yield value


def test_every_fact_that_is_quoted_is_among_the_sources(answer):
    listed = {fact_id for source in answer.sources for fact_id in source.fact_ids}
    assert {fact_id for text in texts_in(shown(answer)) for fact_id in quoted(text)} <= listed
    assert quoted(say("{label}: {AE021}", label=say("{AN015:n} people"))) == ("AE021", "AN015")


def test_the_whole_page_is_translated(answer):
    page = render_page(answer, {}, not_drawn="", catalogue=Marked())
    body = re.sub(r"<style>.*?</style>", "", page[page.index("<body>") :], flags=re.DOTALL)
    citations = r'(<tr id="source-[^"]*"><td>).*?(<span class="ground">)'
    left = unmarked(re.sub(citations, r"\1\2", body, flags=re.DOTALL))
    left = html.unescape(re.sub(r"<[^>]*>", " ; ", left))
    for written in WRITTEN:
        left = left.replace(written, "")
    assert PROSE.findall(left) == []


def test_a_page_without_a_catalogue_is_english(answer):
    assert "\u27e6" not in render_page(answer, {})


@pytest.mark.parametrize("name", TEMPLATES)
def test_messages_of_a_template_can_be_extracted(name):
    """As pybabel would; what is left of the template has no words between its tags."""
    source = files("ketum.report").joinpath(name).read_text(encoding="utf-8")
    found = list(environment().extract_translations(source))
    # A call whose message is not plainly written there is not extracted, and would be missed here.
    assert len(found) == source.count("{% trans") + len(re.findall(r"\b_\(", source))
    left = re.sub(r"{% trans\b.*?{% endtrans %}", "", source, flags=re.DOTALL)
    left = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", ";", left, flags=re.DOTALL)
    assert re.findall("[A-Za-z]{2,}", re.sub("ketum|doi|PMID", "", left)) == []
