"""Findings: one file a hazard, each a pure function of what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from ketum.clinic.labs import Labs
from ketum.hazards.amount import Intake, above_studied
from ketum.hazards.amount_unknown import amount_unknown
from ketum.hazards.anaesthesia import anaesthesia
from ketum.hazards.condition import condition
from ketum.hazards.contamination import contamination
from ketum.hazards.contradiction import contradiction
from ketum.hazards.dependence import dependence
from ketum.hazards.driving import driving
from ketum.hazards.drug_screen import drug_screen
from ketum.hazards.emergency import emergency
from ketum.hazards.finding import Certainty, Finding, Number, Severity, worst_first
from ketum.hazards.law import law
from ketum.hazards.liver import liver
from ketum.hazards.medicines import medicine
from ketum.hazards.medicines.beside import beside
from ketum.hazards.pain import red_flags
from ketum.hazards.person import person
from ketum.hazards.product import CONCENTRATED, most_seven_oh, product
from ketum.hazards.unread import words_not_understood
from ketum.hazards.urgent import urgent
from ketum.hazards.use import Use, use
from ketum.sizes import DoseSize, InteractionSize, Interval
from ketum.words.understanding import understand

if TYPE_CHECKING:  # pydantic is not needed to screen
    from ketum.case import Case, Kratom, Measure

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
        law(
            who.region,
            tuple(map(_legal_kind, case.kratom)),
            who.age_years,
            today or date.today(),
            most_seven_oh(case.kratom),
        ),
        above_studied(
            tuple(
                # What is assumed of an unknown amount must not look like an amount that was compared.
                Intake(one.product, dose if one.amount.known else DoseSize(), one.every_h, one.days, one.start_h)
                for one, dose in zip(case.kratom, doses, strict=True)
                if one.product != "unknown"
            )
        ),
        amount_unknown(case.kratom),
        product(case.kratom, tuple(one.amount.alkaloid for one in case.kratom)),
        medicine(beside(case, doses, interactions)),
        _today(case, doses),
    )
    return tuple(sorted(found, key=worst_first))


def _today(case: Case, doses: Sequence[DoseSize]) -> Iterator[Finding]:
    """Return what follows from how the person is, what they have and how they use kratom."""
    who, now = case.person, case.today
    said = understand(now.symptoms, who.conditions)
    vitals = _plain(now.vitals)
    labs = Labs(_plain(now.labs), _plain(now.upper_limits))
    used = use(
        case.kratom, doses, [one.amount.alkaloid for one in case.kratom], who.kratom_experience, who.kratom_months
    )
    pregnant = who.pregnant or (who.sex == "female" and bool(said.has("pregnant")))
    breastfeeding = who.breastfeeding or bool(said.has("breastfeeding"))
    planned = who.procedure_planned or bool(said.has("procedure"))
    yield from emergency(said, vitals, who.region, who.age_years)
    yield from urgent(said, vitals, labs, who.age_years, pregnant, now.stopped_hours_ago, used.repeated)
    yield from person(who.age_years, pregnant, who.gestation_weeks, breastfeeding)
    yield from red_flags(said, vitals, now.pain_nrs)
    yield from liver(said, labs, _days_since_start(used, case), who.liver, who.drinks_per_day)
    yield from dependence(used, said, pregnant, who.opioid_use, now.stopped_hours_ago, now.last_dose_hours_ago)
    yield from condition(
        said, labs, who.sex, who.age_years, who.egfr, who.opioid_use, who.drinks_per_day, used.concentrated
    )
    yield from contamination(case.kratom, used, said, who.age_years, pregnant, breastfeeding)
    yield from driving(used, said, who.drinks_per_day)
    yield from anaesthesia(planned, used.repeated)
    yield from drug_screen(now.drug_screen_planned, used.concentrated)
    yield from words_not_understood(said)
    yield from contradiction(
        said,
        who.sex,
        who.pregnant,
        who.breastfeeding,
        who.liver,
        who.egfr,
        who.opioid_use,
        who.procedure_planned,
    )


def _plain(measures: Mapping[str, Measure]) -> dict[str, float]:
    return {name: one.value for name, one in measures.items()}


def _days_since_start(used: Use, case: Case) -> float | None:
    """Return how long ago kratom was begun, None where the case does not tell."""
    if used.days <= 1 and case.person.kratom_experience != "new":
        return None
    return used.days + (case.today.stopped_hours_ago or 0.0) / 24


def _legal_kind(one: Kratom) -> str:
    # What is dosed in 7-OH is a 7-OH product before the law, whatever it is called.
    return CONCENTRATED.get(one.amount.alkaloid or "", one.product)
