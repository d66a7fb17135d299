"""The liver: warning signs, Hy's law, known disease.

The rule
--------
- ``liver.warning-signs`` is a danger for yellow eyes or skin, dark urine, pale stools, or bilirubin above twice its
  limit; for ALT or AST from 5 times or ALP from 2 times their limits, a caution is raised to a danger where a
  symptom joins. It is a caution for pain under the right ribs, ALT or AST from 3 or ALP from 1.5 times their
  limits; itching alone is a note, and a caution within 8 weeks of the start or with any raised value. ALT, AST or
  bilirubin above the limit and below all this are a note. Nausea and tiredness alone say nothing.
- ``liver.hys-law`` is a danger: ALT or AST from 3 times, bilirubin above twice, ALP below twice its limit (FO014)
  or not measured.
- ``liver.disease`` is a danger for cirrhosis, liver failure or Child-Pugh B or C; a caution for other liver disease
  and Child-Pugh A. Nothing measured kratom in liver disease.
- Limits are the laboratory's; else ALT and AST 40 U/L, ALP 130 U/L, bilirubin 1.2 mg/dL, and the finding says so.
- The liver injury of kratom does not follow the dose, so no dose lifts or lowers any of this. It began 2 to 49 days
  after the start in what was reported; outside of that time the finding says so and stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.clinic.formulas import hys_law, liver_pattern, r_ratio
from ketum.clinic.labs import Labs
from ketum.hazards.finding import HERE, Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.hazards.wording import named_here
from ketum.words.understanding import Understood
from ketum.writing.texts import NOTHING, Text, say, sentences, terms

WARNING = Grounds("liver.warning-signs", ("LI004", "LI011", "LI035", "LI036", "LI020", "LI022", "LI041", "FO012"))
HYS_LAW = Grounds("liver.hys-law", ("FO014", "care-IN041", "LI024", "LI025", "FO012"))
DISEASE = Grounds("liver.disease", ("PO015", "LI031", "LI037", "LI041"))
FACTS = (WARNING, HYS_LAW, DISEASE)

LATENCY_DAYS = (2.0, 49.0)
"""The range of the days from start to symptoms in what was reported (LI035)."""
_EARLY_DAYS = 56.0
_LABELS = {"alt": say("ALT"), "ast": say("AST"), "alp": say("ALP"), "bilirubin_total": say("bilirubin")}


def liver(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns the liver."""
    said, labs, days = situation.said, situation.labs, situation.days_since_start
    state = situation.person.liver
    # An ALP that nobody measured does not reassure: the rule is then taken to hold.
    alp = labs.times("alp")
    if hys_law(labs.times("alt"), labs.times("ast"), 0.0 if alp is None else alp, labs.times("bilirubin_total") or 0.0):
        yield _hys_law(labs, days)
    if severity := _severity(said, labs, days):
        yield _warning(said, labs, days, severity, situation.person.drinks_per_day)
    if (known := said.has("cirrhosis", "liver")) or state not in (None, "normal"):
        yield _disease(known, bool(said.has("cirrhosis")) or state in ("child-pugh-b", "child-pugh-c"), state)


def _severity(said: Understood, labs: Labs, days: float | None) -> Severity | None:
    cells = max(labs.times("alt") or 0.0, labs.times("ast") or 0.0)
    bile, yellow = labs.times("alp") or 0.0, labs.times("bilirubin_total") or 0.0
    complaint = bool(said.named("liver", "itch"))
    raised = cells > 1 or bile > 1 or yellow > 1
    if said.named("jaundice", "dark-urine", "pale-stool") or yellow > 2 or (complaint and (cells >= 5 or bile >= 2)):
        return "danger"
    if said.named("liver") or cells >= 3 or bile >= 1.5:
        return "caution"
    if said.named("itch"):
        return "caution" if raised or (days is not None and 2 <= days <= _EARLY_DAYS) else "note"
    return "note" if cells > 1 or yellow > 1 else None


def _numbers(labs: Labs) -> Iterator[Number]:
    for name, label in _LABELS.items():
        value, times = labs.value(name), labs.times(name)
        if value is None or times is None:
            continue
        taken = say("this case; limit taken as {limit:g} {unit}", limit=labs.limit(name), unit=labs.unit(name))
        origin = taken if labs.assumed(name) else HERE
        yield Number(label, value, labs.unit(name))
        yield Number(say("{label}, times its upper limit", label=label), round(times, 2), "times", origin=origin)
    if (r := _r(labs)) is not None:
        yield Number(
            say("R ratio, ALT over ALP"),
            round(r, 2),
            "",
            origin=say("computed from this case by formula FO012"),
            fact_ids=("FO012",),
        )
    if (inr := labs.value("inr")) is not None:
        yield Number(say("INR"), inr)


def _r(labs: Labs) -> float | None:
    alt, alp = labs.times("alt"), labs.times("alp")
    return r_ratio(alt, alp) if alt is not None and alp else None


def _pattern(labs: Labs) -> Text:
    ratio = _r(labs)
    if ratio is None or not labs.liver_injury:
        return say("R cannot be computed or the enzymes are too low for it.")
    fit = {
        "cholestatic": say("cholestatic, the pattern of most reported kratom cases"),
        "mixed": say("mixed, a pattern often seen with kratom"),
        "hepatocellular": say("hepatocellular, less usual for kratom: look hard for other causes"),
    }
    return say("R {ratio:.1f}: {fit}.", ratio=ratio, fit=fit[liver_pattern(ratio)])


def _window(days: float | None) -> Text:
    if days is None:
        return say("The day of the start is not known.")
    low, high = LATENCY_DAYS
    if low <= days <= high:
        return say(
            "Day {days:.0f} since the start lies within the reported latency of {low:g} to {high:g} days.",
            days=days,
            low=low,
            high=high,
        )
    return say(
        "Day {days:.0f} since the start lies outside the reported latency of {low:g} to {high:g} days; a new batch restarts the clock.",
        days=days,
        low=low,
        high=high,
    )


def _warning(said: Understood, labs: Labs, days: float | None, severity: Severity, drinks: float | None) -> Finding:
    named = said.named("liver", "itch")
    measured = any(labs.value(name) is not None for name in _LABELS)
    raised = measured and any((labs.times(name) or 0) > 1 for name in _LABELS)
    signs = terms((*named, *((say("blood tests"),) if raised else ())))
    alcohol = say("All people of one series with this injury also drank alcohol.") if drinks else NOTHING
    act = {
        "danger": say("See a doctor today, and leave kratom off until it is clear what this is."),
        "caution": say("Have the liver tested within days."),
        "note": say("Tell a doctor about it at the next visit, sooner if more signs join."),
    }[severity]
    return Finding(
        code=WARNING.code,
        severity=severity,
        title=say("These can be signs of a liver injury")
        if severity != "note"
        else say("A sign that can, but need not, be the liver"),
        because=sentences(
            say(
                "Noted here: {signs}. "
                "Kratom can harm the liver. "
                "It is rare, it starts in the first weeks, and it does not depend on how much is taken.",
                signs=signs,
            ),
            alcohol,
            act,
        ),
        clinical=sentences(
            _pattern(labs),
            _window(days),
            say(
                "Idiosyncratic, mostly cholestatic or mixed with jaundice and itch; most recover off kratom, a few needed a transplant. "
                "Exclude biliary obstruction, viral hepatitis and other drugs."
            ),
        ),
        numbers=(
            *_numbers(labs),
            Number.of_fact(say("days from start to symptoms, median of reviewed cases"), "LI035"),
            Number.of_fact(say("share of cases in a US series with jaundice"), "LI004"),
            Number.of_fact(say("cases in a review that were cholestatic"), "LI020"),
            Number.of_fact(say("cases in a review that needed a transplant"), "LI022"),
        ),
        evidence=WARNING.facts,
        certainty="moderate" if severity == "danger" else "low",
        watch=say("Yellow eyes or skin, dark urine, pale stools, itching, pain under the right ribs, confusion."),
        ask=say("A doctor today, for blood tests.")
        if severity == "danger"
        else say("A doctor, for a blood test of the liver."),
    )


def _hys_law(labs: Labs, days: float | None) -> Finding:
    measured = labs.times("alp") is not None
    meets = (
        say(
            "Meets the biochemical part of Hy's law: ALT or AST from 3, bilirubin above 2, ALP below 2 times the limit."
        )
        if measured
        else say(
            "Meets the biochemical part of Hy's law: ALT or AST from 3, bilirubin above 2, as far as measured: ALP is missing and belongs to it."
        )
    )
    return Finding(
        code=HYS_LAW.code,
        severity="danger",
        title=say("Blood tests that point to a grave liver injury"),
        because=say(
            "Two things are true at once in these blood tests: liver cells are dying, and the liver does not clear the blood. "
            "That can end in liver failure. "
            "See a hospital doctor today, and leave kratom off until then."
        ),
        clinical=sentences(
            meets,
            _pattern(labs),
            _window(days),
            say(
                "Other causes are for a person to exclude. "
                "Kratom is often cholestatic, so failing this rule reassures nobody."
            ),
        ),
        numbers=tuple(_numbers(labs)),
        evidence=HYS_LAW.facts,
        certainty="moderate",
        watch=say("Confusion, sleepiness, bleeding, a swollen belly: that is an emergency."),
        ask=say("A hospital doctor, today; a liver centre where INR rises."),
    )


def _disease(known: tuple[str, ...], grave: bool, state: str | None) -> Finding:
    by_class = (say("Child-Pugh {letter}", letter=state[-1].upper()),) if state and state != "normal" else ()
    return Finding(
        code=DISEASE.code,
        severity="danger" if grave else "caution",
        title=say("A liver that is already ill"),
        because=sentences(
            named_here((*known, *by_class)),
            say(
                "Nobody has measured what an ill liver does with kratom; it may stay longer and act more. "
                "And a new liver injury, which kratom can cause, has less to fall back on."
            ),
        ),
        clinical=say(
            "No hepatic-impairment pharmacokinetics were found; mitragynine is cleared by the liver, so exposure may rise. "
            "Normal liver tests were seen in selected healthy users only. "
            "Baseline liver panel with INR."
        ),
        numbers=(Number.of_fact(say("liver tests of healthy regular users"), "PO015"),),
        evidence=DISEASE.facts,
        certainty="very low",
        watch=say("Yellow eyes or skin, dark urine, itching, confusion, sleepiness."),
        ask=say("The doctor who treats the liver."),
    )
