"""What findings say: texts that can be translated, numbers that stand in the facts they cite."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
from tests.hazards.test_hazards_shape import seen

from ketum.evidence import fact, facts
from ketum.hazards import grounds
from ketum.hazards.finding import Finding
from ketum.hazards.liver import LATENCY_DAYS
from ketum.hazards.medicines.static import STUDIED_MG
from ketum.writing.texts import Text

HAZARDS = Path(__file__).parents[2] / "src" / "ketum" / "hazards"
SENTENCE = re.compile(r"^[A-Z][a-z]+( \S+){2,}|(\w+[,;:]? ){5}|\w \w+[.!?]( |$)")
SHOWN = ("title", "because", "clinical", "watch", "ask")


def everything():
    return {finding.because: finding for _, found in seen() for finding in found}.values()


def parts(text):
    """A text and every text within it."""
    yield text
    for value in text.values.values():
        if isinstance(value, Text):
            yield from parts(value)


def test_everything_a_person_sees_can_be_translated():
    assert {field.name for field in fields(Finding)} >= set(SHOWN)
    for finding in everything():
        for name in SHOWN:
            assert isinstance(getattr(finding, name), Text), (finding.code, name)
        for number in finding.numbers:
            assert isinstance(number.label, Text), (finding.code, number.label)
            assert isinstance(number.origin, Text), (finding.code, number.origin)


def test_no_sentence_is_put_together_in_a_hazard():
    """Neither a bare literal nor an f-string is a sentence: both would stay English for ever."""
    for path in HAZARDS.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "say_plural")
            for part in ast.walk(node)
        }
        elsewhere = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        elsewhere |= {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
        elsewhere |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.Raise) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said | elsewhere:
                assert not SENTENCE.search(node.value), (path.name, node.lineno, node.value)


@pytest.mark.parametrize(
    ("text", "is_one"), [("See a doctor", True), ("stops it.", True), ("opioid of the gut", False)]
)
def test_what_counts_as_a_sentence(text, is_one):
    assert bool(SENTENCE.search(text)) is is_one


def test_a_text_joins_no_two_words_and_leaves_no_gap():
    for finding in everything():
        for name in SHOWN:
            assert "  " not in getattr(finding, name), (finding.code, name)
            assert not re.search(r"[a-z][.;:][A-Za-z]{3}", getattr(finding, name)), (finding.code, name)


def test_a_fact_that_is_quoted_is_cited():
    for finding in everything():
        texts = [getattr(finding, name) for name in SHOWN] + [number.label for number in finding.numbers]
        for text in texts:
            quoted = {
                name
                for part in parts(text)
                for name in re.findall(r"\{([\w-]+)[:}]", part.message + part.many)
                if name in facts() and name not in part.values
            }
            assert quoted <= set(finding.evidence), (finding.code, quoted)


# Numbers that are no finding of a source: names of substances and scales, and the limits of a rule.
OURS = {
    "7", "3", "5",  # 7-OH, CYP3A, 5-HT
    "18", "60",  # the ages in the rule
    "0", "10",  # pain and SOWS scales
    "64",  # the end of the SOWS scale
    "0.33",  # uM: the 332.7 nM of CA005 in the unit of the other
    "9",  # item 9 of the PHQ-9
    "2021",  # CKD-EPI 2021
    "500", "1.5", "2",  # limits in the clinician's words
}  # fmt: skip


def typed_numbers(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "say_plural"):
            for argument in (
                each for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ):
                plain = re.sub(r"\{[^}]*\}", "", argument.value)
                plain = re.sub(r"[A-Za-z]+-?\d[A-Za-z0-9]*(?:-\d+)?|\d+-[A-Z]+\d*[A-Z]*|\b5-HT\w+", "", plain)
                yield from ((node.lineno, number) for number in re.findall(r"\d+(?:\.\d+)?", plain))


@pytest.mark.parametrize("path", sorted(HAZARDS.rglob("*.py")), ids=lambda path: path.stem)
def test_a_number_that_is_typed_stands_in_a_fact_that_is_cited(path):
    module = ".".join(("ketum.hazards", *path.relative_to(HAZARDS).with_suffix("").parts))
    declared = [each for each in grounds() if f"{each.code!r}".replace("'", '"') in path.read_text(encoding="utf-8")]
    rows = [fact(name) for each in declared for name in each.facts]
    written = " ".join(
        f"{row.what} {row.value} {row.unit} {row.spread} {row.n} {row.conditions} {' '.join(row.details.values())}"
        for row in rows
    )
    known = OURS | set(re.findall(r"\d+(?:\.\d+)?", written))
    assert [(line, number) for line, number in typed_numbers(path) if number not in known] == [], module


def test_the_latency_of_the_liver_and_the_studied_dose_are_those_of_their_facts():
    assert re.search(r"range ([\d.]+)-([\d.]+)", fact("LI035").spread).groups() == tuple(
        f"{day:g}" for day in LATENCY_DAYS
    )
    assert f"{STUDIED_MG:g} mg mitragynine" in fact("ddi01").conditions
