"""Any SBML model, dose events and a table of people in; trajectories out. This room knows nothing of kratom."""

from ketum.engine.covariates import Covariates
from ketum.engine.doses import Dosing
from ketum.engine.model import Model
from ketum.engine.sbml import consistency_messages

__all__ = ["Covariates", "Dosing", "Model", "consistency_messages"]
