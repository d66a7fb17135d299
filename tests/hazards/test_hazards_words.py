"""Lay words: many spellings and phrasings are understood, denials heeded, nothing is dropped."""

import csv
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketum.words.understanding import read, understand

MEANINGS = {
    "emergency",
    "self-harm",
    "same-day",
    "psychosis",
    "palpitations",
    "jaundice",
    "dark-urine",
    "pale-stool",
    "liver",
    "liver-late",
    "itch",
    "retention",
    "cauda",
    "fever",
    "red-flag",
    "withdrawal",
    "sedation",
    "known",
    "seizure",
    "rhythm",
    "heart",
    "pressure",
    "mood",
    "substance",
    "lungs",
    "apnoea",
    "copd",
    "pregnant",
    "breastfeeding",
    "procedure",
    "kidney",
    "cirrhosis",
    "cancer",
    "bones",
    "immune",
}


def meant(text):
    return {word for one in read(text, "symptom") if not one.denied and one.when == "now" for word in one.concept.means}


EMERGENCIES = [
    "cannot be woken",
    "can't wake him up",
    "cant wake her",
    "won't wake up",
    "unable to wake",
    "doesn't wake up",
    "not waking up",
    "hard to wake",
    "she is very hard to rouse",
    "unresponsive",
    "he won't respond",
    "unconcious",
    "unconscious",
    "passed out",
    "slow breathing",
    "breathing is slow",
    "breathing very slowly",
    "not breathing normally",
    "not breathing well",
    "breathing is not normal",
    "respirations 6",
    "shallow breaths",
    "breathing 6 times a minute",
    "barely breathing",
    "not breathing",
    "she stopped breathing",
    "can't breathe",
    "cannot breath",
    "short of breath",
    "shortness of breath",
    "trouble breathing",
    "difficulty breathing",
    "gasping for air",
    "gurgling",
    "blue lips",
    "lips are blue",
    "lips turning blue",
    "bluish lips",
    "grey lips",
    "gray skin",
    "fingernails are blue",
    "seizure",
    "siezure",
    "seizures",
    "had a fit",
    "fitting",
    "a convulsion",
    "convulsing",
    "chest pain",
    "pain in my chest",
    "chest pains",
    "chestpain",
    "chset pain",
    "tight chest",
    "pressure on the chest",
    "my chest hurts",
    "heart attack",
    "fainted",
    "blacked out",
    "confused",
    "confusion",
    "he is not making sense",
    "slurred speech",
    "face is drooping",
    "worst headache of my life",
    "throat is closing",
    "vomiting blood",
    "vomitting blood",
    "overdose",
    "took too much",
    "coma",
    "no pulse",
    "cold and clammy",
    "cold clammy skin",
    "anaphylaxis",
    "he collapsed",
    "chest pain, no fever",
    "no fever, chest pain since morning",
    "no relief of chest pain",
    "can't sleep because of chest pain",
    "never had chest pain like this",
    "nodding off",
    "fainted again and again",
    "Seizure!",
    "SEIZURE",
    "chest-pain",
    "started having chest pain yesterday",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_in_many_words(text):
    assert "emergency" in meant(text), read(text, "symptom")


QUIET = [
    "no chest pain",
    "denies chest pain",
    "chest pain: none",
    "chest pain - no",
    "without chest pain",
    "never had a seizure",
    "no seizures",
    "no fits or faints",
    "no chest pain, shortness of breath or fainting",
    "not confused",
    "no trouble breathing",
    "no breathing problems",
    "breathing is not slow",
    "breathing normally",
    "breathing rate 14",
    "fit and well",
    "keeps fit",
    "feels fit",
    "seizure free for ten years",
    "negative for chest pain",
    "history of seizures",
    "had a seizure as a child",
    "fainted years ago",
    "family history of seizures",
    "my mother has epilepsy",
    "feeling blue",
    "back pain is killing me",
    "chest infection",
    "dry mouth",
    "itching",
    "nausea",
    "headache",
    "tired and weak",
    "yellow toenails",
    "dying for a cigarette",
    "can't sleep",
    "cannot sleep, awake all night",
    "constipation",
    "sleepy",
    "feels well",
    "ok",
    "a bit dizzy",
    "knee hurts",
    "took 5 grams",
    "takes kratom for pain",
    "burning feet",
    "yellow vein kratom",
    "weakness",
    "agitated",
    "pain after exercise",
    "lives with his mother",
    "taken with food",
    "hard to concentrate",
    "wakes up often",
]


@pytest.mark.parametrize("text", QUIET)
def test_no_emergency(text):
    assert not {"emergency", "self-harm"} & meant(text), read(text, "symptom")


WISHES = [
    "want to die",
    "wants to die",
    "suicidal",
    "suicidle",
    "suicidal thoughts",
    "thoughts of suicide",
    "doesn't want to live anymore",
    "I don't want to be here",
    "better off dead",
    "wants to kill himself",
    "kill myself",
    "end my life",
    "end it all",
    "self-harm",
    "cutting myself",
    "no reason to live",
    "thinks about suicide",
    "tried to kill herself",
    "life is not worth living",
]


@pytest.mark.parametrize("text", WISHES)
def test_wishes_to_die(text):
    assert "self-harm" in meant(text)


@pytest.mark.parametrize(
    "text", ["not suicidal", "no suicidal thoughts", "denies thoughts of self-harm or suicide", "pain killer"]
)
def test_no_wish_to_die(text):
    assert "self-harm" not in meant(text)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("yellow eyes", "jaundice"),
        ("eyes look yellow", "jaundice"),
        ("my skin turned yellow", "jaundice"),
        ("jaundise", "jaundice"),
        ("yellowing of the whites of the eyes", "jaundice"),
        ("dark pee", "dark-urine"),
        ("urine like cola", "dark-urine"),
        ("brown urine", "dark-urine"),
        ("pale poo", "pale-stool"),
        ("clay-coloured stools", "pale-stool"),
        ("itchy all over", "itch"),
        ("hears voices", "psychosis"),
        ("hallucinatons", "psychosis"),
        ("racing heart", "palpitations"),
        ("heart is pounding", "palpitations"),
        ("numb between my legs", "cauda"),
        ("wet myself", "cauda"),
        ("can't hold my urine", "cauda"),
        ("leg is getting weak", "cauda"),
        ("foot drop", "cauda"),
        ("cannot pass urine", "retention"),
        ("fever", "fever"),
        ("losing weight without trying", "red-flag"),
        ("pain at night", "red-flag"),
        ("runny nose", "withdrawal"),
        ("can't stop vomiting", "same-day"),
        ("restless legs", "withdrawal"),
        ("goosebumps", "withdrawal"),
    ],
)
def test_other_meanings(text, meaning):
    assert meaning in meant(text), read(text, "symptom")


def test_what_is_over_is_recent_and_what_is_old_is_a_condition():
    said = understand(["seizure yesterday", "history of seizures as a child"])
    assert said.lately("emergency") == ("a seizure",)
    assert said.named("emergency") == ()
    assert said.has("seizure") == ("a seizure disorder",)


def test_a_condition_among_the_symptoms_and_the_reverse():
    said = understand(["COPD", "sleep apnoea"], ["suicidal ideation today", "itching"])
    assert said.has("lungs") == ("COPD", "sleep apnoea")
    assert said.named("emergency") == ()
    assert said.named("itch") == ("itching",)


def test_what_is_not_understood_is_named():
    said = understand(["zorping", "none", "no symptoms", "dizzy"], ["flumbitis", "low back pain"])
    assert (said.unread_symptoms, said.unread_conditions) == (("zorping",), ("flumbitis",))


@pytest.mark.parametrize("text", ["fever", "never"])
def test_a_word_with_a_meaning_of_its_own_is_not_misread(text):
    assert ("fever" in meant(text)) is (text == "fever")


def test_a_guess_is_called_one():
    (one,) = read("seisure", "symptom")
    assert one.guessed
    assert not read("seizure", "symptom")[0].guessed


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text):
    understand([text], [text])


@settings(deadline=None)
@given(
    st.sampled_from([text for text in EMERGENCIES if "," not in text]),
    st.sampled_from(["{}, and dizzy", "nausea; {}", "{}!", "  {} "]),
)
def test_other_words_beside_it_hide_no_emergency(text, beside):
    assert "emergency" in meant(beside.format(text))


def test_every_phrase_of_the_vocabulary_is_found_as_itself():
    with (files("ketum.words") / "vocabulary.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {word for row in rows for word in row["means"].split()} <= MEANINGS
    for row in rows:
        for phrase in row["phrases"].split(";"):
            found = {one.concept.name for one in read(phrase.strip(), row["of"])}
            assert found, phrase
            if set(row["means"].split()) & {"emergency", "self-harm", "jaundice", "cauda"} and row["of"] == "symptom":
                assert row["concept"] in found, (phrase, found)


def signs_of_today(*conditions):
    said = understand((), conditions)
    return said.named("emergency", "self-harm")


@pytest.mark.parametrize(
    ("condition", "sign"),
    [
        ("chest pain", "chest pain"),
        ("chronic chest pain", "chest pain"),
        ("epilepsy, chest pain", "chest pain"),
        ("chest pain since 2019", "chest pain"),
        ("started having chest pain 2019, still there", "chest pain"),
        ("chest pain 2019-11-28 to today, ongoing", "chest pain"),
        ("confusion", "confusion"),
        ("fainting", "fainting"),
        ("asthma, cannot breathe", "not breathing, or not able to"),
        ("depression with suicidal thoughts", "wants to die"),
        ("suicidal", "wants to die"),
    ],
)
def test_a_sign_that_cannot_wait_counts_among_the_conditions(condition, sign):
    assert sign in signs_of_today(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "no chest pain",
        "denies chest pain",
        "chest pain 2019",
        "chest pain in 2019",
        "history of chest pain",
        "family history of chest pain",
        "history of seizures",
        "seizures",
        "heart attack",
        "heart attack 2018",
        "stroke",
        "palpitations",
        "knee pain",
        "overdose last year",
        "depression",
    ],
)
def test_an_illness_or_what_is_past_is_no_sign_of_today(condition):
    assert signs_of_today(condition) == ()


def test_an_illness_named_beside_a_sign_stays_known():
    said = understand((), ["epilepsy, chest pain"])
    assert said.has("seizure") == ("a seizure disorder",)


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("chest pain 2019", False),
        ("chest pain 2999", True),
        ("chest pain 2019-11-28", True),
        ("chest pain after 2000 mg", True),
        ("chest pain since 2019", True),
    ],
)
def test_a_year_alone_is_past_but_a_date_or_an_amount_is_not(text, now):
    assert ("emergency" in meant(text)) is now
