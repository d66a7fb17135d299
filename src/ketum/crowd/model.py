"""The kratom model, loaded once in a process."""

from __future__ import annotations

from functools import cache

from ketum.engine import Model
from ketum.pharmacology import model_path


@cache
def kratom_model() -> Model:
    """Load the kratom model."""
    return Model.from_file(model_path())
