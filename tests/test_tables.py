"""Every table beside the code has a README that tells its columns, in the table's order."""

import csv
import re
from pathlib import Path

import pytest

from ketum import pharmacology

SOURCE = Path(__file__).parents[1] / "src" / "ketum"
TABLES = sorted(path for path in SOURCE.rglob("*.csv") if "evidence" not in path.parts)
DRAWS = ("posterior.csv", "posterior_interaction.csv", "effect_posterior.csv")


def header(path):
    with path.open(encoding="utf-8") as file:
        return next(csv.reader(file))


def told(path):
    """The columns that the room's README lists under the table's name; None where it does not name the table."""
    sections = re.split(r"^## ", (path.parent / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next((part for part in sections if part.startswith(f"{path.name}\n")), None)
    return None if section is None else re.findall(r"^- `([^`]+)`: \S", section, flags=re.MULTILINE)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_readme_tells_every_column(path):
    if path.name in DRAWS:
        known = {row.name for row in (*pharmacology.parameters(), *pharmacology.effects())}
        known |= {row.name for row in (*pharmacology.effect_parameters(), *pharmacology.effect_variability())}
        assert set(header(path)) <= known
        assert told(path) == []
    else:
        assert told(path) == header(path)


@pytest.mark.parametrize("path", sorted({path.parent for path in TABLES}), ids=lambda path: path.name)
def test_a_readme_tells_of_no_table_that_is_not_there(path):
    named = re.findall(r"^## (.+)$", (path / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(named) == sorted(table.name for table in path.glob("*.csv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_row_is_as_long_as_the_header(path):
    with path.open(encoding="utf-8") as file:
        assert {len(row) for row in csv.reader(file)} == {len(header(path))}
