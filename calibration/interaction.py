"""Fit what mitragynine and CYP3A do to each other, and mitragynine to CYP2D6, to the trials in people; write the draws.

    python calibration/interaction.py [--candidates 120]

The trial (ddi01-ddi04): tea from 2 g of leaf (39 mg mitragynine), then midazolam and dextromethorphan by mouth, 12 people.
Each row of ``posterior.csv`` (the fit to blood levels, made with untouched enzymes) is given candidates from the priors
of ``parameters.csv``; one of them is drawn with a chance that follows the likelihood:

* the published ratios of midazolam AUC, Cmax and half-life and of dextromethorphan AUC, each with the SD that its 90 %
  interval says, against the ratio in a typical person;
* the ratios of 7-hydroxymitragynine's Cmax and AUC under itraconazole (ddi31, ddi32; quoted, so each with the SD
  ``QUOTED``), which say how much of its making and of its loss CYP3A carries;
* the peaks after two doses of an extract, published as in proportion: mitragynine's effect on its own loss bends them
  apart, and the bend counts with an SD of ``BEND``.

The delay between kratom and midazolam, midazolam's Fg and its share of CYP3A are sampled with the rest.

Then the chosen effect on its own loss is absorbed: clearances and volumes of mitragynine and 7-hydroxymitragynine are
multiplied until a typical person's AUC after the tea is again that of the first fit. These columns are written too and
take the place of the first fit's.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm, qmc
from tables import fill, write_draws

from ketum import pharmacology
from ketum.arrays import Array
from ketum.evidence import fact
from ketum.pharmacology.parameters import moved
from ketum.trials.interaction import GRID, ON_KRATOM, RATIOS, TEA_MG, WEIGHT_KG, ratios, ratios_by_itraconazole, run

BEND = 0.15
"""SD of the logarithm with which a bend between the two doses is borne: groups of about 12 people, CV about 40 %."""
QUOTED = 0.2
"""SD of the logarithm of a ratio of 16 people that a regulator quotes without its spread."""
ABSORBED = {
    "MG": ("CLint_MG", "V1_MG", "Q_MG", "V2_MG", "Q3_MG", "V3_MG"),
    "HM": ("CLint_HM", "V1_HM", "Q_HM", "V2_HM"),
}
ROUNDS = 4
FIRST = pharmacology.draws("posterior")
FITTED = tuple(p for p in pharmacology.parameters() if p.name not in FIRST)
NAMES = tuple(p.name for p in FITTED)
NOTHING = {"kinact_gut": 1e-9, "kinact_liver": 1e-9, "Ki_3A": 1e12}


def candidates(rows: int, each: int) -> dict[str, Array]:
    """Draw from the priors; shape (rows * each,), the candidates of a row side by side."""
    sobol = qmc.MultivariateNormalQMC(np.zeros(len(NAMES)), engine=qmc.Sobol(len(NAMES), seed=5), seed=5)
    z = sobol.random(rows * each)
    return {p.name: moved(np.array(p.prior_median), p.prior_sd * z[:, i], p.scale) for i, p in enumerate(FITTED)}


def people(drawn: Mapping[str, Array], each: int) -> dict[str, Array]:
    """Join candidates to their rows, and scale to the trial's weight."""
    typical = {name: np.repeat(column, each) for name, column in FIRST.items()} | dict(drawn)
    scale = {p.name: (WEIGHT_KG / 70.0) ** p.weight_exponent for p in pharmacology.parameters()}
    return {name: typical[name] * scale[name] for name in scale}


def predicted(own: Mapping[str, Array]) -> dict[str, Array]:
    """Work out the trial's ratios, and the bend between two doses of an extract; logarithms."""
    seen = ratios(own) | ratios_by_itraconazole(own)
    found = {fact_id: np.log(ratio) for fact_id, ratio in seen.items()}
    peaks = []
    for mg in (9.9, 59.2):
        released = mg * own["release_extract"]
        peak, untouched = (run(own, "extract", released, **c)["C_MG"].max(axis=1) for c in ({}, NOTHING))
        peaks.append(np.log(peak / untouched))
    return found | {"bend": peaks[1] - peaks[0]}


def log_weight(logs: Mapping[str, Array]) -> Array:
    """Log likelihood of each candidate."""
    total = norm.logpdf(logs["bend"], 0, BEND)
    for fact_id in RATIOS:
        row = fact(fact_id)
        low, high = np.log(row.interval())
        total = total + norm.logpdf(np.log(row.number()), logs[fact_id], (high - low) / (2 * norm.ppf(0.95)))
    for fact_id in ON_KRATOM:
        total = total + norm.logpdf(np.log(fact(fact_id).number()), logs[fact_id], QUOTED)
    return np.where(np.isfinite(total), total, -np.inf)


def absorb(drawn: Mapping[str, Array]) -> dict[str, Array]:
    """Give a typical person after the tea the AUC of the first fit again; the columns that change."""
    own = people(drawn, 1)
    target = run(own, "lumen", TEA_MG * own["yield_tea"], **NOTHING)
    changed = {name: FIRST[name].copy() for names in ABSORBED.values() for name in names}
    for _ in range(ROUNDS):
        found = run(people({**drawn, **changed}, 1), "lumen", TEA_MG * own["yield_tea"])
        for code, names in ABSORBED.items():
            factor = np.trapezoid(found[f"C_{code}"], GRID, axis=1) / np.trapezoid(target[f"C_{code}"], GRID, axis=1)
            changed |= {name: changed[name] * factor for name in names}
        print("largest shift of a typical AUC:", round(float(np.abs(np.log(factor)).max()), 4))
    return changed


def write(drawn: Mapping[str, Array]) -> None:
    """Write the draws, and their medians and intervals into ``parameters.csv``."""
    write_draws("posterior_interaction", drawn)
    fill("parameters.csv", drawn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=128, help="candidates for each row")
    each = parser.parse_args().candidates
    rows = next(iter(FIRST.values())).size
    drawn = candidates(rows, each)
    before = predicted(people(drawn, each))
    weight = log_weight(before).reshape(rows, each)
    chance = np.exp(weight - logsumexp(weight, axis=1, keepdims=True))
    chosen = (np.cumsum(chance, axis=1) < np.random.default_rng(6).random((rows, 1))).sum(axis=1)
    pick = np.arange(rows) * each + chosen
    quantiles = [0.05, 0.5, 0.95]
    print("effective candidates of a row:", np.quantile(1 / (chance**2).sum(axis=1), quantiles).round(1))
    evidence = np.exp(logsumexp(weight, axis=1) - logsumexp(weight))
    print("effective rows, were they weighted by this trial:", round(float(1 / (evidence**2).sum())), "of", rows)
    kept = {name: column[pick] for name, column in drawn.items()}
    kept |= absorb(kept)
    after = predicted(people(kept, 1))
    for name in (*RATIOS, *ON_KRATOM, "bend"):
        said = "about 1" if name == "bend" else f"{fact(name).value} ({fact(name).spread})"
        found, prior = (np.exp(np.nanquantile(x[name], quantiles)).round(3) for x in (after, before))
        print(f"{name:6} observed {said:18} predicted {found}, before the fit {prior}")
    write(kept)


if __name__ == "__main__":
    main()
