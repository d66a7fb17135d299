"""The case: immutable pydantic models, one for each table of the file.

A key that contradicts an earlier one is refused where it stands. Such checks read pydantic's ``info.data``, which holds
the earlier keys that were valid by themselves, so they join the other problems and are never hidden behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, field_validator

from ketum.case.amounts import UNKNOWN, Amount, MedicineAmount
from ketum.case.fields import number, several
from ketum.case.further import Before, Care, Level
from ketum.case.measures import Measure, read_labs, read_upper_limits, read_vitals
from ketum.case.person import Person, matters
from ketum.case.refusal import refusal
from ketum.case.table import Flag, Table, Text, Texts
from ketum.case.taken import Kratom, Medicine
from ketum.kinds import in_group

MOST_PRODUCTS, MOST_MEDICINES, MOST_LEVELS = 20, 1000, 200


class Today(Table):
    """How the person is today. An empty collection or None means that nothing was said.

    Attributes
    ----------
    labs, upper_limits, vitals
        By name, in canonical units; see `ketum.case.measures`.
    last_dose_hours_ago, stopped_hours_ago
        In hours before now. Both may be given: the first may precede the decision to stop, or belong to a relapse.
    pain_nrs
        Numeric rating scale, 0 to 10.
    """

    symptoms: Texts = ()
    labs: Annotated[dict[str, Measure], BeforeValidator(read_labs)] = Field(default_factory=dict)
    upper_limits: Annotated[dict[str, Measure], BeforeValidator(read_upper_limits)] = Field(default_factory=dict)
    vitals: Annotated[dict[str, Measure], BeforeValidator(read_vitals)] = Field(default_factory=dict)
    last_dose_hours_ago: Annotated[float, number(0, 876_000, "hours")] | None = None
    stopped_hours_ago: Annotated[float, number(0, 876_000, "hours")] | None = None
    pain_nrs: Annotated[float, number(0, 10)] | None = None
    drug_screen_planned: Flag | None = None


class Case(Table):
    """A person, what they take, where they are, and how they are today.

    Made by `ketum.case.load_case`, `ketum.case.parse_case` and `Case.from_dict`.

    Attributes
    ----------
    before
        The regimen until now, where `kratom` describes what changes.
    level
        Laboratory numbers.
    care
        What the person wants.
    """

    when_given: ClassVar[frozenset[str]] = frozenset({"before", "level", "care"})

    title: Text | None = None
    person: Person = Field(examples=["a table [person] with age_years, sex, weight_kg and region"])
    kratom: Annotated[tuple[Kratom, ...], several(MOST_PRODUCTS, "products")] = Field(
        examples=["at least one table [[kratom]] with product and amount"]
    )
    medicine: Annotated[tuple[Medicine, ...], several(MOST_MEDICINES, "medicines")] = ()
    today: Today = Today()
    before: Before | None = None
    level: Annotated[tuple[Level, ...], several(MOST_LEVELS, "levels")] = ()
    care: Care | None = None

    @field_validator("kratom")
    @classmethod
    def _is_taken(cls, kratom: tuple[Kratom, ...]) -> tuple[Kratom, ...]:
        if not kratom:
            raise refusal("no kratom product is named", cure="write a table [[kratom]] with product and amount")
        return kratom

    @classmethod
    def from_dict(cls, keys: Mapping[str, Any], name: str = "case") -> Case:
        """Make a case of a dictionary that holds what a case file holds.

        Parameters
        ----------
        keys
            The tables of a case and their keys. A key whose value is None counts as left out, and so as unknown.
        name
            What to call it in messages.

        Raises
        ------
        CaseError
            With every problem at once, each with its ``path``.

        Examples
        --------
        >>> person = {"age_years": 46, "sex": "female", "weight_kg": 71, "region": "US-OH"}
        >>> case = Case.from_dict({"person": person, "kratom": [{"product": "tea", "amount": "3 g", "every": "8 h"}]})
        >>> case.kratom[0].every_h
        8.0
        >>> case.to_dict()["kratom"]
        [{'product': 'tea', 'amount': '3 g', 'every': '8 h'}]
        >>> Case.from_dict({"person": person | {"sex": "f"}, "kratom": []})
        Traceback (most recent call last):
        ketum.errors.CaseError: case: 2 problems
          person.sex: this word is not known here
              given: "f"
              allowed: "female" | "male"
          kratom: no kratom product is named
              cure: write a table [[kratom]] with product and amount
        """
        from ketum.case.load import from_dict

        return from_dict(keys, name)

    def to_toml(self) -> str:
        """Return the case as the text of a case file."""
        import tomlkit

        return tomlkit.dumps(self.to_dict())

    def unknown(self) -> tuple[str, ...]:
        """The optional keys that matter and are not known, such as ``person.egfr`` or ``kratom[0].certificate``.

        A key is not known when it was left out, or where the file says ``"unknown"``.
        """
        return (
            *(f"person.{key}" for key in _left_out(self.person) if matters(key, self.person)),
            *(
                f"kratom[{index}].{key}"
                for index, kratom in enumerate(self.kratom)
                for key in _left_out(kratom)
                if _asked(key, kratom)
            ),
            *(
                f"medicine[{index}].{key}"
                for index, medicine in enumerate(self.medicine)
                for key in _left_out(medicine)
                if (key == "amount" and medicine.amount is not None) or (key == "at_most" and medicine.as_needed)
            ),
        )


def _left_out(table: Table) -> tuple[str, ...]:
    """The keys of a table, as they are written, of which the file says nothing or ``"unknown"``."""
    fields: dict[str, Any] = type(table).model_fields
    return tuple(
        field.alias or name
        for name, field in fields.items()
        if name not in table.model_fields_set or _says_unknown(getattr(table, name))
    )


def _says_unknown(value: Any) -> bool:
    return value == UNKNOWN or (isinstance(value, Amount | MedicineAmount) and value.text == UNKNOWN)


def _asked(key: str, kratom: Kratom) -> bool:
    """Whether it matters for this product that a key is not known."""
    match key:
        case "with":
            return in_group(kratom.product, "mixture", "unknown")
        case "at_most":
            return kratom.as_needed
        case _:
            return key in {"product", "amount", "certificate", "tested"}
