"""Case texts that the tests share, as fixtures of the whole session so that hypothesis may use them too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

# The example in the contract (CASE.md), key for key: it must always load.
CONTRACT = """
title = "Low back pain, three months of kratom"    # optional

[person]
age_years = 46                    # required, 0-120
sex = "female"                    # required: female | male
weight_kg = 71                    # required, 2-400
region = "US-OH"                  # required: ISO 3166-1 alpha-2, or 3166-2
conditions = ["low back pain"]    # optional, free text matched to a vocabulary
pregnant = false                  # optional; gestation_weeks = 24 optional
breastfeeding = false             # optional
liver = "normal"                  # optional: normal | child-pugh-a | child-pugh-b | child-pugh-c
egfr = 88                         # optional, mL/min/1.73 m2
cyp2d6 = "unknown"                # optional: poor | intermediate | normal | ultrarapid | unknown
opioid_use = "none"               # optional: none | past | current
kratom_experience = "new"         # optional: new | regular; kratom_months = 9 optional
drinks_per_day = 0                # optional, standard drinks of alcohol
procedure_planned = false         # optional: anaesthesia or sedation ahead

[[kratom]]                        # at least one
product = "leaf-capsule"
amount = "3 g"                    # per dose: a mass of product (for tea: of leaf brewed), or of an alkaloid taken in
every = "8 h"                     # optional: one single dose when absent
days = 14                         # optional, 1-3650; default 1 when every is given
start = "0 h"                     # optional
certificate = { mitragynine = "1.4 %", "7-hydroxymitragynine" = "0.02 %" }   # optional, of product mass
tested = ["metals", "microbes"]   # optional
with = ["kava"]                   # optional: other ingredients of a mixed product

[[medicine]]                      # any number; cannabis, herbs and over-the-counter drugs belong here too
name = "sertraline"               # generic or brand name
amount = "100 mg"                 # optional
every = "24 h"                    # optional
route = "oral"                    # optional: oral | iv | transdermal | sublingual | inhaled | other
started_days_ago = 400            # optional
stopped_days_ago = 0              # optional: it was stopped then

[today]                           # optional
symptoms = ["itching"]            # free text matched to a vocabulary
labs = { alt = "31 U/L", alp = "80 U/L", bilirubin_total = "0.6 mg/dL", ast = "25 U/L", inr = "1.0", qtc = "410 ms" }
upper_limits = { alt = "40 U/L", alp = "130 U/L", bilirubin_total = "1.2 mg/dL" }
vitals = { respiratory_rate = 14, spo2 = "97 %", heart_rate = 80, systolic = 124, temperature = "36.8 degC", gcs = 15 }
last_dose_hours_ago = 4           # optional
stopped_hours_ago = 30            # optional: the person has stopped kratom, this long ago
pain_nrs = 6                      # 0-10
drug_screen_planned = false       # optional
"""

PERSON = {"age_years": "46", "sex": '"female"', "weight_kg": "71", "region": '"US-OH"'}
KRATOM = {"product": '"leaf-powder"', "amount": '"3 g"'}


def _case_text(
    person: Mapping[str, str | None] = {},
    kratom: Mapping[str, str | None] = {},
    medicine: Mapping[str, str | None] = {},
    today: Mapping[str, str | None] = {},
    head: str = "",
) -> str:
    """The smallest valid case with some keys changed; values are TOML, and None leaves a key out."""
    tables = [head, "[person]", *_lines(PERSON, person), "[[kratom]]", *_lines(KRATOM, kratom)]
    if medicine:
        tables += ["[[medicine]]", *_lines({"name": '"sertraline"'}, medicine)]
    if today:
        tables += ["[today]", *_lines({}, today)]
    return "\n".join(tables)


def _lines(usual: Mapping[str, str], changed: Mapping[str, str | None]) -> list[str]:
    return [f"{key} = {value}" for key, value in {**usual, **changed}.items() if value is not None]


@pytest.fixture(scope="session")
def case_text() -> Callable[..., str]:
    """A function that writes the smallest valid case with some keys changed."""
    return _case_text


@pytest.fixture(scope="session")
def contract() -> str:
    """The example of the contract."""
    return CONTRACT
