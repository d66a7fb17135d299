"""Published points beside predicted levels: place, range, letter and look, in the drawing and in its key."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from tests.report.specified import panels

from ketum.report import figures
from ketum.report.levels_panel import Window, top_of
from ketum.report.series import series_of


def test_published_points_stand_at_their_time_and_height_with_their_range(once, both):
    _, (_, figure, _) = both
    *drawn, _ = panels(figure)
    for panel, curves in zip(drawn, once.levels, strict=True):
        (ranges,) = (rule for rule in panel.of("rule") if "field" in rule.encoding["y"])
        (points,) = panel.of("point")
        expected = {(p.time_h, p.value, p.low, p.high) for p in once.published if p.alkaloid == curves.alkaloid}
        assert set(zip(points.at("x"), points.at("y"), ranges.at("y"), ranges.at("y2"), strict=True)) == expected
        joined = next(line for line in panel.of("line") if "detail" in line.encoding)
        assert set(joined.at("detail")) == {"A", "B"}
        assert joined.rows == points.rows


def test_a_point_without_a_range_stands_alone(build):
    bare = tuple(build.replace(p, low=None, high=float("nan")) for p in build.published())
    figure = figures(build.single_dose(published=bare))["levels"]
    (ranges,) = (rule for rule in panels(figure)[0].of("rule") if "field" in rule.encoding["y"])
    assert ranges.at("y") == ranges.at("y2") == panels(figure)[0].of("point")[0].at("y")


def test_in_weeks_points_are_specks_without_letters_and_ranges(both):
    (_, weeks, _), (_, days, _) = both
    small, large = (panels(figure)[0].of("point")[0].mark["size"] for figure in (weeks, days))
    assert small < large
    assert not panels(weeks)[0].of("text")
    assert not [rule for rule in panels(weeks)[0].of("rule") if "field" in rule.encoding["y"]]


def test_a_letter_stands_beside_the_highest_point_of_its_study_and_two_on_two_sides(once, both):
    _, (_, figure, _) = both
    *drawn, _ = panels(figure)
    for panel, curves in zip(drawn, once.levels, strict=True):
        letters = {}
        for layer in panel.of("text"):
            for row in zip(layer.said, layer.at("x"), layer.at("y"), strict=True):
                letters.setdefault((*row, np.sign(layer.mark["dx"])), []).append("stroke" in layer.mark)
        assert all(halo == [True, False] for halo in letters.values()), "a halo below each letter"
        assert sorted(one[3] for one in letters) == [-1, 1]
        for series in series_of(once.published):
            highest = max(series.of(curves.alkaloid), key=lambda level: level.value)
            assert (series.letter, highest.time_h, highest.value) in {one[:3] for one in letters}


def test_many_studies_take_turns_left_and_right_in_time(build):
    places = [(0.5, 10.0), (1.0, 30.0), (2.0, 20.0), (3.0, 15.0), (4.0, 5.0)]
    some = tuple(build.PublishedLevel("mitragynine", str(i), f"study {i}", *place) for i, place in enumerate(places))
    (*drawn, _) = panels(figures(build.single_dose(published=some))["levels"])
    sides = {x: np.sign(la.mark["dx"]) for la in drawn[0].of("text") for x in la.at("x")}
    assert [sides[time] for time, _ in places] == [-1, 1, -1, 1, 1]


def test_a_mark_is_filled_where_the_study_gave_this_product_and_looks_the_same_in_the_key(build, both, close):
    for figure in (*(figure for _, figure, _ in both), close):
        *drawn, key = panels(figure)
        (marks,) = key.of("point")
        bold = next(text for text in key.of("text") if text.mark.get("fontWeight") == "bold")
        plain = next(text for text in key.of("text") if "fontWeight" not in text.mark)
        letters = dict(zip(bold.at("y"), bold.said, strict=True))
        words = {y: said for x, y, said in zip(plain.at("x"), plain.at("y"), plain.said, strict=True) if y in letters}
        looks = {
            letters[y]: look
            for y, *look in zip(marks.at("y"), marks.at("shape"), marks.at("fill"), strict=True)
        }  # fmt: skip
        hollow = {letters[y]: said.endswith("(another kind of product)") for y, said in words.items()}
        assert hollow == {s.letter: not s.matches_product for s in series_of(build.published())}
        assert {letter: look[1] == "#ffffff" for letter, look in looks.items()} == hollow
        assert len({look[0] for look in looks.values()}) == 2
        for panel in drawn:
            for points in panel.of("point"):
                for row in points.rows:
                    assert [row["shape"], row["fill"]] == looks[row["letter"]]


def test_the_rows_of_a_key_do_not_touch_and_stay_inside(both):
    for _, figure, _ in both:
        *_, key = panels(figure)
        places = {(y, x) for layer in key.of("text") for x, y in zip(layer.at("x"), layer.at("y"), strict=True)}
        heights = sorted({y for y, _ in places})
        assert len(heights) == 3
        assert min(after - before for before, after in pairwise(heights)) >= 12
        assert heights[0] > 5
        assert heights[-1] < key.height - 5
        for y in heights[1:]:
            mark, letter, words = sorted(
                [*(x for at, x in places if at == y), next(iter(key.of("point")[0].at("x")))]
            )  # fmt: skip
            assert mark + 8 < letter < letter + 8 < words


def test_the_key_names_only_what_is_drawn_and_letters_stay_those_of_the_page(build, once):
    some = tuple(p for p in build.published() if not p.matches_product or p.alkaloid == "speciociliatine")
    one = build.replace(once, levels=once.levels[:1], published=some)
    *_, key = panels(figures(one)["levels"])
    bold = next(text for text in key.of("text") if text.mark.get("fontWeight") == "bold")
    assert bold.said == ["B"]
    none = build.single_dose(published=())
    *_, key = panels(figures(none)["levels"])
    assert not key.of("point")
    assert len(key.of("text")) == 1


def test_the_scale_of_levels_holds_what_is_published_in_its_window(build):
    (curves,) = build.levels(build.SINGLE, 48.0)[:1]
    point = build.PublishedLevel("mitragynine", "s", "s", 4.0, 5000.0, None, 9000.0)
    inside, outside = Window(0.0, 4.0), Window(5.0, 48.0)
    band = float(curves.p95.max())
    assert top_of([curves], [inside], series_of([point])) >= 9000
    assert band <= top_of([curves], [outside], series_of([point])) < 1.1 * band
    flat = build.replace(curves, p95=0 * curves.p95)
    assert top_of([flat], [outside], ()) > 0
