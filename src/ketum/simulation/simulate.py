"""From a case to results: people, doses, the engine, endpoints, and what drives their spread."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import LAYERS, Stream
from ketum.crowd.contents import Contents
from ketum.crowd.crowd import Crowd, draw_crowd
from ketum.crowd.enzymes import Enzymes
from ketum.crowd.intake import dose_table
from ketum.crowd.model import kratom_model
from ketum.crowd.opioids import OpioidsBeside
from ketum.endpoints import effect, exposure
from ketum.engine.runs.work import processes
from ketum.errors import SolveError, SolveWarning
from ketum.pharmacology import ALKALOIDS, molar_mass, study_peak
from ketum.pharmacology.closed_forms import terminal_half_life
from ketum.simulation import results
from ketum.simulation.effects import effect_endpoints
from ketum.simulation.results import EFFECTS, Found

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_PEOPLE = 1000
SINGLE_DOSE_H = 72.0
"""How long a single dose is followed where nothing else is asked for."""
FEWEST_FOR_SHARES = 100
"""With fewer people the shares of the layers are noise, and are not given."""
MOST_FOR_SHARES = 500
POOL_PAYS_AT = 200_000
"""People times doses from which starting other processes (about a second each) pays."""
VALUES_IN_MEMORY = 40_000_000
MOST_STORED_TIMES = 1500


@dataclass(frozen=True, eq=False)
class Run:
    """A finished simulation.

    Parameters
    ----------
    case
        What was simulated.
    contents
        What one dose of each product holds.
    end_h
        Length of the run.
    dose_times
        All dose times, shape (doses,).
    tree
        Results: ``population``, ``trajectory``, ``bands``, ``endpoints``, ``summary``, ``effects``.
    beside
        The opioids taken beside kratom.
    enzymes
        The medicines that change how kratom is lost.
    """

    case: Case
    contents: tuple[Contents, ...]
    end_h: float
    dose_times: Array
    tree: xr.DataTree
    beside: OpioidsBeside
    enzymes: Enzymes


def horizon(case: Case, days: float | None) -> tuple[float, Array]:
    """Settle how long to simulate and which doses fall into it; returns (end in h, dose times)."""
    times = np.unique(np.concatenate([np.array(k.dose_times_h) for k in case.kratom]))
    repeated = [k.start_h + k.days * 24 for k in case.kratom if k.every_h is not None]
    single = [k.start_h + SINGLE_DOSE_H for k in case.kratom if k.every_h is None]
    end = days * 24 if days is not None else max(repeated + single)
    return end, times[times < end]


def simulate(
    case: Case,
    *,
    number: int = DEFAULT_PEOPLE,
    days: float | None = None,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    shares: bool = True,
) -> Run:
    """Simulate a case.

    Parameters
    ----------
    case
        The case.
    number
        How many virtual people.
    days
        Length of the run in days; the case's own duration when None (three days for a single dose). Doses after it are
        left out, and after the last dose the people are followed to its end.
    seed
        Chooses the random numbers. The same seed gives the same numbers, bit for bit, whatever `workers` is.
    workers
        Processes; chosen by the size of the run when None.
    executor
        Workers that are there already, such as a cluster's; `workers` is then not looked at.
    progress
        Called with (people finished, people in all).
    shares
        Whether to work out what drives each spread, which takes most of the time.

    Returns
    -------
    Run
    """
    end_h, dose_times = horizon(case, days)
    everyone = draw_crowd(case, Stream(seed, number), end_h)
    extra = number if shares and number >= FEWEST_FOR_SHARES else 0
    extra = min(extra, MOST_FOR_SHARES)
    total = number + len(LAYERS) * extra
    done = counter(progress, total)
    with workers_for(executor, workers, total * max(dose_times.size, 1)) as executor:
        times, levels, found = solved(everyone, dose_times, end_h, executor, done)
        driven = shares_of(case, found, extra, seed, dose_times, end_h, executor, done) if extra else {}
    tree = results.tree(case, everyone, times, levels, found, driven, seed)
    held = tuple(intake.contents for intake in everyone.taken)
    return Run(case, held, end_h, dose_times, tree, everyone.beside, everyone.enzymes)


def found_of(
    everyone: Crowd,
    dose_times: Array,
    end_h: float,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Solve people for their endpoints only, by alkaloid code, then quantity; shape (people,)."""
    people = everyone.stream.people
    with workers_for(executor, workers, people * max(dose_times.size, 1)) as executor:
        return solved(everyone, dose_times, end_h, executor, counter(progress, people), keep=False)[2]


def counter(progress: Callable[[int, int], None] | None, total: int) -> Callable[[int], None]:
    """Turn numbers of people finished since the last call into a report of (finished, in all)."""
    finished = 0

    def add(people: int) -> None:
        nonlocal finished
        finished += people
        if progress is not None:
            progress(finished, total)

    return add


@contextmanager
def workers_for(given: Executor | None, workers: int | None, size: int) -> Iterator[Executor | None]:
    """Choose who works on so many people times doses: those given, processes, or nobody else."""
    import os

    if given is not None:
        yield given
        return
    if workers is None:
        workers = len(os.sched_getaffinity(0)) if size >= POOL_PAYS_AT else 1
    if workers <= 1:
        yield None
        return
    with processes(workers) as pool:
        yield pool


def solved(
    everyone: Crowd,
    dose_times: Array,
    end_h: float,
    executor: Executor | None,
    done: Callable[[int], None],
    keep: bool = True,
) -> tuple[Array, npt.NDArray[np.float32], Found]:
    """Solve in blocks of people that fit into memory.

    Returns the stored times, the curves there (alkaloids in ng/mL, then what `effect` keeps; people; times), and
    the endpoints.
    """
    grid = np.union1d(exposure.output_times(dose_times, end_h), effect.follow_up(dose_times, end_h))
    stored = _stored(grid, end_h) if keep else np.zeros(0, dtype=np.intp)
    number = everyone.stream.people
    levels = np.empty((len(ALKALOIDS) + len(effect.KEPT), number, stored.size), dtype=np.float32)
    parts: list[Found] = []
    block = max(VALUES_IN_MEMORY // (grid.size * 26), 64)
    known = kratom_model().system.constants
    table = pd.concat([dose_table(everyone.taken, everyone.own, end_h), everyone.beside.doses], ignore_index=True)
    for start in range(0, number, block):
        rows = slice(start, min(start + block, number))
        own = {name: column[rows] for name, column in everyone.own.items()}
        doses = table[(table["ID"] >= rows.start) & (table["ID"] < rows.stop)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SolveWarning)  # raised below, with the person's number in the run
            curves = kratom_model().solve(
                doses.assign(ID=doses["ID"] - rows.start),
                grid,
                {name: column for name, column in own.items() if name in known},
                [*(f"C_{a.code}" for a in ALKALOIDS), *effect.SIGNALS],
                executor=executor,
                progress=done,
            )
        _raise_failures([everyone.stream.first + rows.start + person for person in curves.attrs["failed"]])
        found: Found = {}
        for i, alkaloid in enumerate(ALKALOIDS):
            to_mass = molar_mass(alkaloid.code) / 1000  # nM to ng/mL
            curve = curves[f"C_{alkaloid.code}"].to_numpy() * to_mass
            levels[i, rows] = curve[:, stored]
            limit = own["limit_HM" if alkaloid.code == "HM" else "limit_MG"] * to_mass
            peak = study_peak(alkaloid.code)
            found[alkaloid.code] = exposure.endpoints(grid, curve, dose_times, end_h, limit, peak)
            unbound = own[f"fu_{alkaloid.code}"] / to_mass
            found[alkaloid.code]["Cmax_unbound"] = found[alkaloid.code]["Cmax"] * unbound
            found[alkaloid.code]["half_life_structural"] = terminal_half_life(own, alkaloid.code)
        signals = {name: curves[name].to_numpy() for name in effect.SIGNALS}
        for i, name in enumerate(effect.KEPT, start=len(ALKALOIDS)):
            levels[i, rows] = signals[name][:, stored]
        found[EFFECTS] = effect_endpoints(grid, signals, own, dose_times, end_h)
        parts.append(found)
    joined = {
        code: {name: np.concatenate([part[code][name] for part in parts]) for name in parts[0][code]}
        for code in parts[0]
    }
    return grid[stored], levels, joined


def _raise_failures(people: list[int]) -> None:
    """Refuse to report quantiles of some of the people as if they were all."""
    if people:
        raise SolveError(
            f"the integration failed for {len(people)} of the virtual people, first for number {people[0]}\n"
            "    This is a defect of ketum's model, not of your file. Please report the command and the case file."
        )


def _stored(grid: Array, end_h: float) -> npt.NDArray[np.intp]:
    """Choose the output times that are kept: all, or for long runs the first and last week and a sample between."""
    inside = np.flatnonzero(grid <= end_h + exposure.SAME_H)
    if inside.size <= MOST_STORED_TIMES:
        return inside
    edges = (grid[inside] <= 168) | (grid[inside] >= end_h - 168)
    middle = inside[~edges]
    step = int(np.ceil(middle.size / max(MOST_STORED_TIMES - edges.sum(), 200)))
    return np.sort(np.concatenate([inside[edges], middle[::step]]))


def shares_of(
    case: Case,
    found: Found,
    number: int,
    seed: int,
    dose_times: Array,
    end_h: float,
    executor: Executor | None,
    done: Callable[[int], None],
) -> dict[str, Found]:
    """Tell how much of each endpoint's spread a layer explains by itself.

    For each layer the run is repeated with that layer's random numbers kept and the others' drawn anew: the covariance
    of the logarithms, over their variance, is the layer's first-order (Sobol) share. What the shares leave short of 1
    comes from layers acting together.
    """
    shares: dict[str, Found] = {}
    for layer in LAYERS:
        others = frozenset(LAYERS) - {layer}
        again = draw_crowd(case, Stream(seed, number, reseeded=others), end_h)
        _, _, second = solved(again, dose_times, end_h, executor, done, keep=False)
        shares[layer] = {
            code: {name: _first_order(found[code][name][:number], second[code][name]) for name in found[code]}
            for code in found
        }
    return shares


def _first_order(first: Array, second: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.log(first), np.log(second)
    good = np.isfinite(a) & np.isfinite(b)
    if good.sum() < FEWEST_FOR_SHARES or a[good].std() < 1e-9 or b[good].std() < 1e-9:
        return np.array(np.nan)
    return np.asarray(np.clip(np.corrcoef(a[good], b[good])[0, 1], 0.0, 1.0))
