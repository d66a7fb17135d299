"""What a finished simulation adds to an answer."""

from __future__ import annotations

from dataclasses import replace

from ketum import pharmacology
from ketum.answers.content import Answer, Unknown
from ketum.answers.effects import effects
from ketum.answers.exposure import endpoints, levels, precision
from ketum.answers.findings import Screening
from ketum.answers.interactions import interactions
from ketum.answers.margins import margins, unbound_peaks
from ketum.answers.organs import organ_notes
from ketum.answers.published import published
from ketum.answers.stopping import withdrawal
from ketum.crowd.habit import UNKNOWN, has_habit
from ketum.pharmacology import ALKALOIDS, Effect, Parameter
from ketum.simulation.drivers import Drivers
from ketum.simulation.simulate import Run


def with_run(answer: Answer, screened: Screening, run: Run, drivers: Drivers | None = None) -> Answer:
    """Add levels, effects, interactions over time and what they rest on.

    Parameters
    ----------
    answer
        The answer without them.
    screened
        What was found.
    run
        The finished simulation.
    drivers
        Which input drives what, where that was asked for.
    """
    held = screened.contents
    # Where nothing that is taken is followed, a zero would look like an answer.
    followed = any(content.mg for content in held)
    codes = {finding.code for finding in screened.findings}
    return replace(
        answer,
        population=int(run.tree.attrs["people"]),
        days=run.end_h / 24,
        model_hash=str(run.tree.attrs["model_sha256"])[:12],
        levels=levels(run),
        published=tuple(published(held)),
        endpoints=endpoints(run),
        dose_times_h=tuple(float(time) for time in run.dose_times),
        interactions=interactions(run.case, screened.taken, screened.sizes),
        effects=effects(run, codes) if followed else None,
        margins=margins(unbound_peaks(run)),
        withdrawal=withdrawal(run) if followed else None,
        levels_with=run.enzymes.names,
        organs=organ_notes(run.case, codes, answer.seed) if followed else (),
        unknown=answer.unknown + _unknown(run),
        assumed=run.enzymes.assumptions + answer.assumed,
        limits=answer.limits + precision(run),
        drivers=drivers,
        tree=run.tree,
        store=run.store,
        behind=_behind(run),
    )


def _unknown(run: Run) -> tuple[Unknown, ...]:
    found = [Unknown(text) for text in (*run.beside.unknown, *run.enzymes.unknown)]
    if run.case.person.kratom_experience == "regular" and not has_habit(run.case):
        found.append(Unknown(UNKNOWN))
    return tuple(found)


def _behind(run: Run) -> tuple[str, ...]:
    """Name the facts that the model's numbers rest on."""
    rows: tuple[Parameter | Effect, ...] = (*pharmacology.parameters(), *pharmacology.effects())
    return tuple(
        dict.fromkeys(
            (
                *(fact_id for row in rows for fact_id in row.facts),
                *(fact_id for alkaloid in ALKALOIDS for fact_id in (alkaloid.molar_mass, alkaloid.study_peak)),
                *run.beside.facts,
                *run.enzymes.facts,
            )
        )
    )
