"""What sizes say of a case: laws, order, timing, and silence where too little is on file."""

import csv
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from tests.joins.made import Still

from ketum.case import Case
from ketum.enzymes.algebra import gut_ratio, liver_ratio
from ketum.enzymes.perpetrators import perpetrators
from ketum.enzymes.victims import victims
from ketum.evidence import fact
from ketum.interaction import changes as change_room
from ketum.interaction import enzyme_course, sizes, unsized
from ketum.interaction import size as room
from ketum.interaction.course import InteractionCourse
from ketum.interaction.setting import interval, setting
from ketum.medicine import Taken, taken_in
from ketum.sizes import TOGETHER


def case(amount="3 g", medicines=(), product="leaf-powder", **more):
    kratom = {"product": product, "amount": amount, "every": "8 h", "days": 10} | more
    person = {"age_years": 40, "sex": "male", "weight_kg": 70, "region": "US-PA"}
    return Case.model_validate({"person": person, "kratom": [kratom], "medicine": list(medicines)})


def once(amount, product):
    person = {"age_years": 40, "sex": "male", "weight_kg": 70, "region": "US-PA"}
    return Case.model_validate({"person": person, "kratom": [{"product": product, "amount": amount}]})


def named(generics):
    return [Taken.named(generic) for generic in generics]


def sizes_of(given):
    return sizes(given, taken_in(given)[0])


def one(found, quantity):
    (size,) = [s for s in found if s.quantity == quantity]
    return size


def test_more_kratom_changes_a_victim_more():
    ratios = [
        one(sizes(case(a), named(["midazolam"])), "AUC of midazolam").ratio.median for a in ("0.2 g", "1 g", "5 g")
    ]
    assert 1.0 < ratios[0] < ratios[1] < ratios[2]


def test_next_to_no_kratom_changes_nothing():
    for size in sizes(case("0.000001 g"), named(["midazolam", "dextromethorphan", "tacrolimus"])):
        assert size.ratio.low == pytest.approx(1.0, abs=1e-4)
        assert size.ratio.high == pytest.approx(1.0, abs=1e-4)


def test_what_kratom_raised_falls_when_it_is_stopped():
    size = one(sizes(case(), named(["simvastatin"])), "AUC of simvastatin")
    assert size.ratio.low > 1
    assert size.after_stopping.high < 1
    assert size.ratio.median * size.after_stopping.median == pytest.approx(1.1, abs=0.2), "near normal after a week"


def test_an_inhibitor_raises_mitragynine_and_the_two_hypotheses_part_on_7_hydroxymitragynine():
    found = sizes(case(), named(["ketoconazole"]))
    assert one(found, "AUC of mitragynine").ratio.low >= 1.0
    seven_oh = one(found, "AUC of 7-hydroxymitragynine")
    assert seven_oh.ratio.low < 1 < seven_oh.ratio.high
    assert "as in rats" in seven_oh.note
    assert "as in mice" in seven_oh.note


def test_where_the_interval_holds_1_the_note_says_that_the_direction_is_not_known():
    found = sizes(case(), named(["ketoconazole"]))
    assert "in which direction is not known" in one(found, "AUC of 7-hydroxymitragynine").note
    assert "in which direction is not known" not in one(found, "AUC of mitragynine").note


def test_the_study_in_people_stands_beside_what_it_measured_and_nothing_else():
    inhibited, induced = (sizes(case(), named([name])) for name in ("itraconazole", "rifampicin"))
    measured = one(inhibited, "AUC of 7-hydroxymitragynine")
    assert {"ddi31", "ddi32"} <= set(measured.fact_ids)
    assert "0.44" in measured.note
    assert "quoted by another source" in measured.note
    for other in (one(inhibited, "AUC of mitragynine"), *induced):
        assert not {"ddi31", "ddi32"} & set(other.fact_ids)
        assert "no number from people was seen" in other.note


def test_an_inducer_lowers_mitragynine():
    assert one(sizes(case(), named(["rifampicin"])), "AUC of mitragynine").ratio.high <= 1.0


@pytest.mark.parametrize(("name", "direction"), [("ketoconazole", 1), ("clarithromycin", 1), ("rifampicin", -1)])
def test_what_was_stopped_long_ago_matters_less(name, direction):
    def median(days):
        medicine = {"name": name, "started_days_ago": 60, "stopped_days_ago": days}
        return one(sizes_of(case(medicines=[medicine])), "AUC of mitragynine").ratio.median

    recent, old, gone = (direction * (median(days) - 1) for days in (0.5, 5, 50))
    assert recent > old > -1e-3
    assert gone == pytest.approx(0.0, abs=1e-3)


def test_the_order_of_medicines_changes_nothing():
    names = ["midazolam", "ketoconazole", "rifampicin", "oxycodone"]
    first, second = (
        {(s.medicine, s.quantity): s for s in sizes(case(), named(order))} for order in (names, names[::-1])
    )
    assert first == second


def test_one_medicine_more_changes_no_other():
    alone = {s.quantity: s for s in sizes(case(), named(["midazolam"]))}
    both = {s.quantity: s for s in sizes(case(), named(["midazolam", "clarithromycin", "quetiapine"]))}
    assert both["AUC of midazolam"] == alone["AUC of midazolam"]


def test_a_medicine_of_which_nothing_is_known_is_not_sized():
    assert sizes(case(), named(["gabapentin", "amlodipine"])) == ()
    found = {u.medicine: u for u in unsized(case(), named(["gabapentin", "amlodipine", "digoxin", "midazolam"]))}
    assert set(found) == {"amlodipine", "digoxin"}
    assert found["digoxin"].enzyme == "P-gp"
    # Of amlodipine only a bound was seen, by an inhibitor that is not strong: no size comes of it.
    assert "not told by a strong inhibitor" in found["amlodipine"].reason


def test_no_size_rests_on_memory_alone():
    from ketum.evidence import fact

    for name in ("midazolam", "simvastatin", "tacrolimus", "oxycodone", "desipramine"):
        for victim in victims(name):
            assert any(fact(f).access != "memory" for f in victim.facts)
    for perpetrator in perpetrators().values():
        assert any(fact(f).access != "memory" for f in perpetrator.facts)


def test_an_unknown_amount_of_mitragynine_is_no_size_and_not_a_size_of_one():
    alone = case("15 mg 7-hydroxymitragynine", product="liquid-shot")
    assert sizes(alone, named(["midazolam", "ketoconazole"])) == ()
    assert {u.medicine for u in unsized(alone, named(["midazolam", "ketoconazole", "gabapentin"]))} == {
        "midazolam",
        "ketoconazole",
    }


def test_what_goes_beyond_the_study_says_so():
    assert "extrapolated" in one(sizes(case(), named(["midazolam"])), "AUC of midazolam").note
    assert "extrapolated" not in one(sizes(once("2 g", product="tea"), named(["midazolam"])), "AUC of midazolam").note
    assert "larger dose" in one(sizes(once("20 g", product="tea"), named(["midazolam"])), "AUC of midazolam").note


def test_the_enzymes_course_for_the_figure():
    times, bands = enzyme_course(case())
    for low, middle, high in bands.values():
        assert low.shape == times.shape
        assert ((low > 0) & (low <= middle) & (middle <= high) & (high <= 1 + 1e-9)).all()
    assert bands["gut"][1].min() < bands["liver"][1].min(), "mostly in the gut wall"


def test_what_is_not_swallowed_is_changed_less():
    def found(route):
        medicine = {"name": "midazolam", "route": route}
        return one(sizes_of(case(medicines=[medicine])), "AUC of midazolam")

    vein, mouth = found("iv"), found("oral")
    assert 1.0 < vein.ratio.median < mouth.ratio.median
    assert vein.note.startswith("not by mouth, so past the gut wall, at any time")
    assert mouth.note.startswith("by mouth at any time")


def test_a_poor_metaboliser_has_no_CYP2D6_to_slow():
    poor = case()
    poor = poor.model_copy(update={"person": poor.person.model_copy(update={"cyp2d6": "poor"})})
    found = one(sizes(poor, named(["desipramine"])), "AUC of desipramine")
    assert (found.ratio.low, found.ratio.high) == (1.0, 1.0)
    assert one(sizes(case(), named(["desipramine"])), "AUC of desipramine").ratio.median > 1.0


# Laws


def held(people, gut, liver):
    """A day in which the enzymes stand still."""
    full = np.ones((24, people))
    active = {"active_gut": gut * full, "active_liver": liver * full, "active_2D6": full}
    return InteractionCourse(np.arange(24) + 0.5, np.ones(24), active)


@pytest.mark.parametrize(("lost_in", "gut", "liver"), [("gut", 0.3, 0.9), ("gut", 0.3, 0.1), ("liver", 0.3, 0.9)])
def test_a_victim_answers_to_the_enzyme_of_the_place_where_it_is_lost(monkeypatch, lost_in, gut, liver):
    here = setting(case(), draws=12)
    Fg, fm = (np.full(12, 0.4), np.zeros(12)) if lost_in == "gut" else (np.ones(12), np.full(12, 0.8))
    monkeypatch.setattr(room, "sampled", lambda *_: (Fg, fm))
    (midazolam,) = victims("midazolam")
    found = room.victim_ratio(midazolam, here, held(12, gut, liver), (0.0, 22.0))
    expected = gut_ratio(gut, 0.4) if lost_in == "gut" else liver_ratio(liver, 0.8)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_what_is_not_swallowed_does_not_meet_the_gut_wall():
    here = setting(case(), draws=12)
    (midazolam,) = victims("midazolam")
    one, other = (room.victim_ratio(midazolam, here, held(12, gut, 0.5), (0.0, 22.0), False) for gut in (0.1, 1.0))
    np.testing.assert_array_equal(one, other)


def medians(*names):
    found = sizes(case(), named(names))
    return {s.medicine: s.ratio.median for s in found if s.quantity == "AUC of mitragynine"}


def test_two_inhibitors_together_raise_kratom_more_than_either():
    found = medians("fluconazole", "verapamil")
    assert found[TOGETHER] > max(found["fluconazole"], found["verapamil"]) > 1.0


def test_an_inducer_and_an_inhibitor_together_lie_between():
    found = medians("rifampicin", "ketoconazole")
    assert found["rifampicin"] < found[TOGETHER] < found["ketoconazole"]


def test_several_together_are_the_same_in_any_order():
    def together(*names):
        return [replace(s) for s in sizes(case(), named(names)) if s.medicine == TOGETHER]

    assert together("verapamil", "rifampicin", "fluconazole") == together("fluconazole", "verapamil", "rifampicin")


def test_an_interval_goes_from_the_5th_to_the_95th_percentile():
    found = interval(np.random.default_rng(0).permutation(101).astype(float))
    assert (found.low, found.median, found.high) == (5.0, 50.0, 95.0)


def test_each_hypothesis_is_spread_evenly_over_its_own_range_and_the_same_beside_a_medicine(monkeypatch):
    """Ranges as they stand in the table, past the code that reads it."""
    table = files("ketum.interaction").joinpath("hypotheses.csv").read_text(encoding="utf-8")
    lanes = {}

    class CaughtError(Exception):
        pass

    def course(own, *_):
        lanes.update(own)
        raise CaughtError

    monkeypatch.setattr(change_room, "course", course)
    (taken,) = named(["ketoconazole"])
    with pytest.raises(CaughtError):
        change_room.changes([(taken, perpetrators()["ketoconazole"])], setting(case(), draws=400))
    for share, name in (("formed", "formed_3A"), ("lost", "lost_3A")):
        alone, beside = lanes[name].reshape(2, 2, 400)
        np.testing.assert_array_equal(alone, beside)
        for row, values in zip(csv.DictReader(table.splitlines()), alone, strict=True):
            low, high = float(row[f"{share}_low"]), float(row[f"{share}_high"])
            at = [0.0, 0.1, 0.5, 0.9, 1.0]
            np.testing.assert_allclose(
                np.quantile(values, at), low + (high - low) * np.array(at), atol=0.1 * (high - low) + 1e-12
            )
            assert low <= values.min() <= values.max() <= high


def test_how_far_the_livers_flow_limits_is_anything_up_to_nine_tenths(monkeypatch):
    seen = []
    monkeypatch.setattr(room, "iv_ratio", lambda active, fm, extraction: seen.append(extraction) or extraction)
    here = setting(case(), draws=400)
    (midazolam,) = victims("midazolam")
    room.victim_ratio(midazolam, here, held(400, 1.0, 0.5), (0.0, 22.0), False)
    np.testing.assert_allclose(np.quantile(seen[0], [0.0, 0.5, 1.0]), [0.0, 0.45, 0.9], atol=0.07)
    assert seen[0].max() <= 0.9


def test_where_knowledge_stands_still_both_hypotheses_stand_in_the_middle(monkeypatch):
    """So that the spread which they add is counted as not knowing, and as nothing else."""
    lanes = {}
    monkeypatch.setattr(change_room, "course", lambda own, *_: lanes.update(own) or (_ for _ in ()).throw(KeyError))
    here = replace(setting(case(), draws=40), stream=Still(0, 40, still=("knowledge",)))
    with pytest.raises(KeyError):
        change_room.changes([(named(["ketoconazole"])[0], perpetrators()["ketoconazole"])], here)
    for name, share in (("formed_3A", "formed"), ("lost_3A", "lost")):
        for one, values in zip(change_room.hypotheses(), lanes[name].reshape(2, 2, 40)[0], strict=True):
            np.testing.assert_allclose(values, np.mean(getattr(one, share)))


def test_of_long_use_two_weeks_are_followed_at_the_same_hours_of_the_day():
    short, long = setting(case(days=10), draws=4), setting(case(days=75), draws=4)
    assert (short.start_h, short.end_h) == (9 * 24.0, 10 * 24.0)
    assert 14 * 24 <= long.end_h < 15 * 24
    assert long.end_h - long.start_h == 24.0
    (dose,) = long.doses
    assert dose.times[0] < 8
    assert {time % 24 for time in dose.times} == {0.0, 8.0, 16.0}
    assert dose.times[-1] + 8 == long.end_h


def test_a_size_says_which_study_in_people_there_is_and_rests_on_it():
    """Midazolam (ddi01) and dextromethorphan (ddi04) were studied beside a tea; nothing else was."""
    found = {size.medicine: size for size in sizes(case(), named(["midazolam", "dextromethorphan", "simvastatin"]))}
    for medicine, fact_id in (("midazolam", "ddi01"), ("dextromethorphan", "ddi04")):
        assert f"studied in people after one tea: {fact_id}" in found[medicine].note
    assert "no study of it with kratom" in found["simvastatin"].note
    for size in found.values():
        assert ("ddi01" if size.enzyme == "CYP3A" else "ddi04") in size.fact_ids
        assert all(fact(fact_id) for fact_id in size.fact_ids)
