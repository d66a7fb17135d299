"""ketum itself, through its public face."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import TYPE_CHECKING

import numpy as np

from ketum.bench.case import AMOUNTS, EVERY_H, MODEL, OUTPUTS, RTOL, Array, Case
from ketum.engine import Dosing, Model

if TYPE_CHECKING:
    import pandas as pd


class Ketum:
    """`Model.solve` with one event table for all.

    Parameters
    ----------
    case
        People and doses.
    executor, cores
        Where to solve, and on how many cores.
    name, key
        What to call it.
    """

    def __init__(self, case: Case, executor: Executor | None, cores: int, name: str = "ketum") -> None:
        self.case, self.executor, self.cores, self.name = case, executor, cores, name
        self.people, self.model = case.people, Model.from_file(MODEL)
        # Two more than the others return: what no output needs would be left out, and they integrate everything.
        self.asked = [*OUTPUTS, "victim_deep", "dependence"]
        self.chunk = -(-case.people // (2 * cores))  # each core gets two, so that a slow one holds up half as much

    def run(self) -> Array:
        """Solve; outputs of shape (people, outputs, times)."""
        case, dosing, own = self.case, {}, dict(self.case.parameters)
        if case.lag.any():
            own["lag"], dosing = case.lag, {name: Dosing(lag="lag") for name in AMOUNTS}
        solved = self.model.solve(
            _doses(case),
            case.times,
            own,
            self.asked,
            dosing=dosing,
            rtol=RTOL,
            executor=self.executor,
            chunk=self.chunk,
        )
        return np.stack([solved[name].to_numpy() for name in OUTPUTS], axis=1)


def _doses(case: Case) -> pd.DataFrame:
    import pandas as pd

    rows = [(0.0, amount, name, EVERY_H, case.doses - 1) for name, amount in AMOUNTS.items()]
    return pd.DataFrame(rows, columns=["TIME", "AMT", "CMT", "II", "ADDL"])
