"""What can go wrong, in one tree.

::

    KetumError              anything that ketum says to a person instead of a traceback
    ├── InputError          the input is wrong; the command line ends with exit code 2
    │   ├── CaseError       a case file
    │   ├── ModelError      an SBML or Antimony model
    │   ├── OutputError     a folder or file that cannot be written
    │   └── EngineError     the solver cannot be had on this machine
    ├── SolveError          an integration that failed as a whole
    ├── DrawingError        figures that cannot be drawn here; the numbers stand
    └── StoppedError        Ctrl-C, where there is something to go on from

    SolveWarning            an integration that failed for some people; the others are delivered
    DrawingWarning          a report that is complete but for its figures
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 5
"""Rows that a message names for each column."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    where
        The key, line, column or file it stands at, such as ``kratom[0].amount``.
    what
        What is wrong, in one sentence without a full stop.
    given
        What was found there, as the person wrote it; empty when nothing was.
    allowed
        What may stand there.
    cure
        What to do, where that does not follow from `allowed`.
    path
        The key it stands at, part by part, such as ``("kratom", 0, "amount")``, so that a form can show it there; empty
        where it belongs to no key.
    """

    where: str
    what: str
    given: str = ""
    allowed: str = ""
    cure: str = ""
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        lines += [
            f"    {label}: {text}"
            for label, text in (("given", self.given), ("allowed", self.allowed), ("cure", self.cure))
            if text
        ]
        return "\n".join(lines)


class KetumError(Exception):
    """Anything that ketum says to a person instead of a traceback."""


class InputError(KetumError):
    """The input is wrong.

    Parameters
    ----------
    subject
        The file (or thing) that is wrong.
    problems
        Everything that is wrong with it, not only the first.
    """

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        body = "\n".join(f"  {line}" for problem in self.problems for line in str(problem).splitlines())
        super().__init__(f"{subject}: {count}\n{body}")

    def __reduce__(self) -> tuple[type[InputError], tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.subject, self.problems)


class CaseError(InputError):
    """A case file that cannot be used as it is."""


class ModelError(InputError):
    """A model that cannot be loaded, or parameters or doses that do not fit it."""


class OutputError(InputError):
    """A folder or file that cannot be written."""


class EngineError(InputError):
    """Something is to be solved, and the solver cannot be had on this machine; the message says how to get it."""


class SolveError(KetumError):
    """An integration that failed as a whole."""


class DrawingError(KetumError):
    """Figures that cannot be drawn here; the numbers stand without them."""


class StoppedError(KetumError):
    """A run that was stopped by Ctrl-C and can go on; the message says how."""


class SolveWarning(UserWarning):
    """An integration that failed for some people while the others were delivered."""


class DrawingWarning(UserWarning):
    """A report that is complete but for its figures."""
