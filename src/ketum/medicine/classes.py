"""What class a medicine belongs to, by its ATC code.

A code is the beginning of an ATC code: a medicine is in a class where one of its codes begins so. The ATC index was
seen (``who_atc2026``), so membership may raise a danger; a code that is only remembered may not.
"""

from __future__ import annotations

from collections.abc import Mapping

from ketum.evidence import Fact
from ketum.medicine.catalogue import Entry

CLASSES: Mapping[str, tuple[str, ...]] = {
    "opioid agonist": (
        "N02AA", "N02AB", "N02AC", "N02AG", "N02AJ", "N02AX", "R05DA03", "R05DA04", "R05DA01", "N01AH", "N07BC02",
        "N07BC03", "N07BC05", "N07BC06",
    ),
    "partial opioid agonist": ("N02AE", "N02AF", "N02AD", "N07BC01", "N07BC51"),
    "opioid antagonist": ("N07BB04", "N07BB05", "V03AB15"),
    "opioid antagonist of the gut": ("A06AH",),
    "opioid of the gut": ("A07DA",),
    "benzodiazepine": ("N05BA", "N05CD", "N03AE"),
    "z-drug": ("N05CF",),
    "barbiturate": ("N03AA", "N05CA", "N05BC", "N05CC", "N05CM02"),  # and what acts alike
    "gabapentinoid": ("N02BF", "N02BG11"),
    "oxybate": ("N07XX04", "N01AX11"),
    "alcohol": ("V03AB16",),
    "general anaesthetic": ("N01A",),
    "orexin antagonist": ("N05CJ",),
    "sedating antihistamine": ("R06AA", "R06AB", "R06AD", "R06AE05", "N05BB"),
    "antipsychotic": ("N05AA", "N05AB", "N05AC", "N05AD", "N05AE", "N05AF", "N05AG", "N05AH", "N05AL", "N05AX"),
    "tricyclic antidepressant": ("N06AA",),
    "sedating antidepressant": ("N06AX05", "N06AX11"),
    "muscle relaxant": ("M03B",),
    "alpha-2 agonist": ("C02AC", "N07BC04", "N05CM18", "M03BX02"),
    "MAO inhibitor": ("N06AF", "N06AG"),
    "MAO-B inhibitor": ("N04BD",),
    "SSRI": ("N06AB",),
    "triptan": ("N02CC",),
    "amphetamine or like": ("N06BA", "A08AA01", "A08AA10"),
    "blood pressure medicine": ("C02", "C07", "C08", "C09", "C03", "C01DA", "G04CA", "G04BE"),
    "anticoagulant": ("B01A",),
}  # fmt: skip
NOT_IN: Mapping[str, tuple[str, ...]] = {
    "antipsychotic": ("N05AN",),
    "amphetamine or like": ("N06BA07", "N06BA09"),
    "blood pressure medicine": ("C02KX", "C03XA", "G04BE04"),
}
"""Codes that stand inside a class and do not belong to it here."""


def code_of(one: Entry, *classes: str) -> Fact | None:
    """Return the fact that puts a medicine into one of several classes, best seen first; None where none does."""
    for name in classes:
        for row in one.facts.get("atc", ()):
            if row.value.startswith(CLASSES[name]) and not row.value.startswith(NOT_IN.get(name, ("?",))):
                return row
    return None


def is_any(one: Entry, *classes: str) -> bool:
    """Whether a medicine is in one of several classes."""
    return code_of(one, *classes) is not None
