"""How large an interaction is: what kratom does to medicines, and medicines to kratom, through CYP3A and CYP2D6.

``algebra`` holds the closed forms, ``course`` the enzymes' and kratom's course for many people at once, ``victims``
and ``perpetrators`` what is on file of a medicine, ``size`` what a case asks for, and ``pairs`` the check against
studies in which kratom plays no part.
"""

from ketum.interaction.setting import knows_mitragynine
from ketum.interaction.size import Unsized, enzyme_course, sizes, unsized

__all__ = ["Unsized", "enzyme_course", "knows_mitragynine", "sizes", "unsized"]
