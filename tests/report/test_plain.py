"""No text of a case commands a terminal, turns the direction of reading, or is lost for one letter."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketum.report import render_page
from ketum.writing.plain import never_fail, plain, plain_json

EVIL = "\x1b[2J\x9b31m\x07oxy\u202ecodone\u2066\x00\r\x7f\u061c"


def harmful(text: str) -> set[str]:
    """Everything that Unicode calls a control or a surrogate, but ends of lines; and everything that turns a text."""
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    marks = {"\u061c", "\u200e", "\u200f"}
    return {
        letter
        for letter in set(text) - {"\n"}
        if unicodedata.category(letter) in ("Cc", "Cs") or unicodedata.bidirectional(letter) in turns or letter in marks
    }


ANY = st.text(st.characters(exclude_categories=()), max_size=60)


@given(ANY)
def test_nothing_harmful_is_left_and_doing_it_again_changes_nothing(text):
    assert harmful(plain(text)) == set()
    assert plain(plain(text)) == plain(text)


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs")), max_size=60))
def test_what_people_write_stays_as_it_is(text):
    assert plain(text) == text


def test_a_control_character_leaves_a_trace_and_words_stay_apart():
    assert plain("a\x1b[31mb\tc\r\nd") == "a\N{REPLACEMENT CHARACTER}[31mb c\nd"
    assert plain("כאב\u200e 5") == "כאב 5"


@given(ANY, st.sampled_from(["utf-8", "cp1252", "ascii", None]))
def test_json_says_the_same_and_can_be_written(text, encoding):
    written = plain_json(json.dumps({"t": text}, ensure_ascii=False), encoding)
    assert json.loads(written) == {"t": text} or json.loads(json.dumps({"t": text})) == json.loads(written)
    written.encode(encoding or "utf-8")
    assert harmful(written) == set()


def test_a_letter_that_a_stream_cannot_hold_loses_nothing():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    never_fail(stream, None)
    print("EMERGENCY ปวด call", file=stream, flush=True)
    assert raw.getvalue() == b"EMERGENCY \\u0e1b\\u0e27\\u0e14 call\n"


@pytest.mark.parametrize("key", ["title", "because", "watch"])
def test_nothing_harmful_reaches_the_page(build, key):
    finding = build.replace(build.findings()[0], **{key: EVIL})
    page = render_page(build.report(title=EVIL, findings=(finding,), levels=(), endpoints=()), {})
    assert harmful(page) == set()
    assert "codone" in page


def test_figures_on_the_page_stay_figures(page):
    assert "<svg" in page
    assert "&lt;svg" not in page
