"""The system itself: equations, parameters and their spread. This room holds it as data; it neither solves nor draws."""

from ketum.pharmacology.tables import (
    ALKALOIDS,
    Alkaloid,
    Effect,
    Parameter,
    effects,
    model_path,
    parameters,
    posterior,
)

__all__ = ["ALKALOIDS", "Alkaloid", "Effect", "Parameter", "effects", "model_path", "parameters", "posterior"]
