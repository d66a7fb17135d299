"""Figures of receptors, relief, withdrawal, enzymes and drivers show the numbers, each under its right name."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from tests.report import effects_made as made
from tests.report.specified import contrast, panels, swatches

from ketum.report import Share, figures
from ketum.report.interactions import enzyme_figure


@pytest.fixture(scope="module")
def drawn(build):
    report = build.report(effects=made.effects(), withdrawal=made.withdrawal(), interactions=made.interactions())
    return figures(report)


def test_what_was_not_worked_out_has_no_figure(build, drawn):
    assert list(drawn) == ["levels", "levels-close-up", "drivers", "receptors", "relief", "withdrawal", "enzymes"]
    without = figures(build.report(effects=made.effects(curves=()), interactions=made.interactions(enzymes=())))
    assert list(without) == ["levels", "levels-close-up", "drivers", "relief"]


# Receptors


@pytest.mark.parametrize(("end", "unit", "word"), [(72.0, 1.0, "hours"), (73.0, 24.0, "days")])
def test_receptors_are_the_bands_in_percent(build, end, unit, word):
    curves = made.band("receptors taken", end), made.band("responsiveness left", end)
    figure = figures(build.report(effects=made.effects(curves=curves)))["receptors"]
    *all_panels, key = panels(figure)
    assert [panel.title for panel in all_panels] == ["receptors taken", "responsiveness left"]
    titles = [panel.layers[0].encoding["x"]["axis"]["title"] for panel in all_panels]
    assert titles == [None, f"{word} since the first dose"]
    assert [panel.layers[0].encoding["x"]["axis"]["labels"] for panel in all_panels] == [False, True]
    for panel, one in zip(all_panels, curves, strict=True):
        wide, narrow = panel.of("area")
        (line,) = panel.of("line")
        for layer, channel, quantile in (
            (wide, "y", "p05"), (wide, "y2", "p95"), (narrow, "y", "p25"), (narrow, "y2", "p75"), (line, "y", "p50"),
        ):  # fmt: skip
            np.testing.assert_allclose(np.array(layer.at("x")) * unit, one.time_h, atol=2e-3)
            np.testing.assert_allclose(layer.at(channel), getattr(one, quantile), atol=1e-3)
        assert panel.scale("y") == (0, 100)
        assert panel.scale("x") == pytest.approx((0, end / unit), abs=1e-4)
        said = swatches(key)
        assert (said["90 % of virtual people"], said["50 % of virtual people"], said["median"]) == (
            wide.mark["color"], narrow.mark["color"], line.mark["color"],
        )  # fmt: skip


def test_words_say_how_far_the_median_goes_and_how_wide_the_widest_is(drawn):
    said = drawn["receptors"].alternative
    # 20 + 10 sin(t / 20): 30 at its highest after 31 hours, 10 after 94; the widest band goes from 0.2 to 3 times.
    assert said.count("median between 10 and 30 percent") == 2
    assert said.count("nine of ten lie at 6–90 percent") == 2


# Relief


def test_relief_that_was_computed_is_hollow_and_what_was_measured_filled(drawn):
    (panel,) = panels(drawn["relief"])
    (points,), (ranges,) = panel.of("point"), panel.of("rule")
    expected = [(one.label, one.points, one.low, one.high) for one in made.YARDSTICK]
    assert list(zip(points.at("y"), points.at("x"), ranges.at("x"), ranges.at("x2"), strict=True)) == expected
    assert points.encoding["y"]["sort"] == [one.label for one in made.YARDSTICK]
    hollow, filled = points.at("fill")
    assert hollow == "#ffffff"
    assert filled == points.at("stroke")[1] == ranges.at("color")[1] != points.at("stroke")[0] == ranges.at("color")[0]
    low, high = panel.scale("x")
    assert (low, high) == (0, 4.2)
    assert "opioids in trials: 0.69 points, 0.56–4.2." in drawn["relief"].alternative


def test_little_relief_looks_little(build):
    small = tuple(one for one in made.YARDSTICK if one.kind == "computed")
    (panel,) = panels(figures(build.report(effects=made.effects(yardstick=small)))["relief"])
    assert panel.scale("x") == (0, 3)


# Withdrawal


@pytest.mark.parametrize("high", [20.0, 55.0])
def test_withdrawal_shows_the_scores_and_the_measured_ones_with_their_letters(build, high):
    stop = made.withdrawal(high)
    panel, key = panels(figures(build.report(withdrawal=stop))["withdrawal"])
    (band,), line = panel.of("area"), panel.of("line")[0]
    assert list(zip(band.at("x"), band.at("y"), line.at("y"), band.at("y2"), strict=True)) == [
        (one.hours / 24, one.p05, one.median, one.p95) for one in stop.points
    ]
    (points,), (ranges,) = panel.of("point"), panel.of("rule")
    assert list(zip(points.at("x"), ranges.at("y"), points.at("y"), ranges.at("y2"), strict=True)) == [
        (0.5, 1.5, 5.5, 9.5), (14.0, 5.0, 13.5, 22.0),
    ]  # fmt: skip
    filled, hollow = points.at("fill")
    assert (filled, hollow) == (points.mark["stroke"], "#ffffff"), "hollow: when it was felt is not stated"
    assert panel.scale("y") == (0, max(30.0, high))
    assert panel.scale("x")[0] == 0
    assert 14 < panel.scale("x")[1] < 15
    halo, letters = panel.of("text")
    assert letters.said == halo.said == ["A", "B"]
    assert letters.at("y") == points.at("y")
    assert letters.at("x") == points.at("x")
    (words,), (marks,) = key.of("text"), key.of("point")
    assert words.said == ["A  after a night", "B  recalled"]
    assert (marks.at("fill"), marks.at("y")) == (points.at("fill"), words.at("y"))
    assert words.at("y")[1] - words.at("y")[0] >= 12
    assert max(words.at("y")) < key.height
    assert max(marks.at("x")) + 8 < min(words.at("x"))


def test_words_say_scores_after_the_last_dose(drawn):
    said = drawn["withdrawal"].alternative
    assert "After 0 hours: 8 points, 2–20." in said
    assert "After 24 hours: 7.5 points, 2–19.5." in said


# Enzymes


def test_enzymes_are_relative_to_normal_over_days(drawn):
    gut, liver = panels(drawn["enzymes"])
    assert [gut.title, liver.title] == ["Gut wall", "Liver"]
    for panel, one in zip((gut, liver), made.interactions().enzymes, strict=True):
        (band,), (line,) = panel.of("area"), panel.of("line")
        assert band.at("x") == line.at("x") == [t / 24 for t in one.time_h]
        assert (band.at("y"), line.at("y"), band.at("y2")) == (list(one.p05), list(one.p50), list(one.p95))
    assert gut.scale("y") == (0, 1.2)
    assert liver.scale("y") == (0, 1.05), "1, which is normal, is always in sight"
    assert drawn["enzymes"].alternative == (
        "Gut wall: at its lowest 0.54 of normal. Liver: at its lowest 0.8 of normal."
    )


def test_no_enzymes_no_figure():
    assert enzyme_figure(made.interactions(enzymes=())) is None


# Drivers


def test_a_bar_is_made_of_the_shares_one_after_the_other(build, drawn):
    *parts, key = panels(drawn["drivers"])
    colours = swatches(key)
    plain = {"people": "between people", "product": "between products", "knowledge": "not knowing"}
    assert [part.title.casefold() for part in parts] == [one.alkaloid for one in build.levels()]
    for part in parts:
        (bars,), (words,) = part.of("bar"), part.of("text")
        shown = dict(zip(*(bars.encoding["color"]["scale"][end] for end in ("domain", "range")), strict=True))
        inks = dict(zip(*(words.encoding["color"]["scale"][end] for end in ("domain", "range")), strict=True))
        assert {plain[key]: colour for key, colour in shown.items()} == colours
        assert all(contrast(inks[key], shown[key]) > 4.5 for key in shown)
        assert part.scale("x") == (0, 1)
        first = [row for row in bars.rows if row["what"].startswith("Highest level")]
        assert [(row["key"], row["text"]) for row in first] == [
            (key, f"{part}\N{NO-BREAK SPACE}%") for key, part in (("people", 22), ("product", 16), ("knowledge", 62))
        ]
        assert [row["start"] for row in first] == pytest.approx([0, 0.22, 0.38])
        assert [row["end"] for row in first] == pytest.approx([0.22, 0.38, 1.0])
        assert [row["middle"] for row in first] == pytest.approx([0.11, 0.3, 0.69])
        late = [row for row in bars.rows if row["what"].startswith("Time from a dose to the highest")]
        assert [row["text"] for row in late][1] == "", "4 %: too narrow for words"
        assert bars.encoding["y"]["sort"] == list(dict.fromkeys(row["what"] for row in bars.rows))
        assert bars.encoding["y"]["sort"][0] == "Highest level (Cmax)"
        assert bars.encoding["y"]["sort"][3] == "Lowest level between doses (Cmin)"
    places = [layer.at("x")[0] for layer in key.of("rect")]
    texts = [layer.at("x")[0] for layer in key.of("text")]
    assert all(mark + 7.5 < said for mark, said in zip(places, texts, strict=True))
    assert all(said + 100 < after for said, after in pairwise([texts[0], *places[1:]]))


def test_a_bar_is_drawn_only_where_something_drives_the_spread(build):
    some = tuple(
        build.replace(one, share=Share() if one.quantity == "Cmax" else one.share) for one in build.endpoints()
    )
    what = {row["what"] for panel in panels(figures(build.report(endpoints=some))["drivers"])[:-1]
            for row in panel.of("bar")[0].rows}  # fmt: skip
    assert what
    assert not any("Cmax" in one for one in what)
    silent = tuple(build.replace(one, share=Share()) for one in build.endpoints())
    assert "drivers" not in figures(build.report(endpoints=silent))


def test_words_say_the_shares(drawn):
    said = drawn["drivers"].alternative.split("7-hydroxymitragynine, highest level: ")[1].split(".")[0]
    assert re.findall(r"\d+", said) == ["22", "16", "62"]


def test_each_panel_is_as_wide_as_the_page_and_none_is_hidden_behind_its_labels(drawn):
    for name, figure in drawn.items():
        whole = [panel for panel in panels(figure) if panel.of("area") or panel.of("bar") or panel.of("rule")]
        for panel in whole:
            labels = max(
                (layer.encoding["y"].get("axis") or {}).get("minExtent", 0)
                for layer in panel.layers
                if "y" in layer.encoding
            )
            assert panel.width + labels <= 660, name
