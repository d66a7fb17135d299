"""One drawn report for all tests of this room: drawing is what takes time."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ketum.report import Answer, Figure, figures, render_page


def _load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_builder", Path(__file__).with_name("build.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build() -> ModuleType:
    return _load_builder()


@pytest.fixture(scope="session")
def report(build: ModuleType) -> Answer:
    return build.report()


@pytest.fixture(scope="session")
def once(build: ModuleType) -> Answer:
    return build.single_dose()


@pytest.fixture(scope="session")
def both(report: Answer, once: Answer) -> list[tuple[Answer, Figure, float]]:
    """Two weeks in days, two days in hours: (answer, its figure of the whole run, hours in a unit of its axis)."""
    return [(report, figures(report)["levels"], 24.0), (once, figures(once)["levels"], 1.0)]


@pytest.fixture(scope="session")
def close(report: Answer) -> Figure:
    return figures(report)["levels-close-up"]


@pytest.fixture(scope="session")
def drawn(report: Answer) -> dict[str, Figure]:
    return figures(report)


@pytest.fixture(scope="session")
def page(report: Answer, drawn: dict[str, Figure]) -> str:
    return render_page(report, drawn)


@pytest.fixture(scope="session")
def bare(build: ModuleType) -> Answer:
    """A report without figures, for tests that are about files."""
    return build.report(levels=(), endpoints=())
