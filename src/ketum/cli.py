"""The command line: parses, calls, prints.

Exit codes: 0 done; 1 it ran and found a failure; 2 the input is wrong; 3 an internal fault; 130 Ctrl-C.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from ketum.errors import CaseError, DrawingWarning, InputError, KetumError, Problem, SolveWarning, StoppedError

app = typer.Typer(
    name="ketum",
    help="What a kratom product does in a given person, computed, and how well each statement is known.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SCREEN_PEOPLE, SCREEN_SEED = 2000, 0
INTERRUPTED = 130
DRIVERS, DRIVERS_SAMPLES = "--drivers", 512

CaseFile = Annotated[Path, typer.Argument(metavar="CASE", help="A case file (TOML).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def main() -> None:
    """Run the command line; no traceback reaches a person."""
    from ketum.writing.plain import never_fail

    never_fail(sys.stdout, sys.stderr)
    warnings.showwarning = _say_warning
    try:
        app(args=_spelt_out(sys.argv[1:]))
    except StoppedError as stop:
        _say(f"ketum: stopped; {stop}")
        sys.exit(INTERRUPTED)
    except (InputError, KetumError) as error:
        if isinstance(error, CaseError):
            _say_emergencies(error.subject)
        _say(f"ketum: {error}")
        sys.exit(2 if isinstance(error, InputError | KeyError) else 3)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # typer has turned Ctrl-C into this, without a word
            _say("ketum: stopped")
        raise
    except KeyboardInterrupt as stop:
        _say("; ".join(["ketum: stopped", *getattr(stop, "__notes__", ())]))
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        _say(_internal_fault(error))
        sys.exit(3)


@app.command()
def run(
    case: CaseFile,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the report goes.")] = Path("out"),
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000_000, help="Virtual people.")] = 1000,
    days: Annotated[
        float | None,
        typer.Option(min=0.04, max=3650, help="Days to simulate; by default as long as the case says."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Chooses the random numbers.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Processes; chosen by size by default.")] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Work on a Dask cluster: its scheduler's address.")
    ] = None,
    drivers: Annotated[
        int | None,
        typer.Option(DRIVERS, metavar="[N]", min=16, max=2**16, help="Tell which input drives what (N base samples)."),
    ] = None,
    morris: Annotated[bool, typer.Option("--morris", help="With --drivers: Morris' screening, not Sobol.")] = False,
) -> None:
    """Simulate a case, screen it, and write the report."""
    from ketum.case import load_case
    from ketum.report import claimed

    if dask is not None and workers is not None:
        raise InputError("--dask", [Problem("", "a cluster has its own workers", cure="leave --workers out")])
    understood = load_case(case)
    # Held from before the computing: nothing is computed for a folder that cannot be written.
    with claimed(output), _cluster(dask) as executor, _progress() as progress:
        from ketum.report.run import write_run
        from ketum.simulation.drivers import drivers as find_drivers
        from ketum.simulation.many import MANY, STORE, simulate_many
        from ketum.simulation.simulate import simulate

        how: dict[str, Any] = {"days": days, "seed": seed, "workers": workers, "executor": executor}
        how["progress"] = progress
        if number > MANY:
            finished = simulate_many(understood, output / STORE, number=number, **how)
        else:
            finished = simulate(understood, number=number, **how)
        how |= {"method": "morris" if morris else "sobol", "samples": drivers}
        found = find_drivers(understood, **how) if drivers else None
        page = write_run(finished, output, seed, found)
    if found is not None:
        print(found.as_text())
    print(f"report: {page}")


@app.command()
def screen(case: CaseFile, as_json: AsJson = False) -> None:
    """List findings only, in about a second."""
    from ketum.case import load_case
    from ketum.chance import Stream
    from ketum.crowd.intake import dose_sizes, intakes
    from ketum.hazards import screen as screened
    from ketum.interaction import sizes
    from ketum.medicine import taken_in
    from ketum.report.terminal import as_text

    understood = load_case(case)
    taken, matches = taken_in(understood)
    doses = dose_sizes(intakes(understood, Stream(SCREEN_SEED, SCREEN_PEOPLE)))
    found = screened(understood, doses, sizes(understood, taken) if taken else ())
    if as_json:
        _print_json(
            {
                "case": understood.model_dump(mode="json", by_alias=True),
                "findings": [finding.as_dict() for finding in found],
                "medicines": [match.as_dict() for match in matches],
            }
        )
        return
    print(as_text(found, taken, matches))


@app.command()
def check(case: CaseFile) -> None:
    """Say whether a case file is right, and everything that is wrong with it at once."""
    from ketum.case import load_case

    understood = load_case(case)
    print(f"{case}: this case file is right")
    unknown = understood.unknown()
    if unknown:
        print("left out, and so unknown: " + ", ".join(unknown))


@app.command()
def validate(as_json: AsJson = False) -> None:
    """Compare predictions with every human datum on file; exit code 1 where a calibration row misses its bar."""
    from ketum.trials.validation import everything, failures

    found = everything()
    if as_json:
        _print_json({"rows": [row.as_dict() for row in found]})
    else:
        from ketum.trials.validation import table

        print(table(found))
    if failures(found):
        sys.exit(1)


@app.command()
def margins(
    case: CaseFile,
    as_json: AsJson = False,
    number: Annotated[int, typer.Option("-n", "--number", min=10, max=100_000, help="Virtual people.")] = 500,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Chooses the random numbers.")] = 0,
) -> None:
    """Put the unbound peak in blood beside every potency on file: receptors, channels, enzymes, inflammation."""
    from ketum.answers.margins import margins as computed
    from ketum.answers.margins import table, unbound_peaks
    from ketum.case import load_case
    from ketum.simulation.simulate import simulate

    understood = load_case(case)
    found = computed(unbound_peaks(simulate(understood, number=number, seed=seed, shares=False)))
    if as_json:
        _print_json({"case": understood.model_dump(mode="json", by_alias=True), "margins": found})
    else:
        print(table(found))


@app.command()
def evidence(
    query: Annotated[str, typer.Argument(help="A fact id, a source, or words; everything when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Look a fact or a source up: value, spread, source, what of it was seen, and where ketum uses it."""
    from ketum.answers.lookup import as_dicts, as_text

    print(json.dumps(as_dicts(query), ensure_ascii=False, indent=1) if as_json else as_text(query))


@app.command()
def model(
    name: Annotated[str, typer.Argument(help="A model of ketum, or the path of an .ant or SBML file.")] = "kratom",
    sbml: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as SBML, for other tools.")] = None,
) -> None:
    """Show a model's equations, or export it as SBML that other tools open."""
    from ketum.engine import Model
    from ketum.pharmacology import model_names, model_path
    from ketum.writing.plain import plain

    if name in model_names():
        path = model_path(name)
    elif Path(name).exists():
        path = Path(name)
    else:
        problem = Problem("", "no such model", name, ", ".join(model_names()) + ", or the path of a model file")
        raise InputError("model", [problem])
    if sbml is None:
        print(plain(path.read_text(encoding="utf-8")), end="")
        return
    _write(sbml, Model.from_file(path).sbml)
    print(f"{sbml}: SBML written")


@app.command(name="sbml-suite")
def sbml_suite(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of SBML Test Suite cases.")],
    as_json: AsJson = False,
) -> None:
    """Run cases of the SBML Test Suite, list passes by tag and why the others fail; exit code 1 where one fails."""
    from ketum.bench.suite import run_suite, table

    with _progress("cases") as progress:
        verdicts = run_suite(folder, progress)
    if as_json:
        _print_json({"cases": [verdict.as_dict() for verdict in verdicts]})
    else:
        print(table(verdicts))
    if any(verdict.status == "fail" for verdict in verdicts):
        sys.exit(1)


@app.command()
def bench(
    as_json: AsJson = False,
    quick: Annotated[bool, typer.Option("--quick", help="Few people and rounds, only to see that it works.")] = False,
) -> None:
    """Time the engine side by side with other solvers, in one run; exit code 1 where one does not agree."""
    from ketum.bench import disagreeing, measure, table

    found = measure(quick)
    if as_json:
        _print_json(found)
    else:
        print(table(found))
    if disagreeing(found):
        sys.exit(1)


def _spelt_out(words: list[str]) -> list[str]:
    """Fill in the number that may be left out after --drivers; typer knows no option like that."""
    found = []
    for word, following in pairwise([*words, ""]):
        found.append(word)
        if word == DRIVERS and not following.lstrip("-").isdigit():
            found.append(str(DRIVERS_SAMPLES))
    return found


@contextmanager
def _cluster(address: str | None) -> Iterator[Executor | None]:
    if address is None:
        yield None
        return
    from ketum.simulation.cluster import cluster

    with cluster(address) as executor:
        yield executor


@contextmanager
def _progress(of: str = "people") -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing on a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(of, total=None)
        yield lambda finished, total: bar.update(task, completed=finished, total=total)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    from ketum.errors import OutputError

    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        problem = Problem(
            "", f"cannot be written: {error.strerror}", cure="choose a folder that exists and is writable"
        )
        raise OutputError(str(path), [problem]) from error


def _print_json(content: Any) -> None:
    from ketum.report import json_text
    from ketum.writing.plain import plain_json

    print(plain_json(json_text(content), sys.stdout.encoding))


def _say(text: str) -> None:
    from ketum.writing.plain import plain

    print(plain(text), file=sys.stderr, flush=True)


def _say_warning(message: Warning | str, category: type[Warning], *place: Any, **_: Any) -> None:
    """Say ketum's own warnings as ketum says things, and others as Python does."""
    own = issubclass(category, SolveWarning | DrawingWarning)
    _say(f"ketum: {message}" if own else warnings.formatwarning(message, category, *place[:2]).rstrip())


def _say_emergencies(path: str) -> None:
    """Say what cannot wait before what is wrong with the file."""
    from ketum.answers.despite import emergencies_of

    for finding in emergencies_of(path):
        _say(f"EMERGENCY  {finding.title}  [{finding.code}]\n           {finding.because}\n")


def _internal_fault(error: Exception) -> str:
    import traceback

    from ketum import __version__

    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"ketum: internal fault: {type(error).__name__}: {error}\n"
        f"    at {Path(place.filename).name}, line {place.lineno}, in {place.name}; ketum {__version__}\n"
        "    This is a defect of ketum, not of your file. Please report these lines and the command with its options;\n"
        "    leave out names of people and of files, and words of the case if any stand here.\n"
        "    Do not send the case file: it is about a person's health. If it is asked for, send a copy that still\n"
        "    fails so, in which title, age, place, dates, illnesses, medicines and free text are left out or invented."
    )


if __name__ == "__main__":
    main()
