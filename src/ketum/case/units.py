"""Numbers with units, as people write them: ``"3 g"``, ``"8 h"``, ``"36.8 degC"``.

Only the units that a case may hold are defined, so that a slip such as ``"3 gr"`` (grains) or ``"3 Mg"`` (tonnes) is
refused and not computed. Arithmetic is decimal: 1.4 % is 0.014 and not 0.013999999999999999.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from ketum.case.refusal import did_you_mean, refusal, shown

if TYPE_CHECKING:
    from pint import UnitRegistry

DEFINITIONS = """
kilo- = 1e3 = k-
deci- = 1e-1 = d-
milli- = 1e-3 = m-
micro- = 1e-6 = u- = µ- = μ- = mc-
nano- = 1e-9 = n-
pico- = 1e-12 = p-

gram = [mass] = g
ounce = 28.349523125 * gram = oz
liter = [volume] = L = l = litre
mole = [substance] = mol
second = [time] = s = sec
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day = wk
kelvin = [temperature]; offset: 0 = K
degree_Celsius = kelvin; offset: 273.15 = degC = C = celsius
degree_Fahrenheit = 5 / 9 * kelvin; offset: 233.15 + 200 / 9 = degF = F = fahrenheit
pascal = [pressure] = Pa
enzyme_unit = micromole / minute = U
katal = mole / second = kat
international_unit = [activity] = IU
percent = 0.01 = %
"""

# What people write most, to answer a misspelt unit with.
COMMON_UNITS = (
    *("g", "mg", "ug", "kg", "oz", "min", "h", "days", "weeks", "%", "mg/g"),
    *("U/L", "mg/dL", "g/dL", "g/L", "umol/L", "mmol/L", "ms", "degC", "degF", "mL", "IU", "mg/h", "ug/h"),
)

# What pint cannot take for a name.
SIGNS = {"%": "percent", "°C": "degC", "°F": "degF"}

USUAL = {
    ("g", "milligram"): Decimal(1000),
    ("mg", "milligram"): Decimal(1),
    ("ug", "milligram"): Decimal("0.001"),
    ("min", "second"): Decimal(60),
    ("h", "second"): Decimal(3600),
    ("hours", "second"): Decimal(3600),
    ("d", "second"): Decimal(86400),
    ("day", "second"): Decimal(86400),
    ("days", "second"): Decimal(86400),
    ("percent", ""): Decimal("0.01"),
}
"""What nearly every case holds. The screen answers in about a second, and loading pint takes a fifth of one."""

_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?)(?![0-9.])\s*(.*)")
_UNIT = re.compile(r"[A-Za-zµμ]+(?:/[A-Za-zµμ]+)?")
_RANGE = re.compile(r"(?:-|–|—|to\b|or\b)\s*[0-9]")


@cache
def registry() -> UnitRegistry[Any]:
    """The units of a case, made once and only when a number with a unit is read."""
    from pint import UnitRegistry

    units: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Decimal)
    units.load_definitions(DEFINITIONS.strip().splitlines())
    return units


def split(given: object, example: str) -> tuple[Decimal, str]:
    """Part a text into its number and what follows the number.

    Parameters
    ----------
    given
        What stands in the file.
    example
        How it could be written, such as ``'"8 h"'``; quoted in the refusal.

    Raises
    ------
    RefusalError
        Where it is not a text that begins with one plain number.
    """
    if not isinstance(given, str):
        raise refusal("a number with its unit, in quotes, is needed", given=shown(given), cure=f"such as {example}")
    text = " ".join(given.replace("−", "-").split())
    if re.match(r"[+-]?[0-9]*,[0-9]", text):
        # "1,000 mg" is a thousand to one reader and one to another.
        raise refusal(
            "a comma in a number can be read in two ways",
            given=shown(given),
            cure='write decimals with a point ("2.5 g") and thousands without a mark ("1000 mg")',
        )
    found = _NUMBER.fullmatch(text)
    if not found:
        raise refusal("this does not begin with a plain number", given=shown(given), cure=f"such as {example}")
    number, rest = found.groups()
    if _RANGE.match(rest):
        raise refusal(
            "a range is not one value", given=shown(given), cure="write one value, and run one case for each end"
        )
    return Decimal(number), rest


def convert(value: Decimal, unit: str, target: str, given: object, allowed: str) -> Decimal:
    """Express a value in another unit.

    Parameters
    ----------
    value, unit
        The number and its unit.
    target
        The unit wanted.
    given, allowed
        What the file holds and what it may hold, for the refusal.

    Raises
    ------
    RefusalError
        Where the unit is not known, or measures something else than `target` does.
    """
    if not unit:
        raise refusal("the unit is missing", given=shown(given), allowed=allowed)
    name = SIGNS.get(unit, unit)
    if len(name) > 40 or not _UNIT.fullmatch(name):
        raise _unknown(unit, given, allowed)
    if name == target or (name, target) in USUAL:
        return value * USUAL.get((name, target), 1)
    import pint

    try:
        quantity = registry().Quantity(value, name)
        return Decimal(quantity.m_as(target))
    except pint.DimensionalityError:
        raise refusal(f"the unit {unit} does not fit here", given=shown(given), allowed=allowed) from None
    except (pint.PintError, ArithmeticError, AttributeError, TypeError, ValueError):
        raise _unknown(unit, given, allowed) from None


def _unknown(unit: str, given: object, allowed: str) -> Exception:
    cure = did_you_mean(unit, COMMON_UNITS)
    return refusal(f'the unit "{unit[:40]}" is not known here', given=shown(given), allowed=allowed, cure=cure)
