"""What one dose of a case's product holds: each alkaloid's mass, log-normal, with the errors that move it named.

The spread of this room is the layer ``product``: what a gram holds, what comes with the main alkaloid, what a capsule
weighs. Two amounts that share an error, such as a capsule's weight, move together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ketum.case import Case, Kratom
from ketum.chance import Lognormal
from ketum.evidence import fact
from ketum.pharmacology import ALKALOIDS, Product, Serving, alkaloid, products, servings
from ketum.sizes import DoseSize
from ketum.writing.names import product_name
from ketum.writing.texts import Text, say, term

_LABEL, _LABELLED_IN_EXTRACT = "pc078", ("extract", "liquid-shot")
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
    assumptions: tuple[Text, ...]
    unknown: tuple[Text, ...]

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
    held = _held(kratom, products()[kratom.product])
    facts, assumptions, unknown = _how_often(kratom)
    return replace(
        held,
        facts=held.facts + facts,
        assumptions=assumptions + held.assumptions,
        unknown=unknown + held.unknown,
    )


def _held(kratom: Kratom, product: Product) -> Contents:
    if kratom.amount.kind == "alkaloid":
        return _from_alkaloid(kratom, product)
    if (serving := _serving(kratom)) and serving.of != "product":
        return _from_serving(kratom, product, serving)
    if not kratom.amount.known and product.use is None:
        lost = say(
            "how much of the {product} is taken: {note}", product=product_name(product.name), note=term(product.note)
        )
        return Contents(kratom, product, product.release, None, {}, product.facts, (), (lost,))
    mass, facts, assumptions = _product_mass(kratom, product)
    mg, more_facts, more, unknown = _alkaloids(kratom, product, mass)
    return Contents(kratom, product, product.release, mass, mg, facts + more_facts, assumptions + more, unknown)


def _how_often(kratom: Kratom) -> tuple[tuple[str, ...], tuple[Text, ...], tuple[Text, ...]]:
    """Say what "as needed" is taken for: the facts, the assumption, and what stays unknown."""
    if not kratom.as_needed:
        return (), (), ()
    if kratom.at_most is not None:
        text = say("what is taken as needed is simulated at its most often, every {hours:g} h", hours=kratom.at_most)
        return (), (text,), ()
    once, (least, most) = fact("PQ001").number(), fact("PQ002").bounds()
    text = say(
        "what is taken as needed is simulated as taken every {hours:g} h: users' intake of a day was {least:.2g} to {most:.2g} times that of one use",
        hours=kratom.every_h,
        least=least / once,
        most=most / once,
    )
    return (
        ("PQ001", "PQ002"),
        (text,),
        (say("how often it is taken: as needed, without a shortest time between doses"),),
    )


def _product_mass(kratom: Kratom, product: Product) -> tuple[Lognormal, tuple[str, ...], tuple[Text, ...]]:
    amount = kratom.amount
    if amount.value is None:
        return _usual_mass(product)
    if amount.kind == "product":
        return Lognormal(amount.value), (), ()
    serving = servings()[kratom.product, str(amount.count_unit)]
    mass = Lognormal(amount.value * serving.median * 1000).times(1.0, serving=serving.sd)
    text = say(
        "a {serving} is taken to hold {grams:g} g ({note})",
        serving=term(serving.unit),
        grams=serving.median,
        note=term(serving.note),
    )
    return mass, serving.facts, (text,)


def _serving(kratom: Kratom) -> Serving | None:
    """Return what one of what is counted holds; None where nothing is counted."""
    unit = kratom.amount.count_unit
    return None if unit is None else servings()[kratom.product, unit]


def _usual_mass(product: Product) -> tuple[Lognormal, tuple[str, ...], tuple[Text, ...]]:
    """Take what people take of such a product: wide, because the case does not know."""
    use = product.use
    if use is None:
        raise ValueError(f"nothing is on file of how much {product.name} is taken")
    text = say(
        "how much is taken at one time is unknown: {grams:g} g of the {product} is assumed, from {between} g ({note})",
        grams=use.grams,
        product=product_name(product.name),
        between=_between(use.grams, use.sd),
        note=term(use.note),
    )
    return Lognormal(use.grams * 1000).times(1.0, use=use.sd), use.facts, (text,)


def _alkaloids(
    kratom: Kratom, product: Product, mass: Lognormal
) -> tuple[dict[str, Lognormal], tuple[str, ...], tuple[Text, ...], tuple[Text, ...]]:
    """Work out each alkaloid's mass: a certificate first, then the content of products of this kind."""
    mg = _certified(kratom, mass)
    unknown = _outside(kratom, product)
    if not product.base and not mg:
        return {}, product.facts, (), unknown
    facts: tuple[str, ...] = ()
    assumptions: tuple[Text, ...] = ()
    if product.base and product.base not in mg:
        content = product.content_mg_per_g
        mg[product.base] = mass.times(content / 1000, content=product.content_sd)
        facts = product.facts
        assumptions = (
            say(
                "{alkaloid}: {content:g} mg in a gram of product, between people's products {between} mg ({note:lower})",
                alkaloid=term(alkaloid(product.base).name),
                content=content,
                between=_between(content, product.content_sd),
                note=term(product.note),
            ),
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


def _outside(kratom: Kratom, product: Product) -> tuple[Text, ...]:
    """Say what a product holds that the model does not follow."""
    known = {a.name for a in ALKALOIDS}
    certified = [name for name in kratom.certificate or {} if name not in known]
    found = tuple(map(_stranger, certified))
    if not product.base:
        found += (say("what a {product} holds: {note}", product=term(product.name), note=term(product.note)),)
    return found


def _stranger(name: str) -> Text:
    return say("{name} is not in the model: nothing of it is simulated", name=term(name))


def _from_alkaloid(kratom: Kratom, product: Product) -> Contents:
    """Take a stated mass of one alkaloid as it stands; others follow only where the ratio to it is on file."""
    if kratom.amount.value is None:
        raise ValueError("the mass of an alkaloid is known where it is named")
    named = next((a for a in ALKALOIDS if a.name == kratom.amount.alkaloid), None)
    release = product.release_counted
    if named is None:
        return Contents(kratom, product, release, None, {}, (), (), (_stranger(str(kratom.amount.alkaloid)),))
    held = _around(kratom, product, named.code, Lognormal(kratom.amount.value))
    if product.name not in _LABELLED_IN_EXTRACT or named.code != product.base:
        return held
    real, labelled = fact(_LABEL).bounds()
    text = say(
        "the amount is taken as {alkaloid}, as it stands; a label's mg may be of extract: a bottle labelled {labelled:g} mg held {real:g} mg by its maker",
        alkaloid=term(named.name),
        labelled=labelled,
        real=real,
    )
    return replace(held, facts=(*held.facts, _LABEL), assumptions=(text, *held.assumptions))


def _from_serving(kratom: Kratom, product: Product, serving: Serving) -> Contents:
    """Take what one of what is counted holds of an alkaloid: so much by labels, whatever it weighs."""
    if kratom.amount.value is None:
        raise ValueError("what is counted has a number")
    name = term(alkaloid(serving.of).name)
    mass = Lognormal(kratom.amount.value * serving.median).times(1.0, serving=serving.sd)
    held = _around(kratom, product, serving.of, mass)
    text = say(
        "a {serving} is taken to hold {mg:g} mg {alkaloid} ({note})",
        serving=term(serving.unit),
        mg=serving.median,
        alkaloid=name,
        note=term(serving.note),
    )
    unused = say(
        "what a {serving} weighs: the certificate's share of {alkaloid} is not used; a mass (or, of a drink, mL) would let it",
        serving=term(serving.unit),
        alkaloid=name,
    )
    certified = alkaloid(serving.of).name in (kratom.certificate or {})
    return replace(
        held,
        facts=serving.facts + held.facts,
        assumptions=(text, *held.assumptions),
        unknown=((unused,) if certified else ()) + held.unknown,
    )


def _around(kratom: Kratom, product: Product, code: str, mass: Lognormal) -> Contents:
    """Work out what else comes with a known mass of one alkaloid, by its code."""
    share = (kratom.certificate or {}).get(alkaloid(code).name)
    mg = {**(_certified(kratom, mass.times(1 / share)) if share else {}), code: mass}
    facts: tuple[str, ...] = ()
    assumptions: tuple[Text, ...] = ()
    if code == product.base:
        facts, assumptions = _add_companions(mg, product)
    missing = [a.name for a in ALKALOIDS if a.code not in mg]
    unknown = tuple(say("how much {name} a dose holds; none is simulated", name=term(name)) for name in missing)
    # A tea's alkaloid is counted in the drink, not in the leaf.
    release = product.release_counted
    return Contents(kratom, product, release, None, mg, facts, assumptions, unknown + _outside(kratom, product))


def _add_companions(mg: dict[str, Lognormal], product: Product) -> tuple[tuple[str, ...], tuple[Text, ...]]:
    facts: tuple[str, ...] = ()
    assumptions: tuple[Text, ...] = ()
    for companion in product.companions:
        if companion.alkaloid in mg or product.base not in mg:
            continue
        error = {f"companion/{companion.alkaloid}": companion.sd}
        mg[companion.alkaloid] = mg[product.base].times(companion.ratio, **error)
        facts += companion.facts
        assumptions += (
            say(
                "{alkaloid}: {ratio:g} times the {base} ({between}; {note:lower})",
                alkaloid=term(alkaloid(companion.alkaloid).name),
                ratio=companion.ratio,
                base=term(alkaloid(product.base).name),
                between=_between(companion.ratio, companion.sd),
                note=term(companion.note),
            ),
        )
    return facts, assumptions


def _between(median: float, sd: float) -> Text:
    interval = Lognormal(median).times(1.0, spread=sd).interval
    return say("{low:.2g} to {high:.2g}", low=interval.low, high=interval.high)
