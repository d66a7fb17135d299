"""A kind of product is a row: whatever asks about kinds finds an answer for every one."""

from pathlib import Path
from typing import get_args

import pytest

from ketum import pharmacology
from ketum.case.amounts import ALKALOIDS
from ketum.evidence import facts
from ketum.hazards.statutes import Substance
from ketum.kinds import Group, in_group, kinds

KINDS = pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.product)
STUDIED = pytest.mark.parametrize(
    "kind", [k for k in kinds().values() if k.group != "unknown"], ids=lambda k: k.product
)
PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "case.md").read_text(encoding="utf-8")


def studied(product):
    rows = [one for one in facts().values() if one.table == "studied_amounts"]
    return {one.details["quantity"] for one in rows if one.details["product_kind"] == product}


def test_the_model_knows_every_kind_and_no_other():
    assert set(pharmacology.products()) == set(kinds())


@KINDS
def test_the_reference_names_it(kind):
    assert f"`{kind.product}`" in PAGE


@KINDS
def test_its_cells_are_known_words(kind):
    assert kind.group in get_args(Group)
    assert kind.law in get_args(Substance)
    assert kind.name
    assert kind.plural
    assert kind.largest_mg > 0


@KINDS
def test_a_concentrate_says_of_what(kind):
    assert bool(kind.concentrate_of) == in_group(kind.product, "concentrate")
    assert kind.concentrate_of in ("", *ALKALOIDS)
    assert (kind.law == "leaf") == (not kind.concentrate_of)


@STUDIED
def test_its_largest_studied_dose_is_on_file_or_that_there_is_none(kind):
    found = studied(kind.studied_as)
    assert kinds()[kind.studied_as].studied_as == kind.studied_as
    assert found == {"human_studies"} or {"single_dose_mg_mitragynine", "daily_dose_mg_mitragynine", "days"} <= found


@STUDIED
def test_what_no_study_gave_has_a_caveat(kind):
    assert bool(kind.caveat) == ("human_studies" in studied(kind.studied_as))


@KINDS
def test_leaf_that_is_swallowed_is_leaf_in_the_gut(kind):
    assert (pharmacology.products()[kind.product].form == "leaf") == in_group(
        kind.product, "leaf", "mixture", "unknown"
    )


@KINDS
def test_what_is_counted_in_alkaloid_leaves_nothing_behind_in_leaf(kind):
    product = pharmacology.products()[kind.product]
    assert product.release_counted in {row.name for row in pharmacology.parameters()}
    assert (product.release_counted != product.release) == in_group(kind.product, "brew")
