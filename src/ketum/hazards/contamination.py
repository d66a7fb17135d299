"""Metals and microbes in the product.

The rule
--------
- ``product.heavy-metals`` is given where kratom is taken repeatedly, about a gram a day or more, and no test for
  metals is named. It is a note; a caution from 25 g a day, where most products of a survey passed the limit for
  lead, and in pregnancy, while breastfeeding or under 18. Extracts and concentrates are left out: their mass is
  small.
- The lead a day is the range measured in retail products times this person's amount; the share of products above a
  limit is told for the surveyed amounts (3 and 25 g a day) on either side of this person's, not read off between
  them.
- ``product.microbes`` is given for powder, capsules and mixtures where no test for microbes is named: a note; a
  caution for those whom an infection hits harder: pregnancy, under 5 or from 75 years, a weak immune system,
  cancer, cirrhosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ketum.evidence import fact
from ketum.hazards.finding import Finding, Number
from ketum.hazards.grounds import Grounds
from ketum.hazards.situation import Situation
from ketum.kinds import in_group
from ketum.sizes import Interval
from ketum.writing.texts import say, sentences

METALS = Grounds("product.heavy-metals", ("PQ023", "PQ045", "PQ049", "PQ031", "PQ037", "PQ038", "PQ030"))
MICROBES = Grounds("product.microbes", ("PQ073", "PQ074", "PQ075", "PQ028", "PO018", "PQ068"))
FACTS = (METALS, MICROBES)

_LOW_G, _HIGH_G = 3.0, 25.0
_LEAST_G = 1.0
_OLD = 75
_METALS = ("metal", "lead", "heavy", "icp")
_MICROBES = ("microb", "salmonel", "bacteri", "mould", "mold", "pathogen", "e. coli", "germ")


def contamination(situation: Situation) -> Iterator[Finding]:
    """Yield what concerns metals and microbes."""
    said, used, age_years = situation.said, situation.use, situation.person.age_years
    bearing = situation.pregnant or situation.breastfeeding
    untested = [portion for portion in situation.portions if not _covers(portion.tested, _METALS)]
    grams = used.grams_a_day
    if untested and used.repeated and grams is not None and grams.median >= _LEAST_G:
        yield _metals(grams, bearing or age_years < 18 or grams.median >= _HIGH_G)
    if any(
        in_group(portion.product, "leaf", "mixture", "unknown") and not _covers(portion.tested, _MICROBES)
        for portion in situation.portions
    ):
        frail = (
            situation.pregnant or age_years < 5 or age_years >= _OLD or bool(said.has("immune", "cancer", "cirrhosis"))
        )
        yield _microbes(frail)


def _covers(tested: Iterable[str] | None, words: Iterable[str]) -> bool:
    return any(word in test.casefold() for test in tested or () for word in words)


def _lead(grams: Interval) -> Number:
    low, high = fact("PQ023").bounds()
    return Number(
        say("lead a day, for what retail products were measured to hold"),
        f"{low * grams.median:.2g}-{high * grams.median:.2g}",
        "ug/day",
        origin=say("this case's {grams:.3g} g a day times the range of PQ023", grams=grams.median),
        fact_ids=("PQ023",),
    )


def _shares(grams: float) -> Iterator[Number]:
    if grams < _HIGH_G:
        yield Number.of_fact(say("products above {PQ045} ug of lead a day at 3 g a day"), "PQ031")
    if grams > _LOW_G:
        yield Number.of_fact(say("products above {PQ045} ug of lead a day at 25 g a day"), "PQ037")
    if grams > _LOW_G:
        yield Number.of_fact(say("products above 200 ug of nickel a day at 25 g a day"), "PQ038")


def _metals(grams: Interval, lifted: bool) -> Finding:
    shares = tuple(_shares(grams.median))
    return Finding(
        code=METALS.code,
        severity="caution" if lifted else "note",
        title=say("Leaf can hold lead and other metals"),
        because=say(
            "Kratom leaf takes up metals from the soil, and no test for metals is named here. "
            "At about {grams:.2g} g a day, part of the products on the market go beyond the limit for lead in a day. "
            "Lead builds up over months. "
            "It harms unborn babies and children most.",
            grams=grams.median,
        ),
        clinical=say(
            "Limit for lead {PQ045} ug/day (ICH Q3D), FDA interim reference level for adults {PQ049} ug/day; 68 published products: {PQ031} % above {PQ045} ug/day at 3 g, {PQ037} % at 25 g. "
            "Single use is not thought to poison. "
            "Consider blood lead in long heavy use or pregnancy."
        ),
        numbers=(
            Number.of_case(say("product a day"), grams, "g"),
            _lead(grams),
            Number.of_fact(say("limit for lead"), "PQ045"),
            *shares,
        ),
        evidence=METALS.facts,
        certainty="moderate",
        watch=say("Belly cramps, constipation, tiredness, numb hands: late and vague signs."),
        ask=say(
            "The seller, for a test of this batch for lead, arsenic, cadmium and mercury; a doctor, for a blood lead level."
        ),
    )


def _microbes(frail: bool) -> Finding:
    return Finding(
        code=MICROBES.code,
        severity="caution" if frail else "note",
        title=say("Leaf powder can carry germs"),
        because=sentences(
            say(
                "No test for microbes is named here. "
                "Kratom powder made {PQ073} people ill with Salmonella in one outbreak."
            ),
            say("An infection can hit this person harder than others.")
            if frail
            else say("Most who are healthy get over it."),
        ),
        clinical=say(
            "US outbreak 2017-18: {PQ073} cases in 41 states, {PQ074} % of those with information in hospital, no deaths; 6 of {PQ028:n} retail products carried bacteria or fungi, none Salmonella."
        ),
        numbers=(
            Number.of_fact(say("people ill in the outbreak"), "PQ073"),
            Number.of_fact(say("of them in hospital"), "PQ074"),
        ),
        evidence=MICROBES.facts,
        certainty="moderate",
        watch=say("Fever, cramps, diarrhoea, blood in the stool."),
        ask=say("The seller, for a test of this batch; a doctor when ill."),
    )
