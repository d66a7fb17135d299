"""Sources and facts: the home of every number.

The rows stand in ``tables/*.csv`` and say themselves how much of their source was seen. This room stands on the ground:
it knows of nothing else in ketum but the errors.
"""

from ketum.evidence._fact import ACCESS, Fact, Source
from ketum.evidence._load import UnknownFactError, fact, facts, facts_in, rows_in, sources
from ketum.evidence._search import search

__all__ = ["ACCESS", "Fact", "Source", "UnknownFactError", "fact", "facts", "facts_in", "rows_in", "search", "sources"]
