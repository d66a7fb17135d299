"""The room's own tables: what they name exists, and no row stands where it can never hold."""

import re

import pytest

from ketum.evidence import fact
from ketum.medicine import entry, match
from ketum.medicine.catalogue import entries
from ketum.medicine.classes import classes, code_of, depressing, opioid_classes
from ketum.medicine.spelling import key
from ketum.medicine.taken import SPELT
from ketum.medicine.wash_out import wash_out
from ketum.rows import read_rows, several

WASH_OUT = read_rows("ketum.medicine", "wash_out.csv")
OPIOID_ROLES = {"agonist", "partial agonist", "antagonist", "gut agonist", "gut antagonist"}


def test_every_class_has_members_on_file():
    for name in classes():
        assert any(code_of(one, name) for one in entries().values()), name


def test_no_class_has_a_role_that_nobody_asks_for():
    assert {one.opioid for one in classes().values()} <= OPIOID_ROLES | {""}
    assert {one.depresses for one in classes().values()} <= {"breathing", "wakefulness", ""}


def test_what_is_left_out_of_a_class_would_else_be_in_it():
    for one in classes().values():
        for code in one.without:
            assert code.startswith(one.atc), (one.name, code)


@pytest.mark.parametrize(
    ("generic", "role"),
    [
        ("morphine", "agonist"),
        ("methadone", "agonist"),
        ("buprenorphine", "partial agonist"),
        ("naltrexone", "antagonist"),
        ("naloxone", "antagonist"),
        ("naloxegol", "gut antagonist"),
        ("loperamide", "gut agonist"),
    ],
)
def test_an_opioid_has_one_role(generic, role):
    assert [one for one in sorted(OPIOID_ROLES) if code_of(entry(generic), *opioid_classes(one))] == [role]


@pytest.mark.parametrize(
    ("generic", "what"),
    [("diazepam", "breathing"), ("pregabalin", "breathing"), ("ethanol", "breathing"), ("quetiapine", "wakefulness")],
)
def test_what_depresses_what(generic, what):
    other = {"breathing": "wakefulness", "wakefulness": "breathing"}[what]
    assert code_of(entry(generic), *depressing(what))
    assert not code_of(entry(generic), *depressing(other))


@pytest.mark.parametrize("row", WASH_OUT, ids=str)
def test_a_wash_out_names_what_is_on_file(row):
    assert set(several(row["medicine"])) <= set(entries())
    assert set(several(row["class"])) <= set(classes())
    assert all(fact(name) for name in several(row["fact_ids"]))
    assert row["days"] or several(row["fact_ids"])


@pytest.mark.parametrize("index", range(len(WASH_OUT)))
def test_no_row_of_wash_outs_is_hidden_by_those_before_it(index):
    row = WASH_OUT[index]

    def hides(above):
        wider = above["effect"] in ("", row["effect"]) and above["route"] in ("", row["route"])
        named = not above["medicine"] or set(several(row["medicine"])) & set(several(above["medicine"]))
        return wider and named and not above["written"] and not above["class"]

    assert not [above for above in WASH_OUT[:index] if hides(above)]


def test_everything_washes_out_some_day():
    assert not any(WASH_OUT[-1][name] for name in ("effect", "medicine", "class", "written", "route"))


def test_a_formularys_wash_outs_are_its_numbers():
    assert wash_out(entry("phenelzine"), "mao").days == fact("MA1427").number()
    # The formulary's five weeks are the least: norfluoxetine's half-life may be longer than the one it reckons with.
    assert wash_out(entry("fluoxetine"), "serotonin").days > fact("MA1428").number()


@pytest.mark.parametrize("row", [row for row in WASH_OUT if row["note"].startswith("Five half-lives")], ids=str)
def test_five_half_lives_are_five_of_what_the_facts_tell(row):
    """The upper end of what is on file, in days."""
    days = {"d": 1.0, "h": 1 / 24, "months": 30.0}
    told = [one for one in map(fact, several(row["fact_ids"])) if one.details["field"] == "half_life"]
    assert {one.details["generic"] for one in told} <= set(several(row["medicine"]))
    longest = max(float(text) * days[one.unit] for one in told for text in re.findall(r"\d+", one.value))
    assert float(row["days"]) == pytest.approx(5 * longest, abs=1.5)


def test_a_depot_outlasts_the_tablet():
    tablet, depot = (wash_out(entry("naltrexone"), "opioid", route, ()) for route in ("oral", "other"))
    assert depot.days > tablet.days
    assert wash_out(entry("naltrexone"), "opioid", None, ("Vivitrol 380 mg",)) == depot


def test_a_name_as_people_spell_it_is_read_as_the_same_medicine():
    for generic, spelt in SPELT.items():
        assert match(spelt).generics == (generic,)


def test_idle_words_name_nothing_by_themselves():
    idle = [row["word"] for row in read_rows("ketum.medicine", "idle_words.csv")]
    assert len(idle) == len(set(idle))
    for word in idle:
        assert key(f"naltrexone {word}") == "naltrexone"
