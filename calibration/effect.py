"""Fit what is open between receptor and effect to the human studies on file, and write it into the tables.

    python calibration/effect.py [--draws 24000] [--people 8] [--keep 500]

1. Draw everything from belief: a row of the kinetic posterior, and the priors of ``effect_parameters.csv`` and
   ``effect_variability.csv``.
2. Simulate the study of the pupil with `people` habitual users a draw; weigh each draw by how well their mean narrowing
   agrees with the measured one; keep three times `keep` of them by their weights. This settles ``potency`` together with all that it
   trades against (unbound fraction, entry into the brain, affinity, efficacy, tolerance).
3. For each draw kept, simulate the studies of pain tolerance and withdrawal. Cold-pressor slope and withdrawal scale only
   multiply what came out, so many values of each are tried; one is kept by its weight, and the draw by their mean weight.

4. Put the draws beside those of the blood: by the exposure to 7-hydroxymitragynine from leaf, rank by rank, since that
   carries most of the load; then move ``potency`` until each gives the narrowing that it gave where it was fitted. What is
   known of blood levels is not changed by what effects say.

Errors that the papers do not give are written below, each with its reason.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Mapping

import numpy as np
from scipy.stats import norm

from ketum import pharmacology
from ketum.arrays import Array
from ketum.chance import Stream
from ketum.crowd.people import draw_knowledge
from ketum.endpoints.effect import withdrawal
from ketum.evidence import fact
from ketum.pharmacology.models import ROOM
from ketum.pharmacology.parameters import moved
from ketum.trials.effects import StudyCourse, course, studies

PUPIL_ERROR_MM = 0.15
"""p < 0.01 with ten people asks for a standard error of at most 0.21 (t = 3.25); two eyes agree within 0.03."""
NAIVE_ERROR = 0.4
"""SD of the logarithm of the gain in people who take none: 40 mg of mitragynine left pain tolerance unchanged in seven."""
GAIN_ERROR = 0.45
"""SD of the logarithm of the mean gain in tolerance time over placebo: the standard errors of four means."""
SPREAD_ERROR = 0.4
"""SD of the logarithm of the published SD over mean of 24.9 s, from 26 people with a long tail."""
NIGHT_ERROR = 0.35
"""SD of the logarithm of the mean score after a night: 3.3 over the root of ten, and how it was used before."""
RECALL_ERROR = 0.35
"""SD of the logarithm of the recalled mean: recall, and which moment was recalled."""
TRIES = 400
ROUNDS = 8
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


def simulated(name: str, known: dict[str, Array], people: int) -> StudyCourse:
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


Tried = tuple[Array, dict[str, Array]]
"""Log of the mean weight over the values tried, and the value kept; both for each draw."""


def pain(study: StudyCourse, naive: StudyCourse, people: int) -> Tried:
    """Try cold-pressor slopes and their spread; keep one pair a draw."""
    placebo = np.sqrt(fact("AN004").number() / fact("AN003").number() * fact("AN006").number() / fact("AN005").number())
    gain = np.log(fact("AN002").number() / fact("AN001").number() / placebo)
    cv = np.log(39.4 / fact("AN002").number())
    baseline = np.exp(0.55 * np.random.default_rng(13).standard_normal(people))  # SD 6.7 on a mean of 11.2 s
    effect = study.effect.reshape(-1, people, study.effect.shape[1])
    fresh = naive.effect.reshape(-1, people, naive.effect.shape[1])

    def log_weight(one: int, slopes: Array) -> Array:
        time = baseline * (1 + slopes * effect[one, :, 2]) / (1 + slopes * effect[one, :, 0])
        mean, sd = time.mean(axis=1), time.std(axis=1)
        unchanged = np.log(np.median(1 + slopes * fresh[one, :, 2], axis=1))
        return (
            norm.logpdf(np.log(mean / baseline.mean()), gain, GAIN_ERROR)
            + norm.logpdf(np.log(sd / mean), cv, SPREAD_ERROR)
            + norm.logpdf(unchanged, 0.0, NAIVE_ERROR)
        )

    return _tried("slope_CP", "efficacy_CP", len(effect), people, log_weight)


def score(night: StudyCourse, stopping: StudyCourse, people: int) -> Tried:
    """Try withdrawal scales and their spread; keep one pair a draw."""
    missing = night.missing.reshape(-1, people)
    worst = stopping.missing_after.max(axis=1).reshape(-1, people)
    base = night.own["SOWS_base"].reshape(-1, people)

    def log_weight(one: int, scales: Array) -> Array:
        after = base[one] + withdrawal(scales * missing[one])
        recalled = base[one] + withdrawal(scales * worst[one])
        return (
            norm.logpdf(np.log(after.mean(axis=1)), np.log(fact("AN015").number()), NIGHT_ERROR)
            + norm.logpdf(np.log(recalled.mean(axis=1)), np.log(fact("DE025").number()), RECALL_ERROR)
            + norm.logpdf(np.log(recalled.std(axis=1) + 1e-3), np.log(11.9), RECALL_ERROR)
        )

    return _tried("SOWS_scale", "withdrawal", len(missing), people, log_weight)


def _tried(scale: str, spread: str, draws: int, people: int, log_weight: Callable[[int, Array], Array]) -> Tried:
    """Try many values of a factor and of its spread between people on each draw."""
    rows = {row.name: row for row in (*PARAMETERS, *VARIABILITY)}
    rng = np.random.default_rng(14)
    z = norm.ppf((rng.permutation(people) + 0.5) / people)
    total, found = np.empty(draws), {scale: np.empty(draws), spread: np.empty(draws)}
    for one in range(draws):
        values = {n: rows[n].prior_median * np.exp(rows[n].prior_sd * rng.standard_normal(TRIES)) for n in found}
        logs = log_weight(one, values[scale][:, None] * np.exp(values[spread][:, None] * z))
        weights = np.exp(logs - logs.max())
        total[one] = logs.max() + np.log(weights.mean())
        pick = kept(weights, 1, int(rng.integers(1 << 30)))[0]
        for name in found:
            found[name][one] = values[name][pick]
    return total, found


def exposure(blood: Mapping[str, Array]) -> Array:
    """Area under 7-hydroxymitragynine's curve for 1 nmol of mitragynine in leaf, in h/L; enzymes at rest."""
    extraction = blood["CLint_HM"] / (blood["Q_H"] + blood["CLint_HM"])
    by_gut = blood["fm_gut"] * (1 - blood["Fg_MG"]) * blood["Fg_HM"]
    by_liver = blood["fm_liver"] * blood["Fg_MG"]
    reaching = blood["release_leaf"] * blood["Fa"] * (by_gut + by_liver) * (1 - extraction)
    return np.asarray(reaching / (blood["Q_H"] * extraction))


def beside_blood(known: dict[str, Array], people: int) -> dict[str, Array]:
    """Find each draw of the blood a draw of effects, and the potency with which that keeps its narrowing of the pupil."""

    def narrowing(draws: dict[str, Array]) -> Array:
        return means(simulated("Smith 2024", draws, people).pupil(), people)

    blood = pharmacology.posterior()
    rank = exposure(blood).argsort().argsort()
    rows = exposure(known).argsort()[rank * known["potency"].size // rank.size]
    wanted, placed = narrowing(known)[rows], blood | picked({name: known[name] for name in NAMES}, rows)
    found, miss = placed["potency"], np.full(rank.size, np.inf)
    for _ in range(ROUNDS):
        now = narrowing(placed)
        better = np.abs(now - wanted) < miss
        found, miss = np.where(better, placed["potency"], found), np.where(better, np.abs(now - wanted), miss)
        # The narrowing grows with potency, less and less; beyond a point it falls, so what comes nearest is kept.
        step = np.clip(wanted / np.minimum(now, -1e-4), 1 / 3, 3.0)
        placed["potency"] = placed["potency"] * step
    print("narrowing beside other blood, mm off:", np.quantile(miss, [0.5, 0.9, 0.99]).round(3))
    return {name: placed[name] for name in NAMES} | {"potency": found}


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
    parser.add_argument("--draws", type=int, default=24000, help="draws from belief")
    parser.add_argument("--people", type=int, default=8, help="simulated people of a study, for each draw")
    parser.add_argument("--keep", type=int, default=500, help="joint draws to keep")
    options = parser.parse_args()
    people = options.people
    known = beliefs(options.draws)
    pupil = means(simulated("Smith 2024", known, people).pupil(), people)
    observed = (fact("AN012").number() + fact("AN013").number()) / 2
    weights = norm.pdf(pupil, observed, PUPIL_ERROR_MM)
    print(f"pupil: effective draws {effective(weights):.0f} of {options.draws}")
    print("pupil before the fit, mm:", np.quantile(pupil, [0.05, 0.5, 0.95]).round(3))
    known = picked(known, kept(weights, 3 * options.keep, 15))
    pain_weight, slopes = pain(
        simulated("Vicknasingam 2020", known, people), simulated("Prevete 2025", known, people), people
    )
    night, stopping = simulated("Smith 2024", known, people), simulated("Rogers 2024", known, people)
    score_weight, scales = score(night, stopping, people)
    total = pain_weight + score_weight
    weights = np.exp(total - total.max())
    print(f"pain and withdrawal: effective draws {effective(weights):.0f} of {weights.size}")
    known = picked(known | slopes | scales, kept(weights, options.keep, 16))
    known = beside_blood(known, people)
    write(known)
    for name in NAMES:
        print(f"{name:14}", np.quantile(known[name], [0.05, 0.5, 0.95]).round(4))


def effective(weights: Array) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def picked(known: dict[str, Array], rows: Array) -> dict[str, Array]:
    return {name: column[rows] for name, column in known.items()}


if __name__ == "__main__":
    main()
