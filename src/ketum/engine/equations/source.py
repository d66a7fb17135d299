"""What a worker needs to know of a model: its text, and which derivatives are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from ketum.engine.equations.sbml import parse
from ketum.engine.equations.sensitivity import Sensitivities, with_sensitivities
from ketum.engine.equations.system import System


@dataclass(frozen=True)
class ModelSource:
    """A model as it travels to other processes: text, from which each makes its equations once.

    Parameters
    ----------
    sbml
        The SBML text.
    name
        What to call the model in messages.
    sensitivities
        Parameters for which the equations hold the variational ones as well.
    """

    sbml: str
    name: str
    sensitivities: Sensitivities = ()

    def __reduce__(self) -> tuple[type[ModelSource], tuple[str, str, Sensitivities]]:
        return ModelSource, (self.sbml, self.name, self.sensitivities)  # without the equations, which are larger

    @cached_property
    def system(self) -> System:
        """The equations as plain data."""
        return _parsed(self.sbml, self.name, self.sensitivities)


@lru_cache(maxsize=16)
def _parsed(sbml: str, name: str, sensitivities: Sensitivities) -> System:
    """Parse once: a worker gets the model anew with every chunk of people."""
    return with_sensitivities(parse(sbml, name), sensitivities)
