"""What an answer does not know: left out in the case, not held by the evidence, outside of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ketum import pharmacology
from ketum.answers.content import Unknown
from ketum.case import Case
from ketum.crowd.contents import Contents
from ketum.medicine import Match
from ketum.pharmacology import Parameter
from ketum.writing.numbers import number
from ketum.writing.texts import NOTHING, Text, say, term, verbatim

LEFT_OUT: Mapping[str, tuple[Text, Text]] = {
    "person.conditions": (say("other illnesses"), say("conditions that change the risk could not be looked for")),
    "person.pregnant": (say("whether the person is pregnant"), say("it was neither assumed nor ruled out")),
    "person.gestation_weeks": (say("the week of pregnancy"), say("findings on pregnancy do not depend on it here")),
    "person.breastfeeding": (say("whether the person is breastfeeding"), say("it was neither assumed nor ruled out")),
    "person.liver": (
        say("how the liver works"),
        say("a normal liver is simulated; nothing was measured in liver disease"),
    ),
    "person.egfr": (
        say("how the kidneys work"),
        say("they hardly remove mitragynine ({ad037} % of a dose), but its metabolites are not followed"),
    ),
    "person.cyp2d6": (
        say("the CYP2D6 type"),
        say("no human data by type were found; the simulation does not use it"),
    ),
    "person.opioid_use": (say("use of opioids"), say("only opioids named as medicines were looked for")),
    "person.kratom_experience": (
        say("experience with kratom"),
        say("effects are simulated as if none had been taken before: no tolerance, no dependence at the start"),
    ),
    "person.kratom_months": (
        say("how long kratom has been taken before"),
        say("in regular use it is taken as long enough for tolerance to have settled"),
    ),
    "person.drinks_per_day": (say("alcohol"), say("only alcohol named as a medicine was looked for")),
    "person.procedure_planned": (
        say("whether anaesthesia or sedation is planned"),
        say("nothing could be said about it"),
    ),
    "certificate": (
        say("what the product holds by a certificate"),
        say("the content of products of its kind is assumed, wide"),
    ),
    "tested": (say("what the product was tested for"), say("metals and microbes were neither assumed nor ruled out")),
    "product": (say("what kind of product it is"), say("the content over all kinds is assumed, very wide")),
    "amount": (say("how much is taken at one time"), say("what people take of such a product is assumed, wide")),
    "at_most": (say("how often it is taken at most"), say("how often it is taken as needed is assumed")),
    "with": (say("the other ingredients"), say("they are not simulated, and what they add is unknown")),
}
"""What a key that was left out means, and what follows; keys of a kratom entry by their last part."""

LIMITS = (
    say(
        "The model was fitted to single doses: tea from 2 g of leaf ({pk001:n} people), an extract (two doses), and what an abstract says of leaf capsules. Repeated doses, other amounts and other products are extrapolated."
    ),
    say(
        "Tea gives about a quarter of the mitragynine per mg that an extract gives. The model explains this by how much leaves the leaf and is absorbed. It could also be due to feeding, assay or chance; the data cannot tell."
    ),
    say(
        "How much of a swallowed dose reaches the blood was never measured in people. The model's shares for gut, wall and liver are wide assumptions, counted as not knowing."
    ),
    say(
        "The slow end of mitragynine's curve (about {pk003:.0f} h) and the quicker fall of 7-hydroxymitragynine (about {pk039:.1f} h) cannot both last: in the end a metabolite falls with its parent, below what the trials could measure."
    ),
    say(
        "Mitragynine inactivates CYP3A, fitted to one tea in {ddi01:n} people. How much of its own loss CYP3A carries is not known: levels after large or repeated doses are wide. No human result after repeated doses was used."
    ),
    say("Age, sex, food, kidney and liver disease, pregnancy and genes are not in the model: nothing was measured."),
    say("Blood levels do not tell how a person feels or what is harmful to them."),
)

GENERAL = (
    Unknown(
        say("the share of a swallowed dose that reaches the blood"), say("never measured in people; widely assumed")
    ),
    Unknown(say("levels in the brain"), say("never measured in people; assumed, wide, for the effects")),
    Unknown(say("levels in breast milk and in the unborn"), say("never measured in people; not simulated")),
    Unknown(
        say("effects at the kappa and delta opioid receptors"),
        say("no human affinity is on file; not simulated"),
    ),
)


def unknown(case: Case, held: Iterable[Contents], matches: Iterable[Match]) -> tuple[Unknown, ...]:
    """List what is not known, whoever is simulated.

    Parameters
    ----------
    case
        The case.
    held
        What a dose of each product holds.
    matches
        How the names of medicines were read.
    """
    held = tuple(held)
    medicines = [
        Unknown(
            say("what {name} is", name=verbatim(match.given)),
            say("nothing on file has this name; it could not be screened"),
        )
        for match in matches
        if not match.generics or match.unread
    ]
    if not any(one.mg for one in held):
        medicines.append(
            Unknown(say("every effect of what is taken"), say("nothing of it is in the model; no number is shown"))
        )
    return (
        *(Unknown(text) for one in held for text in one.unknown),
        *medicines,
        *(_left_out(key, len(case.kratom)) for key in case.unknown()),
        *GENERAL,
    )


TRIALS_ONLY = ("limit_", "trial_")
"""Parameters of laboratories and trials, not of people."""


def _left_out(key: str, products: int) -> Unknown:
    last = key.rpartition(".")[2]
    what, consequence = LEFT_OUT.get(key) or LEFT_OUT.get(last) or (verbatim(key), NOTHING)
    if key.startswith("kratom[") and products > 1:
        what = say("{what} (product {number})", what=what, number=int(key[7 : key.index("]")]) + 1)
    if key.startswith("medicine["):
        what = say("{what} (medicine {number})", what=what, number=int(key[9 : key.index("]")]) + 1)
        consequence = say("where it counts, it is assumed, wide")
    return Unknown(what, consequence)


def assumed(held: Iterable[Contents]) -> tuple[Text, ...]:
    """List assumptions about what is taken, then the model's own, each with its width."""
    held = tuple(held)
    used = {one.release for one in held}
    releases = {product.release for product in pharmacology.products().values()}
    own = [text for one in held for text in one.assumptions]
    model = [
        _assumption(parameter)
        for parameter in pharmacology.parameters()
        if parameter.how == "assumed" and (parameter.name not in releases or parameter.name in used)
        if not parameter.name.startswith(TRIALS_ONLY)
    ]
    return tuple(dict.fromkeys(own + model))


def _assumption(parameter: Parameter) -> Text:
    unit = parameter.unit.replace("fraction", "")
    return say(
        "{label}: {value} ({low} to {high}). {note}",
        label=term(parameter.label),
        value=f"{number(parameter.value)} {unit}".rstrip(),
        low=number(parameter.low),
        high=number(parameter.high),
        note=term(parameter.note),
    )
