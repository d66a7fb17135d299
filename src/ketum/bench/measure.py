"""Solvers in turn, round by round."""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ketum.bench.with_diffrax import Diffrax
from ketum.bench.with_heyoka import HeyokaByHand
from ketum.bench.with_ketum import Ketum
from ketum.bench.with_roadrunner import RoadRunner
from ketum.bench.with_scipy import ScipyLsoda, reference
from ketum.bench.workload import DOSES, MEDIANS, MODEL, RTOL, Answer, Workload, draw
from ketum.engine import Model
from ketum.engine.runs.work import processes

CURE = "pip install 'ketum[bench]'"
PEERS = ("libroadrunner_bdf", "libroadrunner_adams", "diffrax")


WARM_UP = 8
"""Runs of ketum before the first that is timed, as its faster way begins after a thousand people in each process."""


class Solver(Protocol):
    """Whatever solves the workload."""

    name: str
    people: int
    cores: int

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, doses, and people for fast, slow and very slow solvers.

    The time of a person does not depend on how many are solved, as long as there are enough to fill all cores.
    """

    rounds: int
    doses: int
    fast: int
    slow: int
    slowest: int


FULL = Size(9, DOSES, 2048, 16, 2)
QUICK = Size(2, 3, 16, 4, 2)


@dataclass
class Contest:
    """One solver in the comparison."""

    key: str
    solver: Solver
    reference: Answer
    start: float = 0.0
    error: float = 0.0
    spent: list[float] = field(default_factory=list)

    def warm(self, began: float) -> None:
        """Run untimed: compile, start workers, and look at the answer."""
        answer = self.solver.run()
        self.start = time.perf_counter() - began
        self.error = worst(answer, self.reference)
        for _ in range(WARM_UP if isinstance(self.solver, Ketum) else 1):
            self.solver.run()

    def round(self) -> None:
        """Run untimed, so that nobody finds memory that grew cold while the others worked; then timed."""
        with _pinned(set(_cores()[: self.solver.cores])):
            self.solver.run()
            began = time.perf_counter()
            answer = self.solver.run()
            self.spent.append((time.perf_counter() - began) / self.solver.people * 1000)
            del answer  # only now: to give memory back is not solving

    @property
    def typical(self) -> float:
        """Median time of a person in ms."""
        return statistics.median(self.spent)


def measure(quick: bool = False) -> dict[str, Any]:
    """Time all solvers on one workload.

    Parameters
    ----------
    quick
        Whether to run a few people and rounds only, to see that everything works.

    Returns
    -------
    dict
        ``{engines: [{name, ms_per_subject, cores, max_error, ...}], ratios: {...}, missing: [...]}``. `max_error` is
        the largest difference from the reference, relative to each person's and output's peak. A ratio says how many
        times as long a peer takes as ketum on as many cores, and is null where the peer is not installed;
        `two_cores` is ketum's one core against two, `random_lag` a lag of each person's own against none,
        `five_sensitivities` the derivatives of all outputs against none, `doubling` how many times as long twice as
        many people take.
    """
    size = QUICK if quick else FULL
    cores = len(_cores())
    with ExitStack() as stack:
        pool: Executor | None = None
        if cores > 1:
            pool = stack.enter_context(processes(cores))
            _pin_workers(pool, _cores())
        contests, missing = _entered(size, pool, cores, stack)
        gc.collect()
        for _ in range(size.rounds):
            for contest in contests:
                contest.round()
    return {
        "engines": [_row(contest) for contest in contests],
        "ratios": _ratios({contest.key: contest for contest in contests}, cores),
        "missing": missing,
        "quick": quick,
        "rounds": size.rounds,
        "compile_s": _compiling(),
        "agrees_to": max(contest.error for contest in contests),
    }


def worst(answer: Answer, reference: Answer) -> float:
    """Find the largest difference, relative to each person's and output's peak, among the people that both have."""
    people = min(len(answer[0]), len(reference[0]))
    found, exact = np.stack([each[:people] for each in answer]), np.stack([each[:people] for each in reference])
    return float((np.abs(found - exact) / np.abs(exact).max(axis=2, keepdims=True)).max())


def _pin_workers(pool: Executor, cores: list[int]) -> None:
    """Give each worker a core of its own, where the system allows that."""
    for started in [pool.submit(time.sleep, 0.2) for _ in cores]:
        started.result()
    if hasattr(os, "sched_setaffinity"):
        for worker, core in zip(multiprocessing.active_children(), cores, strict=False):
            os.sched_setaffinity(worker.pid or 0, {core})


@contextmanager
def _pinned(cores: set[int]) -> Iterator[None]:
    """Stay on some cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _cores() -> list[int]:
    """Name the cores to use, at most two."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))[:2]
    return list(range(min(2, os.cpu_count() or 1)))


def _compiling() -> float:
    """Measure how long compiling the model takes in s, nothing being remembered; the fastest of three."""
    import heyoka as hy

    from ketum.engine.solve.integrate import compile_system
    from ketum.engine.solve.scaling import Tolerances

    system, spent, memory = Model.from_file(MODEL).system, [], hy.llvm_state
    on_disk = memory.get_diskcache_enabled() if hasattr(memory, "get_diskcache_enabled") else False
    for _ in range(3):
        memory.clear_memcache()
        if on_disk:
            memory.set_diskcache_enabled(False)
        began = time.perf_counter()
        compile_system(system, Tolerances(RTOL))
        spent.append(time.perf_counter() - began)
        if on_disk:
            memory.set_diskcache_enabled(True)
    return min(spent)


def _entered(
    size: Size, pool: Executor | None, cores: int, stack: ExitStack
) -> tuple[list[Contest], list[dict[str, str]]]:
    """Make every solver ready; a peer that is not there or does not run is left out, and named."""
    workload, lagged = draw(size.fast, size.doses), draw(size.fast, size.doses, lagged=True)
    exact, exact_lagged = reference(workload.first(size.slowest)), reference(lagged.first(size.slowest))
    contests: list[Contest] = []
    missing: list[dict[str, str]] = []
    for key, make in _makers(size, workload, lagged, pool, cores).items():
        began = time.perf_counter()
        try:
            contest = Contest(key, make(), exact_lagged if key == "random_lag" else exact)
            if isinstance(contest.solver, Diffrax):
                stack.callback(contest.solver.close)
            contest.warm(began)
        except ImportError:
            missing.append({"peer": key, "why": "not installed", "cure": CURE})
        except RuntimeError as fault:
            if not key.startswith(PEERS):
                raise
            missing.append({"peer": key, "why": f"does not run here: {fault}", "cure": CURE})
        else:
            contests.append(contest)
    return contests, missing


def _makers(
    size: Size, workload: Workload, lagged: Workload, pool: Executor | None, cores: int
) -> Mapping[str, Callable[[], Solver]]:
    few, own = workload.first(size.slow * cores), Ketum(workload, None, 1)
    some = workload.first(size.fast // 8)
    sbml = own.model.sbml
    makers: dict[str, Callable[[], Solver]] = {"ketum": lambda: own}
    if pool is not None:
        makers["two_cores"] = lambda: Ketum(workload, pool, cores)
    makers |= {
        "half": lambda: Ketum(workload.first(size.fast // 2), None, 1, "ketum, half as many people"),
        "random_lag": lambda: Ketum(lagged, None, 1, "ketum, random lag"),
        "five_sensitivities": lambda: Ketum(some, None, 1, "ketum, five sensitivities", tuple(MEDIANS)),
        "heyoka_by_hand": lambda: HeyokaByHand(workload),
        "libroadrunner_bdf": lambda: RoadRunner(few, sbml, True, pool, cores),
        "libroadrunner_adams": lambda: RoadRunner(few, sbml, False, pool, cores),
        "diffrax": lambda: Diffrax(workload.first(min(workload.people, 128)), cores),
        "scipy_lsoda": lambda: ScipyLsoda(workload.first(size.slowest)),
    }
    if pool is not None:
        one = workload.first(size.slow)
        makers["libroadrunner_bdf_one_core"] = lambda: RoadRunner(one, sbml, True, None, 1)
        makers["libroadrunner_adams_one_core"] = lambda: RoadRunner(one, sbml, False, None, 1)
    return makers


def _row(contest: Contest) -> dict[str, Any]:
    return {
        "name": contest.solver.name,
        "ms_per_subject": contest.typical,
        "cores": contest.solver.cores,
        "max_error": contest.error,
        "ms_fastest": min(contest.spent),
        "start_s": contest.start,
        "people": contest.solver.people,
    }


def _ratios(contests: Mapping[str, Contest], cores: int) -> dict[str, float | None]:
    alone = contests["ketum"].typical
    own = {1: alone, cores: contests["two_cores"].typical if "two_cores" in contests else alone}
    ratios: dict[str, float | None] = dict.fromkeys((*PEERS, "two_cores", "random_lag"))
    apart = ("ketum", "two_cores", "half")
    ratios |= {key: c.typical / own[c.solver.cores] for key, c in contests.items() if key not in apart}
    ratios["doubling"] = 2 * alone / contests["half"].typical
    if "two_cores" in contests:
        ratios["two_cores"] = alone / contests["two_cores"].typical
    return ratios
