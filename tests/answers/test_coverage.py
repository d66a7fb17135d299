"""``ketum evidence --coverage``: every row counted once, as its own access says."""

import csv
import json
from importlib.resources import files

import pytest

from ketum.answers.coverage import HOW, KINDS, as_dict, as_text
from ketum.evidence import ACCESS, facts

TABLES = files("ketum.evidence") / "tables"


def test_every_way_of_seeing_is_counted_as_one_kind():
    assert HOW.keys() == ACCESS.keys()
    assert set(HOW.values()) == set(KINDS)


def test_the_counts_are_those_of_the_files():
    counted = as_dict()
    assert json.loads(json.dumps(counted)) == counted
    for row in counted["tables"]:
        with (TABLES / f"{row['table']}.csv").open(encoding="utf-8") as lines:
            found = [line["access"] for line in csv.DictReader(lines)]
        assert row["rows"] == len(found)
        assert row["access"] == {how: found.count(how) for how in ACCESS}
        assert row["seen"] == sum(found.count(how) for how in ("full_text", "table", "abstract"))
        assert (row["quoted"], row["remembered"]) == (found.count("secondary"), found.count("memory"))
    on_file = {path.name.removesuffix(".csv") for path in TABLES.iterdir() if path.name.endswith(".csv")}
    assert {row["table"] for row in counted["tables"]} == on_file - {"sources"}


@pytest.mark.parametrize("query", ["", "midazolam", "tanna2022", "pk001"])
def test_the_total_is_the_sum_of_the_tables(query):
    counted = as_dict(query)
    for kind in ("rows", *KINDS):
        assert counted["total"][kind] == sum(row[kind] for row in counted["tables"])
    assert sum(counted["total"][kind] for kind in KINDS) == counted["total"]["rows"]
    assert 0 < counted["total"]["rows"] <= len(facts())


def test_a_terminal_shows_a_line_for_each_table_and_one_for_all():
    lines = as_text().splitlines()
    tables = as_dict()["tables"]
    assert len(lines) == len(tables) + 3
    shown = {line.split()[0]: line.split()[1:] for line in lines[1:-1]}
    for row in tables:
        assert shown[row["table"]][:4] == [str(row[kind]) for kind in ("rows", *KINDS)]
    assert shown["all"][0] == str(len(facts()))


def test_nothing_found_is_said():
    assert "nothing on file matches" in as_text("zzzz-no-such-thing")
    assert as_dict("zzzz-no-such-thing")["tables"] == []


def test_the_command_line_counts(capsys, monkeypatch):
    from ketum import cli

    for words in (["evidence", "--coverage"], ["evidence", "--coverage", "--json"]):
        monkeypatch.setattr("sys.argv", ["ketum", *words])
        with pytest.raises(SystemExit) as end:
            cli.app()
        assert end.value.code == 0
    text = capsys.readouterr().out
    assert "medicine_additions" in text
    assert json.loads(text[text.index("{") :]) == as_dict()
