"""The table of alkaloids: what each row names is what it says, and the model follows it."""

import pytest

from ketum import pharmacology
from ketum.case import amounts
from ketum.crowd.model import kratom_model
from ketum.evidence import fact

EACH = pytest.mark.parametrize("known", pharmacology.ALKALOIDS, ids=lambda known: known.code)
CODES = {known.code for known in pharmacology.ALKALOIDS}


@EACH
def test_the_model_follows_it(known):
    assert f"central_{known.code}" in kratom_model().system.states


def test_the_model_follows_no_other():
    begins = "central_"
    assert {name.removeprefix(begins) for name in kratom_model().system.states if name.startswith(begins)} == CODES


@EACH
def test_a_case_may_name_it(known):
    assert known.name in amounts.ALKALOIDS


@EACH
def test_its_studied_peak_is_its_own_in_nM(known):
    peak = fact(known.study_peak)
    assert peak.details["analyte"] == known.name
    assert peak.details["parameter"] == "Cmax"
    assert peak.unit == "nM"
    low, high = 0.39, 0.43  # all of them weigh about 400 g/mol
    assert low < pharmacology.study_peak(known.code) / peak.number() < high


@EACH
def test_its_limit_and_its_parent_exist(known):
    assert known.limit in {row.name for row in pharmacology.parameters()}
    assert known.formed_from in CODES - {known.code} | {""}
