"""What is taken: kratom products and anything else, each with how much and how often."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ketum.case.amounts import (
    Amount,
    MedicineAmount,
    cannot_be_taken,
    read_amount,
    read_certificate,
    read_medicine_amount,
)
from ketum.case.fields import choice, duration, interval, number
from ketum.case.refusal import RefusalError, refusal
from ketum.case.table import Table, Text, Texts, clash
from ketum.kinds import kinds

if TYPE_CHECKING:  # a checker cannot read the table
    Product = str
else:
    Product = Literal[tuple(kinds())]
Route = Literal["oral", "iv", "transdermal", "sublingual", "inhaled", "other"]
AsNeeded = Literal["as needed"]
AS_NEEDED: AsNeeded = "as needed"

MOST_DOSES = 20_000
ASSUMED_EVERY_H = 8.0
"""Hours between doses taken "as needed" of which no shortest time is known: about three a day. Users' intake a day over
that of one use is 2.5 to 4.3, of means (facts PQ001 and PQ002)."""

_EVERY_KRATOM = (0.25, 31 * 24, "15 min to 31 days")
_EVERY_MEDICINE = (0.05, 366 * 24, "3 min to 366 days")

Every = Annotated[float | AsNeeded, interval(*_EVERY_KRATOM)]
AtMost = Annotated[float, duration(*_EVERY_KRATOM)]


def needs_as_needed(at_most: float | None, info: ValidationInfo) -> float | None:
    """Refuse a shortest time for what is taken by the clock."""
    if at_most is not None and info.data.get("every", AS_NEEDED) != AS_NEEDED:
        raise refusal(
            "at_most belongs to what is taken as needed",
            given=f"at_most = {at_most:g} h",
            cure='write every = "as needed", or leave at_most out',
        )
    return at_most


class Kratom(Table):
    """One kratom product and how it is taken.

    Attributes
    ----------
    amount
        Per dose.
    every
        Hours between doses, or ``as needed``; None for one single dose. `every_h` is what to compute with.
    at_most
        Shortest time between doses taken as needed, in hours; None where it is unknown.
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

    when_given: ClassVar[frozenset[str]] = frozenset({"at_most"})

    product: Annotated[Product, choice(Product)] = Field(examples=['product = "leaf-capsule"'])
    amount: Annotated[Amount, BeforeValidator(read_amount)] = Field(examples=['amount = "3 g"'])
    every: Every | None = None
    at_most: AtMost | None = None
    days: Annotated[float, number(1, 3650, "days")] = 1.0
    start_h: Annotated[float, duration(0, 3650 * 24, "0 h to 3650 days")] = Field(0.0, alias="start")
    certificate: Annotated[dict[str, float], BeforeValidator(read_certificate)] | None = None
    tested: Texts | None = None
    with_: Texts | None = Field(None, alias="with")

    @property
    def as_needed(self) -> bool:
        """Whether it is taken as needed, and so at most as often as `every_h` says."""
        return self.every == AS_NEEDED

    @property
    def every_h(self) -> float | None:
        """Hours between doses, None for one single dose.

        As needed, the shortest time that is told, else `ASSUMED_EVERY_H`.
        """
        if isinstance(self.every, str):
            return self.at_most or ASSUMED_EVERY_H
        return self.every

    @property
    def dose_times_h(self) -> tuple[float, ...]:
        """When each dose is taken, in hours from the case's beginning."""
        if self.every_h is None:
            return (self.start_h,)
        return tuple(self.start_h + index * self.every_h for index in range(_doses(self.days, self.every_h)))

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

    @field_validator("days")
    @classmethod
    def _has_an_interval(cls, days: float, info: ValidationInfo) -> float:
        if not {"every", "at_most"} <= info.data.keys():
            return days
        every = info.data["every"]
        if every is None:
            raise refusal(
                "days has no meaning for a single dose",
                given=f"days = {days:g}, without every",
                cure='add the time between doses, such as every = "8 h", or leave days out',
            )
        every_h = (info.data["at_most"] or ASSUMED_EVERY_H) if isinstance(every, str) else every
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
    every, at_most
        Hours between doses, or ``as needed``; then the shortest time between them. `every_h` is what to compute with.
    started_days_ago, stopped_days_ago
        In days before today.
    """

    when_given: ClassVar[frozenset[str]] = frozenset({"at_most"})

    name: Text = Field(examples=['name = "sertraline"'])
    amount: Annotated[MedicineAmount, BeforeValidator(read_medicine_amount)] | None = None
    every: Annotated[float | AsNeeded, interval(*_EVERY_MEDICINE)] | None = None
    at_most: Annotated[float, duration(*_EVERY_MEDICINE)] | None = None
    route: Annotated[Route, choice(Route)] | None = None
    started_days_ago: Annotated[float, number(0, 36_500, "days")] | None = None
    stopped_days_ago: Annotated[float, number(0, 36_500, "days")] | None = None

    @property
    def as_needed(self) -> bool:
        """Whether it is taken as needed, and so at most as often as `every_h` says."""
        return self.every == AS_NEEDED

    @property
    def every_h(self) -> float | None:
        """Hours between doses, None where unknown; as needed, the shortest time that is told."""
        return self.at_most if isinstance(self.every, str) else self.every

    @field_validator("at_most")
    @classmethod
    def _is_as_needed(cls, at_most: float | None, info: ValidationInfo) -> float | None:
        return needs_as_needed(at_most, info)

    @field_validator("stopped_days_ago")
    @classmethod
    def _stopped_after_start(cls, stopped: float | None, info: ValidationInfo) -> float | None:
        started = info.data.get("started_days_ago")
        if stopped is not None and started is not None and stopped > started:
            raise RefusalError(clash(f"stopped_days_ago = {stopped:g}", f"started_days_ago = {started:g}"))
        return stopped


def _doses(days: float, every_h: float) -> int:
    """How many doses begin before the days are over; at least the first."""
    # Without the margin, 24 h of doses every third of an hour would gain a dose from a rounding error.
    return max(1, math.ceil(days * 24.0 / every_h - 1e-9))
