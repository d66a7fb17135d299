"""The findings of a case: the one way in which it is screened, whoever asks.

Nothing here is drawn or simulated: dose sizes come in closed form, and sizes of interactions from people of their own.
So the findings do not hang on how many virtual people somebody asks for, nor on a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ketum.case import Case
from ketum.crowd.contents import Contents, contents
from ketum.hazards import Finding
from ketum.hazards import screen as findings_of
from ketum.medicine import Match, Taken, taken_in
from ketum.sizes import InteractionSize


@dataclass(frozen=True, eq=False)
class Screening:
    """What is found in a case, and what it was found from.

    Parameters
    ----------
    findings
        Worst first.
    taken, matches
        The medicines beside kratom, each once, and how each name was read.
    sizes
        How large their interactions are expected to be.
    contents
        What one dose of each product holds.
    """

    findings: tuple[Finding, ...]
    taken: tuple[Taken, ...]
    matches: tuple[Match, ...]
    sizes: tuple[InteractionSize, ...]
    contents: tuple[Contents, ...]


def screening(case: Case, today: date | None = None) -> Screening:
    """Screen a case.

    Parameters
    ----------
    case
        The case.
    today
        The day from which the age of what is known of the law is counted; the present day by default.
    """
    taken, matches = taken_in(case)
    sizes = _sizes(case, taken)
    held = contents(case)
    found = findings_of(case, [content.size for content in held], sizes, today)
    return Screening(found, taken, matches, sizes, held)


def screen(case: Case, today: date | None = None) -> tuple[Finding, ...]:
    """List what is found in a case, worst first: exactly the findings that `ketum.ask` gives.

    Parameters
    ----------
    case
        The case.
    today
        The day from which the age of what is known of the law is counted; the present day by default.

    Examples
    --------
    >>> import ketum
    >>> found = ketum.screen(ketum.load_case("examples/several-medicines.toml"))
    >>> found[0].severity, found[0].code
    ('danger', 'interaction.opioid')
    """
    return screening(case, today).findings


def emergencies(case: Case) -> tuple[Finding, ...]:
    """List what of a case cannot wait; that hangs on nothing that takes long to work out."""
    found = findings_of(case, [held.size for held in contents(case)])
    return tuple(finding for finding in found if finding.severity == "emergency")


def _sizes(case: Case, taken: tuple[Taken, ...]) -> tuple[InteractionSize, ...]:
    if not taken:
        return ()
    from ketum.interaction import sizes  # takes longer to load than all else that a screen needs

    return sizes(case, taken)
