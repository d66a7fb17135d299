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

UNREAD = Grounds("words.unknown")
FACTS = (UNREAD,)


def words_not_understood(situation: Situation) -> Iterator[Finding]:
    """Yield which words were not understood, or only guessed; nothing where all were read."""
    said = situation.said
    guesses = [one for one in (*said.symptoms, *said.conditions) if one.guessed]
    guessed = tuple(dict.fromkeys(f"“{one.text}” as {one.concept.name}" for one in guesses))
    unread = (*said.unread_symptoms, *said.unread_conditions)
    if not (unread or guessed):
        return
    parts = []
    if unread:
        named = ", ".join(f"“{one}”" for one in unread)
        parts.append(f"Not understood: {named}. The screen says nothing about it, and that means nothing.")
    if said.unread_symptoms:
        parts.append("If it is strong, new or came suddenly, get help now.")
    if guessed:
        parts.append(f"Guessed: {', '.join(guessed)}. Please check.")
    yield (
        Finding(
            code=UNREAD.code,
            severity="caution" if said.unread_symptoms else "note",
            title="Some words were not understood" if unread else "Some words were guessed",
            because=" ".join(parts),
            clinical="Free text outside the vocabulary of symptoms and conditions; judge it by hand.",
            numbers=(),
            evidence=(),
            certainty="high",
            watch="Anything that is new, strong or getting worse.",
            ask="A doctor or pharmacist, about what could not be read.",
        )
    )
