"""The opioids that may be taken beside kratom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ketum.rows import read_rows


@dataclass(frozen=True)
class Opioid:
    """An opioid that may be taken beside kratom; a row of ``opioids.csv``.

    Parameters
    ----------
    names
        Under which a case may name it, in small letters.
    role
        full agonist | partial agonist | antagonist.
    morphine_per_mg, morphine_per_mg_h
        Full agonists: mg of swallowed morphine for which a mg stands, and mg of morphine a day for a patch's mg/h. NaN
        where not known.
    K_nM, n
        Unbound concentration that occupies half of the free receptors, and the slope of binding; K is NaN where the
        level is stated as morphine's.
    eff
        Efficacy over morphine's.
    nM_per_mg
        Unbound level right after a dose, per mg.
    usual_mg
        The dose that is taken where the case gives none.
    half_life_h
        NaN where the level is taken to stand still.
    """

    medicine: str
    names: tuple[str, ...]
    role: str
    morphine_per_mg: float
    morphine_per_mg_h: float
    K_nM: float
    n: float
    eff: float
    nM_per_mg: float
    usual_mg: float
    half_life_h: float
    facts: tuple[str, ...]
    note: str


@cache
def opioids() -> tuple[Opioid, ...]:
    """Read ``opioids.csv``."""
    numbers = (
        "morphine_per_mg", "morphine_per_mg_h", "K_nM", "n", "eff", "nM_per_mg", "usual_mg", "half_life_h",
    )  # fmt: skip
    return tuple(
        Opioid(
            medicine=row["medicine"],
            names=(row["medicine"], *row["names"].split(";")),
            role=row["role"],
            facts=tuple(row["facts"].split(";")),
            note=row["note"],
            **{name: float(row[name] or "nan") for name in numbers},
        )
        for row in read_rows(__package__, "opioids.csv")
    )
