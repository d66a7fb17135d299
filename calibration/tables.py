"""What a fit leaves in the pharmacology's tables: joint draws, and each number's median and interval."""

from __future__ import annotations

import csv
from collections.abc import Mapping

import numpy as np

from ketum.arrays import Array
from ketum.pharmacology.models import ROOM


def write_draws(name: str, table: Mapping[str, Array]) -> None:
    """Write a table of joint draws, one a row."""
    with (ROOM / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows([f"{value:.6g}" for value in row] for row in zip(*table.values(), strict=True))


def fill(name: str, table: Mapping[str, Array]) -> None:
    """Write medians and 90 % intervals into a table of parameters; of a switch, how often it is 1."""
    with (ROOM / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in (row for row in rows if row["name"] in table):
        drawn = table[row["name"]]
        # A zero says that there is none of it in that structure; the interval is of those who have one.
        low, middle, high = np.quantile(drawn[drawn > 0] if np.any(drawn > 0) else drawn, [0.05, 0.5, 0.95])
        if row.get("scale") == "switch":
            low, middle, high = 0.0, drawn.mean(), 1.0
        row |= {"value": f"{middle:.4g}", "low": f"{low:.4g}", "high": f"{high:.4g}"}
    with (ROOM / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
