"""Findings on a terminal: worst words in full, notes short, and how each name was read."""

from __future__ import annotations

import re

import pytest

from ketum.hazards import Finding
from ketum.medicine import Match, Taken
from ketum.report.terminal import WIDTH, as_text


def finding(severity="danger", **changes):
    given = {
        "code": "a.code", "severity": severity, "title": "The title", "because": "because " * 30, "clinical": "",
        "numbers": (), "evidence": ("AE1", "AE2"), "certainty": "moderate", "watch": "what to watch", "ask": "whom",
    }  # fmt: skip
    return Finding(**(given | changes))


@pytest.mark.parametrize("severity", ["emergency", "danger", "caution", "note"])
def test_a_finding_says_why_and_what_to_do_and_a_note_is_short(severity):
    first, *lines, last = as_text([finding(severity)]).rstrip("\n").split("\n")
    assert first == f"{severity.upper()}{' ' * (11 - len(severity))}The title  [a.code]"
    assert all(line.startswith(" " * 11) and line[11] != " " for line in (*lines, last))
    assert max(map(len, lines)) <= WIDTH
    told = " ".join(" ".join(lines).split())
    assert told.count("because") == 30
    assert ("Watch: what to watch" in told) is (severity != "note")
    assert ("Ask: whom" in told) is (severity != "note")
    assert last.strip() == "How sure: moderate. Facts: AE1, AE2."


def test_findings_stand_apart_in_their_order_and_no_facts_are_called_none():
    text = as_text([finding(title="one"), finding(title="two", evidence=())])
    assert text.index("one") < text.index("two")
    assert text.count("\n\n") >= 1
    assert "Facts: none." in text
    assert "nothing was found" not in text


def test_that_nothing_was_found_is_no_proof():
    assert "no proof that nothing can happen" in as_text([])


def test_names_that_were_read_as_others_are_told_and_those_as_written_are_not():
    matches = [
        Match("Tylenol", ("paracetamol",)), Match("Aspirin", ("aspirin",)), Match("zzz", ()),
        Match("Co-codamol", ("paracetamol", "codeine")),
    ]  # fmt: skip
    told = " ".join(as_text([finding()], (), matches).split())
    assert "Names read: Co-codamol as paracetamol + codeine; Tylenol as paracetamol." in told


def test_a_medicine_that_no_finding_names_is_said_to_be_quiet():
    taken = [Taken.named("ibuprofen"), Taken.named("codeine"), Taken.named("aspirin")]
    told = " ".join(as_text([finding(because="codeine slows breathing")], taken).split())
    assert "nothing on file against it beside kratom: aspirin, ibuprofen." in told
    named = [finding(title="codeine, aspirin"), finding(because="ibuprofen")]
    assert "Known, and nothing" not in as_text(named, taken)
    assert "Known, and nothing" not in as_text([finding()])


def test_no_control_character_is_written():
    text = as_text([finding(title="a\x1b[31mb", because="c\x07d")])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
