"""The reference of findings names every code that the screen can give, and cites only facts that exist."""

import re
from pathlib import Path

from ketum.evidence import facts
from ketum.hazards import grounds
from ketum.hazards.finding import RANK

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGE, RULES = ((REFERENCE / name).read_text(encoding="utf-8") for name in ("findings.md", "severity.md"))


def test_every_code_is_on_one_of_the_pages():
    given = {declared.code for declared in grounds()}
    assert len(given) > 40
    assert given - set(re.findall(r"`([a-z0-9.-]+)`", PAGE + RULES)) == set()


def test_every_severity_is_explained():
    assert all(f"| `{severity}` |" in PAGE for severity in RANK)


def test_every_fact_on_the_page_exists():
    cited = set(re.findall(r"\b(?:WS|AE|MO|LI|PO|DE|CC|DD|TX|PQ|FO|RG)\d{3}\b", PAGE))
    assert len(cited) > 60
    assert cited <= facts().keys()
