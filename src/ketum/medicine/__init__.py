"""Medicines: from a name as written to what is on file of it, what class it belongs to, and whether it still acts."""

from ketum.medicine.catalogue import Entry, entry, names
from ketum.medicine.classes import is_any
from ketum.medicine.match import Match, match
from ketum.medicine.taken import Taken, taken_in

__all__ = ["Entry", "Match", "Taken", "entry", "is_any", "match", "names", "taken_in"]
