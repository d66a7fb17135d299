"""The tables from blood to effect: every number has a source, an honest width, and agrees with the facts it cites."""

import numpy as np
import pytest

from ketum import pharmacology
from ketum.answers.margins import potency_nM, targets
from ketum.evidence import fact, facts
from ketum.pharmacology.parameters import NOT_IN_EQUATIONS
from ketum.trials.effects import effect_data, studies

PARAMETERS = {p.name: p for p in pharmacology.effect_parameters()}
VARIABILITY = {v.name: v for v in pharmacology.effect_variability()}
ROWS = [*PARAMETERS.values(), *VARIABILITY.values()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_where_it_comes_from(row):
    assert row.how in {"measured", "fitted", "derived", "assumed"}
    assert row.facts
    assert set(row.facts) <= set(facts())
    assert row.label
    assert row.how not in ("assumed", "derived") or row.note
    assert all(fact(fact_id).verified for fact_id in row.facts)


@pytest.mark.parametrize("row", PARAMETERS.values(), ids=lambda row: row.name)
def test_a_parameters_numbers_are_possible(row):
    if row.scale == "switch":
        assert (row.low, row.high) == (0.0, 1.0)
        assert 0 < row.prior_median < 1
        return
    top = 1 if row.scale == "logit" else np.inf
    assert all(0 < number < top for number in (row.prior_median, row.value, row.low, row.high))
    assert row.low < row.value < row.high
    assert row.scale == ("logit" if row.unit == "fraction" else "log")


def test_names_are_used_once_in_all_tables():
    names = [row.name for row in (*pharmacology.parameters(), *pharmacology.effects(), *ROWS)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", VARIABILITY.values(), ids=lambda row: row.name)
def test_a_spread_moves_parameters_of_one_scale(row):
    assert {PARAMETERS[name].scale for name in row.on} == {"log"}


def test_the_posterior_holds_all_of_it_and_the_tables_say_the_same():
    table = pharmacology.effect_posterior()
    # What only makes a result readable was fitted to nothing: it is drawn from what is believed of it.
    unfitted = set(NOT_IN_EQUATIONS) - {"naive", "SOWS_base"}
    assert set(table) == (set(PARAMETERS) - unfitted) | set(VARIABILITY)
    for row in (row for row in ROWS if row.name in table):
        if getattr(row, "scale", "log") == "switch":
            assert set(np.unique(table[row.name])) == {0.0, 1.0}
            continue
        quantiles = np.quantile(table[row.name], [0.05, 0.5, 0.95])
        np.testing.assert_allclose([row.low, row.value, row.high], quantiles, rtol=1e-3)


@pytest.mark.parametrize("name", ["Kpuu_MG", "tau_M", "ratio_MG", "ratio_HM", "eff_MG", "gamma_tol", "k_adapt"])
def test_what_no_study_sees_stays_wide(name):
    row, draws = PARAMETERS[name], pharmacology.effect_posterior()[name]
    on_scale = np.log(draws) if row.scale == "log" else np.log(draws / (1 - draws))
    assert on_scale.std() > 0.6 * row.prior_sd


def test_the_unbound_fraction_spans_what_is_published():
    row = next(row for row in pharmacology.parameters() if row.name == "fu_MG")
    draws = pharmacology.posterior()["fu_MG"]
    assert np.quantile(draws, 0.05) < 0.04  # about 97 % bound, one inference
    assert np.quantile(draws, 0.95) > 0.12  # 85 % bound
    assert row.prior_median == pytest.approx(np.sqrt(0.03 * 0.15), rel=0.1)


def test_every_draw_of_effects_has_its_draw_of_the_blood():
    beside = pharmacology.effect_posterior()
    assert {column.size for column in beside.values()} == {pharmacology.posterior()["ka"].size}
    assert not set(beside) & set(pharmacology.posterior())


def test_affinity_ratios_are_the_geometric_means_of_those_on_file():
    for name, ids in (("ratio_MG", ("RA051", "RA052")), ("ratio_HM", ("RA049", "RA050"))):
        expected = np.exp(np.mean([np.log(fact(i).number()) for i in ids]))
        assert PARAMETERS[name].prior_median == pytest.approx(expected, rel=0.02)
    within = fact("RA007").number() / fact("RA005").number()
    assert PARAMETERS["ratio_SC"].prior_median == pytest.approx(within * PARAMETERS["ratio_MG"].prior_median, rel=0.02)


def test_the_anchor_is_the_published_half_effect():
    assert PARAMETERS["EC50_M"].prior_median == fact("EA001").number()
    low, high = fact("EA007").bounds()
    assert 1 - high / 100 < PARAMETERS["fu_M"].prior_median < 1 - low / 100
    assert PARAMETERS["relief_M"].prior_median == -fact("CE066").number()
    # 14.8 ng/mL after 20 mg; morphine weighs 285.3 g/mol
    lowest = fact("EA004").number() / 0.2853 / 20
    highest = fact("EA005").number() / 0.2853 / 30
    assert lowest < PARAMETERS["peak_M"].prior_median < highest


def test_placebo_is_the_published_share():
    assert PARAMETERS["placebo"].prior_median == pytest.approx(-fact("EA025").number() / 10)
    assert PARAMETERS["natural"].prior_median == pytest.approx(0.8 * 49 / 18, rel=0.02)


def test_what_stands_outside_the_equations_is_named():
    assert set(NOT_IN_EQUATIONS) <= set(PARAMETERS)


# Opioids beside kratom


@pytest.mark.parametrize("row", pharmacology.opioids(), ids=lambda row: row.medicine)
def test_an_opioid_rests_on_facts(row):
    assert set(row.facts) <= set(facts())
    assert row.note
    assert (row.eff == 0) == (row.role == "antagonist")
    assert 0 <= row.eff <= 1
    assert 0 < row.n <= 1


def test_binding_kinetics_keep_their_exponent():
    known = {row.medicine: row for row in pharmacology.opioids()}
    for medicine, K, n in (("buprenorphine", "BK019", "BK018"), ("naloxone", "BK014", "BK013")):
        assert known[medicine].K_nM == fact(K).number()
        assert known[medicine].n == fact(n).number()


def test_naltrexone_blocks_what_was_seen_two_days_later():
    """70-80 % of receptors 48 h after 50 mg."""
    row = next(row for row in pharmacology.opioids() if row.medicine == "naltrexone")
    load = 50 * row.nM_per_mg / row.K_nM * 0.5 ** (48 / row.half_life_h)
    assert 0.70 <= load / (1 + load) <= 0.80


# Studies and targets


def test_every_datum_has_its_study_and_fact():
    for datum in effect_data():
        assert datum.study in studies()
        assert datum.fact_id in facts()
        assert datum.role in {"calibration", "check"}
    for study in studies().values():
        assert set(study.facts) <= set(facts())
        assert study.note


@pytest.mark.parametrize("row", targets(), ids=lambda row: f"{row.fact_id}-{row.target}")
def test_a_target_is_what_its_fact_says(row):
    cited = fact(row.fact_id)
    names = {alkaloid.code: alkaloid.name for alkaloid in pharmacology.ALKALOIDS}
    if row.alkaloid and row.fact_id != "IN002":  # an extract, counted as mitragynine
        assert names[row.alkaloid] in cited.details["compound"]
    assert row.used in {"number", "words", "no"}
    assert row.used != "no" or row.note
    assert (potency_nM(cited) is not None) or row.used != "number"


def test_no_potency_of_the_alkaloids_in_people_is_left_out():
    """Every human affinity, channel block and enzyme constant of the three alkaloids that is a number has a row."""
    tables = ("receptor_affinity", "functional_potency", "offtarget", "cardiac", "enzyme_inhibition")
    names = {alkaloid.name for alkaloid in pharmacology.ALKALOIDS}
    listed = {row.fact_id for row in targets()}
    for found in facts().values():
        details = found.details
        if found.table in tables and details.get("compound") in names and details.get("parameter") in KINDS:
            human = "human" in details.get("species", "")
            if human and found.unit in ("nM", "uM") and potency_nM(found) is not None:
                assert found.fact_id in listed, found.what


KINDS = ("Ki", "IC50", "KI", "EC50")
