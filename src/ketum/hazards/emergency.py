"""What needs the emergency number now. Nothing stands before it.

The rule
--------
- ``emergency.now``: a symptom that the vocabulary marks as an emergency and that is there now, vital signs as in
  `ketum.clinic.vitals`, or sleepiness together with very small pupils.
- ``emergency.self-harm``: any word of wanting to die, of hurting oneself or of hurting another.
- Both are emergencies whatever the dose, the product or the certainty of the cause: a sign is not argued with. A
  symptom that is denied does not count, one that is over goes to ``urgent.same-day``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ketum.clinic import helplines
from ketum.clinic.vitals import Sign, emergencies, signs
from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.words.understanding import Understood
from ketum.writing.texts import say, term, terms

NOW = Grounds(
    "emergency.now",
    (
        "AE023",
        "AE024",
        "AE027",
        "AE028",
        "AE029",
        "AE049",
        "AE051",
        "AE053",
        "AE055",
        "CC011",
        "CC012",
        "CC015",
        "CC017",
        "CC024",
        "DD030",
        "DD031",
        "MO031",
        "MO032",
    ),
    tables=("warning_signs",),
)
SELF_HARM = Grounds("emergency.self-harm", ("MO040", "care-IN008"), tables=("warning_signs",))
FACTS = (NOW, SELF_HARM)

SIGNS_FACTS = ("WS020", "WS021", "WS022", "WS030", "WS040", "AE027", "AE053", "MO031", "MO032", "MO040", "AE049")
"""The facts behind the signs that every report shows on top, whatever the case."""

_BEHIND: Mapping[str, tuple[str, ...]] = {
    "cannot be woken": ("AE028", "AE051"),
    "slow or shallow breathing": ("AE027",),
    "not breathing, or not able to": ("AE027", "AE029"),
    "cannot get enough air": ("AE027", "CC024"),
    "blue or grey lips or skin": ("AE027",),
    "cold and clammy skin": ("WS022",),
    "a seizure": ("AE024", "CC017"),
    "chest pain": ("CC011", "CC012"),
    "fainting": ("CC015",),
    "a heart that stops or stumbles badly": ("AE029", "CC012"),
    "confusion": ("AE023",),
    "too much was taken": ("AE055",),
    "very hot, stiff or rigid": ("DD030", "DD031"),
}


def call_for_help(situation: Situation) -> Iterator[Finding]:
    """Yield what needs the emergency number now."""
    yield from emergency(situation.said, situation.vitals, situation.person.region, situation.person.age_years)


def emergency(
    said: Understood, vitals: Mapping[str, float], region: str, age_years: float | None = None
) -> tuple[Finding, ...]:
    """Return what needs the emergency number now, from the little that may be read of a broken file.

    Parameters
    ----------
    said
        Symptoms and conditions.
    vitals
        Vital signs by name, in the units of a case.
    region
        Where the person is, as an ISO 3166 code; empty where it could not be read.
    age_years
        Age, None where it could not be read.
    """
    measured = emergencies(signs(vitals, age_years, bool(said.has("copd"))))
    named = (*said.named("emergency"), *_together(said))
    found = []
    if named or measured:
        found.append(_now(named, measured, region))
    if wishes := said.named("self-harm"):
        found.append(_self_harm(wishes, region))
    return tuple(found)


def _together(said: Understood) -> tuple[str, ...]:
    sleepy = set(said.named("sedation"))
    return (say("sleepiness with very small pupils"),) if {"sleepiness", "tiny pupils"} <= sleepy else ()


def _now(named: tuple[str, ...], measured: tuple[Sign, ...], region: str) -> Finding:
    call = helplines.emergency_number(region)
    every = terms((*named, *(sign.name for sign in measured)))
    behind = [name for sign in named for name in _BEHIND.get(sign, ())]
    return Finding(
        code=NOW.code,
        severity="emergency",
        title=say("Emergency: call {call} now", call=call),
        because=say(
            "These signs cannot wait: {every}. "
            "Call {call}. "
            "Say that kratom was taken, and what else. "
            "If the person cannot be woken or breathes slowly, give naloxone if it is at hand. "
            "Give it again if nothing changes. "
            "Someone who takes kratom often may wake up upset, sweating and sick: that passes. "
            "If they breathe, lay them on their side. "
            "If they do not, start pressing on the chest and giving breaths. "
            "Stay until help is there. "
            "Do not wait to see whether it passes.",
            every=every,
            call=call,
        ),
        clinical=say(
            "Airway, breathing, circulation and glucose first. "
            "Naloxone reversed kratom-only respiratory depression in case reports, not in every patient; titrate to breathing, expect withdrawal and agitation in regular users, watch for return of sedation, more so after 7-OH. "
            "Co-ingestants are the rule in severe cases. "
            "The cause may not be kratom."
        ),
        numbers=(
            *(Number(term(sign.label), sign.value, sign.unit) for sign in measured),
            Number.of_fact(say("poison-centre calls about kratom alone with slowed breathing"), "AE027"),
            Number.of_fact(say("poison-centre calls about kratom alone with a seizure"), "AE024"),
            Number.of_fact(say("poisoned people who woke promptly with naloxone"), "AE053"),
        ),
        evidence=_unique(
            *behind,
            *(sign.fact_id for sign in measured),
            *("AE027", "AE024", "AE053", "MO031", "MO032", "AE049", "WS020", "WS021"),
            *helplines.facts(region),
        ),
        certainty="high",
        watch=say(
            "Breathing, colour of the lips, and whether the person can be woken, without a break until help comes."
        ),
        ask=say("The emergency number first; then {centre}.", centre=helplines.poison_centre(region)),
    )


def _self_harm(wishes: tuple[str, ...], region: str) -> Finding:
    call = helplines.emergency_number(region)
    return Finding(
        code=SELF_HARM.code,
        severity="emergency",
        title=say("Thoughts of dying or of hurting someone: get help now"),
        because=say(
            "This case says: {wishes}. "
            "That is an emergency, and help works. "
            "If there is a plan, or something was taken, call {call} now. "
            "Otherwise call {line} now. "
            "Do not stay alone, or do not leave the person alone. "
            "Put medicines and other means out of reach.",
            wishes=terms(wishes),
            call=call,
            line=helplines.crisis_line(region),
        ),
        clinical=say(
            "Assess suicide risk the same day: intent, plan, means, ingestion so far. "
            "Any answer above zero to item 9 of the PHQ-9 counts. "
            "Withdrawal, pain and the stopping of a medicine can each bring this on."
        ),
        numbers=(),
        evidence=_unique("MO040", "care-IN008", *helplines.facts(region)),
        certainty="high",
        watch=say("Giving things away, saying goodbye, a plan, sudden calm after despair, something swallowed."),
        ask=say("{call:capital}, or {line}; the doctor today.", call=call, line=helplines.crisis_line(region)),
    )


def _unique(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
