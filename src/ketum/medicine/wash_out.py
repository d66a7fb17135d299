"""How long an effect outlasts the last dose.

The rules
---------
In days, the first that fits. Where no source is named the number is an assumption on the side of caution: five
half-lives, rounded up, or the time in which an enzyme is made anew.

- MAO inhibitors that bind for good: 14 (a formulary's note, ``wash_out_mao``). Reversible ones (moclobemide,
  linezolid, methylene blue): 3.
- Opioid antagonists: naltrexone by mouth 3, as a depot injection 35; naloxone 1; nalmefene 3; of the gut 3.
- Partial opioid agonists and methadone: 10; buprenorphine as a depot injection 180.
- Inducers of CYP3A: 21. Two weeks after rifampicin midazolam was still at 0.82 of its own level (PT016); one week
  after, at 0.38 (PT015). Phenobarbital, primidone and efavirenz, which stay long themselves: 28.
- Inhibitors of CYP3A: 7; itraconazole 14 (four days after it midazolam was still at 2.6-fold, PT013); grapefruit 3.
- Slow to leave whatever they do: amiodarone and hydroxychloroquine 120, chloroquine 120, fluoxetine 35 (the same
  note), vortioxetine and aripiprazole 21, diazepam, chlordiazepoxide, clorazepate and flurazepam 14, leflunomide 180.
- Alcohol, nitrous oxide, cocaine: 2.
- Everything else: 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ketum.medicine.catalogue import Entry, entry
from ketum.medicine.classes import is_any

SLOW: Mapping[str, float] = {
    "amiodarone": 120, "hydroxychloroquine": 120, "chloroquine": 120, "fluoxetine": 35, "vortioxetine": 21,
    "aripiprazole": 21, "diazepam": 14, "chlordiazepoxide": 14, "clorazepate": 14, "flurazepam": 14,
    "leflunomide": 180, "methadone": 10, "levomethadone": 10,
    "ethanol": 2, "nitrous oxide": 2, "cocaine": 2,
}  # fmt: skip
DEPOTS: Mapping[str, float] = {"vivitrol": 35.0, "sublocade": 180.0, "brixadi": 180.0, "probuphine": 180.0}
REVERSIBLE = ("moclobemide", "linezolid", "methylene blue", "harmaline")
SLOW_INDUCERS = ("phenobarbital", "primidone", "efavirenz")
DEFAULT = 7.0


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


def wash_out(one: Entry, effect: str, route: str | None = None, given: tuple[str, ...] = ()) -> WashOut:
    """Return how long an effect of a medicine outlasts its last dose.

    Parameters
    ----------
    one
        The medicine.
    effect
        ``inducer``, ``inhibitor``, ``opioid``, ``mao`` or any other.
    route
        As in a case.
    given
        The names as written: a brand may tell a depot.
    """
    for depot, days in DEPOTS.items():
        if any(depot in name.casefold() for name in given):
            return WashOut(days)
    if effect == "inducer":
        return WashOut(28.0) if one.generic in SLOW_INDUCERS else WashOut(21.0, ("PT015", "PT016"))
    if effect == "inhibitor" and one.generic not in SLOW:
        if one.generic == "itraconazole":
            return WashOut(14.0, ("PT013",))
        return WashOut(3.0 if one.generic == "grapefruit juice" else 7.0)
    if effect == "mao":
        noted = entry("phenelzine").fact("wash_out_mao")
        return WashOut(3.0) if one.generic in REVERSIBLE or noted is None else WashOut(noted.number(), (noted.fact_id,))
    if effect == "opioid" and is_any(one, "opioid antagonist", "opioid antagonist of the gut"):
        if one.generic == "naltrexone":
            return WashOut(35.0 if route == "other" else 3.0)
        return WashOut(1.0 if one.generic == "naloxone" else 3.0)
    if effect == "opioid" and is_any(one, "partial opioid agonist"):
        return WashOut(10.0)
    return WashOut(SLOW.get(one.generic, DEFAULT))
