"""How long an effect outlasts the last dose: the first row of ``wash_out.csv`` that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketum.evidence import fact
from ketum.medicine.catalogue import Entry
from ketum.medicine.classes import is_any
from ketum.rows import read_rows, several


@dataclass(frozen=True, slots=True)
class WashOut:
    """How long an effect outlasts the last dose.

    Parameters
    ----------
    days
        In days.
    fact_ids
        The facts behind it; empty for an assumption.
    """

    days: float
    fact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row of ``wash_out.csv``; what is empty fits everything."""

    effect: str
    medicines: tuple[str, ...]
    classes: tuple[str, ...]
    written: str
    route: str
    wash_out: WashOut

    @classmethod
    def read(cls, row: Mapping[str, str]) -> _Rule:
        fact_ids = several(row["fact_ids"])
        days = float(row["days"]) if row["days"] else fact(fact_ids[0]).number()
        return cls(
            row["effect"],
            several(row["medicine"]),
            several(row["class"]),
            row["written"],
            row["route"],
            WashOut(days, fact_ids),
        )

    def fits(self, medicine: Entry, effect: str, route: str | None, given: tuple[str, ...]) -> bool:
        return (
            self.effect in ("", effect)
            and (not self.medicines or medicine.generic in self.medicines)
            and (not self.classes or is_any(medicine, *self.classes))
            and self.route in ("", route)
            and (not self.written or any(self.written in name.casefold() for name in given))
        )


def wash_out(medicine: Entry, effect: str, route: str | None = None, given: tuple[str, ...] = ()) -> WashOut:
    """Return how long an effect of a medicine outlasts its last dose.

    Parameters
    ----------
    medicine
        The medicine.
    effect
        ``inducer``, ``inhibitor``, ``opioid``, ``mao`` or any other.
    route
        As in a case.
    given
        The names as written: a brand may tell a depot.
    """
    return next(rule.wash_out for rule in _rules() if rule.fits(medicine, effect, route, given))


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(_Rule.read(row) for row in read_rows(__package__, "wash_out.csv"))
