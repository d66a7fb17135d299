"""Everything that is found of medicines beside kratom: one file a hazard, joined here."""

from __future__ import annotations

from itertools import chain

from ketum.screen.antagonists import antagonists
from ketum.screen.beside import Beside
from ketum.screen.finding import Finding
from ketum.screen.opioids import opioids
from ketum.screen.sedatives import sedatives
from ketum.screen.unknown import unknown

HAZARDS = (opioids, sedatives, antagonists, unknown)


def medicine(case: Beside) -> tuple[Finding, ...]:
    """Return what medicines beside kratom mean."""
    return tuple(chain.from_iterable(hazard(case) for hazard in HAZARDS))
