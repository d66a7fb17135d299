from __future__ import annotations

import numpy as np
import pytest

from ketum.answers.thin import thin
from ketum.report import Levels, Share, figures
from ketum.report.drivers_figure import shares
from ketum.report.levels_figure import close_up_windows
from ketum.report.series import series_of


def test_repeated_doses_have_a_close_up(drawn):
    assert list(drawn) == ["levels", "levels-close-up", "drivers"]


def test_a_single_dose_has_none(build):
    assert list(figures(build.single_dose())) == ["levels", "drivers"]


def test_nothing_to_draw_is_no_figure(bare):
    assert figures(bare) == {}


def test_each_drawing_is_named_and_described(drawn):
    for name, figure in drawn.items():
        assert f'aria-labelledby="{name}-title {name}-description"' in figure.svg
        assert f'<desc id="{name}-description">' in figure.svg
        assert "xmlns=" in figure.svg
        assert figure.alternative


def test_the_alternative_says_the_numbers(drawn):
    words = drawn["levels"].alternative
    assert "142 ng/mL" in words
    assert "order of magnitude: no human data" in words
    assert "Huestis 2024" in words


def test_units_and_letters_are_in_the_drawing(drawn):
    for text in ("ng/mL", "days since the first dose", "Speciociliatine", "Tanna 2022"):
        assert text in drawn["levels"].svg
    assert "hours since the first dose" in drawn["levels-close-up"].svg


def test_a_png_is_a_png(drawn):
    assert drawn["drivers"].png.startswith(b"\x89PNG")


def test_the_close_up_ends_with_the_last_interval(build):
    report = build.report(levels=build.levels(build.DOSES, end=400.0))
    first, last = close_up_windows(report)
    assert (first.start, first.end) == (0.0, 24.0)
    assert (last.start, last.end) == (312.0, 336.0)


def test_a_long_interval_sets_the_close_up(build):
    doses = tuple(72.0 * i for i in range(6))
    first, last = close_up_windows(build.report(levels=build.levels(doses, end=432.0), dose_times_h=doses))
    assert (first.end - first.start, last.end - last.start) == (72.0, 72.0)


def test_thinning_keeps_the_highest_and_the_lowest():
    time = np.linspace(0, 3650 * 24, 200_001)
    median = 2 + np.sin(time / 3)
    median[123_456], median[77_777] = 9.0, 0.1
    few = thin(Levels("x", time, *(median * f for f in (0.3, 0.6, 1.0, 1.5, 3.0))))
    assert len(few.time_h) <= 602
    assert few.p50.max() == 9.0
    assert few.p50.min() == 0.1
    assert (few.time_h[0], few.time_h[-1]) == (time[0], time[-1])
    assert np.all(np.diff(few.time_h) > 0)


def test_thinning_keeps_every_dose_peak(build):
    curves = build.levels()[0]
    few = thin(curves)
    inner = (curves.p50[1:-1] > curves.p50[:-2]) & (curves.p50[1:-1] > curves.p50[2:])
    assert set(curves.time_h[1:-1][inner]) <= set(few.time_h)


def test_thinning_leaves_out_what_is_not_a_number(build):
    curves = build.levels()[0]
    holes = build.replace(curves, p95=np.where(curves.time_h < 5, np.nan, curves.p95))
    assert thin(holes).time_h[0] >= 5


def test_levels_without_a_single_number_are_not_drawn(build):
    curves = build.levels()[0]
    gone = build.replace(curves, p50=np.full_like(curves.p50, np.nan))
    assert "levels" not in figures(build.report(levels=(gone,), endpoints=()))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Share(0.2, 0.3, 0.5), {"people": 0.2, "product": 0.3, "knowledge": 0.5}),
        (Share(1.0, 1.0, -0.1), {"people": 0.5, "product": 0.5, "knowledge": 0.0}),
        (Share(None, float("nan"), 0.5), {"knowledge": 0.5}),
        (Share(), {}),
    ],
)
def test_shares_are_parts_of_one(build, share, expected):
    assert shares(build.replace(build.endpoints()[0], share=share)) == pytest.approx(expected)


def test_series_share_letters_and_start_with_this_product(build):
    capsule, tea = series_of(build.published())
    assert (capsule.letter, capsule.matches_product) == ("A", True)
    assert (tea.letter, tea.matches_product) == ("B", False)
    assert capsule.alkaloids == ("mitragynine", "7-hydroxymitragynine", "speciociliatine")
