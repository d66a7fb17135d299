"""The interaction model's rows of `ketum validate`: the trial it was fitted to, and the pairs that check it."""

from __future__ import annotations

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.chance import Stream
from ketum.crowd.people import individual
from ketum.enzymes.algebra import oral_ratio
from ketum.enzymes.pairs import Outcome, outcomes
from ketum.enzymes.perpetrators import parameters, perpetrators
from ketum.enzymes.strengths import ratios
from ketum.evidence import fact
from ketum.trials import blood as trials
from ketum.trials import interaction as trial
from ketum.trials.validation.errors import ratio_error, studies_error
from ketum.trials.validation.row import FOLD_BAR, Row
from ketum.writing.texts import NOTHING, commas, joined, say, term

TAKEN_H = 14 * 24.0
REPEATS = 150
"""How often the trial is simulated, each time with twelve people and one joint draw of what is not known."""
NAMES = {"AUC": "AUC ratio", "Cmax": "Cmax ratio", "half_life": "half-life ratio"}


def rows(seed: int = 0, repeats: int = REPEATS) -> tuple[Row, ...]:
    """Predict the trial, and every pair."""
    return (*_trial(seed, repeats), *map(_pair, outcomes()), *_wash_out())


def simulated(seed: int, repeats: int) -> dict[str, Array]:
    """Simulate the trial: each person's ratios by fact id, shape (repeats, twelve)."""
    stream = Stream(seed, repeats * trial.PEOPLE)
    table = pharmacology.posterior()
    draws = next(iter(table.values())).size
    one_of_each = stream.uniform("knowledge", "posterior")[:repeats]
    row = (np.repeat(one_of_each, trial.PEOPLE) * draws).astype(int)
    effects = {e.name: stream.normal("people", e.name) for e in pharmacology.effects()}
    weight = trial.WEIGHT_KG * np.exp(trials.WEIGHT_SD * stream.normal("people", "weight"))
    own = individual({name: column[row] for name, column in table.items()}, effects, weight)
    return {fact_id: ratio.reshape(repeats, trial.PEOPLE) for fact_id, ratio in trial.ratios(own).items()}


def _trial(seed: int, repeats: int) -> list[Row]:
    found = []
    for fact_id, people in simulated(seed, repeats).items():
        seen, (victim, quantity) = fact(fact_id), trial.RATIOS[fact_id]
        means = np.exp(np.log(people).mean(axis=1))
        low, predicted, high = (float(x) for x in np.quantile(means, [0.05, 0.5, 0.95]))
        bounds = seen.interval()
        assert bounds is not None
        inside = bounds[0] <= predicted <= bounds[1]
        p05, p95 = np.quantile(people, [0.05, 0.95])
        found.append(
            Row(
                fact_id,
                "Tanna 2023",
                victim,
                NAMES[quantity],
                "geometric mean ratio",
                "calibration",
                seen.number(),
                seen.unit,
                bounds,
                say("90 % CI"),
                predicted,
                (low, high),
                _fold(predicted, seen.number()),
                None,
                None,
                float(p95 / p05),
                None,
                None,
                () if inside else (say("outside the published {low:g} to {high:g}", low=bounds[0], high=bounds[1]),),
                term(seen.conditions),
                "interactions",
                ratio_error(*bounds),
            )
        )
    return found


def _pair(outcome: Outcome) -> Row:
    pair = outcome.pair
    number = len(ratios(pair.observed))
    several = number > 1
    return Row(
        pair.observed[0], f"{pair.perpetrator}, {pair.direction}", f"{pair.victim} {pair.route}", "AUC ratio",
        f"mean of {number} studies" if several else "one study", "check",
        outcome.observed, "ratio", (outcome.low, outcome.high) if several else None, say("range over studies") if several else NOTHING,
        outcome.predicted, (outcome.predicted_low, outcome.predicted_high), outcome.fold,
        None, None, None, None, None, (), joined("; ", (commas(pair.observed), term(pair.note))),
        "interactions", studies_error([fact(one).number() for one in pair.observed]),
    )  # fmt: skip


WASH_OUT_H = {"PT014": 4 * 24.0, "PT015": 7 * 24.0, "PT016": 14 * 24.0}
"""How long after rifampicin's last dose midazolam was given, by fact; the enzymes' turnover predicts what is left."""


def _wash_out() -> list[Row]:
    table = pharmacology.posterior()
    rifampicin = perpetrators()["rifampicin"]
    z = Stream(1, table["ka"].size).normal("knowledge", "strength")
    found = []
    for fact_id, hours in WASH_OUT_H.items():
        seen = fact(fact_id)
        after = parameters(rifampicin, table, z, hours + TAKEN_H, hours)
        left = (after["co_CYP3A_gut_start"], after["co_CYP3A_liver_start"])
        ratio = oral_ratio(*left, table["trial_Fg"], table["trial_3A"])
        low, predicted, high = (float(x) for x in np.quantile(ratio, [0.05, 0.5, 0.95]))
        fold = _fold(predicted, seen.number())
        role = "calibration" if fact_id in rifampicin.facts else "check"
        missed = (say("fold error {fold:.2f}", fold=fold),) if role == "calibration" and fold > FOLD_BAR else ()
        found.append(
            Row(
                fact_id,
                "rifampicin, wash-out",
                "midazolam PO",
                "AUC ratio",
                "one study",
                role,
                seen.number(),
                "ratio",
                None,
                NOTHING,
                predicted,
                (low, high),
                fold,
                None,
                None,
                None,
                None,
                None,
                missed,
                say("{days:g} days after the last dose", days=hours / 24),
                "interactions",
            )
        )
    return found


def _fold(predicted: float, observed: float) -> float:
    return max(predicted / observed, observed / predicted)
