"""What every table of a case shares, and how one is written again as a person would write it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from ketum.case.amounts import Amount, MedicineAmount
from ketum.case.fields import flag, text, texts
from ketum.case.levels import LevelValue
from ketum.case.measures import Measure
from ketum.errors import Problem

Flag = Annotated[bool, flag()]
Text = Annotated[str, text()]
Texts = Annotated[tuple[str, ...], texts()]

_TIMES = frozenset({"every", "at_most", "start", "at", "since_last_dose"})


class Table(BaseModel):
    """What all tables share: they cannot be changed, and refuse keys that they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when_given: ClassVar[frozenset[str]] = frozenset()
    """Keys that pydantic's own JSON holds only where they were given: they came after others had begun to read it."""

    def to_dict(self) -> dict[str, Any]:
        """Return the keys that were given, as in a case file: amounts and times as text, what was left out left out."""
        return {
            field.alias or name: _written(field.alias or name, value)
            for name, field in type(self).model_fields.items()
            if name in self.model_fields_set and (value := getattr(self, name)) is not None
        }

    @model_serializer(mode="wrap")
    def _without_later_keys(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        return {key: value for key, value in dumped.items() if key not in self.when_given or value}


def clash(this: str, that: str) -> Problem:
    """Two keys that contradict each other."""
    return Problem("", f"{this} contradicts {that}", f"{this} and {that}", cure="correct one of the two")


def _written(key: str, value: Any) -> Any:
    """A value as it stands in a case file."""
    match value:
        case Table():
            return value.to_dict()
        case Amount() | MedicineAmount() | LevelValue():
            return value.text
        case Measure():
            return int(value.text) if value.text.isdigit() and str(int(value.text)) == value.text else value.text
        case bool() | str():
            return value
        case int() | float():
            return f"{_plain(value)} h" if key in _TIMES else _plain(value)
        case dict() if key == "certificate":
            return {name: f"{_decimal(share).scaleb(2).normalize()} %" for name, share in value.items()}
        case dict():
            return {name: _written("", item) for name, item in value.items()}
        case _:
            return [_written(key, item) for item in value]


def _plain(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _decimal(value: float) -> Decimal:
    """The shortest decimal number that is this float."""
    return Decimal(repr(float(value)))
