"""From what a case says is taken to what each virtual person swallows: amounts of each alkaloid, dose by dose.

The spread of this room is the layer ``product``: what a gram holds, what comes with the main alkaloid, what a capsule
weighs. A person keeps to one product throughout: content differs between products, not between doses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.case import Case, Kratom
from ketum.chance import Stream
from ketum.pharmacology import ALKALOIDS, Product, alkaloid, nmol, products, servings
from ketum.sizes import DoseSize, Interval

if TYPE_CHECKING:
    import pandas as pd

CERTIFICATE_SD = 0.05
"""SD of the logarithm of a content that a certificate of analysis states; assumed, about a laboratory's own error."""


@dataclass(frozen=True, eq=False)
class Intake:
    """One product as the virtual people take it.

    Parameters
    ----------
    kratom
        The case's entry.
    product
        The kind of product.
    release
        The parameter that says which share of the alkaloid is given up.
    product_mg
        Mass of product in one dose, shape (people,); None where only an alkaloid's mass is given.
    mg
        Mass of each alkaloid in one dose by its code, shape (people,); absent where it cannot be told.
    facts
        Ids of the facts behind the amounts.
    assumptions, unknown
        What was taken as given, and what could not be told, in words.
    """

    kratom: Kratom
    product: Product
    release: str
    product_mg: Array | None
    mg: Mapping[str, Array]
    facts: tuple[str, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[str, ...]


def intakes(case: Case, stream: Stream) -> tuple[Intake, ...]:
    """Work out what each person takes of each product in the case."""
    return tuple(_intake(index, kratom, stream) for index, kratom in enumerate(case.kratom))


def dose_table(taken: tuple[Intake, ...], released: Mapping[str, Array], until_h: float) -> pd.DataFrame:
    """Write the doses as the engine's event table.

    Parameters
    ----------
    taken
        What is taken.
    released
        Each person's share released from a product, by the parameter's name, shape (people,).
    until_h
        Later doses are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ID, TIME, AMT (nmol that leave the product), CMT, II, ADDL.
    """
    import pandas as pd

    parts = [
        part
        for intake in taken
        for code, mg in intake.mg.items()
        for part in _rows(intake, code, mg * released[intake.release], until_h)
    ]
    columns = ["ID", "TIME", "AMT", "CMT", "II", "ADDL"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def dose_sizes(taken: tuple[Intake, ...]) -> tuple[DoseSize, ...]:
    """Say how much one dose of each product holds, for the screen."""
    return tuple(
        DoseSize(_size(intake.product_mg), _size(intake.mg.get("MG")), _size(intake.mg.get("HM"))) for intake in taken
    )


def _size(mg: Array | None) -> Interval | None:
    if mg is None:
        return None
    low, median, high = np.quantile(mg, [0.05, 0.5, 0.95])
    return Interval(float(median), float(low), float(high))


def _rows(intake: Intake, code: str, mg: Array, until_h: float) -> list[pd.DataFrame]:
    import pandas as pd

    times = [time for time in intake.kratom.dose_times_h if time < until_h]
    if not times:
        return []
    people = mg.size
    return [
        pd.DataFrame(
            {
                "ID": np.arange(people),
                "TIME": times[0],
                "AMT": nmol(mg, code),
                "CMT": f"{intake.product.form}_{code}",
                "II": intake.kratom.every_h or 0.0,
                "ADDL": len(times) - 1,
            }
        )
    ]


def _intake(index: int, kratom: Kratom, stream: Stream) -> Intake:
    product = products()[kratom.product]
    spread = _Spread(index, stream)
    if kratom.amount.kind == "alkaloid":
        return _from_alkaloid(kratom, product, spread)
    mass, facts, assumptions = _product_mass(kratom, spread)
    mg, more_facts, more, unknown = _contents(kratom, product, mass, spread)
    return Intake(kratom, product, product.release, mass, mg, facts + more_facts, assumptions + more, unknown)


@dataclass(frozen=True)
class _Spread:
    """Log-normal factors of one entry of the case."""

    index: int
    stream: Stream

    def factor(self, name: str, sd: float) -> Array:
        return np.exp(sd * self.stream.normal("product", f"{self.index}/{name}"))


def _product_mass(kratom: Kratom, spread: _Spread) -> tuple[Array, tuple[str, ...], tuple[str, ...]]:
    amount = kratom.amount
    if amount.kind == "product":
        return np.full(spread.stream.people, amount.value), (), ()
    serving = servings()[str(amount.count_unit)]
    mass = amount.value * serving.grams * 1000 * spread.factor("serving", serving.sd)
    text = f"a {serving.unit} is taken to hold {serving.grams:g} g ({serving.note})"
    return mass, serving.facts, (text,)


def _contents(
    kratom: Kratom, product: Product, mass: Array, spread: _Spread
) -> tuple[dict[str, Array], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Work out each alkaloid's mass: a certificate first, then the content of products of this kind."""
    mg = _certified(kratom, mass, spread)
    unknown = _outside(kratom, product)
    if not product.base and not mg:
        return {}, product.facts, (), unknown
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    if product.base and product.base not in mg:
        mg[product.base] = mass * product.content_mg_per_g / 1000 * spread.factor("content", product.content_sd)
        facts = product.facts
        assumptions = (
            f"{alkaloid(product.base).name}: {product.content_mg_per_g:g} mg in a gram of product, between people's "
            f"products {_interval(product.content_mg_per_g, product.content_sd)} mg ({product.note.lower()})",
        )
    more_facts, more = _add_companions(mg, product, spread)
    return mg, facts + more_facts, assumptions + more, unknown


def _certified(kratom: Kratom, mass: Array, spread: _Spread) -> dict[str, Array]:
    certificate = kratom.certificate or {}
    stated = {a.code: certificate[a.name] for a in ALKALOIDS if a.name in certificate}
    return {code: mass * share * spread.factor(f"certificate/{code}", CERTIFICATE_SD) for code, share in stated.items()}


def _outside(kratom: Kratom, product: Product) -> tuple[str, ...]:
    """Say what a product holds that the model does not follow."""
    known = {a.name for a in ALKALOIDS}
    certified = [name for name in kratom.certificate or {} if name not in known]
    found = tuple(f"{name} is not in the model: nothing of it is simulated" for name in certified)
    if not product.base:
        found += (f"what a {product.name} holds: {product.note}",)
    return found


def _from_alkaloid(kratom: Kratom, product: Product, spread: _Spread) -> Intake:
    """Take a stated mass of one alkaloid as it stands; others follow only where the ratio to it is on file."""
    named = next((a for a in ALKALOIDS if a.name == kratom.amount.alkaloid), None)
    release = product.release_counted
    if named is None:
        stranger = f"{kratom.amount.alkaloid} is not in the model: nothing of it is simulated"
        return Intake(kratom, product, release, None, {}, (), (), (stranger,))
    exact = np.full(spread.stream.people, kratom.amount.value)
    share = (kratom.certificate or {}).get(named.name)
    mg = {**(_certified(kratom, exact / share, spread) if share else {}), named.code: exact}
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    if named.code == product.base:
        facts, assumptions = _add_companions(mg, product, spread)
    missing = [a.name for a in ALKALOIDS if a.code not in mg]
    unknown = tuple(f"how much {name} a dose holds; none is simulated" for name in missing)
    return Intake(kratom, product, release, None, mg, facts, assumptions, unknown + _outside(kratom, product))


def _add_companions(mg: dict[str, Array], product: Product, spread: _Spread) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    for companion in product.companions:
        if companion.alkaloid in mg or product.base not in mg:
            continue
        name = f"companion/{companion.alkaloid}"
        mg[companion.alkaloid] = mg[product.base] * companion.ratio * spread.factor(name, companion.sd)
        facts += companion.facts
        assumptions += (
            f"{alkaloid(companion.alkaloid).name}: {companion.ratio:g} times the {alkaloid(product.base).name} "
            f"({_interval(companion.ratio, companion.sd)}; {companion.note.lower()})",
        )
    return facts, assumptions


def _interval(median: float, sd: float) -> str:
    low, high = median * np.exp(np.array([-1.645, 1.645]) * sd)
    return f"{low:.2g} to {high:.2g}"
