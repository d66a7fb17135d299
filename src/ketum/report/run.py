"""An answer's report, with the results beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ketum.answers.content import Answer
from ketum.report.swap import Writer
from ketum.report.writing import PAGE, write_report

if TYPE_CHECKING:
    import xarray as xr


def write_answer(answer: Answer, folder: Path | str) -> Path:
    """Write an answer's report, with every virtual person's numbers beside it.

    Returns
    -------
    Path
        The page.
    """
    files: dict[str, Writer] = {}
    if answer.tree is not None:
        many = "trajectory" not in answer.tree.children
        # Of many people each one's numbers stand in their own store.
        tree = answer.tree.filter(lambda node: node.name not in ("endpoints", "effects")) if many else answer.tree
        files["summary.nc" if many else "trajectories.nc"] = _netcdf(tree)
    if answer.drivers is not None:
        files["drivers.csv"] = answer.drivers.write_csv
    return write_report(answer, folder, files, _people_in(answer, Path(folder))) / PAGE


def _people_in(answer: Answer, folder: Path) -> str | None:
    """Name the store of the answer's people in a folder; None where there is none, or it is elsewhere."""
    store = answer.store
    return store.name if store is not None and store.parent.resolve() == folder.resolve() else None


def _netcdf(tree: xr.DataTree) -> Writer:
    def write(path: Path) -> None:
        tree.to_netcdf(path, engine="netcdf4")

    return write
