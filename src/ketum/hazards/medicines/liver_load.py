"""Added load on the liver.

The rule
--------
- A medicine whose label carries a boxed warning of liver injury, or of which a regulator warned (field
  ``liver_boxed``) is a caution; one of LiverTox's likelihood category A (50 or more published cases) a note.
  Categories tell how well injury is proven, not how often it comes, so others say nothing.
- Two boxed ones, or three of any, are a caution. With liver disease of the person, three or more drinks a day, or an
  ALT above 100 U/L every step is one higher, to danger at most; what is only remembered, to caution at most.
- Paracetamol up to 3 g a day says nothing. Above 3 g a day, or beside three or more drinks a day, or with liver
  disease, it is a caution; above 4 g a day a danger. An unknown amount is a note only where one of these holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import Carrier, carriers
from ketum.hazards.medicines.names import ids, lower, not_verified, shown, stopped, worst
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, say, sentences

HEPATOTOXIC = Grounds("interaction.hepatotoxic", ("DD044", "DD045", "DD043"), fields=("livertox", "liver_boxed"))
FACTS = (HEPATOTOXIC,)

PARACETAMOL = "acetaminophen"
MUCH_G, TOO_MUCH_G = 3.0, 4.0
MANY_DRINKS = 3.0
RAISED_ALT = 100.0
STEPS: tuple[Severity, ...] = ("note", "caution", "danger")


def hepatotoxic(situation: Situation) -> Iterator[Finding]:
    """Yield what medicines that can injure the liver mean beside kratom."""
    found = carriers(situation, "liver", _weigh)
    paracetamol = next(
        (medicine for medicine in situation.medicines if medicine.generic == PARACETAMOL and medicine.acts("liver")),
        None,
    )
    graded = [_severity(situation, found)] if found else []
    too_much = paracetamol and _paracetamol(situation, paracetamol)
    if too_much:
        graded.append(too_much)
    if not graded:
        return
    yield _finding(situation, worst(graded), found, paracetamol if too_much else None)


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    if medicine.generic in (PARACETAMOL, "ethanol"):
        return None
    if boxed := medicine.entry.fact("liver_boxed"):
        return boxed, 2
    row = medicine.entry.fact("livertox")
    return (row, 1) if row is not None and row.value.startswith("A") else None


def _frail(situation: Situation) -> bool:
    sick = situation.person.liver not in (None, "normal") or bool(situation.said.has("liver", "cirrhosis"))
    return sick or _drinks(situation) >= MANY_DRINKS or situation.labs.values.get("alt", 0.0) > RAISED_ALT


def _drinks(situation: Situation) -> float:
    return max(
        (medicine.drinks_per_day or 0.0 for medicine in situation.medicines if medicine.generic == "ethanol"),
        default=0.0,
    )


def _severity(situation: Situation, found: tuple[Carrier, ...]) -> Severity:
    boxed = sum(carrier.weight == 2 for carrier in found)
    step = 1 if boxed or len(found) > 2 else 0
    if _frail(situation):
        step += 1
    most = 2 if any(carrier.weight == 2 and carrier.ground.verified for carrier in found) else 1
    return STEPS[min(step, most)]


def _paracetamol(situation: Situation, medicine: Taken) -> Severity | None:
    grams = None if medicine.mg_per_day is None else medicine.mg_per_day / 1000
    if grams is not None and grams > TOO_MUCH_G:
        return "danger"
    if grams is not None and grams > MUCH_G:
        return "caution"
    if _frail(situation):
        return "note" if grams is None else "caution"
    return None


def _finding(
    situation: Situation, severity: Severity, found: tuple[Carrier, ...], paracetamol: Taken | None
) -> Finding:
    medicines = [*(carrier.taken for carrier in found), *((paracetamol,) if paracetamol else ())]
    names = shown(medicines)
    daily = (
        (Number(say("paracetamol in one day"), paracetamol.mg_per_day / 1000, "g"),)
        if paracetamol and paracetamol.mg_per_day is not None
        else ()
    )
    frail = (
        say("This liver already has something to bear (disease, alcohol or a raised value).")
        if _frail(situation)
        else NOTHING
    )
    known = listed([_known(carrier) for carrier in found] or [say("dose of paracetamol")])
    return Finding(
        code=HEPATOTOXIC.code,
        severity=severity,
        title=say("Can strain the liver beside kratom: {names}", names=names),
        because=sentences(
            say(
                "{names:capital} can injure the liver, and so, rarely, can kratom, mostly within the first weeks.",
                names=names,
            ),
            frail,
            say("With both it is hard to tell which one it was."),
            stopped(medicines),
            not_verified((carrier.taken, carrier.ground) for carrier in found),
        ),
        clinical=say(
            "Kratom liver injury: latency of about 3 weeks, often cholestatic or mixed. "
            "A second hepatotoxic agent confounds attribution and may add. "
            "Known here: {known}. "
            "Baseline and early liver tests are the usual answer.",
            known=known,
        ),
        numbers=(*daily, Number.of_fact(say("days from first use to liver injury"), "DD044")),
        evidence=tuple(dict.fromkeys((*HEPATOTOXIC.facts, *ids(carrier.ground for carrier in found)))),
        certainty=lower("low", bool(found) and not any(carrier.ground.verified for carrier in found)),
        watch=say("Yellow eyes or skin, dark urine, pale stool, itching: see a clinician the same day."),
        ask=say("The prescriber, about liver blood tests."),
    )


def _known(carrier: Carrier) -> Text:
    name, ground = carrier.taken.generic, carrier.ground.value
    if carrier.weight == 2:
        return say("{name}: {ground}", name=name, ground=ground)
    return say("{name}: LiverTox {ground}", name=name, ground=ground)
