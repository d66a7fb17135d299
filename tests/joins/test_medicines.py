"""Between the medicines of a case and the model: each by its own enzyme, its own place, and its own time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.special import logit
from tests.joins.made import BRIEF, case, medicine, model, product, rows, run

from ketum.chance import Stream
from ketum.crowd.crowd import draw_crowd
from ketum.enzymes import victims as victims_room
from ketum.enzymes.algebra import fm_of, gut_ratio, liver_ratio
from ketum.enzymes.victims import VictimFacts
from ketum.interaction import sizes
from ketum.medicine import Taken
from ketum.writing.texts import NOTHING

TEA = product("tea", "2 g")
LEAF = product("leaf-powder", "3 g", every='"8 h"', days=2)
OPIOIDS = {row["medicine"]: row for row in rows("opioids.csv")}
DAYS_OF_HALF = {name: float(row["half_life_h"]) / 24 for name, row in OPIOIDS.items() if row["half_life_h"]}
OWN_AFFINITY = [name for name, row in OPIOIDS.items() if row["K_nM"]]


def crowd(*tables, people=8, end=48.0, **more):
    return draw_crowd(case(LEAF, *tables, **more), Stream(2, people), end)


# What kratom does to medicines


@pytest.fixture
def victim(monkeypatch):
    """Size the change of a made-up victim of CYP3A, of which share and Fg are given; returns median AUC ratios.

    The share is what an inhibitor that leaves no CYP3A takes away by mouth, gut wall included.
    """

    def size(kratom, share, Fg):
        fm = np.clip(fm_of(1 / (1 - share), Fg, 0.0), 0.003, 0.99)
        Fg = np.clip(Fg, 0.003, 0.997)
        known = VictimFacts("simvastatin", "CYP3A", logit(fm), 0.0, logit(Fg), 0.0, ("VF0318",), NOTHING)
        monkeypatch.setattr(victims_room, "posterior", lambda: {"simvastatin": known})
        (found,) = sizes(case(kratom), [Taken.named("simvastatin")])
        return found.ratio.median, found.after_stopping.median

    return size


def test_a_victim_lost_only_in_the_gut_answers_to_the_guts_enzyme(victim):
    """One tea takes the gut wall's enzyme and leaves the liver's: midazolam rose, and its half-life did not change."""
    gut, _ = victim(TEA, 0.5, 0.5)
    liver, _ = victim(TEA, 0.93, 1.0)
    assert gut > 1.25
    assert 0.99 < liver < 1.15


def test_the_more_a_gut_wall_takes_the_more_a_victim_rises(victim):
    found = [victim(TEA, 1 - Fg, Fg)[0] for Fg in (0.9, 0.6, 0.3)]
    assert found == sorted(found)
    assert found[2] > 1.2 * found[0]
    for Fg, ratio in zip((0.9, 0.6, 0.3), found, strict=True):
        assert 1.0 < ratio <= 1 / Fg, "without any enzyme there it would be 1/Fg"


@pytest.mark.parametrize(("place", "other"), [("gut", "liver"), ("liver", "gut")])
@pytest.mark.parametrize("active", [0.2, 3.0])
def test_in_the_model_each_place_of_loss_has_its_own_enzyme(place, other, active):
    """A victim lost in one place only; CYP3A held at an activity there, and then at the other place."""
    lost = {"gut": {"victim_Fg": 0.4, "victim_3A": 0.0}, "liver": {"victim_Fg": 1.0, "victim_3A": 0.8}}[place]
    doses = pd.DataFrame({"TIME": [0.0], "AMT": [100.0], "CMT": ["victim_lumen"]})
    times = np.linspace(0, 60, 601)

    def area(**held):
        curve = model().solve(doses, times, lost | {"co_start": 1.0, "co_taken": 1.0} | held, ["C_victim"])["C_victim"]
        return np.trapezoid(curve.to_numpy()[0], times)

    here = area(**{f"co_inhibition_{place}": 1 / active - 1}) / area()
    expected = gut_ratio(active, 0.4) if place == "gut" else liver_ratio(active, 0.8)
    assert here == pytest.approx(float(expected), rel=2e-3)
    assert area(**{f"co_inhibition_{other}": 1 / active - 1}) / area() == pytest.approx(1.0, rel=1e-9)


# What medicines do to kratom


def test_what_acts_in_the_gut_alone_leaves_the_liver_alone():
    own = crowd(medicine("grapefruit juice", started_days_ago=100)).own
    reached = {name: np.abs(own[name]).max() for name in own if name.startswith(("co_inhib", "co_inact", "co_induc"))}
    assert sum(by for name, by in reached.items() if name.endswith("_gut")) > 0
    assert all(by == 0 for name, by in reached.items() if name.endswith("_liver"))
    assert (own["co_CYP3A_liver_start"] == 1).all()


@pytest.mark.parametrize(("name", "sign"), [("fluconazole", 1), ("clarithromycin", 1), ("rifampicin", -1)])
def test_a_medicine_that_was_stopped_fades(name, sign):
    """The longer ago, the nearer to kratom alone, on the side of what it does; in every person."""
    alone = run(LEAF, people=6).tree["endpoints"]["AUC"].to_numpy()[0]
    change = []
    for days in (0, 2, 7, 30):
        table = medicine(name, started_days_ago=100, stopped_days_ago=days)
        change.append(sign * np.log(run(LEAF, table, people=6).tree["endpoints"]["AUC"].to_numpy()[0] / alone))
    change = np.array(change)
    assert (change > -1e-6).all()
    assert (np.diff(change, axis=0) < 1e-9).all()
    assert np.median(change[0]) > 0.02
    assert np.median(change[-1]) < 0.1 * np.median(change[0])


def test_what_only_began_acts_less_than_what_was_there_all_along():
    def area(days):
        return run(LEAF, medicine("rifampicin", started_days_ago=days), people=6).tree["endpoints"]["AUC"].to_numpy()[0]

    assert (area(0) > area(2)).all()
    assert (area(2) > area(30)).all()


def test_what_two_inhibitors_do_adds_up_in_every_person():
    """Reversible inhibitors share one site: their terms add, whatever their order; and both are named."""
    pills = [medicine(name, started_days_ago=100) for name in ("fluconazole", "ketoconazole")]
    one, other, both, turned = (crowd(*tables) for tables in (pills[:1], pills[1:], pills, pills[::-1]))
    for place in ("gut", "liver"):
        name = f"co_inhibition_{place}"
        assert one.own[name].min() > 0
        np.testing.assert_allclose(both.own[name], one.own[name] + other.own[name], rtol=1e-9)
        np.testing.assert_allclose(turned.own[name], both.own[name], rtol=1e-12)
    assert set(both.enzymes.names) == set(turned.enzymes.names) == {"fluconazole", "ketoconazole"}
    for found in (both, turned):
        said = " ".join(found.enzymes.assumptions)
        assert "fluconazole" in said
        assert "ketoconazole" in said
        assert "added up" in said
    assert not any("added up" in text for text in (*one.enzymes.assumptions, *other.enzymes.assumptions))


def test_habit_formed_beside_a_medicine_only_where_it_was_there_all_along():
    """What began only now, or has been stopped, has had no part in months of use."""
    regular = 'kratom_experience = "regular"\nkratom_months = 6'

    def start(**keys):
        tables = (medicine("ketoconazole", **keys),) if keys else ()
        own = crowd(*tables, person=regular).own
        return own["responsiveness_start"], own["adaptation_start"]

    alone, long = start(), start(started_days_ago=400)
    # More mitragynine, and less of it turned into 7-hydroxymitragynine: nobody's habit stays as it was.
    assert (np.abs(long[0] / alone[0] - 1) > 1e-6).all()
    assert (np.abs(long[1] / alone[1] - 1) > 1e-6).all()
    for keys in ({"started_days_ago": 1}, {"started_days_ago": 400, "stopped_days_ago": 1}):
        for now, before in zip(start(**keys), alone, strict=True):
            np.testing.assert_allclose(now, before, rtol=1e-12)


# Opioids beside kratom


@given(two=st.permutations(OWN_AFFINITY))
@how(BRIEF, max_examples=6)
def test_two_opioids_keep_two_affinities(two):
    """Each place of the model has all of one medicine: affinity, slope, efficacy and half-life."""
    first, second = two[:2]
    found = crowd(*(medicine(name, amount='"8 mg"', every='"12 h"') for name in (first, second)))
    assert found.beside.names == (first, second)
    for place, name in zip("AB", (first, second), strict=True):
        row = OPIOIDS[name]
        for key, column in (("K", "K_nM"), ("n", "n"), ("eff", "eff")):
            np.testing.assert_allclose(found.own[f"{key}_{place}"], float(row[column]), err_msg=f"{key} of {name}")
        np.testing.assert_allclose(found.own[f"k_{place}"], np.log(2) / float(row["half_life_h"]), err_msg=name)


def test_two_opioids_keep_two_levels():
    """The dose of either goes where its affinity stands: alone it has the level that it has beside the other."""
    pills = (
        medicine("morphine", amount='"30 mg"', every='"12 h"'),
        medicine("naltrexone", amount='"5 mg"', every='"24 h"'),
    )
    both = crowd(*pills).beside.doses
    for pill, place in zip(pills, "AB", strict=True):
        mine = both[both["CMT"] == f"other_{place}"].drop(columns="CMT").reset_index(drop=True)
        by_itself = crowd(pill).beside.doses.drop(columns="CMT").reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, by_itself)


def test_morphine_binds_with_the_affinity_that_the_model_gives_it():
    """EC50 = K / (1 + tau) of total plasma, times what is unbound and in the brain; a full agonist of its own scale."""
    own = crowd(medicine("naltrexone"), medicine("morphine")).own
    expected = own["EC50_M"] * (1 + own["tau_M"]) * own["fu_M"] * own["Kpuu_M"]
    np.testing.assert_allclose(own["K_B"], expected, rtol=1e-12)
    np.testing.assert_allclose(own["K_A"], 1.0)


def test_receptors_are_shared_by_affinity_and_slope():
    """Gaddum for two beside each other, each with its own K and n; before any kratom."""
    held = {"K_A": 2.0, "n_A": 0.5, "eff_A": 0.2, "K_B": 30.0, "n_B": 1.5, "eff_B": 1.0, "k_A": 0.0, "k_B": 0.0}
    doses = pd.DataFrame({"TIME": [0.0, 0.0], "AMT": [8.0, 45.0], "CMT": ["other_A", "other_B"]})
    found = model().solve(doses, [1.0], held | {"tau_M": 4.0}, ["occupied_other", "stimulus"])
    a, b = (8 / 2) ** 0.5, (45 / 30) ** 1.5
    assert found["occupied_other"].item() == pytest.approx((a + b) / (1 + a + b), rel=1e-9)
    assert found["stimulus"].item() == pytest.approx(4.0 * (0.2 * a + 1.0 * b) / (1 + a + b), rel=1e-9)


@pytest.mark.parametrize("name", DAYS_OF_HALF)
def test_an_opioids_level_is_built_up_unless_it_began_only_now(name):
    """Superposition of all earlier doses; then each dose falls with the medicine's half-life."""

    def start(**keys):
        doses = crowd(medicine(name, amount='"8 mg"', every='"12 h"', **keys)).beside.doses
        return doses[doses["TIME"] == 0].sort_values("ID")["AMT"].to_numpy()

    built_up = 1 / (1 - 0.5 ** (0.5 / DAYS_OF_HALF[name]))
    np.testing.assert_allclose(start(started_days_ago=400) / start(started_days_ago=0), built_up, rtol=1e-9)
    np.testing.assert_allclose(start(), start(started_days_ago=400), err_msg="unknown is taken as long ago")


@pytest.mark.parametrize("name", DAYS_OF_HALF)
def test_an_opioid_that_was_stopped_falls_by_its_half_life(name):
    def start(days):
        keys = {"started_days_ago": 400, **({"stopped_days_ago": days} if days else {})}
        doses = crowd(medicine(name, amount='"8 mg"', every='"12 h"', **keys)).beside.doses
        assert days == 0 or set(doses["TIME"]) == {0.0}
        return doses[doses["TIME"] == 0].sort_values("ID")["AMT"].to_numpy()

    half = DAYS_OF_HALF[name]
    np.testing.assert_allclose(start(2 * half) / start(0), 0.25, rtol=1e-9)


def test_what_is_built_up_is_on_the_receptor_from_the_start():
    """From the case to the curve: Gaddum with the row's own K, at hour 0, before any kratom is absorbed."""
    for keys in ({"started_days_ago": 0}, {"started_days_ago": 400}):
        finished = run(LEAF, medicine("naltrexone", amount='"50 mg"', every='"24 h"', **keys), people=5)
        level = finished.beside.doses.query("TIME == 0").sort_values("ID")["AMT"].to_numpy()
        occupied = finished.tree["trajectory"]["occupied_other"].sel(time=0.0).to_numpy()
        np.testing.assert_allclose(occupied, level / (1.0 + level), rtol=1e-5)


def test_an_antagonist_takes_effect_from_kratom_and_an_agonist_adds_to_it():
    def effect(*tables):
        return run(LEAF, *tables, people=6).tree["effects"]["effect"].to_numpy()

    alone = effect()
    assert (effect(medicine("naltrexone", amount='"50 mg"', every='"24 h"')) < alone).all()
    assert (effect(medicine("morphine", amount='"60 mg"', every='"8 h"')) > alone).all()
