"""Vital signs that cannot wait, by the bands of the National Early Warning Score 2 (fact WS012).

The rule
--------
- One sign of 3 points, or 7 points in all, is an emergency; 5 or 6 points, or a temperature of 39.1 degC and more,
  need a clinician the same day.
- In chronic obstructive lung disease the second scale for oxygen counts, as if no oxygen were given.
- The score was not made for people under 16: there only slow breathing, low oxygen, a low temperature and less than
  full consciousness count, each as an emergency. Nor was it made for pregnancy, where it is used all the same: too
  much is better than too little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ADULT = 16
_ALONE, _TOGETHER, _SAME_DAY = 3, 7, 5
_HOT = 39.1
_MOST = 1e9


@dataclass(frozen=True, slots=True)
class Sign:
    """One vital sign outside its band.

    Parameters
    ----------
    name
        What it is, in plain words, such as ``slow breathing``.
    label, value, unit
        What was measured.
    points
        Of the score.
    fact_id
        The cut-off it passed.
    """

    name: str
    label: str
    value: float
    unit: str
    points: int
    fact_id: str


# Upper edges of each band, its points, what being there is called, and the cut-off's fact.
_Band = tuple[float, int, str, str]
BANDS: Mapping[str, tuple[str, str, tuple[_Band, ...]]] = {
    "respiratory_rate": (
        "breaths a minute",
        "1/min",
        (
            (8, 3, "slow breathing", "WS001"),
            (11, 1, "rather slow breathing", "WS012"),
            (20, 0, "", ""),
            (24, 2, "fast breathing", "WS012"),
            (_MOST, 3, "very fast breathing", "WS002"),
        ),
    ),
    "spo2": (
        "oxygen in the blood",
        "%",
        (
            (91, 3, "too little oxygen in the blood", "WS003"),
            (93, 2, "little oxygen in the blood", "WS012"),
            (95, 1, "rather little oxygen in the blood", "WS012"),
            (_MOST, 0, "", ""),
        ),
    ),
    "systolic": (
        "upper blood pressure",
        "mmHg",
        (
            (90, 3, "very low blood pressure", "WS005"),
            (100, 2, "low blood pressure", "WS012"),
            (110, 1, "rather low blood pressure", "WS012"),
            (219, 0, "", ""),
            (_MOST, 3, "very high blood pressure", "WS006"),
        ),
    ),
    "heart_rate": (
        "heartbeats a minute",
        "1/min",
        (
            (40, 3, "very slow heartbeat", "WS007"),
            (50, 1, "slow heartbeat", "WS012"),
            (90, 0, "", ""),
            (110, 1, "rather fast heartbeat", "WS012"),
            (130, 2, "fast heartbeat", "WS012"),
            (_MOST, 3, "very fast heartbeat", "WS008"),
        ),
    ),
    "temperature": (
        "temperature",
        "degC",
        (
            (35.0, 3, "very low temperature", "WS010"),
            (36.0, 1, "low temperature", "WS012"),
            (38.0, 0, "", ""),
            (39.0, 1, "fever", "WS012"),
            (_MOST, 2, "high fever", "WS011"),
        ),
    ),
    "gcs": ("Glasgow coma scale", "", ((14, 3, "not fully awake or clear", "WS009"), (_MOST, 0, "", ""))),
}
_SECOND_SCALE: tuple[_Band, ...] = (
    (83, 3, "too little oxygen in the blood", "WS004"),
    (85, 2, "little oxygen in the blood", "WS004"),
    (87, 1, "rather little oxygen in the blood", "WS004"),
    (_MOST, 0, "", ""),
)
_OF_A_CHILD = frozenset(
    {"slow breathing", "too little oxygen in the blood", "very low temperature", "not fully awake or clear"}
)


def signs(vitals: Mapping[str, float], age_years: float | None, copd: bool = False) -> tuple[Sign, ...]:
    """Return the vital signs outside their bands.

    Parameters
    ----------
    vitals
        By name, in the units of a case.
    age_years
        Age; None where it could not be read, which counts as an adult.
    copd
        Whether the person has chronic obstructive lung disease.
    """
    found = tuple(_signs(vitals, copd))
    if age_years is not None and age_years < _ADULT:
        return tuple(sign for sign in found if sign.name in _OF_A_CHILD)
    return found


def _signs(vitals: Mapping[str, float], copd: bool) -> Iterator[Sign]:
    for name, (label, unit, bands) in BANDS.items():
        if name not in vitals:
            continue
        value = vitals[name]
        scale = _SECOND_SCALE if name == "spo2" and copd else bands
        # Bands are printed in whole steps; a value between two belongs to the worse, which is the nearer to the edge.
        _, points, called, fact_id = next(band for band in scale if value < band[0] + _step(name) / 2)
        if points:
            yield Sign(called, label, value, unit, points, fact_id)


def _step(name: str) -> float:
    return 0.1 if name == "temperature" else 1.0


def emergencies(found: tuple[Sign, ...]) -> tuple[Sign, ...]:
    """Return the signs that make an emergency, alone or together; none where there is none."""
    alone = tuple(sign for sign in found if sign.points >= _ALONE)
    return alone or (found if sum(sign.points for sign in found) >= _TOGETHER else ())


def same_day(found: tuple[Sign, ...]) -> tuple[Sign, ...]:
    """Return the signs that need a clinician today though they are no emergency."""
    if emergencies(found):
        return ()
    if sum(sign.points for sign in found) >= _SAME_DAY:
        return found
    return tuple(sign for sign in found if sign.label == "temperature" and sign.value >= _HOT)
