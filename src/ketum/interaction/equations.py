"""The part of ``kratom.ant`` that the enzymes rest on, as formulas, without parsing the model anew.

``kratom.json`` holds them as `ketum.engine` reads them, with the hash of the model's text. It is made from the model
by ``make equations`` and never written by hand; a test holds it to the model. Where the model
has changed since, it is parsed here, which takes a third of a second more.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ketum.engine.equations.formula import Formula
from ketum.engine.equations.system import System
from ketum.pharmacology import model_path

OUTPUTS = ("CYP3A_gut", "CYP3A_liver", "active_gut", "active_liver", "active_2D6", "C_MG", "C_HM")
"""What sizes are made of."""
FILE = "kratom.json"


@cache
def equations() -> System:
    """Read the formulas that `OUTPUTS` rest on."""
    kept = json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    return _system(kept) if kept["sha256"] == _sha256() else from_model()


def from_model() -> System:
    """Take the formulas from the model itself."""
    from ketum.engine.equations.reading import read_text
    from ketum.engine.equations.sbml import parse
    from ketum.engine.solve.pruning import needed

    path = model_path()
    whole = parse(read_text(path), str(path))
    states = needed(whole, OUTPUTS)
    rules = whole.rules_for([*OUTPUTS, *(name for one in states for name in whole.rates[one].names())])
    formulas = [*rules.values(), *(whole.rates[one] for one in states), *(whole.initial[one] for one in states)]
    used = {name for formula in formulas for name in formula.names()}
    return System(
        name=whole.name,
        states=states,
        rates={one: whole.rates[one] for one in states},
        rules=rules,
        constants={name: value for name, value in whole.constants.items() if name in used},
        initial={one: whole.initial[one] for one in states},
        order=(),
        per_volume={},
        units={},
        sha256=_sha256(),
    )


def as_text(system: System) -> str:
    """Write formulas down, one a line."""
    parts = {
        "sha256": json.dumps(system.sha256),
        "constants": json.dumps(dict(system.constants)),
        **{part: _lines(getattr(system, part)) for part in ("rules", "rates", "initial")},
    }
    return "{\n" + ",\n".join(f'"{part}": {text}' for part, text in parts.items()) + "\n}\n"


def _lines(formulas: dict[str, Formula]) -> str:
    return "{\n" + ",\n".join(f'"{name}": {json.dumps(_nested(one))}' for name, one in formulas.items()) + "\n}"


def _nested(one: Formula) -> Any:
    leaf = one.operation in ("number", "name")
    return one.leaf if leaf else [one.operation, *map(_nested, one.arguments)]


def _formula(nested: Any) -> Formula:
    if isinstance(nested, str):
        return Formula.name(nested)
    if isinstance(nested, list):
        return Formula(nested[0], tuple(map(_formula, nested[1:])))
    return Formula.number(nested)


def _system(kept: dict[str, Any]) -> System:
    rules, rates, initial = ({n: _formula(f) for n, f in kept[part].items()} for part in ("rules", "rates", "initial"))
    return System("kratom", tuple(rates), rates, rules, kept["constants"], initial, (), {}, {}, kept["sha256"])


def _sha256() -> str:
    return hashlib.sha256(model_path().read_bytes()).hexdigest()


if __name__ == "__main__":
    Path(str(files(__package__).joinpath(FILE))).write_text(as_text(from_model()), encoding="utf-8")
