"""Bounds of exposure with an impaired liver: against limits known by hand, a small model solved apart, and order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketum.evidence import facts
from ketum.pharmacology.impaired_liver import LIVERS, exposure_bounds, exposure_ratio, freed_by

flows, clearances = st.floats(40, 200), st.floats(0.5, 400)
lefts, shares, frees = st.floats(0.05, 1), st.floats(0, 0.97), st.floats(1, 4)


def of(own_fu, flow, clint):
    return {"Q_H": np.array([flow]), "CLint_MG": np.array([clint]), "fu_MG": np.array([own_fu])}


@given(flows, clearances, lefts, frees)
def test_without_a_path_around_exposure_is_one_over_what_is_left(flow, clint, left, free):
    """Swallowed, in a well-stirred liver: AUC of what is unbound is dose over unbound intrinsic clearance."""
    assert exposure_ratio(flow, clint, left, 0.0, free) == pytest.approx(1 / left, rel=1e-9)


@given(flows, clearances, shares)
def test_a_path_around_a_liver_at_work_lets_more_through(flow, clint, shunted):
    """A flow-limited drug gains most: what went around was never seen by the liver."""
    healthy = flow / (flow + clint)
    expected = (shunted + (1 - shunted) * healthy) / healthy
    assert exposure_ratio(flow, clint, 1.0, shunted, 1.0) == pytest.approx(expected, rel=1e-9)


@given(flows, clearances, lefts, shares, frees)
def test_it_is_never_less_than_in_health_and_grows_with_each_loss(flow, clint, left, shunted, free):
    ratio = exposure_ratio(flow, clint, left, shunted, free)
    assert ratio >= 1 - 1e-9
    assert exposure_ratio(flow, clint, 0.9 * left, shunted, free) >= ratio
    assert exposure_ratio(flow, clint, left, min(1.0, shunted + 0.02), free) >= ratio


def solved(flow, clint, left, shunted, free):
    """Areas of a central volume fed by gut, liver and a path around it, by an integrator."""
    loss, volume, ka = left * free * clint, 50.0, 1.0
    kept = flow / (flow + loss)

    def change(_, state):
        gut, blood, _ = state
        level = blood / volume
        into = (1 - shunted) * ka * gut + flow * level
        return [-ka * gut, shunted * ka * gut + kept * into - flow * level, level]

    return free * solve_ivp(change, (0, 2e4), [1.0, 0.0, 0.0], rtol=1e-9, atol=1e-12, method="LSODA").y[2, -1]


@pytest.mark.parametrize("liver", [(0.22, 0.0, 1.0), (0.11, 0.96, 2.5), (0.6, 0.5, 1.3)])
@pytest.mark.parametrize("clint", [5.0, 200.0])
def test_the_closed_form_is_what_the_equations_give(liver, clint):
    expected = solved(90.0, clint, *liver) / solved(90.0, clint, 1.0, 0.0, 1.0)
    assert exposure_ratio(90.0, clint, *liver) == pytest.approx(expected, rel=1e-4)


@given(st.floats(0.01, 0.9), st.floats(0.2, 1))
def test_less_protein_frees_more(unbound, protein):
    freed = freed_by(np.array([unbound]), protein)
    assert freed[0] * (1 + 1e-12) >= 1
    assert freed[0] * unbound <= 1
    # Bound over free is in proportion to the protein.
    now = freed[0] * unbound
    assert (1 - now) / now == pytest.approx(protein * (1 - unbound) / unbound, rel=1e-6)


@how(deadline=None)
@given(st.floats(0.02, 0.5), flows, clearances)
def test_a_worse_class_is_never_better(unbound, flow, clint):
    a, b, c = (exposure_bounds(of(unbound, flow, clint), "MG", liver) for liver in LIVERS.values())
    for low, high in (a, b, c):
        assert 1 - 1e-9 <= low[0] <= high[0]
    assert a[0] <= b[0] <= c[0]
    assert a[1] <= b[1] <= c[1]


def test_every_class_is_there_and_rests_on_facts_of_its_own_class():
    assert list(LIVERS) == ["child-pugh-a", "child-pugh-b", "child-pugh-c"]
    for state, liver in LIVERS.items():
        for fact_id in liver.facts:
            known = facts()[fact_id].what + facts()[fact_id].conditions
            letter = state[-1].upper()
            assert f"Child-Pugh {letter}" in known or "cirrhosis" in known or fact_id == "EK074", fact_id
