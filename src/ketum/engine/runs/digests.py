"""What a store was made from, summed up, so that results are never mixed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from ketum.engine.doses.covariates import CovariateCourse
from ketum.engine.doses.records import Records
from ketum.engine.runs.job import Job
from ketum.engine.solve.integrate import settings
from ketum.errors import OutputError, Problem


def digests(job: Job) -> dict[str, str]:
    """Sum up everything that the numbers depend on, by what a person would call it."""
    from ketum import __version__

    records = [getattr(each, field.name) for each in job.records for field in fields(Records)]
    return {
        "model": job.source.system.sha256,
        "parameters": digest(job.parameters),
        "doses": digest(records),
        "covariates": digest([getattr(each, field.name) for each in job.courses for field in fields(CovariateCourse)]),
        "dosing": digest(repr(sorted(job.dosing.items()))),
        "times": digest([job.grid.times, job.grid.after]),
        "outputs": digest(repr(job.outputs)),
        "tolerances": digest([float(job.tolerances.rtol), float(job.tolerances.atol)]),
        "number of people": str(job.subjects),
        "version of ketum or of its integrator": repr((__version__, settings())),
    }


def digest(content: Any) -> str:
    """Sum up numbers, texts, and lists and mappings of them."""
    total = hashlib.sha256()

    def add(each: Any) -> None:
        if isinstance(each, Mapping):
            for name in sorted(each):  # the order of names may differ from process to process
                add([name, each[name]])
        elif isinstance(each, list):
            for part in each:
                add(part)
        elif isinstance(each, np.ndarray):
            total.update(f"{each.dtype}{each.shape}".encode() + each.tobytes())
        else:
            total.update(f"{each!s}\n".encode())

    add(content)
    return total.hexdigest()


def refuse_other_inputs(path: Path, theirs: Mapping[str, str], ours: Mapping[str, str]) -> None:
    """Refuse to mix results, and name what differs."""
    other = [name for name in ours if theirs.get(name) != ours[name]]
    if other:
        problem = Problem(
            "",
            "this store was begun with something else, and results are not mixed",
            given="different: " + ", ".join(other),
            cure="repeat the call that began it, choose another name, or delete it",
        )
        raise OutputError(str(path), [problem])
