"""The report of a finished run, with its results beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ketum.answers.assemble import assemble
from ketum.report.writing import PAGE, write_report
from ketum.simulation.drivers import Drivers
from ketum.simulation.simulate import Run


def write_run(run: Run, folder: Path, seed: int, drivers: Drivers | None = None) -> Path:
    """Screen a finished run, and write its report with the results beside it.

    Returns
    -------
    Path
        The page.
    """
    many = "trajectory" not in run.tree.children

    def trajectories(path: Path) -> None:
        # Of many people each one's numbers stand in their own store.
        tree = run.tree.filter(lambda node: node.name not in ("endpoints", "effects")) if many else run.tree
        tree.to_netcdf(path, engine="netcdf4")

    kept = "summary.nc" if many else "trajectories.nc"
    report, files = assemble(run, seed), {kept: trajectories}
    if drivers is not None:
        report, files = replace(report, drivers=drivers.as_dict()), files | {"drivers.csv": drivers.write_csv}
    return write_report(report, folder, files) / PAGE
