"""Medicines that kratom may raise, through CYP3A, CYP2D6 or P-glycoprotein.

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
- P-glycoprotein: a basic static model passes the regulators' cut-off (ddi22), nothing was measured in people. A
  medicine of narrow index is a caution, others a note.
- Not swallowed, no gut wall: no static size for CYP3A.
- A swallowed medicine that goes through CYP3A by half or more, or may by the bounds that were seen, and whose size
  cannot be told, is a note; one of narrow index a caution. Not knowing the size does not reassure.

One finding for each enzyme, with every medicine it names, as severe as the worst of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ketum.evidence import Fact, fact
from ketum.hazards.finding import RANK, Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines import static
from ketum.hazards.medicines.names import ids, worst
from ketum.hazards.medicines.ratio import numbers, remembered
from ketum.hazards.situation import Situation
from ketum.medicine import Taken, is_any
from ketum.sizes import InteractionSize
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, joined, say, sentences

CYP3A = Grounds(
    "interaction.cyp3a-victim",
    ("ddi01", "ddi02", "ddi03", "DD030"),
    fields=("atc", "narrow_ti", "fda_substrate_class", "Fg", "fm_derived_cyp3a", "fm_cyp3a_yeung_S2", "fm_cyp3a"),
)
CYP2D6 = Grounds(
    "interaction.cyp2d6-victim",
    ("ddi04", "ddi05", "ddi01", "ddi02", "ddi03", "DD030"),
    fields=("atc", "narrow_ti", "fda_substrate_class", "fm_derived_cyp2d6", "fm_cyp2d6"),
)
PGP = Grounds(
    "interaction.pgp-victim", ("ddi22", "DD021"), fields=("atc", "narrow_ti", "fda_substrate_class", "clearance")
)
FACTS = (CYP3A, CYP2D6, PGP)

WEAK, MODERATE, STRONG = 1.25, 2.0, 5.0
MOST = 0.5
SHARES = ("fm_derived_cyp3a", "fm_cyp3a_yeung_S2", "fm_cyp3a")
BANDS: tuple[Severity, ...] = ("note", "note", "caution", "danger")
HARMED = {"quetiapine": "DD030"}
STUDY = {"midazolam": ("ddi01", "ddi02", "ddi03"), "dextromethorphan": ("ddi04", "ddi05")}


@dataclass(frozen=True, slots=True)
class _Told:
    """A medicine that kratom may raise, by how much, and how grave that is."""

    medicine: Taken
    size: InteractionSize
    severity: Severity


def cyp3a_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through CYP3A."""
    return _victims(situation, "CYP3A")


def cyp2d6_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through CYP2D6."""
    if situation.person.cyp2d6 != "poor":
        yield from _victims(situation, "CYP2D6")


def narrow(one: Taken) -> Fact | None:
    """Return why a little more of a medicine already harms; None where nothing says so."""
    entry = one.entry
    if found := entry.fact("narrow_ti"):
        return found
    if "NTI" in entry.value("fda_substrate_class"):
        return entry.fact("fda_substrate_class")
    code = entry.fact("atc")
    harms = is_any(entry, "anticoagulant", "ergot") or one.generic in HARMED
    return code if harms else None


def _victims(situation: Situation, enzyme: str) -> Iterator[Finding]:
    sized = [
        (medicine, size)
        for medicine in situation.medicines
        if not medicine.was_stopped
        for size in _sizes(situation, medicine, enzyme)
    ]
    told = [
        _Told(medicine, size, severity)
        for medicine, size in sized
        if (severity := _severity(situation, medicine, size, enzyme))
    ]
    told.sort(key=lambda victim: RANK[victim.severity])
    without = [medicine for medicine in situation.medicines if enzyme == "CYP3A" and _unsized(situation, medicine)]
    if told or without:
        yield _finding(enzyme, told, without, situation.now.stopped_hours_ago)


def _falling(hours: float | None) -> Text:
    """Say that kratom was stopped: what it raised is falling now."""
    if hours is None:
        return NOTHING
    return say("Kratom was stopped {hours:g} hours ago: what it had raised is falling back now.", hours=hours)


def _unsized(situation: Situation, one: Taken) -> bool:
    """Whether most of a medicine goes through CYP3A and too little is on file to say how much more of it there is."""
    share = one.entry.most(*SHARES)
    swallowed = not one.was_stopped and one.route in static.GUT_ROUTES
    return swallowed and share is not None and share[0] >= MOST and not _sizes(situation, one, "CYP3A")


def _sizes(situation: Situation, one: Taken, enzyme: str) -> tuple[InteractionSize, ...]:
    dynamic = situation.size(one.generic, "victim", enzyme)
    if dynamic:
        return dynamic
    found = static.victim(situation, one.entry, enzyme, one.route)
    return () if found is None else (found,)


def _severity(situation: Situation, one: Taken, size: InteractionSize, enzyme: str) -> Severity | None:
    own = [row for name in size.fact_ids if (row := fact(name)).details.get("generic") == one.generic]
    doubtful = not all(row.verified for row in own)
    graded = _graded(situation, one, size, enzyme, size.ratio.low if doubtful else size.ratio.median)
    unseen = doubtful and not any(row.verified for row in own)
    return "caution" if graded == "danger" and unseen else graded


def _graded(situation: Situation, one: Taken, size: InteractionSize, enzyme: str, middle: float) -> Severity | None:
    ratio = size.ratio
    tight = narrow(one) is not None
    if ratio.high < WEAK:
        return "note" if tight or enzyme == "CYP2D6" else None
    if size.method == "static" and enzyme == "CYP2D6":
        above = situation.mitragynine_mg is None or situation.mitragynine_mg.median > static.STUDIED_MG
        return "caution" if tight and above else "note"
    band = sum(middle >= edge for edge in (WEAK, MODERATE, STRONG))
    return BANDS[min(band + tight, 3)] if band or not tight else "caution"


def _finding(enzyme: str, told: list[_Told], without: list[Taken], stopped_h: float | None) -> Finding:
    several = (*(victim.medicine for victim in told), *without)
    names = listed(dict.fromkeys(medicine.shown for medicine in several))
    severities: list[Severity] = [
        *(victim.severity for victim in told),
        *("caution" if narrow(medicine) else "note" for medicine in without),
    ]
    dynamic = not without and all(victim.size.method == "dynamic" for victim in told)
    study = tuple(name for victim in told for name in STUDY.get(victim.medicine.generic, ()))
    reference = ("ddi01", "ddi03") if enzyme == "CYP3A" else ("ddi04",)
    unseen = any(not share.verified for medicine in without if (share := _share(medicine)))
    doubtful = unseen or any(remembered(victim.size) for victim in told)
    measured = dict.fromkeys((*study, *reference))
    return Finding(
        code=(CYP3A if enzyme == "CYP3A" else CYP2D6).code,
        severity=worst(severities),
        title=say("Kratom may raise: {names}", names=names),
        because=sentences(
            _falling(stopped_h),
            say(
                "The body clears {names} with an enzyme ({enzyme}) that kratom blocks. "
                "So more of it may stay in the blood while kratom is taken: {amounts}.",
                names=names,
                enzyme=enzyme,
                amounts=_amounts(told, without),
            ),
            _activated(told),
            say(
                "When kratom is stopped, the level falls back; a dose that was fitted beside kratom may then be too small."
            ),
        ),
        clinical=sentences(
            say("CYP3A inhibition, mainly of the gut wall;")
            if enzyme == "CYP3A"
            else say("CYP2D6 inhibition, competitive;"),
            *map(_clinical, told),
            say(
                "Studied once, after {mg:g} mg of mitragynine; more or repeated doses extrapolate. "
                "Monitor level or effect on starting, changing and stopping kratom.",
                mg=static.STUDIED_MG,
            ),
            say("Part of the fm or Fg is remembered, not verified.") if doubtful else NOTHING,
        ),
        numbers=(
            *numbers(victim.size for victim in told),
            *(
                Number.of_fact(say("measured in people after one tea: {what}", what=_WHAT[name]), name)
                for name in measured
            ),
        ),
        evidence=tuple(
            dict.fromkeys(
                (
                    *measured,
                    *(name for victim in told for name in victim.size.fact_ids),
                    *(HARMED[name] for victim in told if (name := victim.medicine.generic) in HARMED),
                    *ids(narrow(victim.medicine) for victim in told),
                    *ids(map(_share, without)),
                    *ids(map(narrow, without)),
                )
            )
        ),
        certainty="low" if dynamic and not doubtful else "very low",
        watch=say("More of the medicine's own side effects while kratom is taken; less effect after it is stopped."),
        ask=say("A pharmacist or the prescriber, before starting, changing or stopping kratom."),
    )


_WHAT = {
    "ddi01": say("exposure to midazolam"),
    "ddi02": say("peak of midazolam"),
    "ddi03": say("half-life of midazolam"),
    "ddi04": say("exposure to dextromethorphan"),
    "ddi05": say("peak of dextromethorphan"),
}


def _amounts(told: list[_Told], without: list[Taken]) -> Text:
    unknown = listed(medicine.generic for medicine in without)
    return joined(
        "; ",
        (*map(_amount, told), say("how much more of {names} is not known", names=unknown) if unknown else NOTHING),
    )


def _amount(victim: _Told) -> Text:
    ratio, rough = victim.size.ratio, victim.size.method != "dynamic"
    return say(
        "{name} about {middle:.2g} times as much ({low:.2g} to {high:.2g}{rough})",
        name=victim.medicine.generic,
        middle=ratio.median,
        low=ratio.low,
        high=ratio.high,
        rough=say("; a rough screen") if rough else NOTHING,
    )


def _share(one: Taken) -> Fact | None:
    share = one.entry.most(*SHARES)
    return None if share is None else share[1]


def _activated(told: list[_Told]) -> Text:
    names = [
        victim.medicine.generic
        for victim in told
        if "bioactivation" in victim.medicine.entry.value("fda_substrate_class")
    ]
    if not names:
        return NOTHING
    return say(
        "The body needs this enzyme to make {names} work: relief may become less, not more.", names=listed(names)
    )


def _clinical(victim: _Told) -> Text:
    size = victim.size
    return say(
        "AUC ratio of {name} {middle:.2f} ({low:.2f}-{high:.2f}, {method}{narrow}).",
        name=victim.medicine.generic,
        middle=size.ratio.median,
        low=size.ratio.low,
        high=size.ratio.high,
        method=say("dynamic") if size.method == "dynamic" else say("static, screen only"),
        narrow=say("; narrow index") if narrow(victim.medicine) else NOTHING,
    )


def pgp_victims(situation: Situation) -> Iterator[Finding]:
    """Yield the medicines that kratom may raise through P-glycoprotein."""
    found = [
        (one, ground)
        for one in situation.medicines
        if not one.was_stopped and one.route in static.GUT_ROUTES and (ground := _pgp(one))
    ]
    if not found:
        return
    names = listed(one.shown for one, _ in found)
    severity = worst("caution" if narrow(one) else "note" for one, _ in found)
    unsure = not all(ground.verified for _, ground in found)
    yield Finding(
        code=PGP.code,
        severity=severity,
        title=say("Kratom may let more into the blood: {names}", names=names),
        because=sentences(
            say(
                "A pump in the gut wall (P-glycoprotein) keeps part of {names} out of the blood. "
                "In the laboratory kratom blocks this pump. "
                "Nobody measured it in people. "
                "When kratom is stopped, the level may fall.",
                names=names,
            ),
            say("That the pump matters here is remembered, not verified.") if unsure else NOTHING,
        ),
        clinical=say(
            "Intestinal P-gp: mitragynine IC50 {DD021} uM in vitro, basic static model {ddi22} against a cut-off of 11; no clinical study. "
            "Monitor level or anticoagulant effect on starting and stopping."
        ),
        numbers=(Number.of_fact(say("gut P-gp inhibition by a basic static model; 11 calls for a study"), "ddi22"),),
        evidence=("ddi22", "DD021", *ids(ground for _, ground in found), *ids(narrow(one) for one, _ in found)),
        certainty="very low",
        watch=say("Bleeding or bruises with a blood thinner; nausea, yellow vision or slow pulse with digoxin."),
        ask=say("A pharmacist or the prescriber."),
    )


def _pgp(one: Taken) -> Fact | None:
    for name in ("fda_substrate_class", "clearance"):
        found = one.entry.fact(name)
        if found and "P-gp" in found.value:
            return found
    return None
