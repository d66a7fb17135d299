"""What drives a result, input by input: global sensitivity of endpoints.

Every number that a run draws is an input: how people differ, what a product holds, and what the fit leaves open. They
are not listed here but noted as a case draws them, and then set from a design, through the same code.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from ketum import pharmacology
from ketum.case import Case
from ketum.indices import Index, Method, design, indices
from ketum.people import Stream
from ketum.pharmacology import ALKALOIDS
from ketum.pharmacology.tables import Array
from ketum.simulate import Found, crowd, found_of, horizon

SAMPLES = 512
MAIN = ("Cmax", "tmax", "AUC", "Cmax_last", "AUC_last", "Cmin_last", "half_life")
MEASURES = {
    "sobol": "share of the variance of the endpoint's logarithm",
    "morris": "mean absolute effect on the endpoint's logarithm over the input's range from 5th to 95th percentile",
}
ASSUMPTION = (
    "inputs are varied independently: where the fit ties parameters to each other, that tie is cut, and `spread` says "
    "how much wider or narrower the endpoint's logarithm gets by it"
)
JOINT_PEOPLE = 1000
SHOWN = 6


@dataclass(frozen=True)
class Input:
    """One thing that is drawn: its layer, its name there, and what it is in words."""

    layer: str
    name: str
    label: str


@dataclass(frozen=True)
class Endpoint:
    """One endpoint with its inputs, strongest first.

    Parameters
    ----------
    spread
        Standard deviation of the endpoint's logarithm: with ``independent`` inputs, as here, and with those of the fit
        drawn ``together``, as in a run.
    inputs
        Each input with what it does.
    """

    alkaloid: str
    quantity: str
    spread: Mapping[str, float]
    inputs: tuple[tuple[Input, Index], ...]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data."""
        rows = [asdict(given) | asdict(index) for given, index in self.inputs]
        return {"alkaloid": self.alkaloid, "quantity": self.quantity, "spread": dict(self.spread), "inputs": rows}


@dataclass(frozen=True)
class Drivers:
    """What drives the endpoints of a case.

    Parameters
    ----------
    method
        ``sobol`` or ``morris``.
    runs
        How many virtual people it took.
    endpoints
        What was looked at.
    left_out
        Endpoints that are not a positive number in every run, so that nothing can be said of them.
    """

    method: Method
    runs: int
    endpoints: tuple[Endpoint, ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data, for JSON."""
        return {
            "method": self.method,
            "runs": self.runs,
            "measure": MEASURES[self.method],
            "assumption": ASSUMPTION,
            "endpoints": [endpoint.as_dict() for endpoint in self.endpoints],
            "left_out": list(self.left_out),
        }

    def write_csv(self, path: Path) -> None:
        """Write the table, one line for each endpoint and input."""
        names = ["alkaloid", "quantity", *(each.name for each in (*fields(Input), *fields(Index)))]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            for endpoint in map(Endpoint.as_dict, self.endpoints):
                writer.writerows(endpoint | row for row in endpoint["inputs"])

    def as_text(self, quantities: Sequence[str] = ("Cmax", "AUC")) -> str:
        """Write the strongest inputs of the first alkaloid down, for a terminal."""
        lines = [f"what drives the spread ({MEASURES[self.method]}; {self.runs} runs)"]
        for endpoint in (e for e in self.endpoints if e.alkaloid == self.endpoints[0].alkaloid):
            if endpoint.quantity in quantities:
                lines.append(f"{endpoint.quantity} of {endpoint.alkaloid}:")
                lines += [_line(given, index) for given, index in endpoint.inputs[:SHOWN]]
        return "\n".join(lines)


def _line(given: Input, index: Index) -> str:
    alone = f"alone {index.first:5.2f} +- {index.first_interval:.2f}, " if np.isfinite(index.first) else ""
    return f"  {alone}in all {index.total:5.2f} +- {index.total_interval:.2f}  {given.layer}: {given.label}"


def drivers(
    case: Case,
    *,
    samples: int = SAMPLES,
    method: Method = "sobol",
    quantities: Sequence[str] = MAIN,
    days: float | None = None,
    seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Drivers:
    """Find what drives the endpoints of a case.

    Parameters
    ----------
    case, days, seed, workers, executor, progress
        As for `ketum.simulate.simulate`.
    samples, method
        See `ketum.indices.design`.
    quantities
        Endpoints to look at, as far as the case has them.
    """
    inputs = inputs_of(case)
    names = [f"{each.layer}/{each.name}" for each in inputs]
    sample = design(names, samples, method, seed)
    columns = {(each.layer, each.name): sample[:, i] for i, each in enumerate(inputs)}
    end_h, dose_times = horizon(case, days)
    crowds = crowd(case, _Designed(seed, len(sample), columns=columns)), crowd(case, Stream(seed, JOINT_PEOPLE))
    apart, together = (found_of(each, dose_times, end_h, workers, executor, progress) for each in crowds)
    kept, left_out = _logarithms(apart, quantities)
    endpoints = []
    for (code, quantity), values in kept.items():
        found = zip(inputs, indices(names, sample, values, method, seed), strict=True)
        spread = {"independent": float(values.std()), "together": _spread(together[code][quantity])}
        name = pharmacology.alkaloid(code).name
        endpoints.append(Endpoint(name, quantity, spread, tuple(sorted(found, key=lambda each: -each[1].total))))
    return Drivers(method, len(sample), tuple(endpoints), left_out)


def _logarithms(found: Found, quantities: Sequence[str]) -> tuple[dict[tuple[str, str], Array], tuple[str, ...]]:
    """Take logarithms of endpoints that have one in every run, and differ; name the others."""
    kept, left_out = {}, []
    for alkaloid in ALKALOIDS:
        for quantity in (name for name in quantities if name in found[alkaloid.code]):
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(found[alkaloid.code][quantity])
            if np.isfinite(values).all() and np.ptp(values) > 0:
                kept[alkaloid.code, quantity] = values
            else:
                left_out.append(f"{quantity} of {alkaloid.name}")
    return kept, tuple(left_out)


def _spread(values: Array) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log(values)
    return float(logarithms[np.isfinite(logarithms)].std())


# ------------------------------------------------------------------------------------------------ inputs of a case


def inputs_of(case: Case) -> tuple[Input, ...]:
    """List all that is drawn for a case."""
    noting = _Noting(0, 4)
    crowd(case, noting)
    return tuple(Input(layer, name, _label(layer, name)) for layer, name in noting.asked)


@dataclass(frozen=True)
class _Noting(Stream):
    """A stream that notes what is drawn from it."""

    asked: dict[tuple[str, str], None] = field(default_factory=dict)

    def uniform(self, layer: str, name: str) -> Array:
        self.asked[layer, name] = None
        return super().uniform(layer, name)

    def together(self, layer: str, table: Mapping[str, Array]) -> dict[str, Array]:
        return {name: self._alone(layer, name, column) for name, column in table.items()}

    def _alone(self, layer: str, name: str, column: Array) -> Array:
        """Draw from one column by itself; what all draws agree on is no input."""
        if np.ptp(column) == 0:
            return np.full(self.people, column[0])
        return np.asarray(np.quantile(column, self.uniform(layer, name)))


@dataclass(frozen=True)
class _Designed(_Noting):
    """A stream whose numbers come from a design, columns of shape (runs,)."""

    columns: Mapping[tuple[str, str], Array] = field(default_factory=dict)

    def uniform(self, layer: str, name: str) -> Array:
        return np.clip(self.columns[layer, name], 2.0**-54, 1 - 2.0**-53)


PRODUCT = {
    "content": "content of the main alkaloid",
    "companion": "content, next to the main alkaloid, of",
    "certificate": "error of the certificate for",
    "serving": "weight of a serving",
}


def _label(layer: str, name: str) -> str:
    if layer == "product":
        number, what, code = [*name.split("/"), ""][:3]
        own = next((a.name for a in ALKALOIDS if a.code == code), code)
        return f"product {int(number) + 1}: {PRODUCT.get(what, what)} {own}".rstrip()
    for row in pharmacology.parameters():
        if row.name == name:
            return row.label
    label = next((row.label for row in pharmacology.effects() if row.name == name), name)
    return f"how much people differ in: {label}" if layer == "knowledge" else label
