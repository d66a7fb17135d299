"""Cases of the SBML Test Suite: solved, and compared with the published results within each case's own tolerances.

A case ``NNNNN`` is a folder with ``NNNNN-settings.txt``, ``NNNNN-results.csv``, its model (``NNNNN-sbml-l3v2.xml`` and
older levels, or ``NNNNN.xml``) and its tags (``NNNNN-model.m`` or ``tags.txt``).
"""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ketum.arrays import Array
from ketum.engine.model import Model
from ketum.engine.runs.job import label
from ketum.errors import InputError, KetumError, ModelError, Problem

RTOL = 1e-9
FINER = 1e-4
"""The integration's absolute tolerance, relative to the case's."""
TAGS = re.compile(r"^\s*(?:component|componentTags|test|testTags)\s*:(.*)$", re.MULTILINE)
TEST_TYPE = re.compile(r"^\s*testType\s*:(.*)$", re.MULTILINE)
LEVEL = re.compile(r"-sbml-l(\d)v(\d)\.xml$")


@dataclass(frozen=True)
class Verdict:
    """What came of one case.

    Parameters
    ----------
    case
        Its number.
    status
        ``pass``, ``fail``, or ``refused`` where the engine says by name what it does not cover.
    reason
        Why it did not pass; empty when it did.
    tags
        The features that it tests.
    """

    case: str
    status: str
    reason: str
    tags: tuple[str, ...]

    def as_dict(self) -> dict[str, str | list[str]]:
        """Give what ``--json`` prints."""
        return {"case": self.case, "status": self.status, "reason": self.reason, "tags": list(self.tags)}


@dataclass(frozen=True)
class Wanted:
    """What a case asks for, from its settings and results."""

    variables: tuple[str, ...]
    amounts: frozenset[str]
    absolute: float
    relative: float
    times: Array
    values: dict[str, Array]


def run_suite(folder: Path, progress: Callable[[int, int], None] | None = None) -> list[Verdict]:
    """Run all cases in a folder, however deep they lie in it.

    Parameters
    ----------
    folder
        Where the cases are.
    progress
        Called with the number of cases finished and their total.

    Raises
    ------
    InputError
        Where the folder is missing or holds no case.
    """
    cases = find_cases(folder)
    verdicts = []
    for i, case in enumerate(cases, 1):
        verdicts.append(run_case(case))
        if progress is not None:
            progress(i, len(cases))
    return verdicts


def find_cases(folder: Path) -> list[Path]:
    """List the folders of the cases, by number.

    Raises
    ------
    InputError
        Where there is none.
    """
    layout = "folders NNNNN that hold NNNNN-settings.txt, NNNNN-results.csv and a model"
    if not folder.is_dir():
        raise InputError(str(folder), [Problem("", "no such folder", allowed=layout)])
    cases = {path.parent for path in folder.rglob("*-settings.txt") if path.name == f"{path.parent.name}-settings.txt"}
    if not cases:
        cure = "download the semantic cases of the SBML Test Suite from github.com/sbmlteam/sbml-test-suite"
        raise InputError(str(folder), [Problem("", "no SBML Test Suite case is in this folder", "", layout, cure)])
    return sorted(cases, key=lambda path: (path.name, str(path)))


def run_case(case: Path) -> Verdict:
    """Solve one case and compare."""
    tags, kind = _tags(case)
    if kind and kind != "TimeCourse":
        return Verdict(case.name, "refused", f"not a time course but {kind}", tags)
    try:
        model = Model.from_file(model_file(case))
    except ModelError as refusal:
        status = "refused" if _is_by_name(refusal) else "fail"
        return Verdict(case.name, status, _in_one_line(refusal), tags)
    try:
        found = differences(model, read_wanted(case))
    except Exception as fault:  # whatever goes wrong with one case, the others are still to be run
        return Verdict(case.name, "fail", _in_one_line(fault), tags)
    return Verdict(case.name, "fail" if found else "pass", "; ".join(found), tags)


def model_file(case: Path) -> Path:
    """Choose a case's model in the newest level that it comes in."""
    levels = sorted((LEVEL.search(path.name).groups(), path) for path in case.glob("*.xml") if LEVEL.search(path.name))  # type: ignore[union-attr]
    return levels[-1][1] if levels else case / f"{case.name}.xml"


def read_wanted(case: Path) -> Wanted:
    """Read a case's settings and results."""
    lines = (case / f"{case.name}-settings.txt").read_text(encoding="utf-8").splitlines()
    asked = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    with (case / f"{case.name}-results.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = [[cell.strip() for cell in row] for row in csv.reader(file) if any(row)]
    table = np.array([[float(cell) for cell in row] for row in rows])
    return Wanted(
        variables=_listed(asked.get("variables", "")),
        amounts=frozenset(_listed(asked.get("amount", ""))),
        absolute=float(asked["absolute"]),
        relative=float(asked["relative"]),
        times=table[:, 0],
        values={name: table[:, i] for i, name in enumerate(header) if i},
    )


def differences(model: Model, wanted: Wanted) -> list[str]:
    """Compare a model's solution with what is published; what is off, in words, and nothing where all is right."""
    import pandas as pd

    system = model.system
    places = {name: system.places[name] for name in wanted.variables if name in system.species}
    outputs = list(dict.fromkeys([*wanted.variables, *places.values()]))
    doses = pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a person who failed has NaN, which no published value is
        solved = model.solve(doses, wanted.times, outputs=outputs, rtol=RTOL, atol=wanted.absolute * FINER)
    found = {name: solved[label(name)].to_numpy()[0] for name in outputs}
    off = []
    for name in wanted.variables:
        value = found[name]
        if name in places:
            value = _as_asked(value, found[places[name]], system.concentrations, name, name in wanted.amounts)
        off += _off(name, value, wanted)
    return off


def _as_asked(value: Array, size: Array, concentrations: frozenset[str], name: str, amount: bool) -> Array:
    """Turn what a species' id means into the amount or the concentration that the case asks for."""
    with np.errstate(all="ignore"):
        if amount:
            return value * size if name in concentrations else value
        return value if name in concentrations else value / size


def _off(name: str, found: Array, wanted: Wanted) -> list[str]:
    right = wanted.values[name]
    with np.errstate(all="ignore"):
        near = np.isfinite(right) & (np.abs(found - right) <= wanted.absolute + wanted.relative * np.abs(right))
    near |= (found == right) | (np.isnan(found) & np.isnan(right))
    if near.all():
        return []
    row = int(np.flatnonzero(~near)[0])
    return [f"{name} is {found[row]:.8g} at time {wanted.times[row]:g}, where {right[row]:.8g} is right"]


def table(verdicts: Sequence[Verdict]) -> str:
    """Say in words how many cases passed, by tag, and why the others did not."""
    counts = {status: sum(v.status == status for v in verdicts) for status in ("pass", "fail", "refused")}
    tags = sorted({tag for v in verdicts for tag in v.tags})
    width = max((len(tag) for tag in tags), default=0)
    lines = [f"{v.case}  {v.status:8} {v.reason}" for v in verdicts if v.status != "pass"]
    lines += [f"{tag:{width}}  {_share([v for v in verdicts if tag in v.tags])}" for tag in tags]
    lines.append(f"{len(verdicts)} cases: {counts['pass']} pass, {counts['fail']} fail, {counts['refused']} refused")
    return "\n".join(lines)


def _share(verdicts: Sequence[Verdict]) -> str:
    return f"{sum(v.status == 'pass' for v in verdicts):5} of {len(verdicts)}"


def _tags(case: Path) -> tuple[tuple[str, ...], str]:
    """Read a case's tags and the type of its test."""
    text = ""
    for path in (case / "tags.txt", case / f"{case.name}-model.m"):
        if path.is_file():
            text += path.read_text(encoding="utf-8", errors="replace") + "\n"
    kind = TEST_TYPE.search(text)
    return tuple(_unique(text)), kind.group(1).strip() if kind else ""


def _unique(text: str) -> Iterator[str]:
    return iter(dict.fromkeys(tag for found in TAGS.findall(text) for tag in _listed(found)))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _is_by_name(refusal: ModelError) -> bool:
    return any("cannot be integrated" in problem.what for problem in refusal.problems)


def _in_one_line(fault: Exception) -> str:
    if isinstance(fault, InputError):
        return "; ".join(f"{p.where}: {p.what}" if p.where else p.what for p in fault.problems)
    return " ".join(f"{'' if isinstance(fault, KetumError) else type(fault).__name__ + ': '}{fault}".split())
