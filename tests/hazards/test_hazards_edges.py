"""The edges of each severity, as the rules of the reference state them: just below, at and just above."""

import pytest
from tests.hazards.situations import TODAY

from ketum.case import parse_case
from ketum.hazards import screen
from ketum.sizes import DoseSize, InteractionSize, Interval

TESTED = 'certificate = { mitragynine = "1.4 %" }\ntested = ["metals", "microbes"]'


def dose(grams=2.0, mitragynine=28.0):
    def exactly(amount):
        return Interval(amount, amount, amount)

    return DoseSize(exactly(1000 * grams), exactly(mitragynine), exactly(0.2))


def severity(code, who="", kratom="", medicines="", today="", sizes=(), taken=None):
    """The severity of one finding in a whole case; None where it is not given."""
    person = {"age_years": "40", "sex": '"female"', "weight_kg": "70", "region": '"US-AK"'}
    own = dict(line.split(" = ", 1) for line in who.splitlines())
    table = "\n".join(f"{key} = {value}" for key, value in (person | own).items())
    product = kratom if "product" in kratom else f'product = "leaf-capsule"\namount = "2 g"\n{TESTED}\n{kratom}'
    text = f"[person]\n{table}\n[[kratom]]\n{product}\n{medicines}\n[today]\n{today}\n"
    found = {one.code: one.severity for one in screen(parse_case(text), (taken or dose(),), sizes, TODAY)}
    return found.get(code)


def medicine(name, **keys):
    return f'[[medicine]]\nname = "{name}"\n' + "".join(f"{key} = {value}\n" for key, value in keys.items())


@pytest.mark.parametrize(
    ("code", "age", "expected"),
    [
        ("age.minor", 17.9, "danger"), ("age.minor", 18, None),
        ("age.older", 59.9, None), ("age.older", 60, "note"), ("age.older", 64.9, "note"), ("age.older", 65, "caution"),
    ],
)  # fmt: skip
def test_ages(code, age, expected):
    assert severity(code, f"age_years = {age}") == expected


@pytest.mark.parametrize(
    ("code", "medicines", "age", "expected"),
    [
        ("interaction.sedative", ["cyclobenzaprine"], 64, "caution"),
        ("interaction.sedative", ["cyclobenzaprine"], 65, "danger"),
        ("interaction.hypotensive", ["amlodipine", "lisinopril"], 65, "note"),
        ("interaction.hypotensive", ["amlodipine", "lisinopril", "losartan"], 64, "note"),
        ("interaction.hypotensive", ["amlodipine", "lisinopril", "losartan"], 65, "caution"),
    ],
)
def test_medicines_in_old_age(code, medicines, age, expected):
    assert severity(code, f"age_years = {age}", medicines="".join(map(medicine, medicines))) == expected


@pytest.mark.parametrize(("age", "expected"), [(4.9, "caution"), (5, "note"), (74.9, "note"), (75, "caution")])
def test_germs_at_the_ends_of_life(age, expected):
    untested = 'product = "leaf-capsule"\namount = "2 g"'
    assert severity("product.microbes", f"age_years = {age}", untested) == expected


@pytest.mark.parametrize(
    ("code", "drinks", "expected"),
    [
        ("interaction.sedative", 0, None), ("interaction.sedative", 2, "caution"),
        ("interaction.sedative", 2.1, "danger"),
        ("function.driving", 2, "note"), ("function.driving", 2.1, "caution"),
        ("condition.substance-use", 4, None), ("condition.substance-use", 4.1, "caution"),
    ],
)  # fmt: skip
def test_drinks(code, drinks, expected):
    assert severity(code, f"drinks_per_day = {drinks}") == expected


@pytest.mark.parametrize(("drinks", "expected"), [(2.9, None), (3, "caution")])
def test_paracetamol_beside_drinks(drinks, expected):
    tylenol = medicine("Tylenol", amount='"500 mg"', every='"8 h"')
    assert severity("interaction.hepatotoxic", f"drinks_per_day = {drinks}", medicines=tylenol) == expected


@pytest.mark.parametrize(
    ("vital", "expected"),
    [
        ("respiratory_rate = 8", "emergency"), ("respiratory_rate = 9", None),
        ("respiratory_rate = 24", None), ("respiratory_rate = 25", "emergency"),
        ("spo2 = 91", "emergency"), ("spo2 = 92", None), ("systolic = 90", "emergency"), ("systolic = 91", None),
        ("systolic = 219", None), ("systolic = 220", "emergency"), ("heart_rate = 40", "emergency"),
        ("heart_rate = 41", None), ("heart_rate = 130", None), ("heart_rate = 131", "emergency"),
        ("gcs = 14", "emergency"), ("gcs = 15", None),
    ],
)  # fmt: skip
def test_one_vital_sign_of_three_points(vital, expected):
    assert severity("emergency.now", today=f"vitals = {{ {vital} }}") == expected


@pytest.mark.parametrize(
    ("vitals", "now", "today"),
    [
        ("respiratory_rate = 22, heart_rate = 115", None, None),  # 4 points
        ("respiratory_rate = 22, heart_rate = 115, systolic = 108", None, "danger"),  # 5
        ("respiratory_rate = 22, heart_rate = 115, systolic = 98", None, "danger"),  # 6
        ("respiratory_rate = 22, heart_rate = 115, systolic = 98, spo2 = 95", "emergency", None),  # 7
    ],
)
def test_points_of_several_vital_signs(vitals, now, today):
    written = f"vitals = {{ {vitals} }}"
    assert severity("emergency.now", today=written) == now
    assert severity("urgent.same-day", today=written) == today


@pytest.mark.parametrize(
    ("code", "qtc", "sex", "medicines", "expected"),
    [
        ("condition.cardiac", 450, "male", [], None), ("condition.cardiac", 451, "male", [], "caution"),
        ("condition.cardiac", 460, "female", [], None), ("condition.cardiac", 461, "female", [], "caution"),
        ("condition.cardiac", 500, "male", [], "caution"), ("condition.cardiac", 501, "male", [], "danger"),
        ("urgent.same-day", 500, "male", [], None), ("urgent.same-day", 501, "male", [], "danger"),
        ("interaction.qt", 499, "female", ["omeprazole"], "note"),
        ("interaction.qt", 500, "female", ["omeprazole"], "danger"),
        ("interaction.qt", 469, "female", ["methadone"], "caution"),
        ("interaction.qt", 470, "female", ["methadone"], "danger"),
    ],
)  # fmt: skip
def test_qtc(code, qtc, sex, medicines, expected):
    lab = f'labs = {{ qtc = "{qtc} ms" }}'
    assert severity(code, f'sex = "{sex}"', medicines="".join(map(medicine, medicines)), today=lab) == expected


@pytest.mark.parametrize(
    ("alt", "symptoms", "expected"),
    [
        (40, [], None), (41, [], "note"), (119, [], "note"), (120, [], "caution"), (200, [], "caution"),
        (199, ["itching"], "caution"), (200, ["itching"], "danger"),
    ],
)  # fmt: skip
def test_folds_of_alt(alt, symptoms, expected):
    """The upper limit is 40 U/L: 3 times is 120, 5 times 200."""
    written = f'labs = {{ alt = "{alt} U/L" }}\nupper_limits = {{ alt = "40 U/L" }}\nsymptoms = {symptoms}'
    assert severity("liver.warning-signs", today=written) == expected


@pytest.mark.parametrize(("alt", "expected"), [(100, "caution"), (101, "danger")])
def test_alt_beside_a_boxed_medicine(alt, expected):
    lab = f'labs = {{ alt = "{alt} U/L" }}'
    assert severity("interaction.hepatotoxic", medicines=medicine("ketoconazole"), today=lab) == expected


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("ketoconazole", "inhibitor", "caution"), ("fluconazole", "inhibitor", "caution"),
        ("fluvoxamine", "inhibitor", "note"), ("rifampicin", "inducer", "caution"), ("efavirenz", "inducer", "caution"),
    ],
)  # fmt: skip
def test_strength_of_what_changes_kratom(name, role, expected):
    assert severity(f"interaction.cyp3a-{role}", medicines=medicine(name)) == expected


@pytest.mark.parametrize(
    ("name", "role", "ratio", "expected"),
    [
        ("ketoconazole", "inhibitor", 4.99, "caution"), ("ketoconazole", "inhibitor", 5.0, "danger"),
        ("rifampicin", "inducer", 0.1, "caution"),
    ],
)  # fmt: skip
def test_only_a_fivefold_rise_is_a_danger(name, role, ratio, expected):
    change = Interval(ratio, ratio, ratio)
    size = InteractionSize(name, "perpetrator", "CYP3A", "AUC of mitragynine", change, "dynamic", ("ddi23",))
    assert severity(f"interaction.cyp3a-{role}", medicines=medicine(name), sizes=(size,)) == expected


@pytest.mark.parametrize(
    ("name", "median", "high", "expected"),
    [
        ("midazolam", 1.1, 1.24, None), ("midazolam", 1.1, 1.25, "note"), ("midazolam", 1.25, 1.5, "note"),
        ("midazolam", 1.99, 3, "note"), ("midazolam", 2.0, 3, "caution"), ("midazolam", 4.99, 6, "caution"),
        ("midazolam", 5.0, 6, "danger"),
        ("tacrolimus", 1.1, 1.24, "note"), ("tacrolimus", 1.1, 1.25, "caution"), ("tacrolimus", 1.99, 3, "caution"),
        ("tacrolimus", 2.0, 3, "danger"),
    ],
)  # fmt: skip
def test_bands_of_a_rise_and_of_a_narrow_index(name, median, high, expected):
    size = InteractionSize(name, "victim", "CYP3A", "AUC", Interval(median, 1.0, high), "dynamic", ("ddi01",))
    assert severity("interaction.cyp3a-victim", medicines=medicine(name), sizes=(size,)) == expected


@pytest.mark.parametrize(
    ("name", "code", "last"),
    [
        ("rifampicin", "interaction.cyp3a-inducer", 21), ("phenobarbital", "interaction.cyp3a-inducer", 28),
        ("itraconazole", "interaction.cyp3a-inhibitor", 14), ("clarithromycin", "interaction.cyp3a-inhibitor", 7),
        ("phenelzine", "interaction.serotonergic", 14), ("fluoxetine", "interaction.serotonergic", 80),
        ("naltrexone", "interaction.opioid-antagonist", 3), ("methadone", "interaction.opioid", 10),
    ],
)  # fmt: skip
def test_the_last_day_that_a_stopped_medicine_counts(name, code, last):
    assert severity(code, medicines=medicine(name, stopped_days_ago=last)) is not None
    assert severity(code, medicines=medicine(name, stopped_days_ago=last + 0.1)) is None


@pytest.mark.parametrize(
    ("every", "expected"), [('"8 h"', None), ('"7.9 h"', "caution"), ('"6 h"', "caution"), ('"5.9 h"', "danger")]
)
def test_a_medicine_under_two_names_counts_with_both_amounts(every, expected):
    """Twice 500 mg: 3 g a day every 8 h, 4 g every 6 h."""
    both = medicine("Tylenol", amount='"500 mg"', every=every) + medicine("paracetamol", amount='"500 mg"', every=every)
    assert severity("interaction.hepatotoxic", medicines=both) == expected


@pytest.mark.parametrize(
    ("condition", "code", "expected"),
    [
        ("epilepsy", "condition.seizure", "danger"), ("family history of epilepsy", "condition.seizure", None),
        ("my mother has epilepsy", "condition.seizure", None), ("long QT syndrome", "condition.cardiac", "danger"),
        ("family history of long QT syndrome", "condition.cardiac", None),
    ],
)  # fmt: skip
def test_an_illness_of_the_family_is_not_the_persons(condition, code, expected):
    assert severity(code, f'conditions = ["{condition}"]') == expected


@pytest.mark.parametrize(
    ("region", "number"), [("DE", "(112)"), ("SE-AB", "(112)"), ("US-OH", "(911)"), ("ZZ", None), ("XX", None)]
)
def test_the_number_to_call(region, number):
    from ketum.hazards.emergency import emergency
    from ketum.words.understanding import understand

    (finding,) = emergency(understand(["cannot be woken"]), {}, region, 40)
    assert ("(" in finding.title) is (number is not None)
    assert number is None or number in finding.title


@pytest.mark.parametrize(("product", "expected"), [("tea", "note"), ("7oh-product", "caution")])
def test_that_leaf_may_be_kept_says_nothing_of_a_concentrate(product, expected):
    """Finland bans the sale of leaf and does not punish having it."""
    amount = '"15 mg 7-OH"' if product == "7oh-product" else '"2 g"'
    assert severity("law.banned", 'region = "FI"', f'product = "{product}"\namount = {amount}') == expected


@pytest.mark.parametrize(("percent", "expected"), [(0.028, None), (0.03, "caution")])
def test_the_cap_on_7oh_among_the_alkaloids(percent, expected):
    """Of 1.4 % alkaloids, 2 % are 0.028 %."""
    content = f'{{ mitragynine = "{1.4 - percent:.4f} %", 7-hydroxymitragynine = "{percent} %" }}'
    product = f'product = "leaf-capsule"\namount = "2 g"\ntested = ["metals", "microbes"]\ncertificate = {content}'
    assert severity("product.concentrated-7oh", kratom=product) == expected


DAILY = 'every = "24 h"\ndays = 30'


@pytest.mark.parametrize(("hours", "expected"), [(335, "note"), (336, "note"), (337, None)])
def test_days_since_stopping(hours, expected):
    assert severity("dependence.withdrawal", kratom=DAILY, today=f"stopped_hours_ago = {hours}") == expected


@pytest.mark.parametrize(("hours", "expected"), [(5.9, None), (6, "caution")])
def test_signs_soon_after_a_dose_are_its_effect(hours, expected):
    signs = f'symptoms = ["runny nose", "yawning"]\nlast_dose_hours_ago = {hours}'
    assert severity("dependence.withdrawal", kratom=DAILY, today=signs) == expected


@pytest.mark.parametrize(("hours", "expected"), [(240, "danger"), (241, None)])
def test_withdrawal_in_pregnancy(hours, expected):
    assert severity("urgent.same-day", "pregnant = true", DAILY, today=f"stopped_hours_ago = {hours}") == expected


@pytest.mark.parametrize(
    ("code", "every", "days", "expected"),
    [
        ("dependence.risk", 24, 14, None), ("dependence.risk", 24, 15, "note"),
        ("dependence.risk", 8, 27, "note"), ("dependence.risk", 8, 28, "caution"), ("dependence.risk", 8.1, 28, "note"),
        ("dependence.risk", 48, 15, "note"), ("dependence.risk", 49, 15, None),
        ("dependence.do-not-stop-suddenly", 24, 89, None), ("dependence.do-not-stop-suddenly", 24, 90, "note"),
        ("dependence.do-not-stop-suddenly", 24, 359, "note"), ("dependence.do-not-stop-suddenly", 24, 360, "caution"),
    ],
)  # fmt: skip
def test_how_often_and_how_long(code, every, days, expected):
    assert severity(code, kratom=f'every = "{every} h"\ndays = {days}') == expected


@pytest.mark.parametrize(("rate", "expected"), [(60, None), (59, "note"), (30, "note"), (29, "caution")])
def test_the_kidney(rate, expected):
    assert severity("condition.kidney", f"egfr = {rate}") == expected


@pytest.mark.parametrize(("grams", "expected"), [(0.9, None), (1.0, "note"), (24.9, "note"), (25.0, "caution")])
def test_metals_by_the_daily_amount(grams, expected):
    product = 'product = "leaf-capsule"\namount = "2 g"\nevery = "24 h"\ndays = 10'
    assert severity("product.heavy-metals", kratom=product, taken=dose(grams)) == expected


@pytest.mark.parametrize(("pressure", "expected"), [(99, "caution"), (100, "note")])
def test_a_low_pressure_beside_a_medicine_for_it(pressure, expected):
    found = severity(
        "interaction.hypotensive", medicines=medicine("lisinopril"), today=f"vitals = {{ systolic = {pressure} }}"
    )
    assert found == expected
