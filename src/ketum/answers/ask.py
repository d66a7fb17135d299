"""One case in, one answer out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ketum import __version__
from ketum.answers.content import Answer
from ketum.answers.doses import dose_line
from ketum.answers.findings import Screening, screening
from ketum.answers.sources import facts_of, sources_of
from ketum.answers.unknowns import LIMITS, assumed, unknown
from ketum.case import Case
from ketum.errors import InputError, Problem
from ketum.writing.texts import say

if TYPE_CHECKING:
    import xarray as xr

    from ketum.simulation.drivers import Drivers
    from ketum.simulation.simulate import Run

PEOPLE = 1000
Progress = Callable[[str, int, int], None]
"""Called with a phase, how much of it is finished, and how much there is; raise `StoppedError` in it to stop."""


def ask(
    case: Case,
    people: int = PEOPLE,
    seed: int = 0,
    *,
    days: float | None = None,
    today: date | None = None,
    drivers: int | None = None,
    method: Literal["sobol", "morris"] = "sobol",
    workers: int | None = None,
    executor: Executor | None = None,
    store: Path | str | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Answer a case: findings, levels, effects, interactions, and what is unknown.

    Parameters
    ----------
    case
        The case, as `ketum.load_case` or `ketum.Case.from_dict` gives it.
    people
        How many virtual people; with 0 nothing is simulated, and only what needs nobody is answered.
    seed
        Chooses their random numbers. The same seed gives the same numbers, bit for bit, however the work is cut.
    days
        How long to simulate; as long as the case says when None.
    today
        The day of the answer; the present day by default.
    drivers, method
        Base samples from which to tell which input drives what, and how; not told when None.
    workers, executor
        Processes to work with, or workers that are there already; chosen by the size of the run when None.
    store
        Folder for the people of a run of more than 20,000. A run into it that was stopped goes on.
    progress
        Called with (phase, finished, in all): the phases are "reading", "compiling", "people", "drivers". To stop,
        raise `ketum.StoppedError` in it.

    Raises
    ------
    InputError
        More people than memory holds without a store for them.

    Examples
    --------
    >>> import ketum
    >>> answer = ketum.ask(ketum.load_case("examples/tested-single-dose.toml"), people=100)
    >>> answer.findings == ketum.screen(answer.case)
    True
    """
    tell = progress or (lambda *_: None)
    tell("reading", 0, 1)
    screened = screening(case, today)
    if not people:
        return _answer(case, screened, None, None, seed=seed, today=today)
    tell("compiling", 0, 1)
    how: dict[str, Any] = {"days": days, "seed": seed, "workers": workers, "executor": executor}
    run = _run(case, people, store, how | {"progress": _phase(progress, "people")})
    found = None
    if drivers:
        from ketum.simulation.drivers import drivers as find_drivers

        how |= {"method": method, "samples": drivers, "progress": _phase(progress, "drivers")}
        found = find_drivers(case, **how)
    return _answer(case, screened, run, found, seed=seed, today=today)


def simulate(case: Case, people: int = PEOPLE, seed: int = 0, *, days: float | None = None) -> xr.DataTree:
    """Simulate a case, without an answer's words.

    Parameters
    ----------
    case, people, seed, days
        As for `ask`.

    Returns
    -------
    xarray.DataTree
        Groups ``population``, ``trajectory``, ``bands``, ``endpoints``, ``summary``, ``effects``; see the page on the
        result tree.
    """
    from ketum.simulation.simulate import simulate as simulated

    return simulated(case, number=people, seed=seed, days=days).tree


def _run(case: Case, people: int, store: Path | str | None, how: dict[str, Any]) -> Run:
    from ketum.simulation import many
    from ketum.simulation.simulate import simulate as simulated

    if people <= many.MANY:
        return simulated(case, number=people, **how)
    if store is None:
        cure = say("name a folder for them with store, or ask for fewer")
        allowed = say("up to {most}", most=many.MANY)
        problem = Problem("people", say("so many are not held in memory"), str(people), allowed, cure)
        raise InputError("ask", [problem])
    return many.simulate_many(case, Path(store), number=people, **how)


def _phase(progress: Progress | None, name: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda finished, total: progress(name, finished, total)


def _answer(
    case: Case, screened: Screening, run: Run | None, drivers: Drivers | None, *, seed: int, today: date | None
) -> Answer:
    """Put an answer together: what needs nobody, then what a run adds, and at last where all of it comes from."""
    held = screened.contents
    answer = Answer(
        case=case,
        title=case.title,
        version=__version__,
        seed=seed,
        created=(today or date.today()).isoformat(),
        doses=tuple(map(dose_line, held)),
        findings=screened.findings,
        medicines=screened.matches,
        taken=screened.taken,
        unknown=unknown(case, held, screened.matches),
        assumed=assumed(held),
        limits=LIMITS,
    )
    if run is not None:
        from ketum.answers.simulated import with_run

        answer = with_run(answer, screened, run, drivers)
    return replace(answer, sources=sources_of(facts_of(answer)))
