"""Results written to a store: the same bits, whatever interrupts the writing."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from zarr.storage import LocalStore

from ketum.engine import Dosing, Model
from ketum.engine.runs import stream, work
from ketum.engine.runs.journal import JOURNAL
from ketum.errors import OutputError, SolveError, SolveWarning

PEOPLE, CHUNK = 29, 4
TIMES = np.array([0.0, 0.5, 1.0, 3.0, 7.5, 12.0, 24.0])
STOPPED = "stopped half-way"

SCRIPT = """
import signal
import sys
import pandas as pd
from ketum.engine import Model
from ketum.engine.runs import work

def finished(people):
    print(people, flush=True)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start without it
    path, store, workers = sys.argv[1:]
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [10.0], "CMT": ["depot"], "II": [4.0], "ADDL": [999]})
    parameters = {"ka": [0.5 + 0.001 * i for i in range(400)]}
    try:
        with work.processes(int(workers)) as pool:
            print("ready", flush=True)
            Model.from_file(path).solve(doses, range(0, 4000, 2), parameters, ["C"], executor=pool, chunk=8,
                                        progress=finished, store=store)
    except KeyboardInterrupt as stop:
        sys.exit("; ".join(["stopped", *getattr(stop, "__notes__", ())]))
"""


def doses():
    """Three schedules, so that every block holds people of different shapes."""
    own = ([(0.0, 10.0)], [(0.0, 10.0), (12.0, 20.0)], [(2.5, 7.0)])
    rows = [(person, t, a * (1 + person), "depot") for person in range(PEOPLE) for t, a in own[person * 7 % 3]]
    return pd.DataFrame(rows, columns=["ID", "TIME", "AMT", "CMT"])


def crowd():
    rng = np.random.default_rng(5)
    return {name: value * np.exp(0.4 * rng.standard_normal(PEOPLE)) for name, value in {"CL": 5.0, "F": 0.5}.items()}


def solve(model, **more):
    call = {"doses": doses(), "times": TIMES, "parameters": crowd(), "outputs": ["central", "C"], "chunk": CHUNK}
    return model.solve(**(call | {"dosing": {"depot": Dosing(bioavailability="F")}} | more))


def same(one, other):
    xr.testing.assert_identical(one.load(), other.load())
    assert list(one) == list(other)
    for name in one.variables:
        assert one[name].to_numpy().tobytes() == other[name].to_numpy().tobytes()


@pytest.fixture(scope="module")
def whole(oral2):
    return solve(oral2)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.zarr"


def stop_after(people):
    """Make a progress function that stops the run, as Ctrl-C would."""
    count = 0

    def progress(more):
        nonlocal count
        count += more
        if count >= people:
            raise KeyboardInterrupt(STOPPED)

    return progress


def begin(model, path):
    with pytest.raises(KeyboardInterrupt, match=STOPPED):
        solve(model, store=path, progress=stop_after(3 * CHUNK))


def computed(monkeypatch):
    """Watch which blocks are integrated."""
    numbers, real = [], stream.solve_block
    monkeypatch.setattr(stream, "solve_block", lambda block: numbers.append(block.number) or real(block))
    return numbers


@pytest.mark.parametrize("chunk", [1, 4, 10, 256])
def test_a_store_holds_the_same_bits(oral2, whole, path, chunk):
    same(solve(oral2, store=path, chunk=chunk), whole)


def test_threads_write_the_same_bits(oral2, whole, path):
    with ThreadPoolExecutor(3) as threads:
        same(solve(oral2, store=path, executor=threads), whole)


def test_a_store_holds_the_steady_states_residual(oral2, path):
    table = pd.DataFrame({"ID": [0, 1, 2], "TIME": 0.0, "AMT": [5.0, 6.0, 7.0], "CMT": "depot", "II": 8.0, "SS": 1})
    call = {"doses": table, "parameters": {"CL": [4.0, 5.0, 6.0, 7.0, 8.0]}, "dosing": None, "chunk": 2}
    same(solve(oral2, store=path, **call), solve(oral2, **call))


@pytest.mark.filterwarnings("error")
def test_a_store_can_be_read_without_ketum(oral2, whole, path):
    solve(oral2, store=path)
    read = xr.open_zarr(path, chunks=None)
    assert np.array_equal(read["C"], whole["C"])
    assert read["C"].dims == ("subject", "time")
    assert read.attrs == whole.attrs


def test_a_run_that_was_stopped_computes_only_what_is_missing(oral2, whole, path, monkeypatch):
    begin(oral2, path)
    numbers, seen = computed(monkeypatch), []
    same(solve(oral2, store=path, progress=seen.append), whole)
    assert numbers == [3, 4, 5, 6, 7]
    assert seen[0] == 3 * CHUNK
    assert sum(seen) == PEOPLE


def test_a_finished_run_computes_nothing_again(oral2, whole, path, monkeypatch):
    solve(oral2, store=path)
    numbers, seen = computed(monkeypatch), []
    same(solve(oral2, store=path, progress=seen.append), whole)
    assert (numbers, seen) == ([], [PEOPLE])


def test_an_unfinished_store_says_so(oral2, path):
    begin(oral2, path)
    read = xr.open_zarr(path, chunks=None)
    assert read.attrs[stream.UNFINISHED]
    assert np.isnan(read["C"].to_numpy()).all(axis=1).tolist() == [False] * 12 + [True] * 17


def test_another_chunk_goes_on_with_the_stores_own(oral2, whole, path):
    begin(oral2, path)
    same(solve(oral2, store=path, chunk=7), whole)


def test_a_block_cut_off_while_it_was_written_is_computed_again(oral2, whole, path, monkeypatch):
    begin(oral2, path)
    journal = path / JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:9])  # the block's numbers, and half of its line
    numbers = computed(monkeypatch)
    same(solve(oral2, store=path), whole)
    assert numbers == [2, 3, 4, 5, 6, 7]
    noted = [json.loads(line[9:]) for line in journal.read_text().splitlines()]
    assert [line["block"] for line in noted if "block" in line] == list(range(8))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"times": TIMES * 2}, "times"),
        ({"observe": "before"}, "times"),
        ({"rtol": 1e-9}, "tolerances"),
        ({"atol": 1e-9}, "tolerances"),
        ({"outputs": ["C"]}, "outputs"),
        ({"parameters": crowd() | {"CL": 5.0}}, "parameters"),
        ({"doses": doses().assign(AMT=1.0)}, "doses"),
        ({"dosing": {"depot": Dosing(bioavailability="F", lag="F")}}, "dosing"),
        ({"parameters": {"F": [1.0] * (PEOPLE + 1)}}, "parameters, doses, number of people"),
    ],
)
def test_a_store_made_from_something_else_is_refused_by_name(oral2, path, change, named):
    begin(oral2, path)
    before = (path / JOURNAL).read_bytes()
    with pytest.raises(OutputError, match=rf"different: {named}\n"):
        solve(oral2, store=path, **change)
    assert (path / JOURNAL).read_bytes() == before


def test_a_store_of_another_model_is_refused(oral, oral2, path):
    begin(oral2, path)
    with pytest.raises(OutputError, match="different: model"):
        solve(oral, store=path)


@pytest.mark.parametrize("content", [None, b"", b"[]\n", b"{}\n", b"not json\n"])
def test_what_is_not_a_store_is_left_alone(oral2, path, content):
    path.mkdir()
    (path / "precious.txt").write_text("mine")
    if content is not None:
        (path / JOURNAL).write_bytes(content)
    with pytest.raises(OutputError, match="not a store of results"):
        solve(oral2, store=path)
    assert (path / "precious.txt").read_text() == "mine"


def test_a_file_in_the_way_is_left_alone(oral2, path):
    path.write_text("mine")
    with pytest.raises(OutputError, match="not a store of results"):
        solve(oral2, store=path)
    assert path.read_text() == "mine"


def fill_disk(monkeypatch, after):
    """Let the disk be full after some files."""
    real, room = LocalStore.set, iter(range(after))

    async def write(self, *args):
        if next(room, None) is None:
            raise OSError(28, "No space left on device")
        await real(self, *args)

    monkeypatch.setattr(LocalStore, "set", write)


def test_a_full_disk_is_said_in_words_and_the_run_goes_on_later(oral2, whole, path, monkeypatch):
    fill_disk(monkeypatch, 18)
    with pytest.raises(OutputError, match=r"No space left on device(.|\n)*goes on"):
        solve(oral2, store=path)
    monkeypatch.undo()
    numbers = computed(monkeypatch)
    same(solve(oral2, store=path), whole)
    assert 0 < len(numbers) < 8


def test_a_disk_that_is_full_from_the_start_leaves_nothing_half_made(oral2, whole, path, monkeypatch):
    fill_disk(monkeypatch, 3)
    with pytest.raises(OutputError, match="No space left on device"):
        solve(oral2, store=path)
    assert not path.exists()
    monkeypatch.undo()
    same(solve(oral2, store=path), whole)


@pytest.mark.parametrize("stop", [False, True])
def test_who_fails_is_named_and_remembered(load, no_doses, path, stop):
    model = load("model explodes; r = 1; x = 1; x' = r * x * x; end")
    rates = np.full(13, 0.1)
    rates[[3, 11]] = 4.0
    call = {"doses": no_doses, "times": [0.0, 1.0, 2.0], "parameters": {"r": rates}, "chunk": 4}
    if stop:
        with pytest.raises(KeyboardInterrupt):
            model.solve(**call, store=path, progress=stop_after(8))
    with pytest.warns(SolveWarning, match=r"\bperson 3\b.*1 others(.|\n)*r=4"):
        found = model.solve(**call, store=path)
    with pytest.warns(SolveWarning):
        same(found, model.solve(**call))
    assert found.attrs["failed"] == [3, 11]


class Counted(Executor):
    """Threads that count how many results are alive when work is handed in."""

    def __init__(self):
        self.pool, self.alive, self.most = ThreadPoolExecutor(2), weakref.WeakSet(), 0
        self._max_workers = 2

    def submit(self, function, *args):
        self.most = max(self.most, len(self.alive))
        future = self.pool.submit(function, *args)
        self.alive.add(future)
        return future


def test_memory_does_not_grow_with_the_number_of_people(oral2, path):
    counted = Counted()
    solve(oral2, store=path, chunk=1, executor=counted)
    assert counted.most <= work.AHEAD * 2
    assert len(list(path.glob("C/c/*"))) == PEOPLE
    counted.pool.shutdown()


def test_work_is_taken_as_it_is_needed():
    taken = []

    def items():
        for i in range(50):
            taken.append(i)
            yield i

    with ThreadPoolExecutor(2) as threads:
        results = work.results(abs, items(), threads)
        first = next(results)
        assert len(taken) <= work.AHEAD * 2
        assert sorted([first, *results]) == [(i, i) for i in range(50)]


def crash(_):
    os._exit(9)


def test_a_worker_that_dies_is_said_in_words():
    with pytest.raises(SolveError, match="memory"), work.processes(1) as pool:
        list(work.results(crash, [1, 2, 3], pool))


def children(pid):
    found = []
    for folder in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in folder.read_text().split()]
    return found


def ended(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def all_ended(workers):
    for _ in range(3000):  # a limit for a test that would otherwise never end, not a bar
        if all(map(ended, workers)):
            return True
        time.sleep(0.02)
    return False


def large(size):
    return bytes(size)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_workers_cut_off_in_the_midst_of_an_answer_hold_nobody_up(stop):
    """An answer larger than a pipe holds: whoever dies while it is sent leaves half of it behind."""
    for _ in range(3):
        with pytest.raises(stop), work.processes(2) as pool:
            stop_at_the_first(pool, stop)


def stop_at_the_first(pool, stop):
    for _ in work.results(large, [20_000_000] * 9, pool):
        raise stop


def answer_and_die(size):
    threading.Timer(0.02, os._exit, [9]).start()
    return bytes(size)


def test_a_worker_that_dies_while_it_answers_is_said_in_words():
    with work.processes(2) as pool, pytest.raises(SolveError, match="memory"):
        list(work.results(answer_and_die, [60_000_000] * 9, pool))


def fail(words):
    raise ValueError(words)


class Stubborn(Exception):  # noqa: N818
    def __reduce__(self):
        raise TypeError("cannot travel")


def fail_stubbornly(words):
    raise Stubborn(words)


@pytest.mark.parametrize(("function", "kind"), [(fail, ValueError), (fail_stubbornly, RuntimeError)])
def test_an_error_in_a_worker_is_the_callers(function, kind):
    with work.processes(1) as pool:
        with pytest.raises(kind, match="these words"):
            list(work.results(function, ["these words"], pool))
        assert list(work.results(abs, [-3], pool)) == [(-3, 3)]  # and the worker goes on


INTERRUPTED = [(1, 0.0), (1, 0.5), (3, 0.0), (4, 0.05), (3, 0.11)]
"""Lines that the run prints before it is interrupted (it is ready, what was there, each new block), and a wait."""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
def test_ctrl_c_again_and_again_ends_the_run_and_its_workers(oral, tmp_path, path):
    """A terminal sends the signal to the whole group: the run and its workers."""
    model, script = tmp_path / "oral.xml", tmp_path / "run.py"
    model.write_text(oral.sbml)
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(model), str(path), "2"]
    pipe, finished = subprocess.PIPE, []
    for lines, wait in INTERRUPTED:
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as run:
            try:
                assert all(run.stdout.readline() for _ in range(lines))
                time.sleep(wait)
                workers = children(run.pid)
                os.killpg(run.pid, signal.SIGINT)
                assert run.wait(timeout=120) == 1
                said = run.stderr.read()
            finally:
                run.kill()
        assert said.startswith("stopped")
        assert "Traceback" not in said
        assert len(workers) >= 2
        assert all_ended(workers)
        if lines > 1:
            assert "the same call goes on from it" in said
            finished.append(len((path / JOURNAL).read_text().splitlines()) - 1)
    assert finished == sorted(finished)
    assert 0 < finished[0] < finished[-1] < 50


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are looked up in /proc")
def test_a_run_that_is_killed_leaves_no_process_and_goes_on(oral, tmp_path, path):
    model, script = tmp_path / "oral.xml", tmp_path / "run.py"
    model.write_text(oral.sbml)
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(model), str(path), "2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as run:
        assert [run.stdout.readline() for _ in range(2)] == ["ready\n", "8\n"]
        workers = children(run.pid)
        run.kill()
        assert run.wait(timeout=60) != 0
        said = run.stderr.read()
    assert "Traceback" not in said
    assert len(workers) >= 2
    assert all_ended(workers)
    lines = (path / JOURNAL).read_text().splitlines()
    assert 1 < len(lines) < 51

    table = pd.DataFrame({"TIME": [0.0], "AMT": [10.0], "CMT": ["depot"], "II": [4.0], "ADDL": [999]})
    call = (table, range(0, 4000, 2), {"ka": [0.5 + 0.001 * i for i in range(400)]}, ["C"])
    seen = []
    found = Model.from_file(model).solve(*call, store=path, progress=seen.append)
    assert seen[0] >= 8
    assert sum(seen) == 400
    xr.testing.assert_identical(found.load(), Model.from_file(model).solve(*call))
