"""How large an interaction is: what kratom does to medicines, and medicines to kratom, through CYP3A and CYP2D6.

``size`` says what a case asks for, ``changes`` what medicines do to kratom, and ``setting`` draws the people.
``course`` follows the enzymes and kratom in all of them at once: ``equations`` are the model's own formulas, ``scheme``
makes a step of them and ``tape`` writes it out for numpy.
"""

from ketum.interaction.setting import knows_mitragynine
from ketum.interaction.size import Unsized, enzyme_course, sizes, unsized

__all__ = ["Unsized", "enzyme_course", "knows_mitragynine", "sizes", "unsized"]
