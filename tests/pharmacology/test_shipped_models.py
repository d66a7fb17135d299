"""The SBML that is shipped is what its Antimony says."""

import re
from pathlib import Path

import pytest

import ketum
from ketum.engine.equations.reading import read_text

ROOT = Path(ketum.__file__).parent
MODELS = sorted(ROOT.rglob("*.ant"))
MADE_BY = re.compile(r"<!-- Created by [^>]*-->\n")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_sbml_is_made_of_the_antimony(path):
    pytest.importorskip("antimony", reason="Antimony is not installed: nothing to compare the SBML with")
    shipped = path.with_suffix(".xml").read_text(encoding="utf-8")
    assert MADE_BY.sub("", shipped) == MADE_BY.sub("", read_text(path)), "run `make models`"


def test_there_is_something_to_hold_together():
    assert {path.stem for path in MODELS} >= {"kratom", "benchmark"}
