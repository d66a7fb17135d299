"""What a case's medicines do to CYP3A in each virtual person: how the levels of a run take them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ketum.arrays import Array
from ketum.chance import Stream
from ketum.enzymes.perpetrators import LONG_AGO_H, Perpetrator, parameters, perpetrators, spread, together
from ketum.medicine import Taken
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, say, sentences, term

SETTLED_H = 14 * 24.0
"""So long after its start a medicine counts as there in full, and as beside kratom all along."""


@dataclass(frozen=True, eq=False)
class Enzymes:
    """Medicines that change how kratom is lost.

    Parameters
    ----------
    names
        Those that are taken in.
    own
        Each person's parameters of the model, shape (people,); empty where there is none.
    settled
        Whether they were there in full long before the run.
    assumptions, unknown
        In words.
    facts
        Ids of the facts behind them.
    """

    names: tuple[str, ...] = ()
    own: Mapping[str, Array] = field(default_factory=dict)
    settled: bool = True
    assumptions: tuple[Text, ...] = ()
    unknown: tuple[Text, ...] = ()
    facts: tuple[str, ...] = ()


def enzymes_beside(medicines: Sequence[Taken], own: Mapping[str, Array], stream: Stream) -> Enzymes:
    """Work out what medicines do to the enzymes.

    One medicine comes and goes as the case says. Of several, those that are taken add up, each there in full; one that
    was stopped before and still acts is then left out, and named.

    Parameters
    ----------
    medicines
        What is taken beside kratom, each medicine once.
    own
        Each person's parameters, shape (people,).
    stream
        Random numbers.
    """
    taken, stopped = [], []
    for given in sorted(medicines, key=lambda medicine: medicine.generic):
        one = perpetrators().get(given.generic)
        if one is None:
            continue
        when = given.started_h, given.stopped_h
        theirs = parameters(one, own, spread(one, stream), *when)
        if when[1] is None:
            taken.append((one, theirs, when))
        elif when[1] < LONG_AGO_H:
            stopped.append((one, theirs, when))
    if len(taken) + len(stopped) == 1:
        ((one, theirs, when),) = taken + stopped
        started, ended = when
        settled = ended is None and (started is None or started >= SETTLED_H)
        return Enzymes((one.generic,), theirs, settled, _said([one]), (_direction([one]),), one.facts)
    unknown = tuple(
        say(
            "what is left of {name}, which was stopped: beside other medicines it is not followed",
            name=term(one.generic),
        )
        for one, _, _ in stopped
    )
    if not taken:
        return Enzymes(unknown=unknown)
    several = [one for one, _, _ in taken]
    facts = tuple(dict.fromkeys(fact for one in several for fact in one.facts))
    added = together([theirs for _, theirs, _ in taken], own)
    return Enzymes(
        tuple(one.generic for one in several), added, True, _said(several), (*unknown, _direction(several)), facts
    )


def _direction(several: list[Perpetrator]) -> Text:
    return say(
        "whether kratom acts more or less beside {names}: what CYP3A is to 7-hydroxymitragynine in people is not known, and the levels and effects shown span what is believed of it",
        names=listed(term(one.generic) for one in several),
    )


def _said(several: list[Perpetrator]) -> tuple[Text, ...]:
    return tuple(sentences(_with(one, len(several) > 1), term(one.note) if one.note else NOTHING) for one in several)


def _with(one: Perpetrator, among_others: bool) -> Text:
    name, mechanism = term(one.generic), term(one.mechanism)
    if among_others:
        return say(
            "Blood levels are those with {name} ({mechanism} of CYP3A); what they do to the enzyme is added up, each there in full.",
            name=name,
            mechanism=mechanism,
        )
    return say("Blood levels are those with {name} ({mechanism} of CYP3A).", name=name, mechanism=mechanism)
