"""The system itself, as data: equations, parameters and their spread. Nothing here solves or draws."""

from ketum.pharmacology.effect_tables import (
    Opioid,
    effect_parameters,
    effect_posterior,
    effect_variability,
    opioids,
)
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
    "Opioid",
    "Parameter",
    "Product",
    "Serving",
    "Victim",
    "alkaloid",
    "draws",
    "effect_parameters",
    "effect_posterior",
    "effect_variability",
    "effects",
    "model_names",
    "model_path",
    "opioids",
    "parameters",
    "posterior",
    "products",
    "servings",
    "victims",
]
