"""What is taken, in words and mg."""

from __future__ import annotations

from ketum.answers.content import DoseContent, DoseLine
from ketum.crowd.contents import Contents
from ketum.pharmacology import alkaloid


def dose_line(held: Contents) -> DoseLine:
    """Say what is taken, how often, and what one dose holds."""
    kratom = held.kratom
    times = "one single dose" if kratom.every_h is None else f"every {kratom.every_h:g} h for {kratom.days:g} days"
    if kratom.start_h:
        times += f", from hour {kratom.start_h:g}"
    contents = []
    for code, mg in held.mg.items():
        size = mg.interval
        contents.append(DoseContent(alkaloid(code).name, size.median, size.low, size.high))
    return DoseLine(kratom.product, kratom.amount.text, times, tuple(contents), held.facts, held.assumptions)
