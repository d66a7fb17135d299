"""What is not known, what is assumed, and where it is all from."""

from __future__ import annotations

from tests.joins.made import case, medicine, product, rows

from ketum.answers.sources import sources_of
from ketum.answers.unknowns import GENERAL, assumed, unknown
from ketum.crowd.contents import contents
from ketum.evidence import fact
from ketum.medicine import Match

LEAF = product("leaf-powder", "3 g", every='"8 h"', days=2)
EXTRACT = product("extract", "20 mg mitragynine")


def test_a_name_that_is_not_on_file_or_not_wholly_read_is_unknown():
    def said(*matches):
        return {row.what for row in unknown(case(LEAF), contents(case(LEAF)), matches)}

    assert "what zzz is" in said(Match("zzz", ()))
    assert "what aspirin and zzz is" in said(Match("aspirin and zzz", ("aspirin",), unread=("zzz",)))
    assert not any(text.startswith("what aspirin") for text in said(Match("aspirin", ("aspirin",))))
    assert {row.what for row in GENERAL} <= said()
    assert {"levels in the brain", "levels in breast milk and in the unborn"} <= said()


def test_what_is_not_followed_leaves_every_effect_unknown():
    given_case = case(product("pseudoindoxyl-product", "20 mg"))
    text = "every effect of what is taken"
    assert text in {row.what for row in unknown(given_case, contents(given_case), ())}
    both = case(product("pseudoindoxyl-product", "20 mg"), LEAF)
    assert text not in {row.what for row in unknown(both, contents(both), ())}


def test_what_a_case_leaves_out_says_of_which_product_and_medicine():
    given_case = case(LEAF, EXTRACT, medicine("aspirin"), medicine("ibuprofen", amount='"unknown"'))
    said = {row.what: row.consequence for row in unknown(given_case, contents(given_case), ())}
    assert "what the product holds by a certificate (product 1)" in said
    assert any(what.endswith("(product 2)") for what in said)
    assert any(what.endswith("(medicine 2)") for what in said)
    assert not any("(product 3)" in what or "(product 0)" in what for what in said)
    (amount,) = (what for what in said if "(medicine" in what)
    assert amount.endswith("(medicine 2)")
    assert said[amount] == "where it counts, it is assumed, wide"
    alone = case(LEAF)
    assert not any("(product" in row.what for row in unknown(alone, contents(alone), ()))
    assert said["alcohol"] == "only alcohol named as a medicine was looked for"


def test_assumptions_are_said_once_with_their_width_and_only_those_of_what_is_taken():
    parameters = [row for row in rows("parameters.csv") if row["how"] == "assumed"]
    releases = {row["release"] for row in rows("products.csv")}
    used = {held.release for held in contents(case(LEAF))}
    said = assumed(contents(case(LEAF, LEAF)))
    assert len(set(said)) == len(said)
    for row in parameters:
        of_people = not row["name"].startswith(("limit_", "trial_"))
        wanted = of_people and (row["name"] not in releases or row["name"] in used)
        lines = [line for line in said if line.startswith(f"{row['label']}: ") and line.endswith(row["note"])]
        assert len(lines) == wanted, row["name"]
        assert "fraction" not in "".join(line.split(" (")[0].removeprefix(row["label"]) for line in lines)


# Sources


def test_each_source_lists_its_own_facts_and_how_they_were_seen():
    ids = ["pk073", "pk001", "CE066", "pk002"]
    found = sources_of(ids)
    assert [line.source_id for line in found] == sorted({s for i in ids for s in fact(i).source_ids})
    for line in found:
        own = [fact_id for fact_id in sorted(ids) if line.source_id in fact(fact_id).source_ids]
        assert list(line.fact_ids) == own
        assert line.seen == "; ".join(sorted({fact(fact_id).seen for fact_id in own}))
        assert line.citation
