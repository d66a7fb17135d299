"""Each number from receptor to relief: what it is called, how well it is known, and its spread over people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.answers.curves import Share
from ketum.evidence import fact
from ketum.simulation.effects import UNITS
from ketum.writing.texts import Text, say

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class EffectLine:
    """One number from receptor to relief.

    Parameters
    ----------
    certainty
        very low | low: nothing here is better known.
    basis
        What it rests on, in a sentence.
    """

    quantity: str
    label: Text
    unit: str
    median: float
    p05: float
    p95: float
    share: Share
    certainty: Text
    basis: Text
    fact_ids: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """What is said of a number from receptor to relief before it is known; the parts are those of `EffectLine`."""

    quantity: str
    label: Text
    certainty: Text
    basis: Text
    fact_ids: tuple[str, ...]


LINES = (
    Wording(
        "occupancy",
        say("Mu-opioid receptors taken by kratom, at most"),
        say("very low"),
        say("Affinities quoted by other sources, unbound levels assumed, brain levels never measured."),
        ("RA051", "RA050"),
    ),
    Wording(
        "occupancy_other",
        say("Mu-opioid receptors taken by the other opioid, at most"),
        say("very low"),
        say("Its level is taken from its dose; competition follows receptor theory."),
        ("EA028",),
    ),
    Wording(
        "pupil",
        say("Narrowing of the pupil, at most"),
        say("low"),
        say(
            "Fitted to one study without placebo: about {mm:.1f} mm in {AN012:n} regular users.",
            mm=abs(fact("AN012").number()),
        ),
        ("AN012", "AN013"),
    ),
    Wording(
        "cold_pressor",
        say("Cold-pressor tolerance time, times that without"),
        say("very low"),
        say(
            "Fitted to one placebo-controlled study of {AN001:n} habitual users whose dose was not seen; a thesis on the same study found nothing significant."
        ),
        ("AN001", "AN002", "EA027"),
    ),
    Wording(
        "relief_first_day",
        say("Relief in chronic pain over placebo, mean of the first day, if it went as with opioids"),
        say("very low"),
        say(
            "No trial in chronic pain: receptor effect on the yardstick of opioid trials, which report means over days."
        ),
        ("CE066",),
    ),
    Wording(
        "relief_last_day",
        say("Relief in chronic pain over placebo, mean of the last day of use"),
        say("very low"),
        say("Tolerance to relief by kratom was never measured in people; its size and pace are assumed."),
        ("CE066", "DE008"),
    ),
    Wording(
        "relief",
        say("Relief at the strongest moment, which no trial reports"),
        say("very low"),
        say("No trial in chronic pain: receptor effect on the yardstick of opioid trials."),
        ("CE066",),
    ),
    Wording(
        "effect_first_day",
        say("Sedation: receptor effect of the greatest possible, mean of the first day"),
        say("very low"),
        say(
            "Taken to go with the receptor effect as with opioids; sedation was not measured in numbers that fit here."
        ),
        ("CC044",),
    ),
    Wording(
        "effect_last_day",
        say("Sedation: receptor effect of the greatest possible, mean of the last day of use"),
        say("very low"),
        say("As above, with an assumed tolerance."),
        ("CC044",),
    ),
    Wording(
        "morphine_mg",
        say("Like one swallowed dose of morphine, at the strongest moment"),
        say("very low"),
        say("Same receptor effect as morphine on the pupil; no comparison in people exists."),
        ("EA001", "EA004", "EA005"),
    ),
    Wording(
        "breathing",
        say("Breathing: fall of the drive to breathe, at the strongest moment"),
        say("very low"),
        say(
            "Bounded by studies that reported no meaningful fall; how much less the reserve is than for pain, and whether there is a ceiling, is known from animals."
        ),
        ("CC038", "CC039", "CC043", "targets-AE036", "targets-AE037"),
    ),
    Wording(
        "responsiveness",
        say("Responsiveness left, at the lowest"),
        say("very low"),
        say("Tolerance over weeks is assumed; most daily users report it, nobody measured its course."),
        ("DE008", "DE019"),
    ),
    Wording(
        "withdrawal_worst",
        say("Worst withdrawal after the last dose, points of the SOWS above the usual score"),
        say("very low"),
        say("Fitted to a recalled mean of {DE025} points and to {AN015} after a night."),
        ("DE025", "AN015"),
    ),
)


ONLY_REGULAR = ("morphine_mg",)
"""What is said to regular users only: a number in mg of morphine frightens, or reassures, who takes none."""


def line_of(found: xr.Dataset, said: Wording) -> EffectLine:
    """Sum a quantity of all people up, beside what is said of it.

    Parameters
    ----------
    found
        The effects of a run: each quantity over people, and the layers' shares.
    said
        Which quantity, and its words.
    """
    values = found[said.quantity].to_numpy()
    p05, median, p95 = quantiles(values)
    shares = found["share"].sel(quantity=said.quantity).to_numpy()
    share = Share(*(None if np.isnan(part) else round(float(part), 3) for part in shares))
    return EffectLine(
        said.quantity,
        said.label,
        UNITS[said.quantity],
        median,
        p05,
        p95,
        share,
        said.certainty,
        said.basis,
        said.fact_ids,
    )


def quantiles(values: np.ndarray) -> tuple[float, float, float]:
    """Take the 5 %, 50 % and 95 % quantiles of people, each of them somebody's number."""
    # Linear interpolation between infinities is none; an infinite end stays infinite.
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], method="nearest")
    return float(low), float(middle), float(high)
