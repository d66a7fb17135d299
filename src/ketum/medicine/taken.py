"""What a person takes beside kratom: each medicine once, by whatever names, with how much of it and whether it acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ketum.medicine.catalogue import Entry, entry
from ketum.medicine.match import Match, matches
from ketum.medicine.spelling import key, plain
from ketum.medicine.wash_out import WashOut, wash_out
from ketum.rows import read_rows

if TYPE_CHECKING:  # pydantic is not needed here
    from ketum.case import Case, Medicine

ALCOHOL = "ethanol"
SPELT: Mapping[str, str] = {row["generic"]: row["spelt"] for row in read_rows(__package__, "spelt.csv")}
"""How a generic name is spelt for people, where that differs from the tables."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine as it is taken.

    Parameters
    ----------
    entry
        The medicine.
    given
        The names under which the case has it.
    guessed
        Whether it is only a near match of the name.
    mg_per_day
        How much in a day; None where that is unknown or, taken under several names, partly unknown.
    route
        As in a case; None where unknown.
    started_days_ago, stopped_days_ago
        In days; None where unknown, or for the second where it goes on.
    drinks_per_day
        For alcohol; None where unknown.
    """

    entry: Entry
    given: tuple[str, ...]
    guessed: bool = False
    mg_per_day: float | None = None
    route: str | None = None
    started_days_ago: float | None = None
    stopped_days_ago: float | None = None
    drinks_per_day: float | None = None

    @classmethod
    def named(cls, generic: str) -> Taken:
        """Return a medicine by its generic name, of which nothing else is said; `KeyError` where none is on file."""
        return cls(entry(generic), (generic,))

    @property
    def started_h(self) -> float | None:
        """Hours ago that it was started; None where unknown."""
        return None if self.started_days_ago is None else 24.0 * self.started_days_ago

    @property
    def stopped_h(self) -> float | None:
        """Hours ago that it was stopped; None where it goes on."""
        return None if self.stopped_days_ago is None else 24.0 * self.stopped_days_ago

    @property
    def generic(self) -> str:
        """Its generic name."""
        return self.entry.generic

    @property
    def shown(self) -> str:
        """Its name, with the name as written where that differs."""
        own = SPELT.get(self.generic, self.generic)
        others = [name for name in self.given if not {self.generic, own.casefold()} & _words_of(name)]
        if not others:
            return own
        if self.guessed:
            return f"{own} (a guess at {', '.join(others)})"
        if len(self.given) > 1:
            return f"{own} (named {len(self.given)} times: {', '.join(self.given)})"
        return f"{own} ({', '.join(others)})"

    @property
    def was_stopped(self) -> bool:
        """Whether the case says that it was stopped."""
        return self.stopped_days_ago is not None

    def outlasts(self, effect: str) -> WashOut:
        """Return how long an effect outlasts the last dose."""
        return wash_out(self.entry, effect, self.route, self.given)

    def acts(self, effect: str) -> bool:
        """Whether an effect is still to be reckoned with."""
        return self.stopped_days_ago is None or self.stopped_days_ago <= self.outlasts(effect).days


def _words_of(name: str) -> frozenset[str]:
    """Return what a written name says of a medicine: itself, and what is left without strength and form."""
    return frozenset((name.casefold(), plain(name), key(name)))


def taken_in(case: Case) -> tuple[tuple[Taken, ...], tuple[Match, ...]]:
    """Return what is taken beside kratom, each medicine once, and how each name was read.

    Ingredients of a mixed product and drinks a day count as medicines; a medicine that no name means is left to the
    matches.
    """
    every = list(_each(case))
    merged: dict[str, Taken] = {}
    for _, several in every:
        for medicine in several:
            before = merged.get(medicine.generic)
            merged[medicine.generic] = medicine if before is None else _together(before, medicine)
    return tuple(merged.values()), tuple(found for found, _ in every if found is not None)


def _each(case: Case) -> Iterator[tuple[Match | None, Sequence[Taken]]]:
    for medicine in case.medicine:
        for found in matches(medicine.name):
            yield found, [_taken(medicine, found, generic) for generic in found.generics]
    for product in case.kratom:
        for name in product.with_ or ():
            for found in matches(name):
                yield found, [Taken(entry(generic), (name,), found.guessed) for generic in found.generics]
    drinks = case.person.drinks_per_day
    if drinks:
        yield None, [Taken(entry(ALCOHOL), (SPELT[ALCOHOL],), drinks_per_day=drinks)]


def _taken(medicine: Medicine, found: Match, generic: str) -> Taken:
    amount, every_h = medicine.amount, medicine.every_h
    alone = len(found.generics) == 1
    mg = amount.mg * 24.0 / every_h if alone and amount is not None and amount.mg and every_h else None
    drinks = None
    if generic == ALCOHOL and amount is not None and amount.value and every_h and amount.mg is None:
        drinks = amount.value * 24.0 / every_h
    return Taken(
        entry(generic),
        (found.given,),
        found.guessed,
        mg,
        medicine.route,
        medicine.started_days_ago,
        medicine.stopped_days_ago,
        drinks,
    )


def _together(first: Taken, other: Taken) -> Taken:
    """Join a medicine that stands twice: the sum of its amounts, and the time that keeps it acting longest."""
    amounts = (first.mg_per_day, other.mg_per_day)
    drinks = [number for number in (first.drinks_per_day, other.drinks_per_day) if number is not None]
    stops = (first.stopped_days_ago, other.stopped_days_ago)
    starts = [start for start in (first.started_days_ago, other.started_days_ago) if start is not None]
    return replace(
        first,
        given=tuple(sorted({*first.given, *other.given}, key=str.casefold)),
        guessed=first.guessed and other.guessed,
        mg_per_day=None if None in amounts else sum(a for a in amounts if a is not None),
        route=first.route if first.route == other.route else None,
        started_days_ago=max(starts, default=None),
        stopped_days_ago=None if None in stops else min(s for s in stops if s is not None),
        drinks_per_day=max(drinks, default=None),
    )
