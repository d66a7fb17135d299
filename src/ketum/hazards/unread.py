"""Words that were not understood, so that nothing is dropped in silence.

The rule
--------
``words.unknown`` names every symptom and condition of which nothing was understood, and every misspelt word that was
guessed. It is a caution where a symptom was not understood, since that may be a grave one; else a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from ketum.hazards.finding import Finding
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.writing.texts import NOTHING, commas, say, sentences

UNREAD = Grounds("words.unknown")
FACTS = (UNREAD,)


def words_not_understood(situation: Situation) -> Iterator[Finding]:
    """Yield which words were not understood, or only guessed; nothing where all were read."""
    said = situation.said
    guesses = [heard for heard in (*said.symptoms, *said.conditions) if heard.guessed]
    guessed = dict.fromkeys(say("“{text}” as {name}", text=heard.text, name=heard.concept.name) for heard in guesses)
    unread = (*said.unread_symptoms, *said.unread_conditions)
    if not (unread or guessed):
        return
    lost = say(
        "Not understood: {words}. The screen says nothing about it, and that means nothing.",
        words=commas(say("“{word}”", word=word) for word in unread),
    )
    doubtful = say("Guessed: {words}. Please check.", words=commas(guessed))
    yield Finding(
        code=UNREAD.code,
        severity="caution" if said.unread_symptoms else "note",
        title=say("Some words were not understood") if unread else say("Some words were guessed"),
        because=sentences(
            lost if unread else NOTHING,
            say("If it is strong, new or came suddenly, get help now.") if said.unread_symptoms else NOTHING,
            doubtful if guessed else NOTHING,
        ),
        clinical=say("Free text outside the vocabulary of symptoms and conditions; judge it by hand."),
        numbers=(),
        evidence=(),
        certainty="high",
        watch=say("Anything that is new, strong or getting worse."),
        ask=say("A doctor or pharmacist, about what could not be read."),
    )
