"""Anaesthesia or sedation ahead.

The rule
--------
``procedure.anaesthesia`` is a caution where a procedure is planned, whatever the amount: midazolam rose in the one
study there is, and withdrawal after surgery was reported. It is never lower, because it is easily told and easily
missed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.texts import NOTHING, say, sentences

ANAESTHESIA = Grounds("procedure.anaesthesia", ("DD001", "DD006", "MO038", "DE007"))
FACTS = (ANAESTHESIA,)


def anaesthesia(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns a planned procedure."""
    if not situation.procedure_planned:
        return
    repeated = situation.use.repeated
    stop = say("Do not stop all at once just before: ask how to go about it.") if repeated else NOTHING
    yield Finding(
        code=ANAESTHESIA.code,
        severity="caution",
        title=say("Tell the anaesthetist about kratom"),
        because=sentences(
            say(
                "Kratom can make some medicines used for sleep and pain work longer or more. "
                "Withdrawal can also begin in hospital, where nobody expects it."
            ),
            stop,
            say("Say how much is taken, how often, and when the last dose was."),
        ),
        clinical=say(
            "{DD006} g of leaf as tea raised oral midazolam AUC {DD001}-fold by the gut wall; intravenous midazolam and alfentanil were not studied. "
            "Expect additive sedation, opioid cross-tolerance or withdrawal, and delayed gastric emptying by mu agonism. "
            "A mention of {MO038} g a day with perioperative withdrawal was seen second hand only."
        ),
        numbers=(
            Number.of_fact(say("midazolam by mouth after {DD006} g of leaf as tea, with over without"), "DD001"),
            Number.of_fact(say("daily intake mentioned with withdrawal around surgery"), "MO038"),
        ),
        evidence=ANAESTHESIA.facts,
        certainty="low",
        watch=say(
            "After the procedure: sleepiness that is hard to wake from, slow breathing; or sweats, shaking, cramps."
        ),
        ask=say("The anaesthetist, well before the day."),
    )
