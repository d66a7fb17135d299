"""Fit what is open between receptor and effect to the human studies on file, and write it into the tables.

    python calibration/effect.py [--people 8] [--clouds 2] [--moves 25] [--last 60]

Blood levels are not changed by what effects say: every draw of the blood stays as it is, and for each of them what is
unknown of the effects is led from belief (``effect_parameters.csv``, ``effect_variability.csv``) to what agrees with
the studies. Regular users and people new to kratom are fitted apart: the second have ``naive`` times the potency of the
first, and the belief in that ratio holds them together.

* The pupil, cold-pressor time and scores of withdrawal are compared with their published means and spreads.
* What was looked for and not seen is a bound: a change of which a study of its size would have noticed two standard
  errors. The probability of not seeing it counts.

Errors that the papers do not give are written below, each with its reason.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np
from agreement import report
from scipy.stats import norm, qmc
from tables import fill, write_draws
from tempering import Cloud, temper

from ketum import pharmacology
from ketum.arrays import Array
from ketum.crowd.people import individual
from ketum.endpoints.effect import withdrawal
from ketum.evidence import fact
from ketum.pharmacology.parameters import NOT_IN_EQUATIONS, moved
from ketum.trials.bounds import BREATHING_SD, SCORE_SD, nobody_above, not_seen
from ketum.trials.effects import StudyCourse, Subjects, course, studies, subjects

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
LATER = tuple(name for name in NOT_IN_EQUATIONS if name not in ("naive", "SOWS_base"))
"""What no study here speaks to: it stays with its prior."""
PARAMETERS = tuple(p for p in pharmacology.effect_parameters() if p.name not in LATER)
VARIABILITY = pharmacology.effect_variability()
NAMES = (*(p.name for p in PARAMETERS), *(v.name for v in VARIABILITY))


def beliefs(z: Array) -> dict[str, Array]:
    """Turn coordinates that are standard normal under the prior, shape (draws, unknowns), into values."""
    found = {}
    for i, row in enumerate((*PARAMETERS, *VARIABILITY)):
        scale = getattr(row, "scale", "log")
        if scale == "switch":
            found[row.name] = np.where(z[:, i] < norm.ppf(row.prior_median), 1.0, 0.0)
        else:
            found[row.name] = moved(np.array(row.prior_median), row.prior_sd * z[:, i], scale)
    return found


class Studies:
    """The studies' people under every draw of the blood: the same persons in each evaluation."""

    def __init__(self, people: int, rows: Array) -> None:
        self.people, self.rows = people, rows
        differ = (*pharmacology.effects(), *VARIABILITY)
        size = len(differ) + 3
        z = qmc.MultivariateNormalQMC(np.zeros(size), engine=qmc.Sobol(size, seed=12), seed=12).random(people)
        every = np.tile(z, (rows.size, 1))
        self.effects = {row.name: every[:, i] for i, row in enumerate(differ)}
        self.baseline = np.exp(0.55 * z[:, -3])  # SD 6.7 s on a mean of 11.2 s
        place = {"weight": every[:, -2], "dose": every[:, -1]}
        # Effects do not move the blood, so what came before is worked out once.
        blood = {name: np.repeat(column[rows], people) for name, column in pharmacology.posterior().items()}
        self.who: dict[str, Subjects] = {
            name: subjects(study, blood, self.effects, place) for name, study in studies().items()
        }

    def run(self, known: Mapping[str, Array]) -> dict[str, StudyCourse]:
        """Simulate all of them under what is believed of effects, shape (rows,) each."""
        typical = {name: np.repeat(column, self.people) for name, column in known.items()}
        own = individual(typical, self.effects, np.full(self.rows.size * self.people, 70.0))
        return {name: course(study, self.who[name], own) for name, study in studies().items()}

    def of(self, values: Array) -> Array:
        """Give values of everybody by draw, shape (rows, people)."""
        return values.reshape(self.rows.size, self.people)


def log_likelihood(z: Array, here: Studies) -> Array:
    """Sum the log density of every datum, shape (draws,)."""
    found = here.run(beliefs(z))
    total = _pupil(found["Smith 2024"], here) + _pain(found, here) + _scores(found, here) + _breathing(found, here)
    return np.where(np.isfinite(total), total, -1e6)


def _pupil(smith: StudyCourse, here: Studies) -> Array:
    observed = (fact("AN012").number() + fact("AN013").number()) / 2
    return np.asarray(norm.logpdf(here.of(smith.pupil()).mean(axis=1), observed, PUPIL_ERROR_MM))


def _pain(found: Mapping[str, StudyCourse], here: Studies) -> Array:
    placebo = np.sqrt(fact("AN004").number() / fact("AN003").number() * fact("AN006").number() / fact("AN005").number())
    gain = np.log(fact("AN002").number() / fact("AN001").number() / placebo)
    cv = np.log(float(fact("AN002").spread.split()[0]) / fact("AN002").number())
    time = here.baseline * here.of(found["Vicknasingam 2020"].gain())
    mean = time.mean(axis=1)
    unchanged = np.log(np.median(here.of(found["Prevete 2025"].gain()), axis=1))
    return np.asarray(
        norm.logpdf(np.log(mean / here.baseline.mean()), gain, GAIN_ERROR)
        + norm.logpdf(np.log(time.std(axis=1) / mean), cv, SPREAD_ERROR)
        + norm.logpdf(unchanged, 0.0, NAIVE_ERROR)
    )


def _scores(found: Mapping[str, StudyCourse], here: Studies) -> Array:
    night = here.of(found["Smith 2024"].sows()).mean(axis=1)
    recalled = here.of(found["Rogers 2024"].sows_after().max(axis=1))
    leaf = found["Leaf trial 2026"]
    rise = here.of(withdrawal(leaf.own["SOWS_scale"][:, None] * leaf.missing_after).max(axis=1)).mean(axis=1)
    spread = float(fact("DE025").spread.split()[0])
    return np.asarray(
        norm.logpdf(np.log(night), np.log(fact("AN015").number()), NIGHT_ERROR)
        + norm.logpdf(np.log(recalled.mean(axis=1)), np.log(fact("DE025").number()), RECALL_ERROR)
        + norm.logpdf(np.log(recalled.std(axis=1) + 1e-3), np.log(spread), RECALL_ERROR)
        + not_seen(rise, SCORE_SD, studies()["Leaf trial 2026"].n)
    )


def _breathing(found: Mapping[str, StudyCourse], here: Studies) -> Array:
    total = np.zeros(here.rows.size)
    for name in ("Smith 2024", "Prevete 2025", "Leaf trial 2026, first dose", "Leaf trial 2026"):
        total += not_seen(here.of(found[name].breathing_fall()).mean(axis=1), BREATHING_SD, studies()[name].n)
    most = "Ascending doses 2024"
    each = nobody_above(here.of(found[most].breathing_fall()))
    return np.asarray(total + studies()[most].n * each.mean(axis=1))


@cache
def _here(people: int, rows: int) -> Studies:
    draws = next(iter(pharmacology.posterior().values())).size
    return Studies(people, np.arange(rows) * draws // rows)


def cloud(people: int, rows: int, moves: int, last: int, seed: int) -> Cloud:
    """Lead one cloud, a point for each draw of the blood, from belief to posterior."""

    def say(text: str) -> None:
        print(f"  cloud {seed}: {text}", flush=True)

    here = _here(people, rows)
    return temper(
        lambda z: log_likelihood(z, here),
        len(NAMES),
        points=rows,
        seed=seed,
        moves=moves,
        last=last,
        anchored=True,
        say=say,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=8, help="simulated people of a study, for each draw")
    parser.add_argument("--clouds", type=int, default=2, help="independent clouds")
    parser.add_argument("--rows", type=int, default=500, help="draws of the blood; each cloud keeps a draw for each")
    parser.add_argument("--moves", type=int, default=12, help="most moves at a power")
    parser.add_argument("--last", type=int, default=40, help="moves at full power")
    options = parser.parse_args()
    given = [options.people], [options.rows], [options.moves], [options.last]
    with ProcessPoolExecutor(2) as pool:
        clouds = list(pool.map(cloud, *(part * options.clouds for part in given), range(options.clouds)))
    report(NAMES, clouds)
    blood = next(iter(pharmacology.posterior().values())).size
    # A row of the blood between two that were followed takes the effects of the nearer in turn from each cloud.
    last = [beliefs(each.points[:, -1]) for each in clouds]
    at = np.minimum(np.arange(blood) * options.rows // blood, options.rows - 1)
    from_cloud = np.arange(blood) % options.clouds
    table = {name: np.array([last[c][name][i] for c, i in zip(from_cloud, at, strict=True)]) for name in NAMES}
    write_draws("effect_posterior", table)
    for name in ("effect_parameters.csv", "effect_variability.csv"):
        fill(name, table)
    for name in NAMES:
        print(f"{name:14}", np.quantile(table[name], [0.05, 0.5, 0.95]).round(4))


if __name__ == "__main__":
    main()
