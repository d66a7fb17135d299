"""What drives a result: SALib through our wrapper against analytic indices, and laws on a case."""

import csv
import json
import sys

import numpy as np
import pytest

from ketum import cli, pharmacology
from ketum.case import parse_case
from ketum.drivers import drivers, inputs_of
from ketum.indices import design, indices

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


def test_every_draw_of_a_case_is_an_input():
    inputs = {(i.layer, i.name): i.label for i in inputs_of(parse_case(TEA, "case"))}
    for effect in pharmacology.effects():
        assert inputs["people", effect.name] == effect.label
        assert inputs["knowledge", effect.name].endswith(effect.label)
    for parameter in pharmacology.parameters():
        assert inputs["knowledge", parameter.name] == parameter.label
    assert inputs["product", "0/content"] == "product 1: content of the main alkaloid"
    assert not any(layer == "product" for layer, _ in {(i.layer, i.name) for i in inputs_of(parse_case(DRINK, "case"))})


def test_what_cannot_matter_does_not_and_what_must_does():
    """Swallowed speciociliatine: the gut wall's share stands in the area as a factor, mitragynine's clearance never."""
    found = drivers(parse_case(DRINK, "case"), samples=128, quantities=["AUC"], days=10, workers=1)
    endpoint = next(e for e in found.endpoints if e.alkaloid == "speciociliatine")
    total = {(i.layer, i.name): index.total for i, index in endpoint.inputs}
    assert max(total.values()) == next(iter(total.values()))
    for code in ("MG", "HM"):
        assert total["knowledge", f"CLint_{code}"] == 0.0
    own = {(i.layer, i.name): index for i, index in endpoint.inputs}
    draws = pharmacology.posterior()["Fg_SC"]
    # log AUC is a sum in which log Fg stands alone, so that its first-order share is known but for the denominator.
    expected = np.log(draws).var() / endpoint.spread["independent"] ** 2
    index = own["knowledge", "Fg_SC"]
    assert abs(index.total - expected) < 2 * index.total_interval + 0.01
    assert found.runs == 128 * (len(own) + 2)


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
    assert {"alkaloid", "quantity", "spread", "inputs"} <= first.keys()
    assert {"layer", "name", "label", "first", "first_interval", "total", "total_interval"} <= first["inputs"][0].keys()
    rows = list(csv.DictReader((tmp_path / "out" / "drivers.csv").open()))
    assert len(rows) == sum(len(endpoint["inputs"]) for endpoint in found["endpoints"])
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
