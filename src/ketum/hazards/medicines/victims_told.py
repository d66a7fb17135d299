"""What is said of the medicines that kratom may raise through one enzyme; `victims` chooses them."""

from __future__ import annotations

from dataclasses import dataclass

from ketum.evidence import Fact
from ketum.hazards.finding import Number, Severity
from ketum.hazards.medicines import static
from ketum.hazards.medicines.names import ids
from ketum.hazards.medicines.narrow import HARMED, narrow
from ketum.hazards.medicines.ratio import numbers, remembered
from ketum.medicine import Taken
from ketum.sizes import InteractionSize
from ketum.writing.lists import listed
from ketum.writing.texts import NOTHING, Text, joined, say, sentences

STUDY = {"midazolam": ("ddi01", "ddi02", "ddi03"), "dextromethorphan": ("ddi04", "ddi05")}
REFERENCE = {"CYP3A": ("ddi01", "ddi03"), "CYP2D6": ("ddi04",)}
WHAT = {
    "ddi01": say("exposure to midazolam"),
    "ddi02": say("peak of midazolam"),
    "ddi03": say("half-life of midazolam"),
    "ddi04": say("exposure to dextromethorphan"),
    "ddi05": say("peak of dextromethorphan"),
}


@dataclass(frozen=True, slots=True)
class SizedVictim:
    """A medicine that kratom may raise, by how much, and how grave that is."""

    medicine: Taken
    size: InteractionSize
    severity: Severity


@dataclass(frozen=True, slots=True)
class Victims:
    """The medicines that kratom may raise through one enzyme.

    Parameters
    ----------
    sized
        Those of which the size can be told, the gravest first.
    unsized
        Those of which it cannot, with the share that goes through the enzyme.
    """

    enzyme: str
    sized: tuple[SizedVictim, ...]
    unsized: tuple[tuple[Taken, Fact], ...]

    def __bool__(self) -> bool:
        return bool(self.sized or self.unsized)

    @property
    def names(self) -> Text:
        """Every medicine, as words."""
        several = (*(victim.medicine for victim in self.sized), *(medicine for medicine, _ in self.unsized))
        return listed(dict.fromkeys(medicine.shown for medicine in several))

    @property
    def measured(self) -> tuple[str, ...]:
        """Facts of what was measured in people: of these medicines, and of those that stand for the enzyme."""
        own = (name for victim in self.sized for name in STUDY.get(victim.medicine.generic, ()))
        return tuple(dict.fromkeys((*own, *REFERENCE[self.enzyme])))

    @property
    def doubtful(self) -> bool:
        """Whether anything behind the sizes is only remembered."""
        unseen = not all(share.verified for _, share in self.unsized)
        return unseen or any(remembered(victim.size) for victim in self.sized)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Every fact that this rests on."""
        generics = [victim.medicine.generic for victim in self.sized]
        every = (
            *self.measured,
            *(name for victim in self.sized for name in victim.size.fact_ids),
            *(HARMED[name] for name in generics if name in HARMED),
            *ids(narrow(victim.medicine) for victim in self.sized),
            *ids(share for _, share in self.unsized),
            *ids(narrow(medicine) for medicine, _ in self.unsized),
        )
        return tuple(dict.fromkeys(every))


def because(victims: Victims, stopped_h: float | None) -> Text:
    """Say in plain words what is raised, and that it falls when kratom is stopped."""
    return sentences(
        _falling(stopped_h),
        say(
            "The body clears {names} with an enzyme ({enzyme}) that kratom blocks. "
            "So more of it may stay in the blood while kratom is taken: {amounts}.",
            names=victims.names,
            enzyme=victims.enzyme,
            amounts=_amounts(victims),
        ),
        _activated(victims),
        say(
            "When kratom is stopped, the level falls back; a dose that was fitted beside kratom may then be too small."
        ),
    )


def clinical(victims: Victims) -> Text:
    """Say the same to a clinician."""
    return sentences(
        say("CYP3A inhibition, mainly of the gut wall;")
        if victims.enzyme == "CYP3A"
        else say("CYP2D6 inhibition, competitive;"),
        *map(_ratio, victims.sized),
        say(
            "Studied once, after {mg:g} mg of mitragynine; more or repeated doses extrapolate. "
            "Monitor level or effect on starting, changing and stopping kratom.",
            mg=static.STUDIED_MG,
        ),
        say("Part of the fm or Fg is remembered, not verified.") if victims.doubtful else NOTHING,
    )


def numbers_of(victims: Victims) -> tuple[Number, ...]:
    """Return the sizes, and what was measured in people."""
    return (
        *numbers(victim.size for victim in victims.sized),
        *(
            Number.of_fact(say("measured in people after one tea: {what}", what=WHAT[name]), name)
            for name in victims.measured
        ),
    )


def _falling(hours: float | None) -> Text:
    """Say that kratom was stopped: what it raised is falling now."""
    if hours is None:
        return NOTHING
    return say("Kratom was stopped {hours:g} hours ago: what it had raised is falling back now.", hours=hours)


def _amounts(victims: Victims) -> Text:
    unknown = listed(medicine.generic for medicine, _ in victims.unsized)
    return joined(
        "; ",
        (
            *map(_amount, victims.sized),
            say("how much more of {names} is not known", names=unknown) if unknown else NOTHING,
        ),
    )


def _amount(victim: SizedVictim) -> Text:
    ratio, rough = victim.size.ratio, victim.size.method != "dynamic"
    return say(
        "{name} about {middle:.2g} times as much ({low:.2g} to {high:.2g}{rough})",
        name=victim.medicine.generic,
        middle=ratio.median,
        low=ratio.low,
        high=ratio.high,
        rough=say("; a rough screen") if rough else NOTHING,
    )


def _activated(victims: Victims) -> Text:
    names = [
        victim.medicine.generic
        for victim in victims.sized
        if "bioactivation" in victim.medicine.entry.value("fda_substrate_class")
    ]
    if not names:
        return NOTHING
    return say(
        "The body needs this enzyme to make {names} work: relief may become less, not more.", names=listed(names)
    )


def _ratio(victim: SizedVictim) -> Text:
    size = victim.size
    return say(
        "AUC ratio of {name} {middle:.2f} ({low:.2f}-{high:.2f}, {method}{narrow}).",
        name=victim.medicine.generic,
        middle=size.ratio.median,
        low=size.ratio.low,
        high=size.ratio.high,
        method=say("dynamic") if size.method == "dynamic" else say("static, screen only"),
        narrow=say("; narrow index") if narrow(victim.medicine) else NOTHING,
    )
