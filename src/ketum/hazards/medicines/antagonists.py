"""What blocks opioid receptors, or half fills them, beside kratom.

The rule
--------
- A partial agonist (buprenorphine, butorphanol, nalbuphine, pentazocine) is a danger: it is an opioid by itself, and in
  someone used to kratom a first dose can bring withdrawal.
- Naltrexone and nalmefene are a danger in someone used to kratom, since they can bring withdrawal within minutes to
  hours, and a caution in others: the effect is blocked, and taking more to break through is how people die.
- Naloxone alone is a note: it is rescue, and may bring agitation. Beside a partial agonist it adds nothing.
- Antagonists of the gut are a note; a caution in someone used to kratom.
- All outlast their last dose (`ketum.medicine.wash_out`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.evidence import Fact
from ketum.hazards.finding import Finding, Number, Severity
from ketum.hazards.grounds import Grounds
from ketum.hazards.medicines.names import ids, shown, stopped, worst
from ketum.hazards.situation import Situation
from ketum.medicine import Taken, is_any
from ketum.medicine.classes import code_of, opioid_classes
from ketum.writing.texts import NOTHING, say, say_plural, sentences

ANTAGONIST = Grounds("interaction.opioid-antagonist", ("DE046", "AE053", "targets-AE034"), fields=("atc",))
FACTS = (ANTAGONIST,)

KINDS = opioid_classes("partial agonist", "antagonist", "gut antagonist")


def antagonists(situation: Situation) -> Iterator[Finding]:
    """Yield what opioid antagonists and partial agonists beside kratom mean."""
    found = tuple(
        (medicine, ground)
        for medicine in situation.medicines
        if (ground := code_of(medicine.entry, *KINDS)) and medicine.acts("opioid")
    )
    partial = any(is_any(medicine.entry, "partial opioid agonist") for medicine, _ in found)
    if not found:
        return
    medicines = [medicine for medicine, _ in found if not (partial and medicine.generic == "naloxone")]
    severity = worst(_severity(situation, medicine) for medicine in medicines)
    yield _finding(medicines, severity, situation.used_to_kratom, [ground for _, ground in found])


def _severity(situation: Situation, medicine: Taken) -> Severity:
    if is_any(medicine.entry, "partial opioid agonist"):
        return "danger"
    if is_any(medicine.entry, "opioid antagonist of the gut"):
        return "caution" if situation.used_to_kratom else "note"
    if medicine.generic == "naloxone":
        return "note"
    return "danger" if situation.used_to_kratom else "caution"


def _finding(several: list[Taken], severity: Severity, used_to_kratom: bool, grounds: list[Fact]) -> Finding:
    name = shown(several)
    partial = [medicine for medicine in several if is_any(medicine.entry, "partial opioid agonist")]
    used_to = (
        say("In someone who is used to kratom it can bring sudden strong withdrawal.")
        if used_to_kratom
        else say("In someone who is used to kratom it can bring sudden withdrawal; that was not said of this person.")
    )
    own = (
        say("{names} is an opioid too: sleepiness and slow breathing add up.", names=shown(partial))
        if partial
        else NOTHING
    )
    return Finding(
        code=ANTAGONIST.code,
        severity=severity,
        title=say("Rescue medicine: {name}", name=name)
        if severity == "note"
        else say("Blocks or replaces what kratom does: {name}", name=name),
        because=sentences(
            say_plural(
                "{name:capital} sits on the receptors through which kratom partly acts, and blocks it.",
                "{name:capital} sit on the receptors through which kratom partly acts, and block it.",
                len(several),
                name=name,
            ),
            own,
            used_to,
            say(
                "Taking more kratom to feel it anyway is dangerous: the block can fade while much is still in the body."
            ),
            stopped(several),
        ),
        clinical=say(
            "Competitive mu antagonist or high-affinity partial agonist: blocked effect, or precipitated withdrawal in dependence (seen in animals with mitragynine). "
            "Before naltrexone an opioid-free interval is usual; before buprenorphine, objective withdrawal. "
            "Naloxone may need repeating, and responses to it varied."
        ),
        numbers=(Number.of_fact(say("response to naloxone in a hospital series"), "AE053"),),
        evidence=tuple(dict.fromkeys(("DE046", "AE053", "targets-AE034", *ids(grounds)))),
        certainty="moderate",
        watch=say("Sweating, cramps, vomiting, restlessness soon after a dose; sleepiness and slow breathing."),
        ask=say(
            "The prescriber, before the first or next dose of either. Keep naloxone for emergencies: it saves lives."
        ),
    )
