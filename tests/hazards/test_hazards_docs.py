"""The reference of findings names every code that the screen can give, and cites only facts that exist."""

import re
from pathlib import Path

from ketum.evidence import facts
from ketum.hazards.finding import RANK

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
SCREEN = Path(__file__).parents[2] / "src" / "ketum" / "hazards"


def test_every_code_is_on_the_page():
    given = {
        code for path in SCREEN.glob("*.py") for code in re.findall(r'code="([a-z0-9.-]+)"', path.read_text("utf-8"))
    }
    assert len(given) > 25
    assert {code for code in given if not code.startswith(("interaction.", "medicine."))} <= set(
        re.findall(r"`([a-z0-9.-]+)`", PAGE)
    )


def test_every_severity_is_explained():
    assert all(f"| `{severity}` |" in PAGE for severity in RANK)


def test_every_fact_on_the_page_exists():
    cited = set(re.findall(r"\b(?:WS|AE|MO|LI|PO|DE|CC|DD|TX|PQ|FO|RG)\d{3}\b", PAGE))
    assert len(cited) > 60
    assert cited <= facts().keys()
