"""What was seen of each victim of CYP3A: the rows from which its shares are estimated, and the rules that pick them.

A row's marks (`perpetrator_inputs`) say what makes a ratio more or other than CYP3A in gut wall and liver. `LEFT_OUT`
drops a row, `WEAKER` gives it more error, each with its reason. A perpetrator's strength comes from what it did to oral
midazolam (``strengths.csv``), by dose where that differs; a row whose perpetrator has none there is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ketum.enzymes.strengths import ONE_STUDY_SD, mean_ratio, of_the_mean
from ketum.errors import KetumError
from ketum.evidence import Fact, facts_in
from ketum.rows import read_rows, several
from ketum.writing.texts import say

LEFT_OUT: Mapping[str, str] = {
    "not an AUC ratio": say("a level or a share, not an exposure"),
    "genotypes compared": say("no medicine was given"),
    "two perpetrators": say("the effect of neither is known"),
    "dose is the victim's": say("how much of the perpetrator was given is not known"),
    "no number given": say("no effect was stated; the 1 stands for words"),
    "mean of rows": say("its rows are on file themselves"),
    "same study twice": say("it would count twice"),
    "boosted": say("ritonavir or cobicistat beside it acts too, and no midazolam row has the two together"),
    "wash-out": say("the perpetrator had been stopped"),
    "route differs": say("the victim took another way than the row's route says"),
    "control differs": say("the comparison was with other people"),
    "metabolite": say("what rose is not the victim alone"),
    "enantiomer": say("one hand of the molecule, which is cleared otherwise than the two together"),
    "genotype": say("people of one genotype only"),
    "auto-induced victim": say("it changes its own enzymes"),
    "dose differs": say("the victim's dose was another in the two phases, and the ratio is not corrected"),
    "UGT": say("conjugation is induced by what inhibits CYP3A, and the other way round"),
    "low dose": say("strength rows are of usual doses (kept where `strengths.csv` has the dose)"),
    "one dose": say("strength rows are of repeated doses (kept where they count one dose too)"),
}
WEAKER: Mapping[str, str] = {
    "P-gp": say("the transporter holds part of it back as well"),
    "OATP": say("uptake into the liver changes as well"),
    "BCRP": say("the transporter holds part of it back as well"),
    "CYP2C8": say("the perpetrator acts there as well"),
    "another enzyme": say("the perpetrator acts on it as well"),
}
ONE_DOSE = ("fluconazole", "cimetidine", "grapefruit juice")
"""Their strength rows count single doses too, or nothing else."""
GUT_ONLY = ("grapefruit juice",)
STRONG, WEAK = 5.0, 2.0
"""Ratios of oral midazolam above and below which an inhibitor is strong and weak (the regulators' classes)."""
ROUTES = ("PO", "IV")
_INHIBITOR = re.compile(r"inhibitor (?P<name>[\w' ]+?); route po")


@dataclass(frozen=True)
class Strength:
    """What a perpetrator did to oral midazolam.

    Parameters
    ----------
    log_ratio, sd
        Of the AUC, and between studies.
    gut_only
        Whether it acts in the gut wall alone.
    """

    log_ratio: float
    sd: float
    gut_only: bool
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """One study of a victim beside a perpetrator of known strength."""

    fact_id: str
    perpetrator: str
    victim: str
    route: str
    log_ratio: float
    strength: Strength
    weaker: bool


@cache
def strengths() -> Mapping[str, tuple[tuple[str, Strength | None], ...]]:
    """Read ``strengths.csv``: by perpetrator, each dose (empty: any other) and strength; the named doses first.

    A dose without a strength is one that no midazolam study had.
    """
    found: dict[str, list[tuple[str, Strength | None]]] = {}
    for row in read_rows(__package__, "strengths.csv"):
        facts_ = several(row["strength"])
        one = strength_of(facts_, row["where"] == "gut") if facts_ else None
        found.setdefault(row["perpetrator"], []).append((row["dose"], one))
    return {name: tuple(sorted(listed, key=lambda pair: not pair[0])) for name, listed in found.items()}


def strength_of(fact_ids: Sequence[str], gut_only: bool = False, log_ratio: float | None = None) -> Strength:
    """Return the strength that facts on oral midazolam tell; `log_ratio` stands for facts where there is none."""
    if log_ratio is not None:
        return Strength(log_ratio, ONE_STUDY_SD, gut_only, tuple(fact_ids))
    return Strength(float(np.log(mean_ratio(fact_ids))), of_the_mean(fact_ids), gut_only, tuple(fact_ids))


@cache
def seen() -> Mapping[str, tuple[Seen, ...]]:
    """Return the rows that count, by victim."""
    found: dict[str, list[Seen]] = {}
    for row in facts_in("perpetrator_inputs"):
        one = read(row)
        if one is not None:
            found.setdefault(one.victim, []).append(one)
    for one in _largest():
        if all(row.perpetrator != one.perpetrator for row in found.get(one.victim, ())):
            found.setdefault(one.victim, []).append(one)
    return {victim: tuple(rows) for victim, rows in sorted(found.items())}


def _largest() -> list[Seen]:
    """Return the largest ratios of a review (by mouth), of those medicines whose share of CYP3A it derives from them.

    It names the inhibitor in words: "inhibitor ketoconazole; route po". One that is on file as a row is not used again.
    """
    table = facts_in("victim_facts_long")
    cleared = {row.details["generic"] for row in table if row.details["field"] == "fm_derived_cyp3a"}
    found = []
    for row in table:
        victim, words = row.details["generic"], _INHIBITOR.fullmatch(row.conditions)
        if row.details["field"] != "max_ddi_aucr" or victim not in cleared or victim == "midazolam" or words is None:
            continue
        _, strength = _strength(words["name"], "")
        if strength is not None:
            ratio = float(np.log(row.number()))
            found.append(Seen(row.fact_id, words["name"], victim, "PO", ratio, strength, False))
    return found


def read(row: Fact) -> Seen | None:
    """Return a row of evidence as a study that counts; None where a rule leaves it out."""
    details = row.details
    if details.get("enzyme") != "CYP3A" or details.get("victim_route") not in ROUTES:
        return None
    perpetrator, victim = details["perpetrator"].casefold(), details["victim"].casefold()
    dose = details.get("perpetrator_dose", "")
    matched, strength = _strength(perpetrator, dose)
    if strength is None or left_out(row, perpetrator, matched):
        return None
    if victim == "midazolam" and details["victim_route"] == "PO":
        return None  # that is what strengths are made of
    try:
        low, high = row.bounds()
    except KetumError:
        return None
    if not 0 < low <= high < np.inf:
        return None
    weaker = bool(WEAKER.keys() & set(marks(row)))
    log_ratio = float(np.log(low * high) / 2)
    return Seen(row.fact_id, perpetrator, victim, details["victim_route"], log_ratio, strength, weaker)


def marks(row: Fact) -> tuple[str, ...]:
    """Return what a row is marked with."""
    return tuple(mark.strip() for mark in several(row.details.get("mark", "")))


def left_out(row: Fact, perpetrator: str, dose: str = "") -> str:
    """Return why a row does not count; empty where it does."""
    for mark in marks(row):
        if mark == "low dose" and dose:
            continue
        if mark == "one dose" and perpetrator in ONE_DOSE:
            continue
        if mark in LEFT_OUT:
            return LEFT_OUT[mark]
    return ""


def _strength(perpetrator: str, dose: str) -> tuple[str, Strength | None]:
    """Return the dose that fits (empty: any) and the strength; None where no midazolam study had it."""
    for listed, strength in strengths().get(perpetrator, ()):
        if re.match(rf"{re.escape(listed)}(?!\w)" if listed else "", dose):
            return listed, strength
    return "", None
