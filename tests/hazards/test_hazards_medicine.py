"""Medicines beside kratom: what must be found, what must not, and what changes nothing."""

import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketum.case import parse_case
from ketum.evidence import fact, facts
from ketum.hazards import screen
from ketum.hazards.finding import RANK
from ketum.medicine import taken_in
from ketum.medicine.catalogue import entries
from ketum.report.terminal import as_text
from ketum.sizes import TOGETHER, DoseSize, InteractionSize, Interval

TODAY = date(2026, 11, 22)
LEAF = (
    'product = "leaf-capsule"\namount = "2 g"\ncertificate = { mitragynine = "1.4 %" }\ntested = ["metals", "microbes"]'
)
DAILY = 'every = "8 h"\ndays = 10'
DOSE = DoseSize(Interval(2000, 2000, 2000), Interval(28, 26, 30), Interval(0.2, 0.1, 0.3))


def medicine(name, **keys):
    told = "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in keys.items())
    return f'[[medicine]]\nname = "{name}"\n{told}'


def found(*medicines, who="", today="", kratom=LEAF, sizes=(), age=40, dose=DOSE):
    text = "\n".join(one if one.startswith("[[") else medicine(one) for one in medicines)
    case = parse_case(
        f'[person]\nage_years = {age}\nsex = "female"\nweight_kg = 70\nregion = "US-AK"\n{who}\n'
        f"[[kratom]]\n{kratom}\n{text}\n[today]\n{today}\n"
    )
    return {(one.code, one.severity): one for one in screen(case, (dose,), sizes, TODAY)}


def severities(*medicines, **keys):
    return dict(found(*medicines, **keys).keys())


def one(code, *medicines, **keys):
    (finding,) = (finding for (name, _), finding in found(*medicines, **keys).items() if name == code)
    return finding


@pytest.mark.parametrize(
    ("medicines", "code", "severity", "fact_id"),
    [
        # Published reports with kratom, by the fact that holds the report.
        (["quetiapine"], "interaction.cyp3a-victim", "caution", "DD030"),
        (["quetiapine"], "interaction.sedative", "caution", "DD036"),
        (["venlafaxine", "quetiapine"], "interaction.serotonergic", "caution", "DD031"),
        (["venlafaxine", "diphenhydramine", "mirtazapine", "alcohol"], "interaction.sedative", "danger", "DD036"),
        (["fentanyl"], "interaction.opioid", "danger", "DD033"),
        (["heroin"], "interaction.opioid", "danger", "DD034"),
        (["midazolam"], "interaction.cyp3a-victim", "note", "ddi01"),
        (["dextromethorphan"], "interaction.cyp2d6-victim", "note", "ddi04"),
        (["diphenhydramine"], "interaction.sedative", "caution", "DD036"),
        (["diphenhydramine"], "interaction.seizure", "caution", "CC019"),
        (["modafinil"], "interaction.seizure", "caution", "DD048"),
        (["propylhexedrine"], "interaction.stimulant", "caution", "CC002"),
        (["datura"], "interaction.seizure", "caution", "CC021"),
        (["oxycodone"], "interaction.opioid", "danger", "DD007"),
        (["ketoconazole"], "interaction.cyp3a-inhibitor", "caution", "DD026"),
        (["loperamide"], "interaction.opioid", "caution", "ddi22"),
        # What textbooks hold.
        (["tramadol"], "interaction.opioid", "danger", "DD036"),
        (["tramadol"], "interaction.serotonergic", "note", "DD031"),
        (["alprazolam"], "interaction.sedative", "danger", "DD036"),
        (["zolpidem"], "interaction.sedative", "danger", "DD036"),
        (["gabapentin"], "interaction.sedative", "danger", "DD036"),
        (["pregabalin"], "interaction.sedative", "danger", "DD036"),
        (["phenobarbital"], "interaction.sedative", "danger", "DD036"),
        (["phenobarbital"], "interaction.cyp3a-inducer", "caution", "PC041"),
        (["sodium oxybate"], "interaction.sedative", "danger", "DD036"),
        (["kava"], "interaction.sedative", "caution", "DD036"),  # named in a list of sleep-inducing herbs
        (["phenibut"], "interaction.sedative", "danger", "DD036"),
        (["tianeptine"], "interaction.opioid", "danger", "DD036"),
        (["linezolid", "sertraline"], "interaction.serotonergic", "danger", "DD031"),
        (["linezolid"], "interaction.serotonergic", "caution", "DD031"),
        (["selegiline"], "interaction.serotonergic", "caution", "DD031"),
        (["naltrexone"], "interaction.opioid-antagonist", "caution", "DE046"),
        (["buprenorphine"], "interaction.opioid-antagonist", "danger", "DE046"),
        (["naloxone"], "interaction.opioid-antagonist", "note", "AE053"),
        (["phenelzine"], "interaction.serotonergic", "danger", "DD031"),
        (["rifampicin"], "interaction.cyp3a-inducer", "caution", "PC044"),
        (["carbamazepine"], "interaction.cyp3a-inducer", "caution", "PC039"),
        (["clarithromycin"], "interaction.cyp3a-inhibitor", "caution", "PC003"),
        (["grapefruit"], "interaction.cyp3a-inhibitor", "caution", "VF1839"),
        (["tacrolimus"], "interaction.cyp3a-victim", "caution", "ddi01"),
        (["sirolimus"], "interaction.cyp3a-victim", "caution", "ddi01"),
        (["ergotamine"], "interaction.cyp3a-victim", "caution", "ddi01"),
        (["simvastatin"], "interaction.cyp3a-victim", "note", "ddi01"),
        (["levorphanol"], "interaction.opioid", "danger", "DD036"),
        (["kava"], "interaction.hepatotoxic", "caution", "DD044"),
        (["digoxin"], "interaction.pgp-victim", "caution", "ddi22"),
        (["dabigatran"], "interaction.pgp-victim", "caution", "ddi22"),
        (["methadone"], "interaction.qt", "caution", "CA001"),
        (["bupropion"], "interaction.seizure", None, "CC016"),
        (["amphetamine"], "interaction.stimulant", "caution", "CC002"),
        (["clonidine"], "interaction.hypotensive", "caution", "CC007"),
        (["isoniazid"], "interaction.hepatotoxic", None, "DD044"),
    ],
)
def test_a_combination_gives_its_finding(medicines, code, severity, fact_id):
    finding = one(code, *medicines)
    assert severity in (None, finding.severity)
    assert fact_id in finding.evidence


@pytest.mark.parametrize(
    "benign",
    [
        medicine("paracetamol", amount="500 mg", every="8 h"), "vitamin D3 1000 IU", "omeprazole 20 mg", "metformin",
        "loratadine", "cetirizine", "amoxicillin", "fish oil", "magnesium", "ibuprofen", "naproxen", "albuterol",
        "levothyroxine", "lisinopril", "losartan", "hydrochlorothiazide", "atenolol", "finasteride", "melatonin",
        "insulin",
        "montelukast", "famotidine", "psyllium", "docusate", "coffee", "multivitamin", "semaglutide",
    ],
)  # fmt: skip
def test_a_benign_medicine_gives_nothing_above_a_note(benign):
    assert all(RANK[severity] >= RANK["note"] for severity in severities(benign).values())


def test_the_median_ordinary_case_is_not_a_page_of_alarms():
    several = ("sertraline", "atorvastatin", "lisinopril", "omeprazole", "metformin")
    assert sum(RANK[severity] < RANK["note"] for severity in severities(*several).values()) <= 4


def test_two_sedatives_are_one_finding_graded_up():
    assert severities("cyclobenzaprine")["interaction.sedative"] == "caution"
    finding = one("interaction.sedative", "cyclobenzaprine", "hydroxyzine")
    assert finding.severity == "danger"
    assert "cyclobenzaprine and hydroxyzine" in finding.title
    assert severities("cyclobenzaprine", "oxycodone")["interaction.sedative"] == "danger"


def test_an_opioid_names_the_sedative_beside_it():
    assert "Alprazolam adds to it" in one("interaction.opioid", "oxycodone", "Xanax").because.replace(" (Xanax)", "")


@pytest.mark.parametrize(("drinks", "severity"), [(0, None), (1, "caution"), (2, "caution"), (4, "danger")])
def test_alcohol_counts_from_the_person(drinks, severity):
    assert severities(who=f"drinks_per_day = {drinks}").get("interaction.sedative") == severity


def test_alcohol_of_unknown_amount_does_not_reassure():
    assert severities("alcohol")["interaction.sedative"] == "danger"


def test_present_opioid_use_counts_without_a_name():
    assert severities(who='opioid_use = "current"')["interaction.opioid"] == "danger"
    assert "interaction.opioid" not in severities(who='opioid_use = "past"')
    assert "interaction.opioid" not in severities("buprenorphine", who='opioid_use = "current"')


def test_naltrexone_in_someone_used_to_kratom():
    assert severities("naltrexone", who='kratom_experience = "regular"')["interaction.opioid-antagonist"] == "danger"


@pytest.mark.parametrize(
    ("name", "days", "code", "counts"),
    [
        ("naltrexone", 2, "interaction.opioid-antagonist", True),
        ("naltrexone", 5, "interaction.opioid-antagonist", False),
        ("Vivitrol", 20, "interaction.opioid-antagonist", True),
        ("Vivitrol", 60, "interaction.opioid-antagonist", False),
        ("phenelzine", 10, "interaction.serotonergic", True),
        ("phenelzine", 30, "interaction.serotonergic", False),
        ("rifampicin", 10, "interaction.cyp3a-inducer", True),
        ("rifampicin", 40, "interaction.cyp3a-inducer", False),
        ("itraconazole", 10, "interaction.cyp3a-inhibitor", True),
        ("fluoxetine", 30, "interaction.serotonergic", True),
        ("sertraline", 30, "interaction.serotonergic", False),
        ("amiodarone", 60, "interaction.qt", True),
        ("buprenorphine", 5, "interaction.opioid-antagonist", True),
    ],
)
def test_what_outlasts_its_last_dose(name, days, code, counts):
    assert (code in severities(medicine(name, stopped_days_ago=days))) is counts


def test_a_stopped_inducer_says_that_kratom_may_change_and_act_more():
    finding = one("interaction.cyp3a-inducer", medicine("rifampicin", stopped_days_ago=7))
    assert "still counts, and is fading" in finding.because
    assert "which way is not known" in finding.because
    assert "stronger effect after stopping it" in finding.watch
    assert {"PT015", "PT016"} <= set(finding.evidence)


def test_a_victim_says_what_happens_on_stopping_kratom():
    assert "When kratom is stopped, the level falls back" in one("interaction.cyp3a-victim", "tacrolimus").because


def test_a_dynamic_size_goes_before_the_static_one():
    size = InteractionSize(
        "midazolam", "victim", "CYP3A", "AUC of midazolam", Interval(2.5, 1.5, 4.0), "dynamic", ("ddi01",),
        Interval(0.4, 0.3, 0.6),
    )  # fmt: skip
    finding = one("interaction.cyp3a-victim", "midazolam", sizes=(size,))
    assert finding.severity == "caution"
    assert [number.value for number in finding.numbers[:2]] == [2.5, 0.4]
    assert "screen" not in finding.because
    assert finding.certainty == "low"


def test_the_static_size_gives_the_study_back():
    """Calibrated to midazolam after 39 mg, so it must return the published ratio and interval there."""
    dose = DoseSize(mitragynine_mg=Interval(39, 39, 39))
    finding = one("interaction.cyp3a-victim", "midazolam", dose=dose)
    shown = finding.numbers[0]
    studied = fact("ddi01")
    assert (shown.value, (shown.low, shown.high)) == (studied.number(), studied.interval())
    assert "screen only" in shown.origin


def test_more_kratom_never_shrinks_a_static_size():
    ratios = [
        one("interaction.cyp3a-victim", "buspirone", dose=DoseSize(mitragynine_mg=Interval(mg, mg, mg)))
        .numbers[0]
        .value
        for mg in (10, 39, 80, 200)
    ]
    assert ratios == sorted(ratios)


def test_an_infusion_meets_no_gut_wall():
    assert "interaction.cyp3a-victim" not in severities(medicine("midazolam", route="iv"))


def test_a_poor_metaboliser_has_nothing_to_lose():
    assert "interaction.cyp2d6-victim" in severities("metoprolol")
    assert "interaction.cyp2d6-victim" not in severities("metoprolol", who='cyp2d6 = "poor"')


@pytest.mark.parametrize(
    ("amount", "every", "severity"), [("500 mg", "6 h", None), ("1 g", "7 h", "caution"), ("1 g", "4 h", "danger")]
)
def test_paracetamol_by_its_daily_amount(amount, every, severity):
    assert severities(medicine("Tylenol", amount=amount, every=every)).get("interaction.hepatotoxic") == severity


def test_paracetamol_beside_much_alcohol():
    tylenol = medicine("Tylenol", amount="500 mg", every="8 h")
    assert severities(tylenol, who="drinks_per_day = 4")["interaction.hepatotoxic"] == "caution"


def test_a_long_qt_today_is_a_danger_beside_a_qt_drug():
    assert severities("methadone", today='labs = { qtc = "510 ms" }')["interaction.qt"] == "danger"


def test_the_same_medicine_under_two_names_counts_once():
    finding = one("interaction.opioid", "Roxicodone", "OxyContin")
    assert "oxycodone (named 2 times: OxyContin, Roxicodone)" in finding.because
    assert finding.title.count("oxycodone") == 1


def test_a_combination_product_is_its_parts():
    assert severities("Percocet")["interaction.opioid"] == "danger"
    both = medicine("Tylenol", amount="1 g", every="6 h")
    assert severities("NyQuil", both)["interaction.sedative"] == "caution"


def test_an_ingredient_of_a_mixed_product_counts():
    kratom = LEAF.replace("leaf-capsule", "mixed") + '\nwith = ["kava", "phenibut"]'
    finding = one("interaction.sedative", kratom=kratom)
    assert "kava and phenibut" in finding.title


@pytest.mark.parametrize("name", ["Qwxzyvol", "オキシコドン", "оксикодон", "羟考酮", "!!!", "x", "99"])
def test_an_unknown_name_makes_the_screen_incomplete(name):
    finding = one("medicine.unknown", name)
    assert finding.severity == "caution"
    assert name in finding.because
    assert "incomplete" in finding.because


def test_a_near_match_is_screened_and_named_as_a_guess():
    told = found("oxycodon")
    assert ("interaction.opioid", "danger") in told
    assert "a guess at oxycodon" in told["interaction.opioid", "danger"].because
    assert '"oxycodon" as oxycodone' in told["medicine.unknown", "caution"].because
    assert "incomplete" not in told["medicine.unknown", "caution"].because


def test_two_near_candidates_are_both_named():
    because = one("medicine.unknown", "prednisolon").because
    assert "prednisolone" in because
    assert "prednisone" in because


def test_a_remembered_flag_is_said_to_be_unverified_and_stays_at_caution():
    for name in entries():
        if name in ("kratom", "ethanol"):
            continue
        for (code, severity), finding in found(name).items():
            mine = [fact_id for fact_id in finding.evidence if facts()[fact_id].details.get("generic") == name]
            if not code.startswith("interaction.") or not mine:
                continue
            if not any(fact(fact_id).verified for fact_id in mine):
                assert RANK[severity] >= RANK["caution"], (name, code)
                text = finding.because + finding.clinical
                assert "ot verified" in text, (name, code)


NAMES = sorted(entries())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), st.randoms())
def test_the_order_of_medicines_changes_nothing(names, random):
    shuffled = list(names)
    random.shuffle(shuffled)
    quoted = [medicine(name) for name in names], [medicine(name) for name in shuffled]
    assert found(*quoted[0]) == found(*quoted[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(NAMES), max_size=4, unique=True), st.sampled_from(NAMES))
def test_one_more_medicine_removes_and_softens_no_finding(names, another):
    before, after = severities(*map(medicine, names)), severities(*map(medicine, {*names, another}))
    assert len(after) == len(found(*map(medicine, {*names, another})))  # one finding for each code
    for code, severity in before.items():
        assert RANK[after[code]] <= RANK[severity], code


def test_kratom_among_the_medicines_is_said_to_be_left_out():
    assert "[[kratom]] product" in one("medicine.unknown", "7-OH").because


def test_what_stops_breathing_comes_before_what_changes_a_level():
    case = ["oxycodone", "alprazolam", "naltrexone", "phenelzine"]
    codes = [finding.code for finding in found(*case, who='kratom_experience = "regular"').values()]
    assert codes[:3] == ["interaction.opioid", "interaction.sedative", "interaction.opioid-antagonist"]


def test_forty_medicines():
    assert severities(*NAMES[::13][:40])


def everything():
    for name in NAMES:
        yield from found(medicine(name), who='kratom_experience = "regular"').values()
        yield from found(medicine(name, stopped_days_ago=3), kratom=LEAF + "\n" + DAILY).values()
    yield from found(*map(medicine, NAMES)).values()


FOUND = tuple({(finding.code, finding.title, finding.because): finding for finding in everything()}.values())


def test_every_finding_is_ready_for_json_and_rests_on_facts():
    for finding in FOUND:
        told = json.loads(json.dumps(finding.as_dict(), allow_nan=False))
        assert all(
            told[key] for key in ("code", "title", "because", "clinical", "evidence", "certainty", "watch", "ask")
        )
        assert set(told["evidence"]) <= facts().keys()
        for number in told["numbers"]:
            assert number["origin"]
            assert set(number["evidence"]) <= set(told["evidence"]), finding.code


def test_no_number_rests_on_memory_alone():
    for finding in FOUND:
        for number in finding.numbers:
            seen = [fact(name).verified for name in number.fact_ids]
            assert not seen or any(seen), (finding.code, number.label)
            assert all(seen) or "not verified" in number.origin, (finding.code, number.label)


def test_words_are_plain_and_give_no_verdict_or_dose():
    for finding in FOUND:
        text = f"{finding.title} {finding.because} {finding.watch} {finding.ask}".casefold()
        assert not {"safe", "safely", "harmless"} & set(text.replace(".", " ").replace(",", " ").split())
        assert "take less" not in text
        if len(finding.title) < 120:
            sentences = [part for part in finding.because.replace("; ", ". ").split(". ") if part]
            assert sum(len(part.split()) for part in sentences) / len(sentences) <= 25, finding.because


def test_a_size_that_is_partly_remembered_is_graded_by_its_lower_end():
    remembered = "VF1064"  # gut availability of apixaban
    assert not fact(remembered).verified
    ratio = Interval(6.0, 1.1, 9.0)
    size = InteractionSize("apixaban", "victim", "CYP3A", "AUC", ratio, "dynamic", ("VF1057", remembered))
    seen = InteractionSize("apixaban", "victim", "CYP3A", "AUC", ratio, "dynamic", ("VF1057",))
    assert severities("apixaban", sizes=(size,))["interaction.cyp3a-victim"] == "caution"
    assert severities("apixaban", sizes=(seen,))["interaction.cyp3a-victim"] == "danger"


def test_a_role_is_read_from_its_own_clause():
    """Modafinil induces CYP3A and inhibits CYP2C19; fluvoxamine is strong at CYP1A2 and weak at CYP3A."""
    assert "interaction.cyp3a-inhibitor" not in severities("modafinil")
    assert severities("modafinil")["interaction.cyp3a-inducer"] == "caution"
    assert severities("fluvoxamine")["interaction.cyp3a-inhibitor"] == "note"
    assert severities("ritonavir")["interaction.cyp3a-inhibitor"] == "caution"
    assert "interaction.cyp3a-inducer" not in severities("ritonavir")


def test_where_sources_differ_on_a_strength_the_strongest_counts():
    """One list calls amiodarone moderate and phenobarbital strong, the FDA weak and moderate."""
    for name, role, listed in (("amiodarone", "inhibitor", "PC020"), ("phenobarbital", "inducer", "PC041")):
        own = [row for row in facts().values() if row.table == "perpetrator_classes"]
        own = [row.value for row in own if row.what.casefold().startswith(name) and row.details["enzyme"] == "CYP3A"]
        assert len(set(own)) == 2
        finding = one(f"interaction.cyp3a-{role}", name)
        assert finding.severity == "caution"
        assert listed in finding.evidence


def test_what_labels_merely_list_is_no_danger_by_itself():
    """Labels of dextromethorphan list slow breathing: a caution, also beside the antihistamine of a cold syrup."""
    assert severities("dextromethorphan")["interaction.sedative"] == "caution"
    assert severities("dextromethorphan", age=70)["interaction.sedative"] == "caution"
    assert severities("phenibut")["interaction.sedative"] == "danger"  # a source says that it slows breathing


def test_a_bound_leaves_open_that_most_of_a_medicine_goes_through_the_enzyme():
    """Of daridorexant no more was seen than that a moderate inhibitor takes away 0.58 of it."""
    share = entries()["daridorexant"].most("fm_cyp3a")
    assert share is not None
    assert share[0] == float("inf")
    assert "how much more of daridorexant is not known" in one("interaction.cyp3a-victim", "daridorexant").because


def test_a_size_that_cannot_be_told_does_not_reassure():
    assert "how much more of sirolimus is not known" in one("interaction.cyp3a-victim", "sirolimus").because


def test_a_decongestant_with_high_blood_pressure():
    assert severities("pseudoephedrine")["interaction.stimulant"] == "note"
    told = severities("pseudoephedrine", who='conditions = ["high blood pressure"]')
    assert told["interaction.stimulant"] == "caution"


def test_after_stopping_kratom_a_level_falls():
    because = one("interaction.cyp3a-victim", "tacrolimus", today="stopped_hours_ago = 30").because
    assert because.startswith("Kratom was stopped 30 hours ago: what it had raised is falling back now.")


def test_people_read_worst_first_with_what_to_watch_and_whom_to_ask():
    told = list(found("oxycodone", "Vitamin D", "Lipitor").values())
    text = as_text(told, *taken_in(parse_case(CASE + medicine("Vitamin D") + medicine("Lipitor"))))
    assert text.index("DANGER") < text.index("NOTE")
    assert text.count("Watch: ") == text.count("Ask: ") == sum(finding.severity != "note" for finding in told)
    assert "Lipitor as atorvastatin" in text
    assert "nothing on file against it beside kratom: vitamin D" in " ".join(text.split())


CASE = f'[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "US-AK"\n[[kratom]]\n{LEAF}\n'


def test_blood_pressure_medicines_are_a_note_unless_pressure_is_low():
    three = ("amlodipine", "lisinopril", "hydrochlorothiazide")
    assert severities(*three)["interaction.hypotensive"] == "note"
    assert severities(*three, age=70)["interaction.hypotensive"] == "caution"
    assert severities("lisinopril", today="vitals = { systolic = 92 }")["interaction.hypotensive"] == "caution"


def test_conditional_qt_medicines_alone_stay_a_note():
    assert severities("omeprazole", "hydrochlorothiazide", "hydroxyzine")["interaction.qt"] == "note"


def changed(medicine, median, low, high):
    ratios = {
        "mitragynine": Interval(median, low, high),
        "7-hydroxymitragynine": Interval(median / 2, low / 2, high / 2),
    }
    return tuple(
        InteractionSize(medicine, "perpetrator", "CYP3A", f"AUC of {alkaloid}", ratio, "dynamic", ("ddi23",))
        for alkaloid, ratio in ratios.items()
    )


def test_one_inhibitor_says_how_much_more_and_several_say_it_of_all_together():
    single = one("interaction.cyp3a-inhibitor", "fluconazole", sizes=changed("fluconazole", 1.5, 1.2, 2.0))
    assert "about 1.5 times as much (1.2 to 2)" in single.because
    assert TOGETHER not in single.because
    sizes = (*changed("fluconazole", 1.5, 1.2, 2.0), *changed("verapamil", 1.3, 1.1, 1.7))
    both = one(
        "interaction.cyp3a-inhibitor", "fluconazole", "verapamil", sizes=(*sizes, *changed(TOGETHER, 1.9, 1.3, 2.7))
    )
    assert f"about 1.9 times as much (1.3 to 2.7) with {TOGETHER}" in both.because
    labels = [number.label for number in both.numbers]
    for name in ("fluconazole", "verapamil", TOGETHER):
        assert f"AUC of mitragynine, with {name} over without" in labels


def hypotheses_apart(name, low, high):
    return (
        InteractionSize(
            name, "perpetrator", "CYP3A", "AUC of mitragynine", Interval(1.4, 1.1, 2.9), "dynamic", ("ddi23",)
        ),
        InteractionSize(
            name, "perpetrator", "CYP3A", "AUC of 7-hydroxymitragynine", Interval((low * high) ** 0.5, low, high),
            "dynamic", ("ddi23",),
        ),
    )  # fmt: skip


ONE_SIDED = re.compile(
    r"\b(milder|weaker|stronger|acts? (more|less)\b(?! or)|will act|acts? more strongly|so the same amount)", re.I
)


@pytest.mark.parametrize(
    ("code", "name"), [("interaction.cyp3a-inhibitor", "ketoconazole"), ("interaction.cyp3a-inducer", "rifampicin")]
)
def test_where_hypotheses_pull_apart_no_direction_is_said(code, name):
    finding = one(code, name, sizes=hypotheses_apart(name, 0.3, 2.2))
    assert "Whether the same amount then acts more or less is not known." in finding.because
    assert "anything from 0.3 to 2.2 times as much" in finding.because
    assert "whether 7-OH rises or falls is not known" in finding.because
    told = re.sub(r"its stronger product|may act more strongly than before", "", finding.because)
    assert not ONE_SIDED.search(told), told


@pytest.mark.parametrize(("low", "high"), [(1.2, 2.4), (0.2, 0.8)])
def test_where_they_agree_the_levels_direction_is_said_but_not_the_effects(low, high):
    finding = one("interaction.cyp3a-inhibitor", "ketoconazole", sizes=hypotheses_apart("ketoconazole", low, high))
    assert "rises or falls" not in finding.because
    assert f"({low:g} to {high:g})" in finding.because
    assert "Whether the same amount then acts more or less is not known." in finding.because


def test_the_one_study_in_people_is_told_with_how_it_is_known():
    finding = one("interaction.cyp3a-inhibitor", "itraconazole")
    assert {"ddi31", "ddi32"} <= set(finding.evidence)
    assert "0.44" in finding.because
    assert "0.57" in finding.because
    assert fact("ddi31").access == "secondary"
    assert "quoted by another source" in finding.because
    assert "mitragynine is not in what was seen" in finding.because
    assert "Whether relief or harm changes does not follow" in finding.because
    assert "nobody measured it in people" not in finding.because
    assert {0.44, 0.57} <= {number.value for number in finding.numbers}


def test_many_weak_ones_may_be_a_danger_together():
    sizes = (*changed("fluconazole", 3.0, 1.2, 4.0), *changed("verapamil", 3.0, 1.1, 4.0))
    apart = one("interaction.cyp3a-inhibitor", "fluconazole", "verapamil", sizes=sizes)
    together = (*sizes, *changed(TOGETHER, 5.5, 1.3, 9.0))
    assert apart.severity == "caution"
    assert one("interaction.cyp3a-inhibitor", "fluconazole", "verapamil", sizes=together).severity == "danger"
