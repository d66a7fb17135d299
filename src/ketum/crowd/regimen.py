"""A regimen in one line: from "3 g, every 8 h" to the event table that the model's equations take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ketum.case import Case
from ketum.case.fields import duration
from ketum.case.refusal import RefusalError
from ketum.chance import Stream
from ketum.crowd import people as crowd_people
from ketum.crowd.intake import dose_table, intakes
from ketum.errors import CaseError, Problem

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("ID", "TIME", "EVID", "AMT", "CMT", "II", "ADDL")
_NOBODY = {"age_years": 40, "sex": "female", "weight_kg": 70, "region": "US"}
_UNTIL = duration(0.25, 3650 * 24, "15 min to 3650 days")


def regimen(
    amount: str,
    *,
    every: str | None = None,
    until: str | None = None,
    start: str | None = None,
    product: str = "leaf-powder",
    certificate: Mapping[str, str] | None = None,
    people: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """Write a kratom product's doses as an event table, for `ketum.Model.solve`.

    Parameters
    ----------
    amount
        Of one dose, as in a case: ``"3 g"``, ``"25 mg mitragynine"``, ``"6 capsules"``, ``"unknown"``.
    every
        Time between doses, such as ``"8 h"``; one single dose when left out.
    until
        No dose begins later than this after the first; one day when left out.
    start
        Time of the first dose, from the table's zero; at once when left out.
    product
        Kind of product, as in a case.
    certificate
        Content by a certificate of analysis, such as ``{"mitragynine": "1.4 %"}``.
    people
        How many virtual people take it: each has a product of their own kind's spread.
    seed
        Chooses the random numbers.

    Returns
    -------
    pandas.DataFrame
        With NONMEM's columns. One row for each person and alkaloid:

        - ``ID``: the person, from 0;
        - ``TIME``: of the first dose, in h;
        - ``EVID``: 1, a dose;
        - ``AMT``: how much of this alkaloid leaves the product in one dose, in nmol: mass of product, times its
          content, times the share that is released;
        - ``CMT``: the model's compartment that it enters, the product's form and the alkaloid's code (``leaf_MG``);
        - ``II``: time between doses, in h, 0 for a single dose;
        - ``ADDL``: how many more doses follow.

        A product of which nothing is known gives no rows, which does not mean that it holds nothing.

    Raises
    ------
    CaseError
        With everything that is wrong, each problem with its ``path``.

    Examples
    --------
    Three grams of leaf every eight hours for two weeks, in one person:

    >>> table = regimen("3 g", every="8 h", until="14 d")
    >>> list(table.columns)
    ['ID', 'TIME', 'EVID', 'AMT', 'CMT', 'II', 'ADDL']
    >>> table[["ID", "TIME", "EVID", "CMT", "II", "ADDL"]]
       ID  TIME  EVID      CMT   II  ADDL
    0   0   0.0     1  leaf_MG  8.0    41
    1   0   0.0     1  leaf_HM  8.0    41
    2   0   0.0     1  leaf_SC  8.0    41

    An extract once, its content certified, in a thousand people whose products differ by the laboratory's error:

    >>> table = regimen("0.2 g", product="extract", certificate={"mitragynine": "39.5 %"}, people=1000)
    >>> len(table), int(table["ADDL"].max())
    (3000, 0)

    A tea whose alkaloid is known, after a day:

    >>> regimen("25 mg mitragynine", product="tea", start="1 day")["TIME"].unique().tolist()
    [24.0]

    Several regimens after one another are tables after one another:

    >>> import pandas as pd
    >>> first = regimen("3 g", every="8 h", until="7 d")
    >>> then = regimen("2 g", every="8 h", until="7 d", start="7 d")
    >>> pd.concat([first, then], ignore_index=True).groupby("TIME")["ADDL"].max().to_dict()
    {0.0: 20, 168.0: 20}

    What is wrong is said all at once:

    >>> regimen("3 g", product="teas", every="8")
    Traceback (most recent call last):
    ketum.errors.CaseError: regimen: 2 problems
      product: this word is not known here
          given: "teas"
          allowed: "leaf-powder" | "leaf-capsule" | "tea" | "extract" | "liquid-shot" | ...
          cure: did you mean tea?
      every: the unit is missing
          given: "8"
          allowed: 15 min to 31 days; or "as needed"
    """
    keys = {"product": product, "amount": amount, "every": every, "start": start, "certificate": certificate}
    case, hours = _read(keys, until)
    stream = Stream(seed, people)
    own = crowd_people.individual(
        crowd_people.draw_knowledge(stream), crowd_people.draw_effects(stream), np.full(people, 70.0)
    )
    table = dose_table(intakes(case, stream), own, case.kratom[0].start_h + hours)
    table["EVID"] = 1
    return table[list(COLUMNS)]


def _read(keys: Mapping[str, object], until: str | None) -> tuple[Case, float]:
    """Read the regimen as a case's, so that it is refused in the same words; and how long it lasts, in hours."""
    problems: list[Problem] = []
    hours = 24.0
    try:
        hours = 24.0 if until is None else _UNTIL.func(until)  # type: ignore[call-arg]
    except RefusalError as no:
        problems += [Problem("until", p.what, p.given, p.allowed, p.cure, ("until",)) for p in no.problems]
    days = {"days": max(hours / 24, 1.0)} if keys["every"] is not None else {}
    try:
        case = Case.from_dict({"person": _NOBODY, "kratom": [{**keys, **days}]})
    except CaseError as error:
        inner = [
            Problem(str(p.path[-1]), p.what, p.given, p.allowed, p.cure, p.path[2:])
            for p in error.problems
            if p.path[:2] == ("kratom", 0)
        ]
        raise CaseError("regimen", [*inner, *problems]) from None
    if problems:
        raise CaseError("regimen", problems)
    return case, hours
