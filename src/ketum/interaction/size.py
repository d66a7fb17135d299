"""How large the interactions of a case are expected to be, with intervals over everything that is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ketum.arrays import Array
from ketum.case import Case
from ketum.enzymes.algebra import gut_ratio, iv_ratio, liver_ratio
from ketum.enzymes.perpetrators import perpetrators
from ketum.enzymes.victims import VictimFacts, reason_without_size, sampled, victims, with_error
from ketum.interaction.changes import changes
from ketum.interaction.course import InteractionCourse, course
from ketum.interaction.setting import DAY, Setting, interval, knows_mitragynine, setting
from ketum.medicine import Taken
from ketum.sizes import InteractionSize
from ketum.writing.texts import Text, commas, joined, say, term

PERPETRATOR_DRAWS = 60
ACTIVITY = ("active_gut", "active_liver", "active_2D6")
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
    reason: Text


def sizes(case: Case, taken: Sequence[Taken]) -> tuple[InteractionSize, ...]:
    """Work out every interaction through CYP3A and CYP2D6 for which enough is on file.

    Parameters
    ----------
    case
        The case.
    taken
        The medicines beside it, each once.

    Returns
    -------
    tuple of InteractionSize
        Victims first. A medicine of which too little is known is not among them: see `unsized`. Empty where no
        product's mitragynine is known.
    """
    sought = [(given, one) for given in taken for one in victims(given.generic)]
    acting = [(given, one) for given in taken if (one := perpetrators().get(given.generic))]
    if not (sought or acting) or not knows_mitragynine(case):
        return ()
    here = setting(case)
    found = []
    if sought:
        alone = course(here.own, here.doses, here.end_h + AFTER_H + SOON_H, ACTIVITY, here.start_h)
        found += [_victim(given, one, case.person.cyp2d6 == "poor", here, alone) for given, one in sought]
    if acting:
        found += changes(acting, here.take(PERPETRATOR_DRAWS))
    return tuple(found)


def unsized(case: Case, taken: Sequence[Taken]) -> tuple[Unsized, ...]:
    """Name the medicines that kratom may change, or that may change kratom, without a size, and why."""
    names = [one.generic for one in taken]
    if not knows_mitragynine(case):
        why = say("how much mitragynine the product holds is not known, so no size can be given")
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
    alone = course(here.own, here.doses, here.end_h + AFTER_H, ACTIVITY)
    found = {p: np.quantile(alone.values[f"active_{p}"], [0.05, 0.5, 0.95], axis=1) for p in ("gut", "liver")}
    return alone.times, found


def victim_ratio(
    one: VictimFacts, here: Setting, alone: InteractionCourse, window: tuple[float, float], by_mouth: bool = True
) -> Array:
    """AUC ratio of a victim taken at a random time within a window in h, shape (people,).

    It carries the error between victim studies, and is bounded by what a selective strong inhibitor reached.

    The gut wall counts as it is over the two hours after the victim; the liver as on average over the window. What is
    not swallowed does not meet the gut wall, and the liver's flow limits what it can lose: how far is not on file, so
    that every extraction is inside.
    """
    start, end = window
    name = f"{one.generic}/{one.enzyme}"
    Fg, fm = sampled(
        one, here.own, here.stream.normal("knowledge", f"Fg/{name}"), here.stream.normal("knowledge", f"fm/{name}")
    )
    if one.enzyme == "CYP2D6":
        return np.asarray(liver_ratio(alone.mean("active_2D6", start, end), fm))
    error = here.stream.normal("knowledge", f"error/{name}")
    if not by_mouth:
        extraction = MOST_EXTRACTED * here.stream.uniform("knowledge", f"E/{name}")
        return with_error(one, iv_ratio(alone.mean("active_liver", start, end), fm, extraction), error)
    taken = start + (end - start) * here.stream.uniform("people", f"time/{name}")
    weight = alone.within(taken, taken + SOON_H)
    gut = (weight * gut_ratio(alone.values["active_gut"], Fg)).sum(axis=0) / weight.sum(axis=0)
    return with_error(one, np.asarray(gut * liver_ratio(alone.mean("active_liver", start, end), fm)), error)


def _victim(given: Taken, one: VictimFacts, poor_2D6: bool, here: Setting, alone: InteractionCourse) -> InteractionSize:
    by_mouth = given.route in (None, "oral")
    if one.enzyme == "CYP2D6" and poor_2D6:
        one = replace(one, note=say("a poor metaboliser has no CYP2D6 that kratom could slow"))
        during = later = np.ones(here.own["ka"].size)
    else:
        windows = ((here.start_h, here.end_h), (here.end_h - DAY + AFTER_H, here.end_h + AFTER_H))
        during, later = (victim_ratio(one, here, alone, window, by_mouth) for window in windows)
    notes = [
        say("by mouth at any time of the last day of use; an AUC ratio does not depend on the half-life")
        if by_mouth
        else say(
            "not by mouth, so past the gut wall, at any time of the last day of use; an AUC ratio does not depend on the half-life"
        ),
        one.note,
        *here.warnings,
        say("studied in people after one tea: {studies}", studies=commas(STUDIES[one.generic]))
        if one.generic in STUDIES
        else say("no study of it with kratom"),
    ]
    return InteractionSize(
        medicine=one.generic,
        role="victim",
        enzyme=one.enzyme,
        quantity=say("AUC of {name}", name=term(one.generic)),
        ratio=interval(during),
        method="dynamic",
        fact_ids=(*one.facts, "ddi01" if one.enzyme == "CYP3A" else "ddi04"),
        after_stopping=interval(later / during),
        note=joined("; ", notes),
    )
