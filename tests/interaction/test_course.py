"""The quick course against the engine, SciPy and closed forms, and the laws of its grid."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import settings as how
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from ketum import pharmacology
from ketum.chance import Stream
from ketum.crowd import people
from ketum.crowd.model import kratom_model
from ketum.engine.equations.formula import Formula
from ketum.engine.equations.system import System
from ketum.enzymes.algebra import gut_ratio, liver_ratio
from ketum.interaction import equations as home
from ketum.interaction.course import Dose, course, grid
from ketum.interaction.equations import OUTPUTS, as_text, equations, from_model
from ketum.interaction.scheme import moving, step_of
from ketum.interaction.size import ACTIVITY
from ketum.interaction.tape import STATE, Tape
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


@pytest.fixture(scope="module")
def own():
    stream = Stream(3, PEOPLE)
    return people.individual(people.draw_knowledge(stream), people.draw_effects(stream), np.full(PEOPLE, 70.0))


# The formulas


def test_the_formulas_on_disk_are_the_models():
    found = from_model()
    assert (equations().rates, equations().rules) == (found.rates, found.rules), "cure: make equations"
    assert as_text(equations()) == as_text(found), "cure: make equations"


def test_where_the_model_has_changed_it_is_read_itself(monkeypatch):
    monkeypatch.setattr(home, "_sha256", lambda: "another")
    monkeypatch.setattr(home, "_system", lambda kept: pytest.fail("formulas of an older model were used"))
    home.equations.cache_clear()
    try:
        assert equations().rates == from_model().rates
    finally:
        home.equations.cache_clear()


def test_sizes_need_neither_an_integrator_nor_a_parser():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['heyoka', 'libsbml', 'antimony', 'pandas', 'scipy'])); "
        "from ketum.case import Case; from ketum.interaction import sizes; from ketum.medicine import Taken; "
        "case = Case.model_validate({'person': {'age_years': 40, 'sex': 'male', 'weight_kg': 70, 'region': 'US-PA'}, "
        "'kratom': [{'product': 'leaf-powder', 'amount': '3 g'}]}); "
        "print(len(sizes(case, [Taken.named('midazolam'), Taken.named('ketoconazole')])))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "3\n"


# The tape

numbers = st.floats(-3.0, 3.0).map(Formula.number)
leaves = numbers | st.sampled_from("abcd").map(Formula.name) | st.sampled_from([-1.0, 0.0, 1.0]).map(Formula.number)
formulas = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Formula, st.sampled_from(["plus", "times"]), st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Formula, st.just("minus"), st.lists(inner, min_size=1, max_size=2).map(tuple))
        | st.builds(lambda a, b: Formula("divide", (a, Formula("exp", (b,)))), inner, leaves)
    ),
    max_leaves=12,
)
real = st.floats(-2.0, 2.0)


@example(Formula("minus", (Formula("times", (Formula.number(-1.0),)),)), 0.0, 0.0, 0.0, 0.0)
@given(formulas, real, real, real, real)
def test_a_formula_written_out_has_its_literal_value(formula, a, b, c, d):
    """Two names stand for people, one for the length of a step, one for the state."""
    tape = Tape()
    scope = {name: tape.variable(f"own_{name}", 0, f"own[{name!r}]") for name in "ab"}
    scope |= {"c": tape.variable("h", 1), "d": tape.variable("x0", STATE)}
    run = tape.compiled("x0", [tape.put(formula, scope)])
    (found,) = run({"a": np.float64(a), "b": np.float64(b)})(c)(d)
    assert found == pytest.approx(float(formula.value({"a": a, "b": b, "c": c, "d": d})), rel=1e-9, abs=1e-9)


# A step


def chain(rates):
    """x0 -> x1 -> ... -> out."""
    names = [f"x{i}" for i in range(len(rates))]
    flows = [Formula("times", (Formula.name(f"k{i}"), Formula.name(f"x{i}"))) for i in range(len(rates))]
    moves = {names[0]: Formula("minus", (flows[0],))}
    moves |= {names[i]: Formula("minus", (flows[i - 1], flows[i])) for i in range(1, len(rates))}
    constants = {f"k{i}": 1.0 for i in range(len(rates))}
    return System(
        "chain", tuple(names), moves, {}, constants, dict.fromkeys(names, Formula.number(0.0)), (), {}, {}, ""
    )


def stepped(rates, h, steps):
    system = chain(rates)
    followed = moving(system, frozenset(system.constants), ["x0"], [f"x{len(rates) - 1}"])
    step = step_of(system, followed)({f"k{i}": np.array([rate]) for i, rate in enumerate(rates)})(h)
    state = [np.array([1.0]), *(np.zeros(1) for _ in rates[1:])]
    for _ in range(steps):
        state = step(*state)
    return np.concatenate(state)


@given(st.floats(0.01, 50.0), st.floats(0.01, 50.0), st.floats(0.01, 20.0))
def test_amounts_add_up_at_any_length_of_step(k0, k1, h):
    """What left the first two places is in the third, which loses nothing."""
    assert stepped([k0, k1, 0.0], h, 7).sum() == pytest.approx(1.0, rel=1e-9)


@given(st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 20.0))
def test_no_step_is_too_long_to_stay_bounded(k0, k1, h):
    assert np.abs(stepped([k0, k1], h, 50)).max() <= 1.0


def test_half_the_step_has_a_quarter_of_the_error():
    def error(h):
        found = stepped([1.3, 0.4], h, round(2.0 / h))
        exact = np.exp(-2.6), 1.3 / (0.4 - 1.3) * (np.exp(-2.6) - np.exp(-0.8))
        return np.abs(found - exact)

    ratio = error(0.02) / error(0.01)
    np.testing.assert_allclose(ratio, 4.0, rtol=0.05)


@how(deadline=None)
@given(st.floats(0.01, 50.0), st.floats(0.01, 20.0))
def test_what_only_gathers_gathers_all(k, h):
    """One place empties into another that nothing leaves: what is there after a step is what was there before."""
    flow = Formula("times", (Formula.name("k"), Formula.name("x0")))
    moves = {"x0": Formula("minus", (flow,)), "x1": flow}
    nothing = dict.fromkeys(moves, Formula.number(0.0))
    system = System("pair", tuple(moves), moves, {}, {"k": 1.0}, nothing, (), {}, {}, "")
    step = step_of(system, moving(system, frozenset("k"), ["x0"], ["x1"]))({"k": np.array([k])})(h)
    state = [np.array([1.0]), np.zeros(1)]
    for _ in range(5):
        state = step(*state)
    assert sum(state).item() == pytest.approx(1.0, rel=1e-9)


def test_all_that_sizes_are_made_of_is_on_hand():
    assert len(set(OUTPUTS)) == len(OUTPUTS)
    assert {*ACTIVITY, "C_MG", "C_HM", "CYP3A_gut", "CYP3A_liver"} == set(OUTPUTS)


def test_only_what_matters_is_followed(own):
    given = frozenset(own) & equations().constants.keys()
    active = moving(equations(), given, ["leaf_MG", "leaf_HM"], ["active_gut", "active_liver"])
    assert set(active.states) == {"leaf_MG", "lumen_MG", "central_MG", "peripheral_MG", "deep_MG", "CYP3A_gut", "CYP3A_liver"}
    assert "co_level" in moving(equations(), given | {"co_start", "co_inhibition_gut"}, ["leaf_MG"], ["C_MG"]).states
    nothing = moving(equations(), given, [], ["C_MG", "C_HM"])
    assert nothing.states == ()
    assert nothing.still["central_MG"] == nothing.still["central_HM"] == 0.0


# The grid

times_of = st.lists(st.floats(0.0, 300.0), min_size=1, max_size=12, unique=True)


@given(times_of, st.floats(1.0, 400.0), st.floats(0.0, 400.0))
def test_a_grid_rises_from_nothing_to_the_end_and_holds_every_dose(times, end, since):
    points = grid([Dose("leaf", times, {})], end, since)
    assert points[0] == 0.0
    assert points[-1] == end
    assert (np.diff(points) > 0).all()
    for time in times:
        assert time >= end or np.abs(points - time).min() < 1e-8


# The course


@pytest.mark.parametrize("name", CO)
def test_the_course_is_the_engines(own, name):
    """Means over a day of all that sizes are made of, in everybody; three doses a day for five days, then none."""
    amount = nmol(25.0, "MG") * own["release_leaf"]
    times = tuple(8.0 * i for i in range(15))
    rows = {"ID": np.arange(PEOPLE), "TIME": 0.0, "AMT": amount, "CMT": "leaf_MG", "II": 8.0, "ADDL": 14}
    known = kratom_model().system.constants
    mine = {n: v for n, v in own.items() if n in known} | CO[name]
    fine = np.arange(0, 240.01, 0.05)
    exact = kratom_model().solve(pd.DataFrame(rows), fine, mine, OUTPUTS, rtol=1e-7)
    for start, end in WINDOWS:
        # Nobody looks before the window, so that days before it are followed in coarse steps.
        quick = course(own | CO[name], [Dose("leaf", times, {"MG": amount})], 240.0, since_h=start)
        inside = (fine >= start) & (fine <= end)
        for quantity in OUTPUTS:
            mean = np.trapezoid(exact[quantity].to_numpy()[:, inside], fine[inside], axis=1) / (end - start)
            found = quick.mean(quantity, start, end)
            np.testing.assert_allclose(found, mean, rtol=0.04, err_msg=f"{quantity} {start}")
            assert np.median(found / mean) == pytest.approx(1.0, abs=0.015), quantity


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
    fine = np.arange(0, 24.01, 0.05)
    exact = kratom_model().solve(rows, fine, {n: v for n, v in own.items() if n in known}, ["C_MG", "C_HM"])
    for code in ("MG", "HM"):
        area = np.trapezoid(exact[f"C_{code}"].to_numpy(), fine, axis=1)
        np.testing.assert_allclose(quick.area(code, 0.0, 24.0), area, rtol=0.03)


@pytest.mark.parametrize("before", [0.01, 0.03, 0.2, 5.0])
def test_a_dose_just_before_the_end_still_enters(own, before):
    late = course(own, [Dose("lumen", (24.0 - before,), {"MG": np.full(PEOPLE, 2e4)})], 24.0, ["C_MG"])
    assert (late.values["C_MG"][-1] > 0).all()
    none = course(own, [Dose("lumen", (24.0,), {"MG": np.full(PEOPLE, 2e4)})], 24.0, ["C_MG"])
    assert (none.values["C_MG"] == 0).all()


def test_the_course_is_scipys_of_the_whole_model():
    """One large dose in a typical person: the whole model's formulas, literally, by LSODA."""
    system = kratom_model().system
    states = system.states
    start = dict.fromkeys(states, 0.0) | {"CYP3A_gut": 1.0, "CYP3A_liver": 1.0, "co_level": 1.0, "responsiveness": 1.0}

    def scope(values):
        found = dict(system.constants) | dict(zip(states, values, strict=True))
        for name, formula in system.rules.items():
            found[name] = formula.value(found)
        return found

    def slopes(_, values):
        found = scope(values)
        return [float(system.rates[name].value(found)) for name in states]

    first = [start[name] + (4e4 if name == "leaf_MG" else 0.0) for name in states]
    fine = np.linspace(0.0, 24.0, 481)
    exact = solve_ivp(slopes, (0.0, 24.0), first, "LSODA", fine, rtol=1e-8, atol=1e-8).y
    columns = [scope(values) for values in exact.T]
    own = {"ka": np.array([system.constants["ka"]])}
    quick = course(own, [Dose("leaf", (0.0,), {"MG": np.array([4e4])})], 24.0)
    for name in OUTPUTS:
        mean = np.trapezoid([column[name] for column in columns], fine) / 24.0
        assert quick.mean(name, 0.0, 24.0)[0] == pytest.approx(mean, rel=0.01), name


def test_what_one_lane_takes_changes_no_other(own):
    one = {name: column[:1] for name, column in own.items()}
    alone = course(one, [Dose("leaf", (0.0,), {"MG": np.full(1, 2e4)})], 24.0, ["C_MG"])
    beside = course(own, [Dose("leaf", (0.0,), {"MG": np.full(PEOPLE, 2e4)})], 24.0, ["C_MG"])
    np.testing.assert_allclose(beside.area("MG", 0.0, 24.0)[0], alone.area("MG", 0.0, 24.0)[0], rtol=1e-12)


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
    gut = np.average(gut_ratio(quick.values["active_gut"][:, 0], 0.5), weights=quick.within(last, last + 2.0))
    found = gut * liver_ratio(quick.mean("active_liver", last, last + 24.0)[0], 0.8)
    assert found == pytest.approx(areas[0] / areas[1], rel=0.06)
