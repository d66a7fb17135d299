"""Effects, withdrawal, enzymes and margins with numbers chosen by hand, for tests of what draws and lists them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ketum.answers.curves import Levels, Share
from ketum.answers.effects import EffectLine, Effects, RoleLine, Yardstick
from ketum.answers.interactions import EnzymeBand, Interactions
from ketum.answers.margins import Margin
from ketum.answers.stopping import ScoreAnchor, ScorePoint, Withdrawal
from ketum.sizes import InteractionSize, Interval


def band(name: str, end: float = 96.0) -> Levels:
    """Percent of something that rises and falls; every quantile is its own multiple of it."""
    time = np.linspace(0.0, end, 193)
    middle = 20 + 10 * np.sin(time / 20)
    return Levels(name, time, *(f * middle for f in (0.2, 0.6, 1.0, 1.5, 3.0)))


def line(quantity: str, unit: str, *numbers: float, share: Share | None = None) -> EffectLine:
    """One line, its words made from its quantity."""
    words = f"words of {quantity}", unit, *numbers
    return EffectLine(quantity, *words, share or Share(), "very low", f"basis of {quantity}", ("AN012",))


YARDSTICK = (
    Yardstick("computed here", 0.4, 0.1, 1.3, "computed", ("CE066",)),
    Yardstick("opioids in trials", 0.69, 0.56, 4.2, "measured", ("CE066",)),
)
LINES = (
    line("occupancy", "fraction", 0.1234, 0.05, 0.4, share=Share(0.2, 0.1, 0.5)),
    line("pupil", "mm", 0.7461, 0.3, 1.2),
    line("cold_pressor", "ratio", 1.3, 1.0, 2.2),
    line("morphine_mg", "mg", 12.0, 3.0, np.inf),
)
ROLES = tuple(
    RoleLine(role, quantity, median, low, high)
    for role, scale in (("partial agonist", 1.0), ("no agonist", 0.5))
    for quantity, median, low, high in (
        ("occupancy", 0.5 * scale, 0.2 * scale, 0.8 * scale),
        ("relief", scale, 0.3, 2.2),
    )
)


def effects(**changes: Any) -> Effects:
    """Everything from receptor to relief."""
    given = {
        "lines": LINES, "roles": ROLES, "yardstick": YARDSTICK, "beside": (), "warnings": (), "notes": (),
        "curves": (band("receptors taken"), band("responsiveness left")),
    }  # fmt: skip
    return Effects(**(given | changes))


def withdrawal(high: float = 20.0) -> Withdrawal:
    """Scores over two weeks, and two measured ones, of which the second has no time."""
    points = tuple(ScorePoint(float(h), 8.0 - h / 48, 2.0, high - h / 48) for h in (0, 12, 24, 48, 96, 336))
    anchors = (
        ScoreAnchor("after a night", 12.0, 5.5, 1.5, 9.5, "AN015"),
        ScoreAnchor("recalled", None, 13.5, 5.0, 22.0, "DE025"),
    )
    return Withdrawal(points, None, anchors, (), "here", ())


def margin(target: str, alkaloid: str = "mitragynine", group: str = "heart", **changes: Any) -> Margin:
    """How far a peak lies from a potency."""
    given = {
        "group": group, "target": target, "alkaloid": alkaloid, "parameter": "IC50", "potency": "1 to 2 uM",
        "fact_id": f"{target}-{alkaloid}", "seen": "", "verified": True, "potency_nM": (1000.0, 2000.0),
        "peak_nM": (10.0, 20.0, 400.0), "ratio": (0.00512, 0.0136, 0.4), "verdict": "possible", "note": "a note",
    }  # fmt: skip
    return Margin(**(given | changes))


def size(medicine: str = "simvastatin", role: str = "victim", **changes: Any) -> InteractionSize:
    """How much kratom changes a medicine."""
    given = {
        "medicine": medicine, "role": role, "enzyme": "CYP3A", "quantity": f"AUC of {medicine}",
        "ratio": Interval(1.5149, 1.1, 2.05), "method": "dynamic", "fact_ids": ("ddi01",), "note": "a note",
    }  # fmt: skip
    return InteractionSize(**(given | changes))


def interactions(**changes: Any) -> Interactions:
    """Sizes, and the two enzymes over four days."""
    time = tuple(12.0 * i for i in range(9))
    gut = EnzymeBand("gut", time, *(tuple(f * (1 - 0.05 * i) for i in range(9)) for f in (0.5, 0.9, 1.2)))
    liver = EnzymeBand("liver", time, *(tuple(f * (1 - 0.02 * i) for i in range(9)) for f in (0.6, 0.95, 1.0)))
    return Interactions(**({"sizes": (size(),), "unsized": (), "enzymes": (gut, liver)} | changes))
