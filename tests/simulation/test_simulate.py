"""From a case to results: the laws that hold whatever the numbers are."""

import numpy as np
import pytest

from ketum.case import parse_case
from ketum.chance import Stream
from ketum.crowd.intake import intakes
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.simulate import simulate
from ketum.simulation.solving import span_of

ALONE = 'product = "liquid-shot"\namount = "10 mg 7-hydroxymitragynine"'  # brings nothing that is drawn
EXTRACT = 'product = "extract"\namount = "20 mg mitragynine"'
LEAF = 'product = "leaf-powder"\namount = "3 g"'


def case(*products, weight=70):
    tables = "\n".join(f"[[kratom]]\n{lines}" for lines in products)
    return parse_case(
        f'[person]\nage_years = 40\nsex = "male"\nweight_kg = {weight}\nregion = "DE"\n{tables}\n', "case"
    )


def every(lines, hours, days, start=0):
    return f'{lines}\nevery = "{hours} h"\ndays = {days}\nstart = "{start} h"'


def levels(run):
    return run.tree["trajectory"]["concentration"]


def same(first, second):
    """Compare two trees bit for bit."""
    assert list(first.groups) == list(second.groups)
    for group in first.groups:
        one, two = first[group].to_dataset(), second[group].to_dataset()
        assert set(one.variables) == set(two.variables)
        for name in one.variables:
            np.testing.assert_array_equal(one[name].to_numpy(), two[name].to_numpy(), err_msg=f"{group}/{name}")


@pytest.fixture(scope="module")
def hundred():
    return simulate(case(every(LEAF, 8, 1)), number=100, seed=3, workers=1)


def test_workers_do_not_change_a_bit(hundred):
    same(simulate(case(every(LEAF, 8, 1)), number=100, seed=3, workers=2).tree, hundred.tree)


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(hundred):
    again = simulate(case(every(LEAF, 8, 1)), number=20, seed=3, workers=1)
    other = simulate(case(every(LEAF, 8, 1)), number=20, seed=4, workers=1)
    assert np.array_equal(levels(again).to_numpy(), levels(hundred).to_numpy()[:, :20])
    late = levels(other)["time"].to_numpy() > 1
    assert not (levels(other).to_numpy() == levels(again).to_numpy())[:, :, late].any()


def test_fewer_people_are_the_first_of_more(hundred):
    fifty = simulate(case(every(LEAF, 8, 1)), number=50, seed=3, workers=1).tree
    for group in ("population", "endpoints", "trajectory"):
        few, many = fifty[group].to_dataset(), hundred.tree[group].to_dataset().isel(subject=slice(50))
        for name in few.data_vars:
            np.testing.assert_array_equal(few[name].to_numpy(), many[name].to_numpy(), err_msg=f"{group}/{name}")


def test_shares_are_shares(hundred):
    share = hundred.tree["summary"]["share"]
    assert share["layer"].to_numpy().tolist() == ["people", "product", "knowledge"]
    known = share.to_numpy()[np.isfinite(share.to_numpy())]
    assert known.size > 50
    assert ((known >= 0) & (known <= 1)).all()


def test_too_few_people_give_no_shares():
    share = simulate(case(EXTRACT), number=20, workers=1).tree["summary"]["share"].to_numpy()
    assert np.isnan(share).all()


def test_what_drives_a_result_is_told_apart():
    """Leaf of unknown strength varies in its content; a stated mass of the alkaloid does not."""
    strength = {}
    for name, lines in (("unknown", 'product = "mixed"\namount = "3 g"'), ("stated", EXTRACT)):
        summary = simulate(case(lines), number=300, seed=1, workers=1).tree["summary"]
        at = {"alkaloid": "mitragynine", "quantity": "AUC", "layer": "product"}
        strength[name] = float(summary["share"].sel(at))
    assert strength["unknown"] > 0.4
    assert strength["stated"] < 0.2


def test_summaries_are_quantiles_of_the_people(hundred):
    ends, summary = hundred.tree["endpoints"], hundred.tree["summary"]["value"]
    for quantity in ("Cmax", "AUC", "Cmin_last", "half_life"):
        for alkaloid in ("mitragynine", "speciociliatine"):
            values = ends[quantity].sel(alkaloid=alkaloid).to_numpy()
            expected = np.quantile(values[np.isfinite(values)], [0.05, 0.5, 0.95])
            found = summary.sel(alkaloid=alkaloid, quantity=quantity).sel(statistic=["p05", "median", "p95"])
            np.testing.assert_allclose(found.to_numpy(), expected, rtol=1e-12)


def test_a_peak_is_the_highest_level(hundred):
    """Stored levels are a part of all output times, and for so short a run all of them within it."""
    peak = hundred.tree["endpoints"]["Cmax"].to_numpy()
    np.testing.assert_allclose(levels(hundred).to_numpy().max(axis=-1), peak, rtol=1e-6)


def test_twice_the_dose_is_at_least_twice_the_level():
    """Mitragynine slows its own loss, so more than twice; speciociliatine does not pass that way: exactly twice."""
    one = simulate(case('product = "leaf-powder"\namount = "2 g"'), number=30, seed=5, workers=1)
    two = simulate(case('product = "leaf-powder"\namount = "4 g"'), number=30, seed=5, workers=1)
    for name in ("Cmax", "AUC", "AUC_inf"):
        first, second = (run.tree["endpoints"][name].to_numpy() for run in (one, two))
        mitragynine, _, speciociliatine = second / (2 * first)
        np.testing.assert_allclose(speciociliatine, 1.0, rtol=1e-5)
        assert ((mitragynine > 1.0) & (mitragynine < 2.0)).all()
    top = levels(one).to_numpy()[2].max(axis=-1, keepdims=True)
    assert (np.abs(levels(two).to_numpy()[2] - 2 * levels(one).to_numpy()[2]) < 1e-5 * top).all()


def test_a_heavier_person_has_lower_levels():
    """With the same random numbers: every volume and clearance grows with weight, and 70 kg are the reference."""
    light, heavy = (simulate(case(EXTRACT, weight=w), number=30, seed=5, workers=1) for w in (50, 110))
    for name in ("Cmax", "AUC"):
        lower = heavy.tree["endpoints"][name].to_numpy() < light.tree["endpoints"][name].to_numpy()
        assert lower.all()


def test_products_add_up():
    """Numbers of a product are keyed by its place in the case; the second one here draws none."""
    first, second = every(EXTRACT, 12, 1), every(ALONE, 8, 1, start=2)
    both, a, b = (
        levels(simulate(case(*products), number=15, seed=2, days=2, workers=1))
        for products in ((first, second), (first,), (second,))
    )
    shared = np.intersect1d(np.intersect1d(a["time"], b["time"]), both["time"])
    assert shared.size > 10
    assert shared.max() == 48.0
    total = a.sel(time=shared).to_numpy() + b.sel(time=shared).to_numpy()
    found = both.sel(time=shared).to_numpy()
    scale = total.max(axis=(1, 2))
    np.testing.assert_allclose(found[2], total[2], rtol=0, atol=1e-5 * scale[2])
    assert (found[0] >= total[0] - 1e-5 * scale[0]).all(), "mitragynine never speeds its own loss"
    assert (b.sel(alkaloid="mitragynine").to_numpy() == 0).all()
    assert a.sel(alkaloid="7-hydroxymitragynine").to_numpy().max() > 0, "formed from mitragynine"


def test_a_single_dose_is_followed_for_three_days():
    span = span_of(case(EXTRACT + '\nstart = "6 h"'))
    end, times = span.end_h, span.dose_times
    assert (end, times.tolist()) == (78.0, [6.0])


def test_a_course_is_followed_to_its_end():
    span = span_of(case(every(EXTRACT, 8, 2)))
    end, times = span.end_h, span.dose_times
    assert end == 48.0
    assert times.tolist() == [0.0, 8.0, 16.0, 24.0, 32.0, 40.0]


def test_days_cut_the_doses_off():
    span = span_of(case(every(EXTRACT, 8, 10)), 1)
    end, times = span.end_h, span.dose_times
    assert end == 24.0
    assert times.tolist() == [0.0, 8.0, 16.0]


def test_days_cut_the_run_off():
    """The first day of a long course is a course of one day."""
    long = simulate(case(every(EXTRACT, 8, 10)), number=10, days=1, workers=1)
    short = simulate(case(every(EXTRACT, 8, 1)), number=10, workers=1)
    assert long.end_h == short.end_h == 24.0
    assert float(levels(long)["time"].max()) == 24.0
    same(long.tree, short.tree)


def test_days_beyond_the_course_follow_the_fall():
    run = simulate(case(every(EXTRACT, 8, 1)), number=10, days=6, workers=1)
    after = levels(run).sel(alkaloid="mitragynine")
    assert float(after["time"].max()) == 144.0
    late = after.sel(time=after["time"] > 48).to_numpy()
    assert (np.diff(late, axis=1) <= 0).all()


def test_days_before_the_first_dose_leave_nothing_taken():
    run = simulate(case(EXTRACT + '\nstart = "48 h"'), number=5, days=1, workers=1)
    assert (levels(run).to_numpy() == 0).all()
    assert run.dose_times.size == 0


def test_a_product_of_which_nothing_is_known_gives_no_levels():
    run = simulate(case(every('product = "pseudoindoxyl-product"\namount = "1 g"', 8, 1)), number=120, workers=1)
    assert (levels(run).to_numpy() == 0).all()
    ends = run.tree["endpoints"]
    for name in ("Cmax", "AUC", "time_above_study_peak"):
        assert not np.nan_to_num(ends[name].to_numpy()).any()
    assert np.isnan(ends["half_life"].to_numpy()).all()
    assert run.contents[0].unknown


def test_progress_reaches_the_end():
    seen = []
    simulate(case(EXTRACT), number=110, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]


def test_what_a_result_depends_on_stands_in_it(hundred):
    attributes = hundred.tree.attrs
    assert attributes["seed"] == 3
    assert attributes["people"] == 100
    assert len(attributes["model_sha256"]) == 64
    assert attributes["ketum"]


def test_everyone_weighs_what_the_case_says_and_takes_what_it_says(hundred):
    population = hundred.tree["population"]
    (intake,) = intakes(hundred.case, Stream(3, 100))
    for code in (alkaloid.code for alkaloid in ALKALOIDS):
        np.testing.assert_array_equal(population[f"dose_0_{code}"].to_numpy(), intake.mg[code])


def test_results_survive_a_file(hundred, tmp_path):
    """Read back without ketum: nothing but xarray."""
    import xarray as xr

    hundred.tree.to_netcdf(tmp_path / "run.nc")
    with xr.open_datatree(tmp_path / "run.nc") as again:
        np.testing.assert_array_equal(again["trajectory"]["concentration"].to_numpy(), levels(hundred).to_numpy())
        assert again["trajectory"]["concentration"].attrs["units"] == "ng/mL"
        assert again.attrs["seed"] == 3


def test_levels_follow_the_closed_form_of_the_area():
    """AUC from zero to infinity of speciociliatine swallowed as a drink: release * Fa * Fg * (1 - E) / CL, in ng/mL."""
    run = simulate(
        case('product = "liquid-shot"\namount = "20 mg speciociliatine"'), number=25, seed=9, days=30, workers=1
    )
    own = {name: run.tree["population"][name].to_numpy() for name in run.tree["population"].data_vars}
    E = own["CLint_SC"] / (own["Q_H"] + own["CLint_SC"])
    reaching = 20e6 * own["release_shot"] * own["Fa"] * own["Fg_SC"] * (1 - E)  # ng
    expected = reaching / (own["Q_H"] * E) / 1000  # ng/L to ng/mL
    found = run.tree["endpoints"]["AUC"].sel(alkaloid="speciociliatine").to_numpy()
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_a_person_whose_integration_fails_stops_the_run(monkeypatch):
    """Quantiles over the rest would pass for quantiles over everyone."""
    from ketum.engine import Model
    from ketum.errors import SolveError

    real = Model.solve

    def failing(self, *given, **named):
        return real(self, *given, **named).assign_attrs(failed=[3])

    monkeypatch.setattr(Model, "solve", failing)
    case = parse_case(
        '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "US-CO"\n'
        '[[kratom]]\nproduct = "tea"\namount = "2 g"\n',
        "case",
    )
    with pytest.raises(SolveError, match="number 3"):
        simulate(case, number=10)
