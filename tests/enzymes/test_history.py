"""Where the enzyme stands at time 0, from when a medicine was started and stopped, against SciPy."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ketum.enzymes.perpetrators import parameters, perpetrators

DAY = 24.0
KDEG = {"gut": 0.03, "liver": 0.019}
OWN = {
    "trial_Fg": np.array([0.57]), "trial_3A": np.array([0.93]),
    "kdeg_gut": np.array([KDEG["gut"]]), "kdeg_liver": np.array([KDEG["liver"]]),
}  # fmt: skip


def by_scipy(found, one, place, started_h, stopped_h):
    """A' = kdeg (1 + induction x) - (kdeg + inactivation x) A, x' = k (taken - x), from an untouched person."""
    k = np.log(2) / one.half_life_h
    induction, inactivation = (
        found.get(f"co_{what}_{place}", np.zeros(1)).item() for what in ("induction", "inactivation")
    )

    def carried(state, taken, length):
        def slopes(_, y):
            x, A = y
            kdeg = KDEG[place]
            return [k * (taken - x), kdeg * (1 + induction * x) - (kdeg + inactivation * x) * A]

        return solve_ivp(slopes, (0.0, length), state, "LSODA", rtol=1e-9, atol=1e-12).y[:, -1] if length else state

    return carried(carried([0.0, 1.0], 1.0, started_h - (stopped_h or 0.0)), 0.0, stopped_h or 0.0)


@pytest.mark.parametrize("name", ["clarithromycin", "verapamil", "rifampicin"])
@pytest.mark.parametrize(
    ("started_h", "stopped_h"),
    [(2.0, None), (2 * DAY, None), (30 * DAY, None), (30 * DAY, 6.0), (30 * DAY, 9 * DAY), (3 * DAY, 1.5 * DAY)],
)
def test_what_a_medicine_left_of_the_enzyme(name, started_h, stopped_h):
    one = perpetrators()[name]
    found = parameters(one, OWN, np.zeros(1), started_h, stopped_h)
    for place in KDEG:
        level, enzyme = by_scipy(found, one, place, started_h, stopped_h)
        assert found["co_start"].item() == pytest.approx(level, rel=1e-6)
        assert found[f"co_CYP3A_{place}_start"].item() == pytest.approx(enzyme, rel=2e-3)


def test_a_medicine_from_today_has_left_nothing():
    found = parameters(perpetrators()["rifampicin"], OWN, np.zeros(1), 0.0, None)
    assert (found["co_start"], found["co_CYP3A_gut_start"], found["co_CYP3A_liver_start"]) == (0.0, 1.0, 1.0)
