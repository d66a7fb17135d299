"""``ketum evidence``: finding a fact, and showing what it rests on and what rests on it."""

import json

import pytest

from ketum import pharmacology
from ketum.answers.lookup import MOST_SHOWN, as_dicts, as_text, uses
from ketum.evidence import fact, facts, sources
from ketum.trials import blood as trials


def test_a_fact_by_its_id():
    text = as_text("pk001")
    cited = fact("pk001")
    lines = text.splitlines()
    assert lines[0] == "pk001  mitragynine Cmax, median, plasma, Tanna 2022 2 g tea"
    assert "81.9 nM (range 50.1-177), n = 5" in text
    assert "source: tanna2022, tanna2023dmd Table 3" in text
    assert "seen: a table of the source" in text
    assert "healthy, kratom-experienced" in text  # the conditions
    assert "used for: " in text
    assert "V1_MG" in text
    assert f"  tanna2022: {sources()['tanna2022']}" in text
    assert sum(line.startswith("pk") for line in lines) == 1
    assert cited.verified


@pytest.mark.parametrize("query", ["PK001", "  pk001 "])
def test_case_and_spaces_do_not_matter(query):
    assert as_text(query).startswith("pk001  ")


def test_a_source_by_its_id():
    found = as_dicts("tanna2022")
    own = {one.fact_id for one in facts().values() if "tanna2022" in one.source_ids}
    assert {one["fact_id"] for one in found["facts"]} == own
    assert own
    assert [source["source_id"] for source in found["sources"] if source["source_id"] == "tanna2022"] == ["tanna2022"]


def test_a_source_without_facts_is_shown_alone():
    """Not beside the facts of another source whose id looks like it."""
    cited = {source_id for one in facts().values() for source_id in one.source_ids}
    alone = next(iter(sorted(set(sources()) - cited)), None)
    if alone is None:
        pytest.skip("every source on file is cited by a fact")
    found = as_dicts(alone)
    assert [source["source_id"] for source in found["sources"]] == [alone]
    assert not found["facts"]


def test_words_in_any_order():
    first, second = as_dicts("speciociliatine Tanna"), as_dicts("tanna SPECIOCILIATINE")
    assert first["facts"] == second["facts"]
    assert {one["fact_id"] for one in first["facts"]} >= {"pk019", "pk020", "pk021", "pk022"}
    for one in first["facts"]:
        assert "speciociliatine" in json.dumps(one).casefold()


def test_more_words_find_fewer_facts():
    few, many = ({one["fact_id"] for one in as_dicts(q)["facts"]} for q in ("tanna speciociliatine tmax", "tanna tmax"))
    assert few < many
    assert "pk020" in few


@pytest.mark.parametrize("query", ["zzzzqqqq", "pk99999x qqqqzzzz"])
def test_what_is_not_on_file_is_said(query):
    assert query in as_text(query)
    assert "nothing on file" in as_text(query)
    assert as_dicts(query) == {"query": query, "facts": [], "sources": []}


def test_a_long_list_says_that_it_goes_on():
    text = as_text("mitragynine")
    number = len(as_dicts("mitragynine")["facts"])
    assert number > MOST_SHOWN
    assert f"{number - MOST_SHOWN} more" in text


def test_an_empty_query_is_everything():
    assert [one["fact_id"] for one in as_dicts("")["facts"]] == list(facts())


def test_the_plain_data_hold_the_fact():
    (one,) = as_dicts("pk073")["facts"]
    cited = fact("pk073")
    assert (one["value"], one["unit"], one["spread"]) == ("32.8", "ng/mL", "17.0")
    assert one["sources"] == list(cited.source_ids)
    assert one["seen"] == "quoted by another source"
    assert one["access"] == "secondary"
    assert one["details"]["analyte"] == "mitragynine"
    assert any("validation (calibration)" in place for place in one["used_for"])
    assert json.loads(json.dumps(as_dicts("pk073"))) == as_dicts("pk073")


def test_a_check_says_that_it_is_one():
    assert "validation (check)" in uses()["pk052"]
    assert not any("(calibration)" in place for place in uses()["pk052"])


def test_every_number_of_the_model_can_be_followed_back():
    for row in pharmacology.parameters():
        for fact_id in row.facts:
            assert any(row.name in place and row.how in place for place in uses()[fact_id])
    for effect in pharmacology.effects():
        for fact_id in effect.facts:
            assert any(effect.name in place for place in uses()[fact_id])
    for datum in trials.data():
        assert f"validation ({datum.role})" in uses()[datum.fact_id]
    for alkaloid in pharmacology.ALKALOIDS:
        assert f"molar mass of {alkaloid.name}" in uses()[alkaloid.molar_mass]


def test_products_and_servings_can_be_followed_back():
    for product in pharmacology.products().values():
        for fact_id in product.facts:
            assert f"content of {product.name}" in uses()[fact_id]
        for companion in product.companions:
            name = pharmacology.alkaloid(companion.alkaloid).name
            for fact_id in companion.facts:
                assert f"{name} in {product.name}" in uses()[fact_id]
    for (product, unit), serving in pharmacology.servings().items():
        for fact_id in serving.facts:
            assert f"size of a {unit} of {product}" in uses()[fact_id]


def test_only_facts_are_used():
    assert set(uses()) <= set(facts())


def test_a_fact_that_nothing_uses_says_so():
    unused = next(fact_id for fact_id in facts() if fact_id not in uses())
    assert "used for: nothing yet" in as_text(unused)
    assert as_dicts(unused)["facts"][0]["used_for"] == []
