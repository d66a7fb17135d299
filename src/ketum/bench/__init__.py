"""The engine side by side with other solvers, in one run: times, and whether they agree.

Absolute times mean little on a shared machine; ratios are taken within one run, solvers in turn, medians of rounds.
"""

from ketum.bench.measure import measure
from ketum.bench.report import disagreeing, table

__all__ = ["disagreeing", "measure", "table"]
