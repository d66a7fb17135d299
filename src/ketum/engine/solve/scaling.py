"""Each state's own power of two, so that a small state beside a large one is integrated as well as the large one.

heyoka controls the error on the norm of the whole state: relative above 1, absolute below. With every state divided by
the same part of its own peak, the error of each is at most about ``rtol`` times its peak, and less by `HEADROOM` while
all of them are small. A floor of ``atol / rtol`` on the scale makes ``atol`` the error that is always allowed, in the
state's own units. A power of two changes no bit of a value.

A person's scales follow from the model, the last time and that person alone, never from who else is solved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ketum.arrays import Array
from ketum.engine.doses.records import Code, Plan
from ketum.engine.equations.system import start_values
from ketum.engine.solve.expressions import HEADROOM, Equations

ATOL = 1e-10
PILOT_STEPS = 2000
"""Steps after which a pilot run is given up; what it has met by then is used."""


@dataclass(frozen=True)
class Tolerances:
    """How exact an integration is.

    Parameters
    ----------
    rtol
        Error that is allowed, relative to each state's own peak.
    atol
        Error that is always allowed, in each state's own units.
    """

    rtol: float
    atol: float = ATOL


def power_of_two(size: Array) -> Array:
    """Round to the nearest power of two; zero and what is not finite stay zero."""
    good = np.isfinite(size) & (size > 0)
    exponent = np.round(np.log2(np.where(good, size, 1.0)))
    return np.where(good, 2.0 ** np.clip(exponent, -960, 960), 0.0)


def chosen(peaks: Array, tolerances: Tolerances) -> Array:
    """Turn peaks into scales; a state that never left zero has the scale 1."""
    scales = power_of_two(peaks / HEADROOM)
    return np.maximum(np.where(scales > 0, scales, 1.0), power_of_two(np.array(tolerances.atol / tolerances.rtol)))


def _octaves(amounts: Array) -> Array:
    """Round amounts to powers of eight, so that few different pilots serve all people."""
    good = amounts > 0
    return np.where(good, 8.0 ** np.round(np.log2(np.where(good, amounts, 1.0)) / 3), 0.0)


@dataclass(frozen=True)
class Pilot:
    """Runs the model's nominal person to see how large its states get.

    Parameters
    ----------
    equations
        The rates.
    taylor
        heyoka's batch integrator; its state is scratch space.
    tolerances
        Of the integration.
    """

    equations: Equations
    taylor: Any
    tolerances: Tolerances
    known: dict[tuple[bytes, float], Array] = field(default_factory=dict)

    def scales(self, own: Array, doses: Array, horizon: float) -> Array:
        """Choose the scales of some people.

        Parameters
        ----------
        own
            Sizes that are known of their states, such as the initial ones, shape (states, people).
        doses
            The largest dose that each state gets, shape (states, people).
        horizon
            The last time.

        Returns
        -------
        ndarray, shape (states, people)
        """
        nothing = np.zeros(own.shape[0])
        peaks = np.maximum(np.nan_to_num(own, posinf=0.0, neginf=0.0), doses)
        peaks = np.maximum(peaks, self._peaks(nothing, horizon)[:, None])
        octaves = _octaves(doses)
        # One pilot for each dosed state and size: all combinations would be too many, and orders of magnitude will do.
        for state in np.flatnonzero(octaves.any(axis=1)):
            for amount in np.unique(octaves[state][octaves[state] > 0]):
                dose = nothing.copy()
                dose[state] = amount
                reached = self._peaks(dose, horizon)[:, None]
                peaks = np.where(octaves[state] == amount, np.maximum(peaks, reached), peaks)
        return chosen(peaks, self.tolerances)

    def _peaks(self, doses: Array, horizon: float) -> Array:
        key = (doses.tobytes(), horizon)
        if key not in self.known:
            self.known[key] = self._found(doses, horizon)
        return self.known[key]

    def _found(self, doses: Array, horizon: float) -> Array:
        system = self.equations.system
        start = start_values(system, {}, 1)
        state = np.nan_to_num(np.array([start[name][0] for name in system.states])) + doses
        largest = float(np.abs(state).max(initial=0.0))
        # Until a run has said more, what starts at zero is taken to become as large as what does not.
        peaks: Array = np.where(state != 0, np.abs(state), largest)
        for _ in range(2):
            peaks = self._run(start, state, chosen(peaks, self.tolerances), horizon)
        return peaks

    def _run(self, start: Mapping[str, Array], state: Array, scales: Array, horizon: float) -> Array:
        ta, peaks = self.taylor, np.abs(state)
        width = ta.state.shape[1]
        ta.set_time(0.0)
        ta.pars[:] = self.equations.parameters(start, scales[:, None], horizon)
        ta.state[:] = (state / scales)[:, None]
        for _ in range(PILOT_STEPS):
            if ta.time[0] >= horizon:
                break
            ta.step(max_delta_t=[horizon - ta.time[0]] * width)
            now = np.abs(ta.state[:, 0]) * scales
            if not np.isfinite(now).all():
                break
            peaks = np.maximum(peaks, now)
        return peaks


def largest_doses(plan: Plan, shape: tuple[int, ...], end: float) -> Array:
    """Find about the largest dose into each state before the last time.

    Parameters
    ----------
    plan
        What happens to some people.
    shape
        (states, people).
    end
        The last time.

    Returns
    -------
    ndarray, shape (states, people)
    """
    times, values = np.broadcast_arrays(plan.times, plan.values)
    largest, infused, count = (np.zeros((shape[0], times.shape[0])) for _ in range(3))
    given = np.where(times < end, values, 0.0)
    added, rates = plan.codes == Code.ADD, plan.codes == Code.RATE
    np.maximum.at(largest, plan.targets[added], np.abs(given[:, added]).T)
    # What runs from t to the end adds (end - t) times its rate; that a dose stops is a negative rate from there on.
    np.add.at(infused, plan.targets[rates], (given * (end - times))[:, rates].T)
    np.add.at(count, plan.targets[rates], (given[:, rates] > 0).T)
    largest = np.maximum(largest, np.abs(infused) / np.maximum(count, 1.0))
    for steady in plan.steady:
        amount = np.where(steady.rate > 0, steady.rate * steady.duration, steady.amount)
        amount = np.nan_to_num(amount, posinf=0.0, neginf=0.0)
        largest = np.broadcast_to(largest, (shape[0], np.broadcast_shapes((largest.shape[1],), amount.shape)[0])).copy()
        for state, given in ((steady.target, amount), *steady.also):
            largest[state] = np.maximum(largest[state], np.abs(given))
    return np.broadcast_to(largest, shape).copy()
