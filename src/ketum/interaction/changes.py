"""What medicines do to kratom through CYP3A: how much more or less of its alkaloids there is in blood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ketum.arrays import Array
from ketum.enzymes.known import IN_PEOPLE, direction, measured
from ketum.enzymes.perpetrators import Perpetrator, parameters, spread, together
from ketum.interaction.course import course
from ketum.interaction.setting import DAY, Setting, interval
from ketum.medicine import Taken
from ketum.rows import read_rows
from ketum.sizes import TOGETHER, InteractionSize, Interval
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, joined, say, term

ALKALOIDS = (("MG", "mitragynine"), ("HM", "7-hydroxymitragynine"))


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
    return tuple(
        Hypothesis(
            row["name"],
            (float(row["formed_low"]), float(row["formed_high"])),
            (float(row["lost_low"]), float(row["lost_high"])),
            tuple(row["facts"].split(";")),
            row["words"],
        )
        for row in read_rows(__package__, "hypotheses.csv")
    )


@dataclass(frozen=True, eq=False)
class _Change:
    """What is compared with kratom alone: one medicine, or all that are taken."""

    medicine: str
    own: Mapping[str, Array]
    stopped_h: float | None
    facts: tuple[str, ...]
    note: Text
    inhibits: bool


def changes(acting: Sequence[tuple[Taken, Perpetrator]], here: Setting) -> list[InteractionSize]:
    """Solve all medicines under both hypotheses at once, side by side in lanes; each against kratom alone.

    Parameters
    ----------
    acting
        The medicines that change CYP3A. Where two or more of them are taken, a size of all together follows.
    here
        The case's kratom in many people.
    """
    size = here.own["ka"].size
    under = [dict(here.own) | _under(one, here) for one in hypotheses()]
    sought = _sought(acting, here)
    # Blocks of people: kratom alone under each hypothesis, then with each medicine under each.
    nothing = together([], here.own)
    beside: list[Mapping[str, Array]] = [{}, *(one.own for one in sought)]
    lanes = _side_by_side([{**own, **nothing, **given} for given in beside for own in under])
    shape = (1 + len(sought), len(under), size)
    doses = [replace(d, nmol={c: np.tile(a, shape[0] * shape[1]) for c, a in d.nmol.items()}) for d in here.doses]
    windows = [(here.start_h, here.end_h) if one.stopped_h is None else (0.0, DAY) for one in sought]
    begins, ends = zip(*windows, strict=True)
    solved = course(lanes, doses, max(ends), [f"C_{code}" for code, _ in ALKALOIDS], min(begins))
    found = []
    for i, (one, window) in enumerate(zip(sought, windows, strict=True)):
        for code, alkaloid in ALKALOIDS:
            area = solved.area(code, *window).reshape(shape)
            found.append(_size(one, alkaloid, list(area[i + 1] / area[0]), here.warnings))
    return found


def _sought(acting: Sequence[tuple[Taken, Perpetrator]], here: Setting) -> list[_Change]:
    found, taken = [], []
    for given, one in acting:
        z = spread(one, here.stream)[: here.own["ka"].size]
        own = parameters(one, here.own, z, given.started_h, given.stopped_h)
        found.append(
            _Change(one.generic, own, given.stopped_h, one.facts, term(one.note), one.mechanism != "induction")
        )
        if given.stopped_h is None:
            taken.append(found[-1])
    if len(taken) > 1:
        taken.sort(key=lambda one: one.medicine)
        names = listed(term(one.medicine) for one in taken)
        facts = tuple(dict.fromkeys(fact for one in taken for fact in one.facts))
        added = together([one.own for one in taken], here.own)
        note = say(
            "{names} together, each there in full; what they do to the enzyme is added up, which nobody measured",
            names=names,
        )
        found.append(_Change(TOGETHER, added, None, facts, note, any(one.inhibits for one in taken)))
    return found


def _size(one: _Change, alkaloid: str, ratios: Sequence[Array], warnings: Sequence[str]) -> InteractionSize:
    parts = [interval(ratio) for ratio in ratios]
    spanned = Interval(float(np.median(np.concatenate(ratios))), min(p.low for p in parts), max(p.high for p in parts))
    seen = IN_PEOPLE if one.inhibits and alkaloid == "7-hydroxymitragynine" else ()
    said = [
        say(
            "{hypothesis}: {median:.2g} ({low:.2g} to {high:.2g})",
            hypothesis=term(h.name),
            median=p.median,
            low=p.low,
            high=p.high,
        )
        for h, p in zip(hypotheses(), parts, strict=True)
    ]
    notes = [
        say("on the last day of use; the interval spans two hypotheses of what CYP3A is to 7-hydroxymitragynine")
        if one.stopped_h is None
        else say(
            "on the first day, {days:g} days after it was stopped; the interval spans two hypotheses of what CYP3A is to 7-hydroxymitragynine",
            days=one.stopped_h / DAY,
        ),
        *said,
        say("in which direction is not known") if direction(spanned) == "not known" else NOTHING,
        one.note,
        *warnings,
        measured() if seen else say("no number from people was seen"),
    ]
    return InteractionSize(
        medicine=one.medicine,
        role="perpetrator",
        enzyme="CYP3A",
        quantity=say("AUC of {name}", name=term(alkaloid)),
        ratio=spanned,
        method="dynamic",
        fact_ids=tuple(dict.fromkeys((*one.facts, *seen, *(f for h in hypotheses() for f in h.facts)))),
        note=joined("; ", notes),
    )


def _under(one: Hypothesis, here: Setting) -> dict[str, Array]:
    size = here.own["ka"].size
    u, v = (here.stream.uniform("knowledge", f"hypothesis/{name}")[:size] for name in ("formed", "lost"))
    return {
        "formed_3A": one.formed[0] + u * (one.formed[1] - one.formed[0]),
        "lost_3A": one.lost[0] + v * (one.lost[1] - one.lost[0]),
    }


def _side_by_side(blocks: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
