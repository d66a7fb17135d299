"""An answer's report, with the results beside it."""

from __future__ import annotations

from pathlib import Path

from ketum.answers.content import Answer
from ketum.report.writing import PAGE, Writer, write_report


def write_answer(answer: Answer, folder: Path | str) -> Path:
    """Write an answer's report, with every virtual person's numbers beside it.

    Returns
    -------
    Path
        The page.
    """
    files: dict[str, Writer] = {}
    if answer.tree is not None:
        files["trajectories.nc" if "trajectory" in answer.tree.children else "summary.nc"] = _tree(answer)
    if answer.drivers is not None:
        files["drivers.csv"] = answer.drivers.write_csv
    return write_report(answer, folder, files) / PAGE


def _tree(answer: Answer) -> Writer:
    tree = answer.tree
    assert tree is not None
    if "trajectory" not in tree.children:
        # Of many people each one's numbers stand in their own store.
        tree = tree.filter(lambda node: node.name not in ("endpoints", "effects"))

    def write(path: Path) -> None:
        tree.to_netcdf(path, engine="netcdf4")

    return write
