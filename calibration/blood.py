"""Fit the kratom model to the blood levels on file, and write what came out back into its tables.

    python calibration/blood.py [--points 400] [--clouds 4] [--draws 500]

What is unknown (typical values and the spread between people) has the priors of ``parameters.csv`` and
``variability.csv``. Two structures are fitted, since single doses followed for 144 h do not tell them apart: mitragynine
with one peripheral volume, and with a deep one besides. Each is held equally likely before; their weights after are
those of the evidence that the clouds give, and that many of the draws have each structure.

The likelihood compares each datum with the distribution that the model gives the same statistic:

* a median with its range from n people: the exact density of the smallest, middle and largest of n numbers, with the
  simulated people's mean and SD on the log scale;
* a mean with an SD: the sampling distributions of both;
* a range over arms, or the highest arm: the mean over people, with the error written in ``ARM_ERROR``.

Rows of the same five people are treated as independent, so the posterior is somewhat too narrow where Cmax and AUC say
the same thing twice.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from agreement import report
from at_rest import concentrations
from scipy.stats import norm, qmc
from tables import fill, write_draws
from tempering import Cloud, temper

from ketum import pharmacology
from ketum.arrays import Array
from ketum.evidence import fact
from ketum.pharmacology.parameters import moved
from ketum.trials import blood as trials

PEOPLE = 64
"""Simulated people of each trial: the same, evenly placed, in every evaluation."""
ARM_ERROR = 0.12
"""SD of the logarithm with which a range over arms, or a highest arm, of unknown size is trusted."""
TMAX_ERROR = 0.12
"""Added SD of the logarithm of a median tmax: samples lie 30-60 % apart."""
MIN_DEFINED = 0.7
"""Least share of people whose half-life must be defined."""
STRUCTURES = ("one peripheral volume", "a deep volume besides")
DEEP = ("Q3_MG", "V3_MG")

PARAMETERS = tuple(p for p in pharmacology.parameters() if p.name in (*pharmacology.draws("posterior"), *DEEP))
"""What this fit leaves open: enzymes are at rest here; what mitragynine does to them is fitted by ``interaction.py``."""
AT_REST = {p.name: p.prior_median for p in pharmacology.parameters() if p not in PARAMETERS} | {
    "kinact_gut": 0.0,
    "kinact_liver": 0.0,
    "Ki_3A": 1e30,
}
EFFECTS = pharmacology.effects()
LEAF = next(p.prior_median for p in PARAMETERS if p.name == "release_leaf")
SILENT = ("release_leaf", "release_shot", "release_7oh")
"""Parameters that no datum speaks to."""
CODES = tuple(known.code for known in pharmacology.ALKALOIDS)
NAMES = (*(p.name for p in PARAMETERS), *(e.name for e in EFFECTS))
CALIBRATION = tuple(d for d in trials.data() if d.role == "calibration")


def typical(z: Array, structure: str) -> dict[str, Array]:
    """Turn coordinates that are standard normal under the prior, shape (points, unknowns), into values."""
    values = {p.name: moved(np.array(p.prior_median), p.prior_sd * z[:, i], p.scale) for i, p in enumerate(PARAMETERS)}
    values |= {e.name: e.prior_median * np.exp(e.prior_sd * z[:, len(PARAMETERS) + i]) for i, e in enumerate(EFFECTS)}
    if structure == STRUCTURES[0]:
        values["Q3_MG"] = np.zeros(len(z))
    return values


@dataclass(frozen=True, eq=False)
class Population:
    """The same people, weights and assay errors in every evaluation, so that the likelihood is smooth.

    Parameters
    ----------
    z
        Standard normal numbers of people, shape (people, effects + 1); the last is of weight.
    noise
        Of the assay, by alkaloid, shape (people, 40).
    arms
        The last arm of each trial: linear in dose with enzymes at rest.
    """

    z: Array
    noise: Mapping[str, Array]
    arms: Mapping[str, trials.Arm]


@cache
def population() -> Population:
    size = len(EFFECTS) + 1
    z = qmc.MultivariateNormalQMC(np.zeros(size), engine=qmc.Sobol(size, seed=1), seed=1).random(PEOPLE)
    rng = np.random.default_rng(2)
    noise = {code: rng.standard_normal((PEOPLE, 40)) for code in CODES}
    return Population(z, noise, {arm.trial: arm for arm in trials.arms()})


def analyse(trial: str, values: Mapping[str, Array]) -> dict[str, dict[str, Array]]:
    """Analyse every person of a trial's arm under each point; by alkaloid, then quantity, shape (points, people)."""
    here, points = population(), next(iter(values.values())).size
    arm = here.arms[trial]
    everyone = {name: np.repeat(column, PEOPLE) for name, column in values.items()}
    everyone |= {name: np.full(points * PEOPLE, value) for name, value in AT_REST.items()}
    # No exposure of swallowed leaf is on file. Without this the assumed quantification limit would speak for it.
    everyone["release_leaf"] = np.full(points * PEOPLE, LEAF)
    z = {e.name: np.tile(here.z[:, i], points) for i, e in enumerate(EFFECTS)}
    weight = np.tile(here.z[:, -1], points)
    own = trials.individuals(arm, everyone, z, weight)
    truth = concentrations(arm, own)
    size = arm.times_h.size
    curves = trials.measured(truth, {code: np.tile(noise[:, :size], (points, 1)) for code, noise in here.noise.items()})
    weights = trials.trial_weights(arm, weight)
    found = {code: trials.individual_quantities(arm, code, curves, own, weights) for code in CODES}
    found["HM/MG"] = {"Cmax": found["HM"]["Cmax"] / found["MG"]["Cmax"]}
    return {
        code: {name: column.reshape(points, PEOPLE) for name, column in quantities.items()}
        for code, quantities in found.items()
    }


def log_likelihood(z: Array, structure: str) -> Array:
    """Sum the log density of every calibration datum, shape (points,)."""
    values = typical(z, structure)
    simulated = {trial: analyse(trial, values) for trial in {d.trial for d in CALIBRATION}}
    total = np.zeros(len(z))
    for datum in CALIBRATION:
        sample = simulated[datum.trial][datum.alkaloid][datum.quantity]
        total += _datum(datum, sample, population().arms[datum.trial])
    return total


def _datum(datum: trials.Datum, sample: Array, arm: trials.Arm) -> Array:
    logs = np.log(np.where(sample > 0, sample, np.nan))
    defined = np.isfinite(logs).mean(axis=1)
    with np.errstate(all="ignore"):
        mean = np.nanmean(logs, axis=1)
        sd = np.maximum(np.nanstd(logs, axis=1), 0.02)
        found = _density(datum, arm, np.exp(logs), mean, sd)
    return np.where(defined < MIN_DEFINED, -50.0 * (1 + MIN_DEFINED - defined), np.maximum(found, -500.0))


def _density(datum: trials.Datum, arm: trials.Arm, sample: Array, mean: Array, sd: Array) -> Array:
    row = fact(datum.fact_id)
    if datum.statistic.startswith("mean of"):
        return _mean_and_sd(datum, sample, arm)
    if datum.statistic == "median" and row.interval():
        wider = TMAX_ERROR if datum.quantity == "tmax" else 0.0
        return _order_statistics(row, mean, np.hypot(sd, wider), arm.n)
    low, high = row.bounds()
    value = np.log(np.sqrt(low * high))
    if datum.quantity == "tmax":
        return np.asarray(norm.logpdf(value, mean, np.hypot(TMAX_ERROR, 1.25 * sd / np.sqrt(arm.n))))
    arithmetic = np.log(np.nanmean(sample, axis=1))
    if datum.statistic == "highest arm mean":  # the largest of four arms
        arithmetic = arithmetic + 1.03 * np.nanstd(sample, axis=1) / np.nanmean(sample, axis=1) / np.sqrt(arm.n)
    return np.asarray(norm.logpdf(value, arithmetic, ARM_ERROR))


def _order_statistics(row: object, mean: Array, sd: Array, n: int) -> Array:
    """Log density of the smallest, middle and largest of n numbers from a normal distribution."""
    low, high = row.interval()  # type: ignore[attr-defined]
    values = np.log([low, row.number(), high])[:, None]  # type: ignore[attr-defined]
    inner = (n - 3) // 2
    cdf = norm.cdf(values, mean, sd)
    between = inner * (np.log(cdf[1] - cdf[0] + 1e-12) + np.log(cdf[2] - cdf[1] + 1e-12))
    return np.asarray(norm.logpdf(values, mean, sd).sum(axis=0) + between)


def _mean_and_sd(datum: trials.Datum, sample: Array, arm: trials.Arm) -> Array:
    row = fact(datum.fact_id)
    dose = float(datum.statistic.split()[-2]) / arm.mg["MG"]
    unit = fact(pharmacology.alkaloid(datum.alkaloid).molar_mass).number() / 1000
    mean, sd = np.nanmean(sample, axis=1) * dose * unit, np.nanstd(sample, axis=1) * dose * unit
    return np.asarray(
        norm.logpdf(np.log(row.number()), np.log(mean), sd / mean / np.sqrt(arm.n))
        + norm.logpdf(np.log(float(row.spread)), np.log(sd), 1 / np.sqrt(2 * (arm.n - 1)))
    )


def cloud(structure: str, points: int, seed: int) -> Cloud:
    """Lead one cloud of points from prior to posterior."""

    def say(text: str) -> None:
        print(f"  {structure}, cloud {seed}: {text}", flush=True)

    return temper(lambda z: log_likelihood(z, structure), len(NAMES), points=points, seed=seed, say=say)


def of_structures(clouds: Mapping[str, list[Cloud]], draws: int) -> list[tuple[str, Array]]:
    """Share draws between the structures by their evidence; give each one's points, shape (its draws, unknowns)."""
    evidence = np.array([np.mean([cloud.log_evidence for cloud in clouds[s]]) for s in STRUCTURES])
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    found = []
    for structure, weight in zip(STRUCTURES, weights, strict=True):
        each = [round(cloud.log_evidence, 2) for cloud in clouds[structure]]
        print(f"{structure}: log evidence {each}, weight {weight:.2f}")
        last = np.concatenate([cloud.points[:, -1] for cloud in clouds[structure]])
        number = round(draws * weight)
        found.append((structure, last[np.linspace(0, len(last) - 1, number).astype(int)]))
    return found


def write(found: list[tuple[str, Array]]) -> None:
    """Write draws, and their medians and intervals, into the pharmacology's tables."""
    parts = [typical(_silent_ones_from_prior(z), structure) for structure, z in found]
    table = {name: np.concatenate([part[name] for part in parts]) for name in NAMES}
    # Structures are mixed, so that any stretch of rows holds both.
    order = np.random.default_rng(4).permutation(table[NAMES[0]].size)
    table = {name: column[order] for name, column in table.items()}
    write_draws("posterior", table)
    for name in ("parameters.csv", "variability.csv"):
        fill(name, table)


def _silent_ones_from_prior(z: Array) -> Array:
    """Give what no datum speaks to its prior itself, evenly, instead of a cloud's wandering over it."""
    rng, z = np.random.default_rng(3), z.copy()
    even = norm.ppf((np.arange(len(z)) + 0.5) / len(z))
    for name in SILENT:
        z[:, NAMES.index(name)] = rng.permutation(even)
    return z


def show(z: Array, structure: str) -> None:
    """Print each calibration datum beside what the simulated people give, over all draws."""
    values = typical(z, structure)
    for trial in dict.fromkeys(d.trial for d in CALIBRATION):
        found = analyse(trial, values)
        for datum in (d for d in CALIBRATION if d.trial == trial):
            with np.errstate(all="ignore"):
                middle = np.nanmedian(found[datum.alkaloid][datum.quantity], axis=1)
            row = fact(datum.fact_id)
            low, median, high = np.nanquantile(middle, [0.05, 0.5, 0.95])
            print(
                f"{datum.fact_id} {datum.alkaloid:6}{datum.quantity:10} observed {row.value:>8} {row.unit:6} "
                f"({row.spread}) simulated median {median:8.3g} ({low:.3g} to {high:.3g})"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=300, help="points of a cloud")
    parser.add_argument("--clouds", type=int, default=3, help="independent clouds for each structure")
    parser.add_argument("--draws", type=int, default=500, help="joint draws to keep")
    options = parser.parse_args()
    jobs = [(s, options.points, seed) for s in STRUCTURES for seed in range(options.clouds)]
    with ProcessPoolExecutor(2) as pool:
        led = list(pool.map(cloud, *zip(*jobs, strict=True)))
    clouds = {s: led[i * options.clouds : (i + 1) * options.clouds] for i, s in enumerate(STRUCTURES)}
    for structure, several in clouds.items():
        print(structure)
        report(NAMES, several)
        show(np.concatenate([each.points[:20, -1] for each in several]), structure)
    write(of_structures(clouds, options.draws))


if __name__ == "__main__":
    main()
