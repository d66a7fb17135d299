"""How a command begins, goes on and ends: progress, emergencies first, refusals in words, exit codes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketum.errors import (
    CaseError,
    DrawingWarning,
    InputError,
    KetumError,
    OutputError,
    Problem,
    SolveWarning,
    StoppedError,
)
from ketum.writing.texts import Text, joined, say

if TYPE_CHECKING:
    from ketum.case import Case
    from ketum.hazards import Finding

FAILED, WRONG, FAULT, INTERRUPTED = 1, 2, 3, 130
"""Exit codes."""


def guarded(app: Callable[..., None], words: Sequence[str]) -> None:
    """Run a command; whatever goes wrong is said in words, an emergency in the case before it."""
    from ketum.writing.plain import never_fail

    never_fail(sys.stdout, sys.stderr)
    warnings.showwarning = _say_warning
    try:
        app(args=list(words))
    except StoppedError as stop:
        _say(say("ketum: stopped; {why}", why=str(stop)))
        sys.exit(INTERRUPTED)
    except KetumError as error:
        code = WRONG if isinstance(error, InputError) else FAULT
        found = _despite(error)
        for finding in found:
            _say(_in_words(finding))
        if "--json" in words:
            print_json(refusal(error, found))
        _say(say("ketum: {error}", error=str(error)))
        sys.exit(code)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer has turned Ctrl-C into this, without a word
            _say(say("ketum: stopped"))
        raise
    except KeyboardInterrupt as stop:
        _say(joined("; ", [say("ketum: stopped"), *getattr(stop, "__notes__", ())]))
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        _say(_internal_fault(error))
        sys.exit(FAULT)


def refusal(error: KetumError, emergencies: Sequence[Finding] = ()) -> dict[str, Any]:
    """Give a refusal as JSON gives it: emergencies first, then each problem with its place and cure."""
    problems = error.problems if isinstance(error, InputError) else ()
    return {
        "emergencies": [finding.as_dict() for finding in emergencies],
        "error": {
            "message": str(error),
            "subject": error.subject if isinstance(error, InputError) else "",
            "problems": problems,
        },
    }


def say_emergencies(case: Case) -> None:
    """Say what of a case cannot wait, before anything is computed for it."""
    from ketum.answers.findings import emergencies

    for finding in emergencies(case):
        _say(_in_words(finding))


@contextmanager
def phases() -> Iterator[Callable[[str, int, int], None] | None]:
    """Show what a run is at, and how far, on a terminal, and nothing on a pipe."""
    with _bar(say("reading")) as update:
        yield update


@contextmanager
def progress_bar(of: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing on a pipe."""
    with _bar(of) as update:
        yield None if update is None else lambda finished, total: update(of, finished, total)


@contextmanager
def _bar(of: str) -> Iterator[Callable[[str, int, int], None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(of, total=None)
        yield lambda phase, finished, total: bar.update(task, description=phase, completed=finished, total=total)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.parent / f".{path.name}.part"
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        why = say("cannot be written: {why}", why=str(error.strerror))
        problem = Problem("", why, cure=say("give the name of a file in a folder that exists and is writable"))
        raise OutputError(str(path)[:200], [problem]) from error


def print_json(content: Any) -> None:
    """Print one JSON object and nothing else."""
    from ketum.answers.as_json import json_text
    from ketum.writing.plain import plain_json

    print(plain_json(json_text(content), sys.stdout.encoding))


def _say(text: str) -> None:
    from ketum.writing.plain import plain

    print(plain(text), file=sys.stderr, flush=True)


def _say_warning(message: Warning | str, category: type[Warning], *place: Any, **_: Any) -> None:
    """Say ketum's own warnings as ketum says things, and others as Python does."""
    own = issubclass(category, SolveWarning | DrawingWarning)
    _say(f"ketum: {message}" if own else warnings.formatwarning(message, category, *place[:2]).rstrip())


def _in_words(finding: Finding) -> Text:
    return say(
        "EMERGENCY  {title}  [{code}]\n           {because}\n",
        title=finding.title,
        code=finding.code,
        because=finding.because,
    )


def _despite(error: KetumError) -> tuple[Finding, ...]:
    """Find what cannot wait in a case file that was refused."""
    if not isinstance(error, CaseError):
        return ()
    from ketum.answers.despite import emergencies_of

    return emergencies_of(error.subject)


def _internal_fault(error: Exception) -> Text:
    import traceback

    from ketum import __version__

    place = traceback.extract_tb(error.__traceback__)[-1]
    return say(
        "ketum: internal fault: {kind}: {error}\n"
        "    at {file}, line {line}, in {function}; ketum {version}\n"
        "    This is a defect of ketum, not of your file. Please report these lines and the command with its options;\n"
        "    leave out names of people and of files, and words of the case if any stand here.\n"
        "    Do not send the case file: it is about a person's health. If it is asked for, send a copy that still\n"
        "    fails so, in which title, age, place, dates, illnesses, medicines and free text are left out or invented.",
        kind=type(error).__name__,
        error=str(error),
        file=Path(place.filename).name,
        line=place.lineno,
        function=place.name,
        version=__version__,
    )
