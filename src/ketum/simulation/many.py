"""A case in more people than memory holds: block by block, each forgotten but for endpoints and counts of levels."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ketum import __version__
from ketum.case import Case
from ketum.chance import LAYERS, Stream
from ketum.crowd.contents import contents
from ketum.crowd.crowd import draw_crowd
from ketum.crowd.model import kratom_model
from ketum.engine.runs.digests import digest
from ketum.engine.runs.files import GOES_ON
from ketum.engine.runs.store import Store
from ketum.engine.runs.work import results
from ketum.engine.solve.integrate import settings
from ketum.errors import OutputError, SolveError, StoppedError
from ketum.simulation import results as results_of
from ketum.simulation import simulate
from ketum.simulation.bands import RELATIVE_ERROR
from ketum.simulation.endpoints import Endpoints
from ketum.simulation.ledger import ENDPOINTS, Block, Ledger
from ketum.simulation.simulate import MOST_FOR_SHARES, Run
from ketum.simulation.solving import Solved, labelled_curves, solve, span_of
from ketum.simulation.workers import counter, workers_for

MANY = 20_000
"""People from which a run is not held in memory."""
PROBE = 8


def solve_block(block: Block) -> Solved:
    """Draw and integrate a block. Runs in a worker."""
    span = span_of(block.case, block.days)
    return solve(draw_crowd(block.case, Stream(block.seed, block.people, first=block.first), span.end_h), span)


def simulate_many(
    case: Case,
    store: Path,
    *,
    number: int,
    days: float | None = None,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Simulate a case in any number of people.

    Parameters
    ----------
    store
        Folder for their endpoints. Where a run into it was stopped, the same call computes only what is missing.
    case, number, days, seed, workers, executor, progress
        As for `ketum.simulation.simulate.simulate`, and with the same numbers. Levels are not kept.

    Returns
    -------
    Run
        Its tree holds ``bands`` and ``summary``. Quantiles of endpoints are exact, those of levels within
        `ketum.simulation.bands.RELATIVE_ERROR`.

    Raises
    ------
    OutputError
        Where the store cannot be written, was begun with something else, or another run is at it.
    StoppedError
        At Ctrl-C.
    """
    span = span_of(case, days)
    probe = solve_block(Block(case, seed, 0, 0, PROBE, days))
    made_from = _made_from(case, number, span.end_h, seed)
    extra = min(number, MOST_FOR_SHARES)
    size = number * max(span.dose_times.size, 1)
    with (
        Ledger.opened(store, number, made_from, probe) as ledger,
        workers_for(executor, workers, size) as executor,
    ):
        done = counter(progress, number + len(LAYERS) * extra)
        done(ledger.people_done)
        try:
            for block, finished in results(solve_block, _blocks(case, seed, days, ledger.store, ledger.done), executor):
                ledger.add(block, finished)
                done(block.people)
            ledger.finish()
            found = ledger.endpoints(probe, extra)
            shares = simulate.shares_of(case, found, span, seed, executor=executor, done=done)
        except (SolveError, OutputError):
            with suppress(OutputError):  # on a full disk there may still be room for this
                ledger.save()
            raise
        except KeyboardInterrupt as stop:
            ledger.save()
            raise StoppedError(f"{ledger.people_done} of {number} people are in {store}; {GOES_ON}") from stop
        tree = _tree(case, ledger, probe, shares, seed)
    few = draw_crowd(case, Stream(seed, PROBE), span.end_h)
    return Run(case, contents(case), span.end_h, span.dose_times, tree, few.beside, few.enzymes, store)


def _blocks(case: Case, seed: int, days: float | None, store: Store, done: set[int]) -> Iterator[Block]:
    for number in range(-(-store.people // store.block)):
        if number not in done:
            yield Block(case, seed, number, number * store.block, store.size(number), days)


def _made_from(case: Case, number: int, end_h: float, seed: int) -> dict[str, str]:
    """Sum up everything that the numbers depend on, by what a person would call it."""
    few = draw_crowd(case, Stream(0, PROBE), end_h)
    return {
        "case": digest(case.model_dump_json()),
        "number of people": str(number),
        "length of the run": repr(end_h),
        "seed": str(seed),
        "model": kratom_model().system.sha256,
        "parameters or products": digest([dict(few.own), *(dict(intake.mg) for intake in few.taken)]),
        "version of ketum or of its integrator": repr((__version__, settings())),
    }


def _tree(case: Case, ledger: Ledger, probe: Solved, shares: Endpoints, seed: int) -> Any:
    import xarray as xr

    exposure = probe.endpoints.exposure
    # One quantity at a time: all of them together are too many.
    each: dict[Hashable, xr.DataArray] = {}
    for name, values in exposure.items():
        alkaloids = {"alkaloid": values["alkaloid"]}
        everyone = xr.DataArray(ledger.read(f"{ENDPOINTS}/{name}"), dims=values.dims, coords=alkaloids)
        each[name] = results_of.quantiles(everyone)
    counted = np.moveaxis(ledger.bands.quantiles(results_of.BANDS_AT), 1, 0)
    bands = labelled_curves(probe.curves["time"].to_numpy(), counted, "quantile", results_of.BANDS_AT)
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=results_of.attributes(case, ledger.store.people, seed)),
            "/bands": results_of.in_order(bands).assign_attrs(relative_error=RELATIVE_ERROR),
            "/summary": results_of.summary(each, shares.exposure),
            "/endpoints": xr.open_zarr(ledger.store.path / ENDPOINTS, chunks=None, decode_cf=False, consolidated=False),
            "/effects": results_of.effects(ledger.effects(probe), shares.effects),
        }
    )
