"""Any SBML model, dose events and a table of people in; trajectories out. This room knows nothing of kratom."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ketum.engine.doses.covariates import Covariates
    from ketum.engine.doses.records import Dosing
    from ketum.engine.equations.reading import read_file
    from ketum.engine.equations.sbml import consistency_messages
    from ketum.engine.model import Model

__all__ = ["Covariates", "Dosing", "Model", "consistency_messages", "read_file"]

_HOMES = {
    "Covariates": "ketum.engine.doses.covariates",
    "Dosing": "ketum.engine.doses.records",
    "Model": "ketum.engine.model",
    "consistency_messages": "ketum.engine.equations.sbml",
    "read_file": "ketum.engine.equations.reading",
}


def __getattr__(name: str) -> Any:
    # Whoever looks at formulas alone needs neither libSBML nor an integrator.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
