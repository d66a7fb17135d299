"""Write docs/validation/interactions.md: the interaction trial, the pairs, the wash-out, and what repeated use could mean.

python calibration/interaction_page.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ketum.arrays import Array
from ketum.case import Case
from ketum.crowd import people
from ketum.crowd.intake import Intake, intakes
from ketum.enzymes.left_out import GOALS, LeftOut, Score, left_out, scores, told_by_others
from ketum.enzymes.pairs import AIM, Outcome, outcomes, scatter, score
from ketum.enzymes.strengths import ratios
from ketum.enzymes.victims import victims
from ketum.interaction import sizes
from ketum.interaction.course import course
from ketum.interaction.setting import setting
from ketum.interaction.size import victim_ratio
from ketum.medicine import Taken
from ketum.pharmacology.alkaloids import nmol
from ketum.trials.validation.interactions import REPEATS, rows
from ketum.trials.validation.row import Row

PAGE = Path(__file__).parent.parent / "docs" / "validation" / "interactions.md"
TEA = {"product": "tea", "amount": "2 g", "certificate": {"mitragynine": "1.95 %"}}
REGIMENS = (
    ("the trial's tea, once", TEA),
    ("that tea once a day for 14 days", {**TEA, "every": "24 h", "days": 14}),
    ("that tea three times a day for 14 days", {**TEA, "every": "8 h", "days": 14}),
    ("1 g of leaf twice a day for 14 days", {"product": "leaf-capsule", "amount": "1 g", "every": "12 h", "days": 14}),
    (
        "3 g of leaf three times a day for 14 days",
        {"product": "leaf-capsule", "amount": "3 g", "every": "8 h", "days": 14},
    ),
    (
        "an extract with 25 mg three times a day for 14 days",
        {"product": "extract", "amount": "25 mg mitragynine", "every": "8 h", "days": 14},
    ),
)


def main() -> None:
    PAGE.write_text("\n".join(page()) + "\n", encoding="utf-8")
    print(f"{PAGE}: written")


def page() -> list[str]:
    found, pairs = rows(), outcomes()
    return [
        "# Interactions: predicted against observed",
        "",
        "Written by `make validation-page`. The equations are in [Interactions](../explanation/interactions.md).",
        "",
        "## The one trial of kratom beside a medicine",
        "",
        f"Twelve people, tea from 2 g of leaf (39 mg mitragynine in the leaf), simulated {REPEATS} times with twelve people "
        "and one joint draw each. It was fitted. Bar: the median inside the published 90 % interval.",
        "",
        "| fact | ratio | observed (90 % CI) | predicted (90 % interval) | inside |",
        "|---|---|---|---|---|",
        *(_trial(r) for r in found if r.fact_id.startswith("ddi")),
        "",
        "## Repeated use: models that fit the trial equally well part here",
        "",
        "Every draw fits the trial. What they give on repeated use, for midazolam by mouth at any time of the last day:",
        "",
        "| regimen | AUC ratio, median | 5th to 95th percentile | 95th over 5th | of that, by not knowing alone "
        "| a week after stopping, over the end of use |",
        "|---|---|---|---|---|---|",
        *(_regimen(name, kratom) for name, kratom in REGIMENS),
        "",
        "After one tea the number is lower than in the trial, because the victim is taken at any time of the day and not soon",
        "after it. The spread comes from what one dose does not tell: mitragynine's unbound fraction, which drives the liver, and the",
        "turnover of the enzyme; from differences between people and products; and from when the victim is taken. No study",
        "of repeated use is on file, so no row here can be checked.",
        "",
        "## The engine on other pairs",
        "",
        "The list (`src/ketum/enzymes/pairs.csv`, rules in `PAIRS.md` beside it) was fixed before the first prediction. A pair is",
        "predicted from its victim's other rows, never from its own, and its interval carries the error between victim studies.",
        "The observed ratios were in view when the list was made: it is fixed, not blind.",
        "",
        "| | pairs | geometric mean fold error | aim | within 2-fold | inside the 90 % interval | distance of single studies from their pair's mean |",
        "|---|---|---|---|---|---|---|",
        *(_score(direction, pairs) for direction in AIM),
        "",
        "| perpetrator | victim | route | observed | studies | predicted (90 % interval) | fold | facts |",
        "|---|---|---|---|---|---|---|---|",
        *(_pair(one) for one in pairs),
        "",
        *_all_left_out(left_out()),
        "",
        "## Wash-out of rifampicin",
        "",
        "| fact | days after the last dose | observed | predicted (90 % interval) | fold | role |",
        "|---|---|---|---|---|---|",
        *(_wash_out(r) for r in found if r.fact_id.startswith("PT")),
        "",
        "The first prediction, with rifampicin's own half-life (4 h, from memory) and the enzyme's turnover alone, recovered too",
        "fast: 3.8-fold off after 4 days, 2.1 after 7 and 1.2 after 14. The half-life of the inducing effect (37 h) was then read",
        "off the middle row, so that this row is no longer a check.",
    ]


def _all_left_out(found: Sequence[LeftOut]) -> list[str]:
    told = told_by_others(found)
    alone = [pair for pair in found if not pair.others]
    return [
        "## Every pair on file, left out",
        "",
        "Each pair of `perpetrator_inputs` that counts (rules in `seen.py`) is predicted from its victim's other rows alone, with the",
        "error between victim studies and the classes fitted anew without it (by fifths). A pair is all studies of one perpetrator",
        "beside one victim, so a study told twice is left out twice. These figures are written by `make calibrate-victims`.",
        "",
        f"Goals: {100 * GOALS['coverage']:.0f} % inside the 90 % interval; geometric mean fold error {GOALS['error']} over all and {GOALS['low_Fg_error']} "
        f"where Fg is below 0.5; no group off by more than {GOALS['bias']}-fold on average (bias: predicted over observed).",
        "",
        "| group | pairs | inside | geometric mean fold error | bias | misses |",
        "|---|---|---|---|---|---|",
        *(_group(name, score) for name, score in scores(told).items()),
        "",
        f"Of {len(alone)} further pairs no other row of the victim is on file; only its class speaks:",
        "",
        "| group | pairs | inside | geometric mean fold error | bias | misses |",
        "|---|---|---|---|---|---|",
        *(_group(name, score) for name, score in list(scores(alone).items())[:1]),
        "",
        "The largest misses:",
        "",
        "| perpetrator | victim | route | observed | predicted (90 % interval) | facts |",
        "|---|---|---|---|---|---|",
        *(_missed(pair) for pair in sorted(told, key=lambda pair: -abs(pair.log_miss))[:12]),
        "",
        "A regulator's class (sensitive, moderate) was itself drawn from what strong inhibitors did, so it is not wholly new to such a pair.",
    ]


def _group(name: str, score: Score) -> str:
    return (
        f"| {name} | {score.pairs} | {100 * score.inside:.0f} % | {score.error:.2f} | {score.bias:.2f} "
        f"| {', '.join(score.misses(name)) or 'none'} |"
    )


def _missed(pair: LeftOut) -> str:
    return (
        f"| {pair.perpetrator} | {pair.victim} | {pair.route} | {pair.observed:.3g} "
        f"| {pair.predicted:.3g} ({pair.low:.3g}-{pair.high:.3g}) | {', '.join(pair.facts)} |"
    )


def _trial(r: Row) -> str:
    assert r.interval is not None
    low, high = r.predicted_interval
    inside = "no" if r.misses else "yes"
    return (
        f"| {r.fact_id} | {r.alkaloid} {r.quantity} | {r.observed:.2f} ({r.interval[0]:.2f}-{r.interval[1]:.2f}) "
        f"| {r.predicted:.2f} ({low:.2f}-{high:.2f}) | {inside} |"
    )


def _regimen(name: str, kratom: dict[str, object]) -> str:
    person = {"age_years": 40, "sex": "female", "weight_kg": 70, "region": "US-PA"}
    case = Case.model_validate({"person": person, "kratom": [kratom]})
    (size,) = sizes(case, [Taken.named("midazolam")])
    after = size.after_stopping
    assert after is not None
    return (
        f"| {name} | {size.ratio.median:.2f} | {size.ratio.low:.2f} to {size.ratio.high:.2f} "
        f"| {size.ratio.high / size.ratio.low:.1f} | {_not_knowing(case):.1f} | {after.median:.2f} ({after.low:.2f} to {after.high:.2f}) |"
    )


def _not_knowing(case: Case) -> float:
    """95th over 5th percentile of a typical person with a typical product, the victim two to four hours after a dose."""
    here = setting(case)
    stream, number = here.stream, here.stream.people
    nobody = {name: np.zeros(number) for name in people.draw_effects(stream)}
    own = people.individual(people.draw_knowledge(stream), nobody, np.full(number, case.person.weight_kg))
    doses = tuple(
        replace(dose, nmol={c: np.median(mg) * own[i.release] for c, mg in _given(i).items()})
        for dose, i in zip(here.doses, intakes(case, stream), strict=True)
    )
    alone = course(own, doses, here.end_h + 24.0)
    start = here.end_h - 24.0 + 2.0
    ratio = victim_ratio(victims("midazolam")[0], replace(here, own=own), alone, (start, start + 2.0))
    low, high = np.quantile(ratio, [0.05, 0.95])
    return float(high / low)


def _given(intake: Intake) -> dict[str, Array]:
    return {code: nmol(mg, code) for code, mg in intake.mg.items()}


def _score(direction: str, found: Sequence[Outcome]) -> str:
    own = [one for one in found if one.pair.direction == direction]
    name = {"inhibition": "inhibitors", "induction": "inducers"}[direction]
    return (
        f"| {name} | {len(own)} | {score(own):.2f} | {AIM[direction]} | {sum(o.fold < 2 for o in own)} of {len(own)} "
        f"| {sum(o.predicted_low <= o.observed <= o.predicted_high for o in own)} of {len(own)} "
        f"| {scatter(own):.2f}-fold |"
    )


def _pair(one: Outcome) -> str:
    pair = one.pair
    number = len(ratios(pair.observed))
    several = f"{number} ({one.low:.3g}-{one.high:.3g})" if number > 1 else "1"
    facts = ", ".join((*pair.observed, *pair.strength, *pair.reference, pair.Fg))
    return (
        f"| {pair.perpetrator} | {pair.victim} | {pair.route} | {one.observed:.3g} | {several} "
        f"| {one.predicted:.3g} ({one.predicted_low:.3g}-{one.predicted_high:.3g}) | {one.fold:.2f} | {facts} |"
    )


def _wash_out(r: Row) -> str:
    low, high = r.predicted_interval
    days = r.note.split()[0]
    return f"| {r.fact_id} | {days} | {r.observed:.3g} | {r.predicted:.2f} ({low:.2f}-{high:.2f}) | {r.fold_error:.2f} | {r.role} |"


if __name__ == "__main__":
    main()
