"""ketum itself, through its public face."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from ketum.bench.case import AMOUNTS, EVERY_H, MODEL, OUTPUTS, RTOL, Answer, Case
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
    name
        What to call it.
    sensitivities
        Parameters with respect to which all outputs are differentiated too.
    """

    def __init__(
        self,
        case: Case,
        executor: Executor | None,
        cores: int,
        name: str = "ketum",
        sensitivities: Sequence[str] = (),
    ) -> None:
        self.case, self.executor, self.cores, self.name = case, executor, cores, name
        self.people, self.model, self.sensitivities = case.people, Model.from_file(MODEL), sensitivities
        # Two more than the others return: what no output needs would be left out, and they integrate everything.
        self.asked = [*OUTPUTS, "victim_deep", "dependence"]

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
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
            sensitivities=self.sensitivities,
        )
        return [solved[name].to_numpy() for name in OUTPUTS]


def _doses(case: Case) -> pd.DataFrame:
    import pandas as pd

    rows = [(0.0, amount, name, EVERY_H, case.doses - 1) for name, amount in AMOUNTS.items()]
    return pd.DataFrame(rows, columns=["TIME", "AMT", "CMT", "II", "ADDL"])
