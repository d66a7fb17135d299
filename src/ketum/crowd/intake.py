"""From what a dose holds to what each virtual person swallows, dose by dose.

A person keeps to one product throughout: content differs between products, not between doses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketum.arrays import Array
from ketum.case import Case, Kratom
from ketum.chance import Lognormal, Stream
from ketum.crowd.contents import Contents, contents
from ketum.pharmacology import nmol

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Intake:
    """One product as the virtual people take it.

    Parameters
    ----------
    contents
        What one dose holds.
    product_mg
        Mass of product in one dose, shape (people,); None where only an alkaloid's mass is given.
    mg
        Mass of each alkaloid in one dose by its code, shape (people,); absent where it cannot be told.
    """

    contents: Contents
    product_mg: Array | None
    mg: Mapping[str, Array]

    @property
    def kratom(self) -> Kratom:
        """The case's entry."""
        return self.contents.kratom

    @property
    def release(self) -> str:
        """The parameter that says which share of the alkaloid is given up."""
        return self.contents.release


def intakes(case: Case, stream: Stream) -> tuple[Intake, ...]:
    """Draw what each person takes of each product in the case."""
    return tuple(_drawn(index, held, stream) for index, held in enumerate(contents(case)))


def _drawn(index: int, held: Contents, stream: Stream) -> Intake:
    def drawn(mass: Lognormal) -> Array:
        return mass.draw(stream, "product", f"{index}/")

    product_mg = None if held.product_mg is None else drawn(held.product_mg)
    return Intake(held, product_mg, {code: drawn(mass) for code, mass in held.mg.items()})


def dose_table(taken: tuple[Intake, ...], released: Mapping[str, Array], until_h: float) -> pd.DataFrame:
    """Write the doses as the engine's event table.

    Parameters
    ----------
    taken
        What is taken.
    released
        Each person's share released from a product, by the parameter's name, shape (people,).
    until_h
        Later doses are left out.

    Returns
    -------
    pandas.DataFrame
        Columns ID, TIME, AMT (nmol that leave the product), CMT, II, ADDL.
    """
    import pandas as pd

    parts = [
        part
        for intake in taken
        for code, mg in intake.mg.items()
        for part in _rows(intake, code, mg * released[intake.release], until_h)
    ]
    columns = ["ID", "TIME", "AMT", "CMT", "II", "ADDL"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _rows(intake: Intake, code: str, mg: Array, until_h: float) -> list[pd.DataFrame]:
    import pandas as pd

    times = [time for time in intake.kratom.dose_times_h if time < until_h]
    if not times:
        return []
    people = mg.size
    return [
        pd.DataFrame(
            {
                "ID": np.arange(people),
                "TIME": times[0],
                "AMT": nmol(mg, code),
                "CMT": f"{intake.contents.product.form}_{code}",
                "II": intake.kratom.every_h or 0.0,
                "ADDL": len(times) - 1,
            }
        )
    ]
