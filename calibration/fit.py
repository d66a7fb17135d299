"""Fit the kratom model to the human data on file, and write what came out back into its tables.

    python calibration/fit.py [--steps 20000] [--draws 500] [--maximum-only]

What is unknown (typical values and the spread between people) has the priors of ``parameters.csv`` and
``variability.csv``. The likelihood compares each datum with the distribution that the model gives the same statistic:

* a median with its range from n people: the exact density of the smallest, middle and largest of n numbers, with the
  simulated people's mean and SD on the log scale;
* a mean with an SD: the sampling distributions of both;
* a range over arms, or the highest arm: the mean over people, with the error written in ``ARM_ERROR``.

Two chains (Metropolis) start from two climbs to a high point; the second halves are kept, and their agreement (R-hat)
is printed. Rows of the same five people are treated as independent, so the posterior is somewhat too narrow where Cmax
and AUC say the same thing twice.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from scipy.stats import norm, qmc

from ketum import pharmacology
from ketum.arrays import Array
from ketum.evidence import fact
from ketum.pharmacology.models import ROOM
from ketum.pharmacology.parameters import moved
from ketum.trials import blood as trials

PEOPLE = 256
ARM_ERROR = 0.12
"""SD of the logarithm with which a range over arms, or a highest arm, of unknown size is trusted."""
TMAX_ERROR = 0.12
"""Added SD of the logarithm of a median tmax: samples lie 30-60 % apart."""
MIN_DEFINED = 0.7
"""Least share of people whose half-life must be defined."""

PARAMETERS = tuple(p for p in pharmacology.parameters() if p.name in pharmacology.draws("posterior"))
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


def typical(z: Array) -> dict[str, Array]:
    """Turn standard normal coordinates (under the prior) into values."""
    values = {p.name: moved(np.array(p.prior_median), p.prior_sd * z[i], p.scale) for i, p in enumerate(PARAMETERS)}
    values |= {e.name: e.prior_median * np.exp(e.prior_sd * z[len(PARAMETERS) + i]) for i, e in enumerate(EFFECTS)}
    return values | {name: np.array(value) for name, value in AT_REST.items()}


class Population:
    """The same people, weights and assay errors in every evaluation, so that the likelihood is smooth."""

    def __init__(self) -> None:
        sobol = qmc.MultivariateNormalQMC(
            np.zeros(len(EFFECTS) + 1), engine=qmc.Sobol(len(EFFECTS) + 1, seed=1), seed=1
        )
        z = sobol.random(PEOPLE)
        self.effects = {e.name: z[:, i] for i, e in enumerate(EFFECTS)}
        self.weight = z[:, -1]
        rng = np.random.default_rng(2)
        self.noise = {code: rng.standard_normal((PEOPLE, 40)) for code in CODES}
        self.arms = {
            arm.trial: arm for arm in trials.arms()
        }  # the last arm of each: linear in dose with enzymes at rest

    def analyse(self, trial: str, z: Array) -> dict[str, dict[str, Array]]:
        """Analyse every person of a trial's arm; by alkaloid, then quantity."""
        arm = self.arms[trial]
        values = {name: np.full(PEOPLE, float(value)) for name, value in typical(z).items()}
        # No exposure of swallowed leaf is on file. Without this the assumed quantification limit would speak for it.
        values["release_leaf"] = np.full(PEOPLE, LEAF)
        own = trials.individuals(arm, values, self.effects, self.weight)
        truth = trials.concentrations(arm, own)
        size = arm.times_h.size
        curves = trials.measured(truth, {code: noise[:, :size] for code, noise in self.noise.items()})
        weights = trials.trial_weights(arm, self.weight)
        found = {code: trials.individual_quantities(arm, code, curves, own, weights) for code in CODES}
        found["HM/MG"] = {"Cmax": found["HM"]["Cmax"] / found["MG"]["Cmax"]}
        return found


def log_likelihood(z: Array, population: Population) -> float:
    """Sum the log density of every calibration datum."""
    simulated = {trial: population.analyse(trial, z) for trial in {d.trial for d in CALIBRATION}}
    return sum(_datum(d, simulated[d.trial][d.alkaloid][d.quantity], population.arms[d.trial]) for d in CALIBRATION)


def _datum(datum: trials.Datum, sample: Array, arm: trials.Arm) -> float:
    good = sample[np.isfinite(sample) & (sample > 0)]
    if good.size < MIN_DEFINED * sample.size:
        return -50.0 * (1 + MIN_DEFINED - good.size / sample.size)
    logs = np.log(good)
    mean, sd = float(logs.mean()), max(float(logs.std()), 0.02)
    row = fact(datum.fact_id)
    if datum.statistic.startswith("mean of"):
        return _mean_and_sd(datum, good, arm)
    if datum.quantity == "tmax" and datum.statistic == "median" and row.interval():
        low, high = row.interval()
        return _order_statistics(np.log([low, row.number(), high]), mean, float(np.hypot(sd, TMAX_ERROR)), arm.n)
    if datum.quantity == "tmax":
        low, high = row.bounds()
        error = np.hypot(TMAX_ERROR, 1.25 * sd / np.sqrt(arm.n))
        return float(norm.logpdf(np.log(np.sqrt(low * high)), mean, error))
    if datum.statistic == "median":
        low, high = row.interval()
        return _order_statistics(np.log([low, row.number(), high]), mean, sd, arm.n)
    low, high = row.bounds()
    value = np.log(np.sqrt(low * high))
    arithmetic = float(np.log(good.mean()))
    if datum.statistic == "highest arm mean":
        arithmetic += 1.03 * good.std() / good.mean() / np.sqrt(arm.n)  # the largest of four arms
    return float(norm.logpdf(value, arithmetic, ARM_ERROR))


def _order_statistics(values: Array, mean: float, sd: float, n: int) -> float:
    """Log density of the smallest, middle and largest of n numbers from a normal distribution."""
    low, middle, high = values
    inner = (n - 3) // 2
    cdf = norm.cdf(values, mean, sd)
    between = inner * (np.log(cdf[1] - cdf[0] + 1e-12) + np.log(cdf[2] - cdf[1] + 1e-12))
    return float(norm.logpdf([low, middle, high], mean, sd).sum() + between)


def _mean_and_sd(datum: trials.Datum, sample: Array, arm: trials.Arm) -> float:
    row = fact(datum.fact_id)
    dose = float(datum.statistic.split()[-2]) / arm.mg["MG"]
    code = "MG" if datum.alkaloid == "MG" else "HM"
    unit = fact(next(a.molar_mass for a in pharmacology.ALKALOIDS if a.code == code)).number() / 1000
    simulated = sample * dose * unit
    mean, sd = simulated.mean(), simulated.std()
    observed_sd = float(row.spread)
    error = np.hypot(1 / np.sqrt(arm.n), 0.0) * sd / mean
    return float(
        norm.logpdf(np.log(row.number()), np.log(mean), error)
        + norm.logpdf(np.log(observed_sd), np.log(sd), 1 / np.sqrt(2 * (arm.n - 1)))
    )


CALIBRATION = tuple(d for d in trials.data() if d.role == "calibration")


def log_posterior(z: Array, population: Population) -> float:
    return log_likelihood(z, population) - 0.5 * float(z @ z)


def climb(steps: int, seed: int) -> Array:
    """Find a high point of the posterior: keep every random step that goes up.

    A gradient is of little use here, because the choice of the terminal slope's points makes the surface uneven.
    """
    population, rng = Population(), np.random.default_rng(seed)
    z = np.zeros(len(NAMES))
    current = log_posterior(z, population)
    for _ in range(steps):
        proposal = z + _few(rng, z.size)
        value = log_posterior(proposal, population)
        if value > current:
            z, current = proposal, value
    print(f"  climb {seed}: {current:.2f}", flush=True)
    return z


def _few(rng: np.random.Generator, size: int) -> Array:
    """Move three coordinates, by a little or a lot."""
    step = np.zeros(size)
    step[rng.integers(size, size=3)] = rng.standard_normal(3) * rng.choice([0.05, 0.2, 0.6])
    return step


def chain(start: Array, steps: int, seed: int) -> Array:
    """Metropolis; returns the second half, shape (steps // 2, unknowns).

    Half the steps move everything, with a covariance learnt on the way until half-time; the other half move three
    coordinates.
    """
    population, rng, size = Population(), np.random.default_rng(seed), start.size
    z, current = start, log_posterior(start, population)
    path, factor, scale = np.empty((steps, size)), np.eye(size) * 0.1, 2.38 / np.sqrt(size)
    tried = accepted = 0
    for step in range(steps):
        if step % 200 == 199 and step < steps // 2:
            factor = np.linalg.cholesky(np.cov(path[step // 3 : step].T) + 1e-4 * np.eye(size))
            scale *= np.exp(accepted / tried - 0.25)
            tried = accepted = 0
        whole = rng.random() < 0.5
        proposal = z + (scale * factor @ rng.standard_normal(size) if whole else _few(rng, size))
        value = log_posterior(proposal, population)
        up = np.log(rng.random()) < value - current
        tried, accepted = tried + whole, accepted + (whole and up)
        if up:
            z, current = proposal, value
        path[step] = z
        if step % 1000 == 999:
            print(f"  chain {seed}, step {step + 1}: {current:.1f}, scale {scale:.3f}", flush=True)
    return path[steps // 2 :]


def r_hat(chains: list[Array]) -> Array:
    """Gelman and Rubin's agreement of chains, each cut in two; near 1 where they agree."""
    halves = np.array([h for c in chains for h in np.array_split(c, 2)])
    n = min(len(h) for h in halves)
    halves = halves[:, :n]
    within, between = halves.var(axis=1, ddof=1).mean(axis=0), n * halves.mean(axis=1).var(axis=0, ddof=1)
    return np.sqrt(((n - 1) / n * within + between / n) / within)


def write(draws: Array) -> None:
    """Write draws, and their medians and intervals, into the pharmacology's tables."""
    values = [typical(z) for z in _silent_ones_from_prior(draws)]
    table = {name: np.array([float(v[name]) for v in values]) for name in NAMES}
    with (ROOM / "posterior.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NAMES)
        writer.writerows([[f"{table[name][i]:.6g}" for name in NAMES] for i in range(len(draws))])
    for name in ("parameters.csv", "variability.csv"):
        _fill(name, table)


def _silent_ones_from_prior(draws: Array) -> Array:
    """Give what no datum speaks to its prior itself, evenly, instead of a chain's wandering over it."""
    rng, draws = np.random.default_rng(3), draws.copy()
    even = norm.ppf((np.arange(len(draws)) + 0.5) / len(draws))
    for name in SILENT:
        draws[:, NAMES.index(name)] = rng.permutation(even)
    return draws


def _fill(name: str, table: Mapping[str, Array]) -> None:
    with (ROOM / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in (row for row in rows if row["name"] in table):
        low, middle, high = np.quantile(table[row["name"]], [0.05, 0.5, 0.95])
        row |= {"value": f"{middle:.4g}", "low": f"{low:.4g}", "high": f"{high:.4g}"}
    with (ROOM / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def show(z: Array, population: Population) -> None:
    """Print each calibration datum beside the simulated people's median and spread."""
    for trial in dict.fromkeys(d.trial for d in CALIBRATION):
        found = population.analyse(trial, z)
        for datum in (d for d in CALIBRATION if d.trial == trial):
            sample = found[datum.alkaloid][datum.quantity]
            good = sample[np.isfinite(sample)]
            ratio = np.quantile(good, 0.95) / np.quantile(good, 0.05) if good.size else np.nan
            row = fact(datum.fact_id)
            print(
                f"{datum.fact_id} {datum.alkaloid:6}{datum.quantity:10} "
                f"observed {row.value:>8} {row.unit:6} ({row.spread}) simulated median {np.median(good):8.3g} "
                f"mean {good.mean():8.3g} SD {good.std():7.3g} p95/p05 {ratio:5.2f} "
                f"defined {good.size / sample.size:.2f} loglik {_datum(datum, sample, population.arms[trial]):6.2f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=40000, help="steps of each chain")
    parser.add_argument("--climb", type=int, default=3000, help="steps of each climb to a starting point")
    parser.add_argument("--draws", type=int, default=500, help="joint draws to keep")
    parser.add_argument("--maximum-only", action="store_true", help="print the best fit and write nothing")
    options = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        starts = list(pool.map(climb, [options.climb] * 2, [1, 2]))
        show(starts[0], Population())
        if options.maximum_only:
            return
        chains = list(pool.map(chain, starts, [options.steps] * 2, [1, 2]))
    agreement = r_hat(chains)
    print("R-hat, worst five:", {NAMES[i]: round(float(agreement[i]), 3) for i in np.argsort(-agreement)[:5]})
    everything = np.concatenate(chains)
    write(everything[np.linspace(0, len(everything) - 1, options.draws).astype(int)])


if __name__ == "__main__":
    main()
