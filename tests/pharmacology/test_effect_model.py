"""From blood to effect: the model's receptor, tolerance and dependence against closed forms written here."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from ketum import pharmacology
from ketum.engine import Model
from ketum.pharmacology.closed_forms import ceiling

BELIEVED = {p.name: p.prior_median for p in pharmacology.effect_parameters()}
KINETIC = {p.name: p.prior_median for p in pharmacology.parameters()}
STILL = {"ke0": 1e-12, "k_A": 0.0, "k_B": 0.0, "k_tol": 1e-12, "k_adapt": 1e-12}
OUTPUTS = [
    "effect", "drive", "occupied_kratom", "occupied_other", "breathing", "missing_drive", "K_M", "pupil",
    "tolerance_time", "SOWS",
]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return Model.from_file(pharmacology.model_path())


def at_rest(model, levels, outputs=OUTPUTS, **own):
    """Put levels (nM) at the receptor, hold them there, and read the outputs; arrays give several people."""
    given_ = {k: v for k, v in (KINETIC | BELIEVED | STILL | own).items() if k in model.system.constants}
    people = max(np.size(value) for value in levels.values())
    rows = [
        pd.DataFrame({"ID": np.arange(people), "TIME": 0.0, "AMT": np.broadcast_to(value, people), "CMT": place})
        for place, value in levels.items()
    ]
    given_ = {name: np.broadcast_to(value, people).astype(float) for name, value in given_.items()}
    solved = model.solve(pd.concat(rows), [1e-6], given_, outputs)
    return {name: solved[name].to_numpy()[:, 0] for name in outputs}


CONCENTRATION = np.geomspace(0.01, 1e5, 29)


@pytest.mark.parametrize("tau", [0.3, 2.0, 20.0])
def test_one_agonist_follows_the_operational_model(model, tau):
    """Black and Leff: E = tau C / (K + (1 + tau) C)."""
    found = at_rest(model, {"other_A": CONCENTRATION}, K_A=30.0, tau_M=tau, eff_A=1.0)
    np.testing.assert_allclose(found["effect"], tau * CONCENTRATION / (30.0 + (1 + tau) * CONCENTRATION), rtol=1e-9)
    np.testing.assert_allclose(found["occupied_other"], CONCENTRATION / (30.0 + CONCENTRATION), rtol=1e-9)


def test_morphine_has_half_its_greatest_effect_at_its_half_effect(model):
    """The anchor: EC50 in total plasma, times what is unbound and enters the brain."""
    K = at_rest(model, {"other_A": 1.0})["K_M"][0]
    tau = BELIEVED["tau_M"]
    level = BELIEVED["EC50_M"] * BELIEVED["fu_M"] * BELIEVED["Kpuu_M"]
    found = at_rest(model, {"other_A": level}, K_A=K, eff_A=1.0)["effect"][0]
    assert found == pytest.approx(0.5 * tau / (1 + tau), rel=1e-9)


@given(st.floats(0.01, 1e4), st.floats(0.01, 1e3), st.floats(0.1, 1e3))
@how(max_examples=25, deadline=None)
def test_an_antagonist_shifts_the_agonist_by_one_plus_its_load(model, agonist, antagonist, affinity):
    """Gaddum and Schild: the same effect needs 1 + B/KB times the agonist."""
    ratio = 1 + antagonist / affinity
    alone = at_rest(model, {"other_A": agonist}, K_A=20.0, eff_A=1.0)
    beside = at_rest(
        model, {"other_A": agonist * ratio, "other_B": antagonist}, K_A=20.0, eff_A=1.0, K_B=affinity, eff_B=0.0
    )
    assert beside["effect"][0] == pytest.approx(alone["effect"][0], rel=1e-9)


@pytest.mark.parametrize("code", ["MG", "HM", "SC"])
def test_an_antagonist_shifts_kratom_alike(model, code):
    site = CONCENTRATION * 10
    alone = at_rest(model, {f"site_{code}": site})["effect"]
    beside = at_rest(model, {f"site_{code}": 5.0 * site, "other_B": 8.0}, K_B=2.0, eff_B=0.0)["effect"]
    np.testing.assert_allclose(beside, alone, rtol=1e-9)


def test_an_antagonist_lowers_no_maximum(model):
    most = 1e9
    alone = at_rest(model, {"other_A": most}, K_A=1.0, eff_A=1.0)["effect"][0]
    beside = at_rest(model, {"other_A": most, "other_B": 100.0}, K_A=1.0, eff_A=1.0, K_B=1.0, eff_B=0.0)["effect"][0]
    assert beside == pytest.approx(alone, rel=1e-5)


def test_a_partial_agonist_adds_to_an_empty_receptor_and_takes_from_a_full_one(model):
    """Beside a full agonist it moves the effect towards its own maximum, from below and from above."""
    own = {"K_A": 10.0, "eff_A": 1.0, "K_B": 1.0, "eff_B": 0.1}
    most = at_rest(model, {"other_B": 1e9}, **own)["effect"][0]
    tau = BELIEVED["tau_M"] * 0.1
    assert most == pytest.approx(tau / (1 + tau), rel=1e-6)
    for full, towards in ((0.01, 1), (1e4, -1)):
        alone = at_rest(model, {"other_A": full}, **own)["effect"][0]
        some = at_rest(model, {"other_A": full, "other_B": 5.0}, **own)["effect"][0]
        flooded = at_rest(model, {"other_A": full, "other_B": 1e9}, **own)["effect"][0]
        assert (some - alone) * towards > 0
        assert flooded == pytest.approx(most, rel=1e-3)


def test_two_agonists_in_closed_form(model):
    """Effect of both from the sum of tau times occupancy; neither place nor order matters."""
    a, b = 7.0, 40.0
    own = {"K_A": 5.0, "eff_A": 1.0, "K_B": 60.0, "eff_B": 0.3}
    loads = np.array([a / 5.0, b / 60.0])
    S = BELIEVED["tau_M"] * (loads * [1.0, 0.3]).sum() / (1 + loads.sum())
    found = at_rest(model, {"other_A": a, "other_B": b}, **own)["effect"][0]
    assert found == pytest.approx(S / (1 + S), rel=1e-9)
    other_way = {"K_B": 5.0, "eff_B": 1.0, "K_A": 60.0, "eff_A": 0.3}
    assert at_rest(model, {"other_A": b, "other_B": a}, **other_way)["effect"][0] == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("n", [0.5721, 0.858, 1.0])
def test_the_exponent_of_binding_is_kept(model, n):
    """Half of the receptors at K whatever n is; elsewhere the Hill curve."""
    found = at_rest(model, {"other_A": CONCENTRATION}, K_A=0.586, n_A=n)["occupied_other"]
    load = (CONCENTRATION / 0.586) ** n
    np.testing.assert_allclose(found, load / (1 + load), rtol=1e-6)
    assert at_rest(model, {"other_A": 0.586}, K_A=0.586, n_A=n)["occupied_other"][0] == pytest.approx(0.5)


def test_speciociliatine_without_efficacy_only_blocks(model):
    beside = {"site_MG": 5000.0, "site_SC": 2000.0}
    alone = at_rest(model, {"site_MG": 5000.0})["effect"][0]
    assert at_rest(model, beside, agonist_SC=0.0)["effect"][0] < alone
    assert at_rest(model, {"site_SC": 2000.0}, agonist_SC=0.0)["effect"][0] == 0
    assert at_rest(model, {"site_SC": 2000.0}, agonist_SC=1.0)["effect"][0] > 0


def test_breathing_has_a_ceiling_for_partial_agonists_and_none_below_a_full_one(model):
    own = {name: np.array([value]) for name, value in BELIEVED.items()}
    top = ceiling(own)[0]
    mitragynine = at_rest(model, {"site_MG": np.geomspace(1, 1e9, 19)})["breathing"]
    assert (mitragynine < top).all()
    assert mitragynine[-1] == pytest.approx(top, rel=1e-3)
    tau = BELIEVED["tau_M"] * BELIEVED["reserve_B"]
    for full, efficacy in ((1.0, 1.0), (0.0, BELIEVED["eff_HM"])):
        seven = at_rest(model, {"site_HM": 1e9}, full_HM=full)["breathing"][0]
        assert seven == pytest.approx(efficacy * tau / (1 + efficacy * tau), rel=1e-3)
        assert seven > top


def test_each_effect_becomes_tolerant_by_itself(model):
    """At a drive held still each responsiveness settles at 1 / (1 + gamma drive), and moves no other."""
    own = {"k_tol": 0.02, "gamma_tol": 3.0, "gamma_pupil": 0.5, "gamma_B": 1.5}
    names = {"responsiveness": 3.0, "responsiveness_pupil": 0.5, "responsiveness_B": 1.5}
    found = held(model, [1e4], [*names, "drive"], **own)
    drive = found["drive"].to_numpy()[0, 0]
    for name, gamma in names.items():
        assert found[name].to_numpy()[0, 0] == pytest.approx(1 / (1 + gamma * drive), rel=1e-6)


def test_nothing_taken_nothing_felt(model):
    found = at_rest(model, {"site_MG": 0.0})
    for name in ("effect", "drive", "occupied_kratom", "occupied_other", "breathing", "pupil", "SOWS"):
        assert found[name][0] == 0
    assert found["tolerance_time"][0] == 1


def test_the_effect_site_fills_and_settles(model):
    """Under a constant plasma level: Kpuu fu C (1 - exp(-ke0 t))."""
    frozen = {"CLint_MG": 1e-12, "Q_MG": 1e-12, "Q3_MG": 0.0, "ke0": 0.7}
    own = {k: v for k, v in (KINETIC | BELIEVED | frozen).items() if k in model.system.constants}
    times = np.array([0.1, 0.5, 1.0, 3.0, 10.0])
    dose = pd.DataFrame({"TIME": [0.0], "AMT": [1e4], "CMT": ["central_MG"]})
    found = model.solve(dose, times, own, ["site_MG", "C_MG"])
    level = 1e4 / own["V1_MG"]
    np.testing.assert_allclose(found["C_MG"].to_numpy()[0], level, rtol=1e-6)
    expected = own["Kpuu_MG"] * own["fu_MG"] * level * -np.expm1(-0.7 * times)
    np.testing.assert_allclose(found["site_MG"].to_numpy()[0], expected, rtol=1e-6)


def held(model, times, outputs, level=20.0, until=None, **own):
    """Hold an agonist from 0 on, and let it go within minutes after `until`."""
    given_ = KINETIC | BELIEVED | {"K_A": 20.0, "eff_A": 1.0, "k_A": 0.0} | own
    given_ = {k: v for k, v in given_.items() if k in model.system.constants}
    dose = pd.DataFrame({"TIME": [0.0], "AMT": [level], "CMT": ["other_A"]})
    return model.solve(dose, times, given_, outputs)


def test_tolerance_and_adaptation_under_a_constant_drive(model):
    """Both are first-order towards a settled state: written out here."""
    times = np.array([1.0, 24.0, 168.0, 1000.0])
    own = {"k_tol": 0.01, "gamma_tol": 3.0, "k_adapt": 0.02}
    found = held(model, times, ["responsiveness", "adaptation", "drive", "effect"], **own)
    drive = found["drive"].to_numpy()[0, 0]
    tau = BELIEVED["tau_M"]
    assert drive == pytest.approx(tau / (2 + tau), rel=1e-9)  # half of the receptors
    settled = 1 / (1 + 3.0 * drive)
    R = settled + (1 - settled) * np.exp(-0.01 * (1 + 3.0 * drive) * times)
    np.testing.assert_allclose(found["responsiveness"].to_numpy()[0], R, rtol=1e-6)
    np.testing.assert_allclose(found["adaptation"].to_numpy()[0], drive * -np.expm1(-0.02 * times), rtol=1e-6)
    S = tau / 2
    np.testing.assert_allclose(found["effect"].to_numpy()[0], R * S / (1 + R * S), rtol=1e-6)


def test_stopping_brings_withdrawal_that_fades(model):
    own = {"k_A": np.log(2) / 4, "k_adapt": 0.01, "adaptation_start": 0.5}
    times = np.array([0.01, 48.0, 72.0, 240.0, 2000.0])
    score = held(model, times, ["SOWS"], level=40.0, **own)["SOWS"].to_numpy()[0]
    assert score[0] < 0  # still more drive than the body is used to
    assert score[1] > 0
    assert score[3] < score[2]
    assert abs(score[4]) < 1e-6 * BELIEVED["SOWS_scale"]


def test_an_antagonist_precipitates_withdrawal_at_once(model):
    used_to = {"adaptation_start": 0.8, "K_A": 20.0, "eff_A": 1.0, "K_B": 1.0, "eff_B": 0.0}
    before = at_rest(model, {"other_A": 20.0}, **used_to)["SOWS"][0]
    after = at_rest(model, {"other_A": 20.0, "other_B": 1000.0}, **used_to)["SOWS"][0]
    assert before < 0 < after


def test_the_start_of_regular_users_is_that_of_the_equations(model):
    """The closed solution that a run starts regular users with, against the integrated equations."""
    own = {"k_tol": 0.01, "gamma_tol": 3.0, "k_adapt": 0.02, "responsiveness_start": 0.6, "adaptation_start": 0.3}
    found = held(model, [0.0, 1e4], ["responsiveness", "adaptation", "drive"], **own)
    assert found["responsiveness"].to_numpy()[0, 0] == pytest.approx(0.6)
    assert found["adaptation"].to_numpy()[0, 0] == pytest.approx(0.3)
    drive = found["drive"].to_numpy()[0, 1]
    assert found["responsiveness"].to_numpy()[0, 1] == pytest.approx(1 / (1 + 3 * drive), rel=1e-6)
    assert found["adaptation"].to_numpy()[0, 1] == pytest.approx(drive, rel=1e-6)


def test_the_exported_sbml_gives_the_same_numbers_elsewhere(model):
    """libRoadRunner on the exported file: all that a person may notice, to 1e-6."""
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(model.sbml)
    runner.integrator.absolute_tolerance = 1e-13
    runner.integrator.relative_tolerance = 1e-11
    names = ["effect", "breathing", "responsiveness", "SOWS", "occupied_kratom", "occupied_other"]
    own = {
        k: v for k, v in (KINETIC | BELIEVED | {"n_A": 0.858, "potency": 20.0}).items() if k in model.system.constants
    }
    for name, value in own.items():
        runner[name] = value
    runner["init(leaf_MG)"], runner["init(leaf_SC)"], runner["init(other_A)"] = 1e5, 3e4, 5.0
    runner.reset()
    for name, value in own.items():
        runner[name] = value
    runner.timeCourseSelections = ["time", *names]
    table = runner.simulate(0, 240, 49)
    doses = pd.DataFrame({"TIME": 0.0, "AMT": [1e5, 3e4, 5.0], "CMT": ["leaf_MG", "leaf_SC", "other_A"]})
    ours = model.solve(doses, table[1:, 0], own, names, rtol=1e-10)
    for i, name in enumerate(names, start=1):
        theirs = table[1:, i]
        np.testing.assert_allclose(ours[name].to_numpy()[0], theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())
