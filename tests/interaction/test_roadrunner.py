"""The exported SBML in another engine: whole model, kratom with a victim and a co-medicine."""

import numpy as np
import pandas as pd
import pytest

from ketum.crowd.model import kratom_model

NAMES = ("central_MG", "central_HM", "CYP3A_gut", "CYP3A_liver", "co_level", "victim_central")
CO = {
    "co_taken": 1.0,
    "co_k": 0.05,
    "co_inactivation_gut": 0.05,
    "co_inactivation_liver": 0.02,
    "co_inhibition_gut": 2.0,
}
START = {"lumen_MG": 30000.0, "leaf_MG": 20000.0, "victim_lumen": 8000.0}


@pytest.mark.parametrize("own", [{}, CO, {"co_taken": 1.0, "co_induction_gut": 5.0, "co_induction_liver": 4.0}])
def test_libroadrunner_agrees_to_a_millionth(own):
    roadrunner = pytest.importorskip("roadrunner")
    model = kratom_model()
    grid = np.linspace(0.0, 60.0, 121)
    doses = pd.DataFrame({"TIME": 0.0, "AMT": list(START.values()), "CMT": list(START)})
    ours = model.solve(doses, grid[1:], own, NAMES, rtol=1e-10)
    other = roadrunner.RoadRunner(model.sbml)
    other.integrator.absolute_tolerance, other.integrator.relative_tolerance = 1e-10, 1e-12
    other.integrator.setValue("maximum_num_steps", 200_000)
    for name, value in own.items():
        other[name] = value
    for name, amount in START.items():
        other[name] = amount
    theirs = other.simulate(0.0, 60.0, grid.size, ["time", *NAMES])
    for i, name in enumerate(NAMES):
        expected = np.asarray(theirs)[1:, 1 + i]
        scale = np.abs(expected).max() or 1.0
        np.testing.assert_allclose(ours[name].to_numpy()[0], expected, rtol=0, atol=1e-6 * scale, err_msg=name)
