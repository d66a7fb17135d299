"""A hypothesis strategy for case files in which any key of any table may stand, as a dictionary."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ketum.case.measures import LABS, VITALS
from ketum.case.refusal import hidden
from ketum.kinds import kinds


def one_line(text: str) -> str:
    return " ".join(text.split())


letters = st.characters(exclude_categories=["Cs"])
texts = st.text(letters, min_size=1, max_size=40).filter(lambda text: bool(text.strip()) and not hidden(one_line(text)))
texts |= st.sampled_from(['a "quoted" \\ back\\slash', "two\nlines", "it's '''three'''", '"""', "ปวดหลัง", "𝄞 é"])
lists = st.lists(texts, max_size=3)


def numbers(low: float, high: float) -> st.SearchStrategy[Any]:
    return st.integers(int(low) + (low > int(low)), int(high)) | st.floats(low, high, allow_subnormal=False)


def decimals(low: int, high: int, places: int = 2) -> st.SearchStrategy[str]:
    return st.integers(low * 10**places, high * 10**places).map(lambda n: f"{n / 10**places:.{places}f}")


products = st.sampled_from(["leaf-powder", "leaf-capsule", "tea", "extract", "liquid-shot", "7oh-product", "mixed"])
products |= st.sampled_from(["pseudoindoxyl-product", "unknown"])
amounts = (
    st.just("unknown")
    | decimals(1, 30).map(lambda n: f"{n} g")
    | decimals(1, 2000).map(lambda n: f"{n} mg of mitragynine")
    | st.sampled_from(["15 mg 7-OH", "1e3 mg", ".5 g", "half a gram", "250 µg mitragynine"])
)
COUNTED = {
    "capsule": ["6 capsules", "a cap"],
    "teaspoon": ["2 tsp", "1 1/2 teaspoons"],
    "serving": ["0.5  serving", "two servings"],
    "mL": ["60ml", "2 fl. oz.", "0.06 L"],
    "bottle": ["half a bottle", "1/3 bottle"],
    "can": ["1 can"],
    "tablet": ["2 tabs", "½ tablet"],
    "gummy": ["3 gummies"],
    "cup": ["1 cup", "2 glasses"],
}


def with_amount(table: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Add an amount that fits the product: a mass, or any count that its kind may be counted in."""
    counts = [text for unit in kinds()[table["product"]].counted_in for text in COUNTED[unit]]
    return (amounts | st.sampled_from(counts) if counts else amounts).map(lambda amount: table | {"amount": amount})


medicine_amounts = st.just("unknown") | st.sampled_from(
    ["100 mg", "5/325 mg", "25 ug/h", "2 tablets", "3 drinks", "10 mL", "400 IU", "0.1 mg/h", "2 mmol"]
)
between = decimals(1, 700).map(lambda n: f"{n} h") | st.sampled_from(["45 min", "1 day", "2 weeks", "100 min"])
starts = st.sampled_from(["0 h", "20 min", "1e-9 s", "3 days", "0.1 h"]) | decimals(0, 900).map(lambda n: f"{n} h")


def tables(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def repeated(draw: st.DrawFn, table: dict[str, Any], days: bool = True) -> dict[str, Any]:
    """Add how often it is taken: once, by the clock or as needed."""
    how = draw(st.sampled_from(["once", "clock", "needed"]))
    if how != "once":
        table = table | {"every": draw(between) if how == "clock" else "as needed"}
        if days and draw(st.booleans()):
            table["days"] = draw(numbers(1, 60))
        if how == "needed" and draw(st.booleans()):
            table["at_most"] = draw(between)
    return table


shares = st.dictionaries(
    st.sampled_from(["mitragynine", "7-hydroxymitragynine", "speciociliatine", "paynantheine", "pseudoindoxyl"]),
    st.sampled_from(["1.4 %", "14 mg/g", "0.02 %", "0 %", "3.333333333 mg/g", "1e-20 %", "20% w/w"]),
    min_size=1,
)
kratom = (
    tables({"product": products}, {"start": starts, "certificate": shares, "tested": lists, "with": lists})
    .flatmap(with_amount)
    .flatmap(repeated)
)
medicine = tables(
    {"name": texts},
    {
        "amount": medicine_amounts,
        "route": st.sampled_from(["oral", "iv", "transdermal", "sublingual", "inhaled", "other"]),
        "started_days_ago": numbers(100, 400),
        "stopped_days_ago": numbers(0, 99),
    },
).flatmap(lambda table: repeated(table, days=False))
before = (
    tables({"product": products}, {"months": numbers(0, 1200)})
    .flatmap(with_amount)
    .flatmap(lambda table: repeated(table, days=False))
)
fluids = tables(
    {
        "value": st.sampled_from(["185 ng/mL", "< 1 ng/mL", "0.5 ug/L", "464 nmol/L", "<0.2 nM", "1.5 mg/L"]),
        "matrix": st.sampled_from(["plasma", "serum", "blood", "urine", "vitreous", "other"]),
    },
    {"at": starts, "state": st.just("postmortem"), "site": st.sampled_from(["peripheral", "central"])},
)
hair = tables(
    {"value": st.sampled_from(["12 pg/mg", "0.3 ng/mg"]), "matrix": st.just("hair")},
    {"since_last_dose": st.sampled_from([["1 h", "3 h"], ["0 h", "20 min"]]), "state": st.just("living")},
)
level = st.tuples(
    fluids | hair,
    tables(
        {"analyte": st.sampled_from(["mitragynine", "7-hydroxymitragynine", "speciociliatine"])},
        {"stored_days": numbers(0, 400)},
    ),
).map(lambda both: both[0] | both[1])
care = tables(
    {},
    {
        **dict.fromkeys(("goals", "tried", "can", "will_not"), lists),
        "stopping": st.booleans(),
        "taper": st.lists(
            tables(
                {"amount": amounts.filter(lambda text: text != "unknown"), "every": between, "days": numbers(1, 90)}, {}
            ),
            max_size=2,
        ),
    },
)


def measured(name: str, kind: Any) -> st.SearchStrategy[Any]:
    """A value in the middle of what is possible, as text, and as a number where that is understood."""
    middle = decimals(int(kind.low) + 1, max(int(kind.low) + 2, int(min(kind.high, 45))), 0 if kind.whole else 2)
    with_unit = middle.map(lambda text: f"{text} {kind.unit}".strip())
    if kind.unit == "1/min":
        with_unit = middle.map(lambda text: f"{text} bpm")
    return with_unit | middle.map(float) | middle.map(lambda text: int(float(text))) if kind.bare else with_unit


def measures(kinds: Any, without: str) -> st.SearchStrategy[dict[str, Any]]:
    return tables({}, {name: measured(name, kind) for name, kind in kinds.items() if name != without})


today = tables(
    {},
    {
        "symptoms": lists,
        "labs": measures(LABS, "bilirubin_direct"),
        "upper_limits": measures(LABS, "bilirubin_direct"),
        "vitals": measures(VITALS, "diastolic"),
        "last_dose_hours_ago": numbers(0, 1000),
        "stopped_hours_ago": numbers(0, 1000),
        "pain_nrs": numbers(0, 10),
        "drug_screen_planned": st.booleans(),
    },
)
shared = {
    "conditions": lists,
    "liver": st.sampled_from(["normal", "child-pugh-a", "child-pugh-b", "child-pugh-c"]),
    "egfr": numbers(0, 250),
    "cyp2d6": st.sampled_from(["poor", "intermediate", "normal", "ultrarapid", "unknown"]),
    "opioid_use": st.sampled_from(["none", "past", "current"]),
    "drinks_per_day": numbers(0, 100),
    "procedure_planned": st.booleans(),
}
where = {"weight_kg": numbers(2, 400), "region": st.sampled_from(["US-OH", "TH", "DE"])}
person = (
    tables({"age_years": numbers(0, 120), "sex": st.just("male"), **where}, {**shared, "pregnant": st.just(False)})
    | tables(
        {"age_years": numbers(10, 59), "sex": st.just("female"), "pregnant": st.just(True), **where},
        {**shared, "gestation_weeks": numbers(1, 45), "breastfeeding": st.booleans()},
    )
    | tables(
        {"age_years": numbers(0, 120), "sex": st.just("female"), "kratom_experience": st.just("regular"), **where},
        {**shared, "kratom_months": numbers(0, 1200)},
    )
    | tables({"age_years": numbers(0, 120), "sex": st.just("female"), **where}, {"kratom_experience": st.just("new")})
)
cases = tables(
    {"person": person, "kratom": st.lists(kratom, min_size=1, max_size=3)},
    {
        "title": texts,
        "medicine": st.lists(medicine, max_size=3),
        "today": today,
        "before": before,
        "level": st.lists(level, max_size=2),
        "care": care,
    },
)
"""Dictionaries that `Case.from_dict` takes."""
