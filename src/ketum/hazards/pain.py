"""Signs that pain itself has a dangerous cause. This is a screen for people in pain.

The rule
--------
- ``pain.red-flags`` is a danger for numbness around the saddle, loss of control over bladder or bowel, urine that
  does not come, new weakness of a limb, and fever, chills or temperature of 38.1 degC and more together with pain.
- It is a caution for cancer now or before, weight loss without trying, night sweats, pain at night or at rest, pain
  after a fall or blow, and for brittle bones, steroids, a weak immune system or drugs by vein in someone with pain.
- What a person in pain is: a condition or symptom of pain, or a pain score above 0. Numbness, loss of control,
  weakness, weight loss and cancer count with or without pain.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.hazards.wording import named_here
from ketum.writing.texts import Text, joined, say, sentences

RED_FLAGS = Grounds("pain.red-flags", ("WS040", "WS041", "WS042"))
FACTS = (RED_FLAGS,)

_FEVER = 38.1


def red_flags(situation: Situation) -> Iterator[Finding]:
    """Yield the red flags of pain."""
    said, pain_nrs = situation.said, situation.now.pain_nrs
    in_pain = bool(
        {"a pain condition"} & set(said.has("known")) or {"pain"} & set(said.named("known")) or (pain_nrs or 0) > 0
    )
    nerves = said.named("cauda", "retention")
    fever = said.named("fever") or ((say("fever"),) if situation.vitals.get("temperature", 0.0) >= _FEVER else ())
    hot = fever if in_pain else ()
    grave = said.has("cancer")
    slow = (*said.named("red-flag"), *grave)
    weak = said.has("bones", "immune") if in_pain else ()
    every = (*nerves, *hot, *slow, *weak)
    if not every:
        return
    danger = bool(nerves or hot)
    meaning = _meaning(bool(nerves), bool(hot), bool(slow or weak))
    yield Finding(
        code=RED_FLAGS.code,
        severity="danger" if danger else "caution",
        title=say("The pain may have a cause that must be found"),
        because=sentences(
            named_here(every),
            say("With pain, this can mean more than a strained back: {meaning}.", meaning=meaning),
            say("Kratom can hide the pain and so the warning."),
            say("Be seen today.") if danger else say("Be seen within days, and say all of this."),
        ),
        clinical=say(
            "Red flags of the AHCPR guideline on low back pain; each alone has a low predictive value, together they count. "
            "Examine, and image where they fit. "
            "Analgesia by an opioid agonist may mask progression; urinary retention may also be its effect."
        ),
        numbers=(() if pain_nrs is None else (Number(say("pain, 0 to 10"), pain_nrs),)),
        evidence=tuple(
            name
            for name, there in (
                ("WS040", bool(nerves)),
                ("WS041", bool(hot or slow or weak)),
                ("WS042", bool(slow or weak)),
            )
            if there
        ),
        certainty="moderate",
        watch=say(
            "Numbness between the legs, no control over bladder or bowel, a leg that gets weak: emergency department at once."
        ),
        ask=say("An emergency department, today.") if danger else say("The family doctor, within days."),
    )


def _meaning(nerves: bool, hot: bool, grave: bool) -> Text:
    parts = (
        (say("nerves under pressure"), nerves),
        (say("an infection"), hot),
        (say("a tumour, a fracture or an infection"), grave),
    )
    return joined(" or ", (text for text, there in parts if there))
