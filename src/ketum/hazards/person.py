"""Hazards that lie in the person: age, pregnancy and breastfeeding.

The rule
--------
- Under 18 years is a danger: no study of a child or teenager was found, and laws that set a limit set
  it at 18 or more.
- From 60 years a note, from 65 a caution: poison centres count this group apart and no study of it was found.
- Pregnancy is a danger: newborns withdrew, and most that were reported needed medicine.
- Breastfeeding is a danger with very low certainty: nothing measured in milk bounds what a newborn gets, and newborns
  do respond to these alkaloids.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.texts import say

MINOR = Grounds("age.minor", ("pk084", "pk001", "LS038", "LS081"))
OLDER = Grounds("age.older", ("AE041", "PO003"))
PREGNANCY = Grounds("pregnancy.newborn-withdrawal", ("PO001", "PO002", "PO016", "PO017", "DE039", "DE040", "AE018"))
BREASTFEEDING = Grounds("breastfeeding", ("PO002", "PO016", "LS081"))
FACTS = (MINOR, OLDER, PREGNANCY, BREASTFEEDING)

_ADULT = 18
_OLDER = 60
_OLD = 65


def of_the_person(situation: Situation) -> Iterator[Finding]:
    """Yield the hazards that lie in the person."""
    age_years = situation.person.age_years
    if age_years < _ADULT:
        yield _minor(age_years)
    if age_years >= _OLDER:
        yield _older(age_years)
    if situation.pregnant:
        yield _pregnancy(situation.person.gestation_weeks)
    if situation.breastfeeding:
        yield _breastfeeding()


def _minor(age_years: float) -> Finding:
    return Finding(
        code=MINOR.code,
        severity="danger",
        title=say("Under 18: kratom was never studied in children or teenagers"),
        because=say(
            "This person is younger than 18. "
            "Every study that was found gave kratom to adults only. "
            "Nobody measured what it does in a growing body and brain."
        ),
        clinical=say(
            "No paediatric pharmacokinetic or safety data were found; all trials on file enrolled adults. "
            "Model predictions are extrapolation."
        ),
        numbers=(Number(say("age"), age_years, "years"),),
        evidence=MINOR.facts,
        certainty="moderate",
        watch=say(
            "Sleepiness that is hard to wake from, slow breathing, a fit, fast heartbeat, vomiting, yellow skin."
        ),
        ask=say("A children's doctor or a poison centre."),
    )


def _older(age_years: float) -> Finding:
    return Finding(
        code=OLDER.code,
        severity="caution" if age_years >= _OLD else "note",
        title=say("Older adults were not studied"),
        because=say(
            "No study of kratom in older people was found, so nobody knows whether it stays longer in an older body. "
            "Poison centres do get calls about this age group. "
            "Other medicines matter even more."
        ),
        clinical=say(
            "No pharmacokinetic data above 60 years were found; poison-centre shares are counts of calls and give no incidence. "
            "Review co-medication, falls, renal and hepatic function."
        ),
        numbers=(
            Number(say("age"), age_years, "years"),
            Number.of_fact(
                say("share of adults' poison-centre calls about kratom that concern people over 60"), "AE041"
            ),
        ),
        evidence=OLDER.facts,
        certainty="low",
        watch=say("Dizziness, falls, confusion, sleepiness, constipation, trouble passing water."),
        ask=say("A pharmacist or doctor who knows all the medicines taken."),
    )


def _pregnancy(gestation_weeks: float | None) -> Finding:
    weeks = () if gestation_weeks is None else (Number(say("weeks of pregnancy"), gestation_weeks, "weeks"),)
    return Finding(
        code=PREGNANCY.code,
        severity="danger",
        title=say("In pregnancy the baby can be born dependent"),
        because=say(
            "Babies of mothers who took kratom have had withdrawal soon after birth, and most of those reported needed medicine. "
            "Do not stop suddenly alone: that can bring withdrawal to mother and baby alike. "
            "Talk to a midwife or doctor soon, so that help is ready."
        ),
        clinical=say(
            "Case reports only (publication bias): onset within the first day; more than half of {PO017:n} infants needed morphine and all six mother-infant pairs of a review needed treatment. "
            "Plan supervised care and neonatal observation rather than abrupt cessation."
        ),
        numbers=(
            *weeks,
            Number.of_fact(say("babies reported to poison centres who had withdrawal"), "PO002"),
            Number.of_fact(say("mother-baby pairs reported who needed medicine"), "PO016"),
            Number.of_fact(say("share of {PO017:n} reported babies who needed morphine"), "PO017"),
            Number.of_fact(say("onset after birth in one baby"), "DE039"),
        ),
        evidence=PREGNANCY.facts,
        certainty="low",
        watch=say(
            "In the mother: sweats, shaking, cramps after a missed dose. In the baby: shaking, crying, poor feeding."
        ),
        ask=say("An obstetrician or midwife, and the newborn ward before the birth."),
    )


def _breastfeeding() -> Finding:
    return Finding(
        code=BREASTFEEDING.code,
        severity="danger",
        title=say("Nothing measured in breast milk was found"),
        because=say(
            "Nobody has measured how much gets into breast milk, so what the baby gets is unknown. "
            "Babies do react: some had withdrawal after their mother's use in pregnancy. "
            "Do not stop suddenly alone; talk to a doctor or midwife first."
        ),
        clinical=say(
            "No milk concentration or relative infant dose was found. "
            "The newborn facts cited follow exposure before birth, not through milk."
        ),
        numbers=(
            Number.of_fact(say("babies reported to poison centres who had withdrawal, exposed before birth"), "PO002"),
        ),
        evidence=BREASTFEEDING.facts,
        certainty="very low",
        watch=say("A baby who is hard to wake, feeds badly, is limp or breathes slowly: call the emergency number."),
        ask=say("A children's doctor, midwife or a service on medicines in breastfeeding."),
    )
