"""What the case says in words against what its keys say.

The rule
--------
``words.contradiction`` is a note that names each place where a condition contradicts a key of the case: pregnancy,
breastfeeding, the liver, the kidneys, opioids, a procedure. The graver of the two is taken, and the finding says
so. Keys that contradict each other are refused when the file is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.texts import Text, say, sentences

CONTRADICTION = Grounds("words.contradiction")
FACTS = (CONTRADICTION,)


def contradiction(situation: Situation) -> Iterator[Finding]:
    """Yield where the words and the keys of a case do not fit together."""
    clashes = tuple(_clashes(situation))
    if not clashes:
        return
    yield Finding(
        code=CONTRADICTION.code,
        severity="note",
        title=say("The case does not fit together"),
        because=sentences(*clashes, say("The graver of the two was taken here. Please put it right.")),
        clinical=say("Free text and structured entries disagree; the more dangerous reading was screened."),
        numbers=(),
        evidence=(),
        certainty="high",
        watch=say("Findings that rest on the wrong one of the two."),
        ask=say("Whoever wrote the case."),
    )


def _clashes(situation: Situation) -> Iterator[Text]:
    said, who = situation.said, situation.person
    if said.has("pregnant") and (who.sex == "male" or who.pregnant is False):
        yield say("A condition speaks of pregnancy, but the case says otherwise.")
    if said.has("breastfeeding") and who.breastfeeding is False:
        yield say("A condition speaks of breastfeeding, but the case says otherwise.")
    if said.has("liver", "cirrhosis") and who.liver == "normal":
        yield say("A condition speaks of liver disease, but liver is called normal.")
    if said.has("kidney") and who.egfr is not None and who.egfr >= 90:
        yield say("A condition speaks of kidney disease, but the filtration rate is {egfr:g}.", egfr=who.egfr)
    if who.opioid_use == "none" and any(
        word in told.text.casefold() for told in said.conditions for word in ("opioid", "opiate", "heroin", "methadone")
    ):
        yield say("A condition speaks of opioids, but opioid_use is none.")
    if said.has("procedure") and who.procedure_planned is False:
        yield say("A condition speaks of a procedure, but none is planned.")
