"""The rows of the tables on effects and margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ketum.answers.content import Answer, Endpoint
from ketum.answers.effect_lines import EffectLine
from ketum.answers.effects import RoleLine
from ketum.answers.margins import Margin
from ketum.report.tables import driver_of
from ketum.writing.names import unique
from ketum.writing.numbers import is_finite, number
from ketum.writing.texts import NOTHING, Text, say, term

FRACTIONS = ("occupancy", "occupancy_other", "responsiveness", "effect_first_day", "effect_last_day", "breathing")
"""Shown in per cent."""
MORE_THAN_ANY = say("more than any dose")


def view(answer: Answer) -> dict[str, Any]:
    """Give everything that the template of these sections names, beside the report itself."""
    found = answer.effects
    return {
        "effect_rows": [_effect(line) for line in found.lines] if found else [],
        "role_rows": _roles(found.roles) if found else [],
        "kind_rows": _roles(found.kinds) if found else [],
        "breathing_rows": _roles(found.breathing) if found else [],
        "margin_groups": _groups(answer.margins),
        "margins_unknown": unique(
            say(
                "{alkaloid} at the {target} ({potency}; {note})",
                alkaloid=term(one.alkaloid),
                target=term(one.target),
                potency=term(one.potency),
                note=one.note,
            )
            for one in answer.margins
            if _unfollowed(one)
        ),
    }


def _effect(line: EffectLine) -> dict[str, Any]:
    as_endpoint = Endpoint("all", line.quantity, line.unit, line.median, line.p05, line.p95, line.share)
    driven = any(part is not None for part in (line.share.people, line.share.product, line.share.knowledge))
    return {
        "quantity": line.quantity,
        "label": line.label,
        "median": _dose(line.quantity, line.median),
        "interval": say("{low} to {high}", low=_dose(line.quantity, line.p05), high=_dose(line.quantity, line.p95)),
        "unit": {"fraction": NOTHING, "ratio": say("times")}.get(line.unit, term(line.unit)),
        "basis": line.basis,
        "certainty": line.certainty,
        "fact_ids": line.fact_ids,
        "driver": driver_of(as_endpoint) if driven else None,
    }


def _dose(quantity: str, value: float) -> str:
    if quantity.endswith("_mg") and not is_finite(value):
        return MORE_THAN_ANY
    if quantity in FRACTIONS:
        return f"{number(100 * value, 2)} %"
    return number(value, 2)


def _roles(lines: Sequence[RoleLine]) -> list[dict[str, Any]]:
    return [
        {
            "role": role,
            "cells": [_cell(line) for line in lines if line.role == role],
        }
        for role in unique(line.role for line in lines)
    ]


def _cell(line: RoleLine) -> Text:
    median, low, high = (_dose(line.quantity, value) for value in (line.median, line.p05, line.p95))
    return say("{median} ({low} to {high})", median=median, low=low, high=high)


def _unfollowed(one: Margin) -> bool:
    return one.potency_nM is not None and one.peak_nM is None


def _groups(margins: Sequence[Margin]) -> list[dict[str, Any]]:
    shown = [one for one in margins if not _unfollowed(one)]
    # Rows on one target and alkaloid stand together, so that laboratories can be compared.
    targets = unique(one.target for one in shown)
    ordered = sorted(shown, key=lambda one: (targets.index(one.target), one.alkaloid))
    return [
        {"name": name, "rows": [_margin(one) for one in ordered if one.group == name]}
        for name in unique(one.group for one in shown)
    ]


def _margin(one: Margin) -> dict[str, Any]:
    ratio = one.ratio
    low, high = (number(ratio[0], 2), number(ratio[2], 2)) if ratio else ("", "")
    return {
        "target": one.target,
        "alkaloid": one.alkaloid,
        "parameter": one.parameter if one.potency_nM else "",
        "potency": term(one.potency),
        "ratio": number(ratio[1], 2) if ratio else "",
        "interval": say("{low} to {high}", low=low, high=high)
        if ratio and is_finite(ratio[2])
        else say("upper end {high}", high=high),
        "verdict": one.verdict,
        "verified": one.verified,
        "fact_id": one.fact_id,
        "contradicts": one.contradicts,
        "note": one.note,
    }
