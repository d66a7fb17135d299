"""States that nobody asks for are not integrated, and nothing else changes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum.engine import Covariates, Dosing
from ketum.engine.runs import job
from ketum.engine.solve.pruning import needed, reduced
from ketum.errors import ModelError

TIMES = np.array([0.0, 1.0, 2.5, 6.0, 24.0])
TREE = """
model tree
  compartment body = 1;  compartment V = 3;  V' = 0.1;
  substanceOnly species depot in body, central in body, effect in body, liver in body, seen in body;
  species pool in V;
  depot = 0;  central = 0;  effect = 1;  liver = 5;  seen = 0;  pool = 2;
  ka = 1.3;  k = 0.2;  kout = 0.3;  IC50 = 4;
  C := central / 20;
  block := 1 / (1 + C / IC50);
  above := piecewise(1, central > 30, 0);
  absorption: depot -> central;  ka * depot;
  elimination: central -> ;  k * central;
  turnover: -> effect;  kout * block;
  loss: effect -> ;  kout * effect;
  harm: liver -> ;  0.01 * above * liver;
  look: -> seen;  effect;
  drain: pool -> ;  0.5 * pool;
end
"""
NEEDED = {
    "C": ("depot", "central"),
    "depot": ("depot",),
    "block": ("depot", "central"),
    "effect": ("depot", "central", "effect"),
    "liver": ("depot", "central", "liver"),
    "seen": ("depot", "central", "effect", "seen"),
    "pool": ("V", "pool"),
    "loss": ("depot", "central", "effect"),
    "k": (),
}


@pytest.fixture(scope="module")
def tree(load):
    return load(TREE)


def doses(**more):
    rows = {"TIME": [0.0, 2.0, 3.0], "AMT": [100.0, 7.0, 5.0], "CMT": ["depot", "effect", "liver"]}
    return pd.DataFrame(rows | {"RATE": [0.0, 0.0, 2.0]} | more)


@pytest.mark.parametrize("output", NEEDED)
def test_what_an_output_depends_on(tree, output):
    assert set(needed(tree.system, [output])) == set(NEEDED[output])


@pytest.mark.parametrize("output", NEEDED)
def test_an_output_alone_is_what_it_is_among_all(tree, output):
    """Doses into states that are left out included; the number depends on it only within the tolerance."""
    every = tree.solve(doses(), TIMES, outputs=[*tree.system.states, output])[output]
    alone = tree.solve(doses(), TIMES, outputs=[output])[output]
    np.testing.assert_allclose(alone, every, rtol=0, atol=1e-6 * max(1.0, float(np.abs(every).max())))


def test_the_others_are_not_compiled(tree, monkeypatch):
    seen, real = [], job.compile_system
    monkeypatch.setattr(job, "compile_system", lambda system, *more: seen.append(system) or real(system, *more))
    tree.solve(doses(), TIMES, {"k": 0.21}, ["C"], rtol=3e-9)
    assert [system.states for system in seen] == [("depot", "central")]
    assert not {"effect", "liver", "seen", "pool", "V"} & seen[0].rates.keys()


def test_everything_is_the_system_itself(tree):
    assert reduced(tree.system, needed(tree.system, tree.system.states)) is tree.system


@pytest.mark.parametrize("ss", [1, 2])
def test_a_steady_state_of_what_nobody_looks_at_still_resets(tree, ss):
    """SS 1 puts the state in the place of what was there, whatever was dosed."""
    table = doses(SS=[0, ss, 0], II=[0.0, 8.0, 0.0], CMT=["depot", "effect", "liver"])
    every = tree.solve(table, TIMES, {"k": [0.2, 0.3]}, ["central", "effect", "seen"])["central"].to_numpy()
    alone = tree.solve(table, TIMES, {"k": [0.2, 0.3]}, ["central"])["central"].to_numpy()
    np.testing.assert_allclose(alone, every, rtol=0, atol=1e-5)


def test_a_reset_and_covariates(tree):
    table = doses(EVID=[1, 1, 4])
    records = Covariates(pd.DataFrame({"TIME": [0.0, 2.0], "k": [0.1, 0.4]}), "linear")
    every = tree.solve(table, TIMES, covariates=records)["central"]
    alone = tree.solve(table, TIMES, outputs=["central"], covariates=records)["central"]
    np.testing.assert_allclose(alone, every, rtol=0, atol=1e-5)


def test_doses_that_are_left_out_are_checked_all_the_same(tree):
    with pytest.raises(ModelError, match="AMT"):
        tree.solve(doses(AMT=[100.0, -1.0, 5.0]), TIMES, outputs=["C"])
    with pytest.raises(ModelError, match="lag"):
        tree.solve(doses(), TIMES, {"X": -1.0}, ["C"], dosing={"liver": Dosing(lag="X")})


@given(amounts=st.lists(st.floats(0.1, 200.0), min_size=6, max_size=6), output=st.sampled_from(["C", "effect", "pool"]))
@how(max_examples=20, deadline=None)
def test_any_doses(tree, amounts, output):
    states = ["depot", "central", "effect", "liver", "seen", "pool"]
    table = pd.DataFrame({"TIME": np.arange(6) / 2, "AMT": amounts, "CMT": states, "II": 5.0, "ADDL": 1})
    every = tree.solve(table, TIMES, outputs=[*tree.system.states, output])[output]
    alone = tree.solve(table, TIMES, outputs=[output])[output]
    np.testing.assert_allclose(alone, every, rtol=0, atol=2e-6 * max(1.0, float(np.abs(every).max())))
