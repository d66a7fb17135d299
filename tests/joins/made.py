"""Cases in a line, and what each door of ketum says of them."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from hypothesis import Phase, settings

import ketum
from ketum.case import parse_case
from ketum.chance import LAYERS, Stream
from ketum.engine import Model
from ketum.pharmacology import model_path
from ketum.simulation.simulate import simulate

BRIEF = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""For laws that solve equations: the first example that fails is shown, and no smaller one is looked for."""
SEVEN = "7-hydroxymitragynine"
NAMES = {"MG": "mitragynine", "HM": SEVEN, "SC": "speciociliatine"}
ATOMS = {"C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999}
FORMULAS = {"MG": (23, 30, 2, 4), "HM": (23, 30, 2, 5), "SC": (23, 30, 2, 4)}
MOLAR_MASS = {
    code: sum(number * mass for number, mass in zip(formula, ATOMS.values(), strict=True))
    for code, formula in FORMULAS.items()
}
"""From the formulas C23H30N2O4 (speciociliatine is mitragynine's isomer) and C23H30N2O5; g/mol."""


def product(kind, amount, **keys):
    """Write one table of kratom."""
    return _table("kratom", product=f'"{kind}"', amount=f'"{amount}"', **keys)


def alone(mg, code, **keys):
    """Write a drink of a stated mass of one alkaloid, which brings nothing that is drawn (but for mitragynine)."""
    return product("liquid-shot", f"{mg!r} mg {NAMES[code]}", **keys)


def medicine(name, **keys):
    """Write one table of a medicine."""
    return _table("medicine", name=f'"{name}"', **keys)


def _table(kind, **keys):
    return "\n".join([f"[[{kind}]]", *(f"{key} = {value}" for key, value in keys.items())])


def text(*tables, weight=70, person=""):
    """Write a case file."""
    head = f'[person]\nage_years = 40\nsex = "male"\nweight_kg = {weight}\nregion = "DE"\n{person}\n'
    return head + "\n".join(tables) + "\n"


def case(*tables, **more):
    """Make a case."""
    return parse_case(text(*tables, **more), "case")


def run(*tables, people=6, seed=0, days=None, shares=False, **more):
    """Simulate a case."""
    return simulate(case(*tables, **more), number=people, seed=seed, days=days, workers=1, shares=shares)


@cache
def model():
    """Return the model, read once."""
    return Model.from_file(model_path())


@cache
def told(*tables, people=101, seed=0):
    """Simulate a case, and return what its report.json says; not to be changed."""
    finished = run(*tables, people=people, seed=seed)
    return finished, json.loads(ketum.ask(finished.case, people=people, seed=seed).to_json())


def levels(finished, code):
    """Return an alkaloid's levels in ng/mL, shape (people, times), and the times."""
    found = finished.tree["trajectory"]["concentration"].sel(alkaloid=NAMES[code])
    return found.to_numpy().astype(float), found["time"].to_numpy()


def endpoint(finished, quantity, code):
    """Return one endpoint of one alkaloid, shape (people,)."""
    return finished.tree["endpoints"][quantity].sel(alkaloid=NAMES[code]).to_numpy()


def own(finished, name):
    """Return one parameter of the people, shape (people,)."""
    return finished.tree["population"][name].to_numpy()


@dataclass(frozen=True)
class Still(Stream):
    """Random numbers of which some layers stand still: everybody there is in the middle."""

    still: tuple[str, ...] = LAYERS

    def uniform(self, layer, name):
        return np.full(self.people, 0.5) if layer in self.still else super().uniform(layer, name)


def rows(name):
    """Read a table of the pharmacology as it stands in the file, past the code that reads it."""
    return list(csv.DictReader(files("ketum.pharmacology").joinpath(name).read_text(encoding="utf-8").splitlines()))
