"""People solved: from a crowd to curves and endpoints, with labels on both."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ketum.arrays import Array
from ketum.case import Case
from ketum.crowd.crowd import Crowd
from ketum.crowd.intake import dose_table
from ketum.crowd.model import kratom_model
from ketum.endpoints import effect, exposure
from ketum.errors import SolveError, SolveWarning
from ketum.pharmacology import ALKALOIDS, molar_mass, study_peak
from ketum.pharmacology.closed_forms import terminal_half_life
from ketum.simulation.effects import effect_endpoints
from ketum.simulation.endpoints import Endpoints, joined, labelled
from ketum.writing.texts import say

if TYPE_CHECKING:
    import xarray as xr

SINGLE_DOSE_H = 72.0
"""How long a single dose is followed where nothing else is asked for."""
VALUES_IN_MEMORY = 40_000_000
MOST_STORED_TIMES = 1500


@dataclass(frozen=True, eq=False)
class Span:
    """What of a case is followed.

    Parameters
    ----------
    end_h
        Length of the run.
    dose_times
        All dose times in it, shape (doses,).
    """

    end_h: float
    dose_times: Array


def span_of(case: Case, days: float | None = None) -> Span:
    """Settle how long to simulate, and which doses fall into it."""
    times = np.unique(np.concatenate([np.array(k.dose_times_h) for k in case.kratom]))
    repeated = [k.start_h + k.days * 24 for k in case.kratom if k.every_h is not None]
    single = [k.start_h + SINGLE_DOSE_H for k in case.kratom if k.every_h is None]
    end = days * 24 if days is not None else max(repeated + single)
    return Span(end, times[times < end])


@dataclass(frozen=True, eq=False)
class Solved:
    """What came of solving some people.

    Parameters
    ----------
    curves
        ``concentration`` in ng/mL, dims (alkaloid, subject, time), and the signals of `effect`, dims (subject, time);
        in single precision, at the times that are kept.
    endpoints
        Their endpoints.
    """

    curves: xr.Dataset
    endpoints: Endpoints


def solve(
    everyone: Crowd,
    span: Span,
    *,
    executor: Executor | None = None,
    done: Callable[[int], None] = lambda _: None,
    keep: bool = True,
) -> Solved:
    """Solve people, in blocks that fit into memory.

    Parameters
    ----------
    everyone
        The people.
    span
        What of their case is followed.
    executor
        Workers; None for this process.
    done
        Called with the number of people finished since the last call.
    keep
        Whether curves are kept.
    """
    grid = np.union1d(exposure.output_times(span.dose_times, span.end_h), effect.follow_up(span.dose_times, span.end_h))
    stored = _stored(grid, span.end_h) if keep else np.zeros(0, dtype=np.intp)
    table = pd.concat([dose_table(everyone.taken, everyone.own, span.end_h), everyone.beside.doses], ignore_index=True)
    people, block = everyone.stream.people, max(VALUES_IN_MEMORY // (grid.size * 26), 64)
    levels = np.empty((len(ALKALOIDS) + len(effect.KEPT), people, stored.size), dtype=np.float32)
    parts = []
    for start in range(0, people, block):
        rows = slice(start, min(start + block, people))
        own = {name: column[rows] for name, column in everyone.own.items()}
        first = everyone.stream.first + start
        doses = table[table["ID"].between(rows.start, rows.stop - 1)]
        curves = _integrated(doses.assign(ID=doses["ID"] - start), own, grid, (executor, done, first))
        for place, name in zip(levels, _kept(), strict=True):
            place[rows] = curves[name][:, stored]
        parts.append(_endpoints(grid, curves, own, span, first))
    subject = range(everyone.stream.first, everyone.stream.first + people)
    return Solved(labelled_curves(grid[stored], levels, "subject", subject), joined(parts))


def _kept() -> tuple[str, ...]:
    return (*(f"C_{known.code}" for known in ALKALOIDS), *effect.KEPT)


def _integrated(
    doses: pd.DataFrame,
    own: Mapping[str, Array],
    grid: Array,
    work: tuple[Executor | None, Callable[[int], None], int],
) -> dict[str, Array]:
    """Solve a block: levels in ng/mL and signals, shape (people, times)."""
    executor, done, first = work
    known = kratom_model().system.constants
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SolveWarning)  # raised below, with the person's number in the run
        curves = kratom_model().solve(
            doses,
            grid,
            {name: column for name, column in own.items() if name in known},
            [*(f"C_{alkaloid.code}" for alkaloid in ALKALOIDS), *effect.SIGNALS],
            executor=executor,
            progress=done,
        )
    _raise_failures([first + person for person in curves.attrs["failed"]])
    levels = {f"C_{a.code}": curves[f"C_{a.code}"].to_numpy() * _ng_per_nmol(a.code) for a in ALKALOIDS}
    return levels | {name: curves[name].to_numpy() for name in effect.SIGNALS}


def _ng_per_nmol(code: str) -> float:
    """Give what turns nM into ng/mL."""
    return molar_mass(code) / 1000


def _endpoints(grid: Array, curves: Mapping[str, Array], own: Mapping[str, Array], span: Span, first: int) -> Endpoints:
    found = {}
    for known in ALKALOIDS:
        code, limit = known.code, own[known.limit] * _ng_per_nmol(known.code)
        numbers = exposure.endpoints(
            grid, curves[f"C_{code}"], span.dose_times, span.end_h, limit=limit, study_peak=study_peak(code)
        )
        numbers["Cmax_unbound"] = numbers["Cmax"] * (own[f"fu_{code}"] / _ng_per_nmol(code))
        numbers["half_life_structural"] = terminal_half_life(own, code)
        found[code] = numbers
    return labelled(found, effect_endpoints(grid, curves, own, span.dose_times, span.end_h), first)


def stacked(curves: xr.Dataset) -> npt.NDArray[np.float32]:
    """Take labels off curves, shape (alkaloids and kept signals, people, times)."""
    signals = [curves[name].to_numpy() for name in effect.KEPT]
    return np.concatenate([curves["concentration"].to_numpy(), np.array(signals)])


def labelled_curves(times: Array, levels: npt.NDArray[Any], over: str, values: Sequence[float]) -> xr.Dataset:
    """Put labels on curves.

    Parameters
    ----------
    times
        In h, shape (times,).
    levels
        Shape (alkaloids and kept signals, `over`, times).
    over, values
        What there is one curve of each for, such as ``subject``, and its coordinate.
    """
    import xarray as xr

    number = len(ALKALOIDS)
    signals = {
        name: ((over, "time"), levels[i], {"units": effect.SIGNALS[name]})
        for i, name in enumerate(effect.KEPT, start=number)
    }
    what = {"units": "ng/mL", "what": "in plasma"}
    return xr.Dataset(
        {"concentration": (("alkaloid", over, "time"), levels[:number], what), **signals},
        coords={
            "alkaloid": [known.name for known in ALKALOIDS],
            over: list(values),
            "time": ("time", times, {"units": "h"}),
        },
    )


def _raise_failures(people: list[int]) -> None:
    """Refuse to report quantiles of some of the people as if they were all."""
    if people:
        raise SolveError(
            say(
                "the integration failed for {count} of the virtual people, first for number {first}\n    This is a defect of ketum's model, not of your file. Please report the command and the case file.",
                count=len(people),
                first=people[0],
            )
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
