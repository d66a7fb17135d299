"""What an answer does not know: left out in the case, not held by the evidence, outside of the model."""

from __future__ import annotations

from collections.abc import Iterable

from ketum import pharmacology
from ketum.answers.content import Unknown
from ketum.case import Case
from ketum.crowd.contents import Contents
from ketum.medicine import Match
from ketum.writing.numbers import number

LEFT_OUT = {
    "person.conditions": ("other illnesses", "conditions that change the risk could not be looked for"),
    "person.pregnant": ("whether the person is pregnant", "it was neither assumed nor ruled out"),
    "person.gestation_weeks": ("the week of pregnancy", "findings on pregnancy do not depend on it here"),
    "person.breastfeeding": ("whether the person is breastfeeding", "it was neither assumed nor ruled out"),
    "person.liver": ("how the liver works", "a normal liver is simulated; nothing was measured in liver disease"),
    "person.egfr": (
        "how the kidneys work",
        "they hardly remove mitragynine (0.14 % of a dose), but its metabolites are not followed",
    ),
    "person.cyp2d6": ("the CYP2D6 type", "no human data by type were found; the simulation does not use it"),
    "person.opioid_use": ("use of opioids", "only opioids named as medicines were looked for"),
    "person.kratom_experience": (
        "experience with kratom",
        "effects are simulated as if none had been taken before: no tolerance, no dependence at the start",
    ),
    "person.kratom_months": (
        "how long kratom has been taken before",
        "in regular use it is taken as long enough for tolerance to have settled",
    ),
    "person.drinks_per_day": ("alcohol", "only alcohol named as a medicine was looked for"),
    "person.procedure_planned": ("whether anaesthesia or sedation is planned", "nothing could be said about it"),
    "certificate": ("what the product holds by a certificate", "the content of products of its kind is assumed, wide"),
    "tested": ("what the product was tested for", "metals and microbes were neither assumed nor ruled out"),
    "with": ("the other ingredients", "they are not simulated, and what they add is unknown"),
}
"""What a key that was left out means, and what follows; keys of a kratom entry by their last part."""

LIMITS = (
    "The model was fitted to single doses: tea from 2 g of leaf (5 people), an extract (two doses), and what an "
    "abstract says of leaf capsules. Repeated doses, other amounts and other products are extrapolated.",
    "Tea gives about a quarter of the mitragynine per mg that an extract gives. The model explains this by how much "
    "leaves the leaf and is absorbed. It could also be due to feeding, assay or chance; the data cannot tell.",
    "How much of a swallowed dose reaches the blood was never measured in people. The model's shares for gut, wall and "
    "liver are wide assumptions, counted as not knowing.",
    "The slow end of mitragynine's curve (about 45 h) and the quicker fall of 7-hydroxymitragynine (about 5.7 h) "
    "cannot both last: in the end a metabolite falls with its parent, below what the trials could measure.",
    "Mitragynine inactivates CYP3A, fitted to one tea in 12 people. How much of its own loss CYP3A carries is not "
    "known: levels after large or repeated doses are wide. No human result after repeated doses was used.",
    "Age, sex, food, kidney and liver disease, pregnancy and genes are not in the model: nothing was measured.",
    "Blood levels do not tell how a person feels or what is harmful to them.",
)

GENERAL = (
    Unknown("the share of a swallowed dose that reaches the blood", "never measured in people; widely assumed"),
    Unknown("levels in the brain", "never measured in people; assumed, wide, for the effects"),
    Unknown("levels in breast milk and in the unborn", "never measured in people; not simulated"),
    Unknown("effects at the kappa and delta opioid receptors", "no human affinity is on file; not simulated"),
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
        Unknown(f"what {match.given} is", "nothing on file has this name; it could not be screened")
        for match in matches
        if not match.generics or match.unread
    ]
    if not any(one.mg for one in held):
        medicines.append(Unknown("every effect of what is taken", "nothing of it is in the model; no number is shown"))
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
    what, consequence = LEFT_OUT.get(key) or LEFT_OUT.get(last) or (key, "")
    if key.startswith("kratom[") and products > 1:
        what += f" (product {int(key[7 : key.index(']')]) + 1})"
    return Unknown(what, consequence)


def assumed(held: Iterable[Contents]) -> tuple[str, ...]:
    """List assumptions about what is taken, then the model's own, each with its width."""
    held = tuple(held)
    used = {one.release for one in held}
    releases = {product.release for product in pharmacology.products().values()} | {"release_shot"}
    own = [text for one in held for text in one.assumptions]
    model = [
        f"{parameter.label}: {number(parameter.value)} {parameter.unit.replace('fraction', '')}".rstrip()
        + f" ({number(parameter.low)} to {number(parameter.high)}). {parameter.note}"
        for parameter in pharmacology.parameters()
        if parameter.how == "assumed" and (parameter.name not in releases or parameter.name in used)
        if not parameter.name.startswith(TRIALS_ONLY)
    ]
    return tuple(dict.fromkeys(own + model))
