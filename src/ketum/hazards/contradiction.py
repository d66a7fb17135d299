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
from ketum.words.understanding import Understood


def contradiction(
    said: Understood,
    sex: str,
    pregnant: bool | None = None,
    breastfeeding: bool | None = None,
    liver: str | None = None,
    egfr: float | None = None,
    opioid_use: str | None = None,
    procedure_planned: bool | None = None,
) -> tuple[Finding, ...]:
    """Return where the words and the keys of a case do not fit together."""
    clashes = tuple(_clashes(said, sex, pregnant, breastfeeding, liver, egfr, opioid_use, procedure_planned))
    if not clashes:
        return ()
    return (
        Finding(
            code="words.contradiction",
            severity="note",
            title="The case does not fit together",
            because=f"{'. '.join(clashes)}. The graver of the two was taken here. Please put it right.",
            clinical="Free text and structured entries disagree; the more dangerous reading was screened.",
            numbers=(),
            evidence=(),
            certainty="high",
            watch="Findings that rest on the wrong one of the two.",
            ask="Whoever wrote the case.",
        ),
    )


def _clashes(
    said: Understood,
    sex: str,
    pregnant: bool | None,
    breastfeeding: bool | None,
    liver: str | None,
    egfr: float | None,
    opioid_use: str | None,
    procedure_planned: bool | None,
) -> Iterator[str]:
    if said.has("pregnant") and (sex == "male" or pregnant is False):
        yield "A condition speaks of pregnancy, but the case says otherwise"
    if said.has("breastfeeding") and breastfeeding is False:
        yield "A condition speaks of breastfeeding, but the case says otherwise"
    if said.has("liver", "cirrhosis") and liver == "normal":
        yield "A condition speaks of liver disease, but liver is called normal"
    if said.has("kidney") and egfr is not None and egfr >= 90:
        yield f"A condition speaks of kidney disease, but the filtration rate is {egfr:g}"
    if opioid_use == "none" and any(
        word in one.text.casefold() for one in said.conditions for word in ("opioid", "opiate", "heroin", "methadone")
    ):
        yield "A condition speaks of opioids, but opioid_use is none"
    if said.has("procedure") and procedure_planned is False:
        yield "A condition speaks of a procedure, but none is planned"
