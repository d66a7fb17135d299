"""All figures of a report."""

from __future__ import annotations

from ketum.report.content import Report
from ketum.report.drivers_figure import drivers_figure
from ketum.report.figure import Figure
from ketum.report.interactions import enzyme_figure
from ketum.report.levels_figure import close_up_figure, levels_figure


def figures(report: Report) -> dict[str, Figure]:
    """Draw a report.

    Parameters
    ----------
    report
        A finished run.

    Returns
    -------
    dict
        By file name without ending: ``levels``; ``levels-close-up`` where doses repeat; ``drivers`` where shares are
        known; ``enzymes`` where interactions were worked out.
    """
    from altair.utils.schemapi import debug_mode

    # Altair would check each part against Vega-Lite's schema as it is made, at half the cost of the whole report.
    with debug_mode(False):
        enzymes = None if report.interactions is None else enzyme_figure(report.interactions)
        drawn = (levels_figure(report), close_up_figure(report), drivers_figure(report), enzymes)
    return {figure.name: figure for figure in drawn if figure is not None}
