"""A wrong number in an emergency costs time: each is a fact's, and no other country's."""

import pytest

from ketum.case.regions import COUNTRIES
from ketum.clinic import helplines
from ketum.evidence import fact
from ketum.rows import read_rows, several

ROWS = read_rows("ketum.clinic", "helplines.csv")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["country"])
def test_every_number_is_a_facts(row):
    said = {fact(name).value for name in several(row["fact_ids"])}
    written = {row[name].split()[-1] for name in ("emergency", "poison_centre", "crisis_line") if row[name]}
    assert written == said
    assert row["country"] in COUNTRIES
    assert row["checked"]


def test_a_country_stands_once():
    assert len({row["country"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("region", "number"),
    [("US", "911"), ("US-OH", "911"), ("us-oh", "911"), ("DE", "112"), ("DE-BY", "112"), ("GB", ""), ("CH", "")],
)
def test_the_emergency_number_of_a_region(region, number):
    assert helplines.emergency_number(region) == "the emergency number" + (f" ({number})" if number else "")


def test_the_union_has_one_number():
    assert sum(row["emergency"] == "112" for row in ROWS) == 27


def test_an_unknown_country_has_words_and_no_facts():
    assert helplines.poison_centre("TH") == "your national poison centre"
    assert helplines.crisis_line("TH") == "a national crisis line"
    assert helplines.facts("TH") == ()


def test_the_united_states_have_all_three():
    assert helplines.poison_centre("US-NV") == "a poison centre (1-800-222-1222)"
    assert helplines.crisis_line("US-NV") == "the crisis line (call or text 988)"
    assert len(helplines.facts("US-NV")) == 3
