"""Stopping and dependence of a run, ready to be shown: predicted scores, measured ones, and rows of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum import pharmacology
from ketum.answers.effect_lines import quantiles
from ketum.endpoints import effect
from ketum.evidence import fact
from ketum.writing.numbers import number

if TYPE_CHECKING:
    from ketum.simulation.simulate import Run


@dataclass(frozen=True)
class ScorePoint:
    """Predicted withdrawal score at one time after the last dose."""

    hours: float
    median: float
    p05: float
    p95: float


@dataclass(frozen=True)
class ScoreAnchor:
    """A measured withdrawal score; the time is None where it was not stated."""

    label: str
    hours: float | None
    value: float
    low: float
    high: float
    fact_id: str


@dataclass(frozen=True)
class DependenceLine:
    """One row of evidence on dependence."""

    label: str
    value: str
    interval: str
    people: str
    fact_id: str
    seen: str


@dataclass(frozen=True)
class Withdrawal:
    """What stopping may bring, and what is known of dependence.

    Parameters
    ----------
    points
        Predicted scores after the run's last dose.
    now
        The same at the hour that the case gives as the time since stopping; None where it gives none.
    """

    points: tuple[ScorePoint, ...]
    now: ScorePoint | None
    anchors: tuple[ScoreAnchor, ...]
    dependence: tuple[DependenceLine, ...]
    here: str
    notes: tuple[str, ...]

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Every fact that this section shows."""
        return (*(anchor.fact_id for anchor in self.anchors), *(line.fact_id for line in self.dependence))


WITHDRAWAL_NOTES = (
    "Poorly known. The course after stopping was never measured in people; the model assumes that the body adapts and "
    "recovers within days. A study of it is running until 2028.",
    "The facts contradict each other: no signs at 10 to 20 hours in 26 men, mild symptoms in a thesis on the same "
    "study, 5.5 points after a night in ten people, 13.5 recalled by 395.",
    "After long daily use do not stop suddenly without talking to a clinician.",
)
DEPENDENCE = (
    ("DE018", "have a kratom use disorder, US consumers"),
    ("DE022", "have a kratom use disorder, US adults who ever used"),
    ("DE024", "have a moderate or severe disorder, US survey of 2017"),
    ("DE019", "of those with a disorder are tolerant"),
    ("DE020", "of those with a disorder have withdrawal"),
    ("DE008", "are tolerant, daily tea drinkers in Malaysia"),
    ("DE007", "have withdrawal when they stop, daily tea drinkers in Malaysia"),
    ("DE010", "odds of severe dependence, more than 3 glasses a day against fewer"),
    ("DE011", "odds of moderate withdrawal, more than 3 glasses a day against fewer"),
    ("DE021", "odds of a disorder with another substance use disorder"),
    ("DE030", "how much worse stopping was, the longer the regular use (slope; p = 0.02)"),
    ("DE027", "what predicts withdrawal better: how often, or how much"),
)


def withdrawal(run: Run) -> Withdrawal:
    """Put withdrawal and dependence into words and numbers."""
    found = run.tree["effects"].to_dataset()
    points = [ScorePoint(0.0, 0.0, 0.0, 0.0)]
    for hours in effect.AFTER_H:
        p05, median, p95 = quantiles(found[f"withdrawal_{hours:g}h"].to_numpy())
        points.append(ScorePoint(float(hours), median, p05, p95))
    anchors = (
        _anchor("ten regular users after a night", 12.0, "AN015"),
        _anchor("recalled by 395 regular users for the worst, time not stated", None, "DE025"),
    )
    return Withdrawal(
        tuple(points[1:]),
        _now(points, run.case.today.stopped_hours_ago),
        anchors,
        tuple(map(_dependence, DEPENDENCE)),
        _here(run),
        WITHDRAWAL_NOTES,
    )


def _here(run: Run) -> str:
    """Say what the case gives of what the rows of evidence depend on: dose, frequency, duration, history."""
    person = run.case.person
    regular = [held for held in run.contents if held.kratom.every_h]
    a_day = sum(24 / held.kratom.every_h for held in regular if held.kratom.every_h)
    mg = sum(h.mg["MG"].median * 24 / h.kratom.every_h for h in regular if "MG" in h.mg and h.kratom.every_h)
    glass = fact("DE001").number()
    said = [f"{number(a_day)} doses a day" if a_day else "no repeated doses"]
    if mg:
        said.append(f"about {number(mg, 2)} mg mitragynine a day ({number(mg / glass, 2)} glasses of {glass:g} mg)")
    months = person.kratom_months
    said.append("earlier use: " + (person.kratom_experience or "unknown") + (f", {months:g} months" if months else ""))
    said.append(f"opioids: {person.opioid_use or 'unknown'}")
    return "; ".join(said)


def _now(points: list[ScorePoint], hours: float | None) -> ScorePoint | None:
    """Read the score at an hour off the points; None beyond the last."""
    if hours is None or hours > points[-1].hours:
        return None
    at = [point.hours for point in points]
    values = (np.interp(hours, at, [getattr(point, name) for point in points]) for name in ("median", "p05", "p95"))
    return ScorePoint(hours, *(float(value) for value in values))


def _anchor(label: str, hours: float | None, fact_id: str) -> ScoreAnchor:
    """Take the usual score off a published mean and its mean plus and minus SD."""
    row = fact(fact_id)
    usual = next(p for p in pharmacology.effect_parameters() if p.name == "SOWS_base").prior_median
    low, high = row.interval() or (row.number(), row.number())
    text = f"{label}: {row.value} points, {usual:g} of them usual"
    return ScoreAnchor(text, hours, row.number() - usual, max(low - usual, 0.0), high - usual, fact_id)


def _dependence(row: tuple[str, str]) -> DependenceLine:
    fact_id, label = row
    seen = fact(fact_id)
    interval = "" if seen.interval() is None else seen.spread
    unit = {"%": " %", "odds ratio": " times"}.get(seen.unit, "")
    return DependenceLine(label, f"{seen.value}{unit}", interval, seen.n, fact_id, seen.seen)
