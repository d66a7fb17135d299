"""Figures of blood levels hold the curves, the doses and the published points, each where its scale says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from tests.report.specified import contrast, panels, rows_of_panels, swatches

from ketum.report import figures

CLOCK = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 168, 336, 672)
STEPS_AN_HOUR = 6  # of the curves in build.py


def test_a_band_goes_from_its_lower_to_its_upper_quantile_and_the_wide_one_lies_below(both):
    for answer, figure, unit in both:
        *drawn, _ = panels(figure)
        for panel, curves in zip(drawn, answer.levels, strict=True):
            wide, narrow = panel.of("area")
            line = panel.of("line")[0]
            places = np.round(np.array(wide.at("x")) * unit * STEPS_AN_HOUR).astype(int)
            assert len(places) > 200
            assert all(before < after for before, after in pairwise(places))
            for layer, channel, quantile in (
                (wide, "y", "p05"), (wide, "y2", "p95"), (narrow, "y", "p25"), (narrow, "y2", "p75"),
                (line, "y", "p50"),
            ):  # fmt: skip
                np.testing.assert_allclose(layer.at(channel), getattr(curves, quantile)[places], atol=1e-4)
            assert wide.mark["color"] != narrow.mark["color"]
            assert contrast(line.mark["color"], narrow.mark["color"]) > 3


def test_a_key_says_which_colour_is_which(both, close):
    for figure in (*(figure for _, figure, _ in both), close):
        *drawn, key = panels(figure)
        wide, narrow, line = (*drawn[0].of("area"), drawn[0].of("line")[0])
        said = swatches(key)
        assert said["90 % of virtual people"] == wide.mark["color"]
        assert said["50 % of virtual people"] == narrow.mark["color"]
        assert said["median"] == line.mark["color"]
        assert said["a dose is taken"] == drawn[0].of("rule")[0].mark["color"]


def test_scales_begin_at_nothing_and_hold_all_that_is_drawn(both, close):
    for figure in (*(figure for _, figure, _ in both), close):
        *drawn, _ = panels(figure)
        for panel in drawn:
            for channel, others in (("x", ["x"]), ("y", ["y", "y2"])):
                low, high = panel.scale(channel)
                fields = [la for la in panel.layers if "field" in la.encoding[channel]]
                shown = [v for layer in fields for one in others if one in layer.encoding for v in layer.at(one)]
                assert low <= min(shown)
                assert max(shown) <= high
                assert channel == "x" or low == 0


def test_the_axis_of_time_has_the_steps_of_a_clock_and_says_its_unit_once(both, close):
    for figure, unit in (*((figure, unit) for _, figure, unit in both), (close, 1.0)):
        *rows, _ = rows_of_panels(figure)
        for row in rows:
            for panel in row:
                axis = panel.layers[0].encoding["x"]["axis"]
                low, high = panel.scale("x")
                ticks = axis["values"]
                steps = {round(after - before, 9) for before, after in pairwise(ticks)}
                assert len(steps) == 1
                assert steps.pop() * unit in CLOCK
                assert low <= ticks[0]
                assert ticks[-1] <= high
                assert 4 <= len(ticks) <= panel.width / 40 + 1
                assert high - ticks[-1] < ticks[1] - ticks[0] > ticks[0] - low, "ticks reach both ends"
                lowest = row is rows[-1]
                word = "days" if unit == 24.0 else "hours"
                assert axis["labels"] is lowest
                assert axis["title"] == (f"{word} since the first dose" if lowest else None)


@pytest.mark.parametrize("end", [3.0, 7.0, 14.0, 28.0, 44.0, 60.0, 72.0, 168.0, 340.0, 700.0, 1000.0, 2300.0, 5000.0])
def test_ticks_of_any_run_stand_where_a_clock_or_a_calendar_has_its_own(build, end):
    answer = build.report(levels=build.levels(build.SINGLE, end), dose_times_h=build.SINGLE)
    first = panels(figures(answer)["levels"])[0]
    ticks = first.layers[0].encoding["x"]["axis"]["values"]
    unit = 24.0 if end > 72 else 1.0
    assert ticks[0] == 0
    assert 4 <= len(ticks) <= 16
    assert ticks[1] * unit in CLOCK
    assert end - ticks[-1] * unit < ticks[1] * unit


def test_a_run_of_three_days_is_still_told_in_hours(build):
    for end, word in ((72.0, "hours"), (73.0, "days")):
        answer = build.report(levels=build.levels(build.SINGLE, end), dose_times_h=build.SINGLE)
        *drawn, _ = panels(figures(answer)["levels"])
        assert drawn[-1].layers[0].encoding["x"]["axis"]["title"].startswith(word)
        assert drawn[-1].scale("x") == (0.0, end if word == "hours" else end / 24)


def test_each_dose_has_its_foot_on_the_axis_of_time(both):
    for answer, figure, unit in both:
        *drawn, _ = panels(figure)
        for panel in drawn:
            feet = [rule for rule in panel.of("rule") if "value" in rule.encoding["y"]]
            assert len(feet) == 1
            np.testing.assert_allclose(np.array(feet[0].at("x")) * unit, answer.dose_times_h)
            top, foot = feet[0].at("y")[0], feet[0].at("y2")[0]
            assert 0.9 * panel.height < top < foot == panel.height


@pytest.mark.parametrize(("doses", "marked"), [(120, True), (121, False)])
def test_so_many_doses_that_marks_would_run_together_have_none_and_the_key_none_either(build, doses, marked):
    times = tuple(2.0 * i for i in range(doses))
    end = times[-1] + 2.0
    figure = figures(build.report(levels=build.levels(times, end), dose_times_h=times))["levels"]
    *drawn, key = panels(figure)
    assert any("value" in rule.encoding["y"] for rule in drawn[0].of("rule")) is marked
    assert ("a dose is taken" in swatches(key)) is marked
    assert len(key.of("rule")) == 1 + marked


def test_first_and_last_stand_side_by_side_on_one_scale(report, close):
    *rows, _ = rows_of_panels(close)
    assert len(rows) == 3
    for row, curves in zip(rows, report.levels, strict=True):
        left, right = row
        assert left.scale("y") == right.scale("y")
        assert (left.scale("x"), right.scale("x")) == ((0.0, 24.0), (312.0, 336.0))
        assert left.width == right.width <= 300
        assert [panel.layers[0].encoding["y"]["axis"]["title"] for panel in row] == ["ng/mL", None]
        assert [panel.layers[0].encoding["y"]["axis"]["labels"] for panel in row] == [True, False]
        assert "first 24 hours" in left.title
        assert "last 24 hours of dosing" in right.title
        assert left.title.casefold().startswith(curves.alkaloid)
        assert not left.subtitle
        assert {x for point in left.of("point") for x in point.at("x")} == {0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0}
        assert not right.of("point")
        wide = right.of("area")[0]
        places = np.round(np.array(wide.at("x")) * STEPS_AN_HOUR).astype(int)
        np.testing.assert_allclose(wide.at("y2"), curves.p95[places], atol=1e-4)


def test_what_a_reader_must_know_stands_under_the_name_in_the_whole_run(report, both):
    for _, figure, _ in both:
        *drawn, _ = panels(figure)
        for panel, curves in zip(drawn, report.levels, strict=True):
            assert panel.title.casefold() == curves.alkaloid
            assert panel.subtitle == curves.certainty_note


def test_the_close_up_points_back_only_where_something_was_said(build, report, close):
    assert "how sure each curve is" in close.caption
    silent = tuple(build.replace(one, certainty_note="") for one in report.levels)
    assert "how sure each curve is" not in figures(build.report(levels=silent))["levels-close-up"].caption


def test_words_say_the_peak_of_the_closed_form(once, both):
    """One dose: the highest median comes at ln(ka / k) / (ka - k)."""
    _, (_, figure, _) = both
    for curves, (ka, k) in zip(once.levels, ((1.8, 0.07), (1.2, 0.15), (1.0, 0.05)), strict=True):
        tmax = np.log(ka / k) / (ka - k)
        said = figure.alternative.casefold().split(curves.alkaloid)[1]
        hour = float(said.split("ng/ml, ")[1].split(" hours")[0])
        assert hour == pytest.approx(tmax, abs=1 / STEPS_AN_HOUR)
        peak = float(said.split("highest, ")[1].split(" ng/ml")[0].replace(",", ""))
        low, high = (float(end.replace(",", "")) for end in said.split("then lie at ")[1].split(" ng/ml")[0].split("–"))
        assert (low / peak, high / peak) == pytest.approx((0.35, 2.9), rel=0.01)


def test_words_of_the_close_up_say_how_far_a_median_moves(report, close):
    curves = report.levels[0]
    last = curves.p50[(curves.time_h >= 312) & (curves.time_h <= 336)]
    assert f"between {last.min():.1f} and {last.max():.0f} ng/mL in the last 24 hours of dosing" in close.alternative
    assert "between 0 and " in close.alternative


@pytest.mark.parametrize(
    ("doses", "end", "expected"),
    [
        ((0.0, 8.0), 48.0, None),
        ((0.0, 40.0), 48.1, None),
        ((0.0, 8.0, 16.0, 24.0, 32.0, 40.0, 48.0), 60.0, ((0.0, 24.0), (32.0, 56.0))),
        ((0.0, 24.0), 72.0, ((0.0, 24.0), (24.0, 48.0))),
        ((0.0, 36.0, 72.0), 108.0, ((0.0, 36.0), (72.0, 108.0))),
        ((4.0, 28.0, 52.0), 80.0, ((4.0, 28.0), (52.0, 76.0))),
    ],
)
def test_a_close_up_is_of_two_stretches_that_do_not_overlap(build, doses, end, expected):
    answer = build.report(levels=build.levels(doses, end), dose_times_h=doses)
    found = figures(answer).get("levels-close-up")
    if expected is None:
        assert found is None
    else:
        *rows, _ = rows_of_panels(found)
        assert tuple(panel.scale("x") for panel in rows[0]) == expected
