"""What drives a result: SALib through our wrapper against analytic indices, and laws on a case."""

import csv
import json
import sys

import numpy as np
import pytest

from ketum import cli, pharmacology
from ketum.case import parse_case
from ketum.simulation.drivers import drivers, inputs_of
from ketum.simulation.indices import design, indices, tied
from ketum.simulation.simulate import simulate

PERSON = '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "DE"\n'
TEA = PERSON + '[[kratom]]\nproduct = "tea"\namount = "2 g"\n'
DRINK = PERSON + '[[kratom]]\nproduct = "liquid-shot"\namount = "20 mg speciociliatine"\n'


def test_sobol_finds_ishigamis_indices():
    """Closed form for a = 7, b = 0.1: Ishigami and Homma 1990."""
    names = ["x1", "x2", "x3"]
    sample = design(names, 4096, seed=1)
    x = np.pi * (2 * sample - 1)
    values = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = indices(names, sample, values)
    np.testing.assert_allclose([i.first for i in found], [0.3139, 0.4424, 0.0], atol=0.02)
    np.testing.assert_allclose([i.total for i in found], [0.5576, 0.4424, 0.2437], atol=0.02)


@pytest.mark.parametrize("samples", [60, 64])
def test_a_sum_is_shared_out_by_variance(samples):
    """Weights 3, 2, 1 and 0 of independent uniforms: 9/14, 4/14, 1/14, 0; each input's total is what it does alone."""
    names = ["a", "b", "c", "d"]
    sample = design(names, samples, seed=2)
    assert len(sample) == 64 * 6
    found = indices(names, sample, sample @ [3.0, 2.0, 1.0, 0.0])
    expected = np.array([9, 4, 1, 0]) / 14
    for index, share in zip(found, expected, strict=True):
        assert abs(index.first - share) < max(2 * index.first_interval, 0.01)
        assert abs(index.total - share) < max(2 * index.total_interval, 0.01)


def test_morris_finds_slopes():
    """For the range of nine tenths that it goes over."""
    names = ["a", "b", "c"]
    sample = design(names, 10, "morris", seed=2)
    found = indices(names, sample, sample @ [3.0, -2.0, 0.0], "morris")
    np.testing.assert_allclose([i.total for i in found], [2.7, 1.8, 0.0], atol=1e-9)
    assert np.isnan([i.first for i in found]).all()


def test_a_tied_input_counts_for_what_it_tells_of_the_others():
    """Of two equal normal inputs, correlated by 0.6, one alone tells (1 + 0.6) / 2 of their sum's variance."""
    rng = np.random.default_rng(1)
    sample = rng.multivariate_normal([0, 0, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]], 20000)
    found = tied(["a", "b", "none"], sample, sample[:, 0] + sample[:, 1])
    np.testing.assert_allclose([i.first for i in found], [0.8, 0.8, 0.0], atol=0.02)
    assert np.isnan([i.total for i in found]).all()


def names_of(inputs):
    return {(i.layer, i.name): i.label for i in inputs}


def test_every_draw_of_a_case_is_an_input():
    case = parse_case(TEA, "case")
    inputs, apart = names_of(inputs_of(case)), names_of(inputs_of(case, "morris"))
    assert inputs["knowledge", "posterior"] == "all that the fit leaves open"
    assert inputs["product", "0/content"] == "product 1: content of the main alkaloid"
    for effect in pharmacology.effects():
        assert inputs["people", effect.name] == effect.label
        assert apart["knowledge", effect.name].endswith(effect.label)
    for parameter in pharmacology.parameters():
        assert apart["knowledge", parameter.name] == parameter.label
    assert not any(layer == "product" for layer, _ in names_of(inputs_of(parse_case(DRINK, "case"))))


@pytest.fixture(scope="module")
def drink():
    return drivers(parse_case(DRINK, "case"), samples=256, quantities=["AUC", "half_life"], days=10, workers=1)


def test_what_cannot_matter_does_not(drink):
    """Speciociliatine neither becomes mitragynine nor meets its gut wall; the other alkaloids are not even there."""
    assert {e.alkaloid for e in drink.endpoints} == {"speciociliatine"}
    endpoint = next(e for e in drink.endpoints if e.quantity == "AUC")
    assert drink.runs == 256 * (len(endpoint.inputs) + 2)
    total = {i.name: index.total for i, index in endpoint.inputs}
    assert total["elimination_MG"] == 0.0
    assert list(total.values()) == sorted(total.values(), reverse=True)


def test_what_only_effects_depend_on_is_no_driver_of_levels(drink):
    tied = {given.name for endpoint in drink.endpoints for given, _ in endpoint.tied}
    assert tied
    assert tied <= {*pharmacology.posterior()}


def test_independent_inputs_share_the_variance_out(drink):
    """As AUC is close to a product of factors, its logarithm is close to a sum: shares add up to nearly one.

    With these samples the sum has an error of about a tenth.
    """
    endpoint = next(e for e in drink.endpoints if e.quantity == "AUC")
    each = [index for _, index in endpoint.inputs]
    assert sum(i.first for i in each) == pytest.approx(1.0, abs=0.2)
    own = {(i.layer, i.name): index for i, index in endpoint.inputs}
    assert own["knowledge", "posterior"].first > 0.1


def test_layers_agree_with_the_shares_of_a_run(drink):
    """Worked out in another way: one layer's numbers kept, the others drawn anew."""
    summary = simulate(parse_case(DRINK, "case"), number=500, days=10, workers=1).tree["summary"]
    for endpoint in drink.endpoints:
        share = summary["share"].sel(alkaloid=endpoint.alkaloid, quantity=endpoint.quantity)
        whole = next(index for i, index in endpoint.inputs if i.name == "posterior")
        assert abs(whole.first - float(share.sel(layer="knowledge"))) < 0.12 + whole.first_interval
        assert endpoint.tied[0][1].first <= whole.first + whole.first_interval


def test_the_seed_chooses_the_numbers_and_workers_do_not():
    case = parse_case(TEA, "case")
    one, two = (drivers(case, samples=16, quantities=["Cmax"], seed=5, workers=w) for w in (1, 2))
    assert one == two
    assert one != drivers(case, samples=16, quantities=["Cmax"], seed=6, workers=1)


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["ketum", "run", *map(str, words)])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, *capsys.readouterr()


def test_a_run_with_drivers_writes_them(tmp_path, monkeypatch, capsys):
    case = tmp_path / "case.toml"
    case.write_text(TEA)
    monkeypatch.setattr(cli, "DRIVERS_SAMPLES", 16)
    code, out, err = run(monkeypatch, capsys, case, "-n", 10, "-o", tmp_path / "out", "--drivers")
    assert (code, err) == (0, "")
    assert "Cmax of mitragynine" in out
    found = json.loads((tmp_path / "out" / "report.json").read_text())["drivers"]
    assert found["method"] == "sobol"
    first = found["endpoints"][0]
    assert {"alkaloid", "quantity", "inputs", "tied"} <= first.keys()
    assert {"layer", "name", "label", "first", "first_interval", "total", "total_interval"} <= first["inputs"][0].keys()
    rows = list(csv.DictReader((tmp_path / "out" / "drivers.csv").read_text().splitlines()))
    assert len(rows) == sum(len(endpoint["inputs"] + endpoint["tied"]) for endpoint in found["endpoints"])
    assert "input by input" in (tmp_path / "out" / "index.html").read_text()


def test_morris_and_a_number_on_the_command_line(tmp_path, monkeypatch, capsys):
    case = tmp_path / "case.toml"
    case.write_text(TEA)
    code, _, err = run(monkeypatch, capsys, case, "-n", 10, "--drivers", 16, "--morris", "-o", tmp_path / "out")
    assert (code, err) == (0, "")
    found = json.loads((tmp_path / "out" / "report.json").read_text())["drivers"]
    assert found["method"] == "morris"
    assert found["endpoints"][0]["inputs"][0]["first"] is None
    assert run(monkeypatch, capsys, case, "--drivers", 3, "-o", tmp_path / "out")[0] == 2
    assert run(monkeypatch, capsys, case, "--drivers", "-5", "-o", tmp_path / "out")[0] == 2


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_the_same_seed_gives_the_same_indices_zero_included(method, seed):
    def once():
        sample = design(["a", "b"], 16, method, seed)
        values = 2 * sample[:, 0] + np.sin(sample[:, 1])
        x = np.random.default_rng(5).random((80, 2))
        return sample, indices(["a", "b"], sample, values, method, seed), tied(["a", "b"], x, x[:, 0], seed)

    (sample, own, beside), (again, own_again, beside_again) = once(), once()
    np.testing.assert_array_equal(sample, again)
    # repr: NaN, where a method gives no such index, is itself again.
    assert repr(own) == repr(own_again)
    assert repr(beside) == repr(beside_again)
