"""The sizes of a case's interactions, as the screen wants them: by generic name, each medicine once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketum.medicine import Taken, taken_in

if TYPE_CHECKING:
    from ketum.case import Case, Medicine
    from ketum.sizes import InteractionSize


def interactions_of(case: Case) -> tuple[InteractionSize, ...]:
    """Return the predicted sizes of the interactions in a case; nothing where no medicine is named.

    The model of enzymes over time reads a medicine's start and stop from the case, so it is given one of generic names.
    """
    understood, names = generic(case)
    if not names:
        return ()
    from ketum.interaction import sizes

    return sizes(understood, names)


def generic(case: Case) -> tuple[Case, list[str]]:
    """Give a case in which each medicine stands once, under its generic name, and these names."""
    taken, _ = taken_in(case)
    return case.model_copy(update={"medicine": tuple(map(_entry, taken))}), [one.generic for one in taken]


def _entry(one: Taken) -> Medicine:
    from ketum.case import Medicine

    return Medicine.model_construct(
        name=one.generic,
        amount=None,
        every_h=None,
        route=one.route,  # type: ignore[arg-type]  # one of a case's own
        started_days_ago=one.started_days_ago,
        stopped_days_ago=one.stopped_days_ago,
    )
