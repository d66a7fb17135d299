"""The list of pairs keeps its own rules, and the check is reported as it is."""

import numpy as np
import pytest

from ketum.enzymes.pairs import AIM, outcomes, pairs, score
from ketum.enzymes.strengths import between_studies, mean_ratio
from ketum.errors import KetumError
from ketum.evidence import fact
from ketum.trials import interaction as trial
from ketum.trials.validation.interactions import rows, simulated


@pytest.fixture(scope="module")
def found():
    return rows(repeats=6)


def test_there_are_enough_pairs_of_both_kinds():
    kinds = [pair.direction for pair in pairs()]
    assert len(kinds) >= 20
    assert kinds.count("inhibition") >= 10
    assert kinds.count("induction") >= 10
    assert len({(p.perpetrator, p.victim, p.route, p.observed) for p in pairs()}) == len(kinds)


@pytest.mark.parametrize("pair", pairs(), ids=lambda p: f"{p.perpetrator}-{p.victim}-{p.route}-{p.observed[0]}")
def test_a_pair_takes_nothing_from_itself(pair):
    for fact_id in pair.observed:
        row = fact(fact_id).details
        assert row["perpetrator"].casefold() == pair.perpetrator.casefold()
        assert row["victim"].casefold() == pair.victim
        assert row["victim_route"] == pair.route
        assert "Different dose" not in fact(fact_id).conditions
        assert "wash out" not in fact(fact_id).conditions
    for fact_id in pair.strength:
        row = fact(fact_id).details
        assert row["perpetrator"].casefold() == pair.perpetrator.casefold()
        assert (row["victim"], row["victim_route"]) == ("Midazolam", "PO")
    assert not set(pair.observed) & {*pair.strength, *pair.reference}
    for fact_id in pair.reference:
        row = fact(fact_id)
        if row.table == "perpetrator_inputs":
            assert row.details["perpetrator"].casefold() != pair.perpetrator.casefold()
            assert row.details["victim"].casefold() == pair.victim
        else:
            assert row.details["generic"] == pair.victim
            assert pair.perpetrator not in row.conditions
    assert fact(pair.Fg).details["generic"] == pair.victim


def test_what_is_no_auc_ratio_enters_no_equation():
    """Metabolite over parent, or two genotypes, says nothing of what a medicine does to another."""
    fit, unfit = "PI285", ("PI292", "PI294", "PI360", "PI329")
    assert mean_ratio((fit, *unfit)) == mean_ratio((fit,)) == fact(fit).number()
    assert between_studies((fit, *unfit)) == between_studies((fit,))
    for name in unfit:
        with pytest.raises(KetumError, match=name):
            mean_ratio((name,))


def test_the_score_is_the_geometric_mean_of_fold_errors():
    all_of_them = outcomes()
    by_hand = np.exp(np.mean([abs(np.log(o.predicted / mean_ratio(o.pair.observed))) for o in all_of_them]))
    assert score(all_of_them) == pytest.approx(by_hand)


@pytest.mark.parametrize("direction", AIM)
def test_the_aim_is_met(direction):
    assert score(o for o in outcomes() if o.pair.direction == direction) <= AIM[direction]


def test_validate_shows_the_trial_and_every_pair(found):
    assert [r.fact_id for r in found if r.role == "calibration"] == ["ddi01", "ddi02", "ddi03", "ddi04", "PT015"]
    assert sum(r.role == "check" for r in found) == len(pairs()) + 2
    assert not [r for r in found if r.misses]


def test_the_trial_is_predicted_inside_the_published_intervals():
    for fact_id, people in simulated(seed=1, repeats=20).items():
        low, high = fact(fact_id).interval()
        assert low < np.median(np.exp(np.log(people).mean(axis=1))) < high


def test_a_trial_without_kratom_changes_nothing():
    own = {name: column[:3] for name, column in _posterior().items()} | {"yield_tea": np.zeros(3)}
    for ratio in trial.ratios(own).values():
        np.testing.assert_array_equal(ratio, 1.0)


def _posterior():
    from ketum import pharmacology

    return dict(pharmacology.posterior())
