"""What is taken, how much of it or how often is not known: that is said, because it never means little.

The rule
--------
- ``dose.unknown`` is a note where the case says that an amount is unknown, or that something is taken as needed without
  a shortest time between doses; what is assumed instead stands in the report.
- It is a caution where the kind of product is unknown: it may be a concentrate that no study gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ketum.hazards.finding import Finding, Number
from ketum.writing.lists import listed


class Amount(Protocol):
    """What is read of an amount."""

    @property
    def known(self) -> bool:
        """Whether anything of it is known."""


class Taken(Protocol):
    """What is read of one kratom product of a case."""

    @property
    def product(self) -> str:
        """Kind of product."""

    @property
    def amount(self) -> Amount:
        """How much of it is taken at one time."""

    @property
    def as_needed(self) -> bool:
        """Whether it is taken as needed."""

    @property
    def at_most(self) -> float | None:
        """Shortest time between doses, in hours."""


def amount_unknown(taken: Sequence[Taken]) -> tuple[Finding, ...]:
    """Return what is not known of the kratom products of a case; once, however many products it holds for."""
    kind = any(one.product == "unknown" for one in taken)
    much = any(not one.amount.known for one in taken)
    often = any(one.as_needed and one.at_most is None for one in taken)
    missing = [
        words
        for words, holds in (
            ("what kind of product it is", kind),
            ("how much is taken at one time", much),
            ("how often it is taken", often),
        )
        if holds
    ]
    return (_unknown(listed(missing), kind),) if missing else ()


def _unknown(missing: str, kind: bool) -> Finding:
    concentrate = (
        " It may be an extract or a 7-OH product, and a little of those can hold as much as many grams of leaf."
        if kind
        else ""
    )
    return Finding(
        code="dose.unknown",
        severity="caution" if kind else "note",
        title="It is not known what is taken" if kind else "It is not known how much is taken",
        because=(
            f"Not known here: {missing}. Unknown does not mean small: users of leaf took from 2 to 206 mg of "
            f"mitragynine at one time.{concentrate} What is computed here assumes a wide range instead, and may be "
            "wrong."
        ),
        clinical=(
            f"Not told: {missing}. Dose sizes rest on the range of use among US users and are wide; absence of a "
            "dose-related finding is not evidence of a low dose."
        ),
        numbers=(
            Number.of_fact("mitragynine taken per use by US users", "PQ001"),
            *((Number.of_fact("7-OH in one labelled dose of such products", "pc016"),) if kind else ()),
        ),
        evidence=("PQ001", "PQ002", *(("pc010", "pc016") if kind else ())),
        certainty="moderate",
        watch="Stronger effects than expected: sleep that is hard to wake from, slow breathing, a fit.",
        ask="The seller or the label, for what it is and holds; a pharmacist, with the package in hand.",
    )
