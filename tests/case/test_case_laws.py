"""What holds for every case: laws, searched by hypothesis."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ketum.case import parse_case

milligrams = st.integers(1, 100_000)
intervals_min = st.integers(15, 31 * 24 * 60)
days = st.integers(1, 60)
starts_h = st.integers(0, 1000)


@settings(max_examples=100, deadline=None)
@given(milligrams)
def test_grams_and_milligrams_are_the_same_amount(case_text, mg):
    in_mg = parse_case(case_text(kratom={"amount": f'"{mg} mg"'})).kratom[0].amount
    in_g = parse_case(case_text(kratom={"amount": f'"{mg // 1000}.{mg % 1000:03d} g"'})).kratom[0].amount
    assert in_mg.value == in_g.value == float(mg)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 100_000))
def test_percent_and_milligrams_per_gram_are_the_same_content(case_text, ppm10):
    percent = f"{ppm10 // 1000}.{ppm10 % 1000:03d} %"
    per_gram = f"{ppm10 // 100}.{ppm10 % 100:02d} mg/g"
    one, other = (
        parse_case(case_text(kratom={"certificate": f'{{ mitragynine = "{text}" }}'})).kratom[0].certificate
        for text in (percent, per_gram)
    )
    assert one == other


@settings(max_examples=100, deadline=None)
@given(intervals_min, days, starts_h)
@example(31 * 24 * 60, 1, 0)  # was refused as longer than 31 days, by a rounding error
def test_dose_times_are_evenly_spaced_and_fill_the_days(case_text, minutes, for_days, start_h):
    kratom = {"every": f'"{minutes} min"', "days": str(for_days), "start": f'"{start_h} h"'}
    times = parse_case(case_text(kratom=kratom)).kratom[0].dose_times_h
    assert len(times) == -(-for_days * 24 * 60 // minutes)  # rounded up, in whole minutes
    assert times[0] == start_h
    assert times[-1] < start_h + for_days * 24
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([minutes / 60] * len(gaps))


@settings(max_examples=50, deadline=None)
@given(st.floats(36.0, 41.0).map(lambda value: round(value, 1)))
def test_a_temperature_is_the_same_in_every_unit(case_text, celsius):
    def read(text: str) -> float:
        return (
            parse_case(case_text(today={"vitals": f'{{ temperature = "{text}" }}'})).today.vitals["temperature"].value
        )

    assert read(f"{celsius} degC") == celsius
    assert read(f"{celsius * 9 / 5 + 32:.6f} degF") == pytest.approx(celsius, abs=1e-5)
    assert read(f"{celsius + 273.15:.6f} K") == pytest.approx(celsius, abs=1e-5)


words = st.text("abcdefghijklmnopqrstuvwxyz '-", min_size=1, max_size=20).filter(lambda word: bool(word.strip()))
persons = st.fixed_dictionaries(
    {
        "age_years": st.floats(18, 60),
        "sex": st.just("female"),
        "weight_kg": st.floats(2, 400),
        "region": st.sampled_from(["US-OH", "DE", "GB-SCT", "TH"]),
    },
    optional={
        "conditions": st.lists(words, max_size=3),
        "pregnant": st.booleans(),
        "breastfeeding": st.booleans(),
        "liver": st.sampled_from(["normal", "child-pugh-b"]),
        "egfr": st.floats(0, 250),
        "cyp2d6": st.sampled_from(["poor", "normal"]),
        "opioid_use": st.sampled_from(["none", "past", "current"]),
        "drinks_per_day": st.floats(0, 100),
        "procedure_planned": st.booleans(),
    },
)


def as_toml(value: Any) -> str:
    """Numbers, flags, plain texts and lists of them are written alike in JSON and in TOML."""
    return json.dumps(value)


@settings(max_examples=100, deadline=None)
@given(persons)
def test_a_valid_person_comes_back_as_written(case_text, person):
    read = parse_case(case_text(person={key: as_toml(value) for key, value in person.items()})).person
    for key, value in person.items():
        expected = tuple(" ".join(one.split()) for one in value) if isinstance(value, list) else value
        assert getattr(read, key) == expected


@settings(max_examples=50, deadline=None)
@given(persons)
def test_every_key_is_either_given_or_unknown(case_text, person):
    unknown = parse_case(case_text(person={key: as_toml(value) for key, value in person.items()})).unknown()
    for key in ("liver", "egfr", "cyp2d6", "opioid_use", "drinks_per_day", "procedure_planned", "conditions"):
        assert (f"person.{key}" in unknown) != (key in person)
