"""How large the interactions of a case are expected to be, with intervals over everything that is not known."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ketum.case import Case, Medicine
from ketum.interaction.algebra import gut_ratio, iv_ratio, liver_ratio
from ketum.interaction.course import Course, course
from ketum.interaction.perpetrators import Perpetrator, parameters, perpetrators
from ketum.interaction.setting import DAY, Setting, knows_mitragynine, setting
from ketum.interaction.victims import VictimFacts, reason_without_size, sampled, victims
from ketum.pharmacology.tables import ROOM, Array
from ketum.screen.dose_size import Interval
from ketum.screen.interaction_size import InteractionSize

PERPETRATOR_DRAWS = 60
AFTER_H = 7 * DAY
SOON_H = 2.0
"""A victim passes the gut wall within this."""
MOST_EXTRACTED = 0.9
"""The liver's extraction of a victim that is not swallowed lies anywhere from 0 to this."""
STUDIES = {"midazolam": ("ddi01",), "dextromethorphan": ("ddi04",)}
"""Human studies of kratom beside a medicine."""


@dataclass(frozen=True)
class Unsized:
    """A medicine that an enzyme or transporter handles, without a size, and why."""

    medicine: str
    enzyme: str
    reason: str


def sizes(case: Case, medicines: Sequence[str]) -> tuple[InteractionSize, ...]:
    """Work out every interaction through CYP3A and CYP2D6 for which enough is on file.

    Parameters
    ----------
    case
        The case.
    medicines
        Generic names. Where there is one for each medicine of the case, in its order, they are taken to be those;
        else a name is looked for among them. Route, and when it was started and stopped, are taken from there.

    Returns
    -------
    tuple of InteractionSize
        Victims first. A medicine of which too little is known is not among them: see `unsized`. Empty where no
        product's mitragynine is known.
    """
    names = tuple(dict.fromkeys(medicines))
    sought = [one for name in names for one in victims(name)]
    acting = [one for name in names if (one := perpetrators().get(name))]
    if not (sought or acting) or not knows_mitragynine(case):
        return ()
    here = setting(case)
    found = []
    if sought:
        alone = course(here.own, here.doses, here.end_h + AFTER_H + DAY)
        found += [_victim(one, case, medicines, here, alone) for one in sought]
    if acting:
        found += _perpetrators(case, medicines, acting, here.take(PERPETRATOR_DRAWS))
    return tuple(found)


def unsized(case: Case, medicines: Sequence[str]) -> tuple[Unsized, ...]:
    """Name the medicines that kratom may change, or that may change kratom, without a size, and why."""
    names = tuple(dict.fromkeys(medicines))
    if not knows_mitragynine(case):
        why = "how much mitragynine the product holds is not known, so no size can be given"
        return tuple(Unsized(name, "CYP3A", why) for name in names if victims(name) or name in perpetrators())
    reasons = ((name, reason_without_size(name)) for name in names)
    return tuple(Unsized(name, *reason) for name, reason in reasons if reason)


def enzyme_course(case: Case) -> tuple[Array, Mapping[str, Array]]:
    """Active CYP3A over the followed days and the week after.

    Returns
    -------
    times : ndarray, shape (times,)
        In h from the beginning of what is followed.
    quantiles : mapping of str to ndarray, shape (3, times)
        5th, 50th and 95th percentile, for ``gut`` and ``liver``.
    """
    here = setting(case)
    alone = course(here.own, here.doses, here.end_h + AFTER_H)
    found = {p: np.quantile(getattr(alone, f"active_{p}"), [0.05, 0.5, 0.95], axis=1) for p in ("gut", "liver")}
    return alone.times, found


def victim_ratio(
    one: VictimFacts, here: Setting, alone: Course, start: float, end: float, by_mouth: bool = True
) -> Array:
    """AUC ratio of a victim taken at a random time between two times, shape (people,).

    The gut wall counts as it is over the two hours after the victim; the liver as on average over the window. What is
    not swallowed does not meet the gut wall, and the liver's flow limits what it can lose: how far is not on file, so
    that every extraction is inside.
    """
    name = f"{one.generic}/{one.enzyme}"
    Fg, fm = sampled(
        one, here.own, here.stream.normal("knowledge", f"Fg/{name}"), here.stream.normal("knowledge", f"fm/{name}")
    )
    if one.enzyme == "CYP2D6":
        return np.asarray(liver_ratio(alone.mean("active_2D6", start, end), fm))
    if not by_mouth:
        extraction = MOST_EXTRACTED * here.stream.uniform("knowledge", f"E/{name}")
        return iv_ratio(alone.mean("active_liver", start, end), fm, extraction)
    taken = start + (end - start) * here.stream.uniform("people", f"time/{name}")
    weight = alone.within(taken, taken + SOON_H)
    gut = (weight * gut_ratio(alone.active_gut, Fg)).sum(axis=0) / weight.sum(axis=0)
    return np.asarray(gut * liver_ratio(alone.mean("active_liver", start, end), fm))


def _victim(one: VictimFacts, case: Case, medicines: Sequence[str], here: Setting, alone: Course) -> InteractionSize:
    entry = _entry(case, medicines, one.generic)
    by_mouth = entry is None or entry.route in (None, "oral")
    if one.enzyme == "CYP2D6" and case.person.cyp2d6 == "poor":
        one = replace(one, note="a poor metaboliser has no CYP2D6 that kratom could slow")
        during = later = np.ones(here.own["ka"].size)
    else:
        windows = ((here.start_h, here.end_h), (here.end_h - DAY + AFTER_H, here.end_h + AFTER_H))
        during, later = (victim_ratio(one, here, alone, *window, by_mouth) for window in windows)
    taken = "by mouth" if by_mouth else "not by mouth, so past the gut wall,"
    notes = [
        f"{taken} at any time of the last day of use; an AUC ratio does not depend on the half-life",
        one.note,
        *here.warnings,
        f"studied in people after one tea: {', '.join(STUDIES[one.generic])}"
        if one.generic in STUDIES
        else "no study of it with kratom",
    ]
    return InteractionSize(
        medicine=one.generic,
        role="victim",
        enzyme=one.enzyme,
        quantity=f"AUC of {one.generic}",
        ratio=interval(during),
        method="dynamic",
        fact_ids=(*one.facts, "ddi01" if one.enzyme == "CYP3A" else "ddi04"),
        after_stopping=interval(later / during),
        note="; ".join(note for note in notes if note),
    )


@dataclass(frozen=True)
class Hypothesis:
    """What CYP3A may be to 7-hydroxymitragynine; a row of ``hypotheses.csv``."""

    name: str
    formed: tuple[float, float]
    lost: tuple[float, float]
    facts: tuple[str, ...]
    words: str


@cache
def hypotheses() -> tuple[Hypothesis, ...]:
    """Read the two."""
    with (ROOM / "hypotheses.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Hypothesis(
                row["name"],
                (float(row["formed_low"]), float(row["formed_high"])),
                (float(row["lost_low"]), float(row["lost_high"])),
                tuple(row["facts"].split(";")),
                row["words"],
            )
            for row in csv.DictReader(file)
        )


def _perpetrators(
    case: Case, medicines: Sequence[str], acting: Sequence[Perpetrator], here: Setting
) -> list[InteractionSize]:
    """Solve all medicines under both hypotheses at once, side by side in lanes; each against kratom alone."""
    size = here.own["ka"].size
    z = here.stream.normal("knowledge", "strength")[:size]
    under = [dict(here.own) | _under(one, here) | _nothing(size) for one in hypotheses()]
    timings = [_timing(case, medicines, one.generic) for one in acting]
    beside = [parameters(one, here.own, z, *timing) for one, timing in zip(acting, timings, strict=True)]
    # Blocks of people: kratom alone under each hypothesis, then with each medicine under each.
    lanes = _side_by_side([own | given for given in ({}, *beside) for own in under])
    shape = (1 + len(acting), len(under), size)
    doses = [replace(d, nmol={c: np.tile(a, shape[0] * shape[1]) for c, a in d.nmol.items()}) for d in here.doses]
    solved = course(lanes, doses, here.end_h + DAY)
    found = []
    for i, (one, (_, stopped)) in enumerate(zip(acting, timings, strict=True)):
        window = (here.start_h, here.end_h) if stopped is None else (0.0, DAY)
        for code, name in (("MG", "mitragynine"), ("HM", "7-hydroxymitragynine")):
            area = solved.area(code, *window).reshape(shape)
            found.append(_perpetrator(one, name, list(area[i + 1] / area[0]), stopped, here.warnings))
    return found


def _perpetrator(
    one: Perpetrator, alkaloid: str, ratios: Sequence[Array], stopped_h: float | None, warnings: Sequence[str]
) -> InteractionSize:
    parts = [interval(ratio) for ratio in ratios]
    together = Interval(float(np.median(np.concatenate(ratios))), min(p.low for p in parts), max(p.high for p in parts))
    said = "; ".join(
        f"if {h.words} ({h.name}): {p.median:.2g} ({p.low:.2g} to {p.high:.2g})"
        for h, p in zip(hypotheses(), parts, strict=True)
    )
    when = (
        "on the last day of use"
        if stopped_h is None
        else f"on the first day, {stopped_h / DAY:g} days after it was stopped"
    )
    notes = [f"{when}; the interval spans two hypotheses", said, one.note, *warnings, "no study in people"]
    return InteractionSize(
        medicine=one.generic,
        role="perpetrator",
        enzyme="CYP3A",
        quantity=f"AUC of {alkaloid}",
        ratio=together,
        method="dynamic",
        fact_ids=tuple(dict.fromkeys((*one.facts, *(f for h in hypotheses() for f in h.facts)))),
        note="; ".join(note for note in notes if note),
    )


def interval(values: Array) -> Interval:
    """Give the median and the 5th and 95th percentile."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Interval(float(median), float(low), float(high))


def _under(one: Hypothesis, here: Setting) -> dict[str, Array]:
    size = here.own["ka"].size
    u, v = (here.stream.uniform("knowledge", f"hypothesis/{name}")[:size] for name in ("formed", "lost"))
    return {
        "formed_3A": one.formed[0] + u * (one.formed[1] - one.formed[0]),
        "lost_3A": one.lost[0] + v * (one.lost[1] - one.lost[0]),
    }


def _nothing(size: int) -> dict[str, Array]:
    names = [f"co_{m}_{p}" for m in ("inhibition", "inactivation", "induction") for p in ("gut", "liver")]
    zero, one = np.zeros(size), np.ones(size)
    fixed = {"co_k": one, "co_taken": zero, "co_start": zero, "co_CYP3A_gut_start": one, "co_CYP3A_liver_start": one}
    return dict.fromkeys(names, zero) | fixed


def _side_by_side(blocks: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _entry(case: Case, medicines: Sequence[str], generic: str) -> Medicine | None:
    """Find a medicine's entry in the case."""
    aligned = len(medicines) == len(case.medicine)
    names = list(medicines) if aligned else [m.name.casefold() for m in case.medicine]
    return case.medicine[names.index(generic)] if generic in names else None


def _timing(case: Case, medicines: Sequence[str], generic: str) -> tuple[float | None, float | None]:
    """Hours before the beginning at which a medicine was started and stopped, as far as the case says."""
    entry = _entry(case, medicines, generic)
    if entry is None:
        return None, None
    started, stopped = entry.started_days_ago, entry.stopped_days_ago
    return (None if started is None else started * DAY), (None if stopped is None else stopped * DAY)
