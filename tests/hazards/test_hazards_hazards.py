"""Each hazard's rule at its edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hazards.situations import situated, told

from ketum.answers.despite import emergencies_in
from ketum.case.measures import VITALS
from ketum.clinic.vitals import emergencies, same_day, signs
from ketum.hazards.anaesthesia import anaesthesia
from ketum.hazards.condition import condition
from ketum.hazards.contamination import contamination
from ketum.hazards.dependence import dependence
from ketum.hazards.driving import driving
from ketum.hazards.drug_screen import drug_screen
from ketum.hazards.emergency import call_for_help, emergency
from ketum.hazards.finding import RANK
from ketum.hazards.liver import liver
from ketum.hazards.pain import red_flags
from ketum.hazards.portion import Portion
from ketum.hazards.unread import words_not_understood
from ketum.hazards.urgent import urgent
from ketum.hazards.use import Use, use
from ketum.sizes import DoseSize, Interval
from ketum.words.understanding import understand


def said(*symptoms):
    return understand(symptoms)


def hazard(look, *symptoms, **keys):
    return told(look(situated(*symptoms, **keys)))


# ------------------------------------------------------------------------------------------------------------ vitals


@pytest.mark.parametrize(
    ("name", "calm", "bad"),
    [
        ("respiratory_rate", 9, 8), ("respiratory_rate", 24, 25), ("spo2", 92, 91), ("systolic", 91, 90),
        ("systolic", 219, 220),
        ("heart_rate", 41, 40), ("heart_rate", 130, 131), ("temperature", 35.1, 35.0), ("gcs", 15, 14),
    ],
)  # fmt: skip
def test_the_edges_of_news2(name, calm, bad):
    assert emergencies(signs({name: bad}, 40))
    assert not emergencies(signs({name: calm}, 40))


def test_several_small_signs_add_up():
    five = {"respiratory_rate": 22, "heart_rate": 115, "temperature": 38.5}
    assert not emergencies(signs(five, 40))
    assert same_day(signs(five, 40))
    assert emergencies(signs(five | {"spo2": 92.0}, 40))


def test_high_fever_is_for_the_same_day():
    assert [one.name for one in same_day(signs({"temperature": 39.1}, 40))] == ["high fever"]
    assert not same_day(signs({"temperature": 39.0}, 40))


def test_the_second_oxygen_scale_in_copd():
    assert not emergencies(signs({"spo2": 88}, 60, copd=True))
    assert emergencies(signs({"spo2": 83}, 60, copd=True))


def test_a_child_breathes_faster():
    assert not signs({"respiratory_rate": 40, "heart_rate": 150, "systolic": 85}, 1)
    assert emergencies(signs({"respiratory_rate": 8}, 1))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(VITALS)), st.floats(0, 1000)), st.floats(0, 120))
def test_any_vital_sign_has_a_band(vitals, age):
    found = signs(vitals, age)
    assert not (emergencies(found) and same_day(found))


# ------------------------------------------------------------------------------------------------- emergency, same day


def test_what_to_do_is_said():
    (one,) = emergency(said("cannot be woken"), {}, "US-OH", 40)
    for words in ("911", "naloxone", "upset", "on their side", "Stay", "what else"):
        assert words in one.because
    assert "1-800-222-1222" in one.ask
    assert "agitation" in one.clinical


@pytest.mark.parametrize(
    ("region", "number"), [("US", "(911)"), ("DE", "(112)"), ("TH", "the emergency number now"), ("", "now")]
)
def test_only_numbers_on_file_are_given(region, number):
    (one,) = emergency(said("seizure"), {}, region, 40)
    assert number in one.title
    assert ("911" in one.because) is (region == "US")


def test_sleepiness_with_tiny_pupils_is_an_emergency_but_neither_alone():
    assert told(emergency(said("very drowsy", "pinpoint pupils"), {}, "US", 40)) == [("emergency.now", "emergency")]
    assert not emergency(said("very drowsy"), {}, "US", 40)
    assert not emergency(said("pinpoint pupils"), {}, "US", 40)


def test_the_hazard_looks_at_words_and_measures():
    assert hazard(call_for_help, "cannot be woken") == [("emergency.now", "emergency")]
    assert hazard(call_for_help, vitals={"spo2": 80.0}) == [("emergency.now", "emergency")]
    assert hazard(call_for_help, "suicidal") == [("emergency.self-harm", "emergency")]


def same_day_of(*symptoms, repeated=False, **more):
    return hazard(urgent, *symptoms, use=Use(repeated=repeated), **more)


URGENT = [("urgent.same-day", "danger")]


@pytest.mark.parametrize(
    "symptom",
    [
        "yellow eyes",
        "dark urine",
        "hears voices",
        "racing heart",
        "numb between the legs",
        "can't keep anything down",
        "fainted yesterday",
    ],
)
def test_the_same_day(symptom):
    assert same_day_of(symptom) == URGENT


def test_withdrawal_in_pregnancy():
    assert same_day_of(pregnant=True, stopped_hours_ago=30, repeated=True) == URGENT
    assert same_day_of("sweating", "cramps", pregnant=True) == URGENT
    assert same_day_of(pregnant=True, stopped_hours_ago=300, repeated=True) == []
    assert same_day_of(pregnant=True, stopped_hours_ago=30, repeated=False) == []
    assert same_day_of("sweating", "cramps") == []


def test_blood_values_far_outside():
    assert same_day_of(labs={"qtc": 501}) == URGENT
    assert same_day_of(labs={"potassium": 7.0}) == URGENT
    assert same_day_of(labs={"ck": 1001.0}) == URGENT
    assert same_day_of(labs={"qtc": 500, "potassium": 4.0, "ck": 900.0, "inr": 2.5}) == []


# ------------------------------------------------------------------------------------------------- pain and the liver


def test_red_flags_need_no_pain_where_nerves_are_meant():
    assert hazard(red_flags, "wet myself") == [("pain.red-flags", "danger")]
    assert hazard(red_flags, "fever") == []
    assert hazard(red_flags, "fever", pain_nrs=4) == [("pain.red-flags", "danger")]
    assert hazard(red_flags, "lost weight", conditions=["back pain"]) == [("pain.red-flags", "caution")]
    assert hazard(red_flags, "no weight loss, fever or incontinence", conditions=["back pain"], pain_nrs=5) == []


def hepatic(*symptoms, days=None, state=None, conditions=(), **labs):
    return hazard(liver, *symptoms, conditions=conditions, labs=labs, liver=state, use=since(days))


def since(days):
    return Use(repeated=True, days=days or 1.0)


WARNING = "liver.warning-signs"


@pytest.mark.parametrize(
    ("labs", "expected"),
    [
        ({"alt": 40}, []),
        ({"alt": 41}, [(WARNING, "note")]),
        ({"alt": 120}, [(WARNING, "caution")]),
        ({"alp": 195}, [(WARNING, "caution")]),
        ({"bilirubin_total": 2.5}, [(WARNING, "danger")]),
        ({"alt": 120, "alp": 130, "bilirubin_total": 2.5}, [("liver.hys-law", "danger"), (WARNING, "danger")]),
        ({"alt": 120, "alp": 260, "bilirubin_total": 2.5}, [(WARNING, "danger")]),
        ({"ast": 120, "bilirubin_total": 2.5}, [("liver.hys-law", "danger"), (WARNING, "danger")]),
    ],
)
def test_the_liver_by_its_values(labs, expected):
    assert hepatic(**labs) == expected


def test_the_liver_by_its_signs():
    assert hepatic("yellow eyes") == [(WARNING, "danger")]
    assert hepatic("itching") == [(WARNING, "note")]
    assert hepatic("itching", days=20) == [(WARNING, "caution")]
    assert hepatic("itching", days=900) == [(WARNING, "note")]
    assert hepatic("itching", alt=250) == [(WARNING, "danger")]
    assert hepatic("nausea", "tired") == []


def test_own_limits_come_before_the_defaults():
    (one,) = liver(situated(labs={"alt": 45.0}, use=since(20)))
    assert any("limit taken as 40 U/L" in number.origin for number in one.numbers)
    assert hazard(liver, labs={"alt": 45.0}, limits={"alt": 50.0}, use=since(20)) == []


@pytest.mark.parametrize(
    ("state", "conditions", "expected"),
    [
        ("normal", (), []), (None, (), []), ("child-pugh-a", (), "caution"), ("child-pugh-c", (), "danger"),
        (None, ("hepatitis C",), "caution"), (None, ("cirrhosis",), "danger"), ("normal", ("fatty liver",), "caution"),
    ],
)  # fmt: skip
def test_known_liver_disease(state, conditions, expected):
    assert hepatic(state=state, conditions=conditions) == ([("liver.disease", expected)] if expected else [])


def test_the_latency_is_told():
    def clinical(days):
        return next(iter(liver(situated("yellow eyes", use=since(days))))).clinical

    assert "within the reported latency" in clinical(20)
    assert "outside the reported latency" in clinical(200)
    assert "not known" in clinical(None)


# --------------------------------------------------------------------------------------- dependence, conditions, others

DAILY = Use(repeated=True, times_a_day=2.0, days=20.0, timed=True)
OFTEN = Use(repeated=True, times_a_day=3.0, days=28.0)
LONG = Use(repeated=True, times_a_day=1.0, days=400.0)


def dependent(used, *symptoms, conditions=(), **more):
    return {
        one.code.removeprefix("dependence."): one.severity
        for one in dependence(situated(*symptoms, conditions=conditions, use=used, **more))
    }


def test_dependence_follows_frequency_and_time():
    assert dependent(Use()) == {}
    assert dependent(Use(repeated=True, days=60.0, timed=True)) == {}
    assert dependent(Use(repeated=True)) == {"risk": "note"}
    assert dependent(DAILY) == {"risk": "note"}
    assert dependent(OFTEN) == {"risk": "caution"}
    assert dependent(DAILY, opioid_use="past") == {"risk": "caution"}
    assert dependent(LONG) == {"risk": "note", "do-not-stop-suddenly": "caution"}
    assert dependent(DAILY, pregnant=True)["do-not-stop-suddenly"] == "caution"
    assert dependent(Use(True, 4.0, 28.0, True)) == {"risk": "caution", "do-not-stop-suddenly": "caution"}


def test_withdrawal():
    assert dependent(LONG, stopped_hours_ago=30)["withdrawal"] == "note"
    assert "do-not-stop-suddenly" not in dependent(LONG, stopped_hours_ago=30)
    assert dependent(LONG, "runny nose", stopped_hours_ago=30)["withdrawal"] == "caution"
    assert dependent(LONG, "runny nose", "yawning", last_dose_hours_ago=8)["withdrawal"] == "caution"
    assert "withdrawal" not in dependent(LONG, "sweating", "shaking", last_dose_hours_ago=1)
    assert "withdrawal" not in dependent(LONG, stopped_hours_ago=400)
    assert dependent(Use(), "runny nose", "sweating", stopped_hours_ago=30) == {}


def test_use_is_summed_over_products():
    dose = DoseSize(Interval(2000, 1000, 3000))
    once = use([Portion("leaf-powder", dose)])
    assert (once.repeated, once.times_a_day, once.days) == (False, 0, 1)
    both = use([Portion("leaf-powder", dose, 12.0, 30), Portion("tea", dose, 24.0, 10)], months=6)
    assert (both.repeated, both.times_a_day, round(both.days)) == (True, 3.0, 183)
    assert both.grams_a_day.median == pytest.approx(6.0)
    assert use([Portion("7oh-product", every_h=24.0, days=9)]).concentrated
    assert use([Portion("mixed", alkaloid="7-hydroxymitragynine")]).concentrated
    assert not use([Portion("mixed")]).concentrated


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (["epilepsy"], ("condition.seizure", "danger")), (["long QT syndrome"], ("condition.cardiac", "danger")),
        (["heart failure"], ("condition.cardiac", "caution")), (["hypertension"], ("condition.cardiac", "note")),
        (["schizophrenia"], ("condition.psychiatric", "caution")), (["depression"], ("condition.psychiatric", "note")),
        (["alcoholism"], ("condition.substance-use", "caution")), (["sleep apnoea"], ("condition.respiratory",
        "caution")),
        (["asthma"], ("condition.respiratory", "caution")), (["on dialysis"], ("condition.kidney", "caution")),
        (["CKD stage 3"], ("condition.kidney", "note")), (["epilepsie"], ("condition.seizure", "danger")),
    ],
)  # fmt: skip
def test_conditions(conditions, expected):
    assert hazard(condition, conditions=conditions, sex="male") == [expected]


@pytest.mark.parametrize(("egfr", "severity"), [(60, None), (59, "note"), (29, "caution")])
def test_the_kidney_by_its_rate(egfr, severity):
    assert hazard(condition, egfr=egfr) == ([("condition.kidney", severity)] if severity else [])


def test_the_kidney_by_creatinine_only_where_no_rate_is_given():
    weak = {"creatinine": 3.0}
    assert hazard(condition, labs=weak, sex="male", age_years=70) == [("condition.kidney", "caution")]
    assert hazard(condition, labs=weak, sex="male", age_years=70, egfr=90) == []


@pytest.mark.parametrize(
    ("qtc", "sex", "severity"),
    [
        (450, "male", None),
        (451, "male", "caution"),
        (460, "female", None),
        (461, "female", "caution"),
        (501, "male", "danger"),
    ],
)
def test_qtc(qtc, sex, severity):
    assert hazard(condition, labs={"qtc": qtc}, sex=sex) == ([("condition.cardiac", severity)] if severity else [])


def test_a_strong_product_makes_lungs_a_danger():
    assert hazard(condition, conditions=["COPD"], use=Use(concentrated=True)) == [("condition.respiratory", "danger")]


def product(kind="leaf-powder", tested=None):
    return [Portion(kind, tested=tested)]


def grams(median):
    return Use(True, 3.0, 60.0, False, Interval(median, median, median))


def test_metals_follow_the_daily_amount():
    def metals(used, taken, **more):
        return [one for one in contamination(situated(portions=taken, use=used, **more)) if "metals" in one.code]

    assert told(metals(grams(9), product())) == [("product.heavy-metals", "note")]
    assert told(metals(grams(25), product())) == [("product.heavy-metals", "caution")]
    assert told(metals(grams(3), product(), pregnant=True)) == [("product.heavy-metals", "caution")]
    assert metals(grams(9), product(tested=("heavy metals",))) == []
    assert metals(Use(grams_a_day=Interval(9, 9, 9)), product()) == []
    (one,) = metals(grams(10), product())
    assert next(number.value for number in one.numbers if number.label.startswith("lead a day")) == "1.6-16"
    assert {"PQ031", "PQ037"} <= {name for number in one.numbers for name in number.fact_ids}


def test_microbes_weigh_more_for_the_frail():
    def microbes(kind="leaf-powder", tested=None, conditions=(), age=40):
        found = contamination(situated(portions=product(kind, tested), conditions=conditions, age_years=age))
        return [one.severity for one in found if one.code == "product.microbes"]

    assert microbes() == ["note"]
    assert microbes(age=75) == microbes(conditions=["HIV"]) == ["caution"]
    assert microbes(tested=("Microbes",)) == microbes("tea") == []


def test_driving_procedures_and_tests():
    assert hazard(driving) == [("function.driving", "note")]
    assert hazard(driving, use=DAILY) == [("function.driving", "note")]
    assert hazard(driving, "dizzy") == [("function.driving", "caution")]
    assert hazard(anaesthesia) == hazard(anaesthesia, procedure_planned=False) == []
    assert hazard(anaesthesia, procedure_planned=True) == [("procedure.anaesthesia", "caution")]
    assert hazard(drug_screen) == []
    assert hazard(drug_screen, drug_screen_planned=True) == [("test.drug-screen", "note")]


def test_words_not_understood_are_named():
    (one,) = words_not_understood(situated("zorping", "seisure"))
    assert "“zorping”" in one.because
    assert "“seisure” as a seizure" in one.because
    assert one.severity == "caution"
    assert [severity for _, severity in hazard(words_not_understood, conditions=["flumbitis"])] == ["note"]
    assert hazard(words_not_understood, "dizzy") == []


# ------------------------------------------------------------------------------------------------- a file that is
# refused

WRONG = [
    '[today]\nsymptoms = ["can\'t wake him"]\n[person]\nage_years = 900',
    '[today]\nsymptoms = "cannot be woken"',
    'symptoms = ["seizure"]',
    '[person\n[today]\nsymptoms = ["chest pain", "dizzy]',
    "[today]\nsymptoms = [blue lips]",
    "[today]\nvitals = { respiratory_rate = 5, temperature = 99 }",
    '[today]\nvitals = { spo2 = "70 %", wrong = 1 }\n[[kratom]]\namount = "3 parsecs"',
    '[person]\nconditions = ["unresponsive"]\nage_years = "x"',
]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_hides_no_emergency(text):
    assert [one.code for one in emergencies_in(text)] == ["emergency.now"]


@pytest.mark.parametrize(
    "text", ["", "nonsense", '[today]\nsymptoms = ["no chest pain"]', "[today]\nvitals = { spo2 = 97 }"]
)
def test_no_emergency_is_made_up(text):
    assert emergencies_in(text) == ()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_searched_without_a_fault(text):
    assert all(one.severity in RANK for one in emergencies_in(text))
