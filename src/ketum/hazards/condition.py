"""Illnesses that change the risk.

The rule
--------
A condition is a danger where kratom itself was reported to do, repeatedly and gravely, what this condition is prone
to; a caution where single reports or a clear mechanism say so, or where nothing is known and the stake is high; a
note where only an indirect reason exists.

- ``condition.seizure``: danger (6 to 10 % of poison-centre calls about kratom alone; 23 published cases).
- ``condition.cardiac``: danger for a rhythm disorder, or a QTc above 500 ms; caution for other heart disease, or a
  prolonged QTc (above 450 ms in men, 460 in women); note for high blood pressure alone.
- ``condition.psychiatric``: caution for psychotic or bipolar disorders; note for depression, anxiety and the like.
- ``condition.substance-use``: caution, also for opioid use now or before and for more than 4 drinks a day; past
  opioid use alone is a caution too, for lost tolerance.
- ``condition.respiratory``: caution; danger with a 7-OH or pseudoindoxyl product, for which no ceiling of the
  effect on breathing was seen in animals.
- ``condition.kidney``: caution for dialysis, kidney failure or a filtration rate below 30 mL/min/1.73 m2; note
  below 60 or for other kidney disease. Where the case gives none, the rate is computed from creatinine by CKD-EPI
  2021.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.clinic.formulas import Sex, egfr_ckd_epi, qtc_class
from ketum.clinic.labs import Labs
from ketum.hazards.finding import HERE, Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.hazards.wording import named_here
from ketum.words.understanding import Understood
from ketum.writing.texts import NOTHING, say, sentences

SEIZURE = Grounds("condition.seizure", ("AE024", "CC018", "CC017", "CC019", "CC020", "PO013"))
CARDIAC = Grounds(
    "condition.cardiac",
    ("CC002", "CC003", "CC004", "CC011", "CC012", "CC015", "CC027", "AE020", "AE008", "MO011", "FO019"),
)
PSYCHIATRIC = Grounds("condition.psychiatric", ("CC022", "CC023", "PO004", "PO005", "AE026", "OE009", "OE010"))
SUBSTANCE = Grounds("condition.substance-use", ("DE021", "PO006", "DD034", "TX025", "TX026", "MO034", "MO001"))
RESPIRATORY = Grounds("condition.respiratory", ("AE027", "CC024", "CC026", "AE054"))
KIDNEY = Grounds("condition.kidney", ("AE047", "AE048", "FO001"))
FACTS = (SEIZURE, CARDIAC, PSYCHIATRIC, SUBSTANCE, RESPIRATORY, KIDNEY)

_ADULT = 18
_MANY_DRINKS = 4.0


def condition(situation: Situation) -> Iterator[Finding]:
    """Yield the illnesses that change the risk."""
    said, labs, who = situation.said, situation.labs, situation.person
    yield from _seizure(said)
    yield from _cardiac(said, labs, who.sex)
    yield from _psychiatric(said)
    yield from _substance(said, who.opioid_use, situation.drinks_per_day)
    yield from _respiratory(said, situation.use.concentrated)
    yield from _kidney(situation)


def _seizure(said: Understood) -> Iterator[Finding]:
    if named := said.has("seizure"):
        yield Finding(
            code=SEIZURE.code,
            severity="danger",
            title=say("Kratom can bring on seizures"),
            because=sentences(
                named_here(named),
                say(
                    "People who never had a seizure have had one after kratom. "
                    "Nobody knows how much more likely it is in someone who is prone to them.",
                ),
            ),
            clinical=say(
                "Seizure in {AE024:.0f} to {CC018:.0f} % of single-substance poison-centre calls (selected, no incidence); {CC017} published cases, onset {CC019} in one series, part with other drugs. "
                "Check co-medication that lowers the threshold and anticonvulsant levels, which CYP inhibition or induction may move."
            ),
            numbers=(
                Number.of_fact(say("poison-centre calls about kratom alone with a seizure"), "AE024"),
                Number.of_fact(say("published cases of seizure"), "CC017"),
            ),
            evidence=SEIZURE.facts,
            certainty="low",
            watch=say(
                "Jerks, staring spells, biting the tongue, waking up confused. A fit: call the emergency number."
            ),
            ask=say("The doctor who treats the seizures."),
        )


def _cardiac(said: Understood, labs: Labs, sex: Sex) -> Iterator[Finding]:
    qtc = labs.value("qtc")
    state = "normal" if qtc is None else qtc_class(qtc, sex)
    rhythm, heart, pressure = said.has("rhythm"), said.has("heart"), said.has("pressure")
    if not (rhythm or heart or pressure or state != "normal"):
        return
    measured = () if qtc is None else (Number(say("QTc"), qtc, "ms"),)
    long = (say("a QTc of {qtc:.0f} ms", qtc=qtc),) if qtc is not None and state != "normal" else ()
    severity: Severity = (
        "danger" if rhythm or state == "high risk" else "caution" if heart or state == "prolonged" else "note"
    )
    yield Finding(
        code=CARDIAC.code,
        severity=severity,
        title=say("Kratom acts on the heart")
        if severity != "note"
        else say("Kratom can raise the heart rate and blood pressure"),
        because=sentences(
            named_here((*rhythm, *heart, *pressure, *long)),
            say(
                "Kratom can make the heart beat faster. "
                "In a few people the heart stopped or fell out of rhythm after kratom, some of them with other medicines.",
            ),
        ),
        clinical=say(
            "Mitragynine blocks hERG in vitro near levels of heavy users (total, unbound lower); borderline, not prolonged QTc more often in a study of {CC003:n} users and others; ventricular fibrillation and arrest in case reports. "
            "ECG and electrolytes before and after any second QT drug; QTc limits are borrowed from methadone. "
            "Tachycardia in {AE020:.0f}-{AE008:.0f} % of poison-centre calls."
        ),
        numbers=(
            *measured,
            Number.of_fact(say("odds of a fast heartbeat in regular users"), "CC002"),
            Number.of_fact(say("QT in a man whose heart fibrillated, with citalopram"), "CC011"),
        ),
        evidence=CARDIAC.facts,
        certainty="low",
        watch=say("Fainting, a racing or stumbling heart, chest pain: call the emergency number."),
        ask=say("The family doctor or cardiologist: an ECG."),
    )


def _psychiatric(said: Understood) -> Iterator[Finding]:
    psychosis, mood = said.has("psychosis"), said.has("mood")
    if not (psychosis or mood):
        return
    yield Finding(
        code=PSYCHIATRIC.code,
        severity="caution" if psychosis else "note",
        title=say("Kratom can make a mental illness worse") if psychosis else say("Kratom and low mood or anxiety"),
        because=sentences(
            named_here((*psychosis, *mood)),
            say("In at least one person with schizophrenia, psychosis got worse on kratom.")
            if psychosis
            else say("Many take kratom for mood, but no trial shows that it helps."),
            say(
                "Stopping it can bring low mood and bad sleep. "
                "Many medicines for the mind also act together with kratom."
            ),
        ),
        clinical=say(
            "Psychotic symptoms in {CC022} % of {CC022:n} regular users, without a link to dose; single report of relapse in schizophrenia. "
            "Hallucinations in about {AE026:.0f} % of poison-centre calls. "
            "Check antipsychotics and antidepressants that CYP2D6 or CYP3A clears."
        ),
        numbers=(Number.of_fact(say("regular users in Malaysia with any psychotic symptom"), "CC022"),),
        evidence=PSYCHIATRIC.facts,
        certainty="very low",
        watch=say("Voices, fear of being followed, little need for sleep, thoughts of dying."),
        ask=say("The psychiatrist or family doctor."),
    )


def _substance(said: Understood, opioid_use: str | None, drinks: float) -> Iterator[Finding]:
    named = said.has("substance")
    opioids = {"past": (say("opioids before"),), "current": (say("opioids now"),)}.get(opioid_use or "", ())
    alcohol = (say("a lot of alcohol"),) if drinks > _MANY_DRINKS else ()
    if not (named or opioids or alcohol):
        return
    lost = (
        say("After a break from opioids, the body stands less of them than before.")
        if opioid_use == "past"
        else NOTHING
    )
    yield Finding(
        code=SUBSTANCE.code,
        severity="caution",
        title=say("A history with drugs or alcohol raises the risk"),
        because=sentences(
            named_here((*named, *opioids, *alcohol)),
            say(
                "Such people became dependent on kratom more often. "
                "And nearly all who died with kratom in their blood had taken something else too."
            ),
            lost,
        ),
        clinical=say(
            "Odds of kratom use disorder about {DE021:.1f}-fold with another substance use disorder. "
            "About 80 % of kratom-positive overdose deaths had a history of substance misuse; other drugs in nearly all. "
            "Offer naloxone; ask without blame; for opioid use disorder offer standard treatment."
        ),
        numbers=(
            Number.of_fact(say("odds of a kratom use disorder with another one"), "DE021"),
            Number.of_fact(say("overdose deaths with kratom as a cause in which nothing else was found"), "TX025"),
        ),
        evidence=SUBSTANCE.facts,
        certainty="moderate",
        watch=say("Craving, mixing, going back to what was stopped."),
        ask=say("A doctor or an addiction service; ask for naloxone to keep at home."),
    )


def _respiratory(said: Understood, concentrated: bool) -> Iterator[Finding]:
    if named := said.has("lungs"):
        yield Finding(
            code=RESPIRATORY.code,
            severity="danger" if concentrated else "caution",
            title=say("Kratom can slow breathing"),
            because=sentences(
                named_here(named),
                say(
                    "Kratom acts where opioids act, and can slow breathing, most of all in sleep and with anything else that makes sleepy. "
                    "It was never studied in people with such lungs or sleep.",
                ),
            ),
            clinical=say(
                "Respiratory depression in {AE027} % of single-substance poison-centre calls; in mice a ceiling for mitragynine, none for 7-OH. "
                "No data in COPD or sleep apnoea. "
                "One report of ARDS. "
                "Ask about CPAP use, sedatives and alcohol."
            ),
            numbers=(Number.of_fact(say("poison-centre calls about kratom alone with slowed breathing"), "AE027"),),
            evidence=RESPIRATORY.facts,
            certainty="low",
            watch=say("Long pauses in breathing at night, morning headache, sleepiness by day, blue lips."),
            ask=say("The family doctor or lung specialist."),
        )


def _kidney(situation: Situation) -> Iterator[Finding]:
    said, labs, who = situation.said, situation.labs, situation.person
    rate, computed = who.egfr, False
    creatinine = labs.value("creatinine")
    if rate is None and creatinine and who.age_years >= _ADULT:
        rate, computed = egfr_ckd_epi(creatinine, who.age_years, who.sex), True
    named = said.has("kidney")
    low = rate is not None and rate < 60
    if not (named or low):
        return
    origin = say("computed from this case's creatinine by CKD-EPI 2021 (FO001)") if computed else HERE
    numbers = (
        () if rate is None else (Number(say("kidney filtration rate"), round(rate), "mL/min/1.73 m2", origin=origin),)
    )
    grave = rate is not None and rate < 30
    told = (*named, *((say("a low filtration rate"),) if low else ()))
    yield Finding(
        code=KIDNEY.code,
        severity="caution" if grave or _failing(said) else "note",
        title=say("Weak kidneys were not studied"),
        because=sentences(
            named_here(told),
            say(
                "No study of kratom in people with weak kidneys was found. "
                "Some people with a liver injury from kratom also had a kidney injury.",
            ),
        ),
        clinical=say(
            "No renal-impairment data; little mitragynine is expected in urine unchanged, its metabolites are. "
            "Acute kidney injury in {AE047} % of reviewed liver-injury cases, rhabdomyolysis in {AE048} %. "
            "Metals and minerals of leaf add to the load."
        ),
        numbers=(*numbers, Number.of_fact(say("kidney injury among liver-injury cases"), "AE047")),
        evidence=("AE047", "AE048", *(("FO001",) if computed else ())),
        certainty="very low",
        watch=say("Little urine, swelling, muscle pain with dark urine."),
        ask=say("The doctor who treats the kidneys."),
    )


def _failing(said: Understood) -> bool:
    grave = ("dialysis", "failure", "end stage", "esrd")
    return any(
        word in told.text.casefold() for told in said.conditions if "kidney" in told.concept.means for word in grave
    )
