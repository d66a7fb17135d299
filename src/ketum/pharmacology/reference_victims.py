"""The two medicines that were given beside kratom, as the model's victim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ketum.rows import read_rows


@dataclass(frozen=True)
class Victim:
    """A medicine as the model's victim; a row of ``victims.csv``.

    Parameters
    ----------
    ka, Fg, CLint, V
        Absorption rate (1/h), share that survives the gut wall, intrinsic clearance (L/h) and volume (L).
    fm_3A, fm_2D6
        Shares of its loss in the liver that CYP3A and CYP2D6 carry.
    """

    name: str
    ka: float
    Fg: float
    CLint: float
    V: float
    fm_3A: float
    fm_2D6: float
    how: str
    facts: tuple[str, ...]
    note: str

    def as_parameters(self) -> dict[str, float]:
        """Name its numbers as the model does."""
        return {
            "victim_ka": self.ka,
            "victim_Fg": self.Fg,
            "victim_CLint": self.CLint,
            "victim_V": self.V,
            "victim_3A": self.fm_3A,
            "victim_2D6": self.fm_2D6,
        }


@cache
def victims() -> Mapping[str, Victim]:
    """Read ``victims.csv``, by name."""
    numbers = ("ka", "Fg", "CLint", "V", "fm_3A", "fm_2D6")
    return MappingProxyType(
        {
            row["name"]: Victim(
                name=row["name"],
                how=row["how"],
                facts=tuple(row["facts"].split(";")),
                note=row["note"],
                **{key: float(row[key]) for key in numbers},
            )
            for row in read_rows(__package__, "victims.csv")
        }
    )
