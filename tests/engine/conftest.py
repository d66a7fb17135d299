"""Models that the engine's tests share, as fixtures of the whole session so that hypothesis may use them too."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from ketum.engine import Model

ONE_COMPARTMENT = """
model oral
  compartment body = 1;
  substanceOnly species depot in body, central in body;
  depot = 0;  central = 0;
  ka = 1.3;  CL = 4;  V = 20;
  C := central / V;
  absorption: depot -> central;  ka * depot;
  elimination: central -> ;  CL * C;
end
"""

TWO_COMPARTMENTS = """
model oral2
  compartment body = 1;
  substanceOnly species depot in body, central in body, peripheral in body;
  depot = 0;  central = 0;  peripheral = 0;
  ka = 0.9;  CL = 5;  V1 = 12;  Q = 7;  V2 = 60;
  C := central / V1;
  absorption: depot -> central;  ka * depot;
  elimination: central -> ;  CL * C;
  distribution: central -> peripheral;  Q * (C - peripheral / V2);
end
"""


@pytest.fixture(scope="session")
def load(tmp_path_factory) -> Callable[[str], Model]:
    """Turn the text of a model, Antimony or SBML, into a `Model` by way of a file."""
    folder = tmp_path_factory.mktemp("models")
    count = iter(range(10**6))

    def from_text(text: str) -> Model:
        if not text.lstrip().startswith("<"):
            pytest.importorskip("antimony", reason="Antimony is not installed, and this model is written in it")
        path = folder / f"model{next(count)}.{'xml' if text.lstrip().startswith('<') else 'ant'}"
        path.write_text(text, encoding="utf-8")
        return Model.from_file(path)

    return from_text


@pytest.fixture(scope="session")
def oral(load) -> Model:
    return load(ONE_COMPARTMENT)


@pytest.fixture(scope="session")
def oral2(load) -> Model:
    return load(TWO_COMPARTMENTS)


@pytest.fixture(scope="session")
def no_doses() -> pd.DataFrame:
    return pd.DataFrame({"TIME": [], "AMT": [], "CMT": []})
