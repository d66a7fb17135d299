"""Fit what is open between receptor and effect to the human studies on file, and write it into the tables.

    python calibration/effect.py [--draws 3000] [--people 16] [--keep 500]

1. Draw everything from belief: a row of the kinetic posterior, and the priors of ``effect_parameters.csv`` and
   ``effect_variability.csv``.
2. Simulate the study of the pupil with `people` habitual users a draw; weigh each draw by how well their mean narrowing
   agrees with the measured one; keep `keep` of them by their weights. This settles ``potency`` together with all that it
   trades against (unbound fraction, entry into the brain, affinity, efficacy, tolerance).
3. For each draw kept, simulate the studies of pain tolerance and withdrawal once. Cold-pressor slope and withdrawal scale
   only multiply what came out, so many values of each are tried, and one is kept by its weight.

Errors that the papers do not give are written below, each with its reason.
"""

from __future__ import annotations

import argparse
import csv

import numpy as np
from scipy.stats import norm

from ketum import pharmacology
from ketum.effect import withdrawal
from ketum.effect_trials import Course, course, studies
from ketum.evidence import fact
from ketum.people import Stream, draw_knowledge, moved
from ketum.pharmacology.tables import ROOM, Array

PUPIL_ERROR_MM = 0.2
"""p < 0.01 with ten people asks for a standard error of about 0.2 (t = 3.25 with nine degrees of freedom)."""
GAIN_ERROR = 0.45
"""SD of the logarithm of the mean gain in tolerance time over placebo: the standard errors of four means."""
SPREAD_ERROR = 0.4
"""SD of the logarithm of the published SD over mean of 24.9 s, from 26 people with a long tail."""
NIGHT_ERROR = 0.35
"""SD of the logarithm of the mean score after a night: 3.3 over the root of ten, and a score that is not zero in anybody."""
RECALL_ERROR = 0.35
"""SD of the logarithm of the recalled mean: recall, and which moment was recalled."""
TRIES = 400
PARAMETERS, VARIABILITY = pharmacology.effect_parameters(), pharmacology.effect_variability()
NAMES = (*(p.name for p in PARAMETERS), *(v.name for v in VARIABILITY))


def beliefs(draws: int) -> dict[str, Array]:
    """Draw from the priors, and a row of the kinetic posterior beside each."""
    stream = Stream(11, draws)
    known = draw_knowledge(stream)
    for row in (*PARAMETERS, *VARIABILITY):
        scale = getattr(row, "scale", "log")
        z = stream.normal("knowledge", f"prior of {row.name}")
        if scale == "switch":
            known[row.name] = np.where(z < norm.ppf(row.prior_median), 1.0, 0.0)
        else:
            known[row.name] = moved(np.array(row.prior_median), row.prior_sd * z, scale)
    return known


def simulated(name: str, known: dict[str, Array], people: int) -> Course:
    """Simulate a study with `people` persons for each draw."""
    typical = {key: np.repeat(column, people) for key, column in known.items()}
    stream = Stream(12, next(iter(typical.values())).size)
    rows = (*pharmacology.effects(), *VARIABILITY)
    effects = {row.name: stream.normal("people", row.name) for row in rows}
    z = {key: stream.normal("people", f"{name}/{key}") for key in ("weight", "dose")}
    return course(studies()[name], typical, effects, z)


def means(values: Array, people: int) -> Array:
    return np.asarray(values.reshape(-1, people).mean(axis=1))


def kept(weights: Array, number: int, seed: int) -> Array:
    """Pick rows in proportion to their weights, evenly (systematic resampling)."""
    start = np.random.default_rng(seed).random()
    return np.searchsorted(np.cumsum(weights / weights.sum()), (np.arange(number) + start) / number)


def pain(draw: Course, people: int, known: dict[str, Array]) -> dict[str, Array]:
    """Try cold-pressor slopes and their spread; keep one pair a draw."""
    slope, spread = (next(r for r in rows if r.name == n) for rows, n in ((PARAMETERS, "slope_CP"), (VARIABILITY, "efficacy_CP")))
    placebo = np.sqrt(fact("AN004").number() / fact("AN003").number() * fact("AN006").number() / fact("AN005").number())
    gain = np.log(fact("AN002").number() / fact("AN001").number() / placebo)
    cv = np.log(39.4 / fact("AN002").number())
    rng = np.random.default_rng(13)
    found = {"slope_CP": [], "efficacy_CP": []}
    effect = draw.effect.reshape(-1, people, draw.effect.shape[1])
    baseline = np.exp(0.55 * rng.standard_normal(people))  # SD 6.7 on a mean of 11.2 s
    z = norm.ppf((rng.permutation(people) + 0.5) / people)
    for one in effect:
        slopes = slope.prior_median * np.exp(slope.prior_sd * rng.standard_normal(TRIES))
        widths = spread.prior_median * np.exp(spread.prior_sd * rng.standard_normal(TRIES))
        each = slopes[:, None] * np.exp(widths[:, None] * z)
        time = baseline * (1 + each * one[:, 2]) / (1 + each * one[:, 0])
        log_weight = norm.logpdf(np.log(time.mean(axis=1) / baseline.mean()), gain, GAIN_ERROR)
        log_weight += norm.logpdf(np.log(time.std(axis=1) / time.mean(axis=1)), cv, SPREAD_ERROR)
        pick = kept(np.exp(log_weight - log_weight.max()), 1, int(rng.integers(1 << 30)))[0]
        found["slope_CP"].append(slopes[pick])
        found["efficacy_CP"].append(widths[pick])
    return {name: np.array(values) for name, values in found.items()}


def score(night: Course, stopping: Course, people: int) -> dict[str, Array]:
    """Try withdrawal scales and their spread; keep one pair a draw."""
    scale, spread = (next(r for r in rows if r.name == n) for rows, n in ((PARAMETERS, "SOWS_scale"), (VARIABILITY, "withdrawal")))
    rng = np.random.default_rng(14)
    z = norm.ppf((rng.permutation(people) + 0.5) / people)
    found = {"SOWS_scale": [], "withdrawal": []}
    missing = night.missing.reshape(-1, people)
    worst = stopping.missing_after.max(axis=1).reshape(-1, people)
    for a, b in zip(missing, worst, strict=True):
        scales = scale.prior_median * np.exp(scale.prior_sd * rng.standard_normal(TRIES))
        widths = spread.prior_median * np.exp(spread.prior_sd * rng.standard_normal(TRIES))
        each = scales[:, None] * np.exp(widths[:, None] * z)
        after, recalled = withdrawal(each * a), withdrawal(each * b)
        tiny = 1e-3
        log_weight = norm.logpdf(np.log(after.mean(axis=1) + tiny), np.log(fact("AN015").number()), NIGHT_ERROR)
        log_weight += norm.logpdf(np.log(recalled.mean(axis=1) + tiny), np.log(fact("DE025").number()), RECALL_ERROR)
        log_weight += norm.logpdf(np.log(recalled.std(axis=1) + tiny), np.log(11.9), RECALL_ERROR)
        pick = kept(np.exp(log_weight - log_weight.max()), 1, int(rng.integers(1 << 30)))[0]
        found["SOWS_scale"].append(scales[pick])
        found["withdrawal"].append(widths[pick])
    return {name: np.array(values) for name, values in found.items()}


def write(known: dict[str, Array]) -> None:
    """Write the draws, and their medians and intervals, into the pharmacology's tables."""
    size = known["potency"].size
    with (ROOM / "effect_posterior.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NAMES)
        writer.writerows([[f"{known[name][i]:.6g}" for name in NAMES] for i in range(size)])
    for name in ("effect_parameters.csv", "effect_variability.csv"):
        with (ROOM / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            low, middle, high = np.quantile(known[row["name"]], [0.05, 0.5, 0.95])
            if row.get("scale") == "switch":
                low, middle, high = 0.0, known[row["name"]].mean(), 1.0
            row |= {"value": f"{middle:.4g}", "low": f"{low:.4g}", "high": f"{high:.4g}"}
        with (ROOM / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=3000, help="draws from belief")
    parser.add_argument("--people", type=int, default=16, help="simulated people of a study, for each draw")
    parser.add_argument("--keep", type=int, default=500, help="joint draws to keep")
    options = parser.parse_args()
    known = beliefs(options.draws)
    pupil = means(simulated("Smith 2024", known, options.people).pupil(), options.people)
    observed = (fact("AN012").number() + fact("AN013").number()) / 2
    weights = norm.pdf(pupil, observed, PUPIL_ERROR_MM)
    print(f"effective draws {weights.sum() ** 2 / (weights**2).sum():.0f} of {options.draws}")
    print("pupil before the fit, mm:", np.quantile(pupil, [0.05, 0.5, 0.95]).round(3))
    rows = kept(weights, options.keep, 15)
    known = {name: column[rows] for name, column in known.items()}
    print("pupil after the fit, mm:", np.quantile(pupil[rows], [0.05, 0.5, 0.95]).round(3))
    known |= pain(simulated("Vicknasingam 2020", known, options.people), options.people, known)
    night = simulated("Smith 2024", known, options.people)
    known |= score(night, simulated("Rogers 2024", known, options.people), options.people)
    write(known)
    for name in NAMES:
        print(f"{name:14}", np.quantile(known[name], [0.05, 0.5, 0.95]).round(4))


if __name__ == "__main__":
    main()
