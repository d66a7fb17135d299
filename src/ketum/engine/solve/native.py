"""Takes the step out of heyoka's machine code, and makes sure of it.

Object code is no public interface: the step is used only where its signature is the known one and where it does with
the model itself, bit by bit, what heyoka does.
"""

from __future__ import annotations

import ctypes
import math
import re
import sys
import time
from dataclasses import replace
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np

from ketum.arrays import Array
from ketum.engine.solve.stepper import PADS, ActionTable, Looks, Stepper
from ketum.engine.solve.timeline import BATCH, Grid

SIGNATURE = re.compile(
    r"^define void @step\(" + ", ".join(rf"ptr [^%,]*%{n}_ptr" for n in ("state", "par", "time", "h", "tc")) + r"\)",
    re.M,
)
EXTERNAL = re.compile(r"^declare [^@]*@(?!llvm\.)([\w.]+)\(", re.M)


def load(taylor: Any) -> Stepper | None:
    """Take the step out of heyoka's batch integrator; None where that cannot be done, or not be trusted."""
    text = taylor.llvm_state.ir
    core = ctypes.CDLL(sys.modules["heyoka._core"].__file__)
    try:
        needed = {name: ctypes.cast(getattr(core, name), ctypes.c_void_p).value for name in EXTERNAL.findall(text)}
    except AttributeError:  # an unknown function would end the process when the code is loaded
        return None
    if not SIGNATURE.search(text) or taylor.batch_size != BATCH:
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name, address in needed.items():
        llvm.add_symbol(name, address)
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine()
    )
    engine.add_object_file(llvm.ObjectFileRef.from_data(taylor.llvm_state.object_code))
    engine.finalize_object()
    stepper = Stepper(engine, engine.get_function_address("step"), taylor.order)
    sound = np.isfinite(taylor.state).all(axis=0) & np.isfinite(taylor.pars).all(axis=0) & (taylor.time > 0)
    if not stepper.address or not sound.any():
        return None
    lane = int(np.argmax(sound))
    state, pars = (np.repeat(held[:, lane : lane + 1], BATCH, axis=1) for held in (taylor.state, taylor.pars))
    end = float(taylor.time[lane])
    try:
        return _fastest(stepper, state, pars, end) if _same(stepper, taylor, state, pars, 0.02 * end) else None
    except numba.core.errors.NumbaError:
        return None


def _same(stepper: Stepper, taylor: Any, state: Array, pars: Array, end: float) -> bool:
    """Tell whether it carries people on bit by bit as heyoka does."""
    times, limit = np.linspace(0.0, end, 3), 10_000
    found = _undosed(stepper, state, pars, times, limit)
    taylor.set_time(0.0)
    taylor.state[:], taylor.pars[:] = state, pars
    _, passed = taylor.propagate_grid(np.repeat(times[:, None], BATCH, axis=1), max_steps=limit)
    return bool(np.isfinite(passed).all()) and np.array_equal(found, passed)


def _fastest(stepper: Stepper, state: Array, pars: Array, end: float) -> Stepper:
    """Choose where its stack begins: the vectors that it holds straddle lines or do not."""
    ways = [replace(stepper, pad=pad) for pad in PADS]
    spent = [math.inf] * len(ways)
    for _ in range(5):
        for i, way in enumerate(ways):
            began = time.perf_counter()
            _undosed(way, state, pars, np.array([0.0, end]), 1000)
            spent[i] = min(spent[i], time.perf_counter() - began)
    return ways[spent.index(min(spent))]


def _undosed(stepper: Stepper, state: Array, pars: Array, times: Array, limit: int) -> Array:
    none, nobody = np.zeros(0, np.intp), np.zeros((BATCH, 0))
    acts = ActionTable(
        instants=nobody,
        columns=nobody.astype(np.intp),
        kinds=none,
        targets=none,
        amounts=nobody,
        bases=state.T[None],
        rates=(0, 0),
    )
    grid = Grid(times, np.ones(times.size, dtype=bool))
    return stepper.run(acts, pars, Looks(grid, np.arange(state.shape[0]), np.ones(state.shape)), limit)
