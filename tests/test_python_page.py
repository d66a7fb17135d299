"""The page of the public API and that of the result tree: what they say is so."""

import doctest
import re
from pathlib import Path

import pytest

import ketum

ROOT = Path(__file__).parents[1]
PYTHON = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
TREE = (ROOT / "docs/reference/tree.md").read_text(encoding="utf-8")


def blocks(page):
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


def test_the_code_on_the_page_runs(monkeypatch, tmp_path, capsys):
    """One block after the other, as a reader would; only the folder it writes into is another."""
    monkeypatch.chdir(ROOT)
    scope = {}
    for block in blocks(PYTHON):
        exec(block.replace('"out/"', repr(str(tmp_path / "out"))), scope)
    assert (tmp_path / "out" / "index.html").exists()
    assert scope["answer"].findings
    said = capsys.readouterr().out
    assert "age_years" in said
    assert "people: 850 of 850" in said


def test_every_public_name_that_can_be_called_is_on_the_page():
    for name in ("ask", "screen", "simulate", "load_case", "parse_case", "fact", "Answer", "Case", "Finding"):
        assert re.search(rf"^::: ketum\S*\.{name}$", PYTHON, re.MULTILINE), name


@pytest.mark.parametrize("name", ["ketum.answers.ask", "ketum.answers.findings", "ketum.case.load"])
def test_the_examples_in_docstrings_hold(name, monkeypatch):
    from importlib import import_module

    monkeypatch.chdir(ROOT)
    found = doctest.testmod(import_module(name))
    assert found.attempted
    assert found.failed == 0


def rows(page):
    cells = (line.strip("| \n").split(" | ") for line in page.splitlines() if line.startswith("| `"))
    return [[cell.strip() for cell in row] for row in cells]


def test_the_tree_is_as_its_page_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    tree = ketum.simulate(ketum.load_case("examples/back-pain-leaf.toml"), people=8)
    listed = [row for row in rows(TREE) if len(row) >= 3]
    named = {}
    for group, variable, dimensions, *units in listed:
        group, name = group.strip("`"), re.match(r"`(\w+)`", variable)
        if name is None or name[1].startswith("dose_"):
            continue
        named.setdefault(group, set()).add(name[1])
        array = tree[group][name[1]]
        assert ", ".join(array.dims) == dimensions.strip(" |")
        if units and units[0].strip(" |") in ("ng/mL", "fraction"):
            assert array.attrs["units"] == units[0].strip(" |")
    assert {row[0].strip("`") for row in listed} == set(tree.children)
    for group in ("trajectory", "bands", "summary"):
        assert named[group] == set(tree[group].data_vars)
    for group in ("population", "endpoints", "effects"):
        for name, array in tree[group].data_vars.items():
            assert array.attrs.get("units") is not None or name == "share", f"{group}/{name} has no units"


def test_every_coordinate_is_on_the_page(monkeypatch):
    monkeypatch.chdir(ROOT)
    tree = ketum.simulate(ketum.load_case("examples/tested-single-dose.toml"), people=4)
    listed = {row[0].strip("`"): row[1] for row in rows(TREE) if len(row) == 2}
    found = {name: coordinate for group in tree.children.values() for name, coordinate in group.coords.items()}
    assert set(found) - {"quantity"} == set(listed)
    for name in ("alkaloid", "quantile", "statistic"):
        assert ", ".join(map(str, found[name].to_numpy())) == listed[name].strip(" |")
