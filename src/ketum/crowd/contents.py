"""What one dose of a case's product holds: each alkaloid's mass, log-normal, with the errors that move it named.

The spread of this room is the layer ``product``: what a gram holds, what comes with the main alkaloid, what a capsule
weighs. Two amounts that share an error, such as a capsule's weight, move together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ketum.case import Case, Kratom
from ketum.chance import Lognormal
from ketum.pharmacology import ALKALOIDS, Product, alkaloid, products, servings
from ketum.sizes import DoseSize

CERTIFICATE_SD = 0.05
"""SD of the logarithm of a content that a certificate of analysis states; assumed, about a laboratory's own error."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What one dose of a product holds.

    Parameters
    ----------
    kratom
        The case's entry.
    product
        The kind of product.
    release
        The parameter that says which share of the alkaloid is given up.
    product_mg
        Mass of product; None where only an alkaloid's mass is given.
    mg
        Mass of each alkaloid by its code; absent where it cannot be told.
    facts
        Ids of the facts behind the amounts.
    assumptions, unknown
        What was taken as given, and what could not be told, in words.
    """

    kratom: Kratom
    product: Product
    release: str
    product_mg: Lognormal | None
    mg: Mapping[str, Lognormal]
    facts: tuple[str, ...]
    assumptions: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def size(self) -> DoseSize:
        """How much that is, in closed form: no sample, so the same for every seed and number of people."""
        each = (self.product_mg, self.mg.get("MG"), self.mg.get("HM"))
        return DoseSize(*(None if mass is None else mass.interval for mass in each))


def contents(case: Case) -> tuple[Contents, ...]:
    """Work out what one dose of each product in a case holds, in its order."""
    return tuple(map(_contents, case.kratom))


def dose_sizes(case: Case) -> tuple[DoseSize, ...]:
    """Say how much one dose of each product holds, for the screen."""
    return tuple(held.size for held in contents(case))


def _contents(kratom: Kratom) -> Contents:
    product = products()[kratom.product]
    if kratom.amount.kind == "alkaloid":
        return _from_alkaloid(kratom, product)
    mass, facts, assumptions = _product_mass(kratom)
    mg, more_facts, more, unknown = _alkaloids(kratom, product, mass)
    return Contents(kratom, product, product.release, mass, mg, facts + more_facts, assumptions + more, unknown)


def _product_mass(kratom: Kratom) -> tuple[Lognormal, tuple[str, ...], tuple[str, ...]]:
    amount = kratom.amount
    if amount.kind == "product":
        return Lognormal(amount.value), (), ()
    serving = servings()[str(amount.count_unit)]
    mass = Lognormal(amount.value * serving.grams * 1000).times(1.0, serving=serving.sd)
    text = f"a {serving.unit} is taken to hold {serving.grams:g} g ({serving.note})"
    return mass, serving.facts, (text,)


def _alkaloids(
    kratom: Kratom, product: Product, mass: Lognormal
) -> tuple[dict[str, Lognormal], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Work out each alkaloid's mass: a certificate first, then the content of products of this kind."""
    mg = _certified(kratom, mass)
    unknown = _outside(kratom, product)
    if not product.base and not mg:
        return {}, product.facts, (), unknown
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    if product.base and product.base not in mg:
        content = product.content_mg_per_g
        mg[product.base] = mass.times(content / 1000, content=product.content_sd)
        facts = product.facts
        assumptions = (
            f"{alkaloid(product.base).name}: {content:g} mg in a gram of product, between people's "
            f"products {_between(content, product.content_sd)} mg ({product.note.lower()})",
        )
    more_facts, more = _add_companions(mg, product)
    return mg, facts + more_facts, assumptions + more, unknown


def _certified(kratom: Kratom, mass: Lognormal) -> dict[str, Lognormal]:
    stated = {a.code: (kratom.certificate or {}).get(a.name) for a in ALKALOIDS}
    return {
        code: mass.times(share, **{f"certificate/{code}": CERTIFICATE_SD})
        for code, share in stated.items()
        if share is not None
    }


def _outside(kratom: Kratom, product: Product) -> tuple[str, ...]:
    """Say what a product holds that the model does not follow."""
    known = {a.name for a in ALKALOIDS}
    certified = [name for name in kratom.certificate or {} if name not in known]
    found = tuple(f"{name} is not in the model: nothing of it is simulated" for name in certified)
    if not product.base:
        found += (f"what a {product.name} holds: {product.note}",)
    return found


def _from_alkaloid(kratom: Kratom, product: Product) -> Contents:
    """Take a stated mass of one alkaloid as it stands; others follow only where the ratio to it is on file."""
    named = next((a for a in ALKALOIDS if a.name == kratom.amount.alkaloid), None)
    # A tea's alkaloid is given as it is in the drink: nothing is left behind in the leaf.
    release = "release_shot" if kratom.product == "tea" else product.release
    if named is None:
        stranger = f"{kratom.amount.alkaloid} is not in the model: nothing of it is simulated"
        return Contents(kratom, product, release, None, {}, (), (), (stranger,))
    exact = Lognormal(kratom.amount.value)
    share = (kratom.certificate or {}).get(named.name)
    mg = {**(_certified(kratom, exact.times(1 / share)) if share else {}), named.code: exact}
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    if named.code == product.base:
        facts, assumptions = _add_companions(mg, product)
    missing = [a.name for a in ALKALOIDS if a.code not in mg]
    unknown = tuple(f"how much {name} a dose holds; none is simulated" for name in missing)
    return Contents(kratom, product, release, None, mg, facts, assumptions, unknown + _outside(kratom, product))


def _add_companions(mg: dict[str, Lognormal], product: Product) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    for companion in product.companions:
        if companion.alkaloid in mg or product.base not in mg:
            continue
        error = {f"companion/{companion.alkaloid}": companion.sd}
        mg[companion.alkaloid] = mg[product.base].times(companion.ratio, **error)
        facts += companion.facts
        assumptions += (
            f"{alkaloid(companion.alkaloid).name}: {companion.ratio:g} times the {alkaloid(product.base).name} "
            f"({_between(companion.ratio, companion.sd)}; {companion.note.lower()})",
        )
    return facts, assumptions


def _between(median: float, sd: float) -> str:
    interval = Lognormal(median).times(1.0, spread=sd).interval
    return f"{interval.low:.2g} to {interval.high:.2g}"
