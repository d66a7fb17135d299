"""Effects and margins of a run, ready to be shown: words, numbers, and how little stands behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ketum import pharmacology
from ketum.answers.curves import QUANTILES, Levels
from ketum.answers.effect_lines import LINES, ONLY_REGULAR, EffectLine, line_of, quantiles
from ketum.evidence import fact
from ketum.kinds import kinds
from ketum.pharmacology import Effect, Parameter, alkaloid
from ketum.writing.lists import listed
from ketum.writing.texts import Text, joined, say, term

if TYPE_CHECKING:
    import xarray as xr

    from ketum.simulation.simulate import Run


@dataclass(frozen=True)
class RoleLine:
    """The same number under one of two hypotheses, named by its role."""

    role: Text
    quantity: str
    median: float
    p05: float
    p95: float


@dataclass(frozen=True)
class Yardstick:
    """Relief on the scale of 0 to 10: measured for other care, or computed here."""

    label: Text
    points: float
    low: float
    high: float
    kind: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True)
class SeenInPeople:
    """What a study in people saw."""

    text: Text
    fact_id: str


@dataclass(frozen=True, eq=False)
class Effects:
    """Everything from receptor to relief.

    Parameters
    ----------
    lines
        Each number.
    roles
        Some of them under speciociliatine's two published roles.
    kinds
        Some of them with the potency that regular users showed, and with that of people new to kratom.
    breathing
        The fall of the drive to breathe with a ceiling and without.
    breathing_seen
        What was seen of breathing in people.
    """

    lines: tuple[EffectLine, ...]
    roles: tuple[RoleLine, ...]
    kinds: tuple[RoleLine, ...]
    breathing: tuple[RoleLine, ...]
    breathing_seen: tuple[SeenInPeople, ...]
    yardstick: tuple[Yardstick, ...]
    curves: tuple[Levels, ...]
    beside: tuple[str, ...]
    warnings: tuple[Text, ...]
    notes: tuple[Text, ...]

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Every fact that this section shows or rests on."""
        rows: tuple[Parameter | Effect, ...] = (
            *pharmacology.effect_parameters(),
            *pharmacology.effect_variability(),
        )
        shown = [line.fact_ids for line in self.lines] + [row.fact_ids for row in self.yardstick]
        shown.append(tuple(seen.fact_id for seen in self.breathing_seen))
        return tuple(chain(*shown, *(row.facts for row in rows)))


NOTES = (
    say(
        "Everything in this section is a hypothesis with numbers. The receptor potency seen in test tubes explains only a small part of what people showed; the missing factor was fitted, and is wide."
    ),
    say("Kappa and delta opioid receptors: no human affinity is on file. Their part is not known, and not simulated."),
    say(
        "Pseudoindoxyl, which human plasma makes of 7-hydroxymitragynine, was never measured in people; it may be part of the missing factor."
    ),
    say(
        "Where breathing was watched in people no meaningful fall was reported, in healthy people, awake, without alcohol or sedatives, which add to it in ways that are not simulated; so does sleep. A small number rules out no harm to breathing."
    ),
)
YARDSTICK = (
    ("CE066", say("Opioids, chronic pain, over placebo")),
    ("CE058", say("NSAIDs, back pain, over placebo")),
    ("CE060", say("Duloxetine and alike, back pain, over placebo")),
    ("CE038", say("Exercise, back pain, over no treatment")),
    ("CE157", say("Cognitive behavioural therapy, chronic pain, over usual care")),
)


BEYOND = say(
    "These doses lie above any that a human study gave (see the findings). What follows here is computed all the same, and is extrapolated: nothing shows that it holds."
)
FROM_7OH = say(
    "A 7-hydroxymitragynine product is taken: no human study of it exists, neither of its levels nor of its effects. The anchors of this section are leaf and tea."
)


OUTSIDE = "is not in the model"


def effects(run: Run, finding_codes: Collection[str] = ()) -> Effects:
    """Put the effects of a run into words and numbers.

    Parameters
    ----------
    run
        A finished simulation.
    finding_codes
        Codes of its findings: doses beyond the studied ones are marked here too.
    """
    seven = any(kinds()[held.product.name].concentrate_of == alkaloid("HM").name for held in run.contents)
    others = _and(run.beside.names)
    left_out = joined("; ", dict.fromkeys(text for held in run.contents for text in held.unknown if OUTSIDE in text))
    missing = say("Not counted in this section, and not small for that: {left_out}.", left_out=left_out)
    together = say(
        "These are effects of kratom and {names} together, unless a line says otherwise. After the last dose of the run the doses of both end; a level that is taken to stand still stays.",
        names=others,
    )
    marks = (
        (missing, bool(left_out)),
        (BEYOND, "dose.above-studied" in finding_codes),
        (FROM_7OH, seven),
        (together, bool(others)),
    )
    found = run.tree["effects"].to_dataset()
    regular = run.case.person.kratom_experience == "regular"
    left = (*(() if run.beside.names else ("occupancy_other",)), *(() if regular else ONLY_REGULAR))
    lines = tuple(line_of(found, said) for said in LINES if said.quantity not in left)
    return Effects(
        lines=lines,
        roles=_roles(run),
        kinds=_kinds(run),
        breathing=_under(_breathing(found), ("breathing",)),
        breathing_seen=BREATHING_SEEN,
        yardstick=_yardstick(next(line for line in lines if line.quantity == "relief_last_day"), run.beside.names),
        curves=_curves(run),
        beside=run.beside.names,
        warnings=tuple(text for text, holds in marks if holds),
        notes=NOTES,
    )


Hypothesis = tuple[Text, "xr.Dataset"]
"""Its name, and the effects of the people who live under it."""


def _under(hypotheses: Iterable[Hypothesis], quantities: Sequence[str]) -> tuple[RoleLine, ...]:
    return tuple(
        RoleLine(name, quantity, median, p05, p95)
        for name, found in hypotheses
        if found.sizes["subject"]
        for quantity in quantities
        for p05, median, p95 in [quantiles(found[quantity].to_numpy())]
    )


def _split(found: xr.Dataset, switch: str, on: Text, off: Text) -> list[Hypothesis]:
    """Part people by a hypothesis of which some hold the one side and some the other."""
    holds = found[switch].to_numpy() > 0.5
    return [(on, found.isel(subject=holds)), (off, found.isel(subject=~holds))]


def _roles(run: Run) -> tuple[RoleLine, ...]:
    if not any("SC" in held.mg for held in run.contents):
        return ()
    roles = say("partial agonist"), say("no agonist, only occupies")
    hypotheses = _split(run.tree["effects"].to_dataset(), "agonist_SC", *roles)
    return _under(hypotheses, ("relief_last_day", "breathing", "withdrawal_worst"))


def _kinds(run: Run) -> tuple[RoleLine, ...]:
    """Give the numbers of both kinds of studies: those that are the person's, and the others."""
    found = run.tree["effects"].to_dataset()
    new, regular = say("potency as people new to kratom showed it"), say("potency as regular users showed it")
    hypotheses = _split(found, "as_new", new, regular)
    if run.other is not None:
        hypotheses += _split(run.other.effects, "as_new", new, regular)
    return _under(hypotheses, ("relief_last_day", "breathing", "withdrawal_worst"))


def _breathing(found: xr.Dataset) -> list[Hypothesis]:
    return _split(
        found,
        "full_HM",
        say("no ceiling: 7-hydroxymitragynine acts on breathing as a full agonist, as in animals"),
        say("with a ceiling: it is as partial there as in cells"),
    )


BREATHING_SEEN = (
    SeenInPeople(
        say(
            "A trial of leaf in healthy people without kratom for a year, 12 or 13 in each dose group, the highest 53 mg of mitragynine once and then daily for 15 days: no clinically significant change of breathing rate or blood oxygen, as its abstract is retold by a seller."
        ),
        "CC038",
    ),
    SeenInPeople(
        say(
            "{CC039:n} healthy people, 5 to 40 mg of mitragynine once: no significant change of breathing rate or blood oxygen."
        ),
        "CC039",
    ),
    SeenInPeople(say("{CC043:n} regular users after their own dose of leaf: minor changes."), "CC043"),
    SeenInPeople(
        say(
            "A drink with kava and kratom, six days: the breathing rate changed, within what is normal; which way is not told."
        ),
        "CC040",
    ),
    SeenInPeople(say("Deuterated mitragynine, up to 90 mg: no clinically significant effect on breathing."), "CC047"),
    SeenInPeople(
        say("In the same study oxycodone looked like placebo, too: the test could not tell, and proves no safety."),
        "CC048",
    ),
    SeenInPeople(
        say(
            "One man of 29 stopped breathing after about 190 mg of 7-hydroxymitragynine in tablets, and was revived with naloxone."
        ),
        "AE071",
    ),
)


def _yardstick(relief: EffectLine, others: tuple[str, ...]) -> tuple[Yardstick, ...]:
    label = say("{names}, computed; no trial in chronic pain", names=_and((say("This kratom"), *others)))
    own = Yardstick(label, relief.median, relief.p05, relief.p95, "computed", relief.fact_ids)
    rows = [own, *(_care(fact_id, label) for fact_id, label in YARDSTICK)]
    for name in ("placebo", "natural"):
        row = next(p for p in pharmacology.effect_parameters() if p.name == name)
        rows.append(Yardstick(term(row.label), row.prior_median, row.low, row.high, "measured", row.facts))
    return tuple(rows)


def _care(fact_id: str, label: Text) -> Yardstick:
    row = fact(fact_id)
    points = -float(row.details["approx_pain_points_0_10"])
    interval = row.interval()
    # The table's points stand in proportion to the published number, so its interval does too.
    scale = points / row.number()
    low, high = sorted(end * scale for end in interval) if interval else (points, points)
    return Yardstick(label, points, low, high, "measured", (fact_id,))


def _and(names: Iterable[str]) -> Text:
    return listed(map(term, names))


def _curves(run: Run) -> tuple[Levels, ...]:
    bands = run.tree["bands"].to_dataset()
    times = bands["time"].to_numpy()
    shown = {"occupied_kratom": say("Mu-opioid receptors taken by kratom")}
    if run.beside.names:
        shown["occupied_other"] = say("Mu-opioid receptors taken by {names}", names=_and(run.beside.names))
    shown |= {"responsiveness": say("Responsiveness left (tolerance)")}
    return tuple(
        Levels(label, times, **dict(zip(QUANTILES, 100 * bands[name].to_numpy(), strict=True)))
        for name, label in shown.items()
    )


def as_mapping(found: Effects) -> Mapping[str, object]:
    """Give the effects for JSON, without the curves, which stand in their own file."""
    from dataclasses import asdict

    return {name: value for name, value in asdict(found).items() if name != "curves"}
