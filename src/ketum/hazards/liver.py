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
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.words.understanding import Understood

WARNING = Grounds("liver.warning-signs", ("LI004", "LI011", "LI035", "LI036", "LI020", "LI022", "LI041", "FO012"))
HYS_LAW = Grounds("liver.hys-law", ("FO014", "care-IN041", "LI024", "LI025", "FO012"))
DISEASE = Grounds("liver.disease", ("PO015", "LI031", "LI037", "LI041"))
FACTS = (WARNING, HYS_LAW, DISEASE)

_WINDOW = (2.0, 49.0)
_EARLY_DAYS = 56.0
_LABELS = {"alt": "ALT", "ast": "AST", "alp": "ALP", "bilirubin_total": "bilirubin"}


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
        origin = (
            "this case"
            if not labs.assumed(name)
            else f"this case; limit taken as {labs.limit(name):g} {labs.unit(name)}"
        )
        yield Number(label, value, labs.unit(name))
        yield Number(f"{label}, times its upper limit", round(times, 2), "times", origin=origin)
    if (r := _r(labs)) is not None:
        yield Number(
            "R ratio, ALT over ALP",
            round(r, 2),
            "",
            origin="computed from this case by formula FO012",
            fact_ids=("FO012",),
        )
    if (inr := labs.value("inr")) is not None:
        yield Number("INR", inr)


def _r(labs: Labs) -> float | None:
    alt, alp = labs.times("alt"), labs.times("alp")
    return r_ratio(alt, alp) if alt is not None and alp else None


def _pattern(labs: Labs) -> str:
    r = _r(labs)
    if r is None or not labs.liver_injury:
        return "R cannot be computed or the enzymes are too low for it."
    fit = {
        "cholestatic": "the pattern of most reported kratom cases",
        "mixed": "a pattern often seen with kratom",
        "hepatocellular": "less usual for kratom: look hard for other causes",
    }
    pattern = liver_pattern(r)
    return f"R {r:.1f}: {pattern}, {fit[pattern]}."


def _window(days: float | None) -> str:
    if days is None:
        return "The day of the start is not known."
    low, high = _WINDOW
    if low <= days <= high:
        return f"Day {days:.0f} since the start lies within the reported latency of 2 to 49 days."
    return (
        f"Day {days:.0f} since the start lies outside the reported latency of 2 to 49 days; "
        "a new batch restarts the clock."
    )


def _warning(said: Understood, labs: Labs, days: float | None, severity: Severity, drinks: float | None) -> Finding:
    named = said.named("liver", "itch")
    measured = any(labs.value(name) is not None for name in _LABELS)
    signs = ", ".join(
        (*named, *(("blood tests",) if measured and any((labs.times(n) or 0) > 1 for n in _LABELS) else ()))
    )
    alcohol = " All people of one series with this injury also drank alcohol." if drinks else ""
    act = {
        "danger": "See a doctor today, and leave kratom off until it is clear what this is.",
        "caution": "Have the liver tested within days.",
        "note": "Tell a doctor about it at the next visit, sooner if more signs join.",
    }[severity]
    return Finding(
        code=WARNING.code,
        severity=severity,
        title="These can be signs of a liver injury"
        if severity != "note"
        else "A sign that can, but need not, be the liver",
        because=(
            f"Noted here: {signs}. Kratom can harm the liver. It is rare, it starts in the first weeks, "
            f"and it does not depend on how much is taken.{alcohol} {act}"
        ),
        clinical=(
            f"{_pattern(labs)} {_window(days)} Idiosyncratic, mostly cholestatic or mixed with jaundice and itch; most "
            "recover off kratom, a few needed a transplant. Exclude biliary obstruction, viral hepatitis and other "
            "drugs."
        ),
        numbers=(
            *_numbers(labs),
            Number.of_fact("days from start to symptoms, median of reviewed cases", "LI035"),
            Number.of_fact("share of cases in a US series with jaundice", "LI004"),
            Number.of_fact("cases in a review that were cholestatic", "LI020"),
            Number.of_fact("cases in a review that needed a transplant", "LI022"),
        ),
        evidence=WARNING.facts,
        certainty="moderate" if severity == "danger" else "low",
        watch="Yellow eyes or skin, dark urine, pale stools, itching, pain under the right ribs, confusion.",
        ask="A doctor today, for blood tests." if severity == "danger" else "A doctor, for a blood test of the liver.",
    )


def _hys_law(labs: Labs, days: float | None) -> Finding:
    measured = labs.times("alp") is not None
    alp = "ALP below 2 times the limit." if measured else "as far as measured: ALP is missing and belongs to it."
    return Finding(
        code=HYS_LAW.code,
        severity="danger",
        title="Blood tests that point to a grave liver injury",
        because=(
            "Two things are true at once in these blood tests: liver cells are dying, and the liver does not clear "
            "the blood. "
            "That can end in liver failure. See a hospital doctor today, and leave kratom off until then."
        ),
        clinical=(
            f"Meets the biochemical part of Hy's law: ALT or AST from 3, bilirubin above 2, {alp} "
            f"{_pattern(labs)} {_window(days)} Other causes are for a person to exclude. "
            "Kratom is often cholestatic, so failing this rule reassures nobody."
        ),
        numbers=tuple(_numbers(labs)),
        evidence=HYS_LAW.facts,
        certainty="moderate",
        watch="Confusion, sleepiness, bleeding, a swollen belly: that is an emergency.",
        ask="A hospital doctor, today; a liver centre where INR rises.",
    )


def _disease(known: tuple[str, ...], grave: bool, state: str | None) -> Finding:
    told = ", ".join((*known, *((f"Child-Pugh {state[-1].upper()}",) if state and state != "normal" else ())))
    return Finding(
        code=DISEASE.code,
        severity="danger" if grave else "caution",
        title="A liver that is already ill",
        because=(
            f"Named here: {told}. Nobody has measured what an ill liver does with kratom; it may stay longer and "
            f"act more. "
            "And a new liver injury, which kratom can cause, has less to fall back on."
        ),
        clinical=(
            "No hepatic-impairment pharmacokinetics were found; mitragynine is cleared by the liver, so exposure "
            "may rise. Normal "
            "liver tests were seen in selected healthy users only. Baseline liver panel with INR."
        ),
        numbers=(Number.of_fact("liver tests of healthy regular users", "PO015"),),
        evidence=DISEASE.facts,
        certainty="very low",
        watch="Yellow eyes or skin, dark urine, itching, confusion, sleepiness.",
        ask="The doctor who treats the liver.",
    )
