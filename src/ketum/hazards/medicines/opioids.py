"""An opioid beside kratom.

The rule
--------
- An opioid agonist, by its ATC code, is a danger: it acts where 7-hydroxymitragynine acts, and both slow breathing.
  So is a person's present use of opioids where none is named, and so are opioids without an ATC code that other facts
  call opioid (not verified; then a caution).
- An opioid of the gut (loperamide, diphenoxylate) is a caution: in large amounts, or where P-glycoprotein is blocked,
  it reaches the brain and slows the heart's recovery.
  Beside an opioid agonist it joins that finding.
- Methadone and long-acting forms count for a while after they were stopped (`ketum.medicine.wash_out`).
- Partial agonists and antagonists stand under ``interaction.opioid-antagonist``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.names import ids, lower, not_verified, shown, stopped
from ketum.hazards.medicines.sedatives import sedating
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.medicine.classes import code_of, is_any, opioid_classes
from ketum.writing.texts import NOTHING, say, say_plural, sentences

OPIOID = Grounds(
    "interaction.opioid", ("DD034", "DD036", "DD033", "DD007", "AE015", "ddi22", "TX025"), fields=("atc", "opioid_role")
)
FACTS = (OPIOID,)

AGONISTS = ("full agonist", "weak agonist")


def opioids(situation: Situation) -> Iterator[Finding]:
    """Yield what an opioid beside kratom means."""
    found = tuple(
        (medicine, ground)
        for medicine in situation.medicines
        if (ground := _agonist(medicine)) and medicine.acts("opioid")
    )
    gut = tuple(
        medicine
        for medicine in situation.medicines
        if is_any(medicine.entry, "opioid of the gut") and medicine.acts("opioid")
    )
    if found or (situation.person.opioid_use == "current" and not _any_opioid(situation)):
        yield _opioid(situation, found, gut)
    elif gut:
        yield _gut(gut)


def _agonist(medicine: Taken) -> Fact | None:
    by_code = code_of(medicine.entry, "opioid agonist")
    remembered = medicine.entry.fact("opioid_role")
    return by_code or (remembered if remembered and remembered.value in AGONISTS else None)


def _any_opioid(situation: Situation) -> bool:
    kinds = opioid_classes("agonist", "partial agonist", "antagonist")
    return any(is_any(medicine.entry, *kinds) for medicine in situation.medicines)


def _opioid(situation: Situation, found: tuple[tuple[Taken, Fact], ...], gut: tuple[Taken, ...]) -> Finding:
    medicines = [medicine for medicine, _ in found]
    sure = not found or any(ground.verified for _, ground in found)
    name = shown(medicines) if medicines else say("an opioid that is not named")
    grounds = [*(ground for _, ground in found), *(code_of(medicine.entry, "opioid of the gut") for medicine in gut)]
    others = [medicine for medicine, _ in sedating(situation)]
    bowel = (
        say("{names:capital} acts on the gut in the same way, and constipation adds up.", names=shown(gut))
        if gut
        else NOTHING
    )
    more = (
        say_plural("{names:capital} adds to it.", "{names:capital} add to it.", len(others), names=shown(others))
        if others
        else NOTHING
    )
    return Finding(
        code=OPIOID.code,
        severity="danger" if sure else "caution",
        title=say("Opioid beside kratom: {name}", name=name),
        because=sentences(
            say(
                "Kratom acts partly where opioids act. "
                "With {name} breathing can slow down or stop, most of all in sleep.",
                name=name,
            ),
            more,
            say(
                "Of {DD034} people who died of an overdose with kratom in the blood, {TX025} had kratom alone. "
                "How much stronger the two are together was never measured."
            ),
            bowel,
            stopped(medicines),
            not_verified(found),
        ),
        clinical=say(
            "Additive mu-opioid effect (sedation, respiratory depression, constipation); no multiplier is known, the one trial of kratom with oxycodone has no results on file. "
            "Kratom may also raise CYP3A-cleared opioids. "
            "Cross-tolerance means that stopping kratom can unmask withdrawal; do not escalate on one history alone."
        ),
        numbers=(
            Number.of_fact(say("kratom-positive deaths among overdose deaths of 27 US states"), "DD034"),
            Number.of_fact(say("odds of a serious outcome, several substances against kratom alone"), "DD036"),
        ),
        evidence=tuple(dict.fromkeys(("DD034", "TX025", "DD036", "DD033", "DD007", "AE015", *ids(grounds)))),
        certainty=lower("moderate", not sure),
        watch=say("Cannot be woken, slow or noisy breathing, blue lips, pinpoint pupils: call the emergency number."),
        ask=say("The prescriber or a pharmacist, before the next dose of either; ask for naloxone at home."),
    )


def _gut(gut: tuple[Taken, ...]) -> Finding:
    name = shown(gut)
    grounds = [code_of(medicine.entry, "opioid of the gut") for medicine in gut]
    return Finding(
        code=OPIOID.code,
        severity="caution",
        title=say("Opioid of the gut beside kratom: {name}", name=name),
        because=say(
            "{name:capital} is an opioid that at the dose on the label stays in the gut. "
            "Constipation adds up with kratom's. "
            "In large amounts it reaches brain and heart, and kratom may block the pump that keeps it out.",
            name=name,
        ),
        clinical=say(
            "Peripheral mu agonist, P-gp and CYP3A substrate: mitragynine inhibits intestinal P-gp in vitro (clinical relevance unknown). "
            "Ask for supratherapeutic use against withdrawal; QRS and QT prolongation then."
        ),
        numbers=(Number.of_fact(say("gut P-gp inhibition by a basic static model, after 2 g of tea"), "ddi22"),),
        evidence=("ddi22", *ids(grounds)),
        certainty="low",
        watch=say("Hard stomach, no bowel movement, fainting, irregular heartbeat, unusual sleepiness."),
        ask=say("A pharmacist."),
    )
