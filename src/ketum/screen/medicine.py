"""Medicines beside kratom.

The rule
--------
Medicines are not looked up yet. Where a case names any, ``medicine.unknown`` says so as a caution: the screen is
incomplete, and its silence on them must not be read as an answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ketum.screen.finding import Finding, Number


def unscreened(names: Sequence[str]) -> tuple[Finding, ...]:
    """Say which medicines were not checked; nothing where none is named.

    Parameters
    ----------
    names
        Names as the case gives them.
    """
    if not names:
        return ()
    listed = ", ".join(names)
    return (
        Finding(
            code="medicine.unknown",
            severity="caution",
            title=f"Not checked: {listed}",
            because=(
                f"This version does not check what kratom does together with {listed}. That nothing is said about them "
                "means nothing. Kratom together with other drugs went badly more often than kratom alone, most of all "
                "with what makes sleepy or slows breathing: opioids, sleeping pills, tranquillisers, alcohol."
            ),
            clinical=(
                "Co-medication was not screened: screen by hand for opioids, CNS depressants, opioid antagonists, "
                "sensitive CYP3A and CYP2D6 substrates, QT and serotonergic drugs. One 2 g tea raised midazolam AUC "
                "1.39-fold and left dextromethorphan unchanged."
            ),
            numbers=(
                Number.of_fact("odds of a serious outcome, several substances against one", "AE015"),
                Number.of_fact("midazolam exposure after 2 g of leaf as tea, against without", "ddi01"),
            ),
            evidence=("AE015", "AE016", "AE038", "ddi01", "ddi04"),
            certainty="moderate",
            watch="Sleepiness that is hard to wake from, slow breathing, confusion, fainting.",
            ask="A pharmacist, with the whole list of what is taken.",
        ),
    )
