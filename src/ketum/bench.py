"""The engine side by side with other solvers, in one run: times, and whether they agree.

Absolute times mean little on a shared machine; the ratios are taken within one run, solvers in turn, medians of rounds.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ketum.people import Stream, draw_effects, draw_knowledge, individual
from ketum.pharmacology.tables import Array
from ketum.trials import model

PEOPLE = 64
SCIPY_PEOPLE = 4
ROUNDS = 5
DOSE_NMOL, EVERY_H, DOSES = 1e5, 8.0, 42
RTOL = 1e-8


def measure() -> dict[str, Any]:
    """Time the kratom model, 42 doses in 14 days, hourly outputs.

    Returns
    -------
    dict
        ``{engines: [{name, ms_per_subject, cores, max_error}], ratios: {...}}``; a ratio is null where its peer is not
        part of this comparison yet. `max_error` is the largest difference from SciPy's LSODA at a tolerance of 1e-10,
        relative to each person's largest output.
    """
    own = _people(PEOPLE)
    times = np.arange(0.0, DOSES * EVERY_H + 1)
    exact = _lsoda(own, times, SCIPY_PEOPLE, 1e-10)
    solvers: dict[str, tuple[Callable[[], Array], int]] = {
        "ketum": (lambda: _ketum(own, times), PEOPLE),
        "scipy LSODA": (lambda: _lsoda(own, times, SCIPY_PEOPLE, RTOL), SCIPY_PEOPLE),
    }
    spent: dict[str, list[float]] = {name: [] for name in solvers}
    answers = {name: run()[:SCIPY_PEOPLE] for name, (run, _) in solvers.items()}  # compiles, and is not timed
    for _ in range(ROUNDS):
        for name, (run, people) in solvers.items():
            start = time.perf_counter()
            run()
            spent[name].append((time.perf_counter() - start) / people * 1000)
    typical = {name: statistics.median(each) for name, each in spent.items()}
    engines = [
        {
            "name": name,
            "ms_per_subject": typical[name],
            "cores": 1,
            "max_error": float((np.abs(answers[name] - exact) / exact.max(axis=1, keepdims=True)).max()),
        }
        for name in solvers
    ]
    ratio = typical["scipy LSODA"] / typical["ketum"]
    peers = dict.fromkeys(("libroadrunner_bdf", "libroadrunner_adams", "diffrax", "two_cores", "random_lag"))
    return {"engines": engines, "ratios": {**peers, "scipy_lsoda": ratio}}


def table(found: dict[str, Any]) -> str:
    """Lay the comparison out for a terminal."""
    lines = [f"{'solver':16}{'ms a person':>14}{'cores':>7}{'max error':>12}"]
    lines += [
        f"{row['name']:16}{row['ms_per_subject']:14.3f}{row['cores']:7d}{row['max_error']:12.1e}"
        for row in found["engines"]
    ]
    return "\n".join([*lines, f"scipy LSODA takes {found['ratios']['scipy_lsoda']:.0f} times as long as ketum"])


def _people(number: int) -> dict[str, Array]:
    stream = Stream(0, number)
    own = individual(draw_knowledge(stream), draw_effects(stream), np.full(number, 70.0))
    return {name: column for name, column in own.items() if name in model().system.constants}


def _ketum(own: dict[str, Array], times: Array) -> Array:
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [DOSE_NMOL], "CMT": ["leaf_MG"], "II": [EVERY_H], "ADDL": [DOSES - 1]})
    return np.asarray(model().solve(doses, times, own, ["C_MG"], rtol=RTOL)["C_MG"].to_numpy())


def _lsoda(own: dict[str, Array], times: Array, number: int, rtol: float) -> Array:
    """Solve mitragynine's equations, written out by hand, dose by dose."""
    from scipy.integrate import solve_ivp

    curves = np.zeros((number, times.size))
    for person in range(number):
        p = {name: float(column[person]) for name, column in own.items()}
        extraction = p["CLint_MG"] / (p["Q_H"] + p["CLint_MG"])

        def rates(_: float, y: Array, p: dict[str, float] = p, extraction: float = extraction) -> list[float]:
            leaf, lumen, central, peripheral = y
            c1, c2 = central / p["V1_MG"], peripheral / p["V2_MG"]
            portal = p["Fg_MG"] * p["Fa"] * p["ka"] * lumen
            return [
                -p["kr_leaf"] * leaf,
                p["kr_leaf"] * leaf - p["ka"] * lumen,
                (1 - extraction) * (p["Q_H"] * c1 + portal) - p["Q_H"] * c1 - p["Q_MG"] * (c1 - c2),
                p["Q_MG"] * (c1 - c2),
            ]

        state = np.zeros(4)
        for dose in range(DOSES):
            state[0] += DOSE_NMOL
            start = dose * EVERY_H
            inside = (times > start) & (times <= start + EVERY_H)
            solved = solve_ivp(rates, (start, start + EVERY_H), state, "LSODA", times[inside], rtol=rtol, atol=rtol)
            curves[person, inside] = solved.y[2] / p["V1_MG"]
            state = solved.y[:, -1]
    return curves
