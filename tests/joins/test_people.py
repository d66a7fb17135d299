"""Between random numbers and people: whose number it is, which layer it is of, and what weight does to it."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.special import logit
from tests.joins.made import BRIEF, case, medicine, product, rows, run

from ketum import pharmacology
from ketum.chance import LAYERS, Stream
from ketum.crowd.crowd import draw_crowd
from ketum.crowd.people import draw_knowledge
from ketum.simulation import solving
from ketum.simulation.simulate import endpoints_of
from ketum.simulation.solving import span_of

LEAF = product("leaf-powder", "3 capsules", every='"8 h"', days=1)
REGULAR = 'kratom_experience = "regular"\nkratom_months = 3'
PILLS = (medicine("morphine", amount='"30 mg"', every='"12 h"'), medicine("fluconazole", started_days_ago=3))
EXPONENT = {
    row["name"]: float(row["weight_exponent"])
    for name in ("parameters.csv", "effect_parameters.csv")
    for row in rows(name)
}


def columns(here, stream):
    """Return everything that is drawn, or follows from it, of each person."""
    crowd = draw_crowd(here, stream, 24.0)
    doses = {f"{i}/{code}": mg for i, one in enumerate(crowd.taken) for code, mg in one.mg.items()}
    levels = crowd.beside.doses
    return {**crowd.own, **doses, "level": levels[levels["TIME"] == 0].sort_values("ID")["AMT"].to_numpy()}


@pytest.fixture(scope="module")
def everything():
    return case(LEAF, product("extract", "20 mg mitragynine"), *PILLS, person=REGULAR)


@given(seed=st.integers(0, 2**62), first=st.sampled_from([0, 4, 8]), people=st.integers(1, 6))
@how(BRIEF, max_examples=6)
def test_a_person_is_the_same_in_any_crowd_and_any_part_of_it(everything, seed, first, people):
    """Parameters, doses, habit, what medicines do: all of it."""
    whole = columns(everything, Stream(seed, 16))
    part = columns(everything, Stream(seed, people, first=first))
    assert set(part) == set(whole)
    for name, column in part.items():
        np.testing.assert_allclose(column, whole[name][first : first + people], rtol=1e-9, err_msg=name)


def test_nobody_shares_a_number(everything):
    """Every column that is drawn at all differs between any two of a few people, but for rows of the posterior."""
    drawn = columns(everything, Stream(1, 6))
    for name in ("CLint_MG", "ka", "V1_MG", "0/MG", "0/SC", "1/SC", "level", "co_inhibition_gut"):
        assert np.unique(drawn[name]).size == 6, name


def test_two_products_of_one_kind_are_two_products():
    """What is drawn for one does not tell of the other."""
    crowd = draw_crowd(case(LEAF, LEAF), Stream(1, 400), 24.0)
    one, two = (np.log(taken.mg["MG"]) for taken in crowd.taken)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.2


def test_blocks_of_memory_change_no_bit(monkeypatch):
    """A run cut in many blocks has the endpoints and curves of a run in one."""
    whole = run(LEAF, *PILLS, people=70, seed=5)
    monkeypatch.setattr(solving, "VALUES_IN_MEMORY", 1)
    cut = run(LEAF, *PILLS, people=70, seed=5)
    for group in ("trajectory", "endpoints", "effects", "summary"):
        for name, column in whole.tree[group].data_vars.items():
            np.testing.assert_array_equal(cut.tree[group][name], column, err_msg=f"{group}/{name}")


def test_a_part_of_a_crowd_has_the_endpoints_that_it_has_in_the_whole():
    here = case(LEAF, *PILLS)
    span = span_of(here)
    streams = (Stream(3, 16), Stream(3, 6, first=8))
    whole, part = (endpoints_of(draw_crowd(here, stream, span.end_h), span, workers=1) for stream in streams)
    xr.testing.assert_identical(part.exposure, whole.exposure.isel(subject=slice(8, 14)))
    xr.testing.assert_identical(part.effects, whole.effects.isel(subject=slice(8, 14)))


@given(weight=st.floats(2.0, 400.0))
@how(BRIEF, max_examples=8)
def test_weight_reaches_each_parameter_by_its_own_power(weight):
    """The powers as they stand in the tables; who weighs 70 kg is the reference."""
    drawn, reference = (draw_crowd(case(LEAF, weight=w), Stream(1, 3), 24.0).own for w in (weight, 70))
    assert set(EXPONENT) <= set(drawn)
    for name, power in EXPONENT.items():
        np.testing.assert_allclose(drawn[name], reference[name] * (weight / 70) ** power, rtol=1e-9, err_msg=name)


# What no fit has seen


def test_what_no_fit_has_seen_is_drawn_from_its_own_prior(monkeypatch):
    """Median and spread as the tables say, on the row's own scale; a switch as often as it is thought to be on."""
    monkeypatch.setattr(pharmacology, "effect_posterior", dict)
    drawn = draw_knowledge(Stream(8, 6000))
    scales = {"log": np.log, "logit": logit}
    seen = set()
    for name, scale in (("effect_parameters.csv", None), ("effect_variability.csv", "log")):
        for row in rows(name):
            median, sd, column = float(row["prior_median"]), float(row["prior_sd"]), drawn[row["name"]]
            seen.add(on := scale or row["scale"])
            if on == "switch":
                assert set(column) == {0.0, 1.0}
                assert column.mean() == pytest.approx(median, abs=0.03)
            else:
                z = (scales[on](column) - scales[on](median)) / sd
                assert np.median(z) == pytest.approx(0.0, abs=0.07), row["name"]
                assert z.std() == pytest.approx(1.0, abs=0.05), row["name"]
    assert seen == {"log", "logit", "switch"}


# Layers


@pytest.fixture
def frozen(monkeypatch):
    """Hold layers still, in every person and every repetition."""
    real = Stream.uniform

    def hold(*layers):
        def uniform(self, layer, name):
            return np.full(self.people, 0.5) if layer in layers else real(self, layer, name)

        monkeypatch.setattr(Stream, "uniform", uniform)

    return hold


@pytest.mark.parametrize("layer", LAYERS)
def test_the_only_layer_that_moves_has_the_whole_share(frozen, layer):
    frozen(*(other for other in LAYERS if other != layer))
    summary = run(LEAF, people=100, shares=True).tree["summary"]["share"]
    for quantity in ("Cmax", "AUC"):
        share = summary.sel(alkaloid="mitragynine", quantity=quantity)
        assert float(share.sel(layer=layer)) == pytest.approx(1.0, abs=1e-6)
        for other in (other for other in LAYERS if other != layer):
            assert float(share.sel(layer=other)) < 0.35, "no more than chance gives a hundred people"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_that_stands_still_has_no_share(frozen, layer):
    frozen(layer)
    summary = run(LEAF, people=400, shares=True).tree["summary"]["share"]
    share = summary.sel(alkaloid="mitragynine", quantity="AUC")
    assert float(share.sel(layer=layer)) < 0.16, "no more than chance gives four hundred people"
    others = [float(share.sel(layer=other)) for other in LAYERS if other != layer]
    assert sum(others) == pytest.approx(1.0, abs=0.25)
    effect = run(LEAF, people=400, shares=True).tree["effects"]["share"].sel(quantity="effect")
    assert float(effect.sel(layer=layer)) < 0.16
