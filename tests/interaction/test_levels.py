"""Levels of a run beside medicines that change CYP3A: each person against the same person without them."""

import numpy as np
import pytest

from ketum.case import Case
from ketum.chance import Stream
from ketum.crowd.crowd import draw_crowd
from ketum.interaction import sizes
from ketum.medicine import taken_in
from ketum.simulation.simulate import simulate
from ketum.sizes import TOGETHER

PEOPLE = 40


def case(*medicines, **more):
    person = {"age_years": 40, "sex": "male", "weight_kg": 70, "region": "US-PA"}
    kratom = {"product": "leaf-powder", "amount": "3 g", "every": "8 h", "days": 3}
    listed = [one if isinstance(one, dict) else {"name": one} for one in medicines]
    return Case.model_validate({"person": person | more, "kratom": [kratom], "medicine": listed})


def sizes_of(given):
    return sizes(given, taken_in(given)[0])


def area(*medicines, alkaloid="mitragynine"):
    run = simulate(case(*medicines), number=PEOPLE, workers=1, shares=False)
    return run.tree["endpoints"]["AUC"].sel(alkaloid=alkaloid).to_numpy()


@pytest.fixture(scope="module")
def alone():
    return area()


@pytest.mark.parametrize("name", ["ketoconazole", "Diflucan", "verapamil"])
def test_an_inhibitor_lowers_nobodys_mitragynine(alone, name):
    ratio = area(name) / alone
    assert ratio.min() > 1 - 1e-6
    assert np.median(ratio) > 1.02


def test_an_inducer_raises_nobodys_mitragynine(alone):
    ratio = area("rifampicin") / alone
    assert ratio.max() < 1 + 1e-6
    assert np.median(ratio) < 0.8


def test_what_leaves_the_enzyme_alone_changes_no_bit(alone):
    np.testing.assert_array_equal(area("sertraline", "gabapentin"), alone)


def test_a_size_and_the_levels_say_the_same(alone):
    """Two ways to the same ratio: the quick course over a day, and the engine over a run; people differ in both."""
    (size,) = [s for s in sizes_of(case("ketoconazole")) if s.quantity == "AUC of mitragynine"]
    ratio = np.median(area("ketoconazole") / alone)
    assert size.ratio.low < ratio < size.ratio.high
    assert ratio == pytest.approx(size.ratio.median, rel=0.25)


def test_two_inhibitors_together_do_at_least_as_much_as_either():
    one, other, both = (area(*names) for names in (["fluconazole"], ["verapamil"], ["fluconazole", "verapamil"]))
    assert (both / np.maximum(one, other)).min() > 1 - 1e-6
    assert np.median(both / np.maximum(one, other)) > 1.01


def test_the_order_of_medicines_changes_no_bit():
    np.testing.assert_array_equal(area("verapamil", "fluconazole"), area("fluconazole", "verapamil"))


def test_an_inducer_and_an_inhibitor_lie_between(alone):
    both = np.median(area("rifampicin", "ketoconazole") / alone)
    assert np.median(area("rifampicin") / alone) < both < np.median(area("ketoconazole") / alone)


@pytest.mark.parametrize("name", ["rifampicin", "clarithromycin"])
def test_what_was_stopped_fades(alone, name):
    def change(days):
        stopped = {"name": name, "started_days_ago": 100, "stopped_days_ago": days}
        return abs(np.log(np.median(area(stopped) / alone)))

    taken = abs(np.log(np.median(area(name) / alone)))
    assert taken > change(2) > change(12)
    assert change(90) == 0


def people(given):
    return draw_crowd(given, Stream(0, PEOPLE), 24.0)


def test_what_is_left_of_a_stopped_one_beside_others_is_named_and_not_passed_over():
    found = people(case("fluconazole", {"name": "rifampicin", "stopped_days_ago": 3})).enzymes
    assert found.names == ("fluconazole",)
    assert any("rifampicin" in text for text in found.unknown)


def test_of_several_it_is_said_that_they_add_up_and_of_one_not():
    (one,) = people(case("fluconazole")).enzymes.assumptions
    two = people(case("fluconazole", "verapamil")).enzymes.assumptions
    assert "added up" not in one
    assert len(two) == 2
    assert all("added up" in text for text in two)


def test_earlier_use_was_beside_a_medicine_only_where_it_was_there():
    """Responsiveness after months of kratom: a strong inducer taken all along leaves more of it than one from today."""
    regular = {"kratom_experience": "regular", "kratom_months": 24}
    long = people(case({"name": "rifampicin", "started_days_ago": 400}, **regular)).own["responsiveness_start"]
    today = people(case({"name": "rifampicin", "started_days_ago": 0}, **regular)).own["responsiveness_start"]
    without = people(case(**regular)).own["responsiveness_start"]
    np.testing.assert_array_equal(today, without)
    # Not for everybody: an inducer also makes more 7-hydroxymitragynine of what there is.
    assert np.median(long / without) > 1.001


def test_the_size_of_all_together_is_given_only_where_several_act():
    def named(*medicines):
        return {s.medicine for s in sizes_of(case(*medicines)) if s.role == "perpetrator"}

    assert TOGETHER not in named("ketoconazole", "midazolam", "sertraline")
    assert TOGETHER in named("ketoconazole", "verapamil")
