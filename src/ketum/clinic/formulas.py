"""Formulas of the clinic, each in one function, each with its worked example in the table ``formulas``.

None of them is a diagnosis. Units are those in which the formulas were published; `ketum.case` converts before.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

Sex = Literal["female", "male"]


def egfr_ckd_epi(creatinine: float, age_years: float, sex: Sex) -> float:
    """Glomerular filtration rate by CKD-EPI 2021, without race (FO001, FO002).

    Parameters
    ----------
    creatinine
        mg/dL, standardised to IDMS.
    age_years
        Adults.

    Returns
    -------
    float
        mL/min/1.73 m2.
    """
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine / kappa
    return float(142 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.2 * 0.9938**age_years * factor)


def creatinine_clearance(creatinine: float, age_years: float, weight_kg: float, sex: Sex) -> float:
    """Creatinine clearance by Cockcroft and Gault in mL/min; creatinine in mg/dL (FO003-FO006)."""
    return (140 - age_years) * weight_kg / (72 * creatinine) * (0.85 if sex == "female" else 1.0)


def meld(bilirubin: float, creatinine: float, inr: float) -> float:
    """MELD as first used; bilirubin and creatinine in mg/dL (FO007).

    Inputs below 1 count as 1, creatinine above 4 as 4; the score stays within 6 and 40.
    """
    score = (
        9.57 * math.log(_between(creatinine, 1.0, 4.0))
        + 3.78 * math.log(max(bilirubin, 1.0))
        + 11.2 * math.log(max(inr, 1.0))
        + 6.43
    )
    return _between(score, 6.0, 40.0)


def meld_na(score: float, sodium: float) -> float:
    """MELD with sodium, 2016; sodium in mmol/L (FO008, FO009). Up to 11 points the score stays as it is."""
    if score <= 11:
        return score
    lacking = 137 - _between(sodium, 125.0, 137.0)
    return score + 1.32 * lacking - 0.033 * score * lacking


def meld_3(bilirubin: float, creatinine: float, inr: float, *, sodium: float, albumin: float, sex: Sex) -> float:
    """MELD 3.0; mg/dL, mmol/L, albumin in g/dL (FO010). It is reported rounded."""
    log_bilirubin, log_creatinine = math.log(max(bilirubin, 1.0)), math.log(_between(creatinine, 1.0, 3.0))
    lacking = 137 - _between(sodium, 125.0, 137.0)
    thin = 3.5 - _between(albumin, 1.5, 3.5)
    return (
        1.33 * (sex == "female")
        + 4.56 * log_bilirubin
        + 0.82 * lacking
        - 0.24 * lacking * log_bilirubin
        + 9.09 * math.log(max(inr, 1.0))
        + 11.14 * log_creatinine
        + 1.85 * thin
        - 1.83 * thin * log_creatinine
        + 6
    )


def child_pugh(
    bilirubin: float,
    albumin: float,
    inr: float,
    ascites: Literal["none", "mild", "severe"],
    encephalopathy: Literal["none", "1-2", "3-4"],
) -> tuple[int, Literal["A", "B", "C"]]:
    """Child-Pugh points and class; bilirubin in mg/dL, albumin in g/dL (FO011).

    Albumin counts one point above 3.5 and three below 2.8; other tables set the lower edge at 3.0.
    """
    points = (
        _steps(bilirubin, 2.0, 3.0)
        + (1 if albumin > 3.5 else 2 if albumin >= 2.8 else 3)
        + _steps(inr, 1.7, 2.3)
        + ("none", "mild", "severe").index(ascites) + 1
        + ("none", "1-2", "3-4").index(encephalopathy) + 1
    )  # fmt: skip
    return points, "A" if points <= 6 else "B" if points <= 9 else "C"


def r_ratio(alt_times: float, alp_times: float) -> float:
    """R: ALT over ALP, both as multiples of their upper limits, at onset (FO012, FO013)."""
    return alt_times / alp_times


def liver_pattern(r: float) -> Literal["hepatocellular", "mixed", "cholestatic"]:
    """Pattern of a liver injury by R (FO012): from 5 hepatocellular, up to 2 cholestatic, mixed between."""
    return "hepatocellular" if r >= 5 else "cholestatic" if r <= 2 else "mixed"


def hys_law(alt_times: float | None, ast_times: float | None, alp_times: float | None, bilirubin_times: float) -> bool:
    """Hy's law by its numbers (FO014): ALT or AST from 3, bilirubin above 2, ALP below 2 times its limit.

    Whether another cause explains it is a person's judgement. Without ALP it cannot hold.
    """
    cells = max(alt_times or 0.0, ast_times or 0.0) >= 3
    return cells and bilirubin_times > 2 and alp_times is not None and alp_times < 2


def qtc(qt: float, heart_rate: float, method: Literal["bazett", "fridericia", "framingham", "hodges"]) -> float:
    """QT corrected for the heart rate, in ms (FO015-FO018); QT in ms, heart rate per minute."""
    rr = 60 / heart_rate
    match method:
        case "bazett":
            return qt / math.sqrt(rr)
        case "fridericia":
            return float(qt / rr ** (1 / 3))
        case "framingham":
            return qt + 154 * (1 - rr)
        case "hodges":
            return qt + 1.75 * (heart_rate - 60)


def qtc_class(value: float, sex: Sex) -> Literal["normal", "prolonged", "high risk"]:
    """What a QTc means (FO019): prolonged above 450 ms in men, 460 in women; high risk above 500."""
    if value > 500:
        return "high risk"
    return "prolonged" if value > (450 if sex == "male" else 460) else "normal"


def peg(pain: float, enjoyment: float, activity: float) -> float:
    """PEG, the mean of its three items from 0 to 10 (FO020)."""
    return sum(_items((pain, enjoyment, activity), 3, 10)) / 3


def phq9(items: Sequence[int]) -> int:
    """PHQ-9, the sum of nine items from 0 to 3 (FO021). The last item above 0 counts by itself, whatever the sum."""
    return int(sum(_items(items, 9, 3)))


def gad7(items: Sequence[int]) -> int:
    """GAD-7, the sum of seven items from 0 to 3 (FO022)."""
    return int(sum(_items(items, 7, 3)))


def cows_band(total: float) -> Literal["none", "mild", "moderate", "moderately severe", "severe"]:
    """Band of a COWS total from 0 to 48 (FO023)."""
    (total,) = _items((total,), 1, 48)
    if total < 5:
        return "none"
    return "mild" if total < 13 else "moderate" if total < 25 else "moderately severe" if total < 37 else "severe"


def ldq(items: Sequence[int]) -> int:
    """Leeds Dependence Questionnaire, the sum of ten items from 0 to 3 (FO024)."""
    return int(sum(_items(items, 10, 3)))


def sds(items: Sequence[int]) -> int:
    """Severity of Dependence Scale, the sum of five items from 0 to 3 (FO025). Kratom has no cut-off of its own."""
    return int(sum(_items(items, 5, 3)))


def audit_c_positive(score: float, sex: Sex) -> bool:
    """Whether an AUDIT-C score points to unhealthy drinking (FO026): from 4 in men, from 3 in women."""
    (score,) = _items((score,), 1, 12)
    return score >= (3 if sex == "female" else 4)


_NARANJO = ((1, 0), (2, -1), (1, 0), (2, -1), (-1, 2), (-1, 1), (1, 0), (1, 0), (1, 0), (1, 0))


def naranjo(answers: Sequence[Literal["yes", "no", "unknown"]]) -> int:
    """Naranjo score of ten answers (FO027): yes and no have their weights, unknown has none."""
    if len(answers) != len(_NARANJO):
        raise ValueError(f"ten answers are needed, not {len(answers)}")
    return sum(
        weights[("yes", "no").index(answer)] if answer != "unknown" else 0
        for answer, weights in zip(answers, _NARANJO, strict=True)
    )


def use_disorder(criteria: int) -> Literal["none", "mild", "moderate", "severe"]:
    """Severity of a use disorder by the number of its 11 criteria met within 12 months (FO029)."""
    (met,) = _items((criteria,), 1, 11)
    return "none" if met < 2 else "mild" if met < 4 else "moderate" if met < 6 else "severe"


def pain_response(baseline: float, now: float) -> float:
    """Percent by which pain fell (FO030): from 30 % a moderate, from 50 % a substantial change."""
    if baseline <= 0:
        raise ValueError("the baseline must be above 0")
    return (baseline - now) / baseline * 100


def points_of_smd(smd: float, sd: float = 2.2) -> float:
    """Points on a scale of 0 to 10 that a standardised mean difference stands for (FO031); the SD is assumed."""
    return smd * sd


def _between(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def _steps(value: float, second: float, third: float) -> int:
    return 1 if value < second else 2 if value <= third else 3


def _items(items: Sequence[float], count: int, highest: float) -> Sequence[float]:
    if len(items) != count:
        raise ValueError(f"{count} items are needed, not {len(items)}")
    if outside := [item for item in items if not 0 <= item <= highest]:
        raise ValueError(f"an item must lie between 0 and {highest:g}, not {outside[0]!r}")
    return items
