"""What is believed of a victim of CYP3A before any interaction: its class, its oral availability, its Fg on file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ketum.errors import KetumError
from ketum.evidence import Fact
from ketum.medicine.catalogue import facts_of

AVAILABLE = ("F_oral", "oral_F_yeung")
GRAPEFRUIT = "grapefruit"


@dataclass(frozen=True)
class Inhibited:
    """Oral availability beside a perpetrator over that without it."""

    perpetrator: str
    ratio: float


@dataclass(frozen=True)
class Believed:
    """What is believed of a victim.

    Parameters
    ----------
    kind
        ``sensitive``, ``moderate`` (the regulators' classes) or ``other``.
    F
        Oral availability (median of what is on file); None where unknown. Fa and Fh are 1 at most, so Fg is F at least.
    Fh
        Share that the liver lets pass, where it was measured.
    Fg, Fg_by_grapefruit
        Shares that survive the gut wall, on file; and which of them come from grapefruit juice. One that was derived
        from an interaction row is left out: the row itself is used.
    inhibited
        Beside perpetrators.
    facts
        Behind it.
    """

    kind: str
    F: float | None
    Fh: float | None
    Fg: tuple[float, ...]
    Fg_by_grapefruit: tuple[bool, ...]
    inhibited: tuple[Inhibited, ...]
    facts: tuple[str, ...]


@cache
def believed(generic: str) -> Believed:
    """Gather what is on file of a victim; a class of its own where nothing is."""
    known = facts_of(generic)
    F = [pair for field in AVAILABLE for pair in _shares(known, field)]
    Fh = _shares(known, "Fh")
    Fg = [
        (value, row)
        for value, row in _shares(known, "Fg")
        if "DERIVED" not in row.conditions and "(F)" not in row.value
    ]
    return Believed(
        _kind(known),
        float(np.exp(np.median([np.log(value) for value, _ in F]))) if F else None,
        Fh[0][0] if Fh else None,
        tuple(value for value, _ in Fg),
        tuple(GRAPEFRUIT in row.conditions for _, row in Fg),
        tuple(_inhibited(known)),
        tuple(dict.fromkeys(row.fact_id for _, row in (*Fg, *F, *Fh))),
    )


def _shares(known: Mapping[str, tuple[Fact, ...]], field: str) -> list[tuple[float, Fact]]:
    found = []
    for row in known.get(field, ()):
        try:
            low, high = row.bounds()
        except KetumError:
            continue
        if 0 < low <= high <= 1:
            found.append((float(np.sqrt(low * high)), row))
    return found


def _kind(known: Mapping[str, tuple[Fact, ...]]) -> str:
    """Read the class off the best seen row; of two as good, the more sensitive."""
    found: list[tuple[int, str]] = []
    for row in known.get("fda_substrate_class", ()):
        for part in row.value.split(";"):
            if "CYP3A" in part and "sensitive" in part.replace("moderate-sensitive", ""):
                found.append((row.rank, "sensitive"))
            elif "CYP3A" in part and "moderate" in part:
                found.append((row.rank, "moderate"))
    return max(found)[1] if found else "other"


def _inhibited(known: Mapping[str, tuple[Fact, ...]]) -> list[Inhibited]:
    alone = {row.source_ids: value for value, row in _shares(known, "F_oral")}
    return [
        Inhibited(row.conditions, value / alone[row.source_ids])
        for value, row in _shares(known, "F_oral_inhibited")
        if row.source_ids in alone
    ]
