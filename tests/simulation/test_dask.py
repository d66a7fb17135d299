"""A cluster's workers: the same bits, also where one of them dies."""

import os
import signal
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ketum import cli
from ketum.crowd.model import kratom_model as model
from ketum.errors import InputError, SolveError
from ketum.simulation import cluster

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

PEOPLE = 24
SCHEDULER = {"dashboard": False, "dashboard_address": "127.0.0.1:0", "allowed_failures": 1}
"""No page, no fixed port that may be taken, and soon out of patience with a chunk that kills its workers."""
CASE = """
[person]
age_years = 40
sex = "female"
weight_kg = 70
region = "US-CO"

[[kratom]]
product = "leaf-powder"
amount = "2 g"
"""


@pytest.fixture
def ours(monkeypatch):
    """Let workers find the ketum that is tested, installed or not."""
    from pathlib import Path

    import ketum

    monkeypatch.setenv("PYTHONPATH", str(Path(ketum.__file__).parent.parent))


@pytest.fixture
def local(ours):
    """Two worker processes on this machine, which nobody else can reach."""
    from distributed import LocalCluster

    quiet = {"host": "127.0.0.1", "dashboard_address": None, "silence_logs": 50, "scheduler_kwargs": SCHEDULER}
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **quiet) as workers:
        yield workers


def call():
    doses = pd.DataFrame({"TIME": [0.0, 8.0], "AMT": [100.0, 50.0], "CMT": model().system.states[0]})
    own = {name: value for name, value in model().system.constants.items() if value == value}
    first = next(iter(own))
    return doses, np.linspace(0, 24, 13), {first: own[first] * np.linspace(0.9, 1.1, PEOPLE)}


def test_a_worker_killed_half_way_changes_no_bit(local, tmp_path):
    from distributed import Client

    with Client(local, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
        seen = []

        def progress(people):
            seen.append(people)
            if len(seen) == 4:
                os.kill(victim, signal.SIGKILL)

        executor = client.get_executor()
        found = model().solve(*call(), executor=executor, chunk=1, progress=progress, store=tmp_path / "run.zarr")
        again = model().solve(*call(), executor=executor, chunk=5)
    assert sum(seen) == PEOPLE
    alone = model().solve(*call())
    xr.testing.assert_identical(found.load(), alone)
    xr.testing.assert_identical(again, alone)


def test_a_worker_killed_half_way_changes_nothing_of_a_run_of_many(local, tmp_path, monkeypatch):
    from distributed import Client

    from ketum.case import parse_case
    from ketum.simulation import ledger, many

    monkeypatch.setattr(ledger, "BLOCK", 12)
    case, seen = parse_case(CASE, "case"), []

    def progress(done, total):
        seen.append(done)
        if len(seen) == 3:
            os.kill(victim, signal.SIGKILL)

    with Client(local, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
        executor = client.get_executor()
        far = many.simulate_many(case, tmp_path / "far.zarr", number=110, executor=executor, progress=progress)
    near = many.simulate_many(case, tmp_path / "near.zarr", number=110, workers=1)
    assert seen == sorted(seen)
    for group in ("bands", "summary"):
        xr.testing.assert_identical(far.tree[group].to_dataset(), near.tree[group].to_dataset())


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["ketum", "run", *map(str, words)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, capsys.readouterr().err


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(CASE)
    return path


def test_a_run_on_a_cluster_gives_the_same_numbers(local, case, tmp_path, monkeypatch, capsys):
    address = local.scheduler_address
    for name, words in (("far", ["--dask", address]), ("near", ["--workers", 1])):
        code, err = run(monkeypatch, capsys, case, "-n", 20, "-o", tmp_path / name, *words)
        assert (code, err) == (0, "")
    far, near = (xr.load_datatree(tmp_path / name / "trajectories.nc") for name in ("far", "near"))
    xr.testing.assert_identical(far, near)


def test_an_address_where_nothing_answers_is_refused(case, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    code, err = run(monkeypatch, capsys, case, "--dask", "tcp://127.0.0.1:9", "-o", tmp_path / "out")
    assert code == 2
    assert "no Dask scheduler answers" in err
    assert "tcp://127.0.0.1:9" in err
    assert "Traceback" not in err
    assert run(monkeypatch, capsys, case, "-n", 5, "-o", tmp_path / "out") == (0, "")  # nothing of it stays behind


@pytest.mark.parametrize("address", ["", "nonsense://x", "tcp://127.0.0.1:notaport"])
def test_an_address_that_is_none_is_refused(case, tmp_path, monkeypatch, capsys, address):
    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    code, err = run(monkeypatch, capsys, case, "--dask", address, "-o", tmp_path / "out")
    assert (code, "Traceback" in err) == (2, False), err


def test_a_missing_dask_is_refused_with_the_cure(case, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, err = run(monkeypatch, capsys, case, "--dask", "tcp://127.0.0.1:9", "-o", tmp_path / "out")
    assert code == 2
    assert 'pip install "ketum[cluster]"' in err


def test_a_cluster_and_workers_of_ones_own_exclude_each_other(case, tmp_path, monkeypatch, capsys):
    code, err = run(monkeypatch, capsys, case, "--dask", "tcp://127.0.0.1:9", "--workers", 2, "-o", tmp_path / "out")
    assert code == 2
    assert "leave --workers out" in err


class Client:
    """A cluster as far as `cluster` asks it."""

    def __init__(self, found):
        self.found = found

    def run(self, _):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({}, "no workers"),
        ({"tcp://a": cluster.versions(), "tcp://b": cluster.versions() | {"ketum": "0.0"}}, "ketum 0.0 and not"),
        (ModuleNotFoundError("No module named 'ketum'"), "cannot run ketum"),
    ],
)
def test_workers_that_would_give_other_numbers_are_refused(found, said):
    with pytest.raises(InputError, match=said):
        cluster._check_workers(Client(found), "tcp://somewhere")


def crash(_):
    os._exit(9)


def test_a_chunk_that_kills_every_worker_is_said_in_words(local):
    from distributed import Client as Real

    from ketum.engine.runs import work

    with Real(local, set_as_default=False) as client, pytest.raises(SolveError, match="memory"):
        list(work.results(crash, [1], client.get_executor()))
