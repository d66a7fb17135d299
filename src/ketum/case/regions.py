"""Where the person is: ISO 3166 codes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ketum.case.refusal import nearest, refusal, shown

# ISO 3166-1 alpha-2, the 249 officially assigned codes.
_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

# ISO 3166-2:US: the fifty states, the district and the outlying areas.
_US_STATES = """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
    NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI
"""

COUNTRIES = frozenset(_COUNTRIES.split())
US_STATES = frozenset(_US_STATES.split())

# What people write instead.
MEANT: Mapping[str, str] = {
    **{"USA": "US", "U.S.": "US", "U.S.A.": "US", "AMERICA": "US", "UNITED STATES": "US"},
    **{"UK": "GB", "U.K.": "GB", "UNITED KINGDOM": "GB", "GREAT BRITAIN": "GB"},
    **{"ENGLAND": "GB-ENG", "SCOTLAND": "GB-SCT", "WALES": "GB-WLS", "NORTHERN IRELAND": "GB-NIR"},
    **{"GERMANY": "DE", "GER": "DE", "DEU": "DE", "FRANCE": "FR", "SPAIN": "ES", "ITALY": "IT", "CANADA": "CA"},
    **{"AUSTRALIA": "AU", "AUS": "AU", "IRELAND": "IE", "EIRE": "IE", "NETHERLANDS": "NL", "HOLLAND": "NL"},
    **{"SWITZERLAND": "CH", "AUSTRIA": "AT", "SWEDEN": "SE", "DENMARK": "DK", "POLAND": "PL", "CZECHIA": "CZ"},
    **{"THAILAND": "TH", "MALAYSIA": "MY", "INDONESIA": "ID", "VIETNAM": "VN", "JAPAN": "JP"},
    **{"ALABAMA": "US-AL", "ARKANSAS": "US-AR", "INDIANA": "US-IN", "RHODE ISLAND": "US-RI", "VERMONT": "US-VT"},
    **{"WISCONSIN": "US-WI", "OHIO": "US-OH", "CALIFORNIA": "US-CA", "TEXAS": "US-TX", "FLORIDA": "US-FL"},
    **{"NEW YORK": "US-NY", "COLORADO": "US-CO", "UTAH": "US-UT", "LOUISIANA": "US-LA", "TENNESSEE": "US-TN"},
}
ALLOWED = 'a country\'s two letters (ISO 3166-1), or a part of a country (ISO 3166-2), such as "DE" or "US-OH"'


def read_region(given: object) -> str:
    """Read a region code in any letter case and return it in capitals; raises `RefusalError`."""
    if not isinstance(given, str):
        raise refusal("a region code is needed, in quotes", given=shown(given), allowed=ALLOWED)
    code = given.strip().upper()
    if code in MEANT:
        raise _no_such("this is not an ISO 3166 code", given, (MEANT[code],))
    country, dash, part = code.partition("-")
    if country not in COUNTRIES:
        near = (f"US-{code}",) if code in US_STATES else _alike(country, COUNTRIES)
        raise _no_such("there is no such country code", given, near)
    if dash and country == "US" and part not in US_STATES:
        raise _no_such(
            "there is no such US state code", given, tuple(f"US-{state}" for state in _alike(part, US_STATES))
        )
    if dash and not re.fullmatch(r"[A-Z0-9]{1,3}", part):
        raise _no_such("a part of a country has one to three letters or digits", given, ())
    return code


def _alike(code: str, codes: frozenset[str]) -> tuple[str, ...]:
    return nearest(code, sorted(codes), most=3, at_least=50.0)


def _no_such(what: str, given: str, near: tuple[str, ...]) -> Exception:
    cure = f"did you mean {' or '.join(near)}?" if near else ""
    return refusal(what, given=shown(given), allowed=ALLOWED, cure=cure)
