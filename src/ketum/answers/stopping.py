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
from ketum.writing.texts import Text, joined, say, term

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

    label: Text
    hours: float | None
    value: float
    low: float
    high: float
    fact_id: str


@dataclass(frozen=True)
class DependenceLine:
    """One row of evidence on dependence."""

    label: Text
    value: Text
    interval: str
    people: str
    fact_id: str
    seen: Text


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
    here: Text
    notes: tuple[Text, ...]

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Every fact that this section shows."""
        return (*(anchor.fact_id for anchor in self.anchors), *(line.fact_id for line in self.dependence))


WITHDRAWAL_NOTES = (
    say(
        "Poorly known. The course after stopping was never measured in people; the model assumes that the body adapts and recovers within days. A study of it is running until 2028."
    ),
    say(
        "The facts contradict each other: no signs at 10 to 20 hours in {AN007:n} men, mild symptoms in a thesis on the same study, {AN015} points after a night in {AN015:n} people, {DE025} recalled by {DE025:n}."
    ),
    say("After long daily use do not stop suddenly without talking to a clinician."),
)
DEPENDENCE = (
    ("DE018", say("have a kratom use disorder, US consumers")),
    ("DE022", say("have a kratom use disorder, US adults who ever used")),
    ("DE024", say("have a moderate or severe disorder, US survey of 2017")),
    ("DE019", say("of those with a disorder are tolerant")),
    ("DE020", say("of those with a disorder have withdrawal")),
    ("DE008", say("are tolerant, daily tea drinkers in Malaysia")),
    ("DE007", say("have withdrawal when they stop, daily tea drinkers in Malaysia")),
    ("DE010", say("odds of severe dependence, more than 3 glasses a day against fewer")),
    ("DE011", say("odds of moderate withdrawal, more than 3 glasses a day against fewer")),
    ("DE021", say("odds of a disorder with another substance use disorder")),
    ("DE030", say("how much worse stopping was, the longer the regular use (slope; {DE030:spread})")),
    ("DE027", say("what predicts withdrawal better: how often, or how much")),
)


def withdrawal(run: Run) -> Withdrawal:
    """Put withdrawal and dependence into words and numbers."""
    found = run.tree["effects"].to_dataset()
    points = [ScorePoint(0.0, 0.0, 0.0, 0.0)]
    for hours in effect.AFTER_H:
        p05, median, p95 = quantiles(found[f"withdrawal_{hours:g}h"].to_numpy())
        points.append(ScorePoint(float(hours), median, p05, p95))
    anchors = (
        _anchor(say("{AN015:n} regular users after a night"), 12.0, "AN015"),
        _anchor(say("recalled by {DE025:n} regular users for the worst, time not stated"), None, "DE025"),
    )
    return Withdrawal(
        tuple(points[1:]),
        _now(points, run.case.today.stopped_hours_ago),
        anchors,
        tuple(map(_dependence, DEPENDENCE)),
        _here(run),
        WITHDRAWAL_NOTES,
    )


def _here(run: Run) -> Text:
    """Say what the case gives of what the rows of evidence depend on: dose, frequency, duration, history."""
    person = run.case.person
    regular = [held for held in run.contents if held.kratom.every_h]
    a_day = sum(24 / held.kratom.every_h for held in regular if held.kratom.every_h)
    mg = sum(h.mg["MG"].median * 24 / h.kratom.every_h for h in regular if "MG" in h.mg and h.kratom.every_h)
    said = [say("{number} doses a day", number=number(a_day)) if a_day else say("no repeated doses")]
    if mg:
        glasses = number(mg / fact("DE001").number(), 2)
        said.append(
            say(
                "about {mg} mg mitragynine a day ({glasses} glasses of {DE001:g} mg)", mg=number(mg, 2), glasses=glasses
            )
        )
    experience, months = term(person.kratom_experience or "unknown"), person.kratom_months
    said.append(
        say("earlier use: {experience}, {months:g} months", experience=experience, months=months)
        if months
        else say("earlier use: {experience}", experience=experience)
    )
    said.append(say("opioids: {use}", use=term(person.opioid_use or "unknown")))
    return joined("; ", said)


def _now(points: list[ScorePoint], hours: float | None) -> ScorePoint | None:
    """Read the score at an hour off the points; None beyond the last."""
    if hours is None or hours > points[-1].hours:
        return None
    at = [point.hours for point in points]
    values = (np.interp(hours, at, [getattr(point, name) for point in points]) for name in ("median", "p05", "p95"))
    return ScorePoint(hours, *(float(value) for value in values))


def _anchor(label: Text, hours: float | None, fact_id: str) -> ScoreAnchor:
    """Take the usual score off a published mean and its mean plus and minus SD."""
    row = fact(fact_id)
    usual = _usual()
    low, high = row.interval() or (row.number(), row.number())
    text = say("{label}: {points} points, {usual:g} of them usual", label=label, points=row.value, usual=usual)
    return ScoreAnchor(text, hours, row.number() - usual, max(low - usual, 0.0), high - usual, fact_id)


def _dependence(row: tuple[str, Text]) -> DependenceLine:
    fact_id, label = row
    seen = fact(fact_id)
    interval = "" if seen.interval() is None else seen.spread
    value = {
        "%": say("{value} %", value=seen.value),
        "odds ratio": say("{value} times", value=seen.value),
    }.get(seen.unit, term(seen.value))
    return DependenceLine(label, value, interval, seen.n, fact_id, term(seen.seen))


def scale() -> Text:
    """Say what the points are, and how many a person has anyway."""
    return say(
        "Points of the subjective opioid withdrawal scale (0 to {most:g}) above the score that a person has anyway, about {usual:g}.",
        most=effect.SOWS_MOST,
        usual=_usual(),
    )


def _usual() -> float:
    return next(p for p in pharmacology.effect_parameters() if p.name == "SOWS_base").prior_median
