"""From SBML text to a `System`.

libSBML parses and checks; `ketum.engine.equations.translate` turns what it holds into plain data. Whatever the engine
cannot integrate faithfully is refused here, by name, when the model is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libsbml

from ketum.engine.equations.reading import check_xml
from ketum.engine.equations.switches import freeze
from ketum.engine.equations.system import System
from ketum.engine.equations.translate import CURE, UNFIT, translate
from ketum.errors import ModelError, Problem

MATH_PACKAGES = frozenset({"l3v2extendedmath"})
"""Required packages that say nothing but what the engine knows anyway."""


def parse(text: str, name: str = "model") -> System:
    """Turn SBML text into a `System`.

    Raises
    ------
    ModelError
        Where libSBML finds an error, or where the model needs something that the engine does not integrate.
    """
    check_xml(text, name)
    document = libsbml.readSBMLFromString(text)
    _raise_errors(document, name)
    problems = [
        Problem(where, f"{what} {UNFIT}", cure=CURE) for where, what in (*_packages(document), *_unsupported(document))
    ]
    if problems:
        raise ModelError(name, problems)
    try:
        system = translate(document.getModel(), text, name)
        freeze(system)  # refuses what a rate may not hold
    except RecursionError as error:
        cure = "write parts of it as rules of their own"
        raise ModelError(name, [Problem("", f"a formula is nested too deeply and {UNFIT}", cure=cure)]) from error
    return system


def consistency_messages(text: str) -> list[str]:
    """List everything that libSBML has to say about a model, units included; empty when it is clean."""
    check_xml(text, "model")
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    return [
        f"{document.getError(i).getSeverityAsString()}: {document.getError(i).getMessage().strip()}"
        for i in range(document.getNumErrors())
    ]


def _raise_errors(document: Any, name: str) -> None:
    errors = [document.getError(i) for i in range(document.getNumErrors())]
    wrong = [error for error in errors if error.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if not wrong and document.getModel() is not None:
        return
    problems = [Problem(f"line {m.getLine()}", " ".join(m.getMessage().split())) for m in wrong or errors]
    raise ModelError(name, problems or [Problem("", "it holds no SBML model")])


def _packages(document: Any) -> Iterator[tuple[str, str]]:
    if document.getLevel() < 3:  # packages, and so required ones, came with Level 3
        return
    for i in range(document.getNumPlugins()):
        package = document.getPlugin(i).getPackageName()
        if package not in MATH_PACKAGES and document.getPackageRequired(package):
            yield "model", f"the required package {package}"
    for i in range(document.getNumUnknownPackages()):
        prefix = document.getUnknownPackagePrefix(i)
        if document.getPackageRequired(document.getUnknownPackageURI(i)):
            yield "model", f"the required package {prefix}"


def _unsupported(document: Any) -> Iterator[tuple[str, str]]:
    model = document.getModel()
    for i in range(model.getNumEvents()):
        yield model.getEvent(i).getId() or f"event {i + 1}", "an SBML event"
    for rule in model.getListOfRules():
        if rule.isAlgebraic() and rule.getMath() is not None:
            yield "rules", "an algebraic rule"
    for reaction in model.getListOfReactions():
        if reaction.isSetFast() and reaction.getFast():
            yield reaction.getId(), "a fast reaction"
