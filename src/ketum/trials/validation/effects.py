"""Predicted against observed, for the human data on effects: pupil, pain tolerance, breathing, withdrawal.

Each study is run many times with its own number of people; each run draws what is not known once for all its people.
"""

from __future__ import annotations

import math

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.chance import Stream
from ketum.crowd.people import draw_knowledge
from ketum.endpoints.effect import SOWS_MOST, withdrawal
from ketum.errors import KetumError
from ketum.evidence import Fact, fact
from ketum.trials import bounds
from ketum.trials.effects import SIGNS_ABOVE, EffectDatum, Study, StudyCourse, course, effect_data, studies, subjects
from ketum.trials.validation.errors import MEDIAN_OVER_MEAN, count_error, mean_error
from ketum.trials.validation.row import Row
from ketum.writing.texts import NOTHING, Text, say, term

REPEATS = 200
BASELINE_SD = 0.55
"""SD of the logarithm of the time before, among the study's people: 6.7 s on a mean of 11.2 s."""
AGAIN_SD = 0.4
"""SD of the logarithm of a person's tolerance time when it is measured again and nothing has changed; assumed."""


def effect_rows(repeats: int = REPEATS, seed: int = 0) -> tuple[Row, ...]:
    """Predict every datum of ``effect_data.csv``.

    Parameters
    ----------
    repeats
        How often each study is simulated.
    seed
        Chooses the random numbers.
    """
    wanted = dict.fromkeys(datum.study for datum in effect_data())
    found = {name: _simulated(studies()[name], repeats, seed) for name in wanted}
    return tuple(_row(datum, studies()[datum.study], found[datum.study], repeats) for datum in effect_data())


def _simulated(study: Study, repeats: int, seed: int) -> StudyCourse:
    known = draw_knowledge(Stream(seed, repeats))
    typical = {name: np.repeat(column, study.n) for name, column in known.items()}
    stream = Stream(seed, repeats * study.n)
    rows = (*pharmacology.effects(), *pharmacology.effect_variability())
    effects = {row.name: stream.normal("people", row.name) for row in rows}
    z = {key: stream.normal("people", f"{study.name}/{key}") for key in ("weight", "dose", "baseline")}
    return course(study, subjects(study, typical, effects, z), {})


def _row(datum: EffectDatum, study: Study, found: StudyCourse, repeats: int) -> Row:
    row = fact(datum.fact_id)
    values = _values(datum, row, found, repeats, study.n)
    predicted, low, high = (float(x) for x in np.nanquantile(values, [0.5, 0.05, 0.95]))
    observed = _observed(row)
    interval = row.interval()
    misses: tuple[Text, ...] = ()
    apart = abs(observed - predicted) / math.hypot(_standard_error(datum, row), (high - low) / 3.29)
    if datum.role == "calibration" and apart > APART:
        misses = (say("{apart:.1f} joint standard errors from the prediction", apart=apart),)
    same_sign = observed * predicted > 0
    fold = max(predicted / observed, observed / predicted) if same_sign else math.nan
    return Row(
        datum.fact_id, datum.study, "all", datum.quantity, datum.statistic, datum.role,
        observed, UNITS[datum.quantity], interval, say("mean and SD") if interval else NOTHING, predicted, (low, high), fold,
        None, None, math.nan, None, None, misses, NOTES.get(datum.fact_id) or term(row.conditions),
        "effects", _own_error(datum, row, study.n), SCALES.get(datum.quantity) if datum.quantity != "sows_signs" else study.n,
        bounds.noticed(datum.quantity, datum.statistic, study.n),
    )  # fmt: skip


APART = 1.645
"""A calibration row misses where it lies further from the prediction than this many of their joint standard errors."""
T_OF_P = 3.25
"""t with p = 0.01 and nine degrees of freedom: the pupil's p < 0.01 bounds its error."""
UNITS = {
    "pupil": "mm",
    "cold_pressor_s": "s",
    "placebo_s": "s",
    "cold_pressor": "times",
    "sows": "points",
    "sows_signs": "people",
    "sows_days": "days",
    "breathing": "of drive",
}
SCALES = {"pupil": 3.5, "sows": SOWS_MOST, "breathing": 1.0}
"""Length of the scale of what can be zero: a pupil of 5 to 6 mm can become one of 2; signs are counted in people."""
AS_NUMBER = {"CA011": 1.0}
"""Words that say a number: unchanged is a ratio of one."""
NOTES = {
    "CA011": say("the source says 'pain tolerance unchanged', read as 1; no number was seen"),
    "EA027": say("says that nothing was significant; no number to compare with"),
    "DE049": say("one person, quoted by another source"),
}


def _standard_error(datum: EffectDatum, row: Fact) -> float:
    """Find the error of a published mean: SD over the root of n, or what its p-value bounds."""
    if datum.quantity == "pupil":
        return abs(row.number()) / T_OF_P
    interval = row.interval()
    return (interval[1] - interval[0]) / 2 / math.sqrt(float(row.n)) if interval and row.n.isdigit() else 0.0


def _own_error(datum: EffectDatum, row: Fact, n: int) -> float | None:
    """Find the error of what was observed: of its logarithm, of a score as it is; None where none is known."""
    if datum.quantity == "sows_signs":
        return count_error(row.number(), n)
    if row.fact_id in AS_NUMBER:  # "unchanged": each measured twice
        return AGAIN_SD * MEDIAN_OVER_MEAN / math.sqrt(n)
    interval = row.interval()
    if datum.quantity in ("cold_pressor_s", "placebo_s") and interval and row.n.isdigit():
        return mean_error(row.number(), (interval[1] - interval[0]) / 2, int(row.n))
    return (_standard_error(datum, row) or None) if datum.quantity in SCALES and _is_number(row) else None


def _is_number(row: Fact) -> bool:
    return math.isfinite(_observed(row))


def _observed(row: Fact) -> float:
    """Read the number; NaN where the source gives only words that are none."""
    if row.fact_id in AS_NUMBER:
        return AS_NUMBER[row.fact_id]
    try:
        return row.number()
    except KetumError:
        return math.nan


def _values(datum: EffectDatum, row: Fact, found: StudyCourse, repeats: int, n: int) -> Array:
    """Work out a study's statistic; shape (repeats,)."""

    def means(values: Array) -> Array:
        return np.asarray(values.reshape(repeats, n).mean(axis=1))

    if datum.quantity == "pupil":
        return means(found.pupil())
    if datum.quantity == "breathing":
        fall = found.breathing_fall()
        return np.asarray(fall.reshape(repeats, n).max(axis=1)) if datum.statistic == bounds.NOBODY else means(fall)
    if datum.statistic == bounds.MEAN_RISE:
        rise = withdrawal(found.own["SOWS_scale"][:, None] * found.missing_after)
        return means(rise.max(axis=1))
    if datum.quantity == "cold_pressor" and datum.statistic.startswith("median"):
        return np.asarray(np.median(found.gain().reshape(repeats, n), axis=1))
    if datum.quantity == "cold_pressor":
        return means(found.gain())
    if datum.quantity in ("cold_pressor_s", "placebo_s"):
        return means(_times(datum, row, found))
    if datum.quantity == "sows_signs":
        return n * means((found.sows() > SIGNS_ABOVE).astype(float))
    if datum.quantity == "sows_days":
        return np.nanmedian(_days(found).reshape(repeats, n), axis=1)
    return means(found.sows() if datum.statistic.startswith("mean before") else found.sows_after().max(axis=1))


def _times(datum: EffectDatum, row: Fact, found: StudyCourse) -> Array:
    """Give each person a time of the published mean before, and multiply; a placebo is taken to change nothing."""
    before = {"AN002": "AN001", "AN004": "AN003", "AN006": "AN005"}[datum.fact_id]
    stream = Stream(3, found.missing.size)
    sd = BASELINE_SD if datum.quantity == "cold_pressor_s" else 0.98 if before == "AN003" else 0.54
    # Median of a log-normal with the published mean.
    baseline = fact(before).number() * np.exp(sd * stream.normal("people", f"baseline/{before}") - sd**2 / 2)
    if datum.quantity == "placebo_s":
        again = np.exp(AGAIN_SD * stream.normal("people", f"again/{before}") - AGAIN_SD**2 / 2)
        return np.asarray(baseline * again)
    return np.asarray(baseline * found.gain())


def _days(found: StudyCourse) -> Array:
    """Days until the score has fallen below a tenth of its worst for good; NaN where there is none."""
    from ketum.endpoints.effect import AFTER_H

    score = found.sows_after()
    score = score - found.own["SOWS_base"][:, None]
    above = score > 0.1 * score.max(axis=1, keepdims=True)
    last = AFTER_H.size - 1 - above[:, ::-1].argmax(axis=1)
    return np.where(score.max(axis=1) > 0, AFTER_H[last] / 24, np.nan)
