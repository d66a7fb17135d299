"""Any SBML model, dose events and a table of people in; trajectories out. This room knows nothing of kratom."""

from ketum.engine.doses.covariates import Covariates
from ketum.engine.doses.records import Dosing
from ketum.engine.equations.reading import read_file
from ketum.engine.equations.sbml import consistency_messages
from ketum.engine.model import Model

__all__ = ["Covariates", "Dosing", "Model", "consistency_messages", "read_file"]
