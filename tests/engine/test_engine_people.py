"""Many people at once: their own parameters, and the same bits however the work is cut."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ketum.engine import Dosing
from ketum.errors import SolveWarning

PEOPLE = 29
TIMES = np.array([0.0, 0.5, 1.0, 3.0, 7.5, 12.0, 24.0, 36.0])


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def crowd(people=PEOPLE):
    rng = np.random.default_rng(11)
    typical = {"ka": 0.9, "CL": 5.0, "V1": 12.0, "Q": 7.0, "V2": 60.0, "F": 0.5}
    return {name: value * np.exp(0.4 * rng.standard_normal(people)) for name, value in typical.items()}


def doses(people=PEOPLE):
    """Three schedules, so that people fall into groups that cut across their numbering."""
    own = ([(0.0, 10.0)], [(0.0, 10.0), (12.0, 20.0)], [(2.5, 7.0)])
    rows = [(person, t, a * (1 + person), "depot") for person in range(people) for t, a in own[person * 7 % 3]]
    return pd.DataFrame(rows, columns=["ID", "TIME", "AMT", "CMT"])


def solve(model, parameters=None, table=None, **more):
    solved = model.solve(
        doses() if table is None else table,
        TIMES,
        crowd() if parameters is None else parameters,
        ["central", "peripheral", "C"],
        dosing={"depot": Dosing(bioavailability="F")},
        **more,
    )
    return solved.to_array().to_numpy()


@pytest.fixture(scope="module")
def whole(oral2):
    return solve(oral2)


@pytest.mark.parametrize("chunk", [1, 3, 8, 13, 256])
def test_chunks_do_not_change_a_bit(oral2, whole, chunk):
    assert np.array_equal(solve(oral2, chunk=chunk), whole)


@pytest.mark.parametrize("chunk", [3, 256])
def test_other_processes_do_not_change_a_bit(oral2, whole, pool, chunk):
    assert np.array_equal(solve(oral2, executor=pool, chunk=chunk), whole)


def test_a_person_alone_gets_the_same_bits(oral2, whole):
    table = doses()
    for person in (0, 9, PEOPLE - 1):
        own = table[table["ID"] == person].assign(ID=0)
        alone = solve(oral2, {name: column[[person]] for name, column in crowd().items()}, own)
        assert np.array_equal(alone[:, 0], whole[:, person])


def test_the_order_of_people_does_not_change_a_bit(oral2, whole):
    order = np.random.default_rng(3).permutation(PEOPLE)
    place = np.argsort(order)
    table = doses()
    table = table.assign(ID=place[table["ID"]]).sample(frac=1.0, random_state=4)
    shuffled = solve(oral2, {name: column[order] for name, column in crowd().items()}, table, chunk=5)
    assert np.array_equal(shuffled, whole[:, order])


def test_doubling_the_crowd_repeats_its_numbers(oral2, whole):
    table = pd.concat([doses(), doses().assign(ID=lambda t: t["ID"] + PEOPLE)])
    twice = solve(oral2, {name: np.tile(column, 2) for name, column in crowd().items()}, table)
    assert np.array_equal(twice[:, :PEOPLE], whole)
    assert np.array_equal(twice[:, PEOPLE:], whole)


def test_solving_again_gives_the_same_bits(oral, oral2, whole):
    oral.solve(pd.DataFrame({"TIME": [0.0], "AMT": [1.0], "CMT": ["depot"]}), [0, 5])  # another model in between
    assert np.array_equal(solve(oral2), whole)


def test_one_number_for_everyone_equals_a_column_of_it(oral2):
    parameters = crowd() | {"CL": np.full(PEOPLE, 3.25)}
    assert np.array_equal(solve(oral2, parameters | {"CL": 3.25}), solve(oral2, parameters))
    assert np.array_equal(solve(oral2, parameters | {"CL": [3.25]}), solve(oral2, parameters))


def test_a_parameter_left_out_has_the_models_value(oral2):
    parameters = crowd()
    given = parameters | {"V2": np.full(PEOPLE, 60.0)}
    del parameters["V2"]
    assert np.array_equal(solve(oral2, parameters), solve(oral2, given))


def test_parameters_of_each_person(load):
    model = load("model decay; k = 1; x = 5; x' = -k * x; end")
    k = np.array([0.0, 0.1, 1.0, 3.0, 0.5, 0.25, 2.0, 0.7, 1.3, 0.05])
    found = model.solve(pd.DataFrame({"TIME": [], "AMT": [], "CMT": []}), [0.0, 1.0, 2.0], {"k": k})["x"].to_numpy()
    np.testing.assert_allclose(found, 5 * np.exp(-np.outer(k, [0, 1, 2])), rtol=1e-7)


def test_progress_adds_up_to_everyone(oral2):
    seen = []
    solve(oral2, chunk=4, progress=seen.append)
    assert sum(seen) == PEOPLE
    assert max(seen) <= 4


EXPLODES = "model explodes; r = 1; y = 0; x = 1; x' = r * x * x; y' = -r * y; end"


@pytest.mark.parametrize("person", [0, 3, 7, 8, 12])
def test_a_model_that_blows_up_names_the_person_and_delivers_the_others(load, no_doses, person):
    """x' = r x^2 from 1 is 1 / (1 - r t), and reaches infinity at 1/r."""
    rates = np.full(13, 0.1)
    rates[person] = 4.0
    with pytest.warns(SolveWarning, match=rf"\bperson {person}\b(.|\n)*r=4") as caught:
        found = load(EXPLODES).solve(no_doses, [0.0, 1.0, 2.0], {"r": rates})
    assert "cure" in str(caught[0].message)
    assert found.attrs["failed"] == [person]
    assert np.isnan(found["x"][person, 2])
    others = np.delete(found["x"].to_numpy(), person, axis=0)
    np.testing.assert_allclose(others, np.tile([1.0, 1 / 0.9, 1 / 0.8], (12, 1)), rtol=1e-7)


def test_a_blow_up_between_doses_names_the_person(load):
    rates = np.full(6, 0.05)
    rates[4] = 2.0  # infinity at 0.5, between two doses and between two outputs
    doses = pd.DataFrame({"TIME": [0.0, 0.2, 0.7, 0.9], "AMT": 1.0, "CMT": "y"})
    with pytest.warns(SolveWarning, match=r"\bperson 4\b"):
        found = load(EXPLODES).solve(doses, [0.0, 3.0], {"r": rates})
    assert np.isfinite(np.delete(found["x"].to_numpy(), 4, axis=0)).all()


def test_a_blow_up_in_another_process_names_the_person(load, no_doses, pool):
    rates = np.full(21, 0.1)
    rates[17] = 4.0
    with pytest.warns(SolveWarning, match=r"\bperson 17\b"):
        load(EXPLODES).solve(no_doses, [0.0, 2.0], {"r": rates}, executor=pool, chunk=5)


def test_a_blow_up_after_the_last_time_is_none(load, no_doses):
    found = load(EXPLODES).solve(no_doses, [0.0, 0.2], {"r": [4.0, 1.0]})["x"].to_numpy()
    np.testing.assert_allclose(found[:, 1], [1 / (1 - 0.8), 1 / (1 - 0.2)], rtol=1e-7)


def test_an_integration_too_long_to_finish_says_so(load, no_doses):
    """Ten million turns of a circle: more steps than are allowed."""
    model = load("model circle; w = 1; x = 1; y = 0; x' = -w * y; y' = w * x; end")
    with pytest.warns(SolveWarning, match=r"\bperson 1\b"):
        model.solve(no_doses, [0.0, 60.0], {"w": [1.0, 1e6]})


def test_threads_do_not_change_a_bit(oral2):
    """Any executor is taken: workers that share a process must not share what they write to."""
    parameters = {"ka": np.linspace(0.5, 2.0, 160)}
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [10.0], "CMT": ["depot"], "II": [4.0], "ADDL": [99]})
    times = np.linspace(0.0, 400.0, 801)
    alone = oral2.solve(doses, times, parameters, ["C"])["C"].to_numpy()
    with ThreadPoolExecutor(4) as threads:
        together = oral2.solve(doses, times, parameters, ["C"], executor=threads, chunk=8)["C"].to_numpy()
    assert np.array_equal(together, alone)
