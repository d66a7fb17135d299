"""A report made from closed forms: two weeks, a dose every eight hours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ketum.case import Case
from ketum.hazards import Finding, Number
from ketum.report import Answer, DoseContent, DoseLine, Endpoint, Levels, PublishedLevel, Share, SourceLine, Unknown

DOSES = tuple(8.0 * i for i in range(42))
SINGLE = (0.0,)
NOTE = "order of magnitude: no human data"


def curves(alkaloid: str, height: float, ka: float, k: float, doses=DOSES, end=336.0, note="") -> Levels:
    grid = np.linspace(0.0, end, int(end * 6) + 1)
    since = grid[:, None] - np.asarray(doses)[None, :]
    after = np.where(since >= 0, since, np.inf)
    median = height * (np.exp(-k * after) - np.exp(-ka * after)).sum(axis=1)
    spread = {"p05": 0.35, "p25": 0.7, "p50": 1.0, "p75": 1.45, "p95": 2.9}
    return Levels(
        alkaloid=alkaloid, time_h=grid, certainty_note=note, **{name: f * median for name, f in spread.items()}
    )


def levels(doses=DOSES, end=336.0) -> tuple[Levels, ...]:
    return (
        curves("mitragynine", 70.0, 1.8, 0.07, doses, end),
        curves("7-hydroxymitragynine", 14.0, 1.2, 0.15, doses, end),
        curves("speciociliatine", 180.0, 1.0, 0.05, doses, end, NOTE),
    )


def published() -> tuple[PublishedLevel, ...]:
    tea = "Tanna 2022: 2 g leaf as tea (39 mg mitragynine in the leaf), n=5, median"
    capsules = "Huestis 2024: dried leaf in capsules (53 mg mitragynine), n=12, mean and SD"
    steps = ((0.5, 0.7), (1.0, 1.0), (2.0, 0.8), (4.0, 0.5), (8.0, 0.3), (12.0, 0.2), (24.0, 0.1))
    heights = {"mitragynine": 60.0, "7-hydroxymitragynine": 13.0, "speciociliatine": 120.0}
    return tuple(
        PublishedLevel(
            alkaloid=alkaloid,
            study=label.split(":")[0],
            label=label,
            time_h=hour,
            value=scale * height * part,
            low=0.6 * scale * height * part,
            high=1.5 * scale * height * part,
            fact_id=fact,
            access="full text" if label == tea else "abstract only",
            matches_product=label == capsules,
        )
        for label, scale, fact in ((tea, 1.0, "pk.tanna2022.tea"), (capsules, 2.2, "pk.huestis2024.capsule"))
        for alkaloid, height in heights.items()
        for hour, part in steps
    )


def endpoints(repeated: bool = True) -> tuple[Endpoint, ...]:
    rows = []
    share = Share(0.22, 0.16, 0.62)
    for factor, alkaloid in ((1.0, "mitragynine"), (0.17, "7-hydroxymitragynine"), (2.4, "speciociliatine")):
        for span, rise in (("", 1.6), ("_first", 1.0), ("_last", 1.6)) if repeated else (("", 1.0),):
            rows += [
                Endpoint(alkaloid, f"Cmax{span}", "ng/mL", 105.2 * factor * rise, 31.0 * factor, 312.0 * factor, share),
                Endpoint(alkaloid, f"tmax{span}", "h", 1.234, 0.5, 4.1, Share(0.7, 0.04, 0.26)),
                Endpoint(alkaloid, f"AUC{span}", "ng h/mL", 12345.0 * factor * rise, 410.0, 41000.0, share),
                Endpoint(alkaloid, f"Cmin{span}", "ng/mL", 42.0 * factor, 9.0, 160.0, Share(0.4, 0.35, 0.25)),
            ]
        rows.append(Endpoint(alkaloid, "half_life", "h", 8.8, 4.0, 43.0, Share(0.45, 0.0, 0.55)))
        rows.append(Endpoint(alkaloid, "half_life_structural", "h", 9.9, 4.0, 43.0, Share(0.45, 0.0, 0.55)))
    rows.append(Endpoint("mitragynine", "time_above_100_ng_mL", "h", float("nan"), 0.0, float("inf")))
    return tuple(rows)


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            code="interaction.opioid",
            severity="danger",
            title="Kratom beside oxycodone can slow breathing",
            because="Both act on the same receptor. Together they can make a person too drowsy to be woken.",
            clinical="Additive mu-receptor agonism; CYP3A inhibition by mitragynine may also raise oxycodone.",
            numbers=(
                Number(
                    "Oxycodone exposure with kratom, ratio",
                    1.39,
                    low=1.23,
                    high=1.57,
                    origin="measured for midazolam after 39 mg mitragynine",
                    fact_ids=("ddi.tanna2023.midazolam",),
                ),
            ),
            evidence=("ddi.tanna2023.midazolam", "tox.post2019"),
            certainty="moderate",
            watch="Unusual sleepiness, slow or noisy breathing.",
            ask="The prescriber, today.",
        ),
        Finding(
            code="interaction.cyp2d6-victim",
            severity="caution",
            title="Kratom may raise dextromethorphan",
            because="Kratom slows an enzyme (CYP2D6) that clears this medicine.",
            clinical="",
            numbers=(Number("AUC ratio", 2.4, low=1.9, high=3.1, origin="measured"),),
            evidence=("ddi.tanna2023.dextromethorphan",),
            certainty="high",
            watch="Dizziness, agitation.",
            ask="A pharmacist.",
        ),
        Finding(
            code="product.unverified",
            severity="note",
            title="The content of this product was not measured",
            because="Without a certificate the alkaloid content is taken from published products.",
            clinical="",
            numbers=(),
            evidence=(),
            certainty="low",
            watch="",
            ask="",
        ),
    )


def case(region: str = "US-OH", conditions: tuple[str, ...] = ("low back pain",), medicine: Any = None) -> Case:
    return Case.model_validate(
        {
            "title": "Low back pain, three months of kratom",
            "person": {
                "age_years": 46,
                "sex": "female",
                "weight_kg": 71,
                "region": region,
                "conditions": list(conditions),
            },
            "kratom": [{"product": "leaf-capsule", "amount": "3 g", "every": "8 h", "days": 14}],
            "medicine": medicine
            or [{"name": "oxycodone", "amount": "5 mg", "every": "6 h"}, {"name": "dextromethorphan"}],
        }
    )


def report(**changes: Any) -> Answer:
    base = Answer(
        case=case(),
        title="Low back pain, three months of kratom",
        version="0.1.0",
        seed=0,
        population=1000,
        days=14.0,
        created="2026-01-15",
        model_hash="3f9a1c0b7d",
        levels=levels(),
        published=published(),
        endpoints=endpoints(),
        doses=(
            DoseLine(
                product="leaf-capsule",
                amount="3 g",
                times="every 8 h for 14 days (42 doses)",
                contents=(
                    DoseContent("mitragynine", 42.0, 21.0, 63.4),
                    DoseContent("7-hydroxymitragynine", 0.31, 0.05, 1.2),
                    DoseContent("speciociliatine", 12.0, 4.0, 25.0),
                ),
                fact_ids=("content.sharma2019.leaf", "content.chear2021.leaf"),
                assumptions=("The content of leaf sold in the US, as no certificate was given.",),
            ),
        ),
        dose_times_h=DOSES,
        findings=findings(),
        unknown=(
            Unknown("CYP2D6 type", "All types were simulated, as frequent as in the population."),
            Unknown("How much swallowed mitragynine reaches the blood", "No human study gave it into a vein."),
        ),
        assumed=("Doses are taken on time, none is missed.", "Normal liver, as nothing was said."),
        sources=(
            SourceLine(
                "tanna2022",
                "Tanna RS, et al. Clinical pharmacokinetic assessment of kratom. Pharmaceutics 2022;14:620.",
                doi="10.3390/pharmaceutics14030620",
                pmid="35335996",
                access="full-text",
                seen="full text",
                fact_ids=("pk.tanna2022.tea",),
            ),
            SourceLine(
                "huestis2024",
                "Huestis MA, et al. Human mitragynine and 7-hydroxymitragynine. Molecules 2024;29:984.",
                doi="10.3390/molecules29050984",
                access="abstract",
                seen="abstract only",
                fact_ids=("pk.huestis2024.capsule",),
            ),
            SourceLine(
                "tanna2023",
                "Tanna RS, et al. Clinical assessment of the drug interaction potential of kratom. J Nat Prod 2023.",
                seen="abstract only",
                fact_ids=("ddi.tanna2023.midazolam", "ddi.tanna2023.dextromethorphan"),
            ),
        ),
        limits=(
            "Levels beyond two weeks of daily use have not been measured in a controlled study.",
            "Nothing is known of swallowed 7-hydroxymitragynine in people; its levels are orders of magnitude.",
        ),
    )
    return replace(base, **changes)


def single_dose(**changes: Any) -> Answer:
    return report(
        levels=levels(SINGLE, 48.0), endpoints=endpoints(repeated=False), dose_times_h=SINGLE, days=2.0, **changes
    )
