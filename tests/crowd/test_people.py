"""Virtual people: random numbers that keep their place, and what they do to parameters."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy import stats

from ketum import pharmacology
from ketum.chance import LAYERS, Stream
from ketum.crowd.people import draw_effects, draw_knowledge, individual

PARAMETERS = {p.name: p for p in pharmacology.parameters()}
EFFECTS = {e.name: e for e in pharmacology.effects()}


def typical(people, seed=1):
    """Values within the posterior's range for each person, drawn here and not by the code under test."""
    rng = np.random.default_rng(seed)
    table = pharmacology.posterior()
    rows = rng.integers(0, next(iter(table.values())).size, people)
    drawn = {name: column[rows] for name, column in table.items()}
    # In some draws there is no deep volume, and no flow to it: nothing there can follow weight or differ.
    return drawn | {"Q3_MG": np.where(drawn["Q3_MG"] > 0, drawn["Q3_MG"], 5.0)}


def zero(people):
    return {name: np.zeros(people) for name in EFFECTS}


# The stream


@given(
    seed=st.integers(0, 2**64 - 1), layer=st.sampled_from(LAYERS), name=st.text(max_size=20), people=st.integers(1, 50)
)
@how(deadline=None)
def test_a_persons_number_does_not_depend_on_how_many_there_are(seed, layer, name, people):
    assert np.array_equal(
        Stream(seed, people).uniform(layer, name), Stream(seed, 3 * people + 1).uniform(layer, name)[:people]
    )


@given(seed=st.integers(0, 2**64 - 1), first=st.integers(0, 2000), people=st.integers(1, 50))
@how(deadline=None)
def test_a_part_of_a_crowd_has_the_numbers_that_it_has_in_the_whole(seed, first, people):
    first = 4 * (first // 4)
    part, whole = Stream(seed, people, first=first), Stream(seed, first + people)
    np.testing.assert_array_equal(part.uniform("people", "x"), whole.uniform("people", "x")[first:])
    np.testing.assert_array_equal(draw_knowledge(part)["Fa"], draw_knowledge(whole)["Fa"][first:])


@given(seed=st.integers(0, 2**64 - 1), layer=st.sampled_from(LAYERS), name=st.text(max_size=20))
@how(deadline=None)
def test_the_numbers_are_philox_keyed_by_seed_and_name(seed, layer, name):
    """A guard for every published result: these numbers must never change. Rebuilt here from the raw generator."""
    digest = hashlib.blake2b(f"first/{layer}/{name}".encode(), digest_size=8).digest()
    raw = np.random.Philox(key=np.array([seed, int.from_bytes(digest, "big")], dtype=np.uint64)).random_raw(9)
    expected = (raw >> np.uint64(11)) * 2.0**-53
    assert np.array_equal(Stream(seed, 9).uniform(layer, name), np.maximum(expected, 2.0**-54))


def test_seeds_layers_and_names_give_other_numbers():
    first = Stream(0, 20).uniform("people", "absorption")
    others = [
        Stream(1, 20).uniform("people", "absorption"),
        Stream(0, 20).uniform("product", "absorption"),
        Stream(0, 20).uniform("people", "release"),
    ]
    for other in others:
        assert not (first == other).any()


def test_streams_are_not_correlated():
    people = 4000
    columns = np.array([Stream(3, people).normal(layer, name) for layer in LAYERS for name in ("a", "b", "c")])
    correlation = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlation).max() < 5 / np.sqrt(people)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_numbers_are_uniform_and_normal(layer):
    stream = Stream(20221122, 5000)
    assert stats.kstest(stream.uniform(layer, "x"), "uniform").pvalue > 1e-3
    assert stats.kstest(stream.normal(layer, "x"), "norm").pvalue > 1e-3


def test_the_numbers_stay_away_from_the_ends():
    numbers = Stream(5, 10_000).uniform("people", "x")
    assert numbers.min() > 0
    assert numbers.max() < 1
    assert np.isfinite(Stream(5, 10_000).normal("people", "x")).all()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_reseeded_layer_changes_and_the_others_do_not(layer):
    first, second = Stream(7, 30), Stream(7, 30, reseeded=frozenset({layer}))
    for other in LAYERS:
        same = first.uniform(other, "x") == second.uniform(other, "x")
        assert not same.any() if other == layer else same.all()


def test_drawing_more_changes_nothing_drawn_before():
    stream = Stream(7, 10)
    before = stream.uniform("people", "x")
    stream.uniform("people", "y")
    assert np.array_equal(stream.uniform("people", "x"), before)


# Draws


def test_knowledge_is_a_row_of_the_posterior():
    table = pharmacology.posterior()
    rows = {tuple(row) for row in np.array(list(table.values())).T}
    everything = draw_knowledge(Stream(1, 200))
    drawn = {name: everything[name] for name in table}
    found = [tuple(row) for row in np.array(list(drawn.values())).T]
    assert set(found) <= rows
    assert len(set(found)) > 0.3 * min(200, len(rows))


def test_every_row_of_the_posterior_is_drawn_about_as_often():
    table = pharmacology.posterior()
    name = max(table, key=lambda n: np.unique(table[n]).size)
    values, weights = np.unique(table[name], return_counts=True)
    people = 50 * table[name].size
    drawn, counts = np.unique(draw_knowledge(Stream(2, people))[name], return_counts=True)
    assert np.array_equal(drawn, values)
    assert stats.chisquare(counts, people * weights / weights.sum()).pvalue > 1e-4


def test_effects_are_standard_normal_and_apart():
    drawn = draw_effects(Stream(3, 3000))
    assert set(drawn) == set(EFFECTS) | {row.name for row in pharmacology.effect_variability()}
    for numbers in drawn.values():
        assert stats.kstest(numbers, "norm").pvalue > 1e-4
    assert np.abs(np.corrcoef(list(drawn.values())) - np.eye(len(drawn))).max() < 5 / np.sqrt(3000)


# The individual


def test_a_person_without_effects_at_70_kg_is_typical():
    own = individual(typical(20), zero(20), np.full(20, 70.0))
    assert set(own) == set(PARAMETERS)
    for name, column in own.items():
        np.testing.assert_allclose(column, typical(20)[name], rtol=1e-12)


@given(weight=st.floats(2.0, 400.0))
@how(max_examples=30, deadline=None)
def test_clearances_and_volumes_follow_weight(weight):
    """Allometry: flows and clearances by weight to the 3/4, volumes in proportion, the rest not at all."""
    light, heavy = (individual(typical(4), zero(4), np.full(4, w)) for w in (70.0, weight))
    exponents = {"L/h": 0.75, "L": 1.0}
    for name, row in PARAMETERS.items():
        expected = (weight / 70.0) ** exponents.get(row.unit, 0.0)
        np.testing.assert_allclose(heavy[name] / light[name], expected, rtol=1e-12)


z_scores = st.floats(-6.0, 6.0)


@given(z=st.lists(z_scores, min_size=len(EFFECTS), max_size=len(EFFECTS)), weight=st.floats(2.0, 400.0))
@how(max_examples=100, deadline=None)
def test_fractions_stay_fractions_and_the_rest_positive(z, weight):
    people = 7
    effects = {name: np.full(people, score) for name, score in zip(EFFECTS, z, strict=True)}
    own = individual(typical(people), effects, np.full(people, weight))
    for name, column in own.items():
        assert np.isfinite(column).all()
        assert (column > 0).all()
        if PARAMETERS[name].unit == "fraction":
            assert (column < 1).all()


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_effect_moves_what_it_names_by_its_sd_and_nothing_else(effect):
    base = typical(5)
    still, moved = (individual(base, zero(5) | {effect: np.full(5, z)}, np.full(5, 70.0)) for z in (0.0, 1.5))
    for name, row in PARAMETERS.items():
        if name not in EFFECTS[effect].on:
            assert np.array_equal(still[name], moved[name])
            continue
        scale = np.log if row.scale == "log" else lambda p: np.log(p / (1 - p))
        np.testing.assert_allclose(scale(moved[name]) - scale(still[name]), 1.5 * base[effect], rtol=1e-9)


def test_effects_on_one_parameter_add_up_on_its_scale():
    both = [e.name for e in EFFECTS.values() if "CLint_MG" in e.on]
    assert len(both) >= 2
    base = typical(5)
    own = individual(base, zero(5) | {name: np.full(5, -0.7) for name in both}, np.full(5, 70.0))
    np.testing.assert_allclose(
        own["CLint_MG"], base["CLint_MG"] * np.exp(-0.7 * sum(base[n] for n in both)), rtol=1e-12
    )


def test_people_have_their_own_numbers():
    """One person's effect and weight do not leak into the next one's parameters."""
    effects = zero(3) | {"absorption": np.array([0.0, 2.0, 0.0])}
    own = individual(typical(3), effects, np.array([70.0, 70.0, 140.0]))
    plain = individual(typical(3), zero(3), np.full(3, 70.0))
    assert (own["ka"] == plain["ka"]).tolist() == [True, False, True]
    np.testing.assert_allclose(own["V1_MG"] / plain["V1_MG"], [1.0, 1.0, 2.0])
