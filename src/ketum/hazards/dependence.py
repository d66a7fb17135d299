"""Getting dependent, withdrawal, and why not to stop suddenly.

The rule
--------
- ``dependence.risk`` is a note where kratom is taken daily (at least every other day) for more than two weeks, or a
  regular user says so. It is a caution from three doses a day over four weeks or more, with a 7-OH or pseudoindoxyl
  product taken repeatedly, with another substance use disorder, or with opioid use now or before. How often
  predicts better than how much, so the amount does not count.
- ``dependence.withdrawal`` is given where daily use was stopped within 14 days, or where two or more of its
  signs are named six hours or more after the last dose. It is a caution; a note where it was stopped and no sign is
  named.
- ``dependence.do-not-stop-suddenly`` is given while kratom is still taken: a caution in pregnancy, after 12 months
  of daily use and for 7-OH taken daily for four weeks; a note after three months of daily use. The months are
  assumed cut-offs.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.hazards.use import Use
from ketum.hazards.wording import named_here
from ketum.writing.texts import NOTHING, joined, say, sentences

RISK = Grounds("dependence.risk", ("DE018", "DE021", "DE022", "DE024", "DE027", "DE010", "DE043", "DE044"))
WITHDRAWAL = Grounds("dependence.withdrawal", ("DE025", "DE028", "DE031", "DE049", "DE012", "MO028", "MO025"))
STOPPING = Grounds("dependence.do-not-stop-suddenly", ("DE007", "DE025", "DE030", "PO016", "MO022", "MO035"))
FACTS = (RISK, WITHDRAWAL, STOPPING)

_TWO_WEEKS, _FOUR_WEEKS, _THREE_MONTHS, _YEAR = 14.0, 28.0, 90.0, 360.0
_OFTEN = 3.0
_STOPPED_H, _SIGNS_AFTER_H = 336.0, 6.0


def dependence(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns dependence and withdrawal."""
    used, said, now = situation.use, situation.said, situation.now
    stopped, last = now.stopped_hours_ago, now.last_dose_hours_ago
    if not used.repeated and not said.named("withdrawal"):
        return
    history = bool(said.has("substance")) or situation.person.opioid_use in ("past", "current")
    if used.repeated:
        yield from _risk(used, history)
    signs = said.named("withdrawal")
    if stopped is not None and stopped <= _STOPPED_H and used.daily:
        yield _withdrawal(signs, stopped)
    elif stopped is None and _looks_like_withdrawal(signs, last):
        yield _withdrawal(signs, last)
    if stopped is None and used.repeated:
        yield from _stopping(used, situation.pregnant)


def _looks_like_withdrawal(signs: tuple[str, ...], last: float | None) -> bool:
    # Sweating and a tremor soon after a dose are its effect; a person who says "withdrawal" is taken at their word.
    return "withdrawal" in signs or (len(signs) >= 2 and last is not None and last >= _SIGNS_AFTER_H)


def _risk(used: Use, history: bool) -> Iterator[Finding]:
    often = used.times_a_day >= _OFTEN and used.days >= _FOUR_WEEKS
    caution = often or used.concentrated or history
    if not caution and not (used.daily and (used.days > _TWO_WEEKS or not used.timed)):
        return
    why = (
        (
            say("it is taken {times:.3g} times a day for {days:.3g} days", times=used.times_a_day, days=used.days),
            often,
        ),
        (say("it is a concentrated product"), used.concentrated),
        (say("another substance was or is a problem"), history),
    )
    reasons = joined(" and ", (text for text, there in why if there))
    yield Finding(
        code=RISK.code,
        severity="caution" if caution else "note",
        title=say("Kratom can make dependent"),
        because=sentences(
            say(
                "About one in four US users in one survey met the signs of a use disorder, most of them mild or moderate. "
                "How often it is taken counts more than how much."
            ),
            say("Here, {reasons}.", reasons=reasons) if reasons else NOTHING,
        ),
        clinical=say(
            "Dose frequency predicts withdrawal and disorder better than amount; another substance use disorder raises the odds about {DE021:.1f}-fold. "
            "No cut-off for kratom exists: use DSM-5 criteria or the SDS score without a cut-off. "
            "7-OH maintains self-administration in rats, mitragynine does not."
        ),
        numbers=(
            *((Number(say("doses a day"), round(used.times_a_day, 2), "a day"),) if used.times_a_day else ()),
            Number(say("days of use"), round(used.days), "days"),
            Number.of_fact(say("US users who met the signs of a use disorder"), "DE018"),
            Number.of_fact(say("odds of a disorder with another substance use disorder"), "DE021"),
        ),
        evidence=RISK.facts,
        certainty="moderate",
        watch=say(
            "Needing it more often, or more of it, for the same effect; feeling ill when a dose is late; using it against one's own plan."
        ),
        ask=say("A doctor, or a service for people with addiction: without shame."),
    )


def _withdrawal(signs: tuple[str, ...], hours: float | None) -> Finding:
    since = () if hours is None else (Number(say("hours since the last dose"), hours, "h"),)
    return Finding(
        code=WITHDRAWAL.code,
        severity="caution" if signs else "note",
        title=say("This can be withdrawal"),
        because=sentences(
            named_here(signs),
            say(
                "After repeated use, stopping can bring a runny nose, sweats, aches, cramps, loose stools, bad sleep and low mood. "
                "It was mild on average, but hard for some, and lasted about ten days in one report. "
                "Pain can feel worse for a while. "
                "Help exists."
            ),
        ),
        clinical=say(
            "Mean recalled SOWS {DE025} (SD {DE025:spread}); no objective signs at 10-20 h in {DE031:n} daily users, SOWS {DE028} after a night. "
            "The time course in people is unmeasured. "
            "Consider clonidine or similar, loperamide with care for QT, buprenorphine where an opioid or kratom use disorder is present; buprenorphine dose cannot be read from grams."
        ),
        numbers=(
            *since,
            Number.of_fact(say("withdrawal score (SOWS, 0-64) that regular users recalled"), "DE025"),
            Number.of_fact(say("withdrawal score after one night without"), "DE028"),
            Number.of_fact(say("length in one report"), "DE049"),
        ),
        evidence=WITHDRAWAL.facts,
        certainty="low",
        watch=say("Thoughts of dying, a seizure, seeing things, being unable to keep fluids down: get help at once."),
        ask=say("A doctor or an addiction service."),
    )


def _stopping(used: Use, pregnant: bool) -> Iterator[Finding]:
    long = used.days >= _THREE_MONTHS and used.daily
    strong = used.concentrated and used.days >= _FOUR_WEEKS
    if not (pregnant or long or strong):
        return
    caution = pregnant or strong or (long and used.days >= _YEAR)
    baby = (
        say("In pregnancy, sudden withdrawal can harm mother and baby: plan it with the midwife or doctor.")
        if pregnant
        else NOTHING
    )
    yield Finding(
        code=STOPPING.code,
        severity="caution" if caution else "note",
        title=say("Do not stop all at once on your own"),
        because=sentences(
            say(
                "After long or frequent use the body has got used to it. "
                "Stopping all at once can bring withdrawal, and pain and low mood with it. "
                "Going down in steps, with someone who knows how, is easier."
            ),
            baby,
            say("Signs of a liver injury are different: then stop, and see a doctor the same day."),
        ),
        clinical=say(
            "No trial of any kratom taper exists; community paces are anecdote, the opioid analogue is {MO022} % a month or slower after a year. "
            "All six reported mother-infant pairs needed treatment. "
            "Other medicines may change when kratom's CYP inhibition goes."
        ),
        numbers=(
            Number(say("days of use"), round(used.days), "days"),
            Number.of_fact(say("users in Malaysia with withdrawal when they abstain"), "DE007"),
            Number.of_fact(say("mother-baby pairs reported who needed medicine"), "PO016"),
        ),
        evidence=STOPPING.facts,
        certainty="low",
        watch=say("Sweats, shaking, cramps, sleepless nights, low mood after a late or missed dose."),
        ask=say("A midwife or obstetrician, now.")
        if pregnant
        else say("A doctor or an addiction service, before stopping."),
    )
