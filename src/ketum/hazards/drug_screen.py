"""Drug tests: what they see and what they miss.

The rule
--------
``test.drug-screen`` is a note where a test is planned. It says nothing of what follows from a result.
"""

from __future__ import annotations

from ketum.hazards.finding import Finding, Number


def drug_screen(drug_screen_planned: bool | None, concentrated: bool = False) -> tuple[Finding, ...]:
    """Return what concerns a drug test.

    Parameters
    ----------
    drug_screen_planned
        None where unknown.
    concentrated
        Whether a 7-OH or pseudoindoxyl product is taken.
    """
    if not drug_screen_planned:
        return ()
    other = " A 7-OH product may show little or no mitragynine: it needs its own test." if concentrated else ""
    return (
        Finding(
            code="test.drug-screen",
            severity="note",
            title="A usual drug test does not look for kratom",
            because=(
                "The usual opioid test does not find kratom. A test that names kratom or mitragynine does, in very "
                "small amounts. "
                f"How many days after a dose it still does is not well known.{other} "
                "A test by name is also what a doctor needs to know what was taken."
            ),
            clinical=(
                "Standard opioid immunoassays miss mitragynine; order a named assay (cut-offs 5 ng/mL immunoassay, "
                "1 ng/mL "
                "LC-MS/MS in urine). Mitragynine screens may blame leaf for 7-OH. The detection window is known "
                "from lay sources only."
            ),
            numbers=(
                Number.of_fact("cut-off of one urine test by name", "MO012"),
                Number.of_fact("cut-off of its confirmation", "MO013"),
            ),
            evidence=("MO012", "MO013", "MO014", "MO017", "PQ017"),
            certainty="moderate",
            watch="Which test is meant: ask for its list of substances.",
            ask="The laboratory, or the doctor who orders the test.",
        ),
    )
