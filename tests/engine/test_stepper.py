"""Two ways through the same integration, by heyoka's own loop and by the stepper, must give the same bits."""

from __future__ import annotations

import re
import sys

import numpy as np
import pandas as pd
import pytest

from ketum.engine import Dosing, Model
from ketum.engine.runs import job
from ketum.engine.solve import integrate, native, stepper

TIMES = np.array([0.0, 0.5, 1.0, 6.0, 12.0, 12.25, 24.0, 24.0 + 1e-13, 30.0, 48.0])
GROWS = """
model grows
  compartment body = 1;
  substanceOnly species x in body, depot in body;
  x = 1;  depot = 0;  g = 0;
  x' = g * x^2 - 0.1 * x + depot;
  depot' = -depot;
end
"""


def both(monkeypatch: pytest.MonkeyPatch, model_: Model, *arguments, **more):
    """Solve by `propagate_grid`, then by the stepper."""
    found = []
    for few in (10**9, 0):
        monkeypatch.setattr(integrate, "FEW", few)
        job._compiled.__dict__.clear()
        found.append(model_.solve(*arguments, **more))
    runners = list(job._compiled.__dict__.values())
    assert all(runner.effort.found is not None for runner in runners), "the stepper was not used"
    job._compiled.__dict__.clear()
    return found


def rows(*records: dict[str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(records)
    frame["CMT"] = frame["CMT"].where(frame["CMT"].notna(), None)
    return frame.fillna({name: 1.0 if name == "EVID" else 0.0 for name in frame.columns if name != "CMT"})


PLANS = {
    "bolus": rows({"TIME": 0, "AMT": 9, "CMT": "depot", "II": 6, "ADDL": 20}),
    "infusion": rows({"TIME": 1, "AMT": 9, "CMT": "central", "RATE": 2, "II": 4, "ADDL": 5}),
    "reset": rows(
        {"TIME": 0, "AMT": 9, "CMT": "central", "RATE": 0.3},
        {"TIME": 12, "EVID": 4, "AMT": 5, "CMT": "depot"},
        {"TIME": 24, "EVID": 3, "CMT": None},
    ),
    "steady": rows(
        {"TIME": 0, "AMT": 9, "CMT": "central", "RATE": 0.9, "II": 12, "SS": 1},
        {"TIME": 24, "AMT": 4, "CMT": "depot", "II": 12, "SS": 2},
    ),
    "nothing": pd.DataFrame({"TIME": []}),
}


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("observe", ["after", "before"])
@pytest.mark.parametrize("lagged", [False, True])
def test_both_ways_give_the_same_bits(oral2, monkeypatch, plan, observe, lagged):
    people = np.random.default_rng(1).lognormal(size=(3, 11))
    own = {"CL": 5 * people[0], "ka": people[1]}
    dosing = {}
    if lagged and plan != "nothing":
        own["late"] = np.where(np.arange(11) == 4, 0.5, people[2])  # for one, doses come at output times
        dosing = {name: Dosing(lag="late") for name in ("depot", "central")}
    api, stepper = both(monkeypatch, oral2, PLANS[plan], TIMES, own, dosing=dosing, observe=observe)
    for name in api.data_vars:
        np.testing.assert_array_equal(stepper[name], api[name])


def test_one_who_fails_is_the_same_one_and_the_others_keep_their_bits(load, monkeypatch):
    growing = load(GROWS)
    own = {"g": np.where(np.arange(10) == 3, 1.0, 1e-3)}
    doses = pd.DataFrame({"TIME": [0.0, 12.0], "AMT": [1.0, 1.0], "CMT": ["depot", "depot"]})
    with pytest.warns(match="person 3"):
        api, stepper = both(monkeypatch, growing, doses, TIMES, own)
    assert api.attrs["failed"] == stepper.attrs["failed"] == [3]
    np.testing.assert_array_equal(stepper["x"].drop_sel(subject=3), api["x"].drop_sel(subject=3))
    assert np.isnan(stepper["x"].sel(subject=3, time=48.0))


def test_chunks_change_no_bit(oral2, monkeypatch):
    monkeypatch.setattr(integrate, "FEW", 0)
    own = {"CL": np.linspace(1, 9, 21)}
    whole, parts = (oral2.solve(PLANS["bolus"], TIMES, own, chunk=chunk) for chunk in (21, 5))
    np.testing.assert_array_equal(whole["central"], parts["central"])


@pytest.mark.parametrize("pad", stepper.PADS)
def test_where_the_stack_begins_changes_nothing(oral2, monkeypatch, pad):
    monkeypatch.setattr(native, "PADS", (pad,))
    api, found = both(monkeypatch, oral2, PLANS["bolus"], TIMES)
    np.testing.assert_array_equal(found["central"], api["central"])
    assert found["central"].max() > 0


@pytest.mark.parametrize("lacking", ["signature", "function", "same bits", "numba"])
def test_a_step_that_cannot_be_trusted_is_not_used(oral, monkeypatch, lacking):
    if lacking == "signature":
        monkeypatch.setattr(native, "SIGNATURE", re.compile("no such step"))
    elif lacking == "function":
        monkeypatch.setattr(native, "EXTERNAL", re.compile("(define) void @step"))
    elif lacking == "same bits":
        run = stepper.Stepper.run
        monkeypatch.setattr(stepper.Stepper, "run", lambda *given: run(*given) * (1 + 1e-15))
    else:
        monkeypatch.setitem(sys.modules, "ketum.engine.solve.native", None)  # as if it could not be imported
    monkeypatch.setattr(integrate, "FEW", 0)
    job._compiled.__dict__.clear()
    found = oral.solve(PLANS["bolus"], [0.0, 1.0, 5.0])
    assert np.isfinite(found["central"]).all()
    assert all(runner.effort.found is None for runner in job._compiled.__dict__.values())
    job._compiled.__dict__.clear()
