"""What is taken, in words and mg."""

from __future__ import annotations

from ketum.answers.content import DoseContent, DoseLine
from ketum.case import Kratom
from ketum.crowd.contents import Contents
from ketum.pharmacology import alkaloid
from ketum.writing.texts import Text, say


def dose_line(held: Contents) -> DoseLine:
    """Say what is taken, how often, and what one dose holds."""
    contents = []
    for code, mg in held.mg.items():
        size = mg.interval
        contents.append(DoseContent(alkaloid(code).name, size.median, size.low, size.high))
    kratom = held.kratom
    return DoseLine(kratom.product, kratom.amount.text, _times(kratom), tuple(contents), held.facts, held.assumptions)


def _times(kratom: Kratom) -> Text:
    if kratom.every_h is None:
        times = say("one single dose")
    elif not kratom.as_needed:
        times = say("every {hours:g} h for {days:g} days", hours=kratom.every_h, days=kratom.days)
    elif kratom.at_most:
        times = say("as needed, at most every {hours:g} h for {days:g} days", hours=kratom.every_h, days=kratom.days)
    else:
        times = say("as needed, taken as every {hours:g} h for {days:g} days", hours=kratom.every_h, days=kratom.days)
    return say("{times}, from hour {start:g}", times=times, start=kratom.start_h) if kratom.start_h else times
