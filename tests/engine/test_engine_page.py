"""The engine's own page and its example: everything on them runs, and gives what closed forms give."""

import re
import runpy
from pathlib import Path

import numpy as np
import pandas as pd

from ketum.engine import Covariates, Dosing, Model

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/engine.md").read_text(encoding="utf-8")
KA, CL, V = 1.5, 2.8, 32.0


def after_oral(since, dose, repeated=0.0):
    """Concentration some time after an oral dose, or after the last of many every `repeated` hours."""
    k, since = CL / V, np.asarray(since, dtype=float)
    often = [1 / (1 - np.exp(-rate * repeated)) if repeated else 1.0 for rate in (k, KA)]
    curve = dose / V * KA / (KA - k) * (np.exp(-k * since) * often[0] - np.exp(-KA * since) * often[1])
    return np.where(since >= 0, curve, 0.0)


def test_the_example_runs_and_is_right(capsys):
    found = runpy.run_path(str(ROOT / "examples/engine/theophylline.py"))
    hours = found["hours"]
    expected = sum(after_oral(np.maximum(hours - 0.5 - 12 * n, 0), 0.9 * 320) for n in range(4))
    np.testing.assert_allclose(found["one"]["C"][0], expected, rtol=0, atol=1e-6)
    before = hours <= 24
    assert not np.allclose(found["changed"]["C"][0, before], expected[before])
    np.testing.assert_allclose(found["changed"]["CL"][0], np.interp(hours, [0, 24, 40], [4.5, 4.5, 2.8]), rtol=1e-9)
    trough, later = after_oral(12.0, 320, 12.0), after_oral(8.0, 320, 12.0)
    infused = 20 / CL * (1 - np.exp(-CL / V * 8))
    np.testing.assert_allclose(found["seen"]["C"], [trough, later + infused], rtol=1e-6)
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_the_model_on_the_page_is_the_one_in_the_folder():
    assert (ROOT / "examples/engine/theophylline.ant").read_text(encoding="utf-8") in PAGE


def test_the_code_on_the_page_runs(monkeypatch):
    """One block after the other, as a reader would; those that need other machines are left out."""
    monkeypatch.chdir(ROOT / "examples/engine")
    scope = {"times": range(0, 49)}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks[:3]:
        exec(block, scope)
    assert scope["curves"]["C"].dims == ("subject", "time")
    assert scope["seen"]["C"].dims == ("record",)
    k = np.array([2.8, 3.4]) / V
    trough = 320 / V * KA / (KA - k) * (np.exp(-k * [12, 7.5]) - np.exp(-KA * np.array([12, 7.5])))
    np.testing.assert_allclose(scope["seen"]["C"], trough, rtol=1e-6)


def test_all_that_the_page_imports_is_there():
    lines = re.findall(r"^from ketum.*", PAGE, re.MULTILINE)
    assert len(lines) > 3
    for line in lines:
        exec(line, {})


def test_every_column_is_on_the_page():
    from ketum.engine.doses.dose_table import COLUMNS

    assert all(f"`{name}`" in PAGE for name in COLUMNS)


def test_the_public_names_are_on_the_page():
    for name in (Covariates, Dosing, Model):
        assert f"::: ketum.engine.{name.__name__}" in PAGE


def test_pandas_points_are_nothing(monkeypatch):
    """NONMEM's tables read with their points as missing values."""
    monkeypatch.chdir(ROOT / "examples/engine")
    table = pd.DataFrame({"TIME": [0.0, 1.0], "EVID": [1, 0], "AMT": [320.0, np.nan], "CMT": ["depot", np.nan]})
    found = Model.from_file("theophylline.ant").solve(table, outputs=["C"])
    np.testing.assert_allclose(found["C"], after_oral([1.0], 320.0), rtol=1e-6)
