"""What is known from people of medicines that change kratom, and when a direction is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketum.enzymes import known
from ketum.evidence import fact, sources
from ketum.sizes import Interval
from ketum.writing.texts import quoted


@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=3).map(sorted))
def test_a_direction_is_not_known_where_the_interval_holds_1(ends):
    low, middle, high = ends
    found = known.direction(Interval(middle, low, high))
    assert (found == "not known") == (low <= 1 <= high)
    if found != "not known":
        assert (found == "more") == (middle > 1)


@pytest.mark.parametrize("told", [known.inhibited, known.measured])
def test_the_study_is_quoted_from_its_facts_with_its_access(told):
    assert {"ddi31", "ddi32"} <= set(quoted(told()))
    for fact_id in known.IN_PEOPLE:
        assert fact(fact_id).value in told()
        assert fact(fact_id).details["object"].startswith("7-hydroxymitragynine")
        assert fact(fact_id).seen in told()


def test_that_rifampicin_was_studied_is_in_the_sources():
    cited = sources()[fact("ddi31").source_ids[0]]
    assert "Rifampicin" in cited.title
    assert "Rifampicin" in known.induced()
    assert not any("rifampicin" in str(row.details).casefold() for row in map(fact, known.IN_PEOPLE))
