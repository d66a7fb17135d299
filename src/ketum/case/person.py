"""Who takes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ketum.case.fields import choice, number
from ketum.case.refusal import RefusalError, refusal
from ketum.case.regions import read_region
from ketum.case.table import Flag, Table, Texts, clash

Sex = Literal["female", "male"]
Liver = Literal["normal", "child-pugh-a", "child-pugh-b", "child-pugh-c"]
Cyp2d6 = Literal["poor", "intermediate", "normal", "ultrarapid", "unknown"]
OpioidUse = Literal["none", "past", "current"]
Experience = Literal["new", "regular"]

FERTILE_YEARS = (8.0, 60.0)
NURSING_YEARS = (10.0, 65.0)


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
            clashes.append(clash("pregnant = true", 'sex = "male"'))
        if pregnant and age is not None and not FERTILE_YEARS[0] <= age <= FERTILE_YEARS[1]:
            clashes.append(clash("pregnant = true", f"age_years = {age:g}"))
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
            raise RefusalError(clash("breastfeeding = true", f"age_years = {age:g}"))
        return breastfeeding

    @field_validator("kratom_months")
    @classmethod
    def _is_not_new(cls, months: float | None, info: ValidationInfo) -> float | None:
        if months is not None and months > 1 and info.data.get("kratom_experience") == "new":
            raise RefusalError(clash(f"kratom_months = {months:g}", 'kratom_experience = "new"'))
        return months


def matters(key: str, person: Person) -> bool:
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
