"""What drives a result, input by input: global sensitivity of endpoints.

Every number that a run draws is an input: how people differ, what a product holds, and what the fit leaves open. They
are not listed here but noted as a case draws them, and then set from a design, through the same code. What the fit
leaves open is one input, a row of the posterior, since its parameters are tied to each other; beside it stands what it
would bring to know one of them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketum import pharmacology
from ketum.arrays import Array
from ketum.case import Case
from ketum.chance import Stream
from ketum.crowd.crowd import draw_crowd
from ketum.enzymes.perpetrators import STRENGTH
from ketum.pharmacology import ALKALOIDS
from ketum.simulation.indices import Index, Method, design, independent_runs, indices, tied
from ketum.simulation.simulate import endpoints_of
from ketum.simulation.solving import span_of
from ketum.writing.texts import NOTHING, Text, joined, say, sentences, term

if TYPE_CHECKING:
    import xarray as xr

SAMPLES = 512
MAIN = ("Cmax", "tmax", "AUC", "Cmax_last", "AUC_last", "Cmin_last", "half_life", "half_life_structural")
MEASURES = {
    "sobol": say("share of the variance of the endpoint's logarithm"),
    "morris": say(
        "mean absolute effect on the endpoint's logarithm over the input's range from 5th to 95th percentile"
    ),
}
NOTES = {
    "sobol": say(
        "parameters that the fit ties to each other stay tied: together they are one input; beside it stands how much of the variance would go if one of them became known, and these shares overlap"
    ),
    "morris": say("each parameter is varied by itself: where the fit ties parameters to each other, that tie is cut"),
}
JOINT = {"posterior": say("all that the fit leaves open")}
SHOWN, SHOWN_TIED = 6, 3


@dataclass(frozen=True)
class Input:
    """One thing that is drawn: its layer, its name there, and what it is in words."""

    layer: str
    name: str
    label: Text


@dataclass(frozen=True)
class DrivenEndpoint:
    """One endpoint with its inputs, strongest first.

    Parameters
    ----------
    inputs
        Each independent input with what it does.
    tied
        Each parameter of the posterior with the share of the variance that would go if it became known.
    """

    alkaloid: str
    quantity: str
    inputs: tuple[tuple[Input, Index], ...]
    tied: tuple[tuple[Input, Index], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data."""
        inputs, tied = ([asdict(given) | asdict(index) for given, index in rows] for rows in (self.inputs, self.tied))
        return {"alkaloid": self.alkaloid, "quantity": self.quantity, "inputs": inputs, "tied": tied}


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
    endpoints: tuple[DrivenEndpoint, ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data, for JSON."""
        return {
            "method": self.method,
            "runs": self.runs,
            "measure": MEASURES[self.method],
            "note": NOTES[self.method],
            "endpoints": [endpoint.as_dict() for endpoint in self.endpoints],
            "left_out": list(self.left_out),
        }

    def write_csv(self, path: Path) -> None:
        """Write the table, one line for each endpoint and input."""
        names = ["alkaloid", "quantity", *(each.name for each in (*fields(Input), *fields(Index)))]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, extrasaction="ignore")
            writer.writeheader()
            for endpoint in map(DrivenEndpoint.as_dict, self.endpoints):
                writer.writerows(endpoint | row for row in (*endpoint["inputs"], *endpoint["tied"]))

    def as_text(self, quantities: Sequence[str] = ("Cmax", "AUC")) -> str:
        """Write the strongest inputs of the first alkaloid down, for a terminal."""
        lines: list[str] = [
            say("what drives the spread ({measure}; {runs} runs)", measure=MEASURES[self.method], runs=self.runs)
        ]
        for endpoint in (e for e in self.endpoints if e.alkaloid == self.endpoints[0].alkaloid):
            if endpoint.quantity in quantities:
                lines.append(
                    say("{quantity} of {alkaloid}:", quantity=endpoint.quantity, alkaloid=term(endpoint.alkaloid))
                )
                lines += [_line(given, index) for given, index in endpoint.inputs[:SHOWN]]
                lines += [_line(given, index) for given, index in endpoint.tied[:SHOWN_TIED]]
        return joined("\n", lines)


def _line(given: Input, index: Index) -> Text:
    alone = (
        say("alone {share:5.2f} +- {interval:.2f}", share=index.first, interval=index.first_interval)
        if np.isfinite(index.first)
        else NOTHING
    )
    in_all = (
        say("in all {share:5.2f} +- {interval:.2f}", share=index.total, interval=index.total_interval)
        if np.isfinite(index.total)
        else NOTHING
    )
    row = {"alone": alone, "in_all": in_all, "layer": term(given.layer), "label": given.label}
    return Text("  {alone:19} {in_all:20} {layer}: {label}", row)


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
        As for `ketum.simulation.simulate.simulate`.
    samples, method
        See `ketum.simulation.indices.design`.
    quantities
        Endpoints to look at, as far as the case has them.
    """
    inputs = inputs_of(case, method)
    names = [f"{each.layer}/{each.name}" for each in inputs]
    sample = design(names, samples, method, seed)
    columns = {(each.layer, each.name): sample[:, i] for i, each in enumerate(inputs)}
    stream = (_Apart if method == "morris" else _Noting)(seed, len(sample), columns=columns)
    span = span_of(case, days)
    everyone = draw_crowd(case, stream, span.end_h)
    found = endpoints_of(everyone, span, workers=workers, executor=executor, progress=progress).exposure
    kept, left_out = _logarithms(found, quantities)
    endpoints = []
    for (alkaloid, quantity), values in kept.items():
        rows = zip(inputs, indices(names, sample, values, method, seed), strict=True)
        own = tuple(sorted(rows, key=lambda row: -row[1].total))
        beside = _tied(stream, values, len(inputs), seed)
        endpoints.append(DrivenEndpoint(alkaloid, quantity, own, beside))
    return Drivers(method, len(sample), tuple(endpoints), left_out)


def _tied(stream: _Noting, values: Array, inputs: int, seed: int) -> tuple[tuple[Input, Index], ...]:
    """Rank the parameters that were drawn together; what only effects depend on drives no level in blood."""
    beyond = pharmacology.effect_posterior().keys()
    drawn = stream.drawn_together.items()
    varying = {key: column for key, column in drawn if np.ptp(column) > 0 and key[1] not in beyond}
    if not varying:
        return ()
    runs = independent_runs(inputs, values.size)
    names = [name for _, name in varying]
    sample = np.column_stack([column[runs] for column in varying.values()])
    rows = zip(varying, tied(names, sample, values[runs], seed), strict=True)
    each = [(Input(layer, name, _label(layer, name)), index) for (layer, name), index in rows]
    return tuple(sorted(each, key=lambda row: -row[1].first))


def _logarithms(found: xr.Dataset, quantities: Sequence[str]) -> tuple[dict[tuple[str, str], Array], tuple[str, ...]]:
    """Take logarithms of endpoints that have one in every run, and differ; name the others."""
    kept, left_out = {}, []
    for alkaloid in ALKALOIDS:
        for quantity in (name for name in quantities if name in found):
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log(found[quantity].sel(alkaloid=alkaloid.name).to_numpy())
            if np.isfinite(values).all() and np.ptp(values) > 0:
                kept[alkaloid.name, quantity] = values
            else:
                left_out.append(f"{quantity} of {alkaloid.name}")
    return kept, tuple(left_out)


# ------------------------------------------------------------------------------------------------ inputs of a case


def inputs_of(case: Case, method: Method = "sobol") -> tuple[Input, ...]:
    """List all that is drawn for a case, and varied by a method."""
    noting = (_Apart if method == "morris" else _Noting)(0, 4)
    draw_crowd(case, noting, span_of(case).end_h)
    return tuple(Input(layer, name, _label(layer, name)) for layer, name in noting.asked)


@dataclass(frozen=True)
class _Noting(Stream):
    """A stream that notes what is drawn from it, and draws from the columns (runs,) of a design where there is one."""

    columns: Mapping[tuple[str, str], Array] | None = None
    asked: dict[tuple[str, str], None] = field(default_factory=dict)
    drawn_together: dict[tuple[str, str], Array] = field(default_factory=dict)

    def uniform(self, layer: str, name: str) -> Array:
        self.asked[layer, name] = None
        if self.columns is None:
            return super().uniform(layer, name)
        return np.clip(self.columns[layer, name], 2.0**-54, 1 - 2.0**-53)

    def together(self, layer: str, name: str, table: Mapping[str, Array]) -> dict[str, Array]:
        drawn = super().together(layer, name, table)
        self.drawn_together.update({(layer, own): column for own, column in drawn.items()})
        return drawn


@dataclass(frozen=True)
class _Apart(_Noting):
    """The same, with columns of joint draws that are drawn each by itself; what all draws agree on is no input."""

    def together(self, layer: str, name: str, table: Mapping[str, Array]) -> dict[str, Array]:
        return {
            own: np.quantile(column, self.uniform(layer, own)) if np.ptp(column) else np.full(self.people, column[0])
            for own, column in table.items()
        }


PRODUCT = {
    "content": say("content of the main alkaloid"),
    "companion": say("content, next to the main alkaloid, of"),
    "certificate": say("error of the certificate for"),
    "serving": say("what a capsule, bottle or other unit holds"),
}


def _label(layer: str, name: str) -> Text:
    if layer == "product":
        number, what, code = [*name.split("/"), ""][:3]
        own = next((a.name for a in ALKALOIDS if a.code == code), code)
        label = say("product {number}: {what}", number=int(number) + 1, what=PRODUCT.get(what) or term(what))
        return sentences(label, term(own))
    if name.startswith(STRENGTH):
        return say("how strongly {name} changes CYP3A", name=term(name.removeprefix(STRENGTH)))
    if name in JOINT:
        return JOINT[name]
    for row in (*pharmacology.parameters(), *pharmacology.effect_parameters()):
        if row.name == name:
            return term(row.label)
    differing = (*pharmacology.effects(), *pharmacology.effect_variability())
    label = term(next((row.label for row in differing if row.name == name), name))
    return say("how much people differ in: {label}", label=label) if layer == "knowledge" else label
