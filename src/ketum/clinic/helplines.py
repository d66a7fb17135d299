"""Whom to call, where the number is known; elsewhere the words stand without one."""

from __future__ import annotations

# The members of the European Union, where 112 answers everywhere.
_UNION = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    }
)


def emergency_number(region: str) -> str:
    """Return "the emergency number", with the number itself where it is on file."""
    number = {"US": "911"}.get(_country(region), "112" if _country(region) in _UNION else "")
    return f"the emergency number ({number})" if number else "the emergency number"


def poison_centre(region: str) -> str:
    """Return "a poison centre", with its number where it is on file."""
    return "a poison centre (1-800-222-1222)" if _country(region) == "US" else "your national poison centre"


def crisis_line(region: str) -> str:
    """Return "a crisis line", with its number where it is on file."""
    return "the crisis line (call or text 988)" if _country(region) == "US" else "a national crisis line"


def facts(region: str) -> tuple[str, ...]:
    """Return the facts behind the numbers of a region."""
    if _country(region) == "US":
        return ("WS023", "WS024", "WS025")
    return ("WS026",) if _country(region) in _UNION else ()


def _country(region: str) -> str:
    return region[:2].upper()
