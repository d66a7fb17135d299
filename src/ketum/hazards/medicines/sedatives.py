"""What makes sleepy or slows breathing beside kratom.

The rule
--------
Two groups, by ATC code:

- *slowing*: benzodiazepines, Z-drugs, barbiturates, gabapentinoids, oxybate, anaesthetics, alcohol, and what a source
  that was seen says slows breathing (phenibut). They slow breathing together with opioids, and kratom acts partly as
  one. One of them is a danger. Alcohol by itself is a caution up to 2 drinks a day, a danger above or where the amount
  is unknown.
- *sedating*: antihistamines of the old kind, antipsychotics, tricyclic and sedating antidepressants, muscle
  relaxants, alpha-2 agonists, orexin antagonists. One is a caution; two or more, or one beside an opioid, a danger.
  One is a danger too from 65 years of age, or with a disease of lungs or sleep apnoea.

What was only quoted, such as a label's list of what may happen, is a caution, and makes no danger but by its code or by a
source that says it slows breathing. What is only remembered is a caution at most: one that is said to slow breathing, or two of any kind, a
caution; else a note. All count in one finding that names them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import ACCESS, Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.names import OLD, ids, lower, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken, is_any
from ketum.medicine.classes import code_of, depressing, opioid_classes
from ketum.writing.texts import NOTHING, Text, say, say_plural, sentences

SEDATIVE = Grounds(
    "interaction.sedative",
    ("DD036", "AE027", "DD037", "DD038", "PO012", "AE049"),
    fields=("atc", "resp_depressant", "cns_depressant", "breathing_warning"),
)
FACTS = (SEDATIVE,)

SLOWING, SEDATING = depressing("breathing"), depressing("wakefulness")
OPIOID = opioid_classes("agonist", "partial agonist")
FEW_DRINKS = 2.0
LISTED = "listed in labels"
BREATHING = ("lungs",)

Sedating = tuple[tuple[Taken, Fact], ...]
"""Medicines that make sleepy or slow breathing, each with what puts it among them."""


def sedating(situation: Situation) -> Sedating:
    """Return every sedating medicine that is no opioid, with what puts it among them."""
    return tuple(
        (medicine, ground)
        for medicine in situation.medicines
        if not is_any(medicine.entry, *OPIOID) and (ground := _ground(medicine)) and medicine.acts("sedative")
    )


def _ground(medicine: Taken) -> Fact | None:
    entry = medicine.entry
    by_code = code_of(entry, *SLOWING, *SEDATING)
    opioid = entry.value("opioid_role") in ("full agonist", "weak agonist")
    return by_code or (None if opioid else entry.fact("resp_depressant") or entry.fact("cns_depressant"))


def sedatives(situation: Situation) -> Iterator[Finding]:
    """Yield what sedatives beside kratom mean: one finding that names them all."""
    found = sedating(situation)
    if not found:
        return
    medicines = [medicine for medicine, _ in found]
    remembered = not any(ground.verified for _, ground in found)
    yield Finding(
        code=SEDATIVE.code,
        severity=_severity(situation, found),
        title=say_plural(
            "Makes sleepy beside kratom: {names}",
            "Make sleepy beside kratom: {names}",
            len(medicines),
            names=shown(medicines),
        ),
        because=_because(situation, found),
        clinical=_clinical(found),
        numbers=tuple(_numbers(found)),
        evidence=tuple(dict.fromkeys(_evidence(found))),
        certainty=lower("moderate" if _slows(found) else "low", remembered),
        watch=say("Hard to wake, slow or noisy breathing, confusion, falls; no driving while sleepy."),
        ask=say("The prescriber or a pharmacist. Do not stop a tranquilliser, a sleeping pill or alcohol suddenly."),
    )


def _because(situation: Situation, found: Sedating) -> Text:
    medicines = [medicine for medicine, _ in found]
    opioids = _opioids(situation)
    return sentences(
        say_plural(
            "{names:capital}: this makes sleepy, and so does kratom.",
            "{names:capital}: these make sleepy, and so does kratom.",
            len(medicines),
            names=shown(medicines),
        ),
        say("Kratom can slow breathing."),
        say("Together they add up: each one more makes it worse.") if len(medicines) > 1 else NOTHING,
        say_plural("{names} comes on top.", "{names} come on top.", len(opioids), names=shown(opioids))
        if opioids
        else NOTHING,
        say(
            "Nobody has measured how strong they are together. "
            "When kratom was taken with something else, it ended badly more often."
        ),
        stopped(medicines),
        not_verified(found),
    )


def _clinical(found: Sedating) -> Text:
    return sentences(
        say("Additive CNS and respiratory depression; no human interaction study.")
        if _slows(found)
        else say("Additive CNS depression; no human interaction study."),
        say(
            "Poison-centre odds ratios are confounded by intent and dose. "
            "Review need and dose, do not stop a benzodiazepine, barbiturate, gabapentinoid or heavy alcohol use abruptly."
        ),
    )


def _numbers(found: Sedating) -> Iterator[Number]:
    yield Number.of_fact(say("odds of a serious outcome, several substances against kratom alone"), "DD036")
    yield Number.of_fact(say("slow breathing among poison-centre calls about kratom alone"), "AE027")
    if _with_alcohol(found):
        yield Number.of_fact(say("deaths after 7-OH products in which alcohol was found"), "PO012")


def _evidence(found: Sedating) -> Iterator[str]:
    yield from ("DD036", "AE027", "DD037", "DD038")
    if _with_alcohol(found):
        yield from ("PO012", "AE049")
    yield from ids(medicine.entry.fact("breathing_warning") for medicine, _ in found)
    yield from ids(ground for _, ground in found)


def _opioids(situation: Situation) -> list[Taken]:
    return [medicine for medicine in situation.medicines if is_any(medicine.entry, *OPIOID) and medicine.acts("opioid")]


def _with_alcohol(found: Sedating) -> bool:
    return any(medicine.generic == "ethanol" for medicine, _ in found)


def _slows(found: Sedating) -> bool:
    return any(_slowing(medicine, ground) for medicine, ground in found)


def _slowing(medicine: Taken, ground: Fact) -> bool:
    seen = ground.verified and ground.details["field"] == "resp_depressant"
    # That labels list it among what may happen does not make it a medicine that slows breathing.
    return (seen and ground.value != LISTED) or is_any(medicine.entry, *SLOWING)


def _severity(situation: Situation, found: Sedating) -> Severity:
    known = [(medicine, ground) for medicine, ground in found if ground.verified]
    seen = [medicine for medicine, ground in known if ground.rank > ACCESS["secondary"]]
    frail = (situation.person.age_years or 0) >= OLD or situation.said.has(*BREATHING)
    if any(_slowing(medicine, ground) and not _few_drinks(medicine) for medicine, ground in known):
        return "danger"
    if len(seen) > 1 or (seen and (frail or _opioids(situation))):
        return "danger"
    if known or len(found) > 1 or any(medicine.entry.value("resp_depressant") for medicine, _ in found):
        return "caution"
    return "note"


def _few_drinks(medicine: Taken) -> bool:
    drinks = medicine.drinks_per_day
    return medicine.generic == "ethanol" and drinks is not None and drinks <= FEW_DRINKS
