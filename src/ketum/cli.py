"""The command line: parses, calls, prints.

Exit codes: 0 done; 1 it ran and found a failure; 2 the input is wrong; 3 an internal fault; 130 Ctrl-C.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

# Pydantic would look for plug-ins among all installed packages, which takes a tenth of the time of a screen.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

import typer

from ketum.console import FAILED, guarded, phases, print_json, progress_bar, say_emergencies, write_whole
from ketum.errors import InputError, Problem
from ketum.writing.texts import commas, say

if TYPE_CHECKING:
    from ketum.answers.content import Answer

app = typer.Typer(
    name="ketum",
    help=say("What a kratom product does in a given person, computed, and how well each statement is known."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

DRIVERS, DRIVERS_SAMPLES = "--drivers", 512

CaseFile = Annotated[Path, typer.Argument(metavar="CASE", help=say("A case file (TOML)."), show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help=say("Print one JSON object and nothing else."))]


def main() -> None:
    """Run the command line; no traceback reaches a person."""
    gc.set_threshold(100_000)  # looking for garbage while rooms are loaded takes a seventh of a screen's time
    guarded(app, _spelt_out(sys.argv[1:]))


@app.command()
def run(
    case: CaseFile,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help=say("Where the report goes."))] = Path(
        "out"
    ),
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=10_000_000, help=say("Virtual people."))] = 1000,
    days: Annotated[
        float | None,
        typer.Option(min=0.04, max=3650, help=say("Days to simulate; by default as long as the case says.")),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=say("Chooses the random numbers."))] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help=say("Processes; chosen by size by default."))
    ] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help=say("Work on a Dask cluster: its scheduler's address."))
    ] = None,
    drivers: Annotated[
        int | None,
        typer.Option(
            DRIVERS, metavar="[N]", min=16, max=2**16, help=say("Tell which input drives what (N base samples).")
        ),
    ] = None,
    morris: Annotated[
        bool, typer.Option("--morris", help=say("With --drivers: Morris' screening, not Sobol."))
    ] = False,
) -> None:
    """Simulate a case, screen it, and write the report."""
    from ketum.case import load_case
    from ketum.report import claimed

    if dask is not None and workers is not None:
        raise InputError("--dask", [Problem("", say("a cluster has its own workers"), cure=say("leave --workers out"))])
    understood = load_case(case)
    say_emergencies(understood)
    # Held from before the computing: nothing is computed for a folder that cannot be written.
    with claimed(output) as place, ExitStack() as held:
        from ketum.answers.ask import ask
        from ketum.report.people import PEOPLE
        from ketum.simulation.cluster import cluster
        from ketum.simulation.many import MANY

        if number <= MANY:
            place.check_people()
        executor, progress = held.enter_context(cluster(dask)), held.enter_context(phases())
        answer = ask(
            understood,
            number,
            seed,
            days=days,
            drivers=drivers,
            method="morris" if morris else "sobol",
            workers=workers,
            executor=executor,
            store=output / PEOPLE,
            progress=progress,
        )
        page = answer.write(output)
    _say_beside(answer)
    print(say("report: {page}", page=str(page)))


@app.command()
def screen(case: CaseFile, as_json: AsJson = False) -> None:
    """List findings only, in about a second."""
    from ketum.answers.ask import ask
    from ketum.case import load_case

    answer = ask(load_case(case), people=0)
    if as_json:
        from ketum.answers.as_json import screening_mapping

        print_json(screening_mapping(answer))
        return
    from ketum.report.terminal import as_text

    print(as_text(answer.findings, answer.taken, answer.medicines))


@app.command()
def check(case: CaseFile) -> None:
    """Say whether a case file is right, and everything that is wrong with it at once."""
    from ketum.case import load_case

    understood = load_case(case)
    say_emergencies(understood)
    print(say("{case}: this case file is right", case=str(case)))
    unknown = understood.unknown()
    if unknown:
        print(say("left out, and so unknown: {keys}", keys=commas(unknown)))


@app.command()
def validate(as_json: AsJson = False) -> None:
    """Compare predictions with every human datum on file; exit code 1 where they conflict or a fitted row misses."""
    from ketum.trials.validation import as_dict, everything, failed, table

    found = everything()
    if as_json:
        print_json(as_dict(found))
    else:
        print(table(found))
    if failed(found):
        sys.exit(FAILED)


@app.command()
def margins(
    case: CaseFile,
    as_json: AsJson = False,
    number: Annotated[int, typer.Option("-n", "--number", min=10, max=100_000, help=say("Virtual people."))] = 500,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=say("Chooses the random numbers."))] = 0,
) -> None:
    """Put the unbound peak in blood beside every potency on file: receptors, channels, enzymes, inflammation."""
    from ketum.answers.ask import ask
    from ketum.answers.margins import table
    from ketum.case import load_case

    understood = load_case(case)
    say_emergencies(understood)
    answer = ask(understood, number, seed)
    if as_json:
        print_json(
            {
                "case": understood.model_dump(mode="json", by_alias=True),
                "margins": answer.margins,
                "organs": answer.organs,
            }
        )
    else:
        print(table(answer.margins))
        _say_beside(answer)


@app.command()
def evidence(
    query: Annotated[str, typer.Argument(help=say("A fact id, a source, or words; everything when left out."))] = "",
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help=say("Count instead, table by table, of how many rows the source was seen.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look a fact or a source up: value, spread, source, what of it was seen, and where ketum uses it."""
    from ketum.answers import coverage as counted
    from ketum.answers.lookup import as_dicts, as_text

    if coverage:
        print(json.dumps(counted.as_dict(query), indent=1) if as_json else counted.as_text(query))
        return
    print(json.dumps(as_dicts(query), ensure_ascii=False, indent=1) if as_json else as_text(query))


@app.command()
def model(
    name: Annotated[str, typer.Argument(help=say("A model of ketum, or the path of an .ant or SBML file."))] = "kratom",
    sbml: Annotated[Path | None, typer.Option(metavar="FILE", help=say("Write it as SBML, for other tools."))] = None,
) -> None:
    """Show a model's equations, or export it as SBML that other tools open."""
    from ketum.engine import Model, read_file
    from ketum.pharmacology import antimony_path, model_names, model_path
    from ketum.writing.plain import plain

    own = name in model_names()
    if not own and not os.path.exists(name):
        allowed = say("{models}, or the path of a model file", models=commas(model_names()))
        problem = Problem("", say("no such model"), name[:200], allowed)
        raise InputError("model", [problem])
    if sbml is None:
        print(plain(read_file(antimony_path(name) if own else Path(name))), end="")
        return
    write_whole(sbml, Model.from_file(model_path(name) if own else Path(name)).sbml)
    print(say("{file}: SBML written", file=str(sbml)))


@app.command(name="sbml-suite")
def sbml_suite(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=say("A folder of SBML Test Suite cases."))],
    as_json: AsJson = False,
) -> None:
    """Run cases of the SBML Test Suite, list passes by tag and why the others fail; exit code 1 where one fails."""
    from ketum.bench.suite import run_suite, table

    with progress_bar(say("cases")) as progress:
        verdicts = run_suite(folder, progress)
    if as_json:
        print_json({"cases": [verdict.as_dict() for verdict in verdicts]})
    else:
        print(table(verdicts))
    if any(verdict.status == "fail" for verdict in verdicts):
        sys.exit(FAILED)


@app.command()
def bench(
    as_json: AsJson = False,
    quick: Annotated[
        bool, typer.Option("--quick", help=say("Few people and rounds, only to see that it works."))
    ] = False,
) -> None:
    """Time the engine side by side with other solvers, in one run; exit code 1 where one does not agree."""
    from ketum.bench import disagreeing, measure, table

    found = measure(quick)
    if as_json:
        print_json(found)
    else:
        print(table(found))
    if disagreeing(found):
        sys.exit(FAILED)


def _say_beside(answer: Answer) -> None:
    """Say what drives an answer's numbers, where that was asked for, and what of the case they do not use."""
    if answer.drivers is not None:
        print(answer.drivers.as_text())
    if answer.organs:
        from ketum.report.terminal import organs_as_text

        print(organs_as_text(answer.organs))


def _spelt_out(words: list[str]) -> list[str]:
    """Fill in the number that may be left out after --drivers; typer knows no option like that."""
    found = []
    for word, following in pairwise([*words, ""]):
        found.append(word)
        if word == DRIVERS and not following.lstrip("-").isdigit():
            found.append(str(DRIVERS_SAMPLES))
    return found


if __name__ == "__main__":
    main()
