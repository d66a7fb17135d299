from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from ketum.answers.as_json import plain
from ketum.report import answer_json


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def test_the_contract(report):
    shown = json.loads(answer_json(report), parse_constant=refuse)
    assert {"case", "version", "seed", "population", "endpoints", "findings", "unknown", "sources"} <= shown.keys()
    for endpoint in shown["endpoints"]:
        assert {"alkaloid", "quantity", "unit", "median", "p05", "p95", "share"} <= endpoint.keys()
        assert endpoint["share"].keys() == {"people", "product", "knowledge"}
    assert len(shown["endpoints"]) == len(report.endpoints)
    assert shown["case"] == report.case.model_dump(mode="json", by_alias=True)


def test_what_is_no_number_is_null(report):
    shown = json.loads(answer_json(report), parse_constant=refuse)
    (missing,) = [e for e in shown["endpoints"] if e["quantity"].startswith("time_above")]
    assert (missing["median"], missing["p95"]) == (None, None)
    assert missing["share"] == {"people": None, "product": None, "knowledge": None}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.float64("nan"), None),
        (np.array([1.0, np.inf]), [1.0, None]),
        (np.int64(3), 3),
        (np.bool_(True), True),
        ({1: (2.5, {"a": float("-inf")})}, {"1": [2.5, {"a": None}]}),
        (date(2026, 1, 15), "2026-01-15"),
    ],
)
def test_anything_becomes_plain(given, expected):
    assert plain(given) == expected
