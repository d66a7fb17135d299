"""A case's kratom in many people: what is drawn, what is swallowed, and the end of use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import Stream
from ketum.crowd import people
from ketum.crowd.intake import intakes
from ketum.interaction.course import Dose
from ketum.pharmacology.alkaloids import nmol
from ketum.sizes import Interval
from ketum.writing.texts import Text, say

DRAWS, SEED = 150, 0
DAY = 24.0
LONGEST_H = 14 * DAY
"""Of longer use only the last two weeks are followed: CYP3A's half-lives are 23 and 36 h."""
STUDIED_MG, SAME = 39.0, 1.25
"""Mitragynine in the leaf of the one tea that was studied (ddi01), and up to how many times it is the same."""


@dataclass(frozen=True)
class Setting:
    """A case's kratom in many people: parameters, doses, and the window at the end of use."""

    own: Mapping[str, Array]
    doses: tuple[Dose, ...]
    start_h: float
    end_h: float
    stream: Stream
    warnings: tuple[Text, ...] = ()

    def take(self, number: int) -> Setting:
        """Keep the first people only."""
        doses = tuple(replace(d, nmol={c: a[:number] for c, a in d.nmol.items()}) for d in self.doses)
        return replace(self, own={n: c[:number] for n, c in self.own.items()}, doses=doses)


def setting(case: Case, draws: int = DRAWS, seed: int = SEED) -> Setting:
    """Draw people and doses of a case, on an axis that begins at most two weeks before the end of use."""
    stream = Stream(seed, draws)
    weight = np.full(draws, case.person.weight_kg)
    own = people.individual(people.draw_knowledge(stream), people.draw_effects(stream), weight)
    end = max(k.dose_times_h[-1] + (k.every_h or DAY) for k in case.kratom)
    begin = max(0.0, np.floor((end - LONGEST_H) / DAY) * DAY)
    doses = tuple(
        Dose(
            one.contents.product.form,
            tuple(t - begin for t in one.kratom.dose_times_h if t >= begin),
            {code: nmol(mg, code) * own[one.release] for code, mg in one.mg.items()},
        )
        for one in intakes(case, stream)
    )
    last = end - begin
    return Setting(own, doses, max(last - DAY, 0.0), last, stream, _warnings(doses, own))


def _warnings(doses: Sequence[Dose], own: Mapping[str, Array]) -> tuple[Text, ...]:
    """Say where a case leaves what was studied (one tea from 39 mg in the leaf) or what is known of its products."""
    found = []
    if any("MG" not in dose.nmol for dose in doses):
        found.append(say("how much mitragynine one of the products holds is not known and is left out: it may be more"))
    studied = float(np.median(nmol(STUDIED_MG, "MG") * own["yield_tea"]))
    largest = max((float(np.median(dose.nmol["MG"])) for dose in doses if "MG" in dose.nmol), default=0.0)
    if sum(len(dose.times) for dose in doses) > 1:
        found.append(say("repeated use was never studied beside a medicine: extrapolated"))
    elif largest > SAME * studied:
        found.append(say("a larger dose than was studied beside a medicine: extrapolated"))
    return tuple(found)


def knows_mitragynine(case: Case) -> bool:
    """Say whether any product's mitragynine is known: a 0 that stands for not knowing must not look like no effect."""
    return any("MG" in one.mg for one in intakes(case, Stream(SEED, 1)))


def interval(values: Array) -> Interval:
    """Give the median and the 5th and 95th percentile."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Interval(float(median), float(low), float(high))
