"""Rows of the page's tables: each number under its own heading, in its own unit, and what is unknown in words."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.report import effects_made as made
from tests.report.specified import cells

from ketum.report import DoseContent, Endpoint, Share, render_page
from ketum.report.effects_tables import MORE_THAN_ANY, view
from ketum.report.interactions import ratio, studied, table
from ketum.report.tables import content_tables, exposure_tables, input_tables
from ketum.sizes import Interval

# Exposure


def test_each_endpoint_stands_in_the_column_of_its_span():
    given = (
        Endpoint("mitragynine", "Cmax_last", "ng/mL", 30.0, 3.0, 300.0, Share(0.1, 0.2, 0.3)),
        Endpoint("mitragynine", "Cmax", "ng/mL", 10.0, 1.0, 100.0, Share(0.5, 0.25, 0.25)),
        Endpoint("mitragynine", "AUC_first", "ng*h/mL", 20.0, 2.0, 200.0),
        Endpoint("speciogynine", "Cmax", "ng/mL", float("nan"), 1.0, float("inf")),
    )
    one, other = exposure_tables(given)
    assert (one.alkaloid, other.alkaloid) == ("mitragynine", "speciogynine")
    assert one.spans == other.spans == ("whole run", "first interval", "last interval")
    highest, total = one.rows
    assert (highest.plain, highest.symbol, total.plain) == ("Highest level", "Cmax", "Total exposure")
    assert [cell and (cell.name, cell.median, cell.interval, cell.unit) for cell in highest.cells] == [
        ("mitragynine:Cmax", "10", "1–100", "ng/mL"), None, ("mitragynine:Cmax_last", "30", "3–300", "ng/mL"),
    ]  # fmt: skip
    assert [cell and cell.unit for cell in total.cells] == [None, "ng·h/mL", None]
    assert highest.driver is not None
    assert highest.driver.parts == (("people", "50.0%"), ("product", "25.0%"), ("knowledge", "25.0%"))
    assert re.findall(r"[\d.]+", highest.driver.words) == ["50", "25", "25"]
    assert total.driver is None
    ((cell, *_),) = (row.cells for row in other.rows)
    assert (cell.median, cell.unit) == ("not known", "")


def test_the_half_life_that_is_shown_is_that_of_the_equations():
    endpoints = tuple(
        Endpoint("mitragynine", name, "h", median, 1.0, 100.0, Share(1.0, 0.0, 0.0))
        for name, median in (("half_life", 44.0), ("half_life_structural", 45.0), ("half_life_last", 5.0))
    )
    (row,) = exposure_tables(endpoints)[0].rows
    assert (row.plain, row.symbol) == ("Half-life", "t½")
    assert [cell and cell.median for cell in row.cells] == ["45"]


def test_without_intervals_there_is_one_column():
    (only,) = exposure_tables((Endpoint("mitragynine", "Cmax", "ng/mL", 10.0, 1.0, 100.0),))
    assert only.spans == ("whole run",)
    assert exposure_tables(()) == ()


def test_the_driver_of_an_interval_is_shown_where_the_whole_run_has_none():
    rows = exposure_tables(
        (
            Endpoint("mitragynine", "Cmin", "ng/mL", 10.0, 1.0, 100.0),
            Endpoint("mitragynine", "Cmin_last", "ng/mL", 10.0, 1.0, 100.0, Share(0.3, 0.0, 0.7)),
        )
    )[0].rows
    assert rows[0].driver is not None
    assert rows[0].driver.parts[0] == ("people", "30.0%")


# What is taken


def test_contents_of_a_dose_are_listed_with_their_facts_once(build):
    contents = (DoseContent("mitragynine", 42.06, 21.0, 63.4),)
    dose = build.replace(build.report().doses[0], fact_ids=("a", "b", "a"), contents=contents)
    (found,) = content_tables([dose])
    assert found.dose is dose
    assert found.fact_ids == ("a", "b")
    assert [(row.alkaloid, row.median, row.interval) for row in found.rows] == [("mitragynine", "42.1", "21–63.4")]
    page = render_page(build.report(doses=(dose, dose), levels=(), endpoints=()), {})
    assert cells(page, "taken")[1] == ["Mitragynine", "42.1", "21–63.4"]
    assert page.count("<dt>Takes</dt>") == page.count("<dt>and</dt>") == 1


# Inputs


def inputs(quantity: str, number: int = 9):
    each = [
        {"layer": "people", "label": f"input {i}", "first": 0.5 - 0.05 * i, "first_interval": 0.011,
         "total": 0.6, "total_interval": 0.026}
        for i in range(number)
    ]  # fmt: skip
    tied = [each[0] | {"label": f"tied {i}", "layer": "knowledge", "total": None} for i in range(5)]
    return {"alkaloid": "mitragynine", "quantity": quantity, "inputs": each, "tied": tied}


def test_the_strongest_inputs_stand_first_and_what_is_tied_after_them():
    quantities = ("Cmax", "tmax", "Cmin_last", "half_life")
    endpoints = [inputs(name) for name in quantities] + [inputs("AUC", 2), inputs("half_life_structural")]
    found = input_tables({"endpoints": endpoints})
    assert [one.title for one in found] == [
        "Mitragynine: highest level", "Mitragynine: lowest level between doses", "Mitragynine: total exposure",
        "Mitragynine: half-life",
    ]  # fmt: skip
    assert [row.label for row in found[0].rows] == [f"input {i}" for i in range(6)] + [f"tied {i}" for i in range(3)]
    assert [row.label for row in found[2].rows][:3] == ["input 0", "input 1", "tied 0"]
    first, last = found[0].rows[1], found[0].rows[-1]
    assert (first.layer, first.alone, first.in_all) == ("people", "0.45 ± 0.01", "0.60 ± 0.03")
    assert (last.layer, last.in_all) == ("not knowing", "")
    assert input_tables(None) == ()


# Effects


def test_effects_are_written_in_the_unit_of_their_row(build):
    rows = {row["quantity"]: row for row in view(build.report(effects=made.effects()))["effect_rows"]}
    assert {name: (row["median"], row["interval"], row["unit"]) for name, row in rows.items()} == {
        "occupancy": ("12 %", "5 % to 40 %", ""),
        "pupil": ("0.75", "0.3 to 1.2", "mm"),
        "cold_pressor": ("1.3", "1 to 2.2", "times"),
        "morphine_mg": ("12", f"3 to {MORE_THAN_ANY}", "mg"),
        "relief_last_day": ("0.032", "0.01 to 0.2", "points of 10"),
        "effect_first_day": ("25 %", "10 % to 40 %", ""),
        "effect_last_day": ("12 %", "6 % to 30 %", ""),
        "breathing": ("3.1 %", "0.2 % to 9.4 %", ""),
    }
    for line in made.LINES:
        row = rows[line.quantity]
        assert (row["label"], row["basis"], row["certainty"], row["fact_ids"]) == (
            line.label, line.basis, line.certainty, line.fact_ids,
        )  # fmt: skip
    assert rows["pupil"]["driver"] is None
    assert rows["occupancy"]["driver"].parts[0] == ("people", "20.0%")


@pytest.mark.parametrize("share", [Share(people=0.5), Share(product=0.5), Share(knowledge=0.5)])
def test_one_known_share_is_enough_for_a_bar(build, share):
    effects = made.effects(lines=(made.line("pupil", "mm", 0.7, 0.3, 1.2, share=share),))
    (row,) = view(build.report(effects=effects))["effect_rows"]
    assert row["driver"].parts


def hypotheses(page: str) -> dict[str, list[list[str]]]:
    """The tables of hypotheses, by their heading."""
    parts = re.findall(
        r'<h3>([^<]*)</h3>\s*<p class="small">.*?</p>\s*(<table class="hypotheses">.*?</table>)', page, re.DOTALL
    )
    return {title: cells(f'<section id="one">{table}</section>', "one") for title, table in parts}


def test_each_hypothesis_has_a_row_and_its_numbers_under_their_headings(build):
    tables = hypotheses(render_page(build.report(effects=made.effects(), levels=(), endpoints=()), {}))
    kinds, breathing, roles = tables.values()
    assert [title.split(":")[0] for title in tables] == [
        "Two kinds of studies, both computed",
        "Breathing",
        "Speciociliatine",
    ]
    numbers = ["Relief on the last day, points of 10", "Breathing, greatest fall", "Worst withdrawal, points"]
    assert kinds == [
        ["Potency", *numbers],
        ["As the new", "0.5 (0.2 to 0.8)", "4 % (2 % to 8 %)", "6 (2 to 12)"],
        ["As the regular", "2 (0.8 to 3.2)", "16 % (8 % to 32 %)", "24 (8 to 48)"],
    ]
    assert breathing == [
        ["Hypothesis", "Greatest fall"],
        ["No ceiling", "6 % (1 % to 30 %)"],
        ["A ceiling", "5 % (2 % to 11 %)"],
    ]
    assert roles == [
        ["Role", *numbers],
        ["Partial agonist", "0.5 (0.2 to 0.8)", "4 % (2 % to 8 %)", "6 (2 to 12)"],
        ["No agonist", "0.25 (0.1 to 0.4)", "2 % (1 % to 4 %)", "3 (1 to 6)"],
    ]


def test_what_was_seen_of_breathing_stands_right_below_what_was_computed(build):
    page = render_page(build.report(effects=made.effects(), levels=(), endpoints=()), {})
    after = page[page.index("A ceiling") :]
    seen = after[after.index("<ul") : after.index("</ul>")]
    assert "<h3>" not in after[: after.index("<ul")]
    for one in made.SEEN:
        (entry,) = (text for text in seen.split("</li>") if one.text in text)
        assert one.fact_id in entry


def test_of_one_kind_alone_nothing_is_compared(build):
    one = made.effects(kinds=made.hypotheses(as_the_new=1.0), roles=())
    assert [title.split(":")[0] for title in hypotheses(render_page(build.report(effects=one), {}))] == ["Breathing"]


def test_without_effects_and_margins_nothing_is_listed(build):
    assert view(build.report()) == {
        "effect_rows": [], "role_rows": [], "kind_rows": [], "breathing_rows": [],
        "margin_groups": [], "margins_unknown": (),
    }  # fmt: skip


# Margins


def test_margins_stand_under_their_group_and_one_target_together(build):
    margins = (
        made.margin("hERG"), made.margin("CYP2D6", group="enzymes"), made.margin("Nav1.5"),
        made.margin("hERG", "speciociliatine"), made.margin("hERG", "7-hydroxymitragynine"),
    )  # fmt: skip
    groups = view(build.report(margins=margins))["margin_groups"]
    assert [(g["name"], [(r["target"], r["alkaloid"]) for r in g["rows"]]) for g in groups] == [
        ("heart", [
            ("hERG", "7-hydroxymitragynine"), ("hERG", "mitragynine"), ("hERG", "speciociliatine"),
            ("Nav1.5", "mitragynine"),
        ]),
        ("enzymes", [("CYP2D6", "mitragynine")]),
    ]  # fmt: skip


def test_a_margin_is_written_whole(build):
    given = made.margin("hERG", verified=False, contradicts=("AE1",))
    page = render_page(build.report(margins=(given,), levels=(), endpoints=()), {})
    assert cells(page, "margins")[1] == [
        "HERG", "mitragynine", "1 to 2 uM IC50", "0.014 (0.0051 to 0.4)",
        "possible (not verified) hERG-mitragynine contradicted by AE1 a note",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "ratio", "interval", "parameter"),
    [
        ({}, "0.014", "0.0051 to 0.4", "IC50"),
        ({"ratio": (0.1, 0.5, np.inf)}, "0.5", "upper end not known", "IC50"),
        ({"ratio": None, "potency_nM": None}, "", None, ""),
    ],
)
def test_a_ratio_without_an_upper_end_says_so(build, changes, ratio, interval, parameter):
    (group,) = view(build.report(margins=(made.margin("hERG", **changes),)))["margin_groups"]
    (row,) = group["rows"]
    assert (row["ratio"], row["parameter"]) == (ratio, parameter)
    assert interval is None or row["interval"] == interval


def test_a_potency_without_a_level_beside_it_is_named_once_and_in_no_table(build):
    away = made.margin("hERG", "mitraciliatine", peak_nM=None, ratio=None)
    found = view(build.report(margins=(away, away, made.margin("hERG"))))
    assert [row["alkaloid"] for group in found["margin_groups"] for row in group["rows"]] == ["mitragynine"]
    assert found["margins_unknown"] == ("mitraciliatine at the hERG (1 to 2 uM; a note)",)
    words = made.margin("hERG", "mitraciliatine", peak_nM=None, ratio=None, potency_nM=None)
    found = view(build.report(margins=(words,)))
    assert len(found["margin_groups"]) == 1
    assert found["margins_unknown"] == ()


# Interactions


def test_interactions_say_who_changes_whom_and_by_how_much(build):
    sizes = (
        made.size(after_stopping=Interval(0.5, 0.25, 0.75)),
        made.size("ketoconazole", "perpetrator", quantity="AUC of mitragynine"),
        made.size("midazolam"),
        made.size("st john's wort", "perpetrator"),
    )
    rows = table(made.interactions(sizes=sizes))
    assert [(row["medicine"], row["who"], row["after"]) for row in rows] == [
        ("simvastatin", "kratom changes it", "× 0.5 (0.25 to 0.75)"),
        ("ketoconazole", "it changes kratom", ""),
        ("midazolam (as a yardstick)", "kratom changes it", ""),
        ("St John's wort", "it changes kratom", ""),
    ]
    assert rows[1]["what"] == "AUC of mitragynine by way of CYP3A"
    assert rows[0]["ratio"] == ratio(sizes[0].ratio) == "× 1.5 (1.1 to 2)"
    assert (rows[0]["method"], rows[0]["note"], rows[0]["facts"]) == ("dynamic", "a note", ("ddi01",))
    page = render_page(build.report(interactions=made.interactions(sizes=sizes), levels=(), endpoints=()), {})
    assert cells(page, "interactions")[1:3] == [
        [
            "Simvastatin",
            "AUC of simvastatin by way of CYP3A (kratom changes it)",
            "× 1.5 (1.1 to 2)",
            "× 0.5 (0.25 to 0.75)",
        ],
        ["", "Dynamic; a note ddi01"],
    ]


def test_the_study_behind_all_sizes_is_named_with_what_it_found():
    """Midazolam after one tea rose 1.39-fold (ddi01)."""
    assert studied().startswith("midazolam after one tea from ")
    assert studied().endswith("× 1.39")
