"""Findings laid out for a person who reads them on a terminal: worst first, why, what to watch, whom to ask."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ketum.answers.content import OrganNote
from ketum.hazards.finding import Finding
from ketum.medicine import Match, Taken
from ketum.writing.plain import plain
from ketum.writing.texts import Text, commas, joined, say, sentences, term, verbatim

WIDTH = 100
_INDENT = " " * 11
SEVERITIES = {
    "emergency": say("EMERGENCY"),
    "danger": say("DANGER"),
    "caution": say("CAUTION"),
    "note": say("NOTE"),
}


def as_text(found: Sequence[Finding], taken: Sequence[Taken] = (), matches: Sequence[Match] = ()) -> str:
    """Return findings as text, harmless to a terminal; notes short, the rest in full.

    Parameters
    ----------
    found
        Worst first.
    taken
        What is taken beside kratom.
    matches
        How each name was read.
    """
    lines = [line for one in found for line in _finding(one)]
    if not found:
        lines = [say("nothing was found by the checks that exist; that is no proof that nothing can happen")]
    return plain("\n".join([*lines, *_read(found, taken, matches)]))


def organs_as_text(notes: Sequence[OrganNote]) -> str:
    """Return what the levels do not use of the case, one paragraph each; empty where there is nothing."""
    return plain("\n".join(line for note in notes for line in _wrapped(sentences(note.simulated, note.could_be), "")))


def _finding(one: Finding) -> Iterator[str]:
    yield f"{SEVERITIES[one.severity]:9}  {one.title}  [{one.code}]"
    yield from _wrapped(one.because)
    if one.severity != "note":
        yield from _wrapped(say("Watch: {watch}", watch=one.watch))
        yield from _wrapped(say("Ask: {ask}", ask=one.ask))
    facts = commas(one.evidence) or say("none")
    yield from _wrapped(say("How sure: {certainty}. Facts: {facts}.", certainty=term(one.certainty), facts=facts))
    yield ""


def _read(found: Sequence[Finding], taken: Sequence[Taken], matches: Sequence[Match]) -> Iterator[str]:
    """Say how names were read, and of which medicines nothing was found."""
    if not taken and not matches:
        return
    told = " ".join(f"{one.title} {one.because}" for one in found)
    quiet = sorted(one.shown for one in taken if one.generic not in told and one.shown not in told)
    others = sorted({_as_read(one) for one in matches if _renamed(one)})
    if others:
        yield from _wrapped(say("Names read: {names}.", names=joined("; ", others)), "")
    if quiet:
        names = commas(quiet)
        yield from _wrapped(
            say(
                "Known, and nothing on file against it beside kratom: {names}. That is not proof of no effect.",
                names=names,
            ),
            "",
        )


def _as_read(one: Match) -> Text:
    return say("{given} as {read}", given=verbatim(one.given), read=joined(" + ", map(term, one.generics)))


def _renamed(one: Match) -> bool:
    return bool(one.generics) and one.generics != (one.given.casefold(),)


def _wrapped(text: str, indent: str = _INDENT) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
