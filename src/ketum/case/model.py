"""The case: immutable pydantic models, one for each table of the file.

A key that contradicts an earlier one is refused where it stands. Such checks read pydantic's ``info.data``, which holds
the earlier keys that were valid by themselves, so they join the other problems and are never hidden behind them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from ketum.case.amounts import Amount, MedicineAmount, read_amount, read_certificate, read_medicine_amount, too_large
from ketum.case.fields import choice, duration, flag, number, text, texts
from ketum.case.measures import Measure, read_labs, read_upper_limits, read_vitals
from ketum.case.refusal import RefusalError, refusal
from ketum.case.regions import read_region
from ketum.errors import Problem
from ketum.kinds import in_group, kinds

Sex = Literal["female", "male"]
Liver = Literal["normal", "child-pugh-a", "child-pugh-b", "child-pugh-c"]
Cyp2d6 = Literal["poor", "intermediate", "normal", "ultrarapid", "unknown"]
OpioidUse = Literal["none", "past", "current"]
Experience = Literal["new", "regular"]
if TYPE_CHECKING:  # a checker cannot read the table
    Product = str
else:
    Product = Literal[tuple(kinds())]
Route = Literal["oral", "iv", "transdermal", "sublingual", "inhaled", "other"]

MOST_DOSES = 20_000
FERTILE_YEARS = (8.0, 60.0)
NURSING_YEARS = (10.0, 65.0)

Flag = Annotated[bool, flag()]
Text = Annotated[str, text()]
Texts = Annotated[tuple[str, ...], texts()]


class Table(BaseModel):
    """What all tables share: they cannot be changed, and refuse keys that they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Table):
    """Who takes it. A key left out is None, which means unknown and not a default.

    Attributes
    ----------
    age_years, weight_kg, egfr, kratom_months, gestation_weeks, drinks_per_day
        In the unit of their name; egfr in mL/min/1.73 m2, drinks in standard drinks a day.
    region
        ISO 3166 code in capitals.
    conditions
        As written; empty where none was named (`Case.unknown` tells "none" from "left out").
    """

    age_years: Annotated[float, number(0, 120, "years")] = Field(examples=["age_years = 46"])
    sex: Annotated[Sex, choice(Sex)] = Field(examples=['sex = "female" or "male"'])
    weight_kg: Annotated[float, number(2, 400, "kg")] = Field(examples=["weight_kg = 71"])
    region: Annotated[str, BeforeValidator(read_region)] = Field(examples=['region = "US-OH"'])
    conditions: Texts = ()
    pregnant: Flag | None = None
    gestation_weeks: Annotated[float, number(1, 45, "weeks")] | None = None
    breastfeeding: Flag | None = None
    liver: Annotated[Liver, choice(Liver)] | None = None
    egfr: Annotated[float, number(0, 250, "mL/min/1.73 m2")] | None = None
    cyp2d6: Annotated[Cyp2d6, choice(Cyp2d6)] | None = None
    opioid_use: Annotated[OpioidUse, choice(OpioidUse)] | None = None
    kratom_experience: Annotated[Experience, choice(Experience)] | None = None
    kratom_months: Annotated[float, number(0, 1200, "months")] | None = None
    drinks_per_day: Annotated[float, number(0, 100, "standard drinks a day")] | None = None
    procedure_planned: Flag | None = None

    @field_validator("pregnant")
    @classmethod
    def _can_be_pregnant(cls, pregnant: bool | None, info: ValidationInfo) -> bool | None:
        sex, age = info.data.get("sex"), info.data.get("age_years")
        clashes = []
        if pregnant and sex == "male":
            clashes.append(_clash("pregnant = true", 'sex = "male"'))
        if pregnant and age is not None and not FERTILE_YEARS[0] <= age <= FERTILE_YEARS[1]:
            clashes.append(_clash("pregnant = true", f"age_years = {age:g}"))
        if clashes:
            raise RefusalError(*clashes)
        return pregnant

    @field_validator("gestation_weeks")
    @classmethod
    def _is_pregnant(cls, weeks: float | None, info: ValidationInfo) -> float | None:
        # Absent from info.data means that `pregnant` has a problem of its own.
        if weeks is not None and "pregnant" in info.data and info.data["pregnant"] is not True:
            raise refusal(
                "gestation_weeks needs pregnant = true",
                given=f"gestation_weeks = {weeks:g}",
                cure="add pregnant = true, or leave gestation_weeks out",
            )
        return weeks

    @field_validator("breastfeeding")
    @classmethod
    def _can_breastfeed(cls, breastfeeding: bool | None, info: ValidationInfo) -> bool | None:
        age = info.data.get("age_years")
        if breastfeeding and age is not None and not NURSING_YEARS[0] <= age <= NURSING_YEARS[1]:
            raise RefusalError(_clash("breastfeeding = true", f"age_years = {age:g}"))
        return breastfeeding

    @field_validator("kratom_months")
    @classmethod
    def _is_not_new(cls, months: float | None, info: ValidationInfo) -> float | None:
        if months is not None and months > 1 and info.data.get("kratom_experience") == "new":
            raise RefusalError(_clash(f"kratom_months = {months:g}", 'kratom_experience = "new"'))
        return months


class Kratom(Table):
    """One kratom product and how it is taken.

    Attributes
    ----------
    amount
        Per dose.
    every_h
        Hours between doses; None for one single dose.
    days
        How long it is taken.
    start_h
        Hours from the case's beginning to the first dose.
    certificate
        Mass fraction by alkaloid (0.014 for 1.4 %); None where there is no certificate.
    tested
        What the product was tested for; None where that is unknown.
    with_
        Other ingredients; None where they are unknown.
    """

    product: Annotated[Product, choice(Product)] = Field(examples=['product = "leaf-capsule"'])
    amount: Annotated[Amount, BeforeValidator(read_amount)] = Field(examples=['amount = "3 g"'])
    every_h: Annotated[float, duration(0.25, 31 * 24, "15 min to 31 days")] | None = Field(None, alias="every")
    days: Annotated[float, number(1, 3650, "days")] = 1.0
    start_h: Annotated[float, duration(0, 3650 * 24, "0 h to 3650 days")] = Field(0.0, alias="start")
    certificate: Annotated[dict[str, float], BeforeValidator(read_certificate)] | None = None
    tested: Texts | None = None
    with_: Texts | None = Field(None, alias="with")

    @property
    def dose_times_h(self) -> tuple[float, ...]:
        """When each dose is taken, in hours from the case's beginning."""
        if self.every_h is None:
            return (self.start_h,)
        return tuple(self.start_h + index * self.every_h for index in range(_doses(self.days, self.every_h)))

    @field_validator("amount")
    @classmethod
    def _can_be_taken(cls, amount: Amount, info: ValidationInfo) -> Amount:
        problem = too_large(amount, info.data.get("product"))
        if problem:
            raise RefusalError(problem)
        return amount

    @field_validator("days")
    @classmethod
    def _has_an_interval(cls, days: float, info: ValidationInfo) -> float:
        if "every_h" not in info.data:
            return days
        every_h = info.data["every_h"]
        if every_h is None:
            raise refusal(
                "days has no meaning for a single dose",
                given=f"days = {days:g}, without every",
                cure='add the time between doses, such as every = "8 h", or leave days out',
            )
        if (doses := _doses(days, every_h)) > MOST_DOSES:
            raise refusal(
                "every and days make too many doses",
                given=f"{doses} doses",
                allowed=f"up to {MOST_DOSES} doses",
                cure="shorten days or lengthen every",
            )
        return days


class Medicine(Table):
    """Anything else that is taken. A key left out is None, which means unknown.

    Attributes
    ----------
    every_h
        Hours between doses.
    started_days_ago, stopped_days_ago
        In days before today.
    """

    name: Text = Field(examples=['name = "sertraline"'])
    amount: Annotated[MedicineAmount, BeforeValidator(read_medicine_amount)] | None = None
    every_h: Annotated[float, duration(0.05, 366 * 24, "3 min to 366 days")] | None = Field(None, alias="every")
    route: Annotated[Route, choice(Route)] | None = None
    started_days_ago: Annotated[float, number(0, 36_500, "days")] | None = None
    stopped_days_ago: Annotated[float, number(0, 36_500, "days")] | None = None

    @field_validator("stopped_days_ago")
    @classmethod
    def _stopped_after_start(cls, stopped: float | None, info: ValidationInfo) -> float | None:
        started = info.data.get("started_days_ago")
        if stopped is not None and started is not None and stopped > started:
            raise RefusalError(_clash(f"stopped_days_ago = {stopped:g}", f"started_days_ago = {started:g}"))
        return stopped


class Today(Table):
    """How the person is today. An empty collection or None means that nothing was said.

    Attributes
    ----------
    labs, upper_limits, vitals
        By name, in canonical units; see `ketum.case.measures`.
    last_dose_hours_ago, stopped_hours_ago
        In hours before now. Both may be given: the first may precede the decision to stop, or belong to a relapse.
    pain_nrs
        Numeric rating scale, 0 to 10.
    """

    symptoms: Texts = ()
    labs: Annotated[dict[str, Measure], BeforeValidator(read_labs)] = Field(default_factory=dict)
    upper_limits: Annotated[dict[str, Measure], BeforeValidator(read_upper_limits)] = Field(default_factory=dict)
    vitals: Annotated[dict[str, Measure], BeforeValidator(read_vitals)] = Field(default_factory=dict)
    last_dose_hours_ago: Annotated[float, number(0, 876_000, "hours")] | None = None
    stopped_hours_ago: Annotated[float, number(0, 876_000, "hours")] | None = None
    pain_nrs: Annotated[float, number(0, 10)] | None = None
    drug_screen_planned: Flag | None = None


class Case(Table):
    """A person, what they take, where they are, and how they are today.

    Made by `ketum.case.load_case` and `ketum.case.parse_case`.
    """

    title: Text | None = None
    person: Person = Field(examples=["a table [person] with age_years, sex, weight_kg and region"])
    kratom: tuple[Kratom, ...] = Field(examples=["at least one table [[kratom]] with product and amount"])
    medicine: tuple[Medicine, ...] = ()
    today: Today = Today()

    @field_validator("kratom")
    @classmethod
    def _is_taken(cls, kratom: tuple[Kratom, ...]) -> tuple[Kratom, ...]:
        if not kratom:
            raise refusal("no kratom product is named", cure="write a table [[kratom]] with product and amount")
        return kratom

    def unknown(self) -> tuple[str, ...]:
        """The optional keys that matter and are not known, such as ``person.egfr`` or ``kratom[0].certificate``.

        A key is not known when it was left out, or where the file says ``"unknown"``.
        """
        return (
            *(f"person.{key}" for key in _left_out(self.person) if _matters(key, self.person)),
            *(
                f"kratom[{index}].{key}"
                for index, kratom in enumerate(self.kratom)
                for key in _left_out(kratom)
                if key in {"certificate", "tested"} or (key == "with" and in_group(kratom.product, "mixture"))
            ),
        )


def _left_out(table: Table) -> tuple[str, ...]:
    """The keys of a table, as they are written, of which the file says nothing or ``"unknown"``."""
    fields: dict[str, Any] = type(table).model_fields
    return tuple(
        field.alias or name
        for name, field in fields.items()
        if name not in table.model_fields_set or getattr(table, name) == "unknown"
    )


def _matters(key: str, person: Person) -> bool:
    """Whether it matters for this person that a key was left out."""
    may_bear = person.sex == "female" and FERTILE_YEARS[0] <= person.age_years <= FERTILE_YEARS[1]
    match key:
        case "pregnant":
            return may_bear
        case "gestation_weeks":
            return person.pregnant is True
        case "breastfeeding":
            return person.sex == "female" and NURSING_YEARS[0] <= person.age_years <= NURSING_YEARS[1]
        case "kratom_months":
            return person.kratom_experience != "new"
        case _:
            return True


def _doses(days: float, every_h: float) -> int:
    """How many doses begin before the days are over; at least the first."""
    # Without the margin, 24 h of doses every third of an hour would gain a dose from a rounding error.
    return max(1, math.ceil(days * 24.0 / every_h - 1e-9))


def _clash(this: str, that: str) -> Problem:
    return Problem("", f"{this} contradicts {that}", f"{this} and {that}", cure="correct one of the two")
