"""The quick course against the engine's solution of kratom.ant, and what a case asks for."""

import numpy as np
import pandas as pd
import pytest

from ketum import pharmacology
from ketum.crowd import people
from ketum.crowd.model import kratom_model
from ketum.interaction.course import Dose, course
from ketum.pharmacology.alkaloids import nmol

PEOPLE = 24
WINDOWS = ((0.0, 24.0), (96.0, 120.0), (216.0, 240.0))
CO = {
    "nothing": {},
    "inhibitor": {"co_taken": 1.0, "co_start": 1.0, "co_inhibition_gut": 6.0, "co_inhibition_liver": 6.0},
    "inactivator, stopped": {
        "co_taken": 0.0, "co_start": 1.0, "co_k": 0.1, "co_inactivation_gut": 0.2, "co_inactivation_liver": 0.2,
        "co_CYP3A_gut_start": 0.2, "co_CYP3A_liver_start": 0.3,
    },
    "inducer, begun": {
        "co_taken": 1.0, "co_start": 0.0, "co_k": 0.02, "co_induction_gut": 4.0, "co_induction_liver": 4.0,
    },
}  # fmt: skip
NAMES = ("CYP3A_gut", "CYP3A_liver", "active_gut", "active_liver", "active_2D6", "C_MG", "C_HM")
WITHIN = {"C_MG": 0.02, "C_HM": 0.02}


@pytest.fixture(scope="module")
def own():
    stream = people.Stream(3, PEOPLE)
    return people.individual(people.draw_knowledge(stream), people.draw_effects(stream), np.full(PEOPLE, 70.0))


@pytest.mark.parametrize("name", CO)
def test_the_quick_course_is_the_engines(own, name):
    """Means over a day of everything that sizes are made of, within 2 %; three doses a day for five days, then none."""
    amount = nmol(25.0, "MG") * own["release_leaf"]
    times = tuple(8.0 * i for i in range(15))
    quick = course(own | CO[name], [Dose("leaf", times, {"MG": amount})], 240.0)
    rows = {"ID": np.arange(PEOPLE), "TIME": 0.0, "AMT": amount, "CMT": "leaf_MG", "II": 8.0, "ADDL": 14}
    known = kratom_model().system.constants
    given = {n: v for n, v in own.items() if n in known} | CO[name]
    grid = np.arange(0, 240.01, 0.05)
    exact = kratom_model().solve(pd.DataFrame(rows), grid, given, NAMES, rtol=1e-7)
    for start, end in WINDOWS:
        inside = (grid >= start) & (grid <= end)
        for quantity in NAMES:
            mean = np.trapezoid(exact[quantity].to_numpy()[:, inside], grid[inside], axis=1) / (end - start)
            np.testing.assert_allclose(quick.mean(quantity, start, end), mean, rtol=0.03, err_msg=f"{quantity} {start}")


def test_two_forms_and_both_alkaloids_enter(own):
    doses = [
        Dose("extract", (0.0, 6.0), {"MG": np.full(PEOPLE, 2e4)}),
        Dose("lumen", (3.0,), {"MG": np.full(PEOPLE, 1e4), "HM": np.full(PEOPLE, 500.0)}),
    ]
    quick = course(own, doses, 24.0)
    rows = pd.DataFrame(
        {
            "TIME": [0.0, 6.0, 3.0, 3.0],
            "AMT": [2e4, 2e4, 1e4, 500.0],
            "CMT": ["extract_MG"] * 2 + ["lumen_MG", "lumen_HM"],
        }
    )
    known = kratom_model().system.constants
    grid = np.arange(0, 24.01, 0.05)
    exact = kratom_model().solve(rows, grid, {n: v for n, v in own.items() if n in known}, ["C_MG", "C_HM"])
    for code in ("MG", "HM"):
        area = np.trapezoid(exact[f"C_{code}"].to_numpy(), grid, axis=1)
        np.testing.assert_allclose(quick.area(code, 0.0, 24.0), area, rtol=0.03)


@pytest.mark.parametrize("half_life", [3.0, 8.0, 24.0])
def test_the_algebra_over_the_mean_enzyme_is_the_dynamic_victim(half_life):
    """A victim once a day, steady, beside kratom thrice a day: the algebra that gives sizes lies within 6 %.

    The gut wall as it is in the two hours after the victim, the liver as on average over the day.
    """
    typical = {p.name: p.value for p in pharmacology.parameters()}
    known = kratom_model().system.constants
    own = {n: v for n, v in typical.items() if n in known}
    E = 30 / (own["Q_H"] + 30)
    victim = {
        "victim_ka": 1.5, "victim_Fg": 0.5, "victim_CLint": 30.0, "victim_3A": 0.8, "victim_2D6": 0.0,
        "victim_V": own["Q_H"] * E * half_life / np.log(2),
    }  # fmt: skip
    days, at = 14, 10.0
    kratom = [{"TIME": 0.0, "AMT": 2e4, "CMT": "leaf_MG", "II": 8.0, "ADDL": 3 * days + 2}]
    beside = [{"TIME": at, "AMT": 1000.0, "CMT": "victim_lumen", "II": 24.0, "ADDL": days}]
    last = 24.0 * (days - 1) + at
    grid = last + np.arange(0, 24.01, 0.05)
    areas = [
        np.trapezoid(
            kratom_model().solve(pd.DataFrame(d), grid, own | victim, ["C_victim"])["C_victim"].to_numpy()[0], grid
        )
        for d in (kratom + beside, [*[dict(k, AMT=1e-9) for k in kratom], *beside])
    ]
    columns = {n: np.array([v]) for n, v in own.items()}
    quick = course(
        columns, [Dose("leaf", tuple(8.0 * i for i in range(3 * days + 3)), {"MG": np.array([2e4])})], last + 24.0
    )
    from ketum.enzymes.algebra import gut_ratio, liver_ratio

    soon = (quick.times >= last) & (quick.times < last + 2)
    gut = np.average(gut_ratio(quick.active_gut[soon, 0], 0.5), weights=quick.steps[soon])
    found = gut * liver_ratio(quick.mean("active_liver", last, last + 24.0)[0], 0.8)
    assert found == pytest.approx(areas[0] / areas[1], rel=0.06)
