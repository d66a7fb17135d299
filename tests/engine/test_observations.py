"""Rows with EVID 0: each sees what stands above it, and people are looked at when their own rows say."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ketum.engine import Covariates, Dosing
from ketum.errors import ModelError

K = 4.0 / 20.0


def rows(*given, columns=("TIME", "EVID", "AMT")):
    return pd.DataFrame(list(given), columns=list(columns)).assign(CMT="central")


def seen(model, table, **more):
    return model.solve(table, outputs=["central"], **more)["central"].to_numpy()


def test_an_observation_sees_what_stands_above_it(oral):
    table = rows(
        (0.0, 0, 0), (0.0, 1, 10), (0.0, 0, 0), (5.0, 0, 0), (5.0, 1, 20), (5.0, 0, 0), (5.0, 0, 0), (5.0, 1, 40),
        (5.0, 0, 0), (8.0, 0, 0),
    )  # fmt: skip
    left, last = 10 * np.exp(-5 * K), (10 * np.exp(-5 * K) + 60) * np.exp(-3 * K)
    expected = [0, 10, left, left + 20, left + 20, left + 60, last]
    np.testing.assert_allclose(seen(oral, table), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("time", [0.0, 1.0, 1e4])
def test_the_hair_between_two_records_is_not_felt(oral, time):
    """Whether an observation stands before a dose must not change what comes after it."""
    dose, later = (time, 1, 100.0), (time + 0.5, 0, 0.0)
    without, behind = seen(oral, rows(dose, later))[-1], seen(oral, rows((time, 0, 0.0), dose, later))[-1]
    np.testing.assert_allclose(behind, without, rtol=3e-8)


def test_a_reset_between_observations(oral):
    table = rows(
        (0.0, 1, 10), (2.0, 0, 0), (2.0, 3, 0), (2.0, 0, 0), (2.0, 4, 7), (2.0, 0, 0), (2.0, 1, 1), (3.0, 0, 0)
    )
    np.testing.assert_allclose(seen(oral, table), [10 * np.exp(-2 * K), 0, 7, 8 * np.exp(-K)], rtol=1e-7, atol=1e-9)


def test_an_additional_or_late_dose_comes_before_any_record_of_its_instant(oral):
    look = (0, 0, 0, 0, 0)
    table = rows(
        (0.0, 1, 10.0, 4.0, 1, 0.0), (4.0, *look), (4.0, 1, 1.0, 0, 0, 2.0), (4.0, *look), (6.0, *look),
        columns=("TIME", "EVID", "AMT", "II", "ADDL", "lag"),
    )  # fmt: skip
    found = seen(oral, table, dosing={"central": Dosing(lag="lag")})
    at_4 = 10 * np.exp(-4 * K) + 10
    np.testing.assert_allclose(found, [at_4, at_4, at_4 * np.exp(-2 * K) + 1], rtol=1e-7)


@pytest.mark.parametrize("ss", [1, 2])
def test_around_a_steady_state(oral, ss):
    table = rows(
        (0.0, 1, 10.0, 0.0, 0), (4.0, 0, 0, 0, 0), (4.0, 1, 100.0, 8.0, ss), (4.0, 0, 0, 0, 0),
        columns=("TIME", "EVID", "AMT", "II", "SS"),
    )  # fmt: skip
    left, steady = 10 * np.exp(-4 * K), 100 / (1 - np.exp(-8 * K))
    np.testing.assert_allclose(seen(oral, table), [left, steady + (left if ss == 2 else 0)], rtol=1e-6)


def people(count=13):
    """Everyone is seen at times of their own, in no order, and with points where nothing is said."""
    rng = np.random.default_rng(1)
    found = []
    for person in range(count):
        found += [(person, t, 0, np.nan) for t in rng.uniform(0, 30, person % 5).round(2)]
        found += [(person, 0.0, 1, 100.0 + person), (person, 12.0, 0, np.nan), (person, 12.0, 1, 50.0)]
    table = pd.DataFrame(found, columns=["ID", "TIME", "EVID", "AMT"]).sample(frac=1.0, random_state=3)
    table = table.sort_values(["TIME", "EVID"], kind="stable")
    return table.assign(CMT=np.where(table["EVID"] == 1, "depot", None))


def test_everyone_is_seen_at_times_of_their_own(oral):
    table, ka = people(), np.linspace(0.5, 2.0, 13)
    found = oral.solve(table, parameters={"ka": ka}, outputs=["C", "central"])
    looks = table[table["EVID"] == 0]
    assert found["C"].dims == ("record",)
    assert found["subject"].to_numpy().tolist() == looks["ID"].tolist()
    assert found["time"].to_numpy().tolist() == looks["TIME"].tolist()
    assert (table["EVID"].to_numpy()[found["row"]] == 0).all()
    times = np.unique(looks["TIME"])
    doses = table[table["EVID"] == 1]
    whole = oral.solve(doses, times, {"ka": ka}, ["C"], observe="before")["C"].to_numpy()
    expected = whole[looks["ID"], np.searchsorted(times, looks["TIME"])]
    np.testing.assert_allclose(found["C"], expected, rtol=0, atol=1e-7)
    np.testing.assert_allclose(found["central"], 20 * found["C"], rtol=1e-12)


def test_workers_and_chunks_change_no_bit(oral):
    table, ka = people(), np.linspace(0.5, 2.0, 13)
    covariates = Covariates(pd.DataFrame({"TIME": [0.0, 9.0], "CL": [4.0, 6.0]}), "linear")
    call = {"parameters": {"ka": ka}, "outputs": ["C"], "covariates": covariates}
    whole, counted = oral.solve(table, **call)["C"].to_numpy(), []
    for chunk in (1, 5):
        found = oral.solve(table, **call, chunk=chunk, progress=counted.append)["C"].to_numpy()
        assert np.array_equal(found, whole)
    with ThreadPoolExecutor(2) as threads:
        assert np.array_equal(oral.solve(table, **call, executor=threads, chunk=2)["C"], whole)
    assert sum(counted) == 26


def test_without_people_a_row_is_everyones(oral):
    table = rows((0.0, 1, 10), (1.0, 0, 0), (2.0, 0, 0))
    found = oral.solve(table, parameters={"CL": [4.0, 8.0]}, outputs=["central"])
    np.testing.assert_allclose(found["central"], 10 * np.exp([-0.2, -0.4, -0.4, -0.8]), rtol=1e-7)
    assert found["subject"].to_numpy().tolist() == [0, 0, 1, 1]
    assert found["row"].to_numpy().tolist() == [1, 2, 1, 2]


def test_times_that_differ_by_rounding_are_one_instant(oral):
    both = [(person, time, evid, 10.0 * evid) for person, time in enumerate((0.3, 0.1 + 0.2)) for evid in (1, 0)]
    table = rows(*both, columns=("ID", "TIME", "EVID", "AMT"))
    np.testing.assert_allclose(seen(oral, table, parameters={"CL": [4.0, 4.0]}), [10, 10], rtol=1e-12)


def test_a_person_who_fails_is_named(load):
    model = load("model explodes; r = 1; x = 1; x' = r * x * x; end")
    table = pd.DataFrame({"TIME": [0.5, 2.0], "EVID": 0})
    with pytest.warns(UserWarning, match=r"\bperson 1\b") as told:
        found = model.solve(table, parameters={"r": [0.1, 4.0]})
    assert told[0].filename == __file__, "the warning points to the caller's own line"
    np.testing.assert_allclose(found["x"][:2], [1 / 0.95, 1 / 0.8], rtol=1e-7)
    assert found.attrs["failed"] == [1]


def test_times_go_before_observation_rows_and_say_so(oral):
    table = rows((0.0, 1, 10), (1.0, 0, np.nan), (1.0, 2, np.nan), (1.0, 1, 10))
    with pytest.warns(UserWarning, match="EVID 0"):
        found = oral.solve(table, [0.0, 1.0], outputs=["central"])["central"].to_numpy()
    assert np.array_equal(found, oral.solve(table[table["EVID"] == 1], [0.0, 1.0])["central"])


def test_rows_that_give_no_dose_do_not_change_a_bit(oral):
    plain = rows((0.0, 1, 10), (3.0, 1, 5))
    marked = rows((0.0, 2, np.nan), (0.0, 1, 10), (1.5, 2, np.nan), (3.0, 1, 5), (3.0, 2, 0))
    times = [0.0, 1.0, 3.0, 9.0]
    assert np.array_equal(oral.solve(marked, times)["central"], oral.solve(plain, times)["central"])


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        (rows((0.0, 1, 10)), {}, ["times", "EVID 0"]),
        (rows((0.0, 0, 10)), {}, ["row 0, AMT", "observation"]),
        (rows((np.nan, 0, 0)), {}, ["row 0, TIME", "nan"]),
        (rows((0.0, 0, 0)), {"store": "x.zarr"}, ["store", "times"]),
        (rows((0.0, 0, 0)).assign(DV=1.0), {}, ["DV"]),
    ],
)
def test_what_is_refused(oral, table, more, words):
    with pytest.raises(ModelError) as error:
        oral.solve(table, **more)
    assert all(word in str(error.value) for word in words), str(error.value)
