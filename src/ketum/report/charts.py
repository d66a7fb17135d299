"""All figures of a report."""

from __future__ import annotations

from ketum.answers.content import Answer
from ketum.report.drivers_figure import drivers_figure
from ketum.report.effects_figure import receptor_figure, relief_figure, withdrawal_figure
from ketum.report.figure import Figure
from ketum.report.interactions import enzyme_figure
from ketum.report.levels_figure import close_up_figure, levels_figure

NAMES = ("levels", "levels-close-up", "drivers", "receptors", "relief", "withdrawal", "enzymes")
"""File names without ending that figures may have."""


def figures(report: Answer) -> dict[str, Figure]:
    """Draw a report.

    Parameters
    ----------
    report
        A finished run.

    Returns
    -------
    dict
        By file name without ending: ``levels``; ``levels-close-up`` where doses repeat; ``drivers`` where shares are
        known; ``receptors``, ``relief`` and ``withdrawal`` where effects were computed; ``enzymes`` where
        interactions were.
    """
    from altair.utils.schemapi import debug_mode

    # Altair would check each part against Vega-Lite's schema as it is made, at half the cost of the whole report.
    with debug_mode(False):
        drawn = (
            levels_figure(report),
            close_up_figure(report),
            drivers_figure(report),
            receptor_figure(report),
            relief_figure(report),
            withdrawal_figure(report),
            enzyme_figure(report.interactions) if report.interactions is not None else None,
        )
    return {figure.name: figure for figure in drawn if figure is not None}
