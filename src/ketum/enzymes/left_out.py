"""Each pair predicted from its victim's other rows: how well an estimate does on what it never saw.

``left_out.csv`` is written by ``calibration/victims.py``. `predicted` is what any pair is predicted with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from ketum.arrays import Array
from ketum.enzymes.common import Common, number, read_table, refuse
from ketum.enzymes.estimate import FG, FREEDOM, Group, VictimStudies, log_ratios, variance, victim, weights
from ketum.enzymes.seen import STRONG, WEAK, seen
from ketum.errors import Problem
from ketum.rows import several

NAME = "left_out.csv"
LOW_FG = 0.5
GOALS = {"coverage": 0.8, "error": 1.35, "low_Fg_error": 1.5, "bias": 1.3}
"""What was aimed at: share inside the 90 % interval, geometric mean fold errors, and fold bias of any group."""
DRAWS = 2000
_Z = np.linspace(-3.0, 3.0, 13)
_EDGE = 1e-6  # a ratio of 5 is strong, whatever its logarithm was rounded to


@dataclass(frozen=True)
class LeftOut:
    """One pair that its estimate never saw.

    Parameters
    ----------
    strength
        What the perpetrator does to oral midazolam.
    gut_only
        Whether it acts in the gut wall alone.
    Fg
        Mean of what the victim's other rows tell.
    studies, others
        Of the pair, and groups of rows of the victim that its estimate had.
    observed, predicted, low, high
        AUC ratios: geometric mean over studies; median and 90 % interval, the error between victim studies inside.
    """

    perpetrator: str
    victim: str
    route: str
    strength: float
    gut_only: bool
    Fg: float
    observed: float
    predicted: float
    low: float
    high: float
    studies: int
    others: int
    facts: tuple[str, ...]

    @property
    def inside(self) -> bool:
        """Whether the observed ratio lies in the interval."""
        return self.low <= self.observed <= self.high

    @property
    def log_miss(self) -> float:
        """Logarithm of predicted over observed."""
        return float(np.log(self.predicted / self.observed))


@dataclass(frozen=True)
class Score:
    """How a group of pairs did: how many, share inside, geometric mean fold error, and mean of predicted over observed."""

    pairs: int
    inside: float
    error: float
    bias: float

    def misses(self, group: str) -> tuple[str, ...]:
        """Name the goals that a group misses."""
        most = GOALS["low_Fg_error"] if group == "low Fg" else GOALS["error"]
        missed = {
            "coverage": self.inside < GOALS["coverage"],
            # The goals for the error are over all pairs, and over victims of low Fg.
            "error": group in {"all", "low Fg"} and self.error > most,
            "bias": abs(np.log(self.bias)) > np.log(GOALS["bias"]),
        }
        return tuple(name for name, goal in missed.items() if goal)


GROUPS: Mapping[str, Callable[[LeftOut], bool]] = {
    "all": lambda _: True,
    "inhibitors": lambda pair: pair.strength > 1 and not pair.gut_only,
    "strong inhibitors": lambda pair: pair.strength > STRONG - _EDGE,
    "moderate inhibitors": lambda pair: WEAK - _EDGE < pair.strength <= STRONG - _EDGE,
    "weak inhibitors": lambda pair: 1 < pair.strength <= WEAK - _EDGE and not pair.gut_only,
    "inducers": lambda pair: pair.strength < 1,
    "rifampicin": lambda pair: pair.perpetrator == "rifampicin",
    "grapefruit": lambda pair: pair.gut_only,
    "low Fg": lambda pair: pair.Fg < LOW_FG,
    "high Fg": lambda pair: pair.Fg >= LOW_FG,
}
"""The groups that are looked at, by name."""


def told_by_others(found: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Keep the pairs whose victim has another counted row: of the rest nothing but a class is known."""
    return tuple(pair for pair in found if pair.others)


def scores(found: Iterable[LeftOut]) -> dict[str, Score]:
    """Score each group that has any pair."""
    pairs = tuple(found)
    parts = {name: [pair for pair in pairs if belongs(pair)] for name, belongs in GROUPS.items()}
    return {name: _score(part) for name, part in parts.items() if part}


def _score(pairs: Sequence[LeftOut]) -> Score:
    misses = np.array([pair.log_miss for pair in pairs])
    inside = float(np.mean([pair.inside for pair in pairs]))
    return Score(len(pairs), inside, float(np.exp(np.abs(misses).mean())), float(np.exp(misses.mean())))


def predicted(generic: str, perpetrator: str, shared: Common) -> list[LeftOut]:
    """Predict what a perpetrator does to a victim, for each route and strength on file, without any of its own rows."""
    others = victim(generic, without=perpetrator)
    own = victim(generic, [row for row in seen().get(generic, ()) if row.perpetrator == perpetrator])
    Fg = float(weights(others, shared) @ FG)
    found = []
    for group in own.groups:
        low, middle, high = np.exp(np.quantile(draws(others, group, shared), [0.05, 0.5, 0.95])).tolist()
        strength, observed = float(np.exp(group.strength.log_ratio)), float(np.exp(group.log_ratio))
        found.append(
            LeftOut(
                perpetrator, generic, group.route, strength, group.strength.gut_only, Fg, observed, middle, low, high,
                group.studies, len(others.groups), group.facts,
            )
        )  # fmt: skip
    return found


def draws(others: VictimStudies, group: Group, shared: Common, number: int = DRAWS) -> Array:
    """Draw the logarithm of a pair's ratio: the victim's shares, the perpetrator's strength, the error between studies.

    Parameters
    ----------
    others
        The victim without this pair.
    group
        The pair; of what was observed only the number of studies and their marks count.

    Returns
    -------
    ndarray, shape (number,)
    """
    rng = np.random.default_rng(1)
    steps = np.cumsum(weights(others, shared))
    cell = np.minimum(np.searchsorted(steps, (np.arange(number) + 0.5) / number), steps.size - 1)
    rng.shuffle(cell)
    table = np.stack(
        [log_ratios(group, z, others.extraction, shared.access, shared.grapefruit_left) for z in _Z], axis=1
    )
    at = (np.clip(rng.standard_normal(number), _Z[0], _Z[-1] - 1e-6) - _Z[0]) / (_Z[1] - _Z[0])
    left = at.astype(int)
    told = table[cell, left] * (1 - at + left) + table[cell, left + 1] * (at - left)
    return np.asarray(told + np.sqrt(variance(told, group, shared)) * rng.standard_t(FREEDOM, number))


@cache
def left_out() -> tuple[LeftOut, ...]:
    """Read ``left_out.csv``."""
    return read_left_out(Path(str(files(__package__).joinpath(NAME))))


def read_left_out(path: Path) -> tuple[LeftOut, ...]:
    """Read such a table.

    Raises
    ------
    InputError
        Where a column is missing, or a number is none.
    """
    numbers = ("strength", "Fg", "observed", "predicted", "low", "high", "studies", "others")
    problems: list[Problem] = []
    told = [
        (row, {name: number(row[name], (0.0, 1e4), f"line {line}, {name}", problems) for name in numbers})
        for line, row in enumerate(
            read_table(path, ("perpetrator", "victim", "route", "gut_only", "facts", *numbers)), 2
        )
    ]
    refuse(path, problems)
    return tuple(
        LeftOut(
            row["perpetrator"], row["victim"], row["route"], by["strength"], row["gut_only"] == "True", by["Fg"], by["observed"],
            by["predicted"], by["low"], by["high"], int(by["studies"]), int(by["others"]), several(row["facts"]),
        )
        for row, by in told
    )  # fmt: skip
