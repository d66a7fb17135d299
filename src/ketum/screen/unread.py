"""Words that were not understood, so that nothing is dropped in silence.

The rule
--------
``words.unknown`` is a note that names every symptom and condition of which nothing was understood. A misspelt word
that was guessed is named as a guess there too.
"""

from __future__ import annotations

from ketum.screen.finding import Finding
from ketum.screen.words import Understood


def unread(said: Understood) -> tuple[Finding, ...]:
    """Return which words were not understood, or only guessed; nothing where all were read."""
    guesses = [one for one in (*said.symptoms, *said.conditions) if one.guessed]
    guessed = tuple(dict.fromkeys(f"“{one.text}” as {one.concept.name}" for one in guesses))
    if not (said.unread or guessed):
        return ()
    parts = []
    if said.unread:
        named = ", ".join(f"“{one}”" for one in said.unread)
        parts.append(f"Not understood: {named}. The screen says nothing about it, and that means nothing.")
    if guessed:
        parts.append(f"Guessed: {', '.join(guessed)}. Please check.")
    return (
        Finding(
            code="words.unknown",
            severity="note",
            title="Some words were not understood" if said.unread else "Some words were guessed",
            because=" ".join(parts),
            clinical="Free text outside the vocabulary of symptoms and conditions; judge it by hand.",
            numbers=(),
            evidence=(),
            certainty="high",
            watch="Anything that is new, strong or getting worse.",
            ask="A doctor or pharmacist, about what could not be read.",
        ),
    )
