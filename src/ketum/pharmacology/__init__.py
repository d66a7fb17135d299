"""The system itself, as data: equations, parameters and their spread. Nothing here solves or draws."""

from ketum.pharmacology.alkaloids import ALKALOIDS, Alkaloid, alkaloid, molar_mass, nmol, study_peak
from ketum.pharmacology.models import antimony_path, model_names, model_path
from ketum.pharmacology.opioids import Opioid, opioids
from ketum.pharmacology.parameters import (
    Effect,
    Parameter,
    draws,
    effect_parameters,
    effect_posterior,
    effect_variability,
    effects,
    parameters,
    posterior,
)
from ketum.pharmacology.products import Companion, Product, Serving, products, servings
from ketum.pharmacology.reference_victims import Victim, victims

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
    "antimony_path",
    "draws",
    "effect_parameters",
    "effect_posterior",
    "effect_variability",
    "effects",
    "model_names",
    "model_path",
    "molar_mass",
    "nmol",
    "opioids",
    "parameters",
    "posterior",
    "products",
    "servings",
    "study_peak",
    "victims",
]
