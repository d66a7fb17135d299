"""ketum: what a kratom product does in a given person, computed, and how well each statement is known."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Case": "ketum.case",
    "Model": "ketum.engine",
    "fact": "ketum.evidence",
    "load_case": "ketum.case",
    "parse_case": "ketum.case",
    "regimen": "ketum.crowd.regimen",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    # Rooms are entered only when they are needed: `ketum --help` should not load an integrator.
    if name not in _HOMES:
        raise AttributeError(f"module 'ketum' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
