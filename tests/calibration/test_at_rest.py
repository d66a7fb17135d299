"""The fit's sums of exponentials against the engine, which solves the model itself."""

from dataclasses import replace

import numpy as np
import pytest
from at_rest import concentrations

from ketum import pharmacology
from ketum.pharmacology.closed_forms import terminal_half_life
from ketum.trials import blood as trials

PEOPLE = 40


def drawn(deep: bool):
    rng = np.random.default_rng(3)
    own = {p.name: np.full(PEOPLE, p.prior_median) for p in pharmacology.parameters()}
    for name, column in own.items():
        if name.startswith(("CL", "V", "Q_", "Q3", "ka", "kr")):
            own[name] = column * np.exp(0.4 * rng.standard_normal(PEOPLE))
    own |= {"kinact_gut": np.zeros(PEOPLE), "kinact_liver": np.zeros(PEOPLE), "Ki_3A": np.full(PEOPLE, 1e30)}
    return own if deep else own | {"Q3_MG": np.zeros(PEOPLE)}


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("trial", ["Tanna 2022", "Huestis 2024", "Huestis 2026"])
def test_sums_of_exponentials_are_the_model_at_rest(trial, deep):
    arm = next(arm for arm in trials.arms() if arm.trial == trial)
    own = drawn(deep)
    by_engine, on_paper = trials.concentrations(arm, own), concentrations(arm, own)
    for code, curve in by_engine.items():
        np.testing.assert_allclose(on_paper[code], curve, rtol=1e-3, atol=1e-5 * curve.max())


def test_equal_rates_of_release_and_absorption_give_no_nonsense():
    arm = next(arm for arm in trials.arms() if arm.form == "leaf")
    own = drawn(False)
    own["kr_leaf"] = own["ka"].copy()
    curve = trials.concentrations(arm, own)["MG"]
    np.testing.assert_allclose(concentrations(arm, own)["MG"], curve, rtol=1e-3, atol=1e-4 * curve.max())


def test_the_slowest_half_life_is_that_of_the_late_curve():
    """The closed form against the fall of the engine's own curve, long after the dose."""
    own = drawn(True)
    own["V3_MG"] = own["V3_MG"] * 0.1
    arm = next(arm for arm in trials.arms() if arm.trial == "Tanna 2022")
    late = concentrations(replace(arm, times_h=np.array([3000.0, 3100.0])), own)["MG"]
    np.testing.assert_allclose(
        100 * np.log(2) / np.log(late[:, 0] / late[:, 1]), terminal_half_life(own, "MG"), rtol=0.02
    )
