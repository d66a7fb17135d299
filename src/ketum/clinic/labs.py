"""Laboratory values against their upper limits: those of the case, else stated defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULTS: Mapping[str, float] = {"alt": 40.0, "ast": 40.0, "alp": 130.0, "bilirubin_total": 1.2, "ck": 200.0}
"""Upper limits taken where the case gives none: U/L, bilirubin mg/dL. ALT, ALP and bilirubin as in FO013 and FO014;
AST and CK are assumed."""

_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("alt", "ast", "alp", "ggt", "ck"), "U/L"),
    **dict.fromkeys(("bilirubin_total", "bilirubin_direct", "creatinine", "glucose"), "mg/dL"),
    **dict.fromkeys(("sodium", "potassium", "magnesium"), "mmol/L"),
    "qtc": "ms",
    "albumin": "g/dL",
}


@dataclass(frozen=True, slots=True)
class Labs:
    """The values of a case.

    Parameters
    ----------
    values
        By name, in the units of a case.
    limits
        The laboratory's own upper limits.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)

    def value(self, name: str) -> float | None:
        """Return a value, None where it was not measured."""
        return self.values.get(name)

    def limit(self, name: str) -> float | None:
        """Return the upper limit that counts, None where there is none."""
        return self.limits.get(name, DEFAULTS.get(name))

    def assumed(self, name: str) -> bool:
        """Whether the limit is ketum's and not the laboratory's."""
        return name not in self.limits

    def unit(self, name: str) -> str:
        """Return the unit of a value."""
        return _UNITS.get(name, "")

    def times(self, name: str) -> float | None:
        """Return a value as a multiple of its upper limit, None where it was not measured."""
        value, limit = self.value(name), self.limit(name)
        return None if value is None or limit is None else value / limit

    def above(self, name: str, times: float) -> bool:
        """Whether a value was measured and lies above so many times its limit."""
        found = self.times(name)
        return found is not None and found > times

    @property
    def liver_injury(self) -> bool:
        """Whether ALT or AST reach 3 times, or ALP 1.5 times its limit."""
        return any((self.times(name) or 0.0) >= least for name, least in (("alt", 3), ("ast", 3), ("alp", 1.5)))
