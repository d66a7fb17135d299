"""A regimen written in one line is the table that a case of the same words gives."""

import doctest

import numpy as np
import pytest

import ketum
from ketum import pharmacology
from ketum.chance import Stream
from ketum.crowd import regimen as room
from ketum.crowd.intake import intakes
from ketum.crowd.regimen import regimen
from ketum.errors import CaseError
from ketum.pharmacology.alkaloids import nmol


def test_its_examples_hold():
    found = doctest.testmod(room, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert found.attempted > 8
    assert found.failed == 0


def test_the_amount_is_what_leaves_the_product():
    table = regimen("1 g", certificate={"mitragynine": "1.4 %"}, people=4001)
    released = table.loc[table["CMT"] == "leaf_MG", "AMT"].median() / nmol(14.0, "MG")
    (row,) = [one for one in pharmacology.parameters() if one.name == "release_leaf"]
    assert row.low < released < row.high


def test_it_is_what_a_case_gives():
    person = {"age_years": 40, "sex": "female", "weight_kg": 70, "region": "US"}
    kratom = {"product": "tea", "amount": "3 g", "every": "8 h", "days": 2}
    case = ketum.Case.from_dict({"person": person, "kratom": [kratom]})
    table = regimen("3 g", product="tea", every="8 h", until="2 days", people=8, seed=3)
    (taken,) = intakes(case, Stream(3, 8))
    for code, mg in taken.mg.items():
        rows = table[table["CMT"] == f"{taken.contents.product.form}_{code}"].sort_values("ID")
        share = rows["AMT"].to_numpy() / nmol(mg, code)
        assert ((share > 0) & (share <= 1)).all()
        assert (rows["ADDL"] == len(case.kratom[0].dose_times_h) - 1).all()


@pytest.mark.parametrize(("until", "doses"), [("14 d", 42), ("24 h", 3), ("8 h", 1), ("9 h", 2), (None, 3)])
def test_no_dose_begins_after_the_end(until, doses):
    assert set(regimen("3 g", every="8 h", until=until)["ADDL"] + 1) == {doses}


def test_it_can_be_solved():
    model = ketum.Model.from_file(pharmacology.model_path())
    solved = model.solve(regimen("3 g"), [0.0, 1.0])
    assert np.isfinite(solved.to_array().to_numpy()).all()


def test_what_is_wrong_is_said_at_once():
    with pytest.raises(CaseError) as caught:
        regimen("3 gr", every="8", until="never", product="teas")
    assert {problem.path for problem in caught.value.problems} == {("amount",), ("every",), ("until",), ("product",)}
    assert {problem.where for problem in caught.value.problems} == {"amount", "every", "until", "product"}
