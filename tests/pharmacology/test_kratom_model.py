"""The equations of kratom.ant against equations written here from its drawing, and against mass balance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.integrate import simpson, solve_ivp
from scipy.linalg import expm

from ketum import pharmacology
from ketum.engine import Model

ALKALOIDS = ("MG", "HM", "SC")
PLACES = ("leaf", "extract", "lumen", "central", "peripheral", "deep", "lost")
INDEX = {f"{place}_{code}": i for i, (code, place) in enumerate((c, p) for c in ALKALOIDS for p in PLACES)}
AMOUNTS = [name for name in INDEX if not name.startswith("lost") and name not in ("deep_HM", "deep_SC")]
ELSEWHERE = ("release_", "yield_", "limit_")  # no part of the equations
AT_REST = {"kinact_gut": 0.0, "kinact_liver": 0.0, "Ki_3A": 1e30}
"""Mitragynine does nothing to the enzymes: then the system is linear. What it does to them has tests of its own."""
BLOOD = [p for p in pharmacology.parameters() if p.name in pharmacology.draws("posterior")]
TYPICAL = {p.name: p.prior_median for p in BLOOD if not p.name.startswith(ELSEWHERE)} | AT_REST
DOSE = {"extract_MG": 1000.0, "leaf_SC": 700.0, "extract_HM": 40.0, "leaf_MG": 300.0, "lumen_SC": 50.0, "lumen_HM": 5.0}


@pytest.fixture(scope="module")
def model():
    return Model.from_file(pharmacology.model_path())


def flows(p):
    """The whole system as a matrix, written from the drawing: nothing leaves but into `lost`.

    7-Hydroxymitragynine that is formed leaves mitragynine and enters 7-hydroxymitragynine; the rest of a loss is lost.
    """
    A = np.zeros((len(INDEX), len(INDEX)))

    def move(source, target, rate, share=1.0):
        """Let a share of what leaves `source` at `rate` reach `target`."""
        A[INDEX[target], INDEX[source]] += share * rate

    def leave(source, rate):
        A[INDEX[source], INDEX[source]] -= rate

    E = {c: p[f"CLint_{c}"] / (p["Q_H"] + p[f"CLint_{c}"]) for c in ALKALOIDS}
    for c in ALKALOIDS:
        for form in ("leaf", "extract"):
            leave(f"{form}_{c}", p[f"kr_{form}"])
            move(f"{form}_{c}", f"lumen_{c}", p[f"kr_{form}"])
        leave(f"lumen_{c}", p["ka"])
        move(f"lumen_{c}", f"lost_{c}", p["ka"], 1 - p["Fa"])
        formed = p["fm_gut"] if c == "MG" else 0.0
        formed_liver = p["fm_liver"] if c == "MG" else 0.0
        uptake = p["ka"] * p["Fa"]
        # gut wall
        move(f"lumen_{c}", f"lost_{c}", uptake, (1 - p[f"Fg_{c}"]) * (1 - formed))
        arriving = {f"lumen_{c}": uptake * p[f"Fg_{c}"], f"central_{c}": p["Q_H"] / p[f"V1_{c}"]}
        leave(f"central_{c}", p["Q_H"] / p[f"V1_{c}"])
        # liver
        for source, rate in arriving.items():
            move(source, f"central_{c}", rate, 1 - E[c])
            move(source, f"lost_{c}", rate, E[c] * (1 - formed_liver))
            if c == "MG":
                made = rate * E["MG"] * formed_liver
                move(source, "central_HM", made, 1 - E["HM"])
                move(source, "lost_HM", made, E["HM"])
        if c == "MG":
            made = uptake * (1 - p["Fg_MG"]) * formed
            move("lumen_MG", "lost_HM", made, 1 - p["Fg_HM"])
            move("lumen_MG", "central_HM", made, p["Fg_HM"] * (1 - E["HM"]))
            move("lumen_MG", "lost_HM", made, p["Fg_HM"] * E["HM"])
        beyond = {f"peripheral_{c}": (p[f"Q_{c}"], p[f"V2_{c}"])}
        if c == "MG":
            beyond["deep_MG"] = p["Q3_MG"], p["V3_MG"]
        for place, (Q, V) in beyond.items():
            leave(f"central_{c}", Q / p[f"V1_{c}"])
            move(f"central_{c}", place, Q / p[f"V1_{c}"])
            leave(place, Q / V)
            move(place, f"central_{c}", Q / V)
    return A


def start():
    y = np.zeros(len(INDEX))
    for place, amount in DOSE.items():
        y[INDEX[place]] = amount
    return y


def swallowed():
    return pd.DataFrame({"TIME": 0.0, "AMT": list(DOSE.values()), "CMT": list(DOSE)})


def person(seed):
    rng = np.random.default_rng(seed)
    own = dict(AT_REST)
    for row in BLOOD:
        if row.name in TYPICAL:
            z = rng.standard_normal()
            own[row.name] = (
                row.prior_median * np.exp(0.5 * z)
                if row.scale == "log"
                else 1 / (1 + (1 / row.prior_median - 1) * np.exp(-0.7 * z))
            )
    return own


def test_the_matrix_written_here_loses_nothing():
    np.testing.assert_allclose(flows(TYPICAL).sum(axis=0), 0.0, atol=1e-10)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_every_state_follows_the_matrix_exponential(model, seed):
    own = TYPICAL if seed is None else person(seed)
    times = np.array([0.1, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0, 100.0])
    solved = model.solve(swallowed(), times, own)
    A = flows(own)
    exact = np.array([expm(A * t) @ start() for t in times])
    for name in sorted(set(model.system.states) & set(INDEX)):
        expected = exact[:, INDEX[name]]
        np.testing.assert_allclose(
            solved[name].to_numpy()[0], expected, rtol=0, atol=1e-6 * expected.max(), err_msg=name
        )


@pytest.mark.parametrize("seed", [4, 5])
def test_everything_swallowed_is_somewhere(model, seed):
    """Engine's amounts plus the losses that another integrator adds up equal what was swallowed."""
    own = person(seed)
    times = np.array([0.25, 1.0, 4.0, 24.0, 200.0])
    solved = model.solve(swallowed(), times, own, AMOUNTS).to_array().to_numpy()[:, 0].sum(axis=0)
    A = flows(own)
    other = solve_ivp(lambda _, y: A @ y, (0, 200), start(), "Radau", times, rtol=1e-9, atol=1e-9, jac=A)
    lost = sum(other.y[INDEX[f"lost_{c}"]] for c in ALKALOIDS)
    np.testing.assert_allclose(solved + lost, sum(DOSE.values()), rtol=1e-6)
    assert (np.diff(solved) < 0).all()


def test_the_models_own_fluxes_account_for_every_loss(model):
    """Unabsorbed, lost in the wall, lost in the liver, and formed: read off the model's rules and integrated here."""
    own = person(6)
    times = np.concatenate([np.linspace(0, 12, 4801), np.linspace(12, 120, 4001)[1:]])
    names = ["lumen_MG", "wall_loss_MG", "liver_loss_MG", "uptake_MG", *(f"{p}_MG" for p in PLACES[:2] + PLACES[3:5])]
    solved = model.solve(swallowed(), times, own, names)
    curve = {name: solved[name].to_numpy()[0].copy() for name in names}
    curve["lumen_MG"][0] = 0.0
    curve["extract_MG"][0], curve["leaf_MG"][0] = (
        DOSE["extract_MG"],
        DOSE["leaf_MG"],
    )  # outputs at 0 are before the dose
    unabsorbed = simpson((1 - own["Fa"]) * own["ka"] * curve["lumen_MG"], x=times)
    lost = unabsorbed + simpson(curve["wall_loss_MG"], x=times) + simpson(curve["liver_loss_MG"], x=times)
    left = sum(curve[f"{p}_MG"][-1] for p in PLACES[:5])
    assert lost + left == pytest.approx(DOSE["extract_MG"] + DOSE["leaf_MG"], rel=1e-5)


HORIZON = np.concatenate([np.linspace(0, 30, 3001), np.geomspace(30, 30_000, 6001)[1:]])


def area(model, own, doses, name):
    """Area to a horizon beyond which nothing is left, from the engine's curve."""
    curve = model.solve(pd.DataFrame(doses, columns=["TIME", "AMT", "CMT"]), HORIZON, own, [name])[name].to_numpy()[0]
    assert curve[-1] < 1e-7 * curve.max()
    return simpson(curve, x=HORIZON)


@pytest.mark.parametrize("code", ALKALOIDS)
@pytest.mark.parametrize("form", ["leaf", "extract", "lumen"])
def test_the_share_that_reaches_the_blood(model, code, form):
    """AUC * CL / dose = Fa * Fg * (1 - E), whatever it is released from and however quickly."""
    own = person(7)
    E = own[f"CLint_{code}"] / (own["Q_H"] + own[f"CLint_{code}"])
    found = area(model, own, [(0.0, 1000.0, f"{form}_{code}")], f"C_{code}") * own["Q_H"] * E / 1000
    assert found == pytest.approx(own["Fa"] * own[f"Fg_{code}"] * (1 - E), rel=1e-4)


@given(
    st.floats(0.05, 0.99),
    st.floats(0.05, 0.99),
    st.floats(0.1, 1000.0),
    st.floats(40.0, 150.0),
)
@how(max_examples=10, deadline=None)
def test_no_more_reaches_the_blood_than_passes_gut_wall_and_liver(model, Fa, Fg, CLint, Q_H):
    own = TYPICAL | {"Fa": Fa, "Fg_SC": Fg, "CLint_SC": CLint, "Q_H": Q_H}
    CL = Q_H * CLint / (Q_H + CLint)
    found = area(model, own, [(0.0, 10.0, "lumen_SC")], "C_SC") * CL / 10
    assert found <= Fa * Fg * (1 - CL / Q_H) * (1 + 1e-4)


def test_exposure_to_7_hydroxymitragynine(model):
    """Swallowed as such, formed in the gut wall, and formed in the liver: all three in closed form."""
    own = person(8)
    given_MG, given_HM = 900.0, 30.0
    E = own["CLint_HM"] / (own["Q_H"] + own["CLint_HM"])
    absorbed = own["Fa"] * given_MG
    portal = own["Fg_HM"] * (own["Fa"] * given_HM + own["fm_gut"] * (1 - own["Fg_MG"]) * absorbed)
    in_liver = own["fm_liver"] * own["Fg_MG"] * absorbed  # all mitragynine that gets to the liver ends there
    expected = (portal + in_liver) * (1 - E) / (E * own["Q_H"])
    found = area(model, own, [(0.0, given_MG, "lumen_MG"), (0.0, given_HM, "extract_HM")], "C_HM")
    assert found == pytest.approx(expected, rel=1e-4)


def test_what_is_formed_counts_one_for_one(model):
    """With no loss anywhere but into 7-OH, and no loss of 7-OH at first passage, as much arises as was swallowed."""
    own = person(9) | {"Fa": 1.0, "fm_gut": 1.0, "fm_liver": 1.0, "Fg_HM": 1.0}
    E = own["CLint_HM"] / (own["Q_H"] + own["CLint_HM"])
    eliminated = area(model, own, [(0.0, 500.0, "leaf_MG")], "C_HM") * own["Q_H"] * E / (1 - E)
    assert eliminated == pytest.approx(500.0, rel=1e-4)


@pytest.mark.parametrize(
    ("place", "untouched"),
    [("extract_SC", ("C_MG", "C_HM")), ("leaf_HM", ("C_MG", "C_SC")), ("leaf_MG", ("C_SC",))],
)
def test_an_alkaloid_makes_no_other_but_mitragynine_7_hydroxymitragynine(model, place, untouched):
    found = model.solve(
        pd.DataFrame({"TIME": [0.0], "AMT": [1e5], "CMT": [place]}), [1.0, 10.0], person(10), ["C_MG", "C_HM", "C_SC"]
    )
    for name in ("C_MG", "C_HM", "C_SC"):
        assert bool((found[name].to_numpy() == 0).all()) == (name in untouched)


def test_no_dose_no_level(model):
    nothing = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
    assert not model.solve(nothing, [1.0, 10.0], person(11), [*AMOUNTS, "C_victim"]).to_array().to_numpy().any()


def test_levels_are_never_negative(model):
    times = np.linspace(0, 400, 401)
    found = model.solve(swallowed(), times, person(12), ["C_MG", "C_HM", "C_SC"]).to_array().to_numpy()
    assert (found >= -1e-9 * found.max()).all()


def test_a_trace_beside_a_large_amount_is_still_right(model):
    """39 mg beside a thousandth of it: the small curve keeps five figures of its own."""
    own = person(13)
    doses = pd.DataFrame({"TIME": 0.0, "AMT": [1e5, 100.0], "CMT": ["extract_MG", "lumen_SC"]})
    times = np.array([0.5, 1.0, 3.0, 8.0, 24.0])
    y = np.zeros(len(INDEX))
    y[INDEX["extract_MG"]], y[INDEX["lumen_SC"]] = 1e5, 100.0
    exact = np.array([(expm(flows(own) * t) @ y)[INDEX["central_SC"]] for t in times])
    found = model.solve(doses, times, own, ["central_SC"])["central_SC"].to_numpy()[0]
    np.testing.assert_allclose(found, exact, rtol=1e-5)
