"""All that a hazard looks at, gathered once: the person, what is taken and how much it amounts to, words, values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ketum.clinic.labs import Labs
from ketum.hazards.portion import Portion
from ketum.hazards.use import Use, use
from ketum.medicine import Match, Taken, taken_in
from ketum.sizes import DoseSize, InteractionSize, Interval
from ketum.words.understanding import Understood, understand

if TYPE_CHECKING:  # pydantic is not needed to look for hazards
    from ketum.case import Case, Kratom, Measure, Person, Today

_REGULAR_DAYS, _REGULAR_MONTHS = 7.0, 1.0


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a case where hazards are looked for. None is unknown, which is never a zero.

    Parameters
    ----------
    person, now
        The person, and how the person is today, as in the case.
    day
        The day from which the age of what is known of the law is counted.
    said
        Symptoms and conditions, understood.
    portions
        The kratom products.
    use
        How kratom is used, all products together.
    medicines
        Each medicine beside kratom once, in the order of its name, so that the order of a case changes nothing.
    matches
        How each name of a medicine was read.
    sizes
        Predicted sizes of interactions.
    labs, vitals
        Values by name, in the units of a case.
    """

    person: Person
    now: Today
    day: date
    said: Understood = field(default_factory=Understood)
    portions: tuple[Portion, ...] = ()
    use: Use = field(default_factory=Use)
    medicines: tuple[Taken, ...] = ()
    matches: tuple[Match, ...] = ()
    sizes: tuple[InteractionSize, ...] = ()
    labs: Labs = field(default_factory=Labs)
    vitals: Mapping[str, float] = field(default_factory=dict)

    @property
    def pregnant(self) -> bool:
        """Whether the person is pregnant, by the case's key or its words."""
        by_words = self.person.sex == "female" and bool(self.said.has("pregnant"))
        return bool(self.person.pregnant) or by_words

    @property
    def breastfeeding(self) -> bool:
        """Whether the person breastfeeds, by the case's key or its words."""
        return bool(self.person.breastfeeding or self.said.has("breastfeeding"))

    @property
    def procedure_planned(self) -> bool:
        """Whether anaesthesia or sedation lies ahead, by the case's key or its words."""
        return bool(self.person.procedure_planned or self.said.has("procedure"))

    @property
    def drinks_per_day(self) -> float:
        """Standard drinks; where nothing is known of them none are counted, and that is told as unknown elsewhere."""
        return self.person.drinks_per_day or 0.0

    @property
    def used_to_kratom(self) -> bool:
        """Whether the person is used to kratom, and so may be dependent."""
        months = self.person.kratom_months or 0.0
        return (
            self.person.kratom_experience == "regular"
            or months >= _REGULAR_MONTHS
            or any(portion.every_h is not None and portion.days >= _REGULAR_DAYS for portion in self.portions)
        )

    @property
    def again_and_again(self) -> bool:
        """Whether the case gives a time between doses of any product."""
        return any(portion.every_h is not None for portion in self.portions)

    @property
    def days_since_start(self) -> float | None:
        """How long ago kratom was begun, None where the case does not tell."""
        if self.use.days <= 1 and self.person.kratom_experience != "new":
            return None
        return self.use.days + (self.now.stopped_hours_ago or 0.0) / 24

    @property
    def mitragynine_mg(self) -> Interval | None:
        """Mitragynine in the largest dose; None where no dose tells it."""
        held = [portion.dose.mitragynine_mg for portion in self.portions if portion.dose.mitragynine_mg is not None]
        return max(held, key=lambda interval: interval.median, default=None)

    def size(self, generic: str, role: str, enzyme: str) -> tuple[InteractionSize, ...]:
        """Return the predicted sizes of one interaction."""
        wanted = (generic, role, enzyme)
        return tuple(size for size in self.sizes if (size.medicine, size.role, size.enzyme) == wanted)


def situate(
    case: Case, doses: Sequence[DoseSize], sizes: Iterable[InteractionSize] = (), day: date | None = None
) -> Situation:
    """Gather what hazards look at.

    Parameters
    ----------
    case
        The case.
    doses
        What one dose of each kratom product holds, in the order of the case.
    sizes
        Predicted sizes of interactions; without them only static ones are shown.
    day
        The present day by default.

    Raises
    ------
    ValueError
        Where there are not as many doses as products.
    """
    if len(doses) != len(case.kratom):
        raise ValueError(f"{len(case.kratom)} kratom products need as many dose sizes, not {len(doses)}")
    who, now = case.person, case.today
    portions = tuple(map(_portion, case.kratom, doses))
    taken, matches = taken_in(case)
    return Situation(
        person=who,
        now=now,
        day=day or date.today(),
        said=understand(now.symptoms, who.conditions),
        portions=portions,
        use=use(portions, who.kratom_experience, who.kratom_months),
        medicines=tuple(sorted(taken, key=lambda medicine: medicine.generic)),
        matches=matches,
        sizes=tuple(sizes),
        labs=Labs(_plain(now.labs), _plain(now.upper_limits)),
        vitals=_plain(now.vitals),
    )


def _portion(kratom: Kratom, dose: DoseSize) -> Portion:
    return Portion(
        product=kratom.product,
        dose=dose,
        every_h=kratom.every_h,
        days=kratom.days,
        start_h=kratom.start_h,
        alkaloid=kratom.amount.alkaloid,
        certificate=kratom.certificate,
        tested=kratom.tested,
        with_=kratom.with_,
        amount_known=kratom.amount.known,
        often_known=not kratom.as_needed or kratom.at_most is not None,
    )


def _plain(measures: Mapping[str, Measure]) -> dict[str, float]:
    return {name: measure.value for name, measure in measures.items()}
