"""ketum itself, through its public face."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from ketum.bench.workload import AMOUNTS, EVERY_H, MODEL, OUTPUTS, RTOL, Answer, Workload
from ketum.engine import Dosing, Model

if TYPE_CHECKING:
    import pandas as pd


class Ketum:
    """`Model.solve` with one event table for all.

    Parameters
    ----------
    workload
        People and doses.
    executor, cores
        Where to solve, and on how many cores.
    name
        What to call it.
    sensitivities
        Parameters with respect to which all outputs are differentiated too.
    """

    def __init__(
        self,
        workload: Workload,
        executor: Executor | None,
        cores: int,
        name: str = "ketum",
        sensitivities: Sequence[str] = (),
    ) -> None:
        self.workload, self.executor, self.cores, self.name = workload, executor, cores, name
        self.people, self.model, self.sensitivities = workload.people, Model.from_file(MODEL), sensitivities
        # Two more than the others return: what no output needs would be left out, and they integrate everything.
        self.asked = [*OUTPUTS, "victim_deep", "dependence"]

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
        workload, dosing, own = self.workload, {}, dict(self.workload.parameters)
        if workload.lag.any():
            own["lag"], dosing = workload.lag, {name: Dosing(lag="lag") for name in AMOUNTS}
        solved = self.model.solve(
            _doses(workload),
            workload.times,
            own,
            self.asked,
            dosing=dosing,
            rtol=RTOL,
            executor=self.executor,
            sensitivities=self.sensitivities,
        )
        return [solved[name].to_numpy() for name in OUTPUTS]


def _doses(workload: Workload) -> pd.DataFrame:
    import pandas as pd

    rows = [(0.0, amount, name, EVERY_H, workload.doses - 1) for name, amount in AMOUNTS.items()]
    return pd.DataFrame(rows, columns=["TIME", "AMT", "CMT", "II", "ADDL"])
