"""One fact: its words, its numbers, and finding it."""

import math
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketum.evidence
from ketum.errors import KetumError
from ketum.evidence import UnknownFactError, fact, facts, facts_in, search, sources

FACT = fact("pk001")


def test_public_names():
    assert set(ketum.evidence.__all__) >= {"Fact", "Source", "fact", "facts", "search", "sources"}


def test_a_fact_reads_as_a_sentence():
    assert FACT.what == "mitragynine Cmax, median, plasma, Tanna 2022 2 g tea"
    assert FACT.seen == "a table of the source"
    assert FACT.verified
    assert (FACT.number(), FACT.interval()) == (81.9, (50.1, 177.0))


def test_a_remembered_fact_says_so():
    assert not fact("mw05").verified
    assert fact("mw05").seen == "remembered, not verified"


def test_facts_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        FACT.value = "0"
    with pytest.raises(TypeError):
        facts()["pk001"] = FACT
    with pytest.raises(TypeError):
        FACT.details["study"] = ""


def test_several_sources_become_a_tuple():
    assert fact("LS001").source_ids == ("fda_7oh_2025", "atlas2026", "dea2016_withdraw")


def test_an_unknown_fact_names_the_nearest():
    with pytest.raises(UnknownFactError, match=r"near: .*pk001"):
        fact("pk01")
    assert issubclass(UnknownFactError, KetumError)
    assert issubclass(UnknownFactError, KeyError)


@pytest.mark.parametrize(
    ("spread", "kind", "value", "expected"),
    [
        ("50.1-177", "range", "81.9", (50.1, 177)),
        ("1.23-1.57", "90% CI", "1.39", (1.23, 1.57)),
        ("2.19-3.67 (95% CI)", "", "2.83", (2.19, 3.67)),
        ("1.23-1.57 (90% CI); Cmax 1.50 (1.32-1.70)", "", "1.39", (1.23, 1.57)),
        ("16.07", "SD", "23.24", (7.17, 39.31)),
        ("0.6", "SD (assumed)", "6.3", (5.7, 6.9)),
        ("11.9 (SD)", "", "13.5", (1.6, 25.4)),
        ("17.0", 'as "+/-" (assumed SD)', "32.8", (15.8, 49.8)),
        ("+/- 17.0", "", "32.8", None),
        ("4.2", "RSD %", "1.041", None),
        ("1.0", "as printed", "19.7", None),
        ("p<0.01", "", "8.6", None),
        ("", "", "1", None),
        ("0.0014", "SD (assumed)", "<0.124", None),
    ],
)
def test_the_interval_of_a_spread(spread, kind, value, expected):
    assert replace(FACT, spread=spread, spread_type=kind, value=value).interval() == (
        expected and pytest.approx(expected)
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.0-1.3", (1.0, 1.3)),
        ("~1.5", None),
        ("45.3", (45.3, 45.3)),
        ("<0.124", (-math.inf, 0.124)),
        (">=87.54", (87.54, math.inf)),
        (">85", (85, math.inf)),
        ("+120", (120, 120)),
        ("-3.30", (-3.3, -3.3)),
        ("6.65 per 500", None),
        ("5 of 7", None),
        ("proportional", None),
        ("nan", None),
    ],
)
def test_the_bounds_of_a_value(value, expected):
    if expected is None:
        with pytest.raises(KetumError):
            replace(FACT, value=value).bounds()
    else:
        assert replace(FACT, value=value).bounds() == expected


@pytest.mark.parametrize("value", ["1.0-1.3", "<0.124", "stable", "inf", ""])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(KetumError, match="pk001"):
        replace(FACT, value=value).number()


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10))
def test_no_text_breaks_the_readers(value, spread, kind):
    one = replace(FACT, value=value, spread=spread, spread_type=kind)
    assert one.interval() is None or len(one.interval()) == 2
    try:
        low, high = one.bounds()
    except KetumError:
        return
    assert low <= high


def test_search_by_fact():
    assert search(" PK001 ") == (FACT,)


def test_search_by_source():
    found = search("tanna2022")
    assert FACT in found
    assert all("tanna2022" in one.source_ids for one in found)


def test_search_by_words_wants_all_of_them():
    found = search("Midazolam AUC ratio human")
    assert fact("ddi01") in found
    assert all("midazolam" in f"{one.what} {one.conditions} {one.details}".casefold() for one in found)
    assert search("") == ()


def test_search_forgives_a_slip():
    assert fact("ddi01") in search("midazolm AUC")
    assert search("zzzqqqxxx") == ()


def test_search_by_author():
    assert fact("pk059") in search("Huestis tmax")


def test_a_source_can_be_printed():
    assert "10.3390/pharmaceutics14030620" in str(sources()["tanna2022"])


def test_reading_imports_nothing_heavy():
    code = (
        "import sys; from ketum.evidence import facts; facts(); "
        "print([m for m in ('pandas', 'numpy', 'rapidfuzz', 'scipy') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_a_tables_facts_are_those_of_all():
    assert facts_in("adverse_events") == tuple(one for one in facts().values() if one.table == "adverse_events")
    assert facts_in("adverse_events")
