"""What the validation pages say first: where the model is right, where it is wide, where it fails."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ketum.pharmacology import ALKALOIDS
from ketum.trials.validation.figures import CHANCE, MEANING, Figures, figures, missed, verdict_said
from ketum.trials.validation.row import Row
from ketum.trials.validation.table import figure, inside, verdict_words
from ketum.trials.validation.verdict import JOINT_SD, WIDE_FOLD, WIDE_SHARE, Verdict, judge

SECTIONS: tuple[tuple[Verdict, str], ...] = (
    ("agrees", "Where the model is right"),
    ("too wide to tell", "Where it is wide"),
    ("conflict", "Where it fails"),
)
CODES = {known.code: known.name for known in ALKALOIDS} | {"HM/MG": "7-OH over mitragynine"}
RULES = (
    f"A row **conflicts** where observed and predicted lie more than {JOINT_SD} joint standard deviations apart (the observation's own",
    "error and the prediction's interval; where no own error is known, outside the 90 % interval). It is **too wide to tell** where it",
    f"does not conflict, but the 90 % interval spans more than {WIDE_FOLD:g}-fold, or more than {WIDE_SHARE:.0%} of a score's scale. Else it **agrees**.",
    "Where something was looked for and not seen, the prediction agrees while its mean lies below what the study would have noticed,",
    "and conflicts where its whole 90 % interval lies above. The interval over simulated studies holds the luck of their few people,",
    "which is most of the observation's own error too: the rule is lenient.",
    "",
    "A **group** conflicts where more of its observations are missed (outside the interval, and the prediction outside their own error)",
    f"than nine of ten allow ({CHANCE:.0%} by chance), or where one lies farther off than chance brings any of so many.",
    "**Calibration** rows were fitted: that they agree is no evidence of prediction, and that they do not is a failure of the model.",
    "**Check** rows were predicted. Bias is predicted over observed, GMFE the geometric mean fold error. Rows of one study are not",
    "independent, and some give one measurement twice (AN012 and AN013 are two eyes; AN015 and DE028 one score).",
)
NEARLY = (
    "Missed by both, though not beyond the joint distance: the observation lies outside the prediction's interval, and the prediction",
    "outside the observation's own error. They count against their group:",
)


def where(found: Sequence[Row]) -> list[str]:
    """Say what the rows say together, and list them by verdict."""
    lines = [f"**{verdict_said(found)}.**", "", *RULES, "", *_figures(figures(found)), ""]
    for verdict, title in SECTIONS:
        shown = [row for row in found if judge(row).verdict == verdict and (verdict == "conflict" or not missed(row))]
        lines += [f"## {title}", "", *_listed(shown), ""]
    near = [row for row in found if missed(row) and judge(row).verdict != "conflict"]
    return [*lines, *NEARLY, "", *_listed(near), ""] if near else lines


def _figures(summed: Sequence[Figures]) -> list[str]:
    return [
        "| what | rows | agree | too wide | conflict | words only | inside the 90 % interval | GMFE | bias | verdict |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {one.group}, {one.role} | {one.rows} | {one.agrees} | {one.too_wide} | {one.conflicts} | {one.not_compared} "
            f"| {inside(one)} | {figure(one.gmfe)} | {figure(one.bias)} | {verdict_words(one.verdict)} |"
            for one in summed
        ),
    ]


def _listed(rows: Sequence[Row]) -> list[str]:
    lines = []
    for one in figures(rows):
        members = [row for row in rows if (row.group, row.role) == (one.group, one.role)]
        lines += ["", f"*{one.group.capitalize()}, {one.role}* ({MEANING[one.role]}):", "", *map(_line, members)]
    return lines[1:] or ["No row."]


def _line(row: Row) -> str:
    low, high = row.predicted_interval
    predicted = f"predicted {row.predicted:.3g} ({low:.3g} to {high:.3g}) {row.unit}"
    seen = f"observed {row.observed:.3g}"
    if row.bound is not None:
        seen = f"none seen where {row.bound:.2g} would have been"
    what = row.quantity if row.alkaloid == "all" else f"{CODES.get(row.alkaloid, row.alkaloid)} {row.quantity}"
    return f"- {row.fact_id}, {row.trial}: {what.replace('_', ' ')}, {row.statistic}: {seen}, {predicted}{_apart(row)}"


def _apart(row: Row) -> str:
    apart = judge(row).apart
    return f"; {apart:.1f} joint SD apart" if apart is not None and math.isfinite(apart) else ""


def cell(row: Row) -> str:
    """Write a row's verdict for a table."""
    return str(verdict_words(judge(row).verdict))
