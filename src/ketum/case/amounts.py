"""How much is taken: of a kratom product, of one of its alkaloids, or of a medicine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ketum.case.counts import COUNTS, NOT_SIZED, PLURALS, VOLUMES, CountUnit, counted, does_not_fit, in_digits, largest
from ketum.case.refusal import RefusalError, at, did_you_mean, listed, nearest, refusal, shown
from ketum.case.units import convert, split
from ketum.errors import Problem
from ketum.kinds import kinds

UNKNOWN = "unknown"
ALKALOIDS = (
    "mitragynine",
    "7-hydroxymitragynine",
    "speciociliatine",
    "mitragynine pseudoindoxyl",
    "paynantheine",
    "speciogynine",
)
ALKALOID_SPELLINGS = {name: name for name in ALKALOIDS} | {
    "7-oh": "7-hydroxymitragynine",
    "7oh": "7-hydroxymitragynine",
    "7-oh-mitragynine": "7-hydroxymitragynine",
    "7-hydroxy-mitragynine": "7-hydroxymitragynine",
    "pseudoindoxyl": "mitragynine pseudoindoxyl",
    "mitragynine-pseudoindoxyl": "mitragynine pseudoindoxyl",
}
AMOUNT_ALLOWED = (
    'a mass of product ("3 g"), a mass of an alkaloid ("25 mg mitragynine"), '
    'or a count that fits it: "6 capsules", "2 teaspoons", "60 mL", "1 bottle", "2 tablets", "1 serving"; or "unknown"'
)

# Beyond this, and the `largest_mg` and `counted_in` of a kind of product, a dose is a slip of the pen: several times
# what the heaviest users in surveys report.
LARGEST_ALKALOID_MG = 2000.0


@dataclass(frozen=True)
class Amount:
    """One dose of a kratom product.

    Attributes
    ----------
    text
        As it was written.
    kind
        ``product``: a mass of the product (of leaf brewed, for tea); ``alkaloid``: a mass of one alkaloid; ``count``:
        capsules, bottles, mL and the like; ``unknown``: nobody knows.
    value
        In mg for a mass, a number for a count; None where it is unknown, which is never a zero.
    alkaloid
        Which alkaloid, for the kind ``alkaloid``.
    count_unit
        What is counted, for the kind ``count``.
    """

    text: str
    kind: Literal["product", "alkaloid", "count", "unknown"]
    value: float | None
    alkaloid: str | None = None
    count_unit: CountUnit | None = None

    @property
    def known(self) -> bool:
        """Whether anything of it is known."""
        return self.value is not None


@dataclass(frozen=True)
class MedicineAmount:
    """One dose of a medicine.

    Attributes
    ----------
    text
        As it was written.
    value, unit
        Its number and unit; both None for a combination such as ``"5/325 mg"``, and where it is unknown.
    mg
        In mg, where it is a mass.
    mg_per_h
        In mg/h, where it is a rate, as of a patch.
    """

    text: str
    value: float | None = None
    unit: str | None = None
    mg: float | None = None
    mg_per_h: float | None = None


def is_unknown(given: object) -> bool:
    """Whether a value says that it is not known."""
    return isinstance(given, str) and given.strip().casefold() == UNKNOWN


def read_amount(given: object) -> Amount:
    """Read a dose of a kratom product; raises `RefusalError`. Its size is judged where the product is known."""
    if is_unknown(given):
        return Amount(UNKNOWN, "unknown", None)
    value, rest = split(in_digits(given), '"3 g", "25 mg mitragynine" or "6 capsules"')
    text = " ".join(str(given).split())
    if value <= 0:
        raise refusal("the amount must be more than nothing", given=shown(given), allowed=AMOUNT_ALLOWED)
    if not rest:
        raise refusal("the unit is missing", given=shown(given), allowed=AMOUNT_ALLOWED)
    if count := counted(value, rest):
        return Amount(text, "count", count[0], count_unit=count[1])
    unit, _, of = rest.partition(" ")
    mg = float(convert(value, _mass_unit(unit, rest, given), "milligram", given, AMOUNT_ALLOWED))
    if not of:
        return Amount(text, "product", mg)
    return Amount(text, "alkaloid", mg, alkaloid=_alkaloid(of.removeprefix("of "), given))


def _mass_unit(unit: str, rest: str, given: object) -> str:
    """The unit, unless it is of a kind that a person has good reason to write and that we cannot turn into a mass."""
    if cure := NOT_SIZED.get(rest.lower(), NOT_SIZED.get(unit.lower(), "")):
        pass
    elif unit.lower() in COUNTS or unit.lower() in VOLUMES:
        cure = f'the unit stands alone ("{COUNTS.get(unit.lower(), "60 mL")}"); what it is stands in product'
    elif len(unit) > 3 and (near := nearest(unit, COUNTS, at_least=80.0)):
        cure = f"did you mean {near[0]}?"
    else:
        return unit
    raise refusal(f'"{unit}" is not a unit of amount here', given=shown(given), allowed=AMOUNT_ALLOWED, cure=cure)


def _alkaloid(name: str, given: object) -> str:
    known = ALKALOID_SPELLINGS.get(name.lower())
    if known:
        return known
    raise refusal(
        f'"{name[:40]}" is not an alkaloid known here',
        given=shown(given),
        allowed=listed(ALKALOIDS),
        cure=did_you_mean(name, ALKALOID_SPELLINGS, otherwise='a mass of product is written without a name: "3 g"'),
    )


def cannot_be_taken(amount: Amount, product: str | None) -> Problem | None:
    """Say why a dose does not fit its product or is absurd for it, or None where it may be.

    Where the product is not told (None), a count is judged by its widest limit, a mass as of an unknown product.
    """
    if amount.value is None:
        return None
    if amount.count_unit and product and (misfit := does_not_fit(amount.count_unit, shown(amount.text), product)):
        return misfit
    cure = "check the unit: g, mg or ug; write what is taken at one time, not a day's or a month's supply"
    if amount.count_unit:
        most, unit, of = largest(amount.count_unit, product), PLURALS[amount.count_unit], ""
    elif amount.kind == "alkaloid":
        most, unit, of = LARGEST_ALKALOID_MG, "mg", f" of {amount.alkaloid}"
    else:
        heaviest = kinds()[product or UNKNOWN].largest_mg
        most, unit, of = heaviest / 1000.0, "g", f" of {product}" if product not in (None, UNKNOWN) else " of product"
    if amount.value <= (most * 1000.0 if unit == "g" else most):
        return None
    allowed = f"more than 0, up to {most:g} {unit}{of} per dose"
    return Problem("", "this is more than anyone takes at one time", shown(amount.text), allowed, cure)


def read_certificate(given: object) -> dict[str, float]:
    """Read a certificate of analysis as mass fractions by alkaloid; raises `RefusalError` with all its problems."""
    if not isinstance(given, dict):
        raise refusal(
            "a table of alkaloids is needed",
            given=shown(given),
            cure='such as { mitragynine = "1.4 %", "7-hydroxymitragynine" = "0.02 %" }',
        )
    if not given:
        raise refusal("the certificate names no alkaloid", cure="leave the key out if there is no certificate")
    fractions: dict[str, float] = {}
    problems: list[Problem] = []
    for spelling, content in given.items():
        try:
            name, fraction = _certified(spelling, content)
            if name in fractions:
                raise refusal(f"{name} stands twice, in two spellings", given=spelling, cure="leave one of them out")
            fractions[name] = fraction
        except RefusalError as no:
            problems += at(spelling, no)
    # A rounding error is no reason to refuse a pure alkaloid.
    if sum(fractions.values()) > 1.0 + 1e-9:
        total = f"{100 * sum(fractions.values()):g} % in all"
        problems.append(Problem("", "the alkaloids are more than the product", total, "up to 100 % in all"))
    if problems:
        raise RefusalError(*problems)
    return fractions


def _certified(spelling: str, content: object) -> tuple[str, float]:
    name = ALKALOID_SPELLINGS.get(spelling.lower())
    if not name:
        raise refusal(
            "this alkaloid is not known here",
            given=shown(spelling),
            allowed=listed(ALKALOIDS),
            cure=did_you_mean(spelling, ALKALOID_SPELLINGS, otherwise="leave it out; ketum does not compute it"),
        )
    allowed = '0 to 100 % of product mass, such as "1.4 %" or "14 mg/g"'
    value, unit = split(content, '"1.4 %" or "14 mg/g"; leave out what was not found')
    fraction = float(convert(value, re.sub(r"\s*w/w$", "", unit), "", content, allowed))
    if not 0.0 <= fraction <= 1.0:
        raise refusal("the content is out of range", given=shown(content), allowed=allowed)
    # Less than this is nothing, and would need an exponent that no one writes.
    return name, fraction if fraction > 1e-12 else 0.0


MEDICINE_ALLOWED = (
    "a number and a unit: g, mg, ug (mcg), IU, units, mL, mg/h, ug/h, tablets, puffs, drops, patches, drinks; "
    'or a combination such as "5/325 mg"; or "unknown"'
)
_COMBINATION = re.compile(r"[0-9.]+(?: ?m?c?g)?(?: ?[/+] ?[0-9.]+(?: ?m?c?g)?)+ ?(?:mg|mcg|ug|g)", re.ASCII)
_PIECE = re.compile(
    r"(tablet|capsule|pill|puff|spray|drop|patch|sachet|suppositor|drink|glass|beer|joint|cigarette|unit|dose|teaspoon)"
    r"(s|es|y|ies)?",
    re.IGNORECASE,
)


def read_medicine_amount(given: object) -> MedicineAmount:
    """Read a dose of a medicine; raises `RefusalError`."""
    text = " ".join(given.split()) if isinstance(given, str) else ""
    if is_unknown(given):
        return MedicineAmount(UNKNOWN)
    if _COMBINATION.fullmatch(text):
        # Which part is which cannot be told: kept as it was written.
        return MedicineAmount(text)
    value, unit = split(given, '"100 mg", "25 ug/h" or "2 tablets"')
    if value <= 0:
        raise refusal("the amount must be more than nothing", given=shown(given), allowed=MEDICINE_ALLOWED)
    if _PIECE.fullmatch(unit):
        return MedicineAmount(text, float(value), unit)
    for target in ("milligram", "milligram/hour", "milliliter", "IU", "millimole"):
        try:
            converted = convert(value, unit, target, given, MEDICINE_ALLOWED)
        except RefusalError as no:
            last = no
        else:
            return _medicine_amount(text, value, unit, target, float(converted))
    raise last


def _medicine_amount(text: str, value: Decimal, unit: str, target: str, converted: float) -> MedicineAmount:
    if target in {"milligram", "milligram/hour"} and converted > 1e6:
        raise refusal("this is more than anyone takes", given=shown(text), allowed="up to 1 kg", cure="check the unit")
    return MedicineAmount(
        text,
        float(value),
        unit,
        mg=converted if target == "milligram" else None,
        mg_per_h=converted if target == "milligram/hour" else None,
    )
