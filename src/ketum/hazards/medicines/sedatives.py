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
from ketum.writing.texts import NOTHING, say, say_plural, sentences

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


def sedating(situation: Situation) -> tuple[tuple[Taken, Fact], ...]:
    """Return every sedating medicine that is no opioid, with what puts it among them."""
    return tuple(
        (one, ground)
        for one in situation.medicines
        if not is_any(one.entry, *OPIOID) and (ground := _ground(one)) and one.acts("sedative")
    )


def _ground(one: Taken) -> Fact | None:
    by_code = code_of(one.entry, *SLOWING, *SEDATING)
    opioid = one.entry.value("opioid_role") in ("full agonist", "weak agonist")
    return by_code or (None if opioid else one.entry.fact("resp_depressant") or one.entry.fact("cns_depressant"))


def sedatives(situation: Situation) -> Iterator[Finding]:
    """Yield what sedatives beside kratom mean: one finding that names them all."""
    found = sedating(situation)
    if not found:
        return
    severity = _severity(situation, found)
    every = [one for one, _ in found]
    names = shown(every)
    opioid = [one for one in situation.medicines if is_any(one.entry, *OPIOID) and one.acts("opioid")]
    together = say("Together they add up: each one more makes it worse.") if len(found) > 1 else NOTHING
    on_top = (
        say_plural("{names} comes on top.", "{names} come on top.", len(opioid), names=shown(opioid))
        if opioid
        else NOTHING
    )
    alcohol = any(one.generic == "ethanol" for one, _ in found)
    warned = [row for one in every if (row := one.entry.fact("breathing_warning"))]
    yield Finding(
        code=SEDATIVE.code,
        severity=severity,
        title=say_plural(
            "Makes sleepy beside kratom: {names}",
            "Make sleepy beside kratom: {names}",
            len(every),
            names=names,
        ),
        because=sentences(
            say_plural(
                "{names:capital}: this makes sleepy, and so does kratom.",
                "{names:capital}: these make sleepy, and so does kratom.",
                len(every),
                names=names,
            ),
            say("Kratom can slow breathing."),
            together,
            on_top,
            say(
                "Nobody has measured how strong they are together. "
                "When kratom was taken with something else, it ended badly more often."
            ),
            stopped(every),
            not_verified(found),
        ),
        clinical=sentences(
            say("Additive CNS and respiratory depression; no human interaction study.")
            if _slows(found)
            else say("Additive CNS depression; no human interaction study."),
            say(
                "Poison-centre odds ratios are confounded by intent and dose. "
                "Review need and dose, do not stop a benzodiazepine, barbiturate, gabapentinoid or heavy alcohol use abruptly."
            ),
        ),
        numbers=(
            Number.of_fact(say("odds of a serious outcome, several substances against kratom alone"), "DD036"),
            Number.of_fact(say("slow breathing among poison-centre calls about kratom alone"), "AE027"),
            *(
                (Number.of_fact(say("deaths after 7-OH products in which alcohol was found"), "PO012"),)
                if alcohol
                else ()
            ),
        ),
        evidence=tuple(
            dict.fromkeys(
                (
                    "DD036",
                    "AE027",
                    "DD037",
                    "DD038",
                    *(("PO012", "AE049") if alcohol else ()),
                    *ids(warned),
                    *ids(g for _, g in found),
                )
            )
        ),
        certainty=lower("moderate" if _slows(found) else "low", not any(g.verified for _, g in found)),
        watch=say("Hard to wake, slow or noisy breathing, confusion, falls; no driving while sleepy."),
        ask=say("The prescriber or a pharmacist. Do not stop a tranquilliser, a sleeping pill or alcohol suddenly."),
    )


def _slows(found: tuple[tuple[Taken, Fact], ...]) -> bool:
    return any(_slowing(one, ground) for one, ground in found)


def _slowing(one: Taken, ground: Fact) -> bool:
    seen = ground.verified and ground.details["field"] == "resp_depressant"
    # That labels list it among what may happen does not make it a medicine that slows breathing.
    return (seen and ground.value != LISTED) or is_any(one.entry, *SLOWING)


def _severity(situation: Situation, found: tuple[tuple[Taken, Fact], ...]) -> Severity:
    known = [one for one, ground in found if ground.verified]
    seen = [one for one, ground in found if ground.rank > ACCESS["secondary"]]
    opioid = any(is_any(one.entry, *OPIOID) and one.acts("opioid") for one in situation.medicines)
    frail = (situation.person.age_years or 0) >= OLD or situation.said.has(*BREATHING)
    if any(_slowing(one, ground) and not _few_drinks(one) for one, ground in found if ground.verified):
        return "danger"
    if len(seen) > 1 or (seen and (opioid or frail)):
        return "danger"
    if known or len(found) > 1 or any(one.entry.value("resp_depressant") for one, _ in found):
        return "caution"
    return "note"


def _few_drinks(one: Taken) -> bool:
    return one.generic == "ethanol" and one.drinks_per_day is not None and one.drinks_per_day <= FEW_DRINKS
