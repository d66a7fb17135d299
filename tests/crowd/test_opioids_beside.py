"""Opioids beside kratom: from what a case says to levels at the receptor."""

import numpy as np
import pytest

from ketum import pharmacology
from ketum.case import parse_case
from ketum.chance import Stream
from ketum.crowd.opioids import LEVEL_SD, opioid_of, opioids_beside

PEOPLE = 400
OWN = {p.name: np.full(PEOPLE, p.prior_median) for p in pharmacology.effect_parameters()}


def found(*medicines, end=48.0):
    tables = "\n".join(f"[[medicine]]\n{lines}" for lines in medicines)
    text = (
        '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "DE"\n'
        f'[[kratom]]\nproduct = "leaf-powder"\namount = "3 g"\n{tables}\n'
    )
    return opioids_beside(parse_case(text, "case"), OWN, Stream(5, PEOPLE), end)


def medicine(name, amount="", every="", **keys):
    lines = [f'name = "{name}"']
    lines += [f'amount = "{amount}"'] if amount else []
    lines += [f'every = "{every}"'] if every else []
    return "\n".join(lines + [f"{key} = {value}" for key, value in keys.items()])


def first_level(one):
    return one.doses.groupby("ID")["AMT"].first().to_numpy()


def test_names_are_found_whatever_their_case():
    assert opioid_of(" Naltrexone").medicine == "naltrexone"
    assert opioid_of("OxyContin").medicine == "oxycodone"
    assert opioid_of("Percocet 5/325").medicine == "oxycodone"
    assert opioid_of("morphine sulfate ER 15 mg").medicine == "morphine"
    assert opioid_of("paracetamol") is None


def test_no_medicine_no_level():
    nothing = found()
    assert nothing.names == ()
    assert nothing.doses.empty
    assert not nothing.own


def test_morphine_reaches_its_published_peak():
    one = found(medicine("morphine", "30 mg", "24 h", started_days_ago=0))
    expected = 30 * OWN["peak_M"][0] * OWN["fu_M"][0] * OWN["Kpuu_M"][0]
    assert np.median(first_level(one)) == pytest.approx(expected, rel=0.1)
    assert np.log(first_level(one)).std() == pytest.approx(LEVEL_SD, rel=0.15)


def test_oxycodone_is_twice_morphine():
    """A label's conversion: 30 mg by mouth for 60 mg of morphine."""
    morphine = found(medicine("morphine", "20 mg", "24 h", started_days_ago=0))
    oxycodone = found(medicine("oxycodone", "10 mg", "24 h", started_days_ago=0))
    assert np.median(first_level(oxycodone)) == pytest.approx(np.median(first_level(morphine)), rel=0.15)
    np.testing.assert_allclose(oxycodone.own["K_A"], morphine.own["K_A"])


def test_a_fentanyl_patch_of_25_ug_stands_for_60_mg_of_morphine_a_day():
    one = found(medicine("fentanyl", "25 ug/h", "72 h"))
    expected = OWN["level_M"][0] * OWN["fu_M"][0] * OWN["Kpuu_M"][0]
    assert np.median(first_level(one)) == pytest.approx(expected, rel=0.1)
    assert (one.own["k_A"] == 0).all()
    assert not one.unknown


def test_doses_repeat_and_fall_with_the_half_life():
    one = found(medicine("morphine", "30 mg", "12 h", started_days_ago=0), end=48.0)
    later = one.doses[one.doses["TIME"] > 0]
    assert (later["II"] == 12).all()
    assert (later["TIME"] + later["II"] * later["ADDL"] <= 48).all()
    assert (later["TIME"] + later["II"] * (later["ADDL"] + 1) >= 48).all()
    assert np.exp(-one.own["k_A"][0] * 3) == pytest.approx(0.5)


@pytest.mark.parametrize("end", [6.0, 12.0, 12.5, 24.0, 25.0, 36.0, 47.0])
def test_there_are_as_many_doses_as_begin_before_the_end(end):
    one = found(medicine("morphine", "30 mg", "12 h", started_days_ago=0), end=end)
    each = one.doses[one.doses["ID"] == 7]
    times = [t + i * ii for t, ii, more in each[["TIME", "II", "ADDL"]].to_numpy() for i in range(int(more) + 1)]
    assert times == [12.0 * i for i in range(8) if 12.0 * i < end]


def test_a_known_dose_differs_between_people_and_an_unknown_one_is_not_known_besides():
    def level(reseeded, *words):
        tables = f"[[medicine]]\n{medicine('morphine', *words)}"
        text = (
            '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "DE"\n'
            f'[[kratom]]\nproduct = "leaf-powder"\namount = "3 g"\n{tables}\n'
        )
        stream = Stream(5, PEOPLE, reseeded=frozenset(reseeded))
        return first_level(opioids_beside(parse_case(text, "case"), OWN, stream, 48.0))

    known, unknown = level((), "30 mg", "12 h"), level((), "", "12 h")
    np.testing.assert_array_equal(level(("knowledge", "product"), "30 mg", "12 h"), known)
    assert (level(("people",), "30 mg", "12 h") != known).all()
    assert (level(("knowledge",), "", "12 h") != unknown).all()
    assert (level(("people",), "", "12 h") != unknown).all()


def test_a_level_that_was_never_seen_spans_what_its_words_say():
    """Naloxone: 5 nM, from 0.4 to 60 nM, for nine of ten."""
    one = found(medicine("naloxone", "0.4 mg"))
    low, middle, high = np.quantile(first_level(one), [0.05, 0.5, 0.95])
    assert "0.4 to 60 nM" in one.unknown[0]
    assert np.log([low, middle, high]) == pytest.approx(np.log([0.4, 5.0, 60.0]), abs=0.35)


def test_earlier_doses_have_built_up():
    """Superposition of equal doses: 1 / (1 - 2^(-interval / half-life))."""
    now = found(medicine("naltrexone", "50 mg", "24 h", started_days_ago=0))
    long = found(medicine("naltrexone", "50 mg", "24 h", started_days_ago=300))
    np.testing.assert_allclose(first_level(long) / first_level(now), 1 / (1 - 0.5 ** (24 / 90)), rtol=1e-9)


def test_a_medicine_that_was_stopped_fades():
    going = found(medicine("naltrexone", "50 mg", "24 h", started_days_ago=30))
    stopped = found(medicine("naltrexone", "50 mg", "24 h", started_days_ago=30, stopped_days_ago=10))
    np.testing.assert_allclose(first_level(stopped) / first_level(going), 0.5 ** (240 / 90), rtol=1e-9)
    assert (stopped.doses["ADDL"] == 0).all()


@pytest.mark.parametrize("name", ["morphine", "oxycodone", "fentanyl", "buprenorphine", "naloxone", "naltrexone"])
def test_an_unknown_strength_is_said_and_wide(name):
    one = found(medicine(name))
    assert one.unknown
    assert name in one.unknown[0]
    assert np.log(first_level(one)).std() > 1.5 * LEVEL_SD


def test_without_an_interval_the_level_stands_still_and_that_is_said():
    one = found(medicine("morphine", "30 mg"))
    assert (one.own["k_A"] == 0).all()
    assert one.doses.groupby("ID").size().max() == 1
    assert any("how often" in text for text in one.unknown)
    stopped = found(medicine("morphine", "30 mg", stopped_days_ago=1))
    assert (stopped.own["k_A"] > 0).all()


def test_a_third_opioid_is_named_as_not_followed():
    three = found(medicine("morphine", "10 mg"), medicine("naltrexone", "50 mg"), medicine("oxycodone", "5 mg"))
    assert three.names == ("morphine", "naltrexone")
    assert any("oxycodone" in text for text in three.unknown)
    assert set(three.doses["CMT"]) == {"other_A", "other_B"}


def test_what_it_rests_on_is_given():
    one = found(medicine("buprenorphine", "8 mg", "24 h"))
    assert "BK018" in one.facts
    assert (one.own["n_A"] == 0.5721).all()
    assert one.assumptions
