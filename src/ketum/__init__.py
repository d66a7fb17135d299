"""ketum: what a kratom product does in a given person, computed, and how well each statement is known."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Answer": "ketum.answers.content",
    "Case": "ketum.case",
    "CaseError": "ketum.errors",
    "Dosing": "ketum.engine",
    "DrawingError": "ketum.errors",
    "DrawingWarning": "ketum.errors",
    "EngineError": "ketum.errors",
    "Finding": "ketum.hazards",
    "InputError": "ketum.errors",
    "KetumError": "ketum.errors",
    "Model": "ketum.engine",
    "ModelError": "ketum.errors",
    "OutputError": "ketum.errors",
    "Problem": "ketum.errors",
    "SolveError": "ketum.errors",
    "SolveWarning": "ketum.errors",
    "StoppedError": "ketum.errors",
    "ask": "ketum.answers.ask",
    "fact": "ketum.evidence",
    "load_case": "ketum.case",
    "parse_case": "ketum.case",
    "regimen": "ketum.crowd.regimen",
    "screen": "ketum.answers.findings",
    "simulate": "ketum.answers.ask",
}
"""Every public name, and the room it lives in."""

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    # Rooms are entered only when they are needed: `ketum --help` should not load an integrator.
    if name not in _HOMES:
        raise AttributeError(f"module 'ketum' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
