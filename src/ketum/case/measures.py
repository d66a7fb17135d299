"""Laboratory values and vital signs: their names, canonical units and possible ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ketum.case.fields import between
from ketum.case.refusal import RefusalError, at, did_you_mean, listed, refusal, shown
from ketum.case.units import convert, split
from ketum.errors import Problem


@dataclass(frozen=True)
class Measure:
    """A measured value.

    Attributes
    ----------
    value
        In the canonical unit.
    unit
        The canonical unit; empty for a pure number (INR, Glasgow coma scale).
    text
        As it was written.
    """

    value: float
    unit: str
    text: str


@dataclass(frozen=True)
class Kind:
    """What can be measured.

    Attributes
    ----------
    unit
        The canonical unit.
    low, high
        What is possible at all, in the canonical unit; far wider than what is normal.
    example
        How it is written.
    molar_mass
        In g/mol, where the value may also be given in moles.
    bare
        A number without a unit is understood, because only one unit is in use.
    whole
        Only whole numbers are possible.
    same
        Other spellings of units that the unit table cannot know, with their factors to the canonical unit.
    """

    unit: str
    low: float
    high: float
    example: str
    molar_mass: Decimal | None = None
    bare: bool = False
    whole: bool = False
    same: Mapping[str, str] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        """The range and a way to write it."""
        return f"{between(self.low, self.high, self.unit)}, such as {self.example}"


_ENZYME = {"IU/L": "1"}
_PER_MINUTE = {"1/min": "1", "/min": "1", "bpm": "1", "beats/min": "1", "breaths/min": "1", "per minute": "1"}
_PRESSURE = {"mmHg": "1", "mm Hg": "1", "kPa": "7.500617"}
_BILLIONS_PER_LITRE = {
    **{f"{times}{power}": "1" for times in ("", "x", "x ", "×", "× ") for power in ("10^9/L", "10*9/L", "10⁹/L")},
    **{f"{times}{power}": "1" for times in ("", "x", "×") for power in ("10^3/uL", "10^3/µL", "10³/µL")},
    **{"G/L": "1", "K/uL": "1", "k/uL": "1", "/nL": "1", "/uL": "0.001", "/µL": "0.001", "/mm3": "0.001"},
}

BILIRUBIN_G_PER_MOL = Decimal("584.66")

LABS: Mapping[str, Kind] = {
    "alt": Kind("U/L", 0, 100_000, '"31 U/L"', same=_ENZYME),
    "ast": Kind("U/L", 0, 100_000, '"25 U/L"', same=_ENZYME),
    "alp": Kind("U/L", 0, 20_000, '"80 U/L"', same=_ENZYME),
    "ggt": Kind("U/L", 0, 20_000, '"30 U/L"', same=_ENZYME),
    "bilirubin_total": Kind("mg/dL", 0, 100, '"0.6 mg/dL" or "10 umol/L"', BILIRUBIN_G_PER_MOL),
    "bilirubin_direct": Kind("mg/dL", 0, 100, '"0.2 mg/dL" or "3 umol/L"', BILIRUBIN_G_PER_MOL),
    "inr": Kind("", 0.3, 30, '"1.0"', bare=True),
    "albumin": Kind("g/dL", 0.1, 10, '"4.2 g/dL" or "42 g/L"'),
    "creatinine": Kind("mg/dL", 0.05, 50, '"0.9 mg/dL" or "80 umol/L"', Decimal("113.12")),
    "sodium": Kind("mmol/L", 80, 220, '"140 mmol/L"', same={"mEq/L": "1"}),
    "potassium": Kind("mmol/L", 0.5, 15, '"4.1 mmol/L"', same={"mEq/L": "1"}),
    "magnesium": Kind("mmol/L", 0.05, 10, '"0.85 mmol/L" or "2.1 mg/dL"', Decimal("24.305"), same={"mEq/L": "0.5"}),
    "qtc": Kind("ms", 200, 900, '"410 ms"'),
    "platelets": Kind("10^9/L", 0, 5000, '"250 10^9/L"', same=_BILLIONS_PER_LITRE),
    "ck": Kind("U/L", 0, 3_000_000, '"120 U/L"', same=_ENZYME),
    "glucose": Kind("mg/dL", 1, 3000, '"95 mg/dL" or "5.3 mmol/L"', Decimal("180.16")),
}

VITALS: Mapping[str, Kind] = {
    "respiratory_rate": Kind("1/min", 0, 100, "14", bare=True, same=_PER_MINUTE),
    "spo2": Kind("%", 1, 100, '"97 %"', bare=True),
    "heart_rate": Kind("1/min", 0, 400, "80", bare=True, same=_PER_MINUTE),
    "systolic": Kind("mmHg", 0, 350, "124", bare=True, same=_PRESSURE),
    "diastolic": Kind("mmHg", 0, 250, "78", bare=True, same=_PRESSURE),
    # A bare 98.6 or 36.8 would have to be guessed.
    "temperature": Kind("degC", 10, 46, '"36.8 degC" or "98.2 degF"'),
    "gcs": Kind("", 3, 15, "15", bare=True, whole=True),
}

# The hint for other names in use; they are not accepted, so that each value has one name.
OTHER_NAMES: Mapping[str, str] = {
    **{"sgpt": "alt", "gpt": "alt", "alat": "alt", "sgot": "ast", "got": "ast", "asat": "ast"},
    **{"tbil": "bilirubin_total", "bilirubin": "bilirubin_total", "dbil": "bilirubin_direct", "pt": "inr"},
    **{"na": "sodium", "k": "potassium", "mg": "magnesium", "plt": "platelets", "cpk": "ck", "qt": "qtc"},
    **{"rr": "respiratory_rate", "respiration": "respiratory_rate", "hr": "heart_rate", "pulse": "heart_rate"},
    **{"sao2": "spo2", "oxygen": "spo2", "bp": "systolic", "blood_pressure": "systolic", "temp": "temperature"},
}


def read_labs(given: object) -> dict[str, Measure]:
    """Read laboratory values; raises `RefusalError` with all their problems."""
    labs = _read(given, LABS, '{ alt = "31 U/L", bilirubin_total = "0.6 mg/dL" }')
    _in_order(labs, "bilirubin_direct", "bilirubin_total", "direct bilirubin is a part of the total")
    return labs


def read_upper_limits(given: object) -> dict[str, Measure]:
    """Read a laboratory's upper limits of normal; raises `RefusalError` with all their problems."""
    limits = _read(given, LABS, '{ alt = "40 U/L" }')
    zero = [
        Problem("", "an upper limit must be more than 0", shown(m.text), path=(name,))
        for name, m in limits.items()
        if m.value <= 0
    ]
    if zero:
        raise RefusalError(*zero)
    return limits


def read_vitals(given: object) -> dict[str, Measure]:
    """Read vital signs; raises `RefusalError` with all their problems."""
    vitals = _read(given, VITALS, '{ respiratory_rate = 14, spo2 = "97 %" }')
    _in_order(vitals, "diastolic", "systolic", "diastolic pressure is the lower of the two")
    return vitals


def _in_order(measures: Mapping[str, Measure], low: str, high: str, why: str) -> None:
    if low in measures and high in measures and measures[low].value > measures[high].value:
        given = f"{low} = {shown(measures[low].text)}, {high} = {shown(measures[high].text)}"
        what = f"{low} is above {high}, but {why}"
        raise RefusalError(Problem("", what, given, cure="check both values and units", path=(low,)))


def _read(given: object, kinds: Mapping[str, Kind], example: str) -> dict[str, Measure]:
    if not isinstance(given, dict):
        raise refusal("a table of values is needed", given=shown(given), cure=f"such as {example}")
    measures: dict[str, Measure] = {}
    problems: list[Problem] = []
    for name, value in given.items():
        try:
            measures[name] = _measure(value, _kind(name, kinds))
        except RefusalError as no:
            problems += at(name, no)
    if problems:
        raise RefusalError(*problems)
    return measures


def _kind(name: str, kinds: Mapping[str, Kind]) -> Kind:
    if name in kinds:
        return kinds[name]
    other = OTHER_NAMES.get(name.lower(), "")
    cure = f"did you mean {other}?" if other in kinds else did_you_mean(name, kinds)
    raise refusal("this value is not known here", given=shown(name), allowed=listed(kinds), cure=cure)


def _measure(given: object, kind: Kind) -> Measure:
    if isinstance(given, bool):
        raise refusal("a measured value is needed", given=shown(given), allowed=kind.allowed)
    if isinstance(given, int | float):
        if not kind.bare:
            raise refusal("the unit is missing", given=shown(given), allowed=kind.allowed)
        return _within(given, given, shown(given), kind)
    value, unit = split(given, kind.example)
    return _within(_canonical(value, unit, kind, given), given, " ".join(str(given).split()), kind)


def _canonical(value: Decimal, unit: str, kind: Kind, given: object) -> Decimal:
    """The value in the kind's own unit."""
    if unit == kind.unit or (not unit and kind.bare):
        return value
    if unit in kind.same:
        return value * Decimal(kind.same[unit])
    if not kind.unit:
        raise refusal("a plain number is needed, without a unit", given=shown(given), allowed=kind.allowed)
    if kind.molar_mass and (in_moles := _try(value, unit, "mol/L")) is not None:
        value, unit = in_moles * kind.molar_mass, "g/L"
    if kind.molar_mass and kind.unit.endswith("mol/L") and (in_grams := _try(value, unit, "g/L")) is not None:
        value, unit = in_grams / kind.molar_mass, "mol/L"
    return convert(value, unit, kind.unit, given, kind.allowed)


def _try(value: Decimal, unit: str, target: str) -> Decimal | None:
    try:
        return convert(value, unit, target, "", "")
    except RefusalError:
        return None


def _within(value: float | Decimal, given: object, text: str, kind: Kind) -> Measure:
    # Compared before it becomes a float: TOML integers may be too large for one. NaN compares false.
    if not kind.low <= value <= kind.high:
        raise refusal("the value is outside what is possible", given=shown(given), allowed=kind.allowed)
    if kind.whole and value != int(value):
        raise refusal("a whole number is needed", given=shown(given), allowed=kind.allowed)
    return Measure(float(value), kind.unit, text)
