"""One shape of hazard: none is forgotten, and each rests on the facts that it declares."""

import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path

from tests.hazards.situations import TODAY, situated

import ketum.hazards
from ketum.case import load_case, parse_case
from ketum.crowd.contents import dose_sizes
from ketum.evidence import fact, facts
from ketum.hazards import HAZARDS, findings, grounds, situate
from ketum.hazards.finding import Finding
from ketum.medicine.catalogue import entries
from ketum.sizes import DoseSize, Interval

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests/hazards/gallery").glob("[!e]*.toml")) + sorted((ROOT / "examples").glob("*.toml"))
START = '[person]\nage_years = 40\nsex = "male"\nweight_kg = 70\nregion = "US-AK"\nkratom_experience = "regular"\n'
ODD = (
    """
    today = { symptoms = ["suicidal", "zorping"], drug_screen_planned = true }
    person = { age_years = 20, sex = "female", weight_kg = 70, region = "US-VA", breastfeeding = true }
    kratom = [{ product = "tea", amount = "2 g" }]
    """,
    """
    [person]
    age_years = 40
    sex = "male"
    weight_kg = 70
    region = "DE"
    conditions = ["cirrhosis"]
    liver = "normal"
    [[kratom]]
    product = "tea"
    amount = "2 g"
    """,
)
ODD += (
    """
    person = { age_years = 40, sex = "male", weight_kg = 70, region = "DE" }
    kratom = [{ product = "unknown", amount = "unknown" }]
    """,
)
GATHERING = {"findings"}  # calls every hazard


def modules():
    for found in pkgutil.walk_packages(ketum.hazards.__path__, "ketum.hazards."):
        yield import_module(found.name)


def looks_like_a_hazard(function):
    """A public function from a situation alone to findings."""
    (*_,) = parameters = inspect.signature(function).parameters.values()
    returned = str(inspect.signature(function).return_annotation)
    return [each.annotation for each in parameters] == ["Situation"] and "Finding" in returned


def test_no_hazard_is_forgotten():
    written = {
        function
        for module in (*modules(), ketum.hazards)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_") and looks_like_a_hazard(function)
        if name not in GATHERING
    }
    assert written == set(HAZARDS)
    assert len(HAZARDS) == len(set(HAZARDS)) > 30


def test_a_forgotten_hazard_would_be_seen():
    def forgotten(situation: "Situation") -> Iterator[Finding]:  # noqa: F821
        yield from ()

    assert looks_like_a_hazard(forgotten)


def test_every_hazard_says_nothing_of_next_to_nothing():
    """What is left is what holds for whoever takes kratom."""
    assert {finding.code for finding in findings(situated())} == {"function.driving"}


def test_a_code_belongs_to_one_file():
    assert max(Counter(declared.code for declared in grounds()).values()) == 1


def test_every_declared_fact_exists():
    assert {name for declared in grounds() for name in declared.facts} <= facts().keys()
    fields = {row.details.get("field") for row in facts().values() if "generic" in row.details}
    assert {name for declared in grounds() for name in declared.fields} <= fields
    assert {name for declared in grounds() for name in declared.tables} <= {row.table for row in facts().values()}


@cache
def seen():
    """Each situation with what is found in it."""
    shown = []
    for path in FILES:
        case = load_case(path)
        shown.append(situate(case, dose_sizes(case), (), TODAY))
    dose = DoseSize(Interval(2000, 2000, 2000), Interval(28, 26, 30), Interval(0.2, 0.1, 0.3))
    kratom = '[[kratom]]\nproduct = "tea"\namount = "2 g"\n'
    for name, stopped in product(entries(), ("", "stopped_days_ago = 2\n")):
        case = parse_case(f'{START}{kratom}[[medicine]]\nname = "{name}"\n{stopped}')
        shown.append(situate(case, (dose,), (), TODAY))
    shown += [situate(parse_case(text), (dose,), (), TODAY) for text in ODD]
    return [(situation, findings(situation)) for situation in shown]


def test_a_finding_rests_on_what_its_hazard_declares():
    declared = {each.code: each for each in grounds()}
    undeclared = set()
    for situation, found in seen():
        own = {name for size in situation.sizes for name in size.fact_ids}
        own |= {
            name
            for medicine in situation.medicines
            for effect in ("inducer", "inhibitor")
            for name in medicine.outlasts(effect).fact_ids
        }
        for finding in found:
            undeclared |= {
                (finding.code, name)
                for name in finding.evidence
                if name not in own and not declared[finding.code].holds(fact(name))
            }
    assert undeclared == set()


def test_no_code_is_declared_in_vain():
    assert {declared.code for declared in grounds()} == {finding.code for _, found in seen() for finding in found}
