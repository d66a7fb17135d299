"""The system itself, as data: equations, parameters and their spread. Nothing here solves or draws."""

from ketum.pharmacology.reference_victims import Victim, victims
from ketum.pharmacology.tables import (
    ALKALOIDS,
    Alkaloid,
    Companion,
    Effect,
    Parameter,
    Product,
    Serving,
    alkaloid,
    draws,
    effects,
    model_names,
    model_path,
    parameters,
    posterior,
    products,
    servings,
)

__all__ = [
    "ALKALOIDS",
    "Alkaloid",
    "Companion",
    "Effect",
    "Parameter",
    "Product",
    "Serving",
    "Victim",
    "alkaloid",
    "draws",
    "effects",
    "model_names",
    "model_path",
    "parameters",
    "posterior",
    "products",
    "servings",
    "victims",
]
