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
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.words.understanding import Understood

SEIZURE = Grounds("condition.seizure", ("AE024", "CC018", "CC017", "CC019", "CC020", "PO013"))
CARDIAC = Grounds(
    "condition.cardiac", ("CC002", "CC003", "CC004", "CC011", "CC012", "CC015", "CC027", "AE020", "MO011", "FO019")
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
            title="Kratom can bring on seizures",
            because=(
                f"Named here: {_listed(named)}. People who never had a seizure have had one after kratom. "
                "Nobody knows how much more likely it is in someone who is prone to them."
            ),
            clinical=(
                "Seizure in 6 to 10 % of single-substance poison-centre calls (selected, no incidence); 23 "
                "published cases, "
                "onset 10 min to 72 h in one series, part with other drugs. Check co-medication that lowers the "
                "threshold and "
                "anticonvulsant levels, which CYP inhibition or induction may move."
            ),
            numbers=(
                Number.of_fact("poison-centre calls about kratom alone with a seizure", "AE024"),
                Number.of_fact("published cases of seizure", "CC017"),
            ),
            evidence=SEIZURE.facts,
            certainty="low",
            watch="Jerks, staring spells, biting the tongue, waking up confused. A fit: call the emergency number.",
            ask="The doctor who treats the seizures.",
        )


def _cardiac(said: Understood, labs: Labs, sex: Sex) -> Iterator[Finding]:
    qtc = labs.value("qtc")
    state = "normal" if qtc is None else qtc_class(qtc, sex)
    rhythm, heart, pressure = said.has("rhythm"), said.has("heart"), said.has("pressure")
    if not (rhythm or heart or pressure or state != "normal"):
        return
    measured = () if qtc is None else (Number("QTc", qtc, "ms"),)
    long = (f"a QTc of {qtc:.0f} ms",) if qtc is not None and state != "normal" else ()
    severity: Severity = (
        "danger" if rhythm or state == "high risk" else "caution" if heart or state == "prolonged" else "note"
    )
    yield Finding(
        code=CARDIAC.code,
        severity=severity,
        title="Kratom acts on the heart"
        if severity != "note"
        else "Kratom can raise the heart rate and blood pressure",
        because=(
            f"Named here: {_listed((*rhythm, *heart, *pressure, *long))}. Kratom can make the heart beat faster. "
            "In a few people the heart stopped or fell out of rhythm after kratom, some of them with other medicines."
        ),
        clinical=(
            "Mitragynine blocks hERG in vitro near levels of heavy users (total, unbound lower); borderline but "
            "not prolonged QTc in "
            "100 users; ventricular fibrillation and arrest in case reports. ECG and electrolytes before and after "
            "any second QT drug; "
            "QTc limits are borrowed from methadone. Tachycardia in 17-21 % of poison-centre calls."
        ),
        numbers=(
            *measured,
            Number.of_fact("odds of a fast heartbeat in regular users", "CC002"),
            Number.of_fact("QT in a man whose heart fibrillated, with citalopram", "CC011"),
        ),
        evidence=CARDIAC.facts,
        certainty="low",
        watch="Fainting, a racing or stumbling heart, chest pain: call the emergency number.",
        ask="The family doctor or cardiologist: an ECG.",
    )


def _psychiatric(said: Understood) -> Iterator[Finding]:
    psychosis, mood = said.has("psychosis"), said.has("mood")
    if not (psychosis or mood):
        return
    yield Finding(
        code=PSYCHIATRIC.code,
        severity="caution" if psychosis else "note",
        title="Kratom can make a mental illness worse" if psychosis else "Kratom and low mood or anxiety",
        because=(
            f"Named here: {_listed((*psychosis, *mood))}. "
            + (
                "In at least one person with schizophrenia, psychosis got worse on kratom. "
                if psychosis
                else "Many take kratom for mood, but no trial shows that it helps. "
            )
            + "Stopping it can bring low mood and bad sleep. Many medicines for the mind also act together with kratom."
        ),
        clinical=(
            "Psychotic symptoms in 4 % of 150 regular users, without a link to dose; single report of relapse in "
            "schizophrenia. "
            "Hallucinations in about 5 % of poison-centre calls. Check antipsychotics and antidepressants that "
            "CYP2D6 or CYP3A clears."
        ),
        numbers=(Number.of_fact("regular users in Malaysia with any psychotic symptom", "CC022"),),
        evidence=PSYCHIATRIC.facts,
        certainty="very low",
        watch="Voices, fear of being followed, little need for sleep, thoughts of dying.",
        ask="The psychiatrist or family doctor.",
    )


def _substance(said: Understood, opioid_use: str | None, drinks: float) -> Iterator[Finding]:
    named = said.has("substance")
    opioids = {"past": ("opioids before",), "current": ("opioids now",)}.get(opioid_use or "", ())
    alcohol = ("a lot of alcohol",) if drinks > _MANY_DRINKS else ()
    if not (named or opioids or alcohol):
        return
    lost = " After a break from opioids, the body stands less of them than before." if opioid_use == "past" else ""
    yield Finding(
        code=SUBSTANCE.code,
        severity="caution",
        title="A history with drugs or alcohol raises the risk",
        because=(
            f"Named here: {_listed((*named, *opioids, *alcohol))}. Such people became dependent on kratom more often. "
            f"And nearly all who died with kratom in their blood had taken something else too.{lost}"
        ),
        clinical=(
            "Odds of kratom use disorder about 2.8-fold with another substance use disorder. About 80 % of "
            "kratom-positive overdose "
            "deaths had a history of substance misuse; other drugs in nearly all. Offer naloxone; ask without "
            "blame; for opioid use disorder "
            "offer standard treatment."
        ),
        numbers=(
            Number.of_fact("odds of a kratom use disorder with another one", "DE021"),
            Number.of_fact("overdose deaths with kratom as a cause in which nothing else was found", "TX025"),
        ),
        evidence=SUBSTANCE.facts,
        certainty="moderate",
        watch="Craving, mixing, going back to what was stopped.",
        ask="A doctor or an addiction service; ask for naloxone to keep at home.",
    )


def _respiratory(said: Understood, concentrated: bool) -> Iterator[Finding]:
    if named := said.has("lungs"):
        yield Finding(
            code=RESPIRATORY.code,
            severity="danger" if concentrated else "caution",
            title="Kratom can slow breathing",
            because=(
                f"Named here: {_listed(named)}. Kratom acts where opioids act, and can slow breathing, most of all "
                f"in sleep and "
                "with anything else that makes sleepy. It was never studied in people with such lungs or sleep."
            ),
            clinical=(
                "Respiratory depression in 2.8 % of single-substance poison-centre calls; in mice a ceiling for "
                "mitragynine, none "
                "for 7-OH. No data in COPD or sleep apnoea. One report of ARDS. Ask about CPAP use, sedatives and "
                "alcohol."
            ),
            numbers=(Number.of_fact("poison-centre calls about kratom alone with slowed breathing", "AE027"),),
            evidence=RESPIRATORY.facts,
            certainty="low",
            watch="Long pauses in breathing at night, morning headache, sleepiness by day, blue lips.",
            ask="The family doctor or lung specialist.",
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
    origin = "computed from this case's creatinine by CKD-EPI 2021 (FO001)" if computed else "this case"
    numbers = () if rate is None else (Number("kidney filtration rate", round(rate), "mL/min/1.73 m2", origin=origin),)
    grave = rate is not None and rate < 30
    told = (*named, *(("a low filtration rate",) if low else ()))
    yield Finding(
        code=KIDNEY.code,
        severity="caution" if grave or _failing(said) else "note",
        title="Weak kidneys were not studied",
        because=(
            f"Named here: {_listed(told)}. No study of kratom in people with weak kidneys was found. "
            "Some people with a liver injury from kratom also had a kidney injury."
        ),
        clinical=(
            "No renal-impairment data; little mitragynine is expected in urine unchanged, its metabolites are. "
            "Acute kidney injury in 9.4 % "
            "of reviewed liver-injury cases, rhabdomyolysis in 3.7 %. Metals and minerals of leaf add to the load."
        ),
        numbers=(*numbers, Number.of_fact("kidney injury among liver-injury cases", "AE047")),
        evidence=("AE047", "AE048", *(("FO001",) if computed else ())),
        certainty="very low",
        watch="Little urine, swelling, muscle pain with dark urine.",
        ask="The doctor who treats the kidneys.",
    )


def _failing(said: Understood) -> bool:
    grave = ("dialysis", "failure", "end stage", "esrd")
    return any(
        word in one.text.casefold() for one in said.conditions if "kidney" in one.concept.means for word in grave
    )


def _listed(named: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(named))
