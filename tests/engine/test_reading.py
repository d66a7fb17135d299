"""Model files that are wrong, or mean harm, are refused in words; nothing but the file itself is read."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ketum.engine import Model, consistency_messages, read_file
from ketum.errors import ModelError

MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
NONE = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
TIMES = [0.0, 1.0, 2.0]


def sbml(rate, functions="", before=""):
    """x' = rate, from 1."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m">'
        f"<listOfFunctionDefinitions>{functions}</listOfFunctionDefinitions>"
        '<listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>'
        f'<listOfRules><rateRule variable="x">{MATH}{rate}</math></rateRule></listOfRules></model></sbml>'
    )


def function(name, body):
    return (
        f'<functionDefinition id="{name}">{MATH}<lambda><bvar><ci>a</ci></bvar>{body}</lambda></math>'
        "</functionDefinition>"
    )


def call(name, argument):
    return f"<apply><ci>{name}</ci>{argument}</apply>"


def sines(deep):
    return "<apply><sin/>" * deep + "<ci>x</ci>" + "</apply>" * deep


def doubling(levels):
    """Functions each of which calls the one before twice."""
    twice = [f"<apply><plus/>{call(f'f{i}', '<ci>a</ci>') * 2}</apply>" for i in range(levels)]
    return function("f0", "<ci>a</ci>") + "".join(function(f"f{i}", body) for i, body in enumerate(twice, 1))


def chain(levels):
    """Functions each of which is the sine of the one before."""
    bodies = [f"<apply><sin/>{call(f'f{i}', '<ci>a</ci>')}</apply>" for i in range(levels)]
    return function("f0", "<ci>a</ci>") + "".join(function(f"f{i}", body) for i, body in enumerate(bodies, 1))


def mutual():
    return function("f", call("g", "<ci>a</ci>")) + function("g", call("f", "<ci>a</ci>"))


HOSTILE = {
    "a function of itself": (sbml(call("f", "<ci>x</ci>"), function("f", call("f", "<ci>a</ci>"))), "f, which calls"),
    "functions of each other": (sbml(call("f", "<ci>x</ci>"), mutual()), "calls itself"),
    "functions that double": (sbml(call("f60", "<ci>x</ci>"), doubling(60)), "written out"),
    "functions that double, below the limit, many times": (
        sbml(f"<apply><plus/>{call('f14', '<ci>x</ci>') * 200}</apply>", doubling(14)),
        "calls of functions",
    ),
    "a function of many functions": (sbml(call("f900", "<ci>x</ci>"), chain(900)), "nested"),
    "elements nested 300 deep": (sbml(sines(300)), "nested more than 200"),
    "elements nested 1,000 deep": (sbml(sines(1000)), "nested more than 1000"),
    "elements nested 10,000 deep": (sbml(sines(10_000)), "nested more than 1000"),
    "elements nested 100,000 deep and cut off": (sbml(sines(100_000))[: 100 * 10_000], "nested more than 1000"),
    "an entity that stands for a file": (
        sbml("<ci>x</ci>", before='<!DOCTYPE sbml [<!ENTITY e SYSTEM "file:///etc/hostname">]>'),
        "document type",
    ),
    "a zero byte": (sbml("<ci>x</ci>") + "\0", "zero bytes"),
    "another file": ('import "other.ant"\nmodel m\n A: other(); x = 1; x\' = -x;\nend\n', "other files"),
    "another file, in capitals and behind a comment": ('/* " */ IMPORT/**/"other.ant"\nmodel m\nend\n', "other files"),
    "another file, behind a number": ('model m\nend\n1import "other.ant"\n', "other files"),
    "a statement without end": ("model m; x = 1; x' = " + "/".join(["x"] * 30_000) + "; end", "too long"),
    "parentheses without end": ("model m; x = 1; x' = " + "(" * 30_000 + "x" + ")" * 30_000 + "; end", "too long"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_words(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.ant").write_text("model other\n secret = 12345; z = 1; z' = -secret * z;\nend\n")
    text, words = HOSTILE[name]
    path = tmp_path / "m.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=words) as refusal:
        Model.from_file(path)
    assert "12345" not in str(refusal.value)
    assert len(str(refusal.value)) < 2000


def test_what_is_nested_less_is_solved(load):
    """Through what goes into formulas by recursion."""
    rule = f'<assignmentRule variable="y">{MATH}{sines(190)}</math></assignmentRule></listOfRules>'
    more = '<parameter id="y" constant="false"/></listOfParameters>'
    text = sbml(sines(20)).replace("</listOfRules>", rule).replace("</listOfParameters>", more)
    found = load(text).solve(NONE, TIMES, outputs=["x", "y"], sensitivities=["x"])
    x = expected = found["x"].to_numpy()
    for _ in range(190):
        expected = np.sin(expected)
    np.testing.assert_allclose(found["y"].to_numpy(), expected, rtol=1e-12)
    assert (np.diff(x) > 0).all()


def test_functions_that_double_a_little_are_solved(load):
    found = load(sbml(f"<apply><minus/>{call('f3', '<ci>x</ci>')}</apply>", doubling(3))).solve(NONE, TIMES)
    np.testing.assert_allclose(found["x"].to_numpy()[0], np.exp(-8 * np.array(TIMES)), rtol=1e-6)


def test_a_sum_written_as_a_long_chain_of_pairs_is_no_nesting(load):
    chain = "<ci>x</ci>"
    for _ in range(900):
        chain = f"<apply><plus/>{chain}<ci>x</ci></apply>"
    rate = f"<apply><minus/><apply><divide/>{chain}<cn>901</cn></apply></apply>"
    found = load(sbml(rate)).solve(NONE, TIMES)
    np.testing.assert_allclose(found["x"].to_numpy()[0], np.exp(-np.array(TIMES)), rtol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "model m; x = 1; imports = 2; x' = -x; end",
        'model m; x = 1; x is "import of nothing"; x\' = -x; end',
        "# an import of note\nmodel m; x = 1; /* import */ x' = -x; // import\nend",
    ],
)
def test_the_word_alone_opens_no_file_and_is_no_fault(load, text):
    assert load(text).system.states == ("x",)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder, "not a file"),
        (lambda folder: folder / ("x" * 5000), "cannot be read"),
        (lambda folder: folder / "nothing.ant", "no such model file"),
        (lambda _: "/dev/zero", "not a file"),
    ],
)
def test_what_is_no_file_is_refused_in_words(tmp_path, make, words):
    for read in (Model.from_file, read_file):
        with pytest.raises(ModelError, match=words) as refusal:
            read(tmp_path / make(tmp_path))
        assert len(str(refusal.value)) < 1000


def test_consistency_is_not_asked_of_what_is_nested_too_deeply():
    with pytest.raises(ModelError, match="nested"):
        consistency_messages(sbml(sines(10_000)))


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ketum.engine import Model

def load(number):
    path = Path(sys.argv[1], f"{number}.ant")
    path.write_text(f"model m{number}; k = {number}; x = 1; x' = -k * x; y{number} := 2 * x; end")
    return Model.from_file(path).system

for _ in range(3):
    with ThreadPoolExecutor(16) as pool:
        for number, system in enumerate(pool.map(load, range(32))):
            assert (system.name, system.constants["k"]) == (f"m{number}", float(number))
            assert f"y{number}" in system.rules
print("right")
"""


def test_models_are_loaded_in_many_threads_at_once(tmp_path):
    pytest.importorskip("antimony")
    done = subprocess.run([sys.executable, "-c", THREADS, str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "right\n"), done.stderr


def test_models_are_solved_in_many_threads_at_once(tmp_path):
    def solved(rate):
        path = tmp_path / f"{rate}.xml"
        path.write_text(sbml(f"<apply><times/><cn>{-rate}</cn><ci>x</ci></apply>"))
        return Model.from_file(path).solve(NONE, TIMES)["x"].to_numpy()[0]

    with ThreadPoolExecutor(8) as pool:
        for rate, found in enumerate(pool.map(solved, range(24))):
            np.testing.assert_allclose(found, np.exp(-rate * np.array(TIMES)), rtol=1e-6, atol=1e-9)


WITHOUT = """
import sys
sys.modules["antimony"] = None
from ketum.engine import Model
from ketum.errors import ModelError
try:
    Model.from_file(sys.argv[1])
except ModelError as refusal:
    print(refusal)
"""


def test_without_antimony_its_files_are_refused_with_the_cure(tmp_path):
    path = tmp_path / "m.ant"
    path.write_text("model m; x = 1; x' = -x; end")
    done = subprocess.run([sys.executable, "-c", WITHOUT, str(path)], capture_output=True, text=True)
    assert 'pip install "ketum[antimony]"' in done.stdout, done.stderr
    assert "export the model as SBML" in done.stdout
