"""diffrax: Dopri8 compiled by XLA for all people at once, over as many devices as cores, in a process of its own."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from ketum.bench.workload import DOSE, EVERY_H, RTOL, START, Answer, Workload, outputs, rates


class Diffrax:
    """`vmap` over people, `pmap` over devices, `scan` over doses; all doses on the hour."""

    name, key = "diffrax Dopri8", "diffrax"

    def __init__(self, workload: Workload, cores: int) -> None:
        for module in ("jax", "diffrax"):
            if importlib.util.find_spec(module) is None:
                raise ImportError(module)
        self.workload, self.people, self.cores = workload, workload.people - workload.people % cores, cores
        # XLA counts its devices once, when it is loaded; so the number is set in a fresh process.
        context = multiprocessing.get_context("spawn")
        self.process = ProcessPoolExecutor(1, mp_context=context, initializer=_start, initargs=(cores,))

    def run(self) -> Answer:
        """Solve; an array of shape (people, times) for each output."""
        return self.process.submit(_solve, self.workload.first(self.people), self.cores).result()

    def close(self) -> None:
        """End the process."""
        self.process.shutdown()


def _start(cores: int) -> None:
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={cores} --xla_cpu_multi_thread_eigen=false"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["JAX_ENABLE_X64"] = "1"


_compiled: dict[int, Any] = {}


def _solve(workload: Workload, cores: int) -> Answer:
    if workload.doses not in _compiled:
        _compiled[workload.doses] = _compile(workload)
    names = list(workload.parameters)
    own = np.array([workload.parameters[name] for name in names]).T.reshape(cores, -1, len(names))
    states = np.asarray(_compiled[workload.doses](own)).reshape(workload.people, workload.times.size, START.size)
    return outputs(states.transpose(0, 2, 1), workload.parameters["V"])


def _compile(workload: Workload) -> Any:
    import diffrax
    import jax
    import jax.numpy as jnp

    names = list(workload.parameters)
    hours, amounts = jnp.arange(EVERY_H + 1.0), jnp.asarray(DOSE)
    control = diffrax.PIDController(rtol=RTOL, atol=RTOL)
    term = diffrax.ODETerm(lambda _, y, p: jnp.stack(rates(list(y), p)))

    def person(own: Any) -> Any:
        p = {name: own[i] for i, name in enumerate(names)}

        def interval(state: Any, _: Any) -> Any:
            solved = diffrax.diffeqsolve(
                term,
                diffrax.Dopri8(),
                0.0,
                float(EVERY_H),
                None,
                state + amounts,
                p,
                saveat=diffrax.SaveAt(ts=hours),
                stepsize_controller=control,
                adjoint=diffrax.ForwardMode(),
                max_steps=None,
            )
            return solved.ys[-1], solved.ys[:-1]

        last, passed = jax.lax.scan(interval, jnp.asarray(START), None, workload.doses)
        return jnp.concatenate([passed.reshape(-1, START.size), last[None]])

    return jax.pmap(jax.vmap(person))
