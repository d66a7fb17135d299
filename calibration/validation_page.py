"""Write docs/validation: a table and a plot of every prediction beside its observation.

python calibration/validation_page.py
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert
from verdict_page import cell, where

from ketum import pharmacology
from ketum.trials.validation import FOLD_BAR, Row, everything, failures
from ketum.trials.validation.blood import REPEATS
from ketum.trials.validation.effects import APART

FOLDER = Path(__file__).parent.parent / "docs" / "validation"
NAMES = {known.code: known.name for known in pharmacology.ALKALOIDS} | {"HM/MG": "7-OH over mitragynine"}


def main() -> None:
    every = everything()
    found, effects = ([row for row in every if row.group == group] for group in ("blood", "effects"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "predicted-observed.svg").write_text(vl_convert.vegalite_to_svg(plot(found).to_dict()), encoding="utf-8")
    (FOLDER / "index.md").write_text(page(found, every), encoding="utf-8")
    (FOLDER / "effects.md").write_text(effects_page(effects), encoding="utf-8")
    print(f"{FOLDER}: written")


def label(row: Row) -> str:
    return f"{row.fact_id}  {NAMES[row.alkaloid]} {row.quantity.replace('_', ' ')}, {row.trial}"


def plot(found: Sequence[Row]) -> alt.LayerChart:
    """Predicted over observed with 90 % intervals, on a log axis; grey band: within 1.5-fold."""
    table = pd.DataFrame(
        {
            "row": [label(r) for r in found],
            "ratio": [r.predicted / r.observed for r in found],
            "low": [r.predicted_interval[0] / r.observed for r in found],
            "high": [r.predicted_interval[1] / r.observed for r in found],
            "role": [r.role for r in found],
        }
    )
    y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=420))
    scale = alt.Scale(type="log", domain=[0.02, 10])
    title = "predicted / observed (bar: 90 % interval over simulated trials)"
    band = (
        alt.Chart(pd.DataFrame({"from": [1 / FOLD_BAR], "to": [FOLD_BAR]}))
        .mark_rect(color="#dddddd")
        .encode(x=alt.X("from:Q", scale=scale, title=title), x2="to:Q")
    )
    bars = alt.Chart(table).mark_rule(strokeWidth=2, color="#56719e").encode(y=y, x="low:Q", x2="high:Q")
    points = (
        alt.Chart(table)
        .mark_point(filled=True, size=60, opacity=1)
        .encode(
            y=y,
            x="ratio:Q",
            shape=alt.Shape("role:N", scale=alt.Scale(domain=["calibration", "check"], range=["circle", "diamond"])),
            color=alt.Color("role:N", scale=alt.Scale(domain=["calibration", "check"], range=["#0b3c7d", "#d55e00"])),
        )
    )
    return alt.layer(band, bars, points).properties(width=430, height=18 * len(found))


def page(found: Sequence[Row], every: Sequence[Row]) -> str:
    """Everything's verdict, then the rows of blood levels."""
    calibration = [r for r in found if r.role == "calibration"]
    missed = failures(found)
    lines = [
        "# Predicted against observed",
        "",
        *where(every),
        "## Blood levels, row by row",
        "",
        f"Written by `make validation-page`. Each trial was simulated {REPEATS} times with its own number of people, sampling",
        "times and statistic; each time with one joint draw of what is not known, an assay error and a quantification limit.",
        f"{len(calibration) - len(missed)} of {len(calibration)} calibration rows are within all bars: Cmax, AUC and half-life "
        "within 1.5-fold,",
        "tmax within 0.5 h, the published smallest and largest person inside the 90 % interval of the simulated ones, and",
        "simulated p95/p05 at most twice the published largest over smallest. Checks were never fitted.",
        "",
        "![Ratio of predicted to observed for every row](predicted-observed.svg)",
        "",
        "| fact | what | statistic | observed | predicted (90 % interval) | fold | smallest person | largest person | p95/p05 "
        "| structural half-life | role | verdict |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_table_row(r) for r in found]
    if missed:
        lines += ["", "## Missed", ""]
        lines += [f"- {label(r)}: {'; '.join(r.misses)}" for r in missed]
    return "\n".join([*lines, "", *NOTES]) + "\n"


def _table_row(r: Row) -> str:
    low, high = r.predicted_interval
    smallest = largest = spread = structural = ""
    if r.minimum_interval and r.maximum_interval and r.interval and r.observed_spread:
        smallest = f"{r.interval[0]:.3g} ({r.minimum_interval[0]:.3g}-{r.minimum_interval[1]:.3g})"
        largest = f"{r.interval[1]:.3g} ({r.maximum_interval[0]:.3g}-{r.maximum_interval[1]:.3g})"
        spread = f"{r.spread:.2f} (published {r.observed_spread:.2f})"
    if r.structural is not None:
        structural = f"{r.structural:.3g} h"
    what = f"{r.trial}: {NAMES[r.alkaloid]} {r.quantity}"
    return (
        f"| {r.fact_id} | {what} | {r.statistic} | {r.observed:.3g} {r.unit} | {r.predicted:.3g} ({low:.3g}-{high:.3g}) "
        f"| {r.fold_error:.2f} | {smallest} | {largest} | {spread} | {structural} | {r.role} | {cell(r)} |"
    )


def effects_page(found: Sequence[Row]) -> str:
    """The same for the studies of effects."""
    lines = [
        "# Effects: predicted against observed",
        "",
        *where(found),
        "## Every row",
        "",
        "Written by `make validation-page`. Each study is simulated 200 times with its own number of people. A calibration row",
        f"misses where it lies more than {APART} joint standard errors (its own and the prediction's) away. Where a source gives",
        "only words, there is no number to compare with: what the model predicts stands beside them. Where something was looked",
        "for and not seen, what the study would have noticed is compared (`src/ketum/trials/bounds.py`).",
        "",
        "| fact | study | what | observed | predicted (90 % interval) | fold | role | verdict | note |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in found:
        low, high = r.predicted_interval
        observed = f"{r.observed:.3g} {r.unit}" if math.isfinite(r.observed) else "in words"
        if r.bound is not None:
            observed = f"none seen; {r.bound:.2g} {r.unit} would have been"
        fold = f"{r.fold_error:.2f}" if math.isfinite(r.fold_error) else ""
        note = "; ".join((*r.misses, r.note))
        lines.append(
            f"| {r.fact_id} | {r.trial} | {r.quantity.replace('_', ' ')}, {r.statistic} | {observed} "
            f"| {r.predicted:.3g} ({low:.3g} to {high:.3g}) | {fold} | {r.role} | {cell(r)} | {note} |"
        )
    return "\n".join([*lines, "", *EFFECT_NOTES]) + "\n"


EFFECT_NOTES = (
    "## Reading it",
    "",
    "- The studies contradict each other, and the fit lies between them: habitual users doubled their cold-pressor time "
    "after a drink of",
    "  unknown strength (AN002); a thesis on the same study calls that not significant (EA027); 40 mg of pure mitragynine left "
    "people who",
    "  take none unchanged (CA011). Nobody saw signs of withdrawal at 10 to 20 hours (AN007), while a score after a night was "
    "not zero (AN015).",
    "- Doses of the habitual users were not seen; see `effect_studies.csv` for what is assumed.",
    "- DE049 is one retold case. The model's score is followed for 14 days only.",
)
NOTES = (
    "## Reading it",
    "",
    "- *Structural half-life* is the slowest half-life in the equations. The apparent one depends on sampling and on what "
    "can be measured:",
    "  7-hydroxymitragynine ends as slowly as its parent, but below the quantification limit.",
    "- Trakulsrichai 2015 (pk051-053, pk057, pk058) contradicts itself: its clearance is not its volume times its rate. "
    "It sampled for",
    "  24 h only. The model's tea volume is that of Tanna 2022 and four times larger.",
    "- Group sizes and times of the two Huestis trials were not seen; 12 people and a customary schedule are assumed.",
)


if __name__ == "__main__":
    main()
