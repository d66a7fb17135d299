"""libRoadRunner: the same SBML, its CVODE, from dose to dose.

Doses are given by stopping the simulation, adding to the amounts and going on. Written as an SBML event they take as
long, within a tenth.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.bench.workload import AMOUNTS, EVERY_H, OUTPUTS, RTOL, START, STATES, Answer, Workload


class RoadRunner:
    """One person after the other, with stiff=True (BDF, its default) or stiff=False (Adams).

    Parameters
    ----------
    workload
        People and doses.
    sbml
        The model.
    stiff
        Which of CVODE's two methods.
    executor, cores
        Where to solve, and on how many cores.
    """

    def __init__(self, workload: Workload, sbml: str, stiff: bool, executor: Executor | None, cores: int) -> None:
        import roadrunner  # noqa: F401 - a missing peer is met here, before any process starts

        self.workload, self.sbml, self.stiff, self.executor, self.cores = workload, sbml, stiff, executor, cores
        method = "BDF" if stiff else "Adams"
        self.name, self.key, self.people = f"libRoadRunner {method}", f"libroadrunner_{method.lower()}", workload.people

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
        if self.executor is None:
            return list(_solve(self.workload, self.sbml, self.stiff))
        parts = [
            self.executor.submit(_solve, part, self.sbml, self.stiff) for part in self.workload.shared_out(self.cores)
        ]
        return list(np.concatenate([part.result() for part in parts], axis=1))


_loaded: dict[bool, Any] = {}


def _runner(sbml: str, stiff: bool) -> Any:
    if stiff not in _loaded:
        import roadrunner

        runner = roadrunner.RoadRunner(sbml)
        runner.integrator.setValue("stiff", stiff)
        runner.integrator.setValue("relative_tolerance", RTOL)
        runner.integrator.setValue("absolute_tolerance", RTOL)
        runner.timeCourseSelections = list(OUTPUTS)
        _loaded[stiff] = runner
    return _loaded[stiff]


def _solve(workload: Workload, sbml: str, stiff: bool) -> Array:
    runner = _runner(sbml, stiff)
    found = np.empty((len(OUTPUTS), workload.people, workload.times.size))
    for row in range(workload.people):
        runner.reset()
        for name, value in [*workload.person(row).items(), *zip(STATES, START.tolist(), strict=True)]:
            runner[name] = value
        for dose in range(workload.doses):
            for name, amount in AMOUNTS.items():
                runner[name] = runner[name] + amount
            start = dose * EVERY_H
            part = runner.simulate(start, start + EVERY_H, EVERY_H + 1)
            found[:, row, start : start + EVERY_H] = np.asarray(part)[:-1].T
        found[:, row, -1] = np.asarray(part)[-1]
    return found
