"""SciPy's LSODA with the rates as a Python function, and the reference that all are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.bench.workload import DOSE, EVERY_H, RTOL, START, Answer, Workload, outputs, rates

EXACT = 1e-12


class ScipyLsoda:
    """One person after the other, from dose to dose."""

    name, key, people, cores = "SciPy LSODA", "scipy_lsoda", 2, 1

    def __init__(self, workload: Workload, rtol: float = RTOL) -> None:
        self.workload, self.rtol = workload, rtol

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
        states = np.stack([_person(self.workload, row, "LSODA", self.rtol) for row in range(self.workload.people)])
        return outputs(states, self.workload.parameters["V"])


def reference(workload: Workload) -> Answer:
    """Solve with an explicit method of order 8 at a tolerance of 1e-12."""
    states = np.stack([_person(workload, row, "DOP853", EXACT) for row in range(workload.people)])
    return outputs(states, workload.parameters["V"])


def _person(workload: Workload, row: int, method: Any, rtol: float) -> Array:
    from scipy.integrate import solve_ivp

    own, times, lag = workload.person(row), workload.times, float(workload.lag[row])
    found = np.empty((START.size, times.size))
    found[:, times <= lag] = START[:, None]
    state = START.copy()
    for dose in range(workload.doses):
        state = state + DOSE
        start = lag + dose * EVERY_H
        stop = min(start + EVERY_H, float(times[-1]))
        found[:, times == start] = state[:, None]
        inside = (times > start) & (times <= stop)
        at = np.union1d(times[inside], [stop])
        solved = solve_ivp(
            lambda _, y: rates(y.tolist(), own), (start, stop), state, method, at, rtol=rtol, atol=rtol * 1e-2
        )
        found[:, inside] = solved.y[:, np.isin(at, times[inside])]
        state = solved.y[:, -1]
    return found
