"""What is said of effects and of stopping is what the people of a run have, under the right name and unit."""

from __future__ import annotations

import numpy as np
import pytest
from tests.answers.made_run import FACTOR, HUNDRED, SHARES, SIDES, bands, effects, run
from tests.joins.made import case, product, rows

from ketum.answers.curves import QUANTILES
from ketum.answers.effects import as_mapping
from ketum.answers.effects import effects as said_of
from ketum.answers.stopping import withdrawal
from ketum.evidence import fact
from ketum.writing.texts import quoted

LEAF = product("leaf-powder", "3 g", every='"8 h"', days=2)
REGULAR = case(LEAF, person='kratom_experience = "regular"')
NEW = case(LEAF, person='kratom_experience = "new"')
WORDS = {
    "occupancy": ("taken by kratom", "fraction"),
    "occupancy_other": ("taken by the other opioid", "fraction"),
    "pupil": ("pupil", "mm"),
    "cold_pressor": ("times that without", "ratio"),
    "relief_first_day": ("Relief in chronic pain over placebo, mean of the first day", "points of 10"),
    "relief_last_day": ("Relief in chronic pain over placebo, mean of the last day of use", "points of 10"),
    "relief": ("Relief at the strongest moment, which no trial reports", "points of 10"),
    "effect_first_day": ("Sedation: receptor effect of the greatest possible, mean of the first day", "fraction"),
    "effect_last_day": ("Sedation: receptor effect of the greatest possible, mean of the last day", "fraction"),
    "morphine_mg": ("ike one swallowed dose of morphine", "mg"),
    "breathing": ("Breathing: fall of the drive to breathe, at the strongest moment", "fraction"),
    "responsiveness": ("Responsiveness left", "fraction"),
    "withdrawal_worst": ("Worst withdrawal", "points"),
}


@pytest.mark.parametrize("others", [(), ("morphine",), ("morphine", "oxycodone")])
def test_each_line_says_its_own_quantity_of_the_people(others):
    found = said_of(run(REGULAR, others=others))
    assert [line.quantity for line in found.lines] == [q for q in WORDS if others or q != "occupancy_other"]
    for line in found.lines:
        word, unit = WORDS[line.quantity]
        assert word in line.label
        assert line.unit == unit
        factor = FACTOR[line.quantity]
        assert (line.p05, line.median, line.p95) == (5 * factor, 50 * factor, 95 * factor)
        people, made, _ = SHARES[line.quantity]
        assert (line.share.people, line.share.product, line.share.knowledge) == (people, pytest.approx(made), None)
        assert line.certainty == ("low" if line.quantity == "pupil" else "very low")
        assert len(set(line.fact_ids)) == len(line.fact_ids) > 0
        assert all(fact(fact_id) for fact_id in line.fact_ids)
        assert line.basis.endswith(".")
    assert found.beside == others


@pytest.mark.parametrize("given", [NEW, LEAF])
def test_mg_of_morphine_are_said_to_regular_users_only(given):
    """Who takes none, or may take none, would be frightened or reassured by them."""
    found = said_of(run(given))
    assert [line.quantity for line in found.lines] == [q for q in WORDS if q not in ("morphine_mg", "occupancy_other")]
    assert not any("mg" in (line.unit, *line.quantity.split("_")) for line in found.lines)


def test_a_number_that_is_infinite_for_many_stays_infinite():
    most = np.where(HUNDRED > 60, np.inf, HUNDRED)
    (line,) = (x for x in said_of(run(REGULAR, effects=effects(morphine_mg=most))).lines if x.quantity == "morphine_mg")
    assert (line.p05, line.median, line.p95) == (5, 50, np.inf)


THREE = ("relief_last_day", "breathing", "withdrawal_worst")
NEW_TO_IT, USED_TO_IT = "potency as people new to kratom showed it", "potency as regular users showed it"
HYPOTHESES = {
    "roles": ("agonist_SC", ("partial agonist", "no agonist, only occupies"), THREE),
    "kinds": ("as_new", (NEW_TO_IT, USED_TO_IT), THREE),
    "breathing": ("full_HM", ("no ceiling: ", "with a ceiling: "), ("breathing",)),
}


def held_to(row, people):
    """Its quantiles are those of these people, and each is somebody's number."""
    assert {row.p05, row.median, row.p95} <= set(people)
    for end, part in ((row.p05, 0.05), (row.median, 0.5), (row.p95, 0.95)):
        # One of n people stands where the part ends, so it is met to within one of them.
        assert (people < end).mean() == pytest.approx(part, abs=1.5 / people.size)


@pytest.mark.parametrize("name", HYPOTHESES)
def test_each_hypothesis_has_the_numbers_of_its_own_people(name):
    switch, (on, off), quantities = HYPOTHESES[name]
    found = getattr(said_of(run(LEAF)), name)
    expected = [(role, quantity) for role in (on, off) for quantity in quantities]
    assert len(found) == len(expected)
    for row, (role, quantity) in zip(found, expected, strict=True):
        assert row.role.startswith(role)
        assert row.quantity == quantity
        held_to(row, FACTOR[quantity] * HUNDRED[SIDES[switch] == (role == on)])


@pytest.mark.parametrize(("given", "own", "other"), [(NEW, 1.0, 0.0), (REGULAR, 0.0, 1.0)])
def test_a_person_of_one_kind_sees_the_other_kind_too(given, own, other):
    """The others' numbers are tenfold here."""
    mine, theirs = effects(as_new=np.full(101, own)), effects(as_new=np.full(101, other))
    theirs = theirs.assign({quantity: 10 * theirs[quantity] for quantity in THREE})
    found = said_of(run(given, effects=mine, unlike=theirs))
    scale = {NEW_TO_IT: 1 if own else 10, USED_TO_IT: 10 if own else 1}
    assert [(row.role, row.quantity) for row in found.kinds] == [
        (role, quantity) for role in sorted(scale, key=scale.get) for quantity in THREE
    ]
    for row in found.kinds:
        held_to(row, scale[row.role] * FACTOR[row.quantity] * HUNDRED)
    by_quantity = {line.quantity: line.median for line in found.lines}
    assert by_quantity["relief_last_day"] == 50 * FACTOR["relief_last_day"], "the lines are the person's own"


def test_what_was_seen_of_breathing_names_its_source_and_quotes_no_other():
    found = said_of(run(LEAF))
    seen = {one.fact_id: one.text for one in found.breathing_seen}
    assert len(seen) == len(found.breathing_seen)
    assert {"CC038", "CC039", "CC043", "AE071"} <= set(seen)
    assert set(seen) <= set(found.fact_ids)
    for fact_id, text in seen.items():
        assert set(quoted(text)) <= {fact_id}
        system = fact(fact_id).details.get("system", "respiratory")
        assert system == "respiratory"
    assert "190 mg" in seen["AE071"]
    assert "190 mg" in fact("AE071").details["dose_or_arm"]
    assert any("rules out no harm" in note for note in found.notes)


def test_a_role_that_nobody_has_and_a_product_without_it_have_no_row():
    everybody = said_of(run(LEAF, effects=effects(agonist_SC=np.ones(101)))).roles
    assert {row.role for row in everybody} == {"partial agonist"}
    assert said_of(run(product("7oh-product", "15 mg 7-hydroxymitragynine"))).roles == ()


def test_the_yardstick_begins_with_this_kratom_and_measured_care_is_as_published():
    relief = FACTOR["relief_last_day"]  # a mean of days, as trials report
    own, *care = said_of(run(LEAF, others=("morphine",))).yardstick
    assert (own.kind, own.points, own.low, own.high) == ("computed", 50 * relief, 5 * relief, 95 * relief)
    assert own.label.startswith("This kratom and morphine, computed")
    assert said_of(run(LEAF)).yardstick[0].label.startswith("This kratom, computed")
    assert {row.kind for row in care} == {"measured"}
    table = {fact_id: row for row in care if len(row.fact_ids) == 1 for fact_id in row.fact_ids}
    for fact_id in ("CE066", "CE058", "CE060", "CE038", "CE157"):
        row, seen = table[fact_id], fact(fact_id)
        # Less pain is a negative number in the table, and points of relief here; an interval goes with its number.
        assert row.points == pytest.approx(-float(seen.details["approx_pain_points_0_10"]))
        parts = sorted(end / seen.number() for end in seen.interval())
        assert [row.low / row.points, row.high / row.points] == pytest.approx(parts)
        assert row.points > 0
        assert row.low < row.points < row.high
    own_rows = {row["name"]: row for row in rows("effect_parameters.csv")}
    for row, name in zip(care[-2:], ("placebo", "natural"), strict=True):
        given = own_rows[name]
        assert row.label == given["label"]
        assert row.fact_ids == tuple(given["facts"].split(";"))
        assert [row.points, row.low, row.high] == [float(given[key]) for key in ("prior_median", "low", "high")]


@pytest.mark.parametrize("others", [(), ("morphine",)])
def test_curves_are_the_bands_in_percent(others):
    given = bands()
    found = said_of(run(LEAF, others=others)).curves
    shown = ["occupied_kratom", *(["occupied_other"] if others else []), "responsiveness"]
    words = {"occupied_kratom": "by kratom", "occupied_other": "by morphine", "responsiveness": "Responsiveness left"}
    for curve, name in zip(found, shown, strict=True):
        assert words[name] in curve.alkaloid
        np.testing.assert_array_equal(curve.time_h, given["time"])
        for i, quantile in enumerate(QUANTILES):
            np.testing.assert_allclose(getattr(curve, quantile), 100 * given[name].to_numpy()[i])


def test_warnings_are_given_where_they_hold_and_only_there():
    assert said_of(run(LEAF)).warnings == ()
    (beyond,) = said_of(run(LEAF), ["dose.above-studied"]).warnings
    assert "extrapolated" in beyond
    (seven,) = said_of(run(product("7oh-product", "15 mg 7-hydroxymitragynine"))).warnings
    assert "no human study" in seven
    (together,) = said_of(run(LEAF, others=("morphine", "oxycodone"))).warnings
    assert "kratom and morphine and oxycodone together" in together
    (outside,) = said_of(run(LEAF + "\n" + product("pseudoindoxyl-product", "20 mg"))).warnings
    assert "not small for that" in outside
    assert "is not in the model" in outside


def test_json_has_all_but_the_curves():
    found = as_mapping(said_of(run(LEAF)))
    assert set(found) == {
        "lines", "roles", "kinds", "breathing", "breathing_seen", "yardstick", "beside", "warnings", "notes",
    }  # fmt: skip


def test_facts_of_effects_are_those_shown_and_those_of_the_parameters():
    found = said_of(run(LEAF))
    shown = {f for line in found.lines for f in line.fact_ids} | {f for row in found.yardstick for f in row.fact_ids}
    behind = {f for row in rows("effect_parameters.csv") for f in row["facts"].split(";") if f}
    assert shown | behind <= set(found.fact_ids)


# Stopping

HOURS = (6, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336)


def test_scores_after_the_last_dose_are_those_of_their_hour():
    points = withdrawal(run(LEAF)).points
    assert [point.hours for point in points] == list(HOURS)
    for point in points:
        factor = FACTOR[f"withdrawal_{point.hours:g}h"]
        assert (point.p05, point.median, point.p95) == (5 * factor, 50 * factor, 95 * factor)


@pytest.mark.parametrize(("hours", "between"), [(0, (None, 6)), (3, (None, 6)), (9, (6, 12)), (288, (240, 336))])
def test_the_score_now_lies_between_its_neighbours_and_begins_at_nothing(hours, between):
    now = withdrawal(run(f"{LEAF}\n[today]\nstopped_hours_ago = {hours}")).now
    ends = [0.0 if hour is None else FACTOR[f"withdrawal_{hour}h"] for hour in between]
    way = (hours - (between[0] or 0)) / (between[1] - (between[0] or 0))
    factor = ends[0] + way * (ends[1] - ends[0])
    assert (now.hours, now.p05, now.median, now.p95) == pytest.approx((hours, 5 * factor, 50 * factor, 95 * factor))


def test_nothing_is_said_of_now_beyond_the_last_hour_or_without_one():
    assert withdrawal(run(f"{LEAF}\n[today]\nstopped_hours_ago = 337")).now is None
    assert withdrawal(run(f"{LEAF}\n[today]\nstopped_hours_ago = 336")).now is not None
    assert withdrawal(run(LEAF)).now is None


def test_measured_scores_are_published_ones_above_the_usual():
    """5.5 (SD 3.3) and 13.5 (SD 11.9) points; about 2 of them are there anyway."""
    usual = float(next(row["prior_median"] for row in rows("effect_parameters.csv") if row["name"] == "SOWS_base"))
    night, recalled = withdrawal(run(LEAF)).anchors
    assert (night.hours, recalled.hours) == (12.0, None)
    assert (night.value, night.low, night.high) == pytest.approx((5.5 - usual, 5.5 - 3.3 - usual, 5.5 + 3.3 - usual))
    assert (recalled.value, recalled.low, recalled.high) == pytest.approx((13.5 - usual, 0.0, 13.5 + 11.9 - usual))
    assert (night.fact_id, recalled.fact_id) == ("AN015", "DE025")
    assert night.label == f"{fact('AN015').n} regular users after a night: 5.5 points, {usual:g} of them usual"


def test_rows_on_dependence_are_written_in_the_unit_of_their_fact():
    found = {line.fact_id: line for line in withdrawal(run(LEAF)).dependence}
    assert (found["DE018"].value, found["DE018"].interval, found["DE018"].people) == ("25.5 %", "", "2061")
    assert (found["DE021"].value, found["DE021"].interval) == ("2.83 times", "2.19-3.67 (95% CI)")
    assert found["DE030"].value == "6.74"
    assert found["DE027"].value == "frequency stronger than amount"
    for fact_id, line in found.items():
        assert line.seen == fact(fact_id).seen
        assert line.label.startswith("odds") == line.value.endswith(" times")
        assert line.label.startswith(("have", "are", "of those")) == line.value.endswith(" %")
    whole = withdrawal(run(LEAF))
    assert set(whole.fact_ids) == {"AN015", "DE025", *found}


@pytest.mark.parametrize(
    ("tables", "person", "expected"),
    [
        (
            product("extract", "20 mg mitragynine", every='"8 h"', days=2),
            "",
            ["3 doses a day", "about 60 mg mitragynine"],
        ),
        (product("extract", "20 mg mitragynine"), "", ["no repeated doses"]),
        (LEAF, 'kratom_experience = "regular"\nkratom_months = 6', ["earlier use: regular, 6 months"]),
        (LEAF, 'kratom_experience = "regular"', ["earlier use: regular; "]),
        (LEAF, "", ["earlier use: unknown; opioids: unknown"]),
        (LEAF, 'opioid_use = "none"', ["opioids: none"]),
    ],
)
def test_here_says_what_the_case_gives_of_dose_duration_and_history(tables, person, expected):
    here = withdrawal(run(case(tables, person=person))).here + "; "
    assert all(text in here for text in expected)
    assert ("glasses" in here) is ("every" in tables)
    if "60 mg" in expected[-1]:
        glass = fact("DE001").number()
        assert f"({60 / glass:.2g} glasses of {glass:g} mg)" in here


def test_doses_of_several_products_add_up_and_what_is_taken_once_does_not_count():
    two = "\n".join(
        (
            product("extract", "20 mg mitragynine", every='"8 h"', days=2),
            product("liquid-shot", "10 mg mitragynine", every='"24 h"', days=2),
            product("extract", "500 mg mitragynine"),
        )
    )
    here = withdrawal(run(two)).here
    assert here.startswith("4 doses a day; about 70 mg mitragynine a day")
