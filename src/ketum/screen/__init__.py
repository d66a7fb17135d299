"""Findings: one file a hazard, each a pure function of what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from ketum.screen.amount import Intake, above_studied
from ketum.screen.beside import beside
from ketum.screen.dose_size import DoseSize, Interval
from ketum.screen.finding import Certainty, Finding, Number, Severity, worst_first
from ketum.screen.interaction_size import InteractionSize
from ketum.screen.law import law
from ketum.screen.medicine import medicine
from ketum.screen.person import person
from ketum.screen.product import CONCENTRATED, product

if TYPE_CHECKING:  # pydantic is not needed to screen
    from ketum.case import Case, Kratom

__all__ = ["Certainty", "DoseSize", "Finding", "InteractionSize", "Interval", "Number", "Severity", "screen"]


def screen(
    case: Case,
    doses: Sequence[DoseSize],
    interactions: Sequence[InteractionSize] = (),
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Return everything that is found in a case, worst first.

    Parameters
    ----------
    case
        The case.
    doses
        What one dose of each kratom product holds, in the order of the case.
    interactions
        Predicted sizes of interactions, as `ketum.interaction.sizes` gives them; without them only static ones are
        shown.
    today
        The day from which the age of what is known of the law is counted; the present day by default.

    Returns
    -------
    tuple of Finding
        Emergency first, then danger, caution and note; within these what stops breathing first, then by code and title.
    """
    if len(doses) != len(case.kratom):
        raise ValueError(f"{len(case.kratom)} kratom products need as many dose sizes, not {len(doses)}")
    who = case.person
    found = chain(
        law(who.region, tuple(map(_legal_kind, case.kratom)), who.age_years, today or date.today()),
        person(who.age_years, who.pregnant, who.gestation_weeks, who.breastfeeding),
        above_studied(
            tuple(
                Intake(one.product, dose, one.every_h, one.days, one.start_h)
                for one, dose in zip(case.kratom, doses, strict=True)
            )
        ),
        product(case.kratom, tuple(one.amount.alkaloid for one in case.kratom)),
        medicine(beside(case, doses, interactions)),
    )
    return tuple(sorted(found, key=worst_first))


def _legal_kind(one: Kratom) -> str:
    # What is dosed in 7-OH is a 7-OH product before the law, whatever it is called.
    return CONCENTRATED.get(one.amount.alkaloid or "", one.product)
