"""Drawing may fail, and libraries may know no threads; no result is lost for it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ketum.errors import DrawingError, DrawingWarning
from ketum.report import figures, write_report
from ketum.report.svg import draw

EXAMPLE = Path(__file__).parents[2] / "examples" / "tested-single-dose.toml"
EIGHT_GB = 8_000_000_000


def test_a_chart_that_cannot_be_drawn_ends_nothing_but_itself():
    chart = {"name": "n", "title": "t", "alternative": "a", "specification": '{"mark": "no such mark"}'}
    with pytest.raises(DrawingError, match="the process that draws"):
        draw([chart])


def test_a_process_that_dies_is_told_by_its_signal(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/sh")
    monkeypatch.setattr("ketum.report.svg.Path", lambda _: Path("/bin"))  # sh -P /bin/draw.py: no such script
    with pytest.raises(DrawingError, match="the process that draws"):
        draw([])


def test_without_a_python_to_draw_with_it_is_said(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(DrawingError, match="No such file"):
        draw([])


def test_figures_drawn_together_look_as_each_on_its_own(build, drawn):
    (alone,) = (figure for figure in figures(build.report()).values() if figure.name == "drivers")
    assert alone.svg == drawn["drivers"].svg


def test_with_few_addresses_numbers_and_page_are_kept_and_it_is_said(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ketum.cli", "run", str(EXAMPLE), "-n", "20", "-o", str(tmp_path / "out")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (EIGHT_GB, EIGHT_GB)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the figures could not be drawn" in done.stderr
    assert "ulimit -v" in done.stderr
    page = (tmp_path / "out" / "index.html").read_text()
    assert "This page has no figures" in page
    assert "8 GB" in page
    found = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found["population"] == 20
    assert found["endpoints"]
    assert set(found["files"]) == {"index.html", "report.json", "trajectories.nc"}


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import numpy as np, xarray as xr
sys.path.insert(0, sys.argv[2])
import build
from ketum.report import write_report
folder, bare = Path(sys.argv[1]), build.report(levels=(), endpoints=())
tree = xr.DataTree.from_dict({f"/{i}": xr.Dataset({"v": ("x", np.arange(1000.0) + i)}) for i in range(8)})
write = {"trajectories.nc": lambda path: tree.to_netcdf(path, engine="netcdf4")}
with ThreadPoolExecutor(6) as pool:
    list(pool.map(lambda i: write_report(bare, folder / str(i % 30), write), range(60)))
"""


def test_threads_write_results_many_times(tmp_path):
    """In a process of its own, because netCDF's library would take the tests with it."""
    import xarray as xr

    command = [sys.executable, "-c", THREADS, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 30
    for path in tmp_path.glob("*/trajectories.nc"):
        with xr.open_datatree(path) as tree:
            np.testing.assert_array_equal(tree["7"]["v"], np.arange(1000.0) + 7)


def test_threads_draw_reports_of_their_own(tmp_path, build):
    titles = ["Anna", "Bert", "Clara", "Dora"]
    reports = {title: build.single_dose(title=title) for title in titles}
    for _ in range(2):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda title: write_report(reports[title], tmp_path / title), titles))
    drawings = {(tmp_path / title / "figures" / "levels.svg").read_text() for title in titles}
    assert len(drawings) == 1, "all have the same levels"
    for title in titles:
        assert f"<h1>{title}</h1>" in (tmp_path / title / "index.html").read_text()


def test_a_report_that_lacks_its_figures_gets_them_with_the_next_run(tmp_path, build, monkeypatch):
    report = build.single_dose()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/no/such/python")
        with pytest.warns(DrawingWarning):
            write_report(report, tmp_path / "out")
    write_report(report, tmp_path / "out")
    assert (tmp_path / "out" / "figures" / "levels.svg").exists()
    assert "This page has no figures" not in (tmp_path / "out" / "index.html").read_text()
