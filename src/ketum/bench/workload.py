"""The workload that all solvers are timed on: 16 states, 90 doses 8 h apart, hourly outputs, people who differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Answer = Sequence[Array]
"""An array of shape (people, times) for each output, as each solver has them: none is copied for the comparison."""

MODEL = Path(__file__).with_name("benchmark.xml")
RTOL = 1e-8
EVERY_H, DOSES = 8, 90
AMOUNTS = {"depot": 40.0, "victim_gut": 2.5}
OUTPUTS = ("parent_nM", "metabolite_nM", "liver_enzyme", "tolerance")
MEDIANS = {"CL": (200.0, 0.4), "V": (800.0, 0.3), "ka": (1.5, 0.4), "F1": (0.3, 0.2), "CLm": (60.0, 0.3)}
"""Median of each parameter, and the standard deviation of its logarithm."""
LAG = (0.4, 0.4)
STATES = (
    "depot", "transit", "central", "shallow", "deep", "metabolite", "metabolite_deep", "liver_enzyme", "gut_enzyme",
    "victim_gut", "victim", "victim_deep", "parent_site", "metabolite_site", "tolerance", "dependence",
)  # fmt: skip
START: Array = np.array([float(name.endswith("enzyme")) for name in STATES])
DOSE: Array = np.array([AMOUNTS.get(name, 0.0) for name in STATES])


@dataclass(frozen=True, eq=False)
class Workload:
    """People and their doses.

    Parameters
    ----------
    parameters
        Each person's values, by name, each of shape (people,).
    lag
        Each person's delay of every dose in h, shape (people,).
    doses
        Number of doses.
    """

    parameters: Mapping[str, Array]
    lag: Array
    doses: int = DOSES

    @property
    def people(self) -> int:
        """Number of people."""
        return self.lag.size

    @property
    def times(self) -> Array:
        """Output times in h."""
        return np.arange(self.doses * EVERY_H + 1.0)

    def first(self, people: int) -> Workload:
        """Keep the first people only."""
        return replace(self, parameters={n: c[:people] for n, c in self.parameters.items()}, lag=self.lag[:people])

    def shared_out(self, parts: int) -> list[Workload]:
        """Share the people out in equal parts."""
        cuts = np.array_split(np.arange(self.people), parts)
        return [replace(self, parameters={n: c[i] for n, c in self.parameters.items()}, lag=self.lag[i]) for i in cuts]

    def person(self, row: int) -> dict[str, float]:
        """One person's parameters."""
        return {name: float(column[row]) for name, column in self.parameters.items()}


def draw(people: int, doses: int = DOSES, lagged: bool = False) -> Workload:
    """Draw people log-normally, the same ones every time.

    Parameters
    ----------
    people, doses
        How many.
    lagged
        Whether each person's doses are late by a time of their own, or all doses come on the hour.
    """
    random = np.random.default_rng(20261122)
    # Everybody's numbers first, then cut: a smaller number of people are the first of a larger one.
    spread = random.standard_normal((4096, len(MEDIANS) + 1))[:people]
    columns = {name: middle * np.exp(sd * spread[:, i]) for i, (name, (middle, sd)) in enumerate(MEDIANS.items())}
    lag = LAG[0] * np.exp(LAG[1] * spread[:, -1]) if lagged else np.zeros(people)
    return Workload(columns, lag, doses)


def rates(y: Sequence[Any], p: Mapping[str, Any]) -> list[Any]:
    """Write the model's equations out; for numbers, arrays, and the symbols of other packages alike."""
    depot, transit, central, shallow, deep, met, met_deep, liver, gut, v_gut, vic, v_deep, site, m_site, tol, dep = y
    c, cm, cv = central / p["V"], met / 100, vic / 60
    parent, metabolite, lumen = c * (1000 / 0.39850), cm * (1000 / 0.41450), transit * 20
    eliminated = p["CL"] * (0.3 + 0.7 * liver) * c
    to_shallow, to_deep = 150 * (c - shallow / 4000), 60 * (c - deep / 6000)
    met_out, v_out = 40 * (cm - met_deep / 150), 20 * (cv - v_deep / 80)
    u, w = site / 300, m_site / 40
    occupied = (0.34 * u + 0.47 * w) / (1 + (u + w) * (1 + tol))
    absorbed = p["ka"] * transit
    return [
        -3 * depot,
        3 * depot - absorbed,
        p["F1"] * absorbed - eliminated - to_shallow - to_deep,
        to_shallow,
        to_deep,
        0.25 * eliminated * liver - p["CLm"] * cm - met_out + 0.02 * absorbed * gut,
        met_out,
        0.019 * (1 - liver) - 4 * (0.1 * parent) / (500 + 0.1 * parent) * liver,
        0.03 * (1 - gut) - 4 * lumen / (500 + lumen) * gut,
        -2 * v_gut,
        2 * v_gut / (1 + 0.8 * gut) - 25 * liver * cv - v_out,
        v_out,
        0.6 * (parent - site),
        0.9 * (metabolite - m_site),
        0.02 * (5 * occupied - tol),
        0.004 * (occupied - dep),
    ]


def outputs(states: Array, volume: Array) -> Answer:
    """Work the outputs out.

    Parameters
    ----------
    states
        Shape (people, states, times).
    volume
        Each person's V, shape (people,).
    """
    parent = states[:, 2] / volume[:, None] * (1000 / 0.39850)
    return [parent, states[:, 5] / 100 * (1000 / 0.41450), states[:, 7], states[:, 14]]
