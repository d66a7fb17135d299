"""From a finished run and its findings to the content of a report: words, sources, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from ketum import __version__, pharmacology
from ketum.answers import effects as sections
from ketum.answers import stopping
from ketum.answers.content import DoseContent, DoseLine, Endpoint, PublishedLevel, Report, SourceLine, Unknown
from ketum.answers.curves import QUANTILES, Levels, Share
from ketum.answers.interactions import interactions
from ketum.chance import LAYERS
from ketum.clinic import helplines
from ketum.crowd.habit import UNKNOWN, has_habit
from ketum.crowd.intake import Intake, dose_sizes
from ketum.evidence import fact, sources
from ketum.hazards import screen
from ketum.hazards.emergency import SIGNS_FACTS
from ketum.interaction import sizes
from ketum.kinds import kinds
from ketum.medicine import Match, taken_in
from ketum.pharmacology import ALKALOIDS
from ketum.pharmacology.alkaloids import molar_mass
from ketum.rows import read_rows
from ketum.simulation.simulate import Run
from ketum.writing.numbers import number

LEAF_NOTE = (
    "swallowed leaf: no published level fixes how much leaf gives up; it is taken to lie between tea and extract"
)

LEFT_OUT = {
    "person.conditions": ("other illnesses", "conditions that change the risk could not be looked for"),
    "person.pregnant": ("whether the person is pregnant", "it was neither assumed nor ruled out"),
    "person.gestation_weeks": ("the week of pregnancy", "findings on pregnancy do not depend on it here"),
    "person.breastfeeding": ("whether the person is breastfeeding", "it was neither assumed nor ruled out"),
    "person.liver": ("how the liver works", "a normal liver is simulated; nothing was measured in liver disease"),
    "person.egfr": (
        "how the kidneys work",
        "they hardly remove mitragynine (0.14 % of a dose), but its metabolites are not followed",
    ),
    "person.cyp2d6": ("the CYP2D6 type", "no human data by type were found; the simulation does not use it"),
    "person.opioid_use": ("use of opioids", "only opioids named as medicines were looked for"),
    "person.kratom_experience": (
        "experience with kratom",
        "effects are simulated as if none had been taken before: no tolerance, no dependence at the start",
    ),
    "person.kratom_months": (
        "how long kratom has been taken before",
        "in regular use it is taken as long enough for tolerance to have settled",
    ),
    "person.drinks_per_day": ("alcohol", "only alcohol named as a medicine was looked for"),
    "person.procedure_planned": ("whether anaesthesia or sedation is planned", "nothing could be said about it"),
    "certificate": ("what the product holds by a certificate", "the content of products of its kind is assumed, wide"),
    "tested": ("what the product was tested for", "metals and microbes were neither assumed nor ruled out"),
    "with": ("the other ingredients", "they are not simulated, and what they add is unknown"),
}
"""What a key that was left out means, and what follows; keys of a kratom entry by their last part."""


LIMITS = (
    "The model was fitted to single doses: tea from 2 g of leaf (5 people), an extract (two doses), and what an "
    "abstract says of leaf capsules. Repeated doses, other amounts and other products are extrapolated.",
    "Tea gives about a quarter of the mitragynine per mg that an extract gives. The model explains this by how much "
    "leaves the leaf and is absorbed. It could also be due to feeding, assay or chance; the data cannot tell.",
    "How much of a swallowed dose reaches the blood was never measured in people. The model's shares for gut, wall and "
    "liver are wide assumptions, counted as not knowing.",
    "The slow end of mitragynine's curve (about 45 h) and the quicker fall of 7-hydroxymitragynine (about 5.7 h) "
    "cannot both last: in the end a metabolite falls with its parent, below what the trials could measure.",
    "Mitragynine inactivates CYP3A, fitted to one tea in 12 people. How much of its own loss CYP3A carries is not "
    "known: levels after large or repeated doses are wide. No human result after repeated doses was used.",
    "Age, sex, food, kidney and liver disease, pregnancy and genes are not in the model: nothing was measured.",
    "Blood levels do not tell how a person feels or what is harmful to them.",
)


def assemble(run: Run, seed: int) -> Report:
    """Put a report's content together.

    Parameters
    ----------
    run
        A finished simulation.
    seed
        The seed it was made with.
    """
    taken, matches = taken_in(run.case)
    sized = sizes(run.case, taken)
    findings = tuple(found.as_dict() for found in screen(run.case, dose_sizes(run.taken), sized))
    published = tuple(_published(run.taken))
    beside = interactions(run.case, taken, sized)
    facts = {
        *(fact_id for parameter in pharmacology.parameters() for fact_id in parameter.facts),
        *(fact_id for effect in pharmacology.effects() for fact_id in effect.facts),
        *(fact_id for intake in run.taken for fact_id in intake.facts),
        *(level.fact_id for level in published),
        *(fact_id for found in findings for fact_id in found["evidence"]),
        *beside.fact_ids,
        *SIGNS_FACTS,
        *helplines.facts(run.case.person.region),
        *(fact_id for alkaloid in ALKALOIDS for fact_id in (alkaloid.molar_mass, alkaloid.study_peak)),
    }
    codes = {str(found["code"]) for found in findings}
    effects, margins, withdrawal = sections.effects(run, codes), sections.shown_margins(run), stopping.withdrawal(run)
    facts |= sections.facts_of(effects, margins) | stopping.facts_of(withdrawal)
    facts |= {*run.beside.facts, *run.enzymes.facts}
    # Where nothing that is taken is followed, a zero would look like an answer.
    followed = any(intake.mg for intake in run.taken)
    return Report(
        case=run.case.model_dump(mode="json", by_alias=True),
        title=run.case.title,
        version=__version__,
        seed=seed,
        population=int(run.tree.attrs["people"]),
        days=run.end_h / 24,
        created=date.today().isoformat(),
        model_hash=str(run.tree.attrs["model_sha256"])[:12],
        levels=_levels(run),
        published=published,
        endpoints=_endpoints(run),
        doses=tuple(_dose_line(intake) for intake in run.taken),
        dose_times_h=tuple(float(time) for time in run.dose_times),
        findings=findings,
        unknown=_unknown(run, matches),
        assumed=_assumed(run),
        sources=_sources(facts),
        limits=LIMITS + _precision(run),
        interactions=beside,
        effects=effects if followed else None,
        margins=margins,
        withdrawal=withdrawal if followed else None,
        levels_with=run.enzymes.names,
    )


def _levels(run: Run) -> tuple[Levels, ...]:
    bands = run.tree["bands"]["concentration"]
    times, quantiles = bands["time"].to_numpy(), bands.to_numpy()
    return tuple(
        Levels(
            alkaloid.name,
            times,
            **dict(zip(QUANTILES, quantiles[:, i], strict=True)),
            certainty_note=_certainty(run, alkaloid.code),
        )
        for i, alkaloid in enumerate(ALKALOIDS)
        if quantiles[:, i].any()
    )


def _precision(run: Run) -> tuple[str, ...]:
    """Say how exact the bands are where they were counted and not sorted."""
    error = run.tree["bands"].attrs.get("relative_error")
    words = (
        f"With so many people the bands of levels are counted in bins: each is within {number(100 * error)} %"
        if error
        else ""
    )
    return (f"{words} of the exact one. Other numbers are exact.",) if words else ()


def _certainty(run: Run, code: str) -> str:
    # A concentrate's caveat holds for what it is a concentrate of even where that is only formed in the body.
    own = pharmacology.alkaloid(code).name
    taken = [(kinds()[i.product.name], code in i.mg) for i in run.taken]
    notes = [kind.caveat for kind, holds in taken if kind.caveat and (holds or kind.concentrate_of == own)]
    if any(i.product.form == "leaf" for i in run.taken):
        notes.append(LEAF_NOTE)
    return "; ".join(dict.fromkeys(notes))


def _endpoints(run: Run) -> tuple[Endpoint, ...]:
    summary = run.tree["summary"].to_dataset()
    rows = []
    for alkaloid in summary["alkaloid"].to_numpy():
        for quantity in summary["quantity"].to_numpy():
            here = summary.sel(alkaloid=alkaloid, quantity=quantity)
            p05, median, p95 = (float(value) for value in here["value"].to_numpy())
            if not np.isfinite(median) or (quantity == "Cmax" and p95 == 0.0):
                continue
            shares = [None if np.isnan(x) else round(float(x), 3) for x in here["share"].to_numpy()]
            share = Share(**dict(zip(LAYERS, shares, strict=True)))
            rows.append(Endpoint(str(alkaloid), str(quantity), str(here["units"].item()), median, p05, p95, share))
    simulated = {row.alkaloid for row in rows if row.quantity == "Cmax"}
    return tuple(row for row in rows if row.alkaloid in simulated)


def _dose_line(intake: Intake) -> DoseLine:
    kratom = intake.kratom
    times = "one single dose" if kratom.every_h is None else f"every {kratom.every_h:g} h for {kratom.days:g} days"
    if kratom.start_h:
        times += f", from hour {kratom.start_h:g}"
    contents = []
    for code, mg in intake.mg.items():
        low, median, high = (float(x) for x in np.quantile(mg, [0.05, 0.5, 0.95]))
        contents.append(DoseContent(pharmacology.alkaloid(code).name, median, low, high))
    return DoseLine(kratom.product, kratom.amount.text, times, tuple(contents), intake.facts, intake.assumptions)


def _unknown(run: Run, matches: Iterable[Match]) -> tuple[Unknown, ...]:
    from_case = [_left_out(key, len(run.case.kratom)) for key in run.case.unknown()]
    from_intake = [Unknown(text) for intake in run.taken for text in intake.unknown]
    medicines = [
        Unknown(f"what {match.given} is", "nothing on file has this name; it could not be screened")
        for match in matches
        if not match.generics or match.unread
    ]
    medicines += [Unknown(text) for text in (*run.beside.unknown, *run.enzymes.unknown)]
    if run.case.person.kratom_experience == "regular" and not has_habit(run.case):
        medicines.append(Unknown(UNKNOWN))
    if not any(intake.mg for intake in run.taken):
        medicines.append(Unknown("every effect of what is taken", "nothing of it is in the model; no number is shown"))
    general = [
        Unknown("the share of a swallowed dose that reaches the blood", "never measured in people; widely assumed"),
        Unknown("levels in the brain", "never measured in people; assumed, wide, for the effects"),
        Unknown("levels in breast milk and in the unborn", "never measured in people; not simulated"),
        Unknown("effects at the kappa and delta opioid receptors", "no human affinity is on file; not simulated"),
    ]
    return tuple(from_intake + medicines + from_case + general)


TRIALS_ONLY = ("limit_", "trial_")
"""Parameters of laboratories and trials, not of people."""


def _left_out(key: str, products: int) -> Unknown:
    last = key.rpartition(".")[2]
    what, consequence = LEFT_OUT.get(key) or LEFT_OUT.get(last) or (key, "")
    if key.startswith("kratom[") and products > 1:
        what += f" (product {int(key[7 : key.index(']')]) + 1})"
    return Unknown(what, consequence)


def _assumed(run: Run) -> tuple[str, ...]:
    """List assumptions of this run, then the model's own, each with its width."""
    used = {intake.release for intake in run.taken}
    releases = {product.release for product in pharmacology.products().values()}
    own = [text for intake in run.taken for text in intake.assumptions] + list(run.enzymes.assumptions)
    model = [
        f"{parameter.label}: {number(parameter.value)} {parameter.unit.replace('fraction', '')}".rstrip()
        + f" ({number(parameter.low)} to {number(parameter.high)}). {parameter.note}"
        for parameter in pharmacology.parameters()
        if parameter.how == "assumed" and (parameter.name not in releases or parameter.name in used)
        if not parameter.name.startswith(TRIALS_ONLY)
    ]
    return tuple(dict.fromkeys(own + model))


COMPARABLE_FOLD = 3.0
"""A published level is drawn where its dose of mitragynine is within this factor of the case's: others mislead."""


def _published(taken: tuple[Intake, ...]) -> Iterable[PublishedLevel]:
    doses = [float(np.median(intake.mg["MG"])) for intake in taken if "MG" in intake.mg]
    products = {intake.product.name for intake in taken}
    for row in read_rows(__package__, "study_levels.csv"):
        level_id, code, mg = row["level"], row["alkaloid"], float(row["mg_mitragynine"])
        if not any(1 / COMPARABLE_FOLD <= dose / mg <= COMPARABLE_FOLD for dose in doses):
            continue
        level = fact(level_id)
        scale = molar_mass(code) / 1000 if level.unit == "nM" else 1.0
        low, high = _interval(level)
        spread = "range" if level.spread_type == "range" else "SD"
        study = level.details.get("study", "")
        yield PublishedLevel(
            alkaloid=pharmacology.alkaloid(code).name,
            study=study,
            label=f"{study}: {row['given']}, {level.details.get('statistic', '')} and {spread}",
            time_h=fact(row["time"]).number(),
            value=level.number() * scale,
            low=None if low is None else low * scale,
            high=None if high is None else high * scale,
            fact_id=level_id,
            access=level.seen,
            matches_product=row["product"] in products,
        )


def _interval(level: Any) -> tuple[float | None, float | None]:
    found = level.interval()
    if found:
        return found[0], found[1]
    try:
        sd = float(level.spread)
    except ValueError:
        return None, None
    return level.number() - sd, level.number() + sd


def _sources(fact_ids: Iterable[str]) -> tuple[SourceLine, ...]:
    by_source: dict[str, list[str]] = {}
    for fact_id in sorted(fact_ids):
        for source_id in fact(fact_id).source_ids:
            by_source.setdefault(source_id, []).append(fact_id)
    return tuple(_source_line(source_id, ids, sources()) for source_id, ids in sorted(by_source.items()))


def _source_line(source_id: str, ids: list[str], known: Mapping[str, Any]) -> SourceLine:
    source = known[source_id]
    seen = sorted({fact(fact_id).seen for fact_id in ids})
    citation = str(source)
    return SourceLine(source_id, citation, source.doi, source.pmid, source.access, "; ".join(seen), tuple(ids))
