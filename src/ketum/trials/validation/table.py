"""Rows laid out for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ketum.pharmacology import ALKALOIDS
from ketum.trials.validation.figures import MEANING, Figures, figures, name, verdict_said
from ketum.trials.validation.row import Row
from ketum.trials.validation.verdict import NOT_COMPARED, WORDS, Verdict, judge
from ketum.writing.texts import Text, commas, say, term


def failures(found: Sequence[Row]) -> tuple[Row, ...]:
    """Pick the calibration rows that miss a bar."""
    return tuple(row for row in found if row.misses)


def table(found: Sequence[Row]) -> str:
    """Lay rows out for a terminal."""
    lines = [
        f"{say('fact'):7}{say('trial'):29}{say('what'):26}{say('statistic'):33}{say('observed'):>10} {say('unit'):8}"
        f"{say('predicted'):>10}{say('90 % interval'):>20}{say('fold'):>7}  {say('role'):13}{say('verdict')}"
    ]
    for row in found:
        low, high = row.predicted_interval
        what = row.quantity if row.alkaloid == "all" else f"{row.alkaloid} {row.quantity}"
        lines.append(
            f"{row.fact_id:7}{row.trial:29}{what:26}{row.statistic:33}"
            f"{_observed(row):>10} {row.unit:8}{row.predicted:10.3g}{f'{low:.3g} to {high:.3g}':>20}"
            f"{f'{row.fold_error:.2f}' if math.isfinite(row.fold_error) else '':>7}  {row.role:13}{verdict_words(judge(row).verdict)}"
        )
        if row.structural is not None:
            both = say(
                "structural half-life {structural:.3g} h, apparent {apparent:.3g} h",
                structural=row.structural,
                apparent=row.predicted,
            )
            lines.append(f"{'':7}{'':29}{both}")
        lines += [f"{'':7}{'':29}{say('MISSES: {miss}', miss=miss)}" for miss in row.misses]
    lines += _pairs(found)
    if any(row.role == "check" and ", " in row.trial for row in found):
        lines += _left_out()
    missed = len(failures(found))
    calibration = sum(row.role == "calibration" for row in found)
    lines.append(
        say(
            "{within} of {all} calibration rows within all bars; {codes}",
            within=calibration - missed,
            all=calibration,
            codes=commas(f"{known.code} {known.name}" for known in ALKALOIDS),
        )
    )
    lines += ["", *_figures(found), "", verdict_said(found)]
    return "\n".join(lines)


def verdict_words(verdict: Verdict | None) -> Text:
    """Write a verdict."""
    return WORDS[verdict] if verdict else NOT_COMPARED


def _observed(row: Row) -> str:
    if row.bound is not None:
        return f"<= {row.bound:.2g}"
    return f"{row.observed:.3g}" if math.isfinite(row.observed) else say("words")


def _figures(found: Sequence[Row]) -> list[str]:
    heads = (say("rows"), say("agree"), say("wide"), say("conflict"), say("inside"), "GMFE", say("bias"))
    lines = [f"{say('what'):27}" + "".join(f"{head:>9}" for head in heads) + f"  {say('verdict'):18}"]
    for one in figures(found):
        cells = (one.rows, one.agrees, one.too_wide, one.conflicts, inside(one), figure(one.gmfe), figure(one.bias))
        told = f"{verdict_words(one.verdict):18}{MEANING[one.role]}"
        lines.append(f"{name(one):27}" + "".join(f"{cell:>9}" for cell in cells) + f"  {told}")
    return lines


def inside(one: Figures) -> str:
    """Write how many rows lie inside their 90 % interval."""
    return f"{one.inside}/{one.numbers}"


def figure(value: float | None) -> str:
    """Write a geometric mean; nothing where there is none."""
    return "" if value is None else f"{value:.2f}"


def _pairs(found: Sequence[Row]) -> list[str]:
    """Sum up the interaction model's pairs, inhibitors and inducers apart."""
    from ketum.enzymes.pairs import AIM

    lines: list[str] = []
    for direction, aim in AIM.items():
        folds = [row.fold_error for row in found if row.role == "check" and row.trial.endswith(f", {direction}")]
        if folds:
            mean = math.exp(sum(map(math.log, folds)) / len(folds))
            told = say(
                "{direction}: geometric mean fold error {mean:.2f} over {count} pairs (aim {aim})",
                direction=term(direction),
                mean=mean,
                count=len(folds),
                aim=aim,
            )
            lines.append(told)
    return lines


def _left_out() -> list[str]:
    """Say how well pairs are predicted that their victim's estimate never saw, group by group."""
    from ketum.enzymes.left_out import left_out, scores, told_by_others

    lines: list[str] = [say("every pair on file, each predicted from its victim's other rows:")]
    for group, score in scores(told_by_others(left_out())).items():
        missed = score.misses(group)
        told = say(
            "  {group}: {inside:.0f} % of {pairs} inside the 90 % interval, geometric mean fold error {error:.2f}, bias {bias:.2f}",
            group=term(group),
            inside=100 * score.inside,
            pairs=score.pairs,
            error=score.error,
            bias=score.bias,
        )
        lines.append(f"{told} {say('(misses: {what})', what=commas(missed))}" if missed else told)
    return lines
