"""Effects, margins and withdrawal of a run, ready to be shown: words, numbers, and how little stands behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ketum import effect, pharmacology
from ketum.evidence import fact
from ketum.margins import Margin, margins, unbound_peaks
from ketum.report.content import QUANTILES, Levels, Share
from ketum.report.numbers import number
from ketum.simulate import Run


@dataclass(frozen=True)
class EffectLine:
    """One number from receptor to relief.

    Parameters
    ----------
    certainty
        very low | low: nothing here is better known.
    basis
        What it rests on, in a sentence.
    """

    quantity: str
    label: str
    unit: str
    median: float
    p05: float
    p95: float
    share: Share
    certainty: str
    basis: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True)
class RoleLine:
    """The same number under one of speciociliatine's two published roles."""

    role: str
    quantity: str
    median: float
    p05: float
    p95: float


@dataclass(frozen=True)
class Yardstick:
    """Relief on the scale of 0 to 10: measured for other care, or computed here."""

    label: str
    points: float
    low: float
    high: float
    kind: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Effects:
    """Everything from receptor to relief."""

    lines: tuple[EffectLine, ...]
    roles: tuple[RoleLine, ...]
    yardstick: tuple[Yardstick, ...]
    curves: tuple[Levels, ...]
    beside: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


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


LINES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("occupancy", "Mu-opioid receptors taken by kratom, at most", "very low",
     "Affinities quoted by other sources, unbound levels assumed, brain levels never measured.", ("RA051", "RA050")),
    ("occupancy_other", "Mu-opioid receptors taken by the other opioid, at most", "very low",
     "Its level is taken from its dose; competition follows receptor theory.", ("EA028",)),
    ("pupil", "Narrowing of the pupil, at most", "low",
     "Fitted to one study without placebo: about 0.7 mm in ten regular users.", ("AN012", "AN013")),
    ("cold_pressor", "Cold-pressor tolerance time, times that without", "very low",
     "Fitted to one placebo-controlled study of 26 habitual users whose dose was not seen; a thesis on the same study "
     "found nothing significant.", ("AN001", "AN002", "EA027")),
    ("relief", "Relief in chronic pain over placebo, if it went as with opioids", "very low",
     "No trial in chronic pain: receptor effect on the yardstick of opioid trials.", ("CE066",)),
    ("morphine_mg", "Sedation and relief: like one swallowed dose of morphine, at the strongest moment", "very low",
     "Same receptor effect as morphine on the pupil; no comparison in people exists.", ("EA001", "EA004", "EA005")),
    ("breathing_mg", "Breathing: like one swallowed dose of morphine, 7-hydroxymitragynine counted as a full agonist",
     "very low", "Animals only: no ceiling was seen for 7-hydroxymitragynine.", ("targets-AE037", "targets-AE039")),
    ("breathing_ceiling_mg", "Breathing: the most that mitragynine itself could do, whatever the dose", "very low",
     "Animals only: a ceiling was seen for mitragynine.", ("targets-AE036", "targets-AE038")),
    ("responsiveness", "Responsiveness left, at the lowest", "very low",
     "Tolerance over weeks is assumed; most daily users report it, nobody measured its course.", ("DE008", "DE019")),
    ("withdrawal_worst", "Worst withdrawal after the last dose, points of the SOWS above the usual score", "very low",
     "Fitted to a recalled mean of 13.5 points and to 5.5 after a night.", ("DE025", "AN015")),
)  # fmt: skip

NOTES = (
    "Everything in this section is a hypothesis with numbers. The receptor potency seen in test tubes explains only a "
    "small part of what people showed; the missing factor was fitted, and is wide.",
    "Kappa and delta opioid receptors: no human affinity is on file. Their part is not known, and not simulated.",
    "Pseudoindoxyl, which human plasma makes of 7-hydroxymitragynine, was never measured in people; it may be part of "
    "the missing factor.",
    "Sedation and breathing have no human measure here. Alcohol, sedatives and sleep add to them in ways that are not "
    "simulated. A small number rules out no harm to breathing.",
)
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
YARDSTICK = (
    ("CE066", "Opioids, chronic pain, over placebo"),
    ("CE058", "NSAIDs, back pain, over placebo"),
    ("CE060", "Duloxetine and alike, back pain, over placebo"),
    ("CE038", "Exercise, back pain, over no treatment"),
    ("CE157", "Cognitive behavioural therapy, chronic pain, over usual care"),
)


BEYOND = (
    "These doses lie above any that a human study gave (see the findings). What follows here is computed all the same, "
    "and is extrapolated: nothing shows that it holds."
)
FROM_7OH = (
    "A 7-hydroxymitragynine product is taken: no human study of it exists, neither of its levels nor of its effects. "
    "The anchors of this section are leaf and tea."
)


OUTSIDE = "is not in the model"
TOGETHER = (
    "These are effects of kratom and {names} together, unless a line says otherwise. After the last dose of the run "
    "the doses of both end; a level that is taken to stand still stays."
)


def effects(run: Run, finding_codes: Collection[str] = ()) -> Effects:
    """Put the effects of a run into words and numbers.

    Parameters
    ----------
    run
        A finished simulation.
    finding_codes
        Codes of its findings: doses beyond the studied ones are marked here too.
    """
    seven = any(intake.product.name == "7oh-product" for intake in run.taken)
    together = TOGETHER.format(names=" and ".join(run.beside.names)) if run.beside.names else ""
    left_out = "; ".join(dict.fromkeys(text for intake in run.taken for text in intake.unknown if OUTSIDE in text))
    missing = f"Not counted in this section, and not small for that: {left_out}."
    marks = (
        (missing, bool(left_out)),
        (BEYOND, "dose.above-studied" in finding_codes),
        (FROM_7OH, seven),
        (together, bool(together)),
    )
    found = run.tree["effects"].to_dataset()
    lines = tuple(_line(found, *row) for row in LINES if row[0] != "occupancy_other" or run.beside.names)
    return Effects(
        lines=lines,
        roles=_roles(run),
        yardstick=_yardstick(next(line for line in lines if line.quantity == "relief"), run.beside.names),
        curves=_curves(run),
        beside=run.beside.names,
        warnings=tuple(text for text, holds in marks if holds),
        notes=NOTES,
    )


def _line(found: object, quantity: str, label: str, certainty: str, basis: str, facts: tuple[str, ...]) -> EffectLine:
    values = found[quantity].to_numpy()  # type: ignore[index]
    p05, median, p95 = _quantiles(values)
    shares = found["share"].sel(quantity=quantity).to_numpy()  # type: ignore[index]
    share = Share(*(None if np.isnan(part) else round(float(part), 3) for part in shares))
    unit = effect.UNITS[quantity]
    return EffectLine(quantity, label, unit, median, p05, p95, share, certainty, basis, facts)


def _quantiles(values: np.ndarray) -> tuple[float, float, float]:
    # Linear interpolation between infinities is none; an infinite end stays infinite.
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], method="nearest")
    return float(low), float(middle), float(high)


def _roles(run: Run) -> tuple[RoleLine, ...]:
    agonist = run.tree["effects"]["agonist_SC"].to_numpy() > 0.5
    if not any("SC" in intake.mg for intake in run.taken):
        return ()
    rows = []
    for role, who in (("partial agonist", agonist), ("no agonist, only occupies", ~agonist)):
        for quantity in ("relief", "morphine_mg", "withdrawal_worst"):
            values = run.tree["effects"][quantity].to_numpy()[who]
            if values.size:
                p05, median, p95 = _quantiles(values)
                rows.append(RoleLine(role, quantity, median, p05, p95))
    return tuple(rows)


def _yardstick(relief: EffectLine, others: tuple[str, ...]) -> tuple[Yardstick, ...]:
    label = f"{' and '.join(('This kratom', *others))}, computed; no trial in chronic pain"
    own = Yardstick(label, relief.median, relief.p05, relief.p95, "computed", relief.fact_ids)
    rows = [own, *(_care(fact_id, label) for fact_id, label in YARDSTICK)]
    for name in ("placebo", "natural"):
        row = next(p for p in pharmacology.effect_parameters() if p.name == name)
        rows.append(Yardstick(row.label, row.prior_median, row.low, row.high, "measured", row.facts))
    return tuple(rows)


def _care(fact_id: str, label: str) -> Yardstick:
    row = fact(fact_id)
    points = -float(row.details["approx_pain_points_0_10"])
    interval = row.interval()
    # The table's points stand in proportion to the published number, so its interval does too.
    scale = points / row.number()
    low, high = sorted(end * scale for end in interval) if interval else (points, points)
    return Yardstick(label, points, low, high, "measured", (fact_id,))


def _curves(run: Run) -> tuple[Levels, ...]:
    bands = run.tree["bands"].to_dataset()
    times = bands["time"].to_numpy()
    shown = {"occupied_kratom": "Mu-opioid receptors taken by kratom"}
    if run.beside.names:
        shown["occupied_other"] = f"Mu-opioid receptors taken by {' and '.join(run.beside.names)}"
    shown |= {"responsiveness": "Responsiveness left (tolerance)"}
    return tuple(
        Levels(label, times, **dict(zip(QUANTILES, 100 * bands[name].to_numpy(), strict=True)))
        for name, label in shown.items()
    )


def withdrawal(run: Run) -> Withdrawal:
    """Put withdrawal and dependence into words and numbers."""
    found = run.tree["effects"].to_dataset()
    points = [ScorePoint(0.0, 0.0, 0.0, 0.0)]
    for hours in effect.AFTER_H:
        p05, median, p95 = _quantiles(found[f"withdrawal_{hours:g}h"].to_numpy())
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
    regular = [intake for intake in run.taken if intake.kratom.every_h]
    a_day = sum(24 / intake.kratom.every_h for intake in regular if intake.kratom.every_h)
    mg = sum(float(np.median(i.mg["MG"])) * 24 / i.kratom.every_h for i in regular if "MG" in i.mg and i.kratom.every_h)
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


def shown_margins(run: Run) -> tuple[Margin, ...]:
    """Work out the margins of a run."""
    return margins(unbound_peaks(run))


def facts_of(found: Effects, stop: Withdrawal, margin: tuple[Margin, ...]) -> set[str]:
    """Collect every fact that these sections show."""
    ids = {fact_id for line in found.lines for fact_id in line.fact_ids}
    ids |= {fact_id for line in found.yardstick for fact_id in line.fact_ids}
    ids |= {anchor.fact_id for anchor in stop.anchors} | {line.fact_id for line in stop.dependence}
    ids |= {one.fact_id for one in margin}
    ids |= {fact_id for row in pharmacology.effect_parameters() for fact_id in row.facts}
    return ids | {fact_id for row in pharmacology.effect_variability() for fact_id in row.facts}


def as_mapping(found: Effects) -> Mapping[str, object]:
    """Give the effects for JSON, without the curves, which stand in their own file."""
    from dataclasses import asdict

    return {name: value for name, value in asdict(found).items() if name != "curves"}
