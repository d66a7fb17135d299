"""Estimate every victim of CYP3A from all its rows, and check each pair against an estimate that never saw it.

python calibration/victims.py

1. What is common to all victims (`common.csv`: the error between their studies, the classes, what limits induction in
   the gut wall, what grapefruit leaves there) is where the rows are most likely, each victim summed over its grid.
2. Each victim's shares, given that: `victim_posterior.csv`.
3. Each pair on file is predicted from the victim's other rows: `left_out.csv`. What is common is fitted anew without it
   (by fifths of the pairs).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, fields, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from ketum.enzymes import estimate
from ketum.enzymes.common import NAME, Common, common, read_common
from ketum.enzymes.estimate import VictimStudies, groups, log_evidence, shares, victim
from ketum.enzymes.left_out import predicted
from ketum.enzymes.seen import Seen, seen
from ketum.enzymes.victims import COLUMNS, POSTERIOR, most_seen, told_by

ROOM = Path(estimate.__file__).parent
POSITIVE = ("inhibition", "induction", "noise", "marked", "fm_sd", "Fg_sd", "Fg_fact_sd", "access")
SCANNED = {"access": (2.0, 4.0, 8.0, 16.0), "grapefruit_left": (0.02, 0.05, 0.1, 0.2)}
"""Numbers that are tried one by one, since the rows tell little of them."""
BELIEVED = {
    "inhibition": (np.log(0.2), 0.7), "induction": (np.log(0.2), 0.7), "noise": (np.log(0.15), 0.5), "marked": (np.log(0.3), 0.5),
    "fm_sensitive": (2.5, 1.0), "fm_moderate": (1.0, 1.0), "fm_other": (0.0, 1.5), "fm_sd": (0.0, 0.5),
    "Fg_sensitive": (0.0, 1.0), "Fg_moderate": (0.8, 1.0), "Fg_other": (1.0, 1.0), "Fg_sd": (0.0, 0.5),
    "Fg_fact_sd": (np.log(0.5), 0.5), "correlation": (0.0, 0.3),
}  # fmt: skip
"""Mean and SD of what was believed of each before the fit; logarithm of the positive ones, atanh of the correlation."""
FOLDS = 5
SHOWN = 4


def main() -> None:
    rows = {name: listed for name, listed in seen().items() if name != "midazolam"}
    best = scan(common(), rows)
    write_common(best)
    best = read_common(ROOM / NAME)  # as it is rounded there
    write_victims(best)
    write_left_out(best, rows)


def scan(start: Common, rows: Mapping[str, Sequence[Seen]]) -> Common:
    best, top = start, -np.inf
    for name, values in SCANNED.items():
        for value in values:
            tried = replace(best, **{name: value})
            height = sum(log_evidence(victim(one, listed), tried) for one, listed in rows.items())
            print(f"{name} {value:g}: log evidence {height:.2f}", flush=True)
            if height > top:
                best, top = tried, height
        top = -np.inf
    found, height = fit(best, rows)
    print(f"log evidence with what was believed {height:.2f}: {found}", flush=True)
    return found


def fit(start: Common, rows: Mapping[str, Sequence[Seen]], steps: int = 8) -> tuple[Common, float]:
    """Find where the rows are most likely, with what was believed; the scanned numbers stay."""
    victims = [victim(name, listed) for name, listed in rows.items()]
    believed = np.array(list(BELIEVED.values()))

    def height(z: np.ndarray) -> float:
        now = unpacked(z, start)
        told = sum(log_evidence(one, now) for one in victims)
        return -float(told - 0.5 * (((z - believed[:, 0]) / believed[:, 1]) ** 2).sum())

    found = minimize(height, packed(start), method="L-BFGS-B", options={"maxiter": steps, "ftol": 1e-5})
    return unpacked(found.x, start), -float(found.fun)


def packed(one: Common) -> np.ndarray:
    values = asdict(one)
    return np.array([_forth(name, values[name]) for name in BELIEVED])


def unpacked(z: np.ndarray, start: Common) -> Common:
    return replace(start, **{name: _back(name, value) for name, value in zip(BELIEVED, z, strict=True)})


def _forth(name: str, value: float) -> float:
    return float(np.log(value) if name in POSITIVE else np.arctanh(value) if name == "correlation" else value)


def _back(name: str, value: float) -> float:
    return float(np.exp(value) if name in POSITIVE else np.tanh(value) if name == "correlation" else value)


def write_common(found: Common) -> None:
    with (ROOM / NAME).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    values = asdict(found)
    _write(ROOM / NAME, rows[0].keys(), [row | {"value": f"{values[row['name']]:.4g}"} for row in rows])


def write_victims(shared: Common) -> None:
    found = []
    for name in seen():
        if name == "midazolam" or not told_by(name):
            continue
        one = victim(name)
        most, bound = most_seen(name)
        told = {key: f"{value:.4g}" for key, value in asdict(shares(one, shared)).items()}
        row = {"generic": name, "kind": one.known.kind} | told
        row |= {
            "F": f"{one.known.F:.3g}" if one.known.F else "",
            "most": f"{most:.4g}" if bound else "",
            "most_fact": bound,
        }
        found.append(row | {"facts": ";".join(_main_facts(one, bound))})
    _write(ROOM / POSTERIOR, COLUMNS, found)
    print(f"{len(found)} victims have a size")


def _main_facts(one: VictimStudies, bound: str) -> list[str]:
    """Pick what a reader is shown: every Fg, an availability, the bound, and the largest changes that were seen."""
    largest = sorted(one.groups, key=lambda group: -abs(group.log_ratio))[:SHOWN]
    return list(
        dict.fromkeys(
            [*one.known.facts[: len(one.known.Fg) + 1], *filter(None, [bound]), *(group.facts[0] for group in largest)]
        )
    )


def write_left_out(best: Common, rows: Mapping[str, Sequence[Seen]]) -> None:
    pairs = [(name, group.perpetrator) for name in seen() for group in groups(seen()[name])]
    pairs = list(dict.fromkeys(pairs))
    found = []
    for fold in range(FOLDS):
        out = set(pairs[fold::FOLDS])
        kept = {name: [row for row in listed if (name, row.perpetrator) not in out] for name, listed in rows.items()}
        shared, _ = fit(best, {name: listed for name, listed in kept.items() if listed}, steps=2)
        found += [row for name, perpetrator in sorted(out) for row in predicted(name, perpetrator, shared)]
        print(f"fold {fold + 1}: {len(found)} predicted", flush=True)
    found.sort(key=lambda row: (row.perpetrator, row.victim, row.route, row.observed))
    names = [field.name for field in fields(found[0])]
    _write(ROOM / "left_out.csv", names, [dict(zip(names, map(_cell, astuple(row)), strict=True)) for row in found])


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else ";".join(value) if isinstance(value, tuple) else str(value)


def _write(path: Path, names: Iterable[str], rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
