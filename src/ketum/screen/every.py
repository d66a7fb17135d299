"""Every finding that rests on fixed facts, raised once: to list which facts the screen uses."""

from __future__ import annotations

from collections.abc import Iterator

from ketum.screen.anaesthesia import anaesthesia
from ketum.screen.condition import condition
from ketum.screen.contamination import contamination
from ketum.screen.dependence import dependence
from ketum.screen.dose_size import Interval
from ketum.screen.driving import driving
from ketum.screen.drug_screen import drug_screen
from ketum.screen.emergency import emergency
from ketum.screen.finding import Finding
from ketum.screen.labs import Labs
from ketum.screen.liver import liver
from ketum.screen.pain import red_flags
from ketum.screen.urgent import urgent
from ketum.screen.use import Use
from ketum.screen.vitals import BANDS
from ketum.screen.vocabulary import concepts
from ketum.screen.words import Heard, Understood


class _Leaf:
    product = "leaf-powder"
    tested = None


def every_hazard() -> Iterator[Finding]:
    """Raise each hazard on a person who has everything at once."""
    said = Understood(
        tuple(Heard(one, one.name, False, "now", False) for one in concepts("symptom")),
        tuple(Heard(one, one.name, False, "now", False) for one in concepts("condition")),
    )
    used = Use(True, 6.0, 1000.0, True, Interval(10.0, 10.0, 10.0))
    ill = Labs(
        {"alt": 400, "ast": 400, "alp": 140, "bilirubin_total": 9, "inr": 3, "qtc": 600, "ck": 5000, "creatinine": 4}
    )
    for region in ("US", "DE"):
        yield from emergency(said, dict.fromkeys(BANDS, 0.0), region, 40)
        yield from emergency(said, dict.fromkeys(BANDS, 1000.0), region, 40)
    yield from urgent(said, {"temperature": 39.5}, ill, 40, True, 10.0, True)
    yield from red_flags(said, {}, 5)
    yield from liver(said, ill, 20, "child-pugh-c", 3)
    yield from dependence(used, said, True, "past")
    yield from dependence(used, said, None, None, 20.0)
    yield from condition(said, ill, "male", 40, None, "past", 9, True)
    yield from contamination((_Leaf(),), used, said, 40)
    yield from driving(used, said)
    yield from anaesthesia(True)
    yield from drug_screen(True)
