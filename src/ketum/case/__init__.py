"""What the user tells us, validated: one TOML file becomes one immutable `Case`, or every problem of it at once."""

from ketum.case.amounts import Amount, MedicineAmount
from ketum.case.load import load_case, parse_case
from ketum.case.measures import Measure
from ketum.case.model import Case, Kratom, Medicine, Person, Today

__all__ = [
    "Amount",
    "Case",
    "Kratom",
    "Measure",
    "Medicine",
    "MedicineAmount",
    "Person",
    "Today",
    "load_case",
    "parse_case",
]
