"""Predicted against observed, for the human data on file.

Each published trial is run many times with its own people; each run draws one row of the posterior, so that the
interval holds what is not known as well as the luck of small groups.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.chance import Stream
from ketum.evidence import Fact, fact
from ketum.pharmacology.alkaloids import molar_mass
from ketum.pharmacology.closed_forms import terminal_half_life
from ketum.trials import blood as trials
from ketum.trials.blood import Arm, Datum
from ketum.trials.validation.errors import mean_error, median_error
from ketum.trials.validation.row import FOLD_BAR, Row
from ketum.writing.texts import NOTHING, Text, say, term

REPEATS = 1000
"""How often each trial is simulated."""
TMAX_BAR_H = 0.5
SPREAD_BAR = 2.0


Individuals = Mapping[str, Mapping[str, Array]]
"""Each person's quantities by alkaloid code, then quantity; shape (repeats, people of the arm)."""


def rows(repeats: int = REPEATS, seed: int = 0) -> tuple[Row, ...]:
    """Predict every datum of ``data.csv``.

    Parameters
    ----------
    repeats
        How often each trial is simulated.
    seed
        Chooses the random numbers.
    """
    found: dict[str, dict[str, Individuals]] = {}
    for arm in trials.arms():
        found.setdefault(arm.trial, {})[arm.name] = _simulated(arm, repeats, seed)
    return tuple(_row(datum, found[datum.trial]) for datum in trials.data())


def _simulated(arm: Arm, repeats: int, seed: int) -> Individuals:
    """Run one arm many times."""
    key = hashlib.blake2b(f"{seed}/{arm.trial}/{arm.name}".encode(), digest_size=7).digest()
    stream = Stream(int.from_bytes(key, "big"), repeats * arm.n)
    row = (np.repeat(stream.uniform("knowledge", "posterior")[:repeats], arm.n) * _draws()).astype(int)
    typical = {name: column[row] for name, column in pharmacology.posterior().items()}
    effects = {e.name: stream.normal("people", e.name) for e in pharmacology.effects()}
    z = stream.normal("people", "weight")
    own = trials.individuals(arm, typical, effects, z)
    truth = trials.concentrations(arm, own)
    noise = {code: _noise(stream, code, arm.times_h.size) for code in truth}
    curves = trials.measured(truth, noise)
    weights = trials.trial_weights(arm, z)
    found = {code: dict(trials.individual_quantities(arm, code, curves, own, weights)) for code in truth}
    for code in truth:
        found[code]["structural"] = terminal_half_life(own, code)
    found["HM/MG"] = {"Cmax": found["HM"]["Cmax"] / found["MG"]["Cmax"]}
    shape = (repeats, arm.n)
    return {code: {name: value.reshape(shape) for name, value in table.items()} for code, table in found.items()}


def _draws() -> int:
    return next(iter(pharmacology.posterior().values())).size


def _noise(stream: Stream, code: str, size: int) -> Array:
    return np.stack([stream.normal("people", f"assay/{code}/{i}") for i in range(size)], axis=1)


def _row(datum: Datum, found: Mapping[str, Individuals]) -> Row:
    row = fact(datum.fact_id)
    scale = molar_mass(datum.alkaloid) / 1000 if row.unit == "ng/mL" else 1.0
    arms = [
        a for a in trials.trial_arms(datum.trial) if not datum.statistic.endswith(" mg") or a.name in datum.statistic
    ]
    samples = [found[a.name][datum.alkaloid][datum.quantity] * scale for a in arms]
    values = _statistic(datum.statistic, samples)
    observed, interval, kind = _observed(row)
    predicted, low, high = (float(x) for x in np.nanquantile(values, [0.5, 0.05, 0.95]))
    people = np.concatenate([s.ravel() for s in samples]) if len(samples) == 1 else samples[-1].ravel()
    smallest = largest = None
    observed_spread = None
    if kind == "range" and datum.statistic == "median":
        smallest, largest = _extremes(samples[0])
        observed_spread = interval[1] / interval[0] if interval else None
    fold = max(predicted / observed, observed / predicted)
    structural = None
    if datum.quantity == "half_life":
        structural = float(np.nanmedian(found[arms[-1].name][datum.alkaloid]["structural"]))
    p95, p05 = np.nanquantile(people, [0.95, 0.05])
    made = Row(
        datum.fact_id, datum.trial, datum.alkaloid, datum.quantity, datum.statistic, datum.role,
        observed, row.unit, interval, kind, predicted, (low, high), fold,
        smallest, largest, float(p95 / p05), observed_spread, structural, (), term(row.conditions), "blood", _own_error(row, kind, interval),
    )  # fmt: skip
    return _judged(made)


def _judged(row: Row) -> Row:
    from dataclasses import replace

    if row.role != "calibration":
        return row
    misses = []
    if row.quantity == "tmax":
        if abs(row.predicted - row.observed) > TMAX_BAR_H:
            misses.append(say("tmax off by {hours:.2f} h", hours=abs(row.predicted - row.observed)))
    elif row.fold_error > FOLD_BAR:
        misses.append(say("fold error {fold:.2f}", fold=row.fold_error))
    if row.interval and row.minimum_interval and row.maximum_interval:
        for name, seen, (low, high) in (
            (say("minimum"), row.interval[0], row.minimum_interval),
            (say("maximum"), row.interval[1], row.maximum_interval),
        ):
            if not low <= seen <= high:
                miss = say(
                    "published {name} {seen:g} outside {low:.3g} to {high:.3g}",
                    name=name,
                    seen=seen,
                    low=low,
                    high=high,
                )
                misses.append(miss)
        if row.observed_spread and row.spread and row.spread > SPREAD_BAR * row.observed_spread:
            miss = say(
                "p95/p05 {spread:.2f} against a published range of {seen:.2f}",
                spread=row.spread,
                seen=row.observed_spread,
            )
            misses.append(miss)
    return replace(row, misses=tuple(misses))


def _observed(row: Fact) -> tuple[float, tuple[float, float] | None, Text]:
    low, high = row.bounds()
    if low != high:
        return math.sqrt(low * high), (low, high), say("range over arms")
    if row.spread_type == "range":
        return row.number(), row.interval(), say("range")
    try:
        sd = float(row.spread)
    except ValueError:
        return row.number(), None, NOTHING
    return row.number(), (row.number() - sd, row.number() + sd), say("mean and SD")


def _own_error(row: Fact, kind: Text, interval: tuple[float, float] | None) -> float | None:
    """Find the standard error of a published statistic's logarithm; None where too little is known of it."""
    if interval is None or not row.n.isdigit():
        return None
    low, high = interval
    if kind == "mean and SD":
        return mean_error(row.number(), (high - low) / 2, int(row.n))
    return median_error(low, high, int(row.n)) if kind == "range" else None


def _statistic(name: str, samples: Sequence[Array]) -> Array:
    """Work out a trial's statistic; shape (repeats,)."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a simulated arm in which nobody has a half-life
        medians = np.array([np.nanmedian(s, axis=1) for s in samples])
        means = np.array([np.nanmean(s, axis=1) for s in samples])
        pooled = np.concatenate(samples, axis=1)
        if name == "range of arm medians":
            return np.asarray(np.sqrt(medians.min(axis=0) * medians.max(axis=0)))
        if name == "range of arm means":
            return np.asarray(np.sqrt(means.min(axis=0) * means.max(axis=0)))
        if name == "highest arm mean":
            return np.asarray(np.nanmax(means, axis=0))
        if name.startswith("mean"):
            return np.asarray(np.nanmean(pooled, axis=1))
        return np.asarray(np.nanmedian(pooled, axis=1))


def _extremes(sample: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    ends = np.nanmin(sample, axis=1), np.nanmax(sample, axis=1)
    low, high = (np.nanquantile(end, [0.05, 0.95]) for end in ends)
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1]))
