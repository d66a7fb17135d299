"""From a case to results: people, doses, the engine, endpoints, and what drives their spread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import LAYERS, Stream
from ketum.crowd.contents import Contents
from ketum.crowd.crowd import Crowd, draw_crowd
from ketum.crowd.enzymes import Enzymes
from ketum.crowd.opioids import OpioidsBeside
from ketum.simulation import results
from ketum.simulation.endpoints import FEWEST_FOR_SHARES, Endpoints, shares_between
from ketum.simulation.solving import Span, solve, span_of
from ketum.simulation.workers import counter, workers_for

if TYPE_CHECKING:
    import xarray as xr

DEFAULT_PEOPLE = 1000
MOST_FOR_SHARES = 500
OF_THE_OTHER_KIND = 200
"""People who are simulated again with the potency of studies that are not theirs."""


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
    store
        Folder with every person's endpoints, where they are more than memory holds.
    other
        Endpoints of some of the people, had they the potency of the studies that are not theirs: of regular users
        where the case is of somebody new to kratom, and the other way round; None where the case does not say.
    """

    case: Case
    contents: tuple[Contents, ...]
    end_h: float
    dose_times: Array
    tree: xr.DataTree
    beside: OpioidsBeside
    enzymes: Enzymes
    store: Path | None = None
    other: Endpoints | None = None


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
    span = span_of(case, days)
    everyone = draw_crowd(case, Stream(seed, number), span.end_h)
    extra = min(number, MOST_FOR_SHARES) if shares and number >= FEWEST_FOR_SHARES else 0
    other = {"new": "regular", "regular": "new"}.get(case.person.kratom_experience or "")
    again = Stream(seed, min(number, OF_THE_OTHER_KIND) if other and shares else 0)
    total = number + len(LAYERS) * extra + again.people
    done = counter(progress, total)
    with workers_for(executor, workers, total * max(span.dose_times.size, 1)) as executor:
        solved = solve(everyone, span, executor=executor, done=done)
        driven = shares_of(case, solved.endpoints.first(extra), span, seed, executor=executor, done=done)
        unlike = (
            solve(draw_crowd(case, again, span.end_h, other), span, executor=executor, done=done, keep=False).endpoints
            if again.people
            else None
        )
    tree = results.tree(case, everyone, solved, driven, seed)
    held = tuple(intake.contents for intake in everyone.taken)
    return Run(case, held, span.end_h, span.dose_times, tree, everyone.beside, everyone.enzymes, other=unlike)


def endpoints_of(
    everyone: Crowd,
    span: Span,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Endpoints:
    """Solve people for their endpoints only."""
    people = everyone.stream.people
    with workers_for(executor, workers, people * max(span.dose_times.size, 1)) as executor:
        return solve(everyone, span, executor=executor, done=counter(progress, people), keep=False).endpoints


def shares_of(
    case: Case,
    found: Endpoints,
    span: Span,
    seed: int,
    *,
    executor: Executor | None,
    done: Callable[[int], None],
) -> Endpoints:
    """Tell how much of each endpoint's spread a layer explains by itself.

    For each layer the run is repeated with that layer's random numbers kept and the others' drawn anew: the covariance
    of the logarithms, over their variance, is the layer's first-order (Sobol) share. What the shares leave short of 1
    comes from layers acting together.

    Parameters
    ----------
    found
        Endpoints of the people who are drawn again; of nobody where no shares are wanted.
    """
    again = {}
    for layer in LAYERS if found.people else ():
        stream = Stream(seed, found.people, reseeded=frozenset(LAYERS) - {layer})
        others = draw_crowd(case, stream, span.end_h)
        again[layer] = solve(others, span, executor=executor, done=done, keep=False).endpoints
    return shares_between(found, again)
