"""Every finding that rests on fixed facts, raised once: to list which facts the screen uses."""

from __future__ import annotations

from collections.abc import Iterator

from ketum.clinic.labs import Labs
from ketum.clinic.vitals import BANDS
from ketum.hazards.anaesthesia import anaesthesia
from ketum.hazards.condition import condition
from ketum.hazards.contamination import contamination
from ketum.hazards.dependence import dependence
from ketum.hazards.driving import driving
from ketum.hazards.drug_screen import drug_screen
from ketum.hazards.emergency import emergency
from ketum.hazards.finding import Finding
from ketum.hazards.liver import liver
from ketum.hazards.pain import red_flags
from ketum.hazards.urgent import urgent
from ketum.hazards.use import Use
from ketum.sizes import Interval
from ketum.words.understanding import Heard, Understood
from ketum.words.vocabulary import concepts


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
