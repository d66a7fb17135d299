"""Hazards that lie in the product.

The rule
--------
- ``product.concentrated-7oh`` is a danger for 7-OH and pseudoindoxyl products and for a dose counted in these;
  it is a caution where a certificate shows more than 2 % of its alkaloids as these, the cap that several laws set.
- ``product.extract`` is a caution for extracts and shots: much alkaloid in little volume, and more of it in the blood
  for each mg than from tea. So is leaf whose certificate shows more mitragynine than any leaf was measured to hold
  (4.94 %, fact pc020): something was added or left out.
- ``product.mixed`` is a caution for a mixed product, or one with other ingredients named.
- ``product.unverified`` is a note where there is no certificate of analysis.

Each kind is told once, however many products show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ketum.evidence import fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.portion import Portion
from ketum.hazards.situation import Situation
from ketum.hazards.use import CONCENTRATED
from ketum.kinds import in_group
from ketum.writing.texts import NOTHING, commas, say, sentences

SEVEN_OH = Grounds(
    "product.concentrated-7oh",
    ("pc014", "PQ014", "pc007", "pc018", "PQ072", "PQ016", "AE049", "AE050", "RG016", "sa17", "sa18"),
)
EXTRACT = Grounds("product.extract", ("dv10", "dv11", "dv13", "pc010", "pc020", "pc032"))
MIXED = Grounds("product.mixed", ("AE015", "AE016", "RG014", "sa20"))
UNVERIFIED = Grounds("product.unverified", ("pc028", "PQ001", "PQ014"))
FACTS = (SEVEN_OH, EXTRACT, MIXED, UNVERIFIED)

_CAP = 2.0


def of_the_product(situation: Situation) -> Iterator[Finding]:
    """Yield the hazards that lie in the products."""
    taken = situation.portions
    share = most_seven_oh(taken)
    if situation.use.concentrated:
        yield _concentrated("danger", None)
    elif share is not None and share > _CAP:
        yield _concentrated("caution", share)
    strong = [content for portion in taken if (content := _stronger_than_leaf(portion)) is not None]
    if strong or any(in_group(portion.product, "extract") for portion in taken):
        yield _extract(max(strong, default=None))
    if any(in_group(portion.product, "mixture") or portion.with_ for portion in taken):
        yield _mixed(tuple(name for portion in taken for name in portion.with_ or ()))
    if any(portion.certificate is None for portion in taken):
        yield _unverified()


def _stronger_than_leaf(portion: Portion) -> float | None:
    """Return the mitragynine of what is sold as leaf where it is more than leaf holds, in percent; else None."""
    content = 100 * (portion.certificate or {}).get("mitragynine", 0.0)
    return content if in_group(portion.product, "leaf", "brew") and content > fact("pc020").bounds()[1] else None


def most_seven_oh(taken: Sequence[Portion]) -> float | None:
    """Return the largest share of 7-OH and pseudoindoxyl among the alkaloids of a certificate, in percent."""
    return max((share for portion in taken if (share := _share(portion.certificate)) is not None), default=None)


def _share(certificate: Mapping[str, float] | None) -> float | None:
    listed = certificate or {}
    total = sum(listed.values())
    return 100 * sum(listed.get(name, 0.0) for name in CONCENTRATED) / total if total > 0 else None


def _concentrated(severity: Severity, share: float | None) -> Finding:
    shown = () if share is None else (Number(say("7-OH among the alkaloids of the certificate"), round(share, 2), "%"),)
    return Finding(
        code=SEVEN_OH.code,
        severity=severity,
        title=say("Much more 7-OH than kratom leaf holds"),
        because=say(
            "This is not like leaf. "
            "Leaf holds hardly any 7-OH; such products hold a great deal of it, or of its relative pseudoindoxyl. "
            "Both act where opioids act. "
            "No study of swallowed 7-OH in people was found. "
            "People have died after such products, often with alcohol or other drugs."
        ),
        clinical=say(
            "Concentrated, mostly semi-synthetic opioid-receptor agonists without human pharmacokinetics; leaf data do not carry over. "
            "Naloxone may need repeating."
        ),
        numbers=(
            *shown,
            Number.of_fact(say("7-OH in such products, mg in each gram"), "pc014"),
            Number.of_fact(say("how much more 7-OH than the label says was measured"), "PQ014"),
            Number.of_fact(say("7-OH in study leaf, mg in each gram"), "pc007"),
            Number.of_fact(say("the cap on 7-OH in Texas law, % of alkaloids"), "PQ072"),
            Number.of_fact(say("deaths one county linked to 7-OH by October 2025"), "AE050"),
        ),
        evidence=SEVEN_OH.facts,
        certainty="moderate",
        watch=say(
            "Cannot be woken, slow or no breathing, blue lips: call the emergency number, give naloxone if at hand."
        ),
        ask=say("A poison centre, a pharmacist or a doctor."),
    )


def _extract(as_leaf: float | None = None) -> Finding:
    odd = (
        NOTHING
        if as_leaf is None
        else say("Sold as leaf, but the certificate shows {share:.3g} % mitragynine: no leaf does.", share=as_leaf)
    )
    shown = () if as_leaf is None else (Number(say("mitragynine by the certificate"), round(as_leaf, 2), "%"),)
    return Finding(
        code=EXTRACT.code,
        severity="caution",
        title=say("An extract is far stronger than leaf"),
        because=sentences(
            odd,
            say(
                "A little of an extract can hold as much as many grams of leaf, so it is easy to take more than meant. "
                "In the studies seen, each mg from an extract also gave a higher blood level than each mg from tea."
            ),
        ),
        clinical=say(
            "Dose-normalised mitragynine Cmax about {dv11:.1f} (extract) against {dv10} ng/mL per mg (tea), across studies and unexplained; extract figures are second hand and no study of liquid shots was found."
        ),
        numbers=(
            *shown,
            Number.of_fact(say("peak blood level for each mg, extract"), "dv11"),
            Number.of_fact(say("peak blood level for each mg, tea"), "dv10"),
            Number.of_fact(say("mitragynine in US products, mg in each gram"), "pc010"),
            Number.of_fact(say("the most a shot is said to hold, by a seller"), "pc032"),
        ),
        evidence=EXTRACT.facts,
        certainty="low",
        watch=say("Sleepiness, feeling sick, fast heartbeat, needing it more often."),
        ask=say("A pharmacist, with the label or the certificate in hand."),
    )


def _mixed(ingredients: tuple[str, ...]) -> Finding:
    named = (
        say("Named here: {names}.", names=commas(dict.fromkeys(ingredients)))
        if ingredients
        else say("It is not said what else is in it.")
    )
    return Finding(
        code=MIXED.code,
        severity="caution",
        title=say("Mixed with something else"),
        because=sentences(
            say("Kratom with other substances in it was never studied in people."),
            named,
            say(
                "When people took kratom together with something else, calls to poison centres more often ended badly."
            ),
        ),
        clinical=say(
            "Co-exposure in poison-centre data: odds ratio {AE015} for a serious outcome against single-substance calls (confounded by intent and dose). "
            "Screen each named ingredient as a medicine too."
        ),
        numbers=(Number.of_fact(say("odds of a serious outcome, several substances against one"), "AE015"),),
        evidence=MIXED.facts,
        certainty="low",
        watch=say("Sleepiness, slow breathing, confusion, fast heartbeat, yellow skin."),
        ask=say("A pharmacist, with the full list of ingredients."),
    )


def _unverified() -> Finding:
    return Finding(
        code=UNVERIFIED.code,
        severity="note",
        title=say("Nobody has shown what is in it"),
        because=say(
            "There is no certificate of analysis for a product here. "
            "Labels can be wrong, and leaf varies a lot. "
            "So the true amount may be far from what is assumed."
        ),
        clinical=say(
            "Alkaloid content is assumed from published product surveys; its spread is carried into every result. "
            "A batch certificate of analysis narrows it."
        ),
        numbers=(
            Number.of_fact(say("mitragynine found in powders and capsules labelled 13.6-15.0 mg/g"), "pc028"),
            Number.of_fact(say("mitragynine taken per use by US users"), "PQ001"),
        ),
        evidence=UNVERIFIED.facts,
        certainty="moderate",
        watch=say("Effects that differ from one package to the next."),
        ask=say("The seller, for the certificate of analysis of this very batch."),
    )
