"""Medicines that kratom may raise, through CYP3A or CYP2D6.

The rule
--------
The size is the dynamic model's where there is one, else the static one, which is called a screen. Bands of the ratio
as regulators draw them: under 1.25 nothing, to 2 weak, to 5 moderate, above strong.

- Strong is a danger; moderate a caution; weak a note. Where part of the fm or Fg behind it is only remembered the
  lower end of the interval is graded; where all of it is, a caution is the most.
- A medicine of which a little more already harms counts one band higher (the list in `narrow`): those with a narrow
  therapeutic index on file, blood thinners, ergots, and those whose code makes them an opioid or antipsychotic that
  someone died of beside kratom (quetiapine, DD030).
- Nothing is said where even the upper end stays under 1.25, unless the medicine has a narrow index (a note).
- A medicine that CYP2D6 turns into what works (codeine, tramadol) may work less instead, and that is said.
- CYP2D6: the only study found no change (ddi04), so a static size is a note, or a caution for a narrow index above
  the dose that was studied; a poor metaboliser has nothing to lose and gets none.
- Not swallowed, no gut wall: no static size for CYP3A.
- A swallowed medicine that goes through CYP3A by half or more, or may by the bounds that were seen, and whose size
  cannot be told, is a note; one of narrow index a caution. Not knowing the size does not reassure.

One finding for each enzyme, with every medicine it names, as severe as the worst of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact, fact
from ketum.hazards.finding import RANK, Finding, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines import static
from ketum.hazards.medicines.names import worst
from ketum.hazards.medicines.narrow import narrow
from ketum.hazards.medicines.victims_told import SizedVictim, Victims, because, clinical, numbers_of
from ketum.hazards.situation import Situation
from ketum.medicine import Taken
from ketum.sizes import InteractionSize
from ketum.writing.texts import say

CYP3A = Grounds(
    "interaction.cyp3a-victim",
    ("ddi01", "ddi02", "ddi03", "DD030"),
    fields=("atc", "narrow_ti", "fda_substrate_class", "Fg", "fm_derived_cyp3a", "fm_cyp3a_yeung_S2", "fm_cyp3a"),
    tables=("perpetrator_inputs",),
)
CYP2D6 = Grounds(
    "interaction.cyp2d6-victim",
    ("ddi04", "ddi05", "ddi01", "ddi02", "ddi03", "DD030"),
    fields=("atc", "narrow_ti", "fda_substrate_class", "fm_derived_cyp2d6", "fm_cyp2d6"),
)
FACTS = (CYP3A, CYP2D6)

WEAK, MODERATE, STRONG = 1.25, 2.0, 5.0
MOST = 0.5
SHARES = ("fm_derived_cyp3a", "fm_cyp3a_yeung_S2", "fm_cyp3a")
BANDS: tuple[Severity, ...] = ("note", "note", "caution", "danger")


def cyp3a_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through CYP3A."""
    unsized = tuple(
        (medicine, share) for medicine in situation.medicines if (share := _share_without_size(situation, medicine))
    )
    yield from _findings(situation, Victims("CYP3A", _sized(situation, "CYP3A"), unsized))


def cyp2d6_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through CYP2D6."""
    if situation.person.cyp2d6 != "poor":
        yield from _findings(situation, Victims("CYP2D6", _sized(situation, "CYP2D6"), ()))


def _findings(situation: Situation, victims: Victims) -> Iterator[Finding]:
    if not victims:
        return
    dynamic = not victims.unsized and all(victim.size.method == "dynamic" for victim in victims.sized)
    yield Finding(
        code=(CYP3A if victims.enzyme == "CYP3A" else CYP2D6).code,
        severity=_worst(victims),
        title=say("Kratom may raise: {names}", names=victims.names),
        because=because(victims, situation.now.stopped_hours_ago),
        clinical=clinical(victims),
        numbers=numbers_of(victims),
        evidence=victims.evidence,
        certainty="low" if dynamic and not victims.doubtful else "very low",
        watch=say("More of the medicine's own side effects while kratom is taken; less effect after it is stopped."),
        ask=say("A pharmacist or the prescriber, before starting, changing or stopping kratom."),
    )


def _worst(victims: Victims) -> Severity:
    severities: list[Severity] = [victim.severity for victim in victims.sized]
    severities += ["caution" if narrow(medicine) else "note" for medicine, _ in victims.unsized]
    return worst(severities)


def _sized(situation: Situation, enzyme: str) -> tuple[SizedVictim, ...]:
    victims = [
        SizedVictim(medicine, size, severity)
        for medicine in situation.medicines
        if not medicine.was_stopped
        for size in _sizes(situation, medicine, enzyme)
        if (severity := _severity(situation, medicine, size))
    ]
    return tuple(sorted(victims, key=lambda victim: RANK[victim.severity]))


def _share_without_size(situation: Situation, medicine: Taken) -> Fact | None:
    """Return CYP3A's share where it is most of a medicine, and too little is on file to say how much it rises."""
    found = medicine.entry.most(*SHARES)
    if found is None or medicine.was_stopped or medicine.route not in static.GUT_ROUTES:
        return None
    share, row = found
    return row if share >= MOST and not _sizes(situation, medicine, "CYP3A") else None


def _sizes(situation: Situation, medicine: Taken, enzyme: str) -> tuple[InteractionSize, ...]:
    dynamic = situation.size(medicine.generic, "victim", enzyme)
    if dynamic:
        return dynamic
    found = static.victim(situation, medicine.entry, enzyme, medicine.route)
    return () if found is None else (found,)


def _severity(situation: Situation, medicine: Taken, size: InteractionSize) -> Severity | None:
    own = [row for name in size.fact_ids if (row := fact(name)).details.get("generic") == medicine.generic]
    doubtful = not all(row.verified for row in own)
    graded = _graded(situation, medicine, size, size.ratio.low if doubtful else size.ratio.median)
    unseen = doubtful and not any(row.verified for row in own)
    return "caution" if graded == "danger" and unseen else graded


def _graded(situation: Situation, medicine: Taken, size: InteractionSize, middle: float) -> Severity | None:
    tight = narrow(medicine) is not None
    if size.ratio.high < WEAK:
        return "note" if tight or size.enzyme == "CYP2D6" else None
    if size.method == "static" and size.enzyme == "CYP2D6":
        above = situation.mitragynine_mg is None or situation.mitragynine_mg.median > static.STUDIED_MG
        return "caution" if tight and above else "note"
    band = sum(middle >= edge for edge in (WEAK, MODERATE, STRONG))
    return BANDS[min(band + tight, 3)] if band or not tight else "caution"
