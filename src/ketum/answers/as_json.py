"""An answer as JSON: the same facts as the page, for machines."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np

from ketum.answers.content import Answer
from ketum.answers.curves import QUANTILES, Levels
from ketum.answers.effects import as_mapping
from ketum.answers.thin import thin

NOT_SHOWN = ("case", "taken", "tree", "store", "behind", "levels", "effects", "findings", "medicines", "drivers")
"""Fields that JSON leaves out, or gives in a shape of its own."""


def answer_json(answer: Answer, files: Sequence[str] = (), people_in: Mapping[str, str] | None = None) -> str:
    """Write an answer as JSON; what is not a finite number becomes null.

    Parameters
    ----------
    answer
        The answer.
    files
        The names of all files that are written with it, so that a later run knows its own.
    people_in
        The store beside them that a large run's people are in, and how it is known again.

    Returns
    -------
    str
        ``{case, version, seed, population, endpoints, findings, unknown, sources, ...}``. Blood levels are thinned as
        in the figures; the full trajectories stand in their own file.
    """
    own = {field.name: getattr(answer, field.name) for field in fields(answer) if field.name not in NOT_SHOWN}
    shown = {
        **screening_mapping(answer),
        **own,
        "levels": [_levels(curves) for curves in answer.levels],
        "effects": None if answer.effects is None else as_mapping(answer.effects),
        "drivers": None if answer.drivers is None else answer.drivers.as_dict(),
    }
    if files:
        shown |= {"made_by": "ketum", "files": sorted(files)}
    if people_in:
        shown |= {"people_in": people_in}
    return json_text(shown)


def screening_mapping(answer: Answer) -> dict[str, Any]:
    """Give the part of an answer that needs no simulation: what ``ketum screen --json`` prints."""
    return {
        "case": answer.case.model_dump(mode="json", by_alias=True),
        "findings": [finding.as_dict() for finding in answer.findings],
        "medicines": [match.as_dict() for match in answer.medicines],
    }


def json_text(value: Any) -> str:
    """Write anything a report holds as valid JSON, without NaN or infinity."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def plain(value: Any) -> Any:
    """Turn anything a report holds into what JSON can hold."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _levels(curves: Levels) -> dict[str, Any]:
    few = thin(curves)
    arrays = {name: _rounded(getattr(few, name)) for name in ("time_h", *QUANTILES)}
    return {"alkaloid": few.alkaloid, "unit": "ng/mL", "certainty_note": few.certainty_note, **arrays}


def _rounded(values: Any) -> list[float]:
    """Five significant figures, which is more than any of these curves deserves."""
    return [float(f"{value:.5g}") for value in values]
