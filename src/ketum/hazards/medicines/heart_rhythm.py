"""Added delay of the heart's recovery (QT).

The rule
--------
- Known risk (of most concern by a list or label that was seen, or KR of CredibleMeds, which is only remembered) is a
  caution; possible (PR) and conditional (CR) risk, or moderate concern, a note. Two or more of known or possible risk
  are a caution; any number of conditional ones stays a note.
- A measured QTc of 500 ms or more beside any of them, or two of known risk, is a danger where a source was seen; so
  is one of known risk with heart disease or a QTc of 470 ms or more.
- Where the class is only remembered it is a caution at most, unless the measured QTc itself is 500 ms or more.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.added import Carrier, carriers
from ketum.hazards.medicines.names import ids, lower, not_verified, shown, stopped
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.writing.texts import NOTHING, say, sentences

QT = Grounds("interaction.qt", ("CA001", "CA005", "CA012", "DD041"), fields=("qt_concern", "qt_crediblemeds"))
FACTS = (QT,)

LONG, VERY_LONG = 470.0, 500.0
HEART = ("rhythm", "heart")


def qt(situation: Situation) -> Iterator[Finding]:
    """Yield what QT-prolonging medicines beside kratom mean."""
    found = carriers(situation, "qt", _weigh)
    if not found:
        return
    qtc = situation.labs.values.get("qtc")
    severity = _severity(situation, found, qtc)
    medicines = [carrier.taken for carrier in found]
    names = shown(medicines)
    here = () if qtc is None else (Number(say("QTc measured"), qtc, "ms"),)
    known = any(carrier.weight == 2 for carrier in found)
    yield Finding(
        code=QT.code,
        severity=severity,
        title=say("May disturb the heart's rhythm together: {names}", names=names),
        because=sentences(
            say(
                "{names:capital} can delay how the heart recovers between beats. "
                "In the laboratory kratom does so too, at levels above those usual in blood. "
                "Together, or with low potassium, a dangerous rhythm may come about.",
                names=names,
            ),
            say("Several such medicines add up.") if len(found) > 1 else NOTHING,
            stopped(medicines),
            not_verified((carrier.taken, carrier.ground) for carrier in found),
        ),
        clinical=say(
            "hERG block by mitragynine in vitro (IC50 0.33 to {CA001:.1f} uM, 4 to 20 times the total Cmax after 2 g of tea); case reports mostly with co-ingestants. "
            "ECG, potassium and magnesium; avoid a further QT drug."
        ),
        numbers=(*here, Number.of_fact(say("hERG IC50 over the peak in blood after 2 g of tea"), "CA012")),
        evidence=tuple(dict.fromkeys((*QT.facts, *ids(carrier.ground for carrier in found)))),
        certainty=lower("low", not known or not any(carrier.ground.verified for carrier in found)),
        watch=say("Fainting, near-fainting, racing or irregular heartbeat: emergency number."),
        ask=say("The prescriber, for an ECG and blood salts."),
    )


def _weigh(medicine: Taken) -> tuple[Fact, int] | None:
    seen, remembered = medicine.entry.fact("qt_concern"), medicine.entry.fact("qt_crediblemeds")
    found = [
        (row, _WEIGHTS[key]) for row in (seen, remembered) if row and (key := row.value.split()[0][:8]) in _WEIGHTS
    ]
    # The heavier counts; of equals, the one that was seen.
    return max(found, key=lambda pair: (pair[1], pair[0].rank), default=None)


_WEIGHTS = {"most": 2, "moderate": 1, "KR": 2, "PR": 1, "CR": 0}


def _severity(situation: Situation, found: tuple[Carrier, ...], qtc: float | None) -> Severity:
    if qtc is not None and qtc >= VERY_LONG:
        return "danger"
    known = [carrier for carrier in found if carrier.weight == 2]
    seen = [carrier for carrier in known if carrier.ground.verified]
    if len(seen) > 1 or (seen and (situation.said.has(*HEART) or (qtc or 0.0) >= LONG)):
        return "danger"
    return "caution" if known or sum(carrier.weight > 0 for carrier in found) > 1 else "note"
