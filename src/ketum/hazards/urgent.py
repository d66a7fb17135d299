"""What needs a clinician today, though not an ambulance.

The rule
--------
``urgent.same-day`` is a danger, and stands first among the dangers. It is given for

- yellow eyes or skin, dark urine or pale stools, in a person who is otherwise well;
- laboratory values of liver injury with bilirubin above twice its limit, or an INR of 1.5 or more with liver
  injury;
- seeing, hearing or believing what is not there, or severe agitation;
- withdrawal in pregnancy: the person is pregnant, and has stopped within ten days or names two signs of withdrawal;
- a racing or stumbling heart, or a QTc above 500 ms;
- numbness around the saddle, loss of control over bladder or bowel, new weakness of a limb, or no urine;
- nothing stays down, severe belly pain, a baby that feeds badly, bleeding in pregnancy, bloody diarrhoea;
- vital signs that are bad but no emergency (`ketum.clinic.vitals`);
- an emergency sign that is said to be over, such as a seizure yesterday;
- blood values far outside: potassium below 2.5 or above 6.5 mmol/L, glucose below 54 mg/dL, sodium below 120
  mmol/L, CK above 5 times its limit (assumed cut-offs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ketum.clinic.labs import Labs
from ketum.clinic.vitals import same_day, signs
from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.words.understanding import Understood
from ketum.writing.texts import Text, commas, say, sentences, term, terms

SAME_DAY = Grounds(
    "urgent.same-day",
    (
        "AE008",
        "AE024",
        "AE026",
        "AE047",
        "AE048",
        "CC002",
        "CC010",
        "CC011",
        "CC015",
        "CC037",
        "DE050",
        "FO019",
        "LI004",
        "LI010",
        "LI011",
        "LI035",
        "MO011",
        "MO035",
        "PO005",
        "PO016",
    ),
    tables=("warning_signs",),
)
FACTS = (SAME_DAY,)

_WITHDRAWAL_H = 240.0


@dataclass(frozen=True, slots=True)
class _Reason:
    plain: Text
    clinical: Text
    evidence: tuple[str, ...]
    numbers: tuple[Number, ...] = ()


def urgent(situation: Situation) -> Iterator[Finding]:
    """Yield what needs a clinician today."""
    said, labs = situation.said, situation.labs
    reasons = (
        *_liver(said, labs),
        *_mind(said),
        *_pregnancy(situation),
        *_heart(said, labs),
        *_nerves(said),
        *_other(said),
        *_measured(situation),
        *_blood(labs),
    )
    if reasons:
        yield _finding(reasons)


def _liver(said: Understood, labs: Labs) -> Iterator[_Reason]:
    named = said.named("jaundice", "dark-urine", "pale-stool")
    if named:
        yield _Reason(
            say("{names:capital}: that can be the liver.", names=terms(named)),
            say("Liver panel with INR today; stop of exposure; exclude biliary, viral and other drug causes."),
            ("LI004", "LI011", "LI035", "WS030"),
        )
    elif labs.liver_injury and labs.above("bilirubin_total", 2):
        yield _Reason(
            say("The blood tests show a liver injury with jaundice."),
            say("Bilirubin above twice its limit with raised enzymes: assess today."),
            ("LI010", "WS031"),
        )
    if labs.liver_injury and (inr := labs.value("inr")) is not None and inr >= 1.5:
        yield _Reason(
            say("The blood clots too slowly, which means that the liver does not do its work."),
            say("INR of 1.5 or more in liver injury: admit, look for encephalopathy, call a liver centre."),
            ("WS031", "WS032"),
            (Number(say("INR"), inr),),
        )


def _mind(said: Understood) -> Iterator[_Reason]:
    if named := said.named("psychosis"):
        yield _Reason(
            say("{names:capital}.", names=terms(named)),
            say("New psychosis: same-day psychiatric and medical assessment; ask for other substances."),
            ("AE026", "PO005", "CC037"),
        )


def _pregnancy(situation: Situation) -> Iterator[_Reason]:
    since = situation.now.stopped_hours_ago
    stopped = since is not None and since <= _WITHDRAWAL_H and situation.use.repeated
    if situation.pregnant and (stopped or len(situation.said.named("withdrawal")) >= 2):
        yield _Reason(
            say("Withdrawal in pregnancy: mother and baby need care for it, not endurance."),
            say("Withdrawal in pregnancy: obstetric and addiction care today; do not advise abrupt cessation at home."),
            ("MO035", "PO016", "DE050"),
        )


def _heart(said: Understood, labs: Labs) -> Iterator[_Reason]:
    if named := said.named("palpitations"):
        yield _Reason(
            say("{names:capital}: the heart's rhythm needs to be looked at.", names=terms(named)),
            say("ECG with QTc and electrolytes today."),
            ("AE008", "CC002", "CC011"),
        )
    if (qtc := labs.value("qtc")) is not None and qtc > 500:
        yield _Reason(
            say("The heart takes too long to recover between beats."),
            say("QTc above 500 ms: repeat ECG, electrolytes, review of every QT-prolonging drug today."),
            ("FO019", "MO011", "CC010"),
            (Number(say("QTc"), qtc, "ms"),),
        )


def _nerves(said: Understood) -> Iterator[_Reason]:
    if named := said.named("cauda", "retention"):
        yield _Reason(
            say("{names:capital}: nerves may be pressed, and hours count.", names=terms(named)),
            say(
                "Possible cauda equina or cord compression: examination and imaging today. "
                "Opioid agonists also cause retention."
            ),
            ("WS040",),
        )


def _other(said: Understood) -> Iterator[_Reason]:
    if named := said.named("same-day"):
        yield _Reason(say("{names:capital}.", names=terms(named)), say("Assess today."), ("WS022",))
    if over := said.lately("emergency", "psychosis"):
        yield _Reason(
            say("{names:capital}: even though it is over, the cause must be found.", names=terms(over)),
            say("A resolved event that would have been an emergency: assess today."),
            ("AE024", "CC015", "WS020"),
        )


def _measured(situation: Situation) -> Iterator[_Reason]:
    copd = bool(situation.said.has("copd"))
    if found := same_day(signs(situation.vitals, situation.person.age_years, copd)):
        points = sum(sign.points for sign in found)
        yield _Reason(
            say("{names:capital}.", names=commas(term(sign.name) for sign in found)),
            say("NEWS2 {points} (oxygen given not known): urgent clinical review.", points=points),
            (*(sign.fact_id for sign in found), "WS014"),
            tuple(Number(term(sign.label), sign.value, sign.unit) for sign in found),
        )


def _blood(labs: Labs) -> Iterator[_Reason]:
    for name, low, high in (("potassium", 2.5, 6.5), ("sodium", 120.0, 1e9), ("glucose", 54.0, 1e9)):
        value = labs.value(name)
        if value is not None and not low <= value <= high:
            yield _Reason(
                say("{name:capital} in the blood far outside its range.", name=term(name)),
                say("{name} critical (assumed cut-off).", name=term(name)),
                ("WS014",),
                (Number(term(name), value, labs.unit(name)),),
            )
    if labs.above("ck", 5):
        yield _Reason(
            say("Muscle is breaking down, which can harm the kidneys."),
            say("CK above 5 times its limit: rhabdomyolysis? Creatinine, potassium, fluids."),
            ("AE048", "AE047"),
            (Number(say("CK"), labs.value("ck") or 0.0, "U/L"),),
        )


def _finding(reasons: tuple[_Reason, ...]) -> Finding:
    return Finding(
        code=SAME_DAY.code,
        severity="danger",
        title=say("See a doctor today"),
        because=sentences(
            say("This cannot wait until tomorrow."),
            *(reason.plain for reason in reasons),
            say("If it gets worse, or the person gets sleepy, confused or short of breath, call the emergency number."),
        ),
        clinical=sentences(*dict.fromkeys(reason.clinical for reason in reasons)),
        numbers=tuple(number for reason in reasons for number in reason.numbers),
        evidence=tuple(dict.fromkeys(name for reason in reasons for name in reason.evidence)),
        certainty="moderate",
        watch=say("Sleepiness, confusion, slow breathing, fainting, bleeding: then it is an emergency."),
        ask=say("A doctor or an emergency department, today. Take the product and its label along."),
    )
