"""heyoka's own interface, used by hand as its manual shows: what ketum adds on top of it costs the difference."""

from __future__ import annotations

import numpy as np

from ketum.bench.workload import DOSE, EVERY_H, MEDIANS, RTOL, START, STATES, Answer, Workload, outputs, rates

BATCH = 8


class HeyokaByHand:
    """One `propagate_grid` for each dose interval, people in batches of eight; all doses on the hour."""

    name, key, cores = "heyoka by hand", "heyoka_by_hand", 1

    def __init__(self, workload: Workload) -> None:
        import heyoka as hy

        self.workload, self.people = workload, workload.people
        symbols = hy.make_vars(*STATES)
        system = list(zip(symbols, rates(symbols, {n: hy.par[i] for i, n in enumerate(MEDIANS)}), strict=True))
        self.ta = hy.taylor_adaptive_batch(
            system,
            np.zeros((len(STATES), BATCH)),
            tol=RTOL,
            pars=np.zeros((len(MEDIANS), BATCH)),
            compact_mode=False,
            fast_math=True,
        )

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
        workload, ta = self.workload, self.ta
        own = np.array([workload.parameters[name] for name in MEDIANS])
        states = np.empty((workload.people, len(STATES), workload.times.size))
        for start in range(0, workload.people, BATCH):
            lanes = np.arange(start, start + BATCH).clip(max=workload.people - 1)
            ta.set_time(0.0)
            ta.pars[:] = own[:, lanes]
            ta.state[:] = START[:, None]
            for dose in range(workload.doses):
                ta.state[:] += DOSE[:, None]
                hours = np.arange(EVERY_H + 1.0) + dose * EVERY_H
                _, found = ta.propagate_grid(np.repeat(hours[:, None], BATCH, axis=1))
                rows = slice(dose * EVERY_H, dose * EVERY_H + EVERY_H)
                kept = len(states[start : start + BATCH])
                states[start : start + BATCH, :, rows] = found[:-1, :, :kept].transpose(2, 1, 0)
            states[start : start + BATCH, :, -1] = ta.state[:, :kept].T
        return outputs(states, workload.parameters["V"])
