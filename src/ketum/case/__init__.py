"""What the user tells us, validated: one TOML file becomes one immutable `Case`, or every problem of it at once."""

from ketum.case.amounts import Amount, MedicineAmount
from ketum.case.further import Before, Care, Level, Step
from ketum.case.levels import LevelValue
from ketum.case.load import load_case, parse_case
from ketum.case.measures import Measure
from ketum.case.model import Case, Today
from ketum.case.person import Person
from ketum.case.taken import Kratom, Medicine

__all__ = [
    "Amount",
    "Before",
    "Care",
    "Case",
    "Kratom",
    "Level",
    "LevelValue",
    "Measure",
    "Medicine",
    "MedicineAmount",
    "Person",
    "Step",
    "Today",
    "load_case",
    "parse_case",
]
