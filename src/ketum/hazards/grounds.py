"""What a finding may rest on, declared beside the hazard that gives it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ketum.evidence import Fact, facts


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the findings of one code may rest on, beside what the case itself brings (predicted sizes, wash-outs).

    Each hazard's file has a tuple ``FACTS`` of these, one for each code that it gives.

    Parameters
    ----------
    code
        The code of the findings.
    facts
        Ids of facts.
    fields
        Fields of a medicine's entry; the facts that fill them for any medicine belong to the finding.
    tables
        Tables of facts that are read as a whole.
    """

    code: str
    facts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def holds(self, fact: Fact) -> bool:
        """Whether a finding of this code may rest on a fact."""
        named = fact.fact_id in self.facts or fact.table in self.tables
        return named or ("generic" in fact.details and fact.details.get("field") in self.fields)

    def every(self) -> Iterator[Fact]:
        """Yield every fact that a finding of this code may rest on."""
        return (fact for fact in facts().values() if self.holds(fact))
