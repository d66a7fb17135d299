"""The comparison with other solvers: what it says, and that they agree. Times are not tested."""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ketum.bench.measure import worst
from ketum.bench.report import table
from ketum.bench.with_heyoka import HeyokaByHand
from ketum.bench.with_ketum import Ketum
from ketum.bench.with_scipy import ScipyLsoda, reference
from ketum.bench.workload import AMOUNTS, MODEL, OUTPUTS, START, STATES, draw, rates
from ketum.cli import app
from ketum.engine import Model

PEERS = {"libroadrunner_bdf", "libroadrunner_adams", "diffrax"}
CONTRACT = PEERS | {"two_cores", "random_lag", "doubling", "five_sensitivities"}


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("roadrunner", "jax", "diffrax"):
            patch.setitem(sys.modules, name, None)  # as if it were not installed
        result = CliRunner().invoke(app, ["bench", "--json", "--quick"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_one_object_with_the_keys_that_others_rely_on(found):
    assert found["ratios"].keys() >= CONTRACT
    assert found["compile_s"] > 0
    for row in found["engines"]:
        assert row.keys() >= {"name", "ms_per_subject", "cores", "max_error"}
        assert row["ms_per_subject"] > 0


def test_all_agree_with_the_reference(found):
    assert all(row["max_error"] < 1e-6 for row in found["engines"])


def test_a_peer_that_is_not_installed_is_null_and_named(found):
    assert all(found["ratios"][peer] is None for peer in PEERS)
    assert {lacking["peer"] for lacking in found["missing"]} >= PEERS
    assert "diffrax: not installed; pip install 'ketum[bench]'" in table(found)


def test_a_solver_that_does_not_agree_is_named(found):
    wrong = {**found["engines"][0], "name": "slide rule", "max_error": 1e-3}
    assert "slide rule does not agree" in table({**found, "engines": [wrong]})


def test_the_model_file_and_the_written_out_equations_are_the_same():
    system = Model.from_file(MODEL).system
    values = dict(zip(STATES, np.random.default_rng(0).uniform(0.5, 2, len(STATES)), strict=True))
    scope = {**system.constants, **values}
    for name, formula in system.rules.items():
        scope[name] = formula.value(scope)
    expected = dict(zip(STATES, rates(list(values.values()), system.constants), strict=True))
    for name, formula in system.rates.items():
        assert float(formula.value(scope)) == pytest.approx(float(expected[name]), rel=1e-12)
    assert [float(formula.value({})) for formula in map(system.initial.get, STATES)] == START.tolist()
    assert AMOUNTS.keys() <= set(system.states)


@pytest.mark.parametrize("lagged", [False, True])
def test_ketum_agrees_with_scipy_on_the_whole_case(lagged):
    workload = draw(2, lagged=lagged)
    assert worst(Ketum(workload, None, 1).run(), ScipyLsoda(workload, 1e-10).run()) < 1e-6


def test_states_of_a_million_beside_one_are_as_exact(tmp_path):
    """The parent counted in a millionth of its unit: only its own states grow, and the model stays the same."""
    text = MODEL.with_suffix(".ant").read_text(encoding="utf-8")
    for old, new in (
        ("parent_nM := c*", "parent_nM := 1e-6*c*"),
        ("gut_nM := transit", "gut_nM := 1e-6*transit"),
        ("0.25*eliminated*", "0.25e-6*eliminated*"),
        ("0.02*ka*", "0.02e-6*ka*"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path / "wide.ant"
    path.write_text(text, encoding="utf-8")
    workload = draw(2)
    doses = pd.DataFrame({"TIME": 0.0, "AMT": [40e6, 2.5], "CMT": ["depot", "victim_gut"], "II": 8.0, "ADDL": 89})
    found = Model.from_file(path).solve(doses, workload.times, workload.parameters, [*OUTPUTS, "central", "depot"])
    assert found["depot"].max() > 1e6
    assert worst([found[name].to_numpy() for name in OUTPUTS], reference(workload)) < 1e-7


def test_a_last_batch_that_is_not_full_is_solved_by_hand_as_well():
    eleven, three = HeyokaByHand(draw(11, doses=2)).run(), HeyokaByHand(draw(3, doses=2)).run()
    assert np.array_equal(np.stack(eleven)[:, :3], np.stack(three))
