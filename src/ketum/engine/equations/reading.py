"""Model files, read with care: whatever a file holds, it is text for libSBML and nothing outside it is opened.

libSBML and Antimony take the process along where nesting is deep, and Antimony opens other files where it is told to.
So what they get is looked through before.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from xml.parsers import expat

from ketum.errors import ModelError, Problem

MOST_BYTES = 50_000_000
MOST_NESTED = 1000
"""Elements within elements; libSBML itself holds out to about 4000 on a usual stack."""
MOST_OPERATORS = 2000
"""In one statement of Antimony, which takes time by their square."""
TOKEN = re.compile(r'"[^"\r\n]*"|//[^\r\n]*|#[^\r\n]*|/\*.*?(?:\*/|\Z)|[A-Za-z_]\w*|.', re.DOTALL | re.ASCII)
"""A text in quotes, a comment, a word, or any other character of Antimony."""
OPERATORS = frozenset("+-*/^(,!&|<>")
IMPORT = re.compile(r'\bimport\s*"', re.IGNORECASE)
_antimony = threading.Lock()


def read_file(path: Path) -> str:
    """Read a model file as it stands, SBML or Antimony.

    Raises
    ------
    ModelError
        Where it is missing, no file, no text, empty or far too large.
    """
    try:
        if not path.is_file():
            what = "this is not a file" if path.exists() else "no such model file"
            raise ModelError(_short(path), [Problem("", what, cure="give the path of an .ant or SBML .xml file")])
        if path.stat().st_size > MOST_BYTES:
            raise ModelError(_short(path), [Problem("", "too large for a model", allowed=f"{MOST_BYTES:,} bytes")])
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as fault:
        problem = Problem("", f"cannot be read: {getattr(fault, 'strerror', fault)}", allowed="text in UTF-8")
        raise ModelError(_short(path), [problem]) from fault
    if not text.strip():
        raise ModelError(_short(path), [Problem("", "this file is empty", allowed="SBML or Antimony")])
    if "\0" in text:
        raise ModelError(_short(path), [Problem("", "this is no text: it holds zero bytes", allowed="text in UTF-8")])
    return text


def read_text(path: Path) -> str:
    """Read a model file as SBML text; Antimony (``.ant``) is translated."""
    text = read_file(path)
    return text if text.lstrip().startswith("<") else antimony_to_sbml(text, str(path))


def _short(path: Path) -> str:
    """Keep a name that is no name from filling the screen."""
    name = str(path)
    return name if len(name) <= 200 else f"{name[:80]}... ({len(name)} letters)"


def antimony_to_sbml(text: str, name: str) -> str:
    """Translate Antimony to SBML text.

    Raises
    ------
    ModelError
        With Antimony's own message where the text does not parse; where it names other files, or one statement is
        too long; and where Antimony is not installed.
    """
    problems = list(_unfit(text))
    if problems:
        raise ModelError(name, problems)
    try:
        import antimony
    except ImportError as error:
        cure = 'pip install "ketum[antimony]" (there is none for Linux on Arm), or export the model as SBML'
        problem = Problem("", "Antimony, which reads .ant files, is not installed", allowed="SBML", cure=cure)
        raise ModelError(name, [problem]) from error
    with _antimony:  # its library holds one model for the whole process
        antimony.clearPreviousLoads()
        if antimony.loadAntimonyString(text) < 0:
            raise ModelError(name, [Problem("", antimony.getLastError().strip(), allowed="Antimony")])
        return str(antimony.getSBMLString(antimony.getMainModuleName()))


def _unfit(text: str) -> list[Problem]:
    """Look for what Antimony may not be given."""
    problems, line, operators, imports = [], 1, 0, bool(IMPORT.search(text))
    for found in TOKEN.finditer(text):
        token = found.group()
        if token in OPERATORS:
            operators += 1
            if operators == MOST_OPERATORS:
                cure = "write parts of it as rules of their own, or give the model as SBML"
                allowed = f"{MOST_OPERATORS} operators"
                problems.append(Problem(f"line {line}", "this statement is too long", allowed=allowed, cure=cure))
        elif token in ";\n":
            operators = 0
        imports |= token.lower() == "import"
        line += token.count("\n")
    if imports:
        cure = "put everything into one file"
        problems.append(Problem("import", "other files are not read", cure=cure))
    return problems


def check_xml(text: str, name: str) -> None:
    """Refuse XML that is nested too deeply for libSBML, or that declares entities, which may stand for other files.

    Raises
    ------
    ModelError
        For these; what else is wrong is libSBML's to say.
    """
    depth = 0
    parser = expat.ParserCreate()

    def refuse(what: str, cure: str) -> None:
        raise ModelError(name, [Problem(f"line {parser.CurrentLineNumber}", what, cure=cure)])

    def begin(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            what = f"elements are nested more than {MOST_NESTED} deep"
            raise ModelError(
                name, [Problem(f"line {parser.CurrentLineNumber}", what, cure="write it in smaller parts")]
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        refuse("a document type declaration is not read", "leave it out")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = begin, end, declared
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ModelError(name, [Problem(f"line {error.lineno}", f"this is no XML: {error}")]) from error
