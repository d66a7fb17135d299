"""Tables beside the regimen: what was taken before, levels of a laboratory, and what the person wants of care."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ketum.case.amounts import Amount, cannot_be_taken, read_amount
from ketum.case.fields import choice, duration, number, pair, several
from ketum.case.levels import LevelValue, read_level
from ketum.case.refusal import RefusalError, refusal
from ketum.case.table import Flag, Table, Texts
from ketum.case.taken import AS_NEEDED, ASSUMED_EVERY_H, AtMost, Every, Product, needs_as_needed

Analyte = Literal["mitragynine", "7-hydroxymitragynine", "speciociliatine"]
Matrix = Literal["plasma", "serum", "blood", "urine", "hair", "vitreous", "other"]
Site = Literal["peripheral", "central"]
State = Literal["living", "postmortem"]

MOST_STEPS = 100
_LONGEST = (0, 3650 * 24, "0 h to 3650 days")
_BETWEEN = (0.25, 31 * 24, "15 min to 31 days")


class Before(Table):
    """The regimen until now, where the kratom tables describe what changes.

    Attributes
    ----------
    every, at_most
        As in `ketum.case.Kratom`.
    months
        For how long; None where unknown.
    """

    product: Annotated[Product, choice(Product)] = Field(examples=['product = "leaf-powder"'])
    amount: Annotated[Amount, BeforeValidator(read_amount)] = Field(examples=['amount = "4 g"'])
    every: Every | None = None
    at_most: AtMost | None = None
    months: Annotated[float, number(0, 1200, "months")] | None = None

    @property
    def every_h(self) -> float | None:
        """Hours between doses, None where unknown; as needed as in `ketum.case.Kratom`."""
        if isinstance(self.every, str):
            return self.at_most or ASSUMED_EVERY_H
        return self.every

    @property
    def as_needed(self) -> bool:
        """Whether it was taken as needed."""
        return self.every == AS_NEEDED

    @field_validator("at_most")
    @classmethod
    def _is_as_needed(cls, at_most: float | None, info: ValidationInfo) -> float | None:
        return needs_as_needed(at_most, info)

    @field_validator("amount")
    @classmethod
    def _can_be_taken(cls, amount: Amount, info: ValidationInfo) -> Amount:
        product = info.data.get("product")
        problem = cannot_be_taken(amount, product)
        if problem:
            raise RefusalError(problem)
        return amount


class Level(Table):
    """A laboratory number.

    Attributes
    ----------
    at
        When it was drawn, in hours on the case's clock.
    since_last_dose
        Or between how many hours after the last dose, the shorter first. With neither, nothing is known of the time.
    site
        Where in the body, after death.
    stored_days
        How long the sample was stored.
    """

    analyte: Annotated[Analyte, choice(Analyte)] = Field(examples=['analyte = "mitragynine"'])
    matrix: Annotated[Matrix, choice(Matrix)] | None = None
    value: Annotated[LevelValue, BeforeValidator(read_level)] = Field(examples=['value = "185 ng/mL"'])
    at: Annotated[float, duration(*_LONGEST)] | None = None
    since_last_dose: Annotated[tuple[float, float], pair(*_LONGEST)] | None = None
    state: Annotated[State, choice(State)] | None = None
    site: Annotated[Site, choice(Site)] | None = None
    stored_days: Annotated[float, number(0, 36_500, "days")] | None = None

    @field_validator("value")
    @classmethod
    def _fits_the_matrix(cls, value: LevelValue, info: ValidationInfo) -> LevelValue:
        matrix = info.data.get("matrix")
        if matrix not in (None, "other") and (matrix == "hair") != (value.unit == "pg/mg"):
            raise refusal(
                f"this unit does not fit {matrix}",
                given=f'value = "{value.text}", matrix = "{matrix}"',
                cure='hair is measured in "pg/mg" or "ng/mg", fluids in "ng/mL" or "nmol/L"',
            )
        return value

    @field_validator("since_last_dose")
    @classmethod
    def _one_time(cls, window: tuple[float, float] | None, info: ValidationInfo) -> tuple[float, float] | None:
        if window is not None and info.data.get("at") is not None:
            raise refusal("at and since_last_dose both say when", cure="leave one of the two out")
        return window

    @field_validator("site")
    @classmethod
    def _after_death(cls, site: Site | None, info: ValidationInfo) -> Site | None:
        if site is not None and info.data.get("state") == "living":
            raise refusal(
                "site is asked after death only",
                given=f'site = "{site}", state = "living"',
                cure='write state = "postmortem", or leave site out',
            )
        return site


class Step(Table):
    """One step of a taper, written by a clinician and never by ketum."""

    amount: Annotated[Amount, BeforeValidator(read_amount)] = Field(examples=['amount = "3 g"'])
    every: Annotated[float, duration(*_BETWEEN)] = Field(examples=['every = "8 h"'])
    days: Annotated[float, number(1, 3650, "days")] = Field(examples=["days = 7"])

    @field_validator("amount")
    @classmethod
    def _is_told(cls, amount: Amount) -> Amount:
        problem = cannot_be_taken(amount, None)
        if problem:
            raise RefusalError(problem)
        if not amount.known:
            raise refusal("a step of a taper needs its amount", given='"unknown"', cure="leave taper out if unknown")
        return amount


class Care(Table):
    """What the person wants, in their own or the clinician's words."""

    goals: Texts = ()
    tried: Texts = ()
    can: Texts = ()
    will_not: Texts = ()
    stopping: Flag | None = None
    taper: Annotated[tuple[Step, ...], several(MOST_STEPS, "steps")] = ()
